/* The V: single steps as dots, their medians as lines, slopes as triangles, two level lines, and a ring that goes
   with h and leaves its trail.  First there are the steps of the demo's first table, then the V emerges from the right,
   as far as the steps of the demo have come.  Dots, ring and cancellation table are computed here; medians and slopes are
   those of the demo. */

const plot = {width: 760, height: 470, left: 112, right: 20, top: 12, bottom: 58, x: [-17, 0], y: [-16, 2]};
const DOTS = 8, DIGITS = 17;  // dots in a decade; digits that tell all doubles apart

function across(h) {
  const share = (Math.log10(h) - plot.x[0]) / (plot.x[1] - plot.x[0]);
  return plot.left + share * (plot.width - plot.left - plot.right);
}
function stepAt(x) {
  const share = (x - plot.left) / (plot.width - plot.left - plot.right);
  return plot.x[0] + share * (plot.x[1] - plot.x[0]);
}
function upwards(error) {
  const share = (Math.min(Math.max(Math.log10(error), plot.y[0]), plot.y[1]) - plot.y[0]) / (plot.y[1] - plot.y[0]);
  return plot.top + (1 - share) * (plot.height - plot.bottom - plot.top);
}

/* Returns a function of its first variable, both quotients at a step, and the truth.  The programs are "step" (curve)
   and "cancellation", or the reader's own at the current point, whose truth is the adjoint. */
function along(which) {
  const own = figures.live?.step && followedRun();
  const program = own ? own.program : figures.programs[which], name = program.variables[0];
  const point = own ? own.point : program.point, x = point[name];
  const f = at => own ? valueAt(program, {...point, [name]: at}) : forwards(program, {[name]: at}).at(-1);
  const truth = own ? known(own.adjoints[placeOf(program, name)]) : program.truth;
  return {program, point, f, x, truth, own, forward: h => (f(x + h) - f(x)) / h,
          central: h => (f(x + h) - f(x - h)) / (2 * h)};
}
function errorOf(quotient, which = "step") { return Math.abs(quotient - along(which).truth); }

function demoOfSteps() { return figures.demos.find(demo => demo.name === "step"); }

/* Returns pairs [h, median error], which are in the demo's frames; those of the reader's own function are computed. */
function medians(method) {
  if (figures.live?.step) return method === "complex_step" ? [] : computedMedians(along("step"), method);
  const medians = demoOfSteps().frames.flatMap(frame => frame.tables).filter(table => table.key === "medians").pop();
  const column = medians.columns.indexOf(method);
  return medians.rows.filter(row => row[column] !== null).map(row => [row[0], row[column]]);
}

const BINS = 4, MOST_OPERATIONS = 1e6;  // bins in a decade; operations for one line

function computedMedians({program, truth, forward, central}, method) {
  const quotient = method === "forward_difference" ? forward : central, bins = 16 * BINS;
  const samples = Math.max(1, Math.min(31, Math.floor(MOST_OPERATIONS / (2 * bins * program.nodes.length))));
  return Array.from({length: bins}, (_, bin) => {
    const errors = Array.from({length: samples}, (_, sample) => {
      const power = -1 - (bin + (sample + 0.5) / samples - 0.5) / BINS;
      return Math.abs(quotient(10 ** power) - truth);
    }).filter(Number.isFinite).sort((a, b) => a - b);
    return [10 ** (-1 - bin / BINS), errors[Math.floor(errors.length / 2)]];
  }).filter(([, error]) => error !== undefined);
}

function fitted(name) {
  return demoOfSteps().frames.map(frame => frame.numbers[name]).find(value => value !== undefined);
}

function drawCurve() {
  const svg = byId("curve");
  redrawCurve();
  svg.addEventListener("pointerdown", event => { svg.setPointerCapture(event.pointerId); dragged(event); });
  svg.addEventListener("pointermove", event => { if (svg.hasPointerCapture(event.pointerId)) dragged(event); });
}

