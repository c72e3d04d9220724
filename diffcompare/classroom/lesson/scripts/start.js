/* At load: nothing moves, the shipped numbers are checked, and the address selects the step. */

/* Makes the nodes of static drawings focusable, each with a sentence. */
function readable(svg) {
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", svg.querySelector("title")?.textContent || svg.querySelector("desc").textContent);
  for (const node of svg.querySelectorAll("[data-node]:not(.constant)")) {
    const sentence = say("node alone", {node: node.querySelector("title").textContent});
    fill(node, {tabindex: "0", role: "img", "aria-label": sentence}, []);
  }
}

/* Names a drawing without a caption after its frame. */
function entitled(svg) {
  const heading = svg.closest(".demo").querySelector("h2");
  const own = svg.closest(".frame")?.querySelector("h3") || heading;
  if (!svg.querySelector(":scope > title")) svg.prepend(draw("title", {}, own.textContent));
}

/* On paper the pictures of the panels - the curve with the chosen step, the bars - replace the demo's own. */
function printPictures() {
  const kept = members;
  if (kept) showMembers(figures.swell.length);
  for (const [demo, ids] of [["step", ["curve"]], ["swell", ["bars", "bar-legend"]]]) {
    if (!byId(ids[0])) continue;
    const figure = document.querySelector(`#${demo} .printed figure`);
    figure.replaceChildren(...ids.map(id => copied(byId(id))));
  }
  if (kept) showMembers(kept);
}

/* Returns a copy without ids, except those of fill patterns, which do not work inside hidden elements. */
function copied(element) {
  const copy = element.cloneNode(true);
  copy.querySelector("#first-steps")?.remove();
  for (const part of [copy, ...copy.querySelectorAll("[id]")]) {
    if (part.matches("pattern")) part.id = `printed-${part.id}`;
    else part.removeAttribute("id");
  }
  for (const part of copy.querySelectorAll("[clip-path]")) part.removeAttribute("clip-path");
  for (const part of copy.querySelectorAll(".cut")) part.classList.remove("cut");
  for (const part of copy.querySelectorAll("[fill^='url(#']")) {
    part.setAttribute("fill", part.getAttribute("fill").replace("#", "#printed-"));
  }
  return copy;
}

root.classList.add("stepping");
check();
for (const svg of document.querySelectorAll(".demo .dc-svg")) entitled(svg);
for (const svg of document.querySelectorAll(".told .dc-svg:has([data-node])")) readable(svg);
for (const name of Object.keys(actions)) byId(name)?.addEventListener("click", actions[name]);
byId("keys").addEventListener("click", switchKeys);
prepareDialogs();
document.addEventListener("keydown", pressed);
document.addEventListener("pointerdown", () => { pointed = true; });
document.addEventListener("click", released);
document.addEventListener("change", used);
addEventListener("message", received);
addEventListener("resize", () => arrange(here()));
if (byId("exponent")) {
  byId("exponent").addEventListener("input", chosenByReader);
  drawCurve();
}
if (byId("expression")) {
  byId("expression").addEventListener("change", choose);
  byId("restore").addEventListener("click", restore);
  choose();
}
if (byId("bars")) {
  byId("accuracy").addEventListener("click", toggleBars);
  members = figures.swell.length;
  drawBars();
}
printPictures();
addEventListener("beforeprint", printPictures);
addEventListener("hashchange", fromAddress);
if (isPresenter) becomePresenter();
else fromAddress();
