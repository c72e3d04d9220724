/* The steps of a program at a point, with their numbers: what Python's demo `trace` tells, computed here. */

const MARKS = {primal: "", tangent: "\u0307", adjoint: "\u0304"};

function nameOf(node, kind) { return node.name[0] + MARKS[kind] + node.name.slice(1); }

function traced(program, point) {
  const values = forwards(program, point);
  const found = {program, point, values, sent: messages(program, values), adjoints: backwards(program, values)};
  found.tangents = Object.fromEntries(program.seeds.map(seed => [seed, tangents(program, values, {[seed]: 1})]));
  found.steps = stepsOf(found);
  found.frames = framesAt(found);
  return found;
}

/* Every step with what it adds (value), what there was and what there is then (before, total). */
function stepsOf(found) {
  const sums = new Map(), waiting = [...found.sent];
  return found.program.steps.map(step => {
    let value = found.values[step.node];
    if (step.kind === "tangent") value = step.status ? NaN : known(found.tangents[step.seed][step.node]);
    if (step.kind === "adjoint") value = step.source === null ? 1 : waiting.shift().value;
    const before = step.kind === "adjoint" ? sums.get(step.node) : undefined;
    const total = before === undefined ? value : before + value;
    if (step.kind === "adjoint") sums.set(step.node, total);
    return {...step, value, before, total, numbers: numbersOf(found, step, value)};
  });
}

/* Why the steps of a program are others at a point, or are none there; "" where they are the same. */
function elsewhere(program, point) {
  const values = forwards(program, point), own = forwards(program, program.point), inNeed = needed(program, values);
  const told = place => {
    const step = program.steps.find(each => each.kind === "primal" && each.node === place);
    return {name: step.name, rule: numbersOf({program, values, tangents: {}, adjoints: []}, step, values[place])};
  };
  const infinite = values.findIndex((value, place) => inNeed.has(place) && !Number.isFinite(value));
  if (infinite >= 0) return say("no value", told(infinite));
  const kinks = kinksOf(program, values), usual = new Set(kinksOf(program, own));
  const kink = kinks.find(place => !usual.has(place));
  if (kink !== undefined) return say("kink", told(kink));
  return shapeOf(program, values) === shapeOf(program, own) ? "" : words.branch;
}

/* Whether a number in the steps is not finite. */
function trouble(found) {
  const tables = found.frames.flatMap(frame => [...frame.rows, ...(frame.broken?.rows || [])]);
  const values = found.steps.filter(step => !step.status).map(step => step.value);
  return ![...tables.flat(2), ...values].filter(cell => typeof cell === "number").every(Number.isFinite);
}

/* The rule with numbers in the places of names. */
function numbersOf(found, step, value) {
  const node = found.program.nodes[step.node];
  if (step.kind !== "adjoint" && node.variable) return short(value);
  if (step.kind === "adjoint" && step.source === null) return "1";
  if (step.kind === "tangent" && step.status && !/v[\u0307\u0304]?[₋₀-₉]/u.test(step.rule)) return "";  // inactive, not taken
  if (step.kind === "tangent" && node.of.every(place => found.tangents[step.seed][place] === undefined)) return "0";
  const numbers = namedNumbers(found, step);
  const text = step.rule.replace(/v[\u0307\u0304]?[₋₀-₉]+/gu, (name, start, whole) =>
    inPlace(inRule(numbers.get(name)), whole.slice(0, start), whole[start + name.length]));
  return text.replace(/·\(1\/((?:[^()/· ]|\((?:[^()]|\([^()]*\))*\))*)\)/g, "/$1");  // as people write it: 5/2, not 5·(1/2)
}

/* What the names in a rule stand for. */
function namedNumbers(found, step) {
  const numbers = new Map();
  found.program.nodes.forEach((node, place) => {
    if (node.name === null) return;
    numbers.set(nameOf(node, "primal"), found.values[place]);
    numbers.set(nameOf(node, "adjoint"), found.adjoints[place]);
    if (step.seed) numbers.set(nameOf(node, "tangent"), known(found.tangents[step.seed][place]));
  });
  return numbers;
}

/* A negative number has parentheses where the minus could be read with what stands before or after it. */
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

function sentenceOf(found, step) {
  if (step.sentence) return step.sentence;
  const nodes = found.program.nodes, node = nodes[step.node], value = short(step.value);
  const filling = {name: step.name, rule: step.rule, numbers: step.numbers, value, equals: equals(step.value),
                   seed: step.seed, node: node.variable || node.name};
  if (step.kind === "primal") {
    if (node.variable) return say("variable is", filling);
    return say("value is", {...filling, inside: equals(...node.of.map(place => found.values[place]))});
  }
  if (step.kind === "tangent") return say(node.variable ? "seed is" : "changes", filling);
  if (step.source === null) return say("one", filling);
  const message = {...filling, argument: node.name, node: nodes[step.source].name};
  return step.again ? say("adds", {...message, sums: sumOf(step)}) : say("passes", message);
}

