"""The script of the lesson: stepping, and a small tape of its own for other points and other steps."""

SCRIPT = r"""
"use strict";
const figures = JSON.parse(document.getElementById("figures").textContent);
const root = document.documentElement, demos = [...document.querySelectorAll(".demo")];
const framesOf = demos.map(demo => [...demo.querySelectorAll(".frame")]);
const state = {demo: 0, frame: 0, revealed: false, broken: false, predict: true, keys: true};
const byId = id => document.getElementById(id);

/* --- Stepping ---------------------------------------------------------------------------------------------------- */

function here() { return framesOf[state.demo][state.frame]; }
function asks() { return state.predict && !state.revealed && here().dataset.asks === "yes"; }

function show() {
  demos.forEach((demo, place) => demo.classList.toggle("here", place === state.demo));
  for (const frame of framesOf.flat()) frame.classList.remove("here", "open", "shows-broken");
  const frame = here(), open = asks();
  frame.classList.add("here");
  frame.classList.toggle("open", open);
  frame.classList.toggle("shows-broken", state.broken);
  byId("place").textContent = `${demos[state.demo].id}: ${state.frame + 1} of ${framesOf[state.demo].length}`;
  byId("break").disabled = frame.dataset.breaks !== "yes";
  byId("break").setAttribute("aria-pressed", state.broken);
  byId("predict").setAttribute("aria-pressed", state.predict);
  byId("next").textContent = open ? "Reveal" : "Next";
  document.querySelectorAll("nav button").forEach((button, place) =>
    button.setAttribute("aria-current", place === state.demo ? "true" : "false"));
  const what = open ? ".question" : state.broken ? ".broken p" : ".rule";
  const said = frame.querySelector(what) || frame.querySelector("h3");
  byId("spoken").textContent = said.textContent;
  history.replaceState(null, "", `#${demos[state.demo].id}/${state.frame + 1}`);
}

function go(demo, frame, revealed) {
  if (demo < 0 || demo >= demos.length) return;
  Object.assign(state, {demo, frame: Math.max(0, Math.min(frame, framesOf[demo].length - 1)), revealed, broken: false});
  show();
  window.scrollTo(0, 0);
}

const actions = {
  next() {
    if (asks()) { state.revealed = true; show(); }
    else if (state.frame + 1 < framesOf[state.demo].length) go(state.demo, state.frame + 1, false);
    else go(state.demo + 1, 0, false);
  },
  back() {
    if (state.frame > 0) go(state.demo, state.frame - 1, true);
    else if (state.demo > 0) go(state.demo - 1, framesOf[state.demo - 1].length - 1, true);
  },
  first() { go(state.demo, 0, false); },
  last() { go(state.demo, framesOf[state.demo].length - 1, false); },
  predict() { state.predict = !state.predict; state.revealed = false; show(); },
  break() { if (here().dataset.breaks === "yes") { state.broken = !state.broken; state.revealed = true; show(); } },
  projector() { byId("projector").setAttribute("aria-pressed", root.classList.toggle("projector")); },
  keys() { state.keys = !state.keys; byId("keys").setAttribute("aria-pressed", state.keys); },
};
const keyboard = {ArrowRight: "next", " ": "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", Home: "first",
                  End: "last", p: "predict", b: "break", P: "projector"};

for (const name of Object.keys(actions)) byId(name)?.addEventListener("click", actions[name]);
document.querySelectorAll("nav button").forEach((button, place) =>
  button.addEventListener("click", () => go(place, 0, false)));
document.addEventListener("keydown", event => {
  const busy = event.target.closest("input, textarea, select, button, summary");
  if (!state.keys || event.ctrlKey || event.altKey || event.metaKey) return;
  if (busy && (event.target.matches("input, textarea, select") || event.key === " ")) return;
  const action = keyboard[event.key];
  if (action) { event.preventDefault(); actions[action](); }
});

/* --- A small tape ------------------------------------------------------------------------------------------------ */

const table = {  // the value, and a partial for every argument
  "+": [(a, b) => a + b, () => [1, 1]],
  "-": [(a, b) => a - b, () => [1, -1]],
  "*": [(a, b) => a * b, (y, a, b) => [b, a]],
  "/": [(a, b) => a / b, (y, a, b) => [1 / b, -y / b]],
  "neg": [a => -a, () => [-1]],
  "ln": [Math.log, (y, a) => [1 / a]],
  "exp": [Math.exp, y => [y]],
  "sin": [Math.sin, (y, a) => [Math.cos(a)]],
  "cos": [Math.cos, (y, a) => [-Math.sin(a)]],
  "sqrt": [Math.sqrt, y => [1 / (2 * y)]],
};

function forwards(program, point) {
  const values = [];
  for (const node of program.nodes) {
    const given = (node.of || []).map(place => values[place]);
    if (node.variable) values.push(point[node.variable]);
    else if (node.operation === undefined) values.push(node.number);
    else if (node.operation === "^n") values.push(given[0] ** node.exponent);
    else values.push(table[node.operation][0](...given));
  }
  return values;
}

function backwards(program, values) {
  const adjoints = values.map(() => 0);
  adjoints[values.length - 1] = 1;
  for (let place = values.length - 1; place >= 0; place--) {
    const node = program.nodes[place];
    if (node.operation === undefined) continue;
    const given = node.of.map(each => values[each]);
    const partials = node.operation === "^n" ? [node.exponent * given[0] ** (node.exponent - 1), 0]
                                             : table[node.operation][1](values[place], ...given);
    node.of.forEach((each, number) => { adjoints[each] += adjoints[place] * partials[number]; });
  }
  return adjoints;
}

/* The shipped numbers computed anew: whoever edits the point may rely on the tape, or is warned. */
function check() {
  const off = (ours, theirs) => Math.abs(ours - theirs) > 1e-12 * Math.max(1, Math.abs(theirs)) || ours !== ours;
  for (const [name, program] of Object.entries(figures.programs)) {
    const values = forwards(program, program.point), adjoints = backwards(program, values);
    const variable = place => program.nodes[place].variable;
    if (values.some((value, place) => off(value, program.values[place]))
        || adjoints.some((value, place) => variable(place) && off(value, program.adjoints[place]))) {
      const banner = byId("banner");
      banner.hidden = false;
      banner.textContent = `This browser computes other numbers than Python did (${name}): do not trust its panels.`;
    }
  }
}

function cell(row, text, kind = "td") { row.appendChild(document.createElement(kind)).textContent = text; }

/* One input for every variable of the expression chosen, at its own point. */
function choose() {
  const program = figures.programs[byId("expression").value];
  byId("coordinates").replaceChildren(...program.variables.map(name => {
    const label = document.createElement("label"), input = document.createElement("input");
    Object.assign(input, {type: "number", step: "any", id: `at-${name}`, value: program.point[name]});
    input.addEventListener("input", retrace);
    label.append(`${name} `, input);
    return label;
  }));
  retrace();
}

function retrace() {
  const program = figures.programs[byId("expression").value], point = {};
  for (const name of program.variables) point[name] = Number(byId(`at-${name}`).value);
  const values = forwards(program, point), adjoints = backwards(program, values);
  byId("retraced").replaceChildren(...program.nodes.flatMap((node, place) => {
    if (!node.name) return [];
    const row = document.createElement("tr");
    cell(row, node.name, "th");
    cell(row, node.variable || node.operation);
    cell(row, String(values[place]));
    cell(row, String(adjoints[place]));
    return [row];
  }));
}

function shared(a, b) {
  const one = a.toExponential(16), other = b.toExponential(16);
  let count = 0;
  if (one.split("e")[1] !== other.split("e")[1]) return 0;
  while (count < one.length && one[count] === other[count] && one[count] !== "e") count++;
  return count;
}

/* The V: medians of the sweep, and a ring that goes with h. */
const plot = {width: 640, height: 300, left: 50, bottom: 30, x: [-17, 0], y: [-16, 2]};
function across(h) {
  return plot.left + (Math.log10(h) - plot.x[0]) / (plot.x[1] - plot.x[0]) * (plot.width - plot.left - 30);
}
function upwards(error) {
  const place = (Math.max(Math.log10(error), plot.y[0]) - plot.y[0]) / (plot.y[1] - plot.y[0]);
  return (1 - place) * (plot.height - plot.bottom - 10) + 10;
}
function part(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  byId("curve").appendChild(element);
}

function draw() {
  const demo = figures.demos.find(each => each.name === "step");
  const medians = demo.frames.flatMap(frame => frame.tables).filter(each => each.key === "medians").pop();
  const bottom = plot.height - plot.bottom;
  part("line", {class: "axis", x1: plot.left, y1: bottom, x2: plot.width - 10, y2: bottom});
  part("line", {class: "axis", x1: plot.left, y1: 10, x2: plot.left, y2: bottom});
  for (const power of [-16, -12, -8, -4, 0]) {
    part("text", {x: across(10 ** power) - 12, y: plot.height - 8}, `1e${power}`);
    part("text", {x: 4, y: upwards(10 ** power) + 4}, `1e${power}`);
  }
  for (const [name, place] of [["forward", -14], ["central", -5]]) {
    const column = medians.columns.indexOf(`${name}_difference`);
    const points = medians.rows.filter(row => row[column] > 0).map(row => `${across(row[0])},${upwards(row[column])}`);
    part("polyline", {class: name, points: points.join(" ")});
    const at = medians.rows.find(row => Math.log10(row[0]) <= place && row[column] > 0);
    part("text", {x: across(at[0]) + 14, y: upwards(at[column]) + (name === "central" ? 18 : -10)}, name);
  }
  part("circle", {class: "mark", id: "ring", r: 8, cx: 0, cy: 0});
}

function restep() {
  const program = figures.programs.step, h = 10 ** Number(byId("exponent").value), name = program.variables[0];
  const x = program.point[name], value = at => forwards(program, {[name]: at})[program.nodes.length - 1];
  const here = value(x), there = value(x + h), same = shared(there, here), text = there.toExponential(16);
  const exact = program.adjoints[program.nodes.findIndex(node => node.variable)];
  const crossed = document.createElement("s");
  crossed.textContent = text.slice(0, same);
  byId("step-there").replaceChildren(crossed, text.slice(same));
  byId("step-here").textContent = here.toExponential(16);
  byId("step-h").textContent = h.toExponential(2);
  byId("step-quotient").textContent = String((there - here) / h);
  const error = Math.abs((there - here) / h - exact);
  byId("ring").setAttribute("cx", across(h));
  byId("ring").setAttribute("cy", upwards(error));
  byId("step-error").textContent = error.toExponential(1);
}

root.classList.add("stepping");
check();
if (byId("expression")) { byId("expression").addEventListener("change", choose); choose(); }
if (byId("exponent")) { byId("exponent").addEventListener("input", restep); draw(); restep(); }
function fromAddress() {
  const [wanted, number] = decodeURIComponent(location.hash.slice(1)).split("/");
  go(Math.max(demos.findIndex(demo => demo.id === wanted), 0), (Number(number) || 1) - 1, false);
}
addEventListener("hashchange", fromAddress);
fromAddress();
"""
