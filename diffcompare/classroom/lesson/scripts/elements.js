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
  const points = heads.map(([, align], place) => pointPadding(align, rows.map(row => row[place])));
  const head = make("tr", {}, ...heads.map(([title, align], place) =>
    make("th", {scope: "col", class: points[place].some(Boolean) ? "left" : align}, title)));
  const prose = heads.length > 1 && heads.at(-1)[1] === "left" && rows.every(row => typeof row.at(-1) === "string");
  const body = rows.map((row, number) => make("tr", {}, ...row.map((text, place) => {
    if (!place && heads[0][1] === "left") return make("th", {scope: "row", class: "left"}, written(text));
    const kind = typeof text === "number" ? " number" : place === heads.length - 1 && prose ? " prose" : "";
    const cell = make("td", {class: heads[place][1] + kind}, written(text)), spaces = points[place][number];
    if (spaces) cell.style.paddingRight = `calc(${spaces}ch + .6em)`;
    return cell;
  })));
  const whole = make("table", {}, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body));
  return make("div", {class: "scroll", role: "region", "aria-label": caption, tabindex: "0"}, whole);
}

const MOST_PADDING = 6;

/* Spaces after each number that bring decimal points in line, unless the column becomes much wider by that. */
function pointPadding(align, cells) {
  const texts = cells.map(written), wide = texts.map(lengthOf);
  const after = texts.map((text, place) => wide[place] - (/[.e]/.exec(text)?.index ?? wide[place]));
  const spaces = after.map(each => Math.max(...after) - each);
  const grown = Math.max(...wide.map((each, place) => each + spaces[place]));
  const sensible = align === "right" && cells.some(cell => typeof cell === "number")
    && grown <= Math.max(...wide) + MOST_PADDING;
  return sensible ? spaces : spaces.map(() => 0);
}
function written(cell) { return typeof cell === "number" ? exact(cell) : cell; }

/* Whether the reader wants things to move. */
function moves() { return !matchMedia("(prefers-reduced-motion: reduce)").matches; }

/* Characters, without the marks above them. */
function lengthOf(text) { return [...text].filter(each => !/\p{M}/u.test(each)).length; }