/* Draws the curve of the program at its point, in the place of what was drawn before. */
function redrawCurve() {
  const svg = byId("curve"), {forward, central, program, point, own, truth} = along("step");
  const texts = ["step", "cancellation"].map(which => subjectOf(own ? program : figures.programs[which], own ? point : undefined));
  ["step-of", "cancellation-of"].forEach((id, number) => { byId(id).textContent = texts[number]; });
  const lines = {forward: medians("forward_difference"), central: medians("central_difference"),
                 richardson: own ? [] : medians("richardson").filter(([, error]) => error > 0)};
  const ulp = own ? Math.max(Math.abs(truth), 2 ** -1022) * 2 ** -52 : 2 ** -52 * 8;
  if (own) fitAxis([...lines.forward, ...lines.central].map(([, error]) => error).filter(error => error > 0), ulp);
  svg.replaceChildren(...svg.querySelectorAll(":scope > title, :scope > desc"), ...axes());
  const shown = draw("g", {"clip-path": "url(#emerged)"});
  const box = draw("rect", {id: "emerged-box", y: 0, height: plot.height, width: plot.width});
  svg.append(draw("defs", {}, draw("clipPath", {id: "emerged"}, box)), shown);
  for (const [name, quotient] of [["forward", forward], ["central", central]]) {
    shown.append(dots(name, quotient), line(name, lines[name].filter(([, error]) => error > 0)));
  }
  const complex = medians("complex_step").filter(([h]) => h >= 1e-16).map(([h, error]) => [h, Math.max(error, ulp)]);
  const adjoint = own ? truth : program.adjoints[placeOf(program, program.variables[0])];
  const level = Math.max(errorOf(adjoint), ulp / 4);
  if (lines.richardson.length) shown.append(line("richardson", lines.richardson));
  shown.append(...(complex.length ? [line("complex", complex)] : []), line("ad", [[1e-17, level], [1, level]]));
  const told = draw("g", {id: "emerged-names"}, ...names(lines, complex, level), ...(own ? [] : triangles()));
  svg.append(told, draw("g", {id: "first-steps"}), draw("g", {class: "trail", id: "trail"}),
             draw("line", {class: "guide", id: "guide", y1: plot.top, y2: plot.height - plot.bottom}),
             draw("circle", {class: "mark", id: "ring", r: 9}));
  restep();
  emerge();
  hideMedians(own && !followed.own);
}

/* Lets the axis of errors go from the level of one rounding to the largest median, at least over sixteen decades. */
function fitAxis(errors, ulp) {
  const low = 2 * Math.floor(Math.log10(ulp / 4) / 2), high = 2 * Math.ceil(Math.log10(Math.max(...errors, ulp)) / 2);
  plot.y = [low, Math.max(high, low + 16)];
}

/* Hides the numbers of the demo's frames, which are those of another point; or shows them again. */
function hideMedians(isElsewhere) {
  for (const table of document.querySelectorAll("#step .frame:has(.still) .step > *")) {
    table.style.display = isElsewhere ? "none" : "";
  }
}

let emerged = Infinity;  // as far as the steps have come

/* Shows the V down to the smallest step of the last medians that have been told, with the names that are whole there,
   and left of it the steps of the first table. */
function emerge(told = emerged) {
  emerged = told;
  const tables = demoOfSteps().frames.slice(0, told + 1).flatMap(frame => frame.tables);
  const last = tables.filter(table => table.key === "medians").at(-1);
  const end = Math.min(...(last?.rows ?? []).map(([h]) => h)), left = last ? Math.max(across(end) - 6, 0) : plot.width;
  fill(byId("emerged-box"), {x: left, width: plot.width - left}, []);
  for (const name of byId("emerged-names").children) {
    name.classList.remove("cut");
    name.classList.toggle("cut", name.getBBox().x < left);
  }
  byId("first-steps").replaceChildren(...firstSteps(told < 0 ? ".asked" : ".told", end));
}

