/* Stepping: current demo and frame, what is revealed or broken; keys, buttons and the address. */

const demos = [...document.querySelectorAll(".demo")];
const framesOf = demos.map(demo => [...demo.querySelectorAll(".frame")]);
const state = {demo: 0, frame: 0, revealed: false, broken: false, predict: true, keys: true};

function here() { return framesOf[state.demo][state.frame]; }
function asks() { return state.predict && !state.revealed && here().dataset.asks === "yes"; }

/* Updates what is visible; `stepped` if the reader went one step forward, so that things may move. */
function show(stepped = false) {
  demos.forEach((demo, place) => demo.classList.toggle("here", place === state.demo));
  for (const frame of framesOf.flat()) frame.classList.remove("here", "open", "shows-broken");
  const frame = here(), open = asks();
  frame.classList.add("here");
  placePanel();
  frame.classList.toggle("open", open);
  frame.classList.toggle("shows-broken", state.broken);
  showControls(frame, open);
  const focused = document.activeElement;
  tellDamage(frame);
  showGraph(frame, open, stepped, focused);
  const spoken = open ? ".question" : state.broken ? ".broken p" : ".rule";
  byId("spoken").textContent = (frame.querySelector(spoken) || frame.querySelector("h3")).textContent;
  noteAddress();
}

function showControls(frame, open) {
  const filling = {demo: demos[state.demo].id, number: state.frame + 1, count: framesOf[state.demo].length};
  byId("place").textContent = say("place", filling);
  byId("break").setAttribute("aria-disabled", frame.dataset.breaks !== "yes");
  byId("break").setAttribute("aria-pressed", state.broken);
  byId("predict").setAttribute("aria-pressed", state.predict);
  byId("next").textContent = words[open ? "reveal" : "next"];
  document.querySelectorAll("nav button").forEach((button, place) =>
    button.setAttribute("aria-current", place === state.demo ? "true" : "false"));
}

function go(demo, frame, revealed, stepped = false) {
  if (demo < 0 || demo >= demos.length) return;
  Object.assign(state, {demo, frame: Math.max(0, Math.min(frame, framesOf[demo].length - 1)), revealed, broken: false});
  show(stepped);
  window.scrollTo(0, 0);
}

const actions = {
  next() {
    if (asks()) { state.revealed = true; show(true); }
    else if (state.frame + 1 < framesOf[state.demo].length) go(state.demo, state.frame + 1, false, true);
    else go(state.demo + 1, 0, false);
  },
  back() {
    if (state.frame > 0) go(state.demo, state.frame - 1, true);
    else if (state.demo > 0) go(state.demo - 1, framesOf[state.demo - 1].length - 1, true);
  },
  first() { go(state.demo, 0, false); },
  last() { go(state.demo, framesOf[state.demo].length - 1, false); },
  predict() { state.predict = !state.predict; state.revealed = false; show(); },
  break() { if (here().dataset.breaks === "yes") { state.broken = !state.broken; state.revealed = true; show(); } },
  projector() { byId("projector").setAttribute("aria-pressed", root.classList.toggle("projector")); show(); },
  keys() { state.keys = !state.keys; byId("keys").setAttribute("aria-pressed", state.keys); },
};
const keyboard = {ArrowRight: "next", " ": "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", Home: "first",
                  End: "last", p: "predict", b: "break", P: "projector"};

const PRESSES = [" ", "Enter"];  // what presses a button that the keyboard has reached

/* Takes the focus from a button that the pointer pressed, so that space and enter go to the next step again. */
function released(event) {
  if (event.detail) event.target.closest("button, summary")?.blur();
}

function pressed(event) {
  const busy = event.target.closest("input, textarea, select, button, summary");
  if (!state.keys || event.ctrlKey || event.altKey || event.metaKey) return;
  if (busy && (event.target.matches("input, textarea, select") || PRESSES.includes(event.key))) return;
  const action = keyboard[event.key === "Enter" ? " " : event.key];
  if (action) { event.preventDefault(); actions[action](); }
}

/* Updates the address.  Browsers allow few changes a second, so a held key makes a single one at the end. */
let noting = 0;
function noteAddress() {
  clearTimeout(noting);
  const address = `#${demos[state.demo].id}/${state.frame + 1}`;
  noting = setTimeout(() => history.replaceState(null, "", address), 150);
}
function fromAddress() {
  const [wanted, number] = decodeURIComponent(location.hash.slice(1)).split("/");
  go(Math.max(demos.findIndex(demo => demo.id === wanted), 0), (Number(number) || 1) - 1, false);
}
