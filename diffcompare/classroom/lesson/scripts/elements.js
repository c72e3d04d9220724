/* Makes elements: tables, and the frames of another point, like those that Python makes for the demo's own. */

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

const LONG = 30; // longer text may take several lines of its cell, as on Python's pages

/* Returns a table like those of Python's pages; heads are pairs [title, "left" or "right"]. */
function table(caption, heads, rows) {
  const points = heads.map(([, align], place) => pointPadding(align, rows.map(row => row[place])));
  const head = make("tr", {}, ...heads.map(([title, align], place) =>
    make("th", {scope: "col", class: points[place].some(Boolean) ? "left" : align}, title)));
  const texts = rows.map(row => row.at(-1)), isWords = texts.every(text => typeof text === "string");
  const prose = heads.length > 1 && heads.at(-1)[1] === "left" && isWords && texts.some(text => text.length > LONG);
  const body = rows.map((row, number) => make("tr", {}, ...row.map((text, place) => {
    if (!place && heads[0][1] === "left") return make("th", {scope: "row", class: "left"}, written(text));
    const kind = typeof text === "number" ? " number" : place === heads.length - 1 && prose ? " prose" : "";
    const cell = make("td", {class: heads[place][1] + kind}, written(text)), spaces = points[place][number];
    pad(cell, spaces);
    return cell;
  })));
  const whole = make("table", {}, make("caption", {}, caption), make("thead", {}, head), make("tbody", {}, ...body));
  return make("div", {class: "scroll", role: "region", "aria-label": caption, tabindex: "0"}, whole);
}

const MOST_PADDING = 6;

/* Returns the spaces after each number that align decimal points, unless the column would become much wider. */
function pointPadding(align, cells) {
  const texts = cells.map(written), isAligned = align === "right" && cells.some(cell => typeof cell === "number");
  return isAligned ? spacesAfter(texts) : texts.map(() => 0);
}
function spacesAfter(texts) {
  const widths = texts.map(lengthOf);
  const after = texts.map((text, place) => widths[place] - (/[.e]/.exec(text)?.index ?? widths[place]));
  const spaces = after.map(columns => Math.max(...after) - columns);
  const grown = Math.max(...widths.map((width, place) => width + spaces[place]));
  return grown <= Math.max(...widths) + MOST_PADDING ? spaces : spaces.map(() => 0);
}
function pad(cell, spaces) { cell.style.paddingRight = spaces ? `calc(${spaces}ch + .6em)` : ""; }
function written(cell) { return typeof cell === "number" ? exact(cell) : cell; }

/* Tells whether the reader wants motion. */
function moves() { return !matchMedia("(prefers-reduced-motion: reduce)").matches; }

/* Counts characters, without combining marks. */
function lengthOf(text) { return [...text].filter(character => !/\p{M}/u.test(character)).length; }

/* --- Frames -------------------------------------------------------------------------------------------------------- */

/* Returns the rows with a question mark in the last cell of some, whose indices count from the end. */
function masked(rows, hidden) {
  return rows.map((row, number) => hidden.includes(number - rows.length) ? [...row.slice(0, -1), "?"] : row);
}

/* Returns the picture and the step of a part, as Python does. */
function blocksOf(frame, asked) {
  const tables = frame.tables.map(({caption, heads}, number) =>
    table(caption, heads, asked ? masked(frame.rows[number], frame.hidden[number]) : frame.rows[number]));
  if (!frame.graph) return [make("div", {class: "step"}, ...tables)];
  const slot = make("div", {class: "scroll slot", role: "region", "aria-label": words.graph, tabindex: "0"});
  return [make("div", {class: "picture"}, slot), make("div", {class: "step filling"}, ...tables)];
}

function paragraph(kind, text) {
  return text ? [make("p", {class: kind}, make("b", {}, words[kind]), text)] : [];
}

function answerParts(frame) {
  const said = [...paragraph("rule", frame.rule), ...paragraph("why", frame.sentence)];
  return [...blocksOf(frame, false), make("div", {class: "said"}, ...said)];
}

/* Returns a copy of the lines of a Python function that are shown with a step: they are the same on the same path. */
function sourceOf(number) {
  if (played?.name === DEMO_PROGRAM || !played) {
    const lines = shippedFrames[number - 1]?.querySelector(".told pre");
    if (lines) return [lines.closest(".scroll").cloneNode(true)];
  }
  return [];
}

function articleOf(frame, number) {
  const parts = [make("h3", {}, `${number}. ${frame.title}`)];
  if (frame.question) {
    const question = make("p", {class: "question"}, say("question", {question: frame.question}));
    parts.push(make("div", {class: "asked"}, ...blocksOf(frame, true), make("div", {class: "said"}, question)));
  }
  parts.push(make("div", {class: "told"}, ...answerParts(frame)));
  if (frame.broken) {
    const damage = make("p", {}, make("b", {}, words.broken), say("damage", frame.broken));
    parts.push(make("div", {class: "broken"}, ...blocksOf(frame.broken, false), make("div", {class: "said"}, damage)));
  }
  parts.at(-1 - Boolean(frame.broken)).querySelector(".step").append(...sourceOf(number));
  return make("article", {class: "frame", id: `trace-${number}`, "data-asks": frame.question ? "yes" : "no",
                          "data-breaks": frame.broken ? "yes" : "no", "data-sweep": frame.sweep || "",
                          "data-node": frame.node || ""}, ...parts);
}

/* Returns a step as a row of the printed table. */
function printedRow(run, frame, number) {
  const step = run.steps[number - 1], result = step ? `${step.name} = ${general(step.total, 6)}` : "";
  const texts = [String(number + 1), frame.title, frame.rule, result, frame.sentence];
  return make("tbody", {}, make("tr", {}, ...texts.map(text => make("td", {}, text))));
}