/* Returns the errors of the steps below `end` whose numbers are in the first frame's table, named if these are all. */
function firstSteps(part, end) {
  const {truth, ...quotients} = along("step"), lines = {};
  const rows = [...document.querySelectorAll(`#step .frame:first-of-type > ${part} tbody tr`)];
  const known = rows.filter(row => !row.textContent.includes("?")).map(row => Number(row.cells[0].textContent));
  const steps = known.filter(h => h < 0.99 * end);
  for (const name of ["forward", "central"]) {
    lines[name] = steps.map(h => [h, Math.abs(quotients[name](h) - truth)]).filter(([, error]) => Number.isFinite(error));
  }
  const marks = ["forward", "central"].map(name =>
    draw("g", {class: `dots ${name}`}, ...lines[name].map(([h, error]) => dot(name, across(h), upwards(error), 5))));
  return end === Infinity ? [...marks, ...names({...lines, richardson: []}, [], null)] : marks;
}

function axes() {
  const bottom = plot.height - plot.bottom, parts = [];
  for (let power = -16; power <= 0; power += 2) {
    const x = across(10 ** power);
    parts.push(draw("path", {class: "grid", d: `M${x} ${plot.top}V${bottom}`}));
    parts.push(draw("text", {x, y: bottom + 22, "text-anchor": "middle"}, `1e${power}`));
  }
  const [low, high] = plot.y, stride = 2 * Math.ceil((high - low) / 20);
  for (let power = low; power < high; power += stride) {
    const y = upwards(10 ** power);
    parts.push(draw("path", {class: "grid", d: `M${plot.left} ${y}H${plot.width - plot.right}`}));
    parts.push(draw("text", {x: plot.left - 6, y: y + 5, "text-anchor": "end"}, `1e${power}`));
  }
  parts.push(draw("path", {class: "axis", d: `M${plot.left} ${plot.top}V${bottom}H${plot.width - plot.right}`}));
  const middle = (plot.left + plot.width) / 2;
  parts.push(draw("text", {x: middle, y: plot.height - 8, "text-anchor": "middle"}, words["h axis"]));
  parts.push(draw("text", {class: "turned", transform: `translate(20 ${plot.height / 2}) rotate(-90)`,
                           "text-anchor": "middle"}, words["error axis"]));
  return parts;
}

function dots(name, quotient) {
  const dots = [], {truth} = along("step");
  for (let count = -1 * DOTS; count >= -17 * DOTS; count--) {
    const h = 10 ** (count / DOTS), error = Math.abs(quotient(h) - truth);
    if (Number.isNaN(error)) continue;
    const x = across(h), y = upwards(error);
    dots.push(dot(name, x, y, 2.5));
  }
  return draw("g", {class: `dots ${name}`}, ...dots);
}
function dot(name, x, y, r) {
  return name === "forward" ? draw("circle", {cx: x, cy: y, r})
                            : draw("path", {d: `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`});
}
function line(name, points) {
  const places = points.map(([h, error]) => `${across(h)},${upwards(error)}`);
  return draw("polyline", {class: name, points: places.join(" ")});
}

function names(lines, complex, level) {
  const at = (key, h, error, right, down, anchor) => {
    const place = {x: across(h) + right, y: upwards(error) + down, "text-anchor": anchor};
    return draw("text", {class: `name ${key}`, ...place}, words[key]);
  };
  const near = (key, points, power, ...moved) =>
    points.filter(([h, error]) => error > 0 && Math.log10(h) <= power + 0.01).slice(0, 1).map(([h, error]) => at(key, h, error, ...moved));
  return [...near("forward", lines.forward, -1.5, -12, -12, "end"), ...near("central", lines.central, -2.75, 16, 16, "start"),
          ...near("richardson", lines.richardson, -4, 0, 26, "middle"),
          ...near("complex", complex, -12, 0, -10, "middle"), ...(level ? [at("ad", 1e-2, level, 0, -10, "middle")] : [])];
}

