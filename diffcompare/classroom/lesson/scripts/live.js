/* The demos about the reader's own function: whatever has a recipe is computed anew at another point. */

const followed = {run: null, own: true};

function isFollowed(demo) { return Boolean(figures.live?.[demo.id]) || (demo.id === "trace" && Boolean(figures.live)); }

/* Puts the fields of the point below the current demo, if it follows them. */
function placePanel() {
  const panel = byId("point-panel"), demo = demos[state.demo];
  if (panel && isFollowed(demo) && !demo.contains(panel)) demo.querySelector(":scope > .printed").before(panel);
}

/* Computes everything at a point; `own` restores what Python has written for its own. */
function follow(point, own) {
  Object.assign(followed, {run: runAt(point), own});
  for (const demo of demos.filter(demo => figures.live[demo.id])) {
    figures.live[demo.id].forEach((recipes, number) => renew(demo, number, recipes));
  }
  if (byId("exponent") && figures.live.step) redrawCurve();
}

function runAt(point) {
  const program = figures.programs.live, values = forwards(program, point), adjoints = backwards(program, values);
  return {program, point, values, adjoints, sent: messages(program, values)};
}
function followedRun() { return followed.run ??= runAt(figures.programs.live.point); }

function renew(demo, number, recipes) {
  const frame = framesOf[demos.indexOf(demo)][number], printed = demo.querySelectorAll(".printed > table > tbody")[number];
  for (const part of [frame.querySelector(".told"), frame.querySelector(".asked"), printed.querySelector(".inside")]) {
    if (part) renewCells(part, recipes.cells);
  }
  if (frame.querySelector(".broken")) renewCells(frame.querySelector(".broken"), recipes.broken);
  if (!recipes.cells.length && !recipes.rule.length) return;
  const [, , rule, numbers] = printed.rows[0].cells;
  if (recipes.rule.length) {
    write(frame.querySelector(".told .rule").lastChild, recipes.rule);
    write(rule.firstChild || rule, recipes.rule);
  }
  for (const list of [numbers, ...listsOf(printed)]) write(list, [""]);
}

/* Returns the cells of a printed step that list numbers by name: only Python knows those. */
function listsOf(printed) { return [...printed.querySelectorAll("td[colspan]")].filter(cell => !cell.querySelector("table")); }

function renewCells(part, cells) {
  const tables = part.querySelectorAll("table");
  for (const [[table, row, column], parts] of cells) {
    const cell = tables[table]?.tBodies[0].rows[row]?.cells[column];
    if (cell && cell.textContent !== "?") write(cell, parts);
    if (cell && parts.some(part => part.as === "exact")) align(tables[table], column);
  }
}

/* Puts the decimal points of a column below each other, which has other numbers now. */
function align(table, column) {
  const cells = [...table.querySelectorAll("tbody tr")].map(row => row.cells[column]).filter(cell => cell?.matches(".right"));
  spacesAfter(cells.map(cell => cell.textContent)).forEach((spaces, place) => pad(cells[place], spaces));
}

const remembered = new Map();  // what Python has written, by node

/* Writes a text of parts into an element or a text; at the demo's own point, what was there. */
function write(node, parts) {
  if (!remembered.has(node)) remembered.set(node, node.textContent);
  node.textContent = followed.own ? remembered.get(node) : parts.map(textOf).join("");
}

const DIGITS_OF = {exact, six: value => general(value, 6), two: value => general(value, 2)};

function textOf(part) {
  if (typeof part === "string") return part;
  const answer = cooked(part.of);
  if (typeof answer === "string") return answer;
  return Number.isFinite(answer) ? DIGITS_OF[part.as](answer) : "\u2013";
}

/* --- Recipes ------------------------------------------------------------------------------------------------------- */

function cooked([kind, ...ingredients]) { return RECIPES[kind](followed.run, ...ingredients); }

const RECIPES = {
  value: ({values}, place) => values[place],
  adjoint: ({adjoints}, place) => known(adjoints[place]),
  tangent: (run, seed, place) => known(tangents(run.program, run.values, {[seed]: 1})[place]),
  partial: ({program, adjoints}, name) => known(adjoints[placeOf(program, name)]),
  along: (run, name) => known(tangents(run.program, run.values, {[name]: 1})[outputOf(run.program)]),
  assigned: ({program, values}, name) => known(assignedAdjoints(program, values)[placeOf(program, name)]),
  passes: (run, place) => arrowsFrom(run, place).map(({argument, partial}) =>
    `${run.program.nodes[argument].tape} += ${general(run.adjoints[place] * partial, 6)}`).join(words.comma),
  reads: (run, place) => arrowsFrom(run, place).map(({argument, partial}) =>
    `${run.program.nodes[argument].tape} += ${general(run.adjoints[place], 6)} * ${general(partial, 6)}`).join("; ")
    || words["nothing passed"],
  arrived: ({program, sent}, name, source) => arrivedAt(program, sent, placeOf(program, name), source),
  quotient: (run, name, h, a, b, c) => (moved(run, name, a * h) - moved(run, name, b * h)) / (c * h),
  second: (run, name, h) => (moved(run, name, h) - 2 * moved(run, name, 0) + moved(run, name, -h)) / h ** 2,
  entry: ({program, point}, number) => {
    const {nodes, of} = program.formulas;
    return of[number] == null ? NaN : forwards({nodes}, point)[of[number]];
  },
  decided: ({program, point}, number, side) => {
    const test = program.decisions.tests[number];
    return forwards(program.decisions, point)[side ? test.right : test.left];
  },
  taken: ({point}, name, h) => (point[name] + h) - point[name],
  times: (run, factor, recipe) => factor * cooked(recipe),
  error: (run, ours, theirs) => Math.abs(cooked(ours) - cooked(theirs)),
};

/* Returns the value at a point; NaN where a recorded function would decide otherwise. */
function valueAt(program, point) { return decidesAlike(program, point) ? forwards(program, point)[outputOf(program)] : NaN; }

function moved({program, point}, name, step) { return valueAt(program, {...point, [name]: point[name] + step}); }

/* Returns the arrows along which a node passes its adjoint on; none if nothing arrives at it. */
function arrowsFrom(run, place) {
  run.out ??= bySource(arrows(run.program, run.values));
  run.reached ??= new Set([outputOf(run.program), ...run.sent.map(({argument}) => argument)]);
  return run.reached.has(place) ? run.out.get(place) || [] : [];
}

function arrivedAt(program, sent, place, last) {
  const arrived = sent.filter(({source, argument}) => argument === place && source >= last).map(({value}) => value);
  return arrived.reduce((sum, value) => sum + value, place === outputOf(program) ? 1 : 0);
}

/* Returns the adjoints of a sweep with `=` for `+=`. */
function assignedAdjoints(program, values) {
  const adjoints = values.map(() => undefined), out = bySource(arrows(program, values));
  adjoints[outputOf(program)] = 1;
  for (let source = outputOf(program); source >= 0; source--) {
    if (adjoints[source] === undefined) continue;
    for (const {argument, partial} of out.get(source) || []) adjoints[argument] = adjoints[source] * partial;
  }
  return adjoints;
}
