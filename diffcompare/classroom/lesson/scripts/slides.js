"use strict";
/* Slides: which one is shown and how much of it; keys, buttons, the address, the overview, and the second window. */

const root = document.documentElement, byId = id => document.getElementById(id);
const figures = JSON.parse(byId("figures").textContent), words = figures.words;
const groups = [...document.querySelectorAll("#deck > .demo")].map(demo => [...demo.querySelectorAll(".slide")]);
const all = groups.flat();
const LETTERS = {most: 30, folded: 17, least: 13};  // pixels; below the second one the lines of tables are folded
const state = {slide: 0, step: 0, keys: true};
const stepsOf = slide => slide.dataset.states.split(" ");
const here = () => all[state.slide];

/* --- The size of letters: the largest with which nothing is cut ---------------------------------------------------- */

const sized = new WeakSet();

/* Returns the share of its parts that a slide shows, in the direction in which most is cut: 1 if all is seen. */
function shareShown(slide) {
  const room = slide.querySelector(".content"), shares = [1];
  for (const part of room.querySelectorAll(".layer, .pair > div, .stack > div, .scroll")) {
    if (part.scrollWidth > part.clientWidth + 1) shares.push(part.clientWidth / part.scrollWidth);
    if (part.matches(".layer") && part.scrollHeight > room.clientHeight + 1) shares.push(room.clientHeight / part.scrollHeight);
  }
  return Math.min(...shares);
}

function fitted(slide) {
  if (sized.has(slide) || !slide.querySelector(".content")) return;
  sized.add(slide);
  if (enlarged(slide) >= LETTERS.folded) return;
  slide.classList.add("folded");
  enlarged(slide);
}

/* Sets the largest letters with which nothing is cut, and returns their size. */
function enlarged(slide) {
  for (let size = LETTERS.most; ;) {
    slide.style.setProperty("--letters", `${size}px`);
    const share = shareShown(slide);
    if (share === 1 || size === LETTERS.least) return size;
    size = Math.max(LETTERS.least, size * Math.min(share, 0.97));
  }
}

/* Sizes all slides, a few at a time: the one that is shown is not kept waiting. */
function fitRest() {
  const waiting = all.filter(slide => !sized.has(slide)).slice(0, 8);
  waiting.forEach(fitted);
  if (waiting.length) setTimeout(fitRest, 30);
}

/* --- Where we are ------------------------------------------------------------------------------------------------- */

function show() {
  fitted(here());
  const slide = here(), steps = stepsOf(slide);
  for (const other of all) other.classList.toggle("here", other === slide);
  slide.dataset.state = steps[state.step];
  byId("place").textContent = `${state.slide + 1} / ${all.length}`;
  byId("bar").style.width = `${100 * state.slide / (all.length - 1)}%`;
  const heading = slide.querySelector("h1, h2, h3")?.textContent || "";
  const spoken = steps[state.step] === "asked" ? ".question" : ".rule, .why, .claim, .sentence";
  byId("spoken").textContent = `${heading}: ${slide.querySelector(spoken)?.textContent || ""}`;
  if (root.classList.contains("overview")) slide.scrollIntoView({block: "nearest"});
  noteAddress();
  tell();
}

function go(slide, step = 0) {
  state.slide = Math.max(0, Math.min(slide, all.length - 1));
  state.step = Math.max(0, Math.min(step, stepsOf(here()).length - 1));
  show();
}

function toDemo(by) {
  const number = groups.findIndex(group => group.includes(here())) + by;
  if (groups[number]) go(all.indexOf(groups[number][0]));
}

const inOverview = () => root.classList.contains("overview");
const actions = {
  next() {
    if (state.step + 1 < stepsOf(here()).length && !inOverview()) go(state.slide, state.step + 1);
    else if (state.slide + 1 < all.length) go(state.slide + 1);
  },
  back() {
    if (state.step > 0 && !inOverview()) go(state.slide, state.step - 1);
    else if (state.slide > 0) go(state.slide - 1, Infinity);
  },
  first() { go(0); },
  last() { go(all.length - 1, Infinity); },
  nextDemo() { toDemo(1); },
  previousDemo() { toDemo(here() === groups.find(group => group.includes(here()))[0] ? -1 : 0); },
  overview() {
    root.classList.toggle("overview");
    root.classList.toggle("playing", !inOverview());
    show();
  },
  leave() { if (byId("help").open) byId("help").close(); else actions.overview(); },
  enter() { if (inOverview()) actions.overview(); else actions.next(); },
  black() { root.classList.toggle("dark-room"); },
  fullscreen() { if (document.fullscreenElement) document.exitFullscreen(); else root.requestFullscreen?.(); },
  help() { if (byId("help").open) byId("help").close(); else byId("help").showModal(); },
  notes() { openNotes(); },
  restart() { opener?.postMessage({deck: "restart"}, "*"); started = Date.now(); tick(); },
};
const keyboard = {ArrowRight: "next", ArrowDown: "next", " ": "next", PageDown: "next", ArrowLeft: "back",
                  ArrowUp: "back", PageUp: "back", Backspace: "back", Enter: "enter", Home: "first", End: "last",
                  Escape: "leave", n: "nextDemo", p: "previousDemo", o: "overview", f: "fullscreen", F: "fullscreen",
                  w: "notes", s: "notes", ".": "black", "?": "help"};