/* Draws slopes as triangles on the medians: one or two decades to the right, and up by the slope. */
function triangles() {
  const at = (method, power) => medians(method).find(([h]) => Math.abs(Math.log10(h) - power) < 0.01);
  return [
    ["forward_difference", -6, 1, 1, "forward-difference truncation"],
    ["central_difference", -4.5, 1, 2, "central-difference truncation"],
    ["forward_difference", -13, 1, -1, "forward-difference round-off"],
  ].map(([method, power, run, slope, name]) => {
    const [h, error] = at(method, power), below = slope > 0 ? 12 : -12;
    const x = across(h), y = upwards(error) + below, right = across(h * 10 ** run);
    const end = upwards(error * 10 ** (run * slope)) + below;
    const text = `${slope > 0 ? "+" : "−"}${Math.abs(slope)}`;
    return draw("g", {class: "slope"},
      draw("title", {}, say("slope", {slope: text, fitted: general(fitted(name), 3)})),
      draw("path", {d: `M${x} ${y}H${right}V${end}Z`}),
      draw("text", {x: slope > 0 ? right + 6 : (x + right) / 2, y: slope > 0 ? (y + end) / 2 + 6 : y - 6,
                    "text-anchor": slope > 0 ? "start" : "middle"}, text));
  });
}

/* --- The step that the reader chooses ----------------------------------------------------------------------------- */

function dragged(event) {
  const field = byId("exponent"), screen = byId("curve").getScreenCTM().inverse();
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(screen);
  field.value = String(Math.max(Number(field.min), Math.min(Number(field.max), stepAt(at.x))));
  chosenByReader();
}

const MOST_DOTS = 400;

/* Shows the step that the reader has chosen, and leaves a dot where it has been. */
function chosenByReader() {
  restep();
  const {cx, cy} = byId("ring"), trail = byId("trail");
  trail.append(draw("circle", {cx: cx.baseVal.value, cy: cy.baseVal.value, r: 3.5}));
  if (trail.childElementCount > MOST_DOTS) trail.firstChild.remove();
}

/* Returns the number of digits to which two numbers agree: common ones, or as many as their distance implies. */
function sharedDigits(a, b) {
  if (a === b) return DIGITS;
  const distance = a === 0 ? 1 : Math.abs(a - b) / Math.abs(a);
  const near = distance < 1 ? Math.trunc(Math.min(Math.max(-Math.log10(distance), 0), DIGITS)) : 0;
  const [first, second] = [a, b].map(value => value.toExponential(DIGITS - 1));
  if (first.split("e")[1] !== second.split("e")[1] || (a < 0) !== (b < 0)) return near;
  const [ours, theirs] = [first, second].map(digits => digits.split("e")[0].replace(/[.-]/g, ""));
  const differs = [...ours].findIndex((digit, place) => digit !== theirs[place]);
  return Math.max(near, differs < 0 ? DIGITS : differs);
}

/* Returns a number with its shared digits marked: grey, underlined, in brackets. */
function marked(value, shared) {
  const text = value.toPrecision(DIGITS);
  const first = text.search(/[1-9]/);
  let end = first, count = 0;
  while (count < shared && end < text.length) if (/\d/.test(text[end++])) count++;
  return shared ? [make("span", {class: "shared"}, `[${text.slice(0, end)}]`), text.slice(end)] : [text];
}

function restep() {
  const h = 10 ** Number(byId("exponent").value), error = errorOf(along("step").forward(h));
  byId("chosen").textContent = `h = ${general(h, 3)}${words.comma}${words["cancellation error"]} ${general(error, 2)}`;
  byId("exponent").setAttribute("aria-valuetext", `h = ${general(h, 3)}${words.comma}${words["cancellation error"]} ${general(error, 2)}`);
  const place = {cx: across(h), cy: upwards(error)};
  fill(byId("ring"), place, []);
  fill(byId("guide"), {x1: place.cx, x2: place.cx}, []);
  showCancellation(h);
}

function showCancellation(h) {
  const {f, x, forward} = along("cancellation"), here = f(x), there = f(x + h), shared = sharedDigits(here, there);
  byId("cancellation-there").replaceChildren(...marked(there, shared));
  byId("cancellation-here").replaceChildren(...marked(here, shared));
  byId("cancellation-difference").textContent = exact(there - here);
  byId("cancellation-quotient").textContent = exact(forward(h));
  byId("cancellation-error").textContent = general(errorOf(forward(h), "cancellation"), 2);
  byId("cancellation-shared").textContent = say("cancellation shared", {count: shared});
}
