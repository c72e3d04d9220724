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

root.classList.add("stepping");
check();
for (const svg of document.querySelectorAll(".demo .dc-svg")) entitled(svg);
for (const svg of document.querySelectorAll(".told .dc-svg:has([data-node])")) readable(svg);
for (const name of Object.keys(actions)) byId(name).addEventListener("click", actions[name]);
document.querySelectorAll("nav button").forEach((button, place) =>
  button.addEventListener("click", () => go(place, 0, false)));
document.addEventListener("keydown", pressed);
document.addEventListener("click", released);
if (traceDemo >= 0) {
  byId("expression").addEventListener("change", choose);
  byId("restore").addEventListener("click", restore);
  choose();
}
if (byId("exponent")) {
  byId("exponent").addEventListener("input", restep);
  drawCurve();
  restep();
}
if (byId("bars")) {
  byId("accuracy").addEventListener("click", toggleBars);
  drawBars();
}
printPictures();
addEventListener("beforeprint", printPictures);
addEventListener("hashchange", fromAddress);
fromAddress();
