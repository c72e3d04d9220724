/* Computes the steps of a program at a point with their numbers, as Python does for the demo `trace`. */

const MARKS = {primal: "", tangent: "\u0307", adjoint: "\u0304"};

function nameOf(node, kind) { return node.name[0] + MARKS[kind] + node.name.slice(1); }

function traced(program, point) {
  const values = forwards(program, point);
  const run = {program, point, values, sent: messages(program, values), adjoints: backwards(program, values)};
  run.tangents = Object.fromEntries(program.seeds.map(seed => [seed, tangents(program, values, {[seed]: 1})]));
  run.steps = stepsOf(run);
  run.frames = framesAt(run);
  return run;
}

/* Returns every step with the value that it adds, and the sums before and after (before, total). */
function stepsOf(run) {
  const sums = new Map(), waiting = [...run.sent];
  return run.program.steps.map(step => {
    let value = run.values[step.node];
    if (step.kind === "tangent") value = step.status ? NaN : known(run.tangents[step.seed][step.node]);
    if (step.kind === "adjoint") value = step.source === null ? 1 : waiting.shift().value;
    const before = step.kind === "adjoint" ? sums.get(step.node) : undefined;
    const total = before === undefined ? value : before + value;
    if (step.kind === "adjoint") sums.set(step.node, total);
    return {...step, value, before, total, numbers: numbersOf(run, step, value)};
  });
}

/* Says why the steps of a program differ or are missing at a point; "" if they are the same. */
function elsewhere(program, point) {
  const values = forwards(program, point), own = forwards(program, program.point), inNeed = needed(program, values);
  const nodeText = place => {
    const step = program.steps ? program.steps.find(candidate => candidate.kind === "primal" && candidate.node === place)
                               : {...program.nodes[place], kind: "primal", node: place};
    return {name: step.name, rule: numbersOf({program, values, tangents: {}, adjoints: []}, step, values[place])};
  };
  const infinite = values.findIndex((value, place) => inNeed.has(place) && !Number.isFinite(value));
  if (infinite >= 0) return say("no value", nodeText(infinite));
  if (!decidesAlike(program, point)) return words.branch;
  const kinks = kinksOf(program, values), usual = new Set(kinksOf(program, own));
  const kink = kinks.find(place => !usual.has(place));
  if (kink !== undefined) return [say("kink", nodeText(kink)), ...sidesOf(program, point)].join(" ");
  return !program.steps || shapeOf(program, values) === shapeOf(program, own) ? "" : words.branch;
}

const ASIDE = 2 ** -30;  // how far from a kink its sides are looked at, relative to the coordinate

/* Says what the slopes on both sides of a kink are, for the variables by which they differ. */
function sidesOf(program, point) {
  const slope = (name, step) => {
    const there = {...point, [name]: point[name] + step}, values = forwards(program, there);
    return known(backwards(program, values)[placeOf(program, name)]);
  };
  return program.variables.flatMap(name => {
    const step = ASIDE * Math.max(1, Math.abs(point[name]));
    const [left, right] = [slope(name, -step), slope(name, step)].map(side => general(side, 4));
    return left === right || [left, right].some(side => !Number.isFinite(Number(side))) ? [] : [say("sides", {name, left, right})];
  });
}

/* Tells whether a recorded program takes the same path at a point: whether its decisions come out as they were. */
function decidesAlike({decisions}, point) {
  if (!decisions) return true;
  const values = forwards(decisions, point);
  return decisions.tests.every(({left, sign, right, outcome}) =>
    comparisons[sign](values[left], values[right]) === outcome);
}

