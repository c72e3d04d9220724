/* The bars of swell on a logarithmic axis: nodes of the derivative in four forms, or the accuracy of two answers. */

const chart = {width: 760, height: 470, left: 104, right: 6, top: 92, bottom: 54};
const SIZES = ["raw tree", "light tree", "light dag", "cse"], ERRORS = ["expanded", "reverse"];
const HATCHES = ["", "M0 8L8 0", "M0 4H8", "M0 0L8 8M0 8L8 0"];

function hatch(number) {
  return draw("pattern", {id: `hatch-${number}`, width: 8, height: 8, patternUnits: "userSpaceOnUse"},
    draw("rect", {class: `fill${number}`, width: 8, height: 8}), draw("path", {class: "hatch", d: HATCHES[number]}));
}

/* The two views: their series, their words, and the powers of ten at both ends of the axis. */
function shownBars() {
  const errors = byId("accuracy").getAttribute("aria-pressed") === "true";
  const range = errors ? {low: -17, high: 83, stride: 10} : {low: 0, high: 7, stride: 1};
  return errors ? {errors, keys: ERRORS, what: words.accuracy, axis: words["relative axis"], ...range}
                : {errors, keys: SIZES, what: words.sizes, axis: words["nodes axis"], ...range};
}

function heightOf(value, {low, high}) {
  const power = Math.min(Math.max(Math.log10(value), low), high);
  return (power - low) / (high - low) * (chart.height - chart.top - chart.bottom);
}

let members = 0;  // how many the steps have come to

function showMembers(count) {
  members = count;
  drawBars();
}

/* Shows the members up to that of a step; where the step is about accuracy, this. */
function grow(told) {
  const {frames} = figures.demos.find(demo => demo.name === "swell");
  const table = told < 0 ? null : frames[Math.min(told, frames.length - 1)].tables[0], all = figures.swell.length;
  const accurate = table?.key === "accuracy";
  const count = accurate ? all : table ? Number(String(table.rows.at(-1)[0]).replace(/\D/g, "")) : 0;
  if (count === members && accurate === grow.accurate) return;
  grow.accurate = accurate;
  byId("accuracy").setAttribute("aria-pressed", accurate);
  showMembers(count);
}

function drawBars() {
  const view = shownBars(), {what, keys, errors} = view, rows = figures.swell.slice(0, members);
  byId("bars").replaceChildren(
    draw("title", {}, what), draw("desc", {}, say("bars told", {what, last: figures.swell.length})),
    draw("defs", {}, ...HATCHES.map((_, number) => hatch(number))),
    ...barAxis(view), ...rows.flatMap((row, place) => barsOf(row, place, view)));
  byId("bar-legend").replaceChildren(...keys.map((key, number) => make("li", {}, swatch(number), words[key])));
  const heads = [["n", "right"], ...keys.map(key => [words[key], "right"])];
  const texts = rows.map(row => [String(row.n), ...keys.map(key => inWords(row[key], key, errors))]);
  byId("bar-table").replaceChildren(table(what, heads, texts));
}

function inWords(value, key, errors) {
  if (value === null) return words[key === "expanded" ? "overflow" : "missing"];
  if (errors) return value === 0 ? words.exactly : general(value, 2);
  return String(value);
}

function swatch(number) {
  return draw("svg", {viewBox: "0 0 28 16", "aria-hidden": "true"},
    draw("rect", {class: "bar", x: 1, y: 1, width: 26, height: 14, fill: `url(#hatch-${number})`}));
}

function barAxis({low, high, stride, axis}) {
  const parts = [], bottom = chart.height - chart.bottom, middle = chart.height / 2;
  for (let power = Math.ceil(low / stride) * stride; power <= high; power += stride) {
    const y = bottom - heightOf(10 ** power, {low, high});
    parts.push(draw("path", {class: "grid", d: `M${chart.left} ${y}H${chart.width - chart.right}`}));
    parts.push(draw("text", {x: chart.left - 6, y: y + 5, "text-anchor": "end"}, `1e${power}`));
  }
  parts.push(draw("path", {class: "axis", d: `M${chart.left} ${chart.top}V${bottom}H${chart.width - chart.right}`}));
  parts.push(draw("text", {transform: `translate(20 ${middle}) rotate(-90)`, "text-anchor": "middle"}, axis));
  parts.push(draw("text", {x: chart.left - 12, y: bottom + 24, "text-anchor": "end"}, "n"));
  return parts;
}

function barsOf(row, place, view) {
  const {keys, errors} = view, bottom = chart.height - chart.bottom, count = figures.swell.length;
  const room = (chart.width - chart.left - chart.right) / count, width = (room - 10) / keys.length;
  const left = chart.left + place * room + 5, middle = left + (room - 10) / 2;
  const parts = [draw("text", {x: middle, y: bottom + 24, "text-anchor": "middle"}, String(row.n))];
  keys.forEach((key, number) => {
    const text = inWords(row[key], key, errors), tall = tallness(row[key], key, view), x = left + number * width;
    const box = {x, y: bottom - tall, width: width - 2, height: tall, fill: `url(#hatch-${number})`};
    const kind = row[key] === null ? "bar beyond" : "bar";
    parts.push(draw("rect", {class: kind, ...box}, draw("title", {}, `n = ${row.n}${words.comma}${words[key]} ${text}`)));
    if (errors && number === 0) parts.push(numberUpright(x + width / 2, box.y, text));
    if (!errors && place === members - 1 && number % 2 === 0) parts.push(numberUpright(x + width / 2, box.y, text));
  });
  return parts;
}

/* An overflow has a bar to the top; what was not computed has none. */
function tallness(value, key, view) {
  if (value === null) return key === "expanded" ? heightOf(Infinity, view) : 0;
  return value > 0 ? Math.max(heightOf(value, view), 2) : 0;
}

function numberUpright(x, y, text) {
  return draw("text", {class: "figure", transform: `translate(${x + 4} ${y - 5}) rotate(-90)`}, text);
}

function toggleBars() {
  const button = byId("accuracy");
  button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
  drawBars();
}
