/* The outline of all demos, and the list of keys. */

function opened() { return document.querySelector("dialog[open]"); }

/* Closes what is open; keys go to the steps again at once. */
function closeDialog() {
  opened()?.close();
  document.activeElement?.blur();
}

function toggleDialog(id) {
  const other = opened(), dialog = byId(id);
  closeDialog();
  if (other !== dialog) dialog.showModal();
}

const outlineButtons = [...document.querySelectorAll("#outline-list .demos button")];

function openOutline() {
  outlineButtons.forEach((button, place) => button.setAttribute("aria-current", place === state.demo));
  listSteps(state.demo);
  toggleDialog("outline-list");
  outlineButtons[state.demo].focus();
}

/* Lists the steps of the demo that the reader points at. */
function listSteps(demo) {
  byId("steps").replaceChildren(...framesOf[demo].map((frame, number) => {
    const current = demo === state.demo && number === state.frame;
    const button = make("button", {type: "button", "aria-current": current}, frame.querySelector("h3").textContent);
    button.addEventListener("click", () => leave(demo, number));
    return make("li", isLeftOut(demo, number) ? {class: "left-out", title: words["left out"]} : {}, button);
  }));
}

function leave(demo, frame) {
  closeDialog();
  go(demo, frame, false);
}

/* Moves between the buttons of a list by the arrow keys. */
function arrowed(event) {
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key], buttons = [...event.currentTarget.querySelectorAll("button")];
  const place = buttons.indexOf(document.activeElement);
  if (!step || place < 0) return;
  event.preventDefault();
  buttons[Math.max(0, Math.min(place + step, buttons.length - 1))].focus();
}

function prepareDialogs() {
  outlineButtons.forEach((button, place) => {
    button.addEventListener("click", () => leave(place, 0));
    for (const kind of ["focus", "pointermove"]) button.addEventListener(kind, () => listSteps(place));
  });
  for (const list of document.querySelectorAll(".outline ol")) list.addEventListener("keydown", arrowed);
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", event => { if (event.target === dialog) closeDialog(); });
    dialog.addEventListener("close", () => document.activeElement?.blur());
  }
}

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.().catch(() => {});
}