const comparisons = {
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b, "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/* Tells whether a number in the steps is not finite. */
function trouble(run) {
  const tables = run.frames.flatMap(frame => [...frame.rows, ...(frame.broken?.rows || [])]);
  const values = run.steps.filter(step => !step.status).map(step => step.value);
  return ![...tables.flat(2), ...values].filter(cell => typeof cell === "number").every(Number.isFinite);
}

/* Returns the rule with numbers in place of names. */
function numbersOf(run, step, value) {
  const node = run.program.nodes[step.node];
  if (step.kind !== "adjoint" && node.variable) return short(value);
  if (step.kind === "adjoint" && step.source === null) return "1";
  if (step.kind === "tangent" && step.status && !/v[\u0307\u0304]?[₋₀-₉]/u.test(step.rule)) return "";  // inactive, not taken
  if (step.kind === "tangent" && node.of.every(place => run.tangents[step.seed][place] === undefined)) return "0";
  const numbers = namedNumbers(run, step);
  const text = step.rule.replace(/v[\u0307\u0304]?[₋₀-₉]+/gu, (name, start, whole) =>
    inPlace(inRule(numbers.get(name)), whole.slice(0, start), whole[start + name.length]));
  return text.replace(/·\(1\/((?:[^()/· ]|\((?:[^()]|\([^()]*\))*\))*)\)/g, "/$1");  // as people write it: 5/2, not 5·(1/2)
}

/* Returns the numbers that the names in a rule stand for. */
function namedNumbers(run, step) {
  const numbers = new Map();
  run.program.nodes.forEach((node, place) => {
    if (node.name === null) return;
    numbers.set(nameOf(node, "primal"), run.values[place]);
    numbers.set(nameOf(node, "adjoint"), run.adjoints[place]);
    if (step.seed) numbers.set(nameOf(node, "tangent"), known(run.tangents[step.seed][place]));
  });
  return numbers;
}

/* Puts parentheses around a negative number if its minus could be misread beside its neighbours. */
function inPlace(text, before, next) {
  const first = /(^|[(^|]|, |[<>=≠≤≥] )$/.test(before), inSum = /[+-] $/.test(before), inProduct = next === "·" || next === "/";
  const bare = next !== "^" && (first || (inSum && inProduct));
  return text.startsWith("-") && !bare ? `(${text})` : text;
}

function ruleLine(step) {
  if (!step.rule) return say("without rule", {name: step.name, status: step.status});
  const value = short(step.value), numbers = step.numbers && step.numbers !== value ? ` = ${step.numbers}` : "";
  return `${step.name} ${step.again ? "+=" : "="} ${step.rule}${numbers} = ${value}`;
}

function sentenceOf(run, step) {
  if (step.sentence) return step.sentence;
  const nodes = run.program.nodes, node = nodes[step.node], value = short(step.value);
  const filling = {rule: step.rule, value, seed: step.seed, node: node.variable || node.name};
  if (step.kind === "primal") return node.variable ? say("variable is", filling) : "";  // its rule says all
  if (step.kind === "tangent") return say(node.variable ? "seed is" : "changes", filling);
  if (step.source === null) return say("one", filling);
  const message = {...filling, argument: node.name, node: nodes[step.source].name};
  return step.again ? say("adds", {...message, sums: sumOf(step)}) : say("passes", message);
}

function sumOf(step) {
  const arriving = step.value < 0 ? `(${short(step.value)})` : short(step.value);
  return `${short(step.before)} + ${arriving} ${equals(step.total)} ${short(step.total)}`;
}

/* --- Frames as data, in the order of the demo; `hidden` are the table rows that the question asks for ------------- */

function rowOf(step) {
  return step.kind === "adjoint" ? [step.name, step.again ? "+=" : "=", step.rule, step.total]
                                 : [step.name, step.rule, step.status ?? step.total];
}

/* Returns the steps of the current sweep, up to this one. */
function sweepUpTo(steps, number) {
  const {kind, seed} = steps[number];
  return steps.slice(0, number + 1).filter(other => other.kind === kind && other.seed === seed);
}

function frameOf(run, number) {
  const step = run.steps[number], texts = run.program.frames[number + 1];
  const sweep = {primal: "primal", tangent: "forward", adjoint: "reverse"}[step.kind];
  return {...texts, rule: ruleLine(step), sentence: sentenceOf(run, step), graph: true, sweep,
          node: run.program.nodes[step.node].variable || run.program.nodes[step.node].name,
          rows: [sweepUpTo(run.steps, number).map(rowOf)], hidden: [[-1]],
          broken: brokenOf(run, number, texts.broken)};
}

/* Returns the effect of a bug on a step, if the page can compute it. */
function brokenOf(run, number, texts) {
  const step = run.steps[number];
  if (texts === null || step.kind === "primal") return null;
  if (step.kind === "tangent") return {...texts, rows: [[["1", step.total], ["2", 2 * step.total]]]};
  const arrived = sweepUpTo(run.steps, number).filter(message => message.node === step.node);
  return {...texts, sentence: say("assigned", {last: short(step.value), truth: short(step.total)}),
          rows: [arrived.map(message => [short(message.value), message.total, message.value])]};
}

/* Returns the steps with a bug: a seed of 2 changes its whole sweep, = for += only the step itself. */
function damaged(run, number) {
  const step = run.steps[number];
  if (step?.kind !== "tangent") return run;
  const doubled = tangents(run.program, run.values, {[step.seed]: 2});
  const other = {...run, tangents: {...run.tangents, [step.seed]: doubled}};
  return {...other, steps: stepsOf(other)};
}

/* Returns a frame with its rule broken; null where nothing can be broken. */
function damagedFrame(run, number) {
  const frame = run.frames[number], step = run.steps[number - 1];
  if (!frame?.broken) return null;
  const {sentence} = frame.broken;
  if (!step) {
    const wrong = frame.broken.rows[0].at(-1).at(-1), [adjoints, [forward, [label]]] = frame.rows;
    return {...frame, sentence, rows: [adjoints, [forward, [label, wrong]]]};
  }
  if (step.kind === "tangent") return {...frameOf(damaged(run, number - 1), number - 1), sentence};
  const last = [step.name, "=", step.rule, step.value];
  return {...frame, rule: ruleLine({...step, again: false}), sentence, rows: [[...frame.rows[0].slice(0, -1), last]]};
}

/* Returns the adjoint test: the tangent along a direction of signs, and the adjoints times that direction. */
function identityFrame(run) {
  const {program, adjoints, values} = run, texts = program.frames.at(-1);
  const adjoint = name => known(adjoints[placeOf(program, name)]);  // 0 for one that the function does not use
  const rows = program.variables.map((name, number) => [name, adjoint(name), number % 2 ? -1 : 1]);
  const direction = Object.fromEntries(rows.map(([name, , sign]) => [name, sign]));
  const along = tangents(program, values, direction).map(known);
  const product = rows.reduce((sum, [, adjoint, sign]) => sum + adjoint * sign, 0);
  const sides = (labels, numbers) => labels.map((label, number) => [label, numbers[number]]);
  const broken = texts.broken && droppedPath(run, texts.broken, direction, [along.at(-1), product]);
  return {...texts, graph: false, rows: [rows, sides(texts.tables[1].first, [along.at(-1), product])],
          hidden: [[], [-1, -2]], broken};
}

/* Returns the adjoint test with the last message to a variable lost. */
function droppedPath(run, texts, direction, [jvp, product]) {
  const lost = run.steps.find(step => step.again && run.program.nodes[step.node].variable);
  if (!lost) return null;
  const [forward, reverse] = texts.tables[0].first;
  const wrong = product - lost.value * direction[run.program.nodes[lost.node].variable];
  return {...texts, rows: [[[forward, jvp], [reverse, wrong]]]};
}

function framesAt(run) {
  const first = run.program.frames[0];
  const every = run.steps.map((_, number) => frameOf(run, number));
  return [{...first, graph: true, rows: [first.tables[0].rows]}, ...every, identityFrame(run)];
}
