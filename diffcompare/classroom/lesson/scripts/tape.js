/* A small tape: values along a list of nodes, tangents with them, adjoints against them.

   Python has written the operations from its table, those that the page needs: `value` of the arguments, `partials` of
   the result and the arguments.  A value outside of the domain is NaN; a partial is null where nothing flows at all. */

function valueOf(node, given) {
  const operation = operations[node.operation], needed = operation.selects ? given.slice(0, 2) : given;
  return needed.some(Number.isNaN) ? NaN : operation.value(...given);
}

function forwards(program, point) {
  const values = [];
  for (const node of program.nodes) {
    if (node.variable) values.push(point[node.variable]);
    else if (node.operation === undefined) values.push(node.number ?? Infinity);
    else values.push(valueOf(node, node.of.map(place => values[place])));
  }
  return values;
}

/* Returns {source, argument, partial} for every arrow that carries derivatives. */
function arrows(program, values) {
  return program.nodes.flatMap((node, source) => {
    if (node.operation === undefined) return [];
    const partials = operations[node.operation].partials(values[source], ...node.of.map(argument => values[argument]));
    return node.of.map((argument, number) => ({source, argument, partial: partials[number]}))
                  .filter(arrow => program.nodes[arrow.argument].active && arrow.partial !== null);
  });
}

/* Returns the tangents along a direction, {variable: number}; undefined where none arrives. */
function tangents(program, values, direction) {
  const sums = program.nodes.map(node => direction[node.variable]);
  for (const {source, argument, partial} of arrows(program, values)) {
    if (sums[argument] === undefined || Number.isNaN(values[source])) continue;
    const arriving = partial * sums[argument];
    sums[source] = plus(sums[source], arriving);
  }
  return sums;
}

/* Returns the place of the value; behind it there may be numbers of a recorded function that it does not need. */
function outputOf(program) { return program.output ?? program.nodes.length - 1; }
function placeOf(program, name) { return program.nodes.findIndex(node => node.variable === name); }

function plus(sum, arriving) { return sum === undefined ? arriving : sum + arriving; }

function bySource(arrows) {
  const groups = new Map();
  for (const arrow of arrows) {
    if (groups.has(arrow.source)) groups.get(arrow.source).push(arrow);
    else groups.set(arrow.source, [arrow]);
  }
  return groups;
}

/* Returns the messages of the reverse sweep in order: {source, argument, value}. */
function messages(program, values) {
  const adjoints = values.map(() => undefined), sent = [], last = outputOf(program);
  const out = bySource(arrows(program, values));
  adjoints[last] = 1;
  for (let source = last; source >= 0; source--) {
    if (adjoints[source] === undefined) continue;  // in a branch that is not taken, say
    for (const {argument, partial} of out.get(source) || []) {
      const value = adjoints[source] * partial;
      adjoints[argument] = plus(adjoints[argument], value);
      sent.push({source, argument, value});
    }
  }
  return sent;
}

function backwards(program, values) {
  const adjoints = values.map(() => undefined);
  const last = outputOf(program);
  if (program.nodes[last].active) adjoints[last] = 1;
  for (const {argument, value} of messages(program, values)) adjoints[argument] = plus(adjoints[argument], value);
  return adjoints.map(known);
}

/* --- Comparing two points ----------------------------------------------------------------------------------------- */

/* Returns the nodes that the output needs; of a branch, only the side that is taken. */
function needed(program, values) {
  const seen = new Set(), waiting = [outputOf(program)];
  while (waiting.length) {
    const place = waiting.pop(), node = program.nodes[place];
    if (seen.has(place)) continue;
    seen.add(place);
    const given = (node.of || []).map(argument => values[argument]);
    if (node.operation !== undefined) waiting.push(...takenOf(node, values[place], given));
  }
  return seen;
}

function takenOf(node, value, given) {
  const {selects, partials} = operations[node.operation];
  if (!selects) return node.of;
  const flows = partials(value, ...given);
  return node.of.filter((_, number) => number < 2 || flows[number] !== null);
}

/* Encodes which arrows carry derivatives and which values are finite: where these are equal, so are the steps. */
function shapeOf(program, values) {
  return JSON.stringify([arrows(program, values).map(({source, argument}) => [source, argument]),
                         values.map(Number.isFinite)]);
}

/* Returns the needed nodes that are at a kink. */
function kinksOf(program, values) {
  return [...needed(program, values)].filter(place => {
    const node = program.nodes[place];
    return node.active && operations[node.operation]?.kink?.(...node.of.map(argument => values[argument]));
  });
}

/* --- Recomputing the shipped numbers, to warn readers whose browser computes others ------------------------------- */

const TOLERANCE = 1e-12;
function differs(ours, theirs) {
  if (theirs === null) return Number.isFinite(ours);
  return !(Math.abs(ours - theirs) <= TOLERANCE * Math.max(1, Math.abs(theirs)));
}

/* Returns a tangent or an adjoint; 0 where none arrives. */
function known(number) { return number ?? 0; }

function isOff(program) {
  const values = forwards(program, program.point), adjoints = backwards(program, values);
  const off = (ours, theirs) => ours.some((number, place) => differs(number, theirs[place]));
  const offBy = seed => off(tangents(program, values, {[seed]: 1}).map(known), program.tangents[seed]);
  return off(values, program.values) || off(adjoints, program.adjoints) || (program.seeds || []).some(offBy);
}

function check() {
  const wrong = Object.keys(figures.programs).filter(name => isOff(figures.programs[name]));
  byId("banner").hidden = wrong.length === 0;
  byId("banner").textContent = wrong.length ? say("banner", {name: wrong.join(", ")}) : "";
}
