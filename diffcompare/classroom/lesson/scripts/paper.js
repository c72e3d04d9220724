/* On paper the pictures of the panels - the curve with the chosen step, the bars - replace the demo's own. */

function printPictures() {
  for (const [demo, ids] of [["step", ["curve"]], ["swell", ["bars", "bar-legend"]]]) {
    if (!byId(ids[0])) continue;
    const figure = document.querySelector(`#${demo} .printed figure`);
    figure.replaceChildren(...ids.map(id => copied(byId(id))));
  }
}

/* Returns a copy without ids, except those of fill patterns, which do not work inside hidden elements. */
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