function sumOf(step) {
  const arriving = step.value < 0 ? `(${short(step.value)})` : short(step.value);
  return `${short(step.before)} + ${arriving} ${equals(step.total)} ${short(step.total)}`;
}

/* --- Frames: the same as data, in the order of the demo; `hidden` are the rows of a table that are asked for ------ */

function rowOf(step) {
  return step.kind === "adjoint" ? [step.name, step.again ? "+=" : "=", step.rule, step.total]
                                 : [step.name, step.rule, step.status ?? step.total];
}

/* The steps of the same sweep, up to this one. */
function sweepUpTo(steps, number) {
  const {kind, seed} = steps[number];
  return steps.slice(0, number + 1).filter(each => each.kind === kind && each.seed === seed);
}

function frameOf(found, number) {
  const step = found.steps[number], said = found.program.frames[number + 1];
  return {...said, rule: ruleLine(step), sentence: sentenceOf(found, step), graph: true,
          rows: [sweepUpTo(found.steps, number).map(rowOf)], hidden: [[-1]],
          broken: brokenOf(found, number, said.broken)};
}

/* What a bug makes of a step, if it is one of those that the page can compute. */
function brokenOf(found, number, said) {
  const step = found.steps[number];
  if (said === null || step.kind === "primal") return null;
  if (step.kind === "tangent") return {...said, rows: [[["1", step.total], ["2", 2 * step.total]]]};
  const arrived = sweepUpTo(found.steps, number).filter(each => each.node === step.node);
  return {...said, sentence: say("assigned", {last: short(step.value), truth: short(step.total)}),
          rows: [arrived.map(each => [short(each.value), each.total, each.value])]};
}

/* The steps as a bug makes them: a seed of 2 changes all of its sweep; = for += is seen at the step alone. */
function damaged(found, number) {
  const step = found.steps[number];
  if (step?.kind !== "tangent") return found;
  const doubled = tangents(found.program, found.values, {[step.seed]: 2});
  const other = {...found, tangents: {...found.tangents, [step.seed]: doubled}};
  return {...other, steps: stepsOf(other)};
}

/* A frame with its rule broken: what it tells then; null where nothing can be broken. */
function damagedFrame(found, number) {
  const frame = found.frames[number], step = found.steps[number - 1];
  if (!frame?.broken) return null;
  const {sentence} = frame.broken;
  if (!step) {
    const wrong = frame.broken.rows[0].at(-1).at(-1), [adjoints, [forward, [label]]] = frame.rows;
    return {...frame, sentence, rows: [adjoints, [forward, [label, wrong]]]};
  }
  if (step.kind === "tangent") return {...frameOf(damaged(found, number - 1), number - 1), sentence};
  const last = [step.name, "=", step.rule, step.value];
  return {...frame, rule: ruleLine({...step, again: false}), sentence, rows: [[...frame.rows[0].slice(0, -1), last]]};
}

/* The adjoint test: the tangent along a direction of signs, and the product of the adjoints with it. */
function identityFrame(found) {
  const {program, adjoints, values} = found, said = program.frames.at(-1);
  const place = name => program.nodes.findIndex(node => node.variable === name);
  const rows = program.variables.map((name, number) => [name, adjoints[place(name)], number % 2 ? -1 : 1]);
  const direction = Object.fromEntries(rows.map(([name, , sign]) => [name, sign]));
  const along = tangents(program, values, direction).map(known);
  const product = rows.reduce((sum, [, adjoint, sign]) => sum + adjoint * sign, 0);
  const sides = (labels, numbers) => labels.map((label, number) => [label, numbers[number]]);
  const broken = said.broken && droppedPath(found, said.broken, direction, [along.at(-1), product]);
  return {...said, graph: false, rows: [rows, sides(said.tables[1].first, [along.at(-1), product])],
          hidden: [[], [-1, -2]], broken};
}

/* The adjoint test when the last message to a variable is lost. */
function droppedPath(found, said, direction, [jvp, product]) {
  const lost = found.steps.find(step => step.again && found.program.nodes[step.node].variable);
  if (!lost) return null;
  const [forward, reverse] = said.tables[0].first;
  const wrong = product - lost.value * direction[found.program.nodes[lost.node].variable];
  return {...said, rows: [[[forward, jvp], [reverse, wrong]]]};
}

function framesAt(found) {
  const first = found.program.frames[0];
  const every = found.steps.map((_, number) => frameOf(found, number));
  return [{...first, graph: true, rows: [first.tables[0].rows]}, ...every, identityFrame(found)];
}
