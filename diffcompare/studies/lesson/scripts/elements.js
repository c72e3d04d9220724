/* Elements, made in few words. */

const root = document.documentElement;
const byId = id => document.getElementById(id);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
function make(tag, attributes = {}, ...children) { return fill(document.createElement(tag), attributes, children); }
function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/* A table as Python's pages have it: heads are [title, "left" or "right"] pairs. */
function table(caption, heads, rows) {
  const cell = (text, place) => place || heads[0][1] === "right"
    ? make("td", {class: heads[place][1] + (typeof text === "number" ? " number" : "")}, written(text))
    : make("th", {scope: "row", class: "left"}, written(text));
  const head = make("tr", {}, ...heads.map(([title, align]) => make("th", {scope: "col", class: align}, title)));
  const body = rows.map(row => make("tr", {}, ...row.map(cell)));
  const whole = make("table", {}, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body));
  return make("div", {class: "scroll", role: "region", "aria-label": caption, tabindex: "0"}, whole);
}
function written(cell) { return typeof cell === "number" ? exact(cell) : cell; }

/* Whether the reader wants things to move. */
function moves() { return !matchMedia("(prefers-reduced-motion: reduce)").matches; }
