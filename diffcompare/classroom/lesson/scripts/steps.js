/* Stepping: current demo and frame, what is revealed or broken; keys, buttons and the address. */

const demos = [...document.querySelectorAll(".demo")];
const framesOf = demos.map(demo => [...demo.querySelectorAll(".frame")]);
const state = {demo: 0, frame: 0, revealed: false, broken: false, predict: true, keys: true};

function here() { return framesOf[state.demo][state.frame]; }
function asks() { return state.predict && !state.revealed && here().dataset.asks === "yes"; }

/* Tells whether a step is not in the plan of the lesson, if it has one.  Another expression has steps of its own. */
function isLeftOut(demo, frame) {
  const plan = figures.plan?.demos[demo], count = framesOf[demo].length - 1;
  return Boolean(plan) && plan.of === count && frame < count && !plan.steps.includes(frame + 1);
}

/* Returns the number of the next step of the plan in a direction, which may be beyond the demo. */
function beside(demo, frame, by) {
  let place = frame + by;
  while (place > 0 && isLeftOut(demo, place)) place += by;
  return place;
}

/* Updates what is visible; `stepped` if the reader went one step forward, so that things may move. */
function show(stepped = false) {
  demos.forEach((demo, place) => demo.classList.toggle("here", place === state.demo));
  for (const frame of framesOf.flat()) frame.classList.remove("here", "open", "shows-broken", "damaged");
  const frame = here(), open = asks();
  frame.classList.add("here");
  placePanel();
  frame.classList.toggle("open", open);
  frame.classList.toggle("shows-broken", state.broken);
  showControls(frame, open);
  const focused = document.activeElement;
  tellDamage(frame);
  showGraph(frame, open, stepped, focused);
  showDrawing(open);
  arrange(frame);
  const spoken = open ? ".question" : state.broken && !frame.matches(".damaged") ? ".broken p" : ".rule";
  byId("spoken").textContent = (frame.querySelector(spoken) || frame.querySelector("h3")).textContent;
  tellPresenter();
  noteAddress();
}

/* Brings the drawing of a panel to the state of the step: as much of it as has been told. */
function showDrawing(open) {
  const told = state.frame - (open ? 1 : 0);
  if (demos[state.demo].id === "step" && byId("curve")) emerge(told);
  if (demos[state.demo].id === "swell" && byId("bars")) grow(told);
}

function showControls(frame, open) {
  const count = framesOf[state.demo].length;
  byId("place").textContent = say("place", {number: state.frame + 1, count});
  byId("progress").style.width = `${100 * (state.frame + 1) / count}%`;
  byId("break").setAttribute("aria-disabled", frame.dataset.breaks !== "yes");
  byId("break").setAttribute("aria-pressed", state.broken);
  byId("predict").setAttribute("aria-pressed", state.predict);
  byId("next").textContent = words[open ? "reveal" : "next"];
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
    else if (state.frame + 1 < framesOf[state.demo].length) go(state.demo, beside(state.demo, state.frame, 1), false, true);
    else go(state.demo + 1, 0, false);
  },
  back() {
    if (state.frame > 0) go(state.demo, beside(state.demo, state.frame, -1), true);
    else if (state.demo > 0) go(state.demo - 1, framesOf[state.demo - 1].length - 1, true);
  },
  first() { go(state.demo, 0, false); },
  last() { go(state.demo, framesOf[state.demo].length - 1, false); },
  onwards() { go(state.demo + 1, 0, false); },
  before() { go(state.demo - 1, 0, false); },
  predict() { state.predict = !state.predict; state.revealed = false; show(); },
  break() { if (here().dataset.breaks === "yes") { state.broken = !state.broken; state.revealed = true; show(); } },
  forward() { meet("forward"); },
  reverse() { meet("reverse"); },
  outline() { openOutline(); },
  notes() { openNotes(); },
  projector() { byId("projector").setAttribute("aria-pressed", root.classList.toggle("projector")); show(); },
  fullscreen() { toggleFullscreen(); },
  help() { toggleDialog("key-list"); },
};
const keyboard = figures.keyboard;

/* Goes to the frame of another sweep that computes the same node; to its first one, if there is none. */
function meet(sweep) {
  const frames = framesOf[state.demo], own = here().dataset;
  const every = frames.filter(frame => frame.dataset.sweep === sweep);
  const same = every.filter(frame => own.node && frame.dataset.node === own.node);
  const found = (own.sweep === sweep && same[same.indexOf(here()) + 1]) || same[0] || every[0];
  if (found) go(state.demo, frames.indexOf(found), true);
}

const PRESSES = [" ", "Enter"];  // what presses a button that the keyboard has reached
let pointed = false;  // whether the pointer, not the keyboard, moved the focus

/* Takes the focus from a control that the pointer has used, so that keys go to the steps again. */
function released(event) {
  if (event.detail && !opened()) event.target.closest("button, summary, input[type=range]")?.blur();
}
function used(event) {
  if (pointed && event.target.matches("select, input[type=range]")) event.target.blur();
}

function pressed(event) {
  pointed = false;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key === "Enter" ? " " : event.key, action = keyboard[event.shiftKey && key === " " ? "Shift+ " : key];
  if (isPresenter) { if (action && !event.target.closest("button")) { event.preventDefault(); ask(action); } return; }
  const typing = event.target.matches("input, textarea, select");
  if (typing && (event.key === "Escape" || (event.key === "Enter" && event.target.matches("[inputmode]")))) event.target.blur();
  if (!state.keys || typing || (event.target.closest("button, summary") && PRESSES.includes(event.key))) return;
  if (opened() && !["outline", "help"].includes(action)) return;
  if (action) { event.preventDefault(); actions[action](); }
}

function switchKeys() { state.keys = !state.keys; byId("keys").setAttribute("aria-pressed", state.keys); }

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
