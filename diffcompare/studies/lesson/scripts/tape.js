/* A small tape: values along a list of nodes, tangents with them, adjoints against them. */

const operations = {  // the value, and a partial for every argument
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

/* A square as a product, which is rounded once; engines differ in the last bit of their powers. */
function power(base, exponent) { return exponent === 2 ? base * base : base ** exponent; }

function forwards(program, point) {
  const values = [];
  for (const node of program.nodes) {
    const given = (node.of || []).map(place => values[place]);
    if (node.variable) values.push(point[node.variable]);
    else if (node.operation === undefined) values.push(node.number);
    else if (node.operation === "^n") values.push(power(given[0], node.exponent));
    else values.push(operations[node.operation][0](...given));
  }
  return values;
}

function partialsOf(node, value, given) {
  if (node.operation === "^n") return [node.exponent * power(given[0], node.exponent - 1), 0];
  return operations[node.operation][1](value, ...given);
}

/* [source, argument, partial] for every arrow that derivatives take. */
function arrows(program, values) {
  return program.nodes.flatMap((node, source) => {
    if (node.operation === undefined) return [];
    const partials = partialsOf(node, values[source], node.of.map(each => values[each]));
    return node.of.map((argument, number) => ({source, argument, partial: partials[number]}))
                  .filter(arrow => program.nodes[arrow.argument].active);
  });
}

/* The tangents along a direction, {variable: number}; undefined where none arrives. */
function tangents(program, values, direction) {
  const found = program.nodes.map(node => direction[node.variable]);
  for (const {source, argument, partial} of arrows(program, values)) {
    if (found[argument] === undefined) continue;
    const arriving = partial * found[argument];
    found[source] = found[source] === undefined ? arriving : found[source] + arriving;
  }
  return found;
}

/* The messages of the reverse sweep in their order: {source, argument, value}. */
function messages(program, values) {
  const adjoints = values.map(() => 0), sent = [], last = values.length - 1;
  const out = arrows(program, values);
  adjoints[last] = 1;
  for (let source = last; source >= 0; source--) {
    for (const {argument, partial} of out.filter(arrow => arrow.source === source)) {
      const value = adjoints[source] * partial;
      adjoints[argument] += value;
      sent.push({source, argument, value});
    }
  }
  return sent;
}

function backwards(program, values) {
  const adjoints = values.map(() => 0);
  adjoints[values.length - 1] = 1;
  for (const {argument, value} of messages(program, values)) adjoints[argument] += value;
  return adjoints;
}

/* The shipped numbers computed anew: whoever edits the point may rely on the tape, or is warned. */
const TOLERANCE = 1e-12;
function differs(ours, theirs) { return !(Math.abs(ours - theirs) <= TOLERANCE * Math.max(1, Math.abs(theirs))); }

function known(tangent) { return tangent ?? 0; }

function isOff(program) {
  const values = forwards(program, program.point), adjoints = backwards(program, values);
  const off = (ours, theirs) => ours.some((each, place) => differs(each, theirs[place]));
  const offBy = seed => off(tangents(program, values, {[seed]: 1}).map(known), program.tangents[seed]);
  return off(values, program.values) || off(adjoints, program.adjoints) || (program.seeds || []).some(offBy);
}

function check() {
  const wrong = Object.keys(figures.programs).filter(name => isOff(figures.programs[name]));
  byId("banner").hidden = wrong.length === 0;
  byId("banner").textContent = wrong.length ? say("banner", {name: wrong.join(", ")}) : "";
}
