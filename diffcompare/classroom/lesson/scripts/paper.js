/* On paper the pictures of the panels stand in the place of the demo's own: the curve with the step chosen, the bars. */

function printPictures() {
  for (const [demo, ids] of [["step", ["curve"]], ["swell", ["bars", "bar-legend"]]]) {
    if (!byId(ids[0])) continue;
    const figure = document.querySelector(`#${demo} .printed figure`);
    figure.replaceChildren(...ids.map(id => copied(byId(id))));
  }
}

/* A copy without ids of its own, but for patterns: those of what is not shown are no patterns. */
function copied(element) {
  const copy = element.cloneNode(true);
  for (const each of [copy, ...copy.querySelectorAll("[id]")]) {
    if (each.matches("pattern")) each.id = `printed-${each.id}`;
    else each.removeAttribute("id");
  }
  for (const each of copy.querySelectorAll("[fill^='url(#']")) {
    each.setAttribute("fill", each.getAttribute("fill").replace("#", "#printed-"));
  }
  return copy;
}
