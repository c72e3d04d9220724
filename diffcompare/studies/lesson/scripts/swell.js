/* Bars of swell on a logarithmic axis: nodes of the derivative in four forms, or how right two answers are. */

const chart = {width: 900, height: 360, left: 76, right: 10, top: 26, bottom: 46};
const SIZES = ["raw tree", "light tree", "light dag", "cse"], ERRORS = ["expanded", "reverse"];
const HATCHES = ["", "M0 8L8 0", "M0 4H8", "M0 0L8 8M0 8L8 0"];

function hatch(number) {
  return draw("pattern", {id: `hatch-${number}`, width: 8, height: 8, patternUnits: "userSpaceOnUse"},
    draw("rect", {class: `fill${number}`, width: 8, height: 8}), draw("path", {class: "hatch", d: HATCHES[number]}));
}

/* Powers of ten from the axis's foot to its top. */
function range(errors) { return errors ? [-17, 83, 10] : [0, 7, 1]; }

function drawBars() {
  const errors = byId("accuracy").getAttribute("aria-pressed") === "true", keys = errors ? ERRORS : SIZES;
  const rows = figures.swell, [low, high, stride] = range(errors), svg = byId("bars");
  const height = value => (Math.min(Math.max(Math.log10(value), low), high) - low) / (high - low)
                          * (chart.height - chart.top - chart.bottom);
  const what = words[errors ? "accuracy" : "sizes"];
  svg.replaceChildren(draw("title", {}, what), draw("desc", {}, say("bars told", {what, last: rows.length})),
                      draw("defs", {}, ...HATCHES.map((_, number) => hatch(number))));
  svg.append(...barAxis(low, high, stride, height, words[errors ? "relative axis" : "nodes axis"]));
  rows.forEach((row, place) => svg.append(...barsOf(row, place, keys, height, errors)));
  byId("bar-legend").replaceChildren(...keys.map((key, number) => make("li", {}, swatch(number), words[key])));
  byId("bar-table").replaceChildren(table(what, [["n", "right"], ...keys.map(key => [words[key], "right"])],
                                          rows.map(row => [String(row.n), ...keys.map(key => inWords(row[key], key, errors))])));
}

function inWords(value, key, errors) {
  if (value === null) return words[key === "expanded" ? "overflow" : "missing"];
  return errors ? value === 0 ? words.exactly : general(value, 2) : String(value);
}

function swatch(number) {
  return draw("svg", {width: 28, height: 16, "aria-hidden": "true"},
    draw("rect", {class: "bar", x: 1, y: 1, width: 26, height: 14, fill: `url(#hatch-${number})`}));
}

function barAxis(low, high, stride, height, title) {
  const parts = [], bottom = chart.height - chart.bottom;
  for (let power = Math.ceil(low / stride) * stride; power <= high; power += stride) {
    const y = bottom - height(10 ** power);
    parts.push(draw("path", {class: "grid", d: `M${chart.left} ${y}H${chart.width - chart.right}`}));
    parts.push(draw("text", {x: chart.left - 6, y: y + 5, "text-anchor": "end"}, `1e${power}`));
  }
  parts.push(draw("path", {class: "axis", d: `M${chart.left} ${chart.top}V${bottom}H${chart.width - chart.right}`}));
  parts.push(draw("text", {transform: `translate(16 ${chart.height / 2}) rotate(-90)`, "text-anchor": "middle"}, title));
  return parts;
}

function barsOf(row, place, keys, height, errors) {
  const room = (chart.width - chart.left - chart.right) / figures.swell.length, wide = (room - 12) / keys.length;
  const bottom = chart.height - chart.bottom, left = chart.left + place * room + 6;
  const parts = [draw("text", {x: left + (room - 12) / 2, y: bottom + 18, "text-anchor": "middle"}, `n = ${row.n}`)];
  keys.forEach((key, number) => {
    const text = inWords(row[key], key, errors), tall = tallness(row[key], key, height), x = left + number * wide;
    const box = {x, y: bottom - tall, width: wide - 2, height: tall, fill: `url(#hatch-${number})`};
    const kind = row[key] === null ? "bar beyond" : "bar";
    parts.push(draw("rect", {class: kind, ...box}, draw("title", {}, `n = ${row.n}${words.comma}${words[key]} ${text}`)));
    const numbered = errors ? number === 0 : place === figures.swell.length - 1;
    if (numbered) parts.push(errors ? numberOver(x + wide / 2, box.y, text) : numberUpright(x + wide / 2, box.y, text));
  });
  return parts;
}

/* What overflows has a bar to the top, what was not computed none. */
function tallness(value, key, height) {
  if (value === null) return key === "expanded" ? height(Infinity) : 0;
  return value > 0 ? Math.max(height(value), 2) : 0;
}

function numberOver(x, y, text) { return draw("text", {class: "figure", x, y: y - 5, "text-anchor": "middle"}, text); }
function numberUpright(x, y, text) {
  return draw("text", {class: "figure", transform: `translate(${x + 4} ${y - 5}) rotate(-90)`}, text);
}

function toggleBars() {
  const button = byId("accuracy");
  button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") !== "true");
  drawBars();
}