function pressed(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || (event.key.length === 1 && event.key !== " " && !state.keys)) return;
  if (event.target.closest("button, a, input") && ["Enter", " "].includes(event.key)) return;
  if (byId("help").open && !["?", "Escape"].includes(event.key)) return;
  const action = event.key === " " && event.shiftKey ? "back" : keyboard[event.key];
  if (!action) return;
  event.preventDefault();
  if (isPresenter()) opener?.postMessage({deck: "key", action}, "*");
  else actions[action]();
}

/* --- The address: #trace/15, as in the lesson's page -------------------------------------------------------------- */

let noting = 0;
function noteAddress() {
  if (isPresenter()) return;
  clearTimeout(noting);
  const address = `#${here().id.replace(/-([^-]*)$/, "/$1")}`;
  noting = setTimeout(() => history.replaceState(null, "", address), 150);
}
function fromAddress() {
  const wanted = decodeURIComponent(location.hash.slice(1)).replace("/", "-");
  const found = all.findIndex(slide => slide.id === wanted || slide.id === `${wanted}-0`);
  if (found >= 0) go(found);
  else show();
}

/* --- The second window: the same file, that gets told by messages which slide is shown ----------------------------- */

let presenter = null, started = null;
const isPresenter = () => location.hash === "#presenter";
const minutes = seconds => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function openNotes() {
  presenter = window.open(`${location.href.split("#")[0]}#presenter`, "notes", "width=900,height=720");
  if (!presenter) { byId("spoken").textContent = words.blocked; alert(words.blocked); }
}

function tell() {
  started ??= state.slide > 0 ? Date.now() : null;
  presenter?.postMessage({deck: "state", slide: state.slide, step: state.step, started}, "*");
}

function heard({source, data}) {
  if (!data?.deck) return;
  if (isPresenter() && source === opener && data.deck === "state") present(data);
  if (source !== presenter || !presenter) return;
  if (data.deck === "hello") tell();
  if (data.deck === "key" && data.action !== "notes") actions[data.action]?.();
  if (data.deck === "restart") { started = Date.now(); tell(); }
}

function present({slide, step, started: since}) {
  started = since;
  for (const near of all.slice(slide, slide + 2)) fitted(near);
  const shown = all[slide], steps = stepsOf(shown);
  const coming = step + 1 < steps.length ? [shown, steps[step + 1]] : [all[slide + 1], undefined];
  byId("said").replaceChildren(...[...shown.querySelector(".notes").children].map(note => note.cloneNode(true)));
  byId("where").textContent = `${slide + 1} / ${all.length}`;
  byId("planned").textContent = words.planned.replace("{planned}", minutes(Number(shown.dataset.start)));
  byId("coming").replaceChildren(coming[0] ? copied(coming[0]) : words.end);
  tick();
}

function copied(slide) {
  const copy = slide.cloneNode(true);
  for (const part of [copy, ...copy.querySelectorAll("[id]")]) part.removeAttribute("id");
  copy.removeAttribute("data-state");
  return copy;
}

function tick() { byId("clock").textContent = minutes(started ? (Date.now() - started) / 1000 : 0); }

function startPresenter() {
  root.classList.add("presenting");
  byId("deck").inert = true;
  byId("presenter").hidden = false;
  setInterval(tick, 500);
  opener?.postMessage({deck: "hello"}, "*");
}

/* --- At load ------------------------------------------------------------------------------------------------------ */

function rescale() { root.style.setProperty("--scale", Math.min(innerWidth / 1280, innerHeight / 720)); }

/* Buttons are seen while the pointer moves. */
let moving = 0;
function moved() {
  root.classList.add("moving");
  clearTimeout(moving);
  moving = setTimeout(() => root.classList.remove("moving"), 2500);
}

function clicked(event) {
  const button = event.target.closest("[data-action]");
  if (button) { actions[button.dataset.action](); if (event.detail) button.blur(); return; }
  const slide = event.target.closest(".slide");
  if (inOverview() && slide) { go(all.indexOf(slide)); actions.overview(); }
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", clicked);
document.addEventListener("pointermove", moved);
addEventListener("message", heard);
byId("keys").addEventListener("change", event => { state.keys = event.target.checked; });
rescale();
root.classList.add("playing");
addEventListener("beforeprint", () => all.forEach(fitted));
if (isPresenter()) startPresenter();
else {
  fitRest();
  addEventListener("resize", rescale);
  addEventListener("hashchange", fromAddress);
  fromAddress();
}
