/* The graph of a program as it fills with numbers.  Python has drawn it with room for them: a value above each node,
   below it a tangent or an adjoint, and below that the messages that the adjoint is the sum of. */

const CHARACTER = 11.2, CHIP = 24;  // pixels: letters are larger than in Python's drawings, as in the style sheet

function chip(kind, {x, y}, text) {
  const width = lengthOf(text) * CHARACTER + 15, height = CHIP;
  return draw("g", {class: `chip ${kind}`},
    draw("rect", {x: x - width / 2, y: y - 4.5 - height / 2, width, height, rx: 4}),
    draw("text", {class: "figure", "text-anchor": "middle", x, y}, text));
}

/* Returns the drawing of a program with references to its parts. */
function stageOf(name) {
  const svg = byId(`graph-${name}`).content.firstElementChild.cloneNode(true);
  const nodes = [...svg.querySelectorAll("[data-node]")].map(group => {
    const room = [...group.querySelectorAll(":scope > .primal, :scope > .tangent, :scope > .adjoint")].map(sample => {
      const text = sample.querySelector("text");
      sample.remove();
      return {x: Number(text.getAttribute("x")), y: Number(text.getAttribute("y"))};
    });
    return {group, room, title: group.querySelector("title"), name: group.dataset.node};
  });
  crop(svg);
  svg.prepend(draw("title", {}, words.graph));
  svg.querySelector("desc").textContent = words["graph told"];
  fill(svg, {role: "group", "aria-label": words.graph}, []);
  for (const {group, room} of nodes) if (room.length) fill(group, {tabindex: "0", role: "img"}, []);
  return {svg, nodes, edges: [...svg.querySelectorAll("[data-edge]")], turn: 0};
}

/* Takes the legend off a drawing, which the page says in words. */
function crop(svg) {
  const edges = [...svg.querySelectorAll("text.faint.figure")].map(text => Number(text.getAttribute("y")) - 20);
  const {width, height} = svg.viewBox.baseVal, bottom = Math.min(...edges, height);
  for (const part of [...svg.children]) {
    const place = /translate\(\S+ (\S+?)\)/.exec(part.getAttribute("transform"))?.[1] ?? part.getAttribute("y");
    if (!part.dataset.node && Number(place) > bottom) part.remove();
  }
  svg.setAttribute("viewBox", `0 0 ${width} ${bottom}`);
  svg.setAttribute("height", bottom);
}

/* Returns the arrow between two nodes; the second or third one if an argument is used more than once. */
function edgeOf(stage, argument, user, number = 0) {
  const ends = `${stage.nodes[argument].name} ${stage.nodes[user].name}`;
  return stage.edges.filter(edge => edge.dataset.edge === ends)[number];
}

/* --- The contents of a step --------------------------------------------------------------------------------------- */

/* Chips above and below every node, the node at work, the arrows at work.  `number` is a step, -1 before the first;
   `asked` hides its number, `stacked` shows messages before they merge, `broken` assigns where it should add. */
function scene(run, number, {asked = false, stacked = false, broken = false} = {}) {
  const step = run.steps[number];
  const view = {active: step?.node, done: new Set(), lit: [], above: new Map(), below: new Map(), at: step};
  run.steps.slice(0, number + 1).forEach((earlier, place) => {
    if (earlier.status) return;
    if (earlier.kind === "primal") view.above.set(earlier.node, drawn(earlier.value));
    if (earlier.kind !== step.kind || earlier.seed !== step.seed) return;
    view.done.add(earlier.node);
    if (earlier.kind === "tangent") view.below.set(earlier.node, [total(earlier)]);
    if (earlier.kind === "adjoint") receive(view.below, earlier, stacked && place === number);
  });
  if (!step) return view;
  view.lit = litBy(run, number);
  view.done.delete(step.node);
  if (asked) hide(view, step);
  if (broken && step.kind === "adjoint") assign(view.below.get(step.node), step);
  return view;
}

function total(step) { return {kind: step.kind, text: `${step.name} = ${drawn(step.total)}`, value: step.total}; }

/* Adds a message: the first one is the adjoint, later ones join the stack, with their sum on top. */
function receive(below, step, stacked) {
  const there = below.get(step.node) || [];
  const old = there.length > 1 ? there.slice(1) : there.map(message => ({kind: "message", text: drawn(message.value)}));
  const arrived = {kind: "message", text: `+ ${drawn(step.value)}`};
  if (!there.length) below.set(step.node, [total(step)]);
  else if (stacked) below.set(step.node, [...old, arrived]);
  else below.set(step.node, [total(step), ...old, arrived]);
}

function hide(view, step) {
  if (step.kind === "primal") view.above.set(step.node, "?");
  else if (!step.again) view.below.set(step.node, [{kind: step.kind, text: `${step.name} = ?`}]);
  else {
    const [first, ...messages] = view.below.get(step.node);
    view.below.set(step.node, [{...first, text: `${step.name} = ?`}, ...messages]);
  }
}

/* Shows = for +=: only the last message is kept. */
function assign(chips, step) {
  if (!step.again) return;
  chips[0] = {...chips[0], kind: "adjoint wrong", text: `${step.name} = ${drawn(step.value)}`};
  for (const message of chips.slice(1, -1)) message.kind = "message lost";
}

/* Returns the arrows that a step uses. */
function litBy(run, number) {
  const step = run.steps[number], node = run.program.nodes[step.node];
  if (step.kind === "adjoint") {
    if (step.source === null) return [];
    const same = run.steps.slice(0, number).filter(
      earlier => earlier.kind === "adjoint" && earlier.source === step.source && earlier.node === step.node);
    return [{argument: step.node, user: step.source, number: same.length}];
  }
  const seen = new Map();
  return (node.of || []).map(argument => {
    const count = seen.get(argument) || 0;
    seen.set(argument, count + 1);
    return {argument, user: step.node, number: count};
  });
}

/* --- Painting ----------------------------------------------------------------------------------------------------- */

function paint(stage, run, view) {
  stage.svg.querySelectorAll(".chip, .mark").forEach(drawing => drawing.remove());
  stage.edges.forEach(edge => edge.classList.remove("lit"));
  for (const {argument, user, number} of view.lit) edgeOf(stage, argument, user, number)?.classList.add("lit");
  stage.nodes.forEach((node, place) => {
    const {group, room} = node;
    group.classList.toggle("active", place === view.active);
    group.classList.toggle("done", view.done.has(place));
    if (view.above.has(place)) group.append(chip("primal", room[0], view.above.get(place)));
    (view.below.get(place) || []).forEach((entry, row) => group.append(chip(entry.kind, room[row + 1], entry.text)));
    mark(node, place === view.active ? "▶" : view.done.has(place) ? "✓" : "");
    if (room.length) label(node, run, view, place);
  });
}

/* Marks the current and finished nodes by signs beside them, not by colour alone. */
function mark({group, room}, sign) {
  const shape = group.querySelector(".shape");
  if (!sign || !room.length || !shape) return;
  const width = Number(shape.getAttribute("width")) || 2 * Number(shape.getAttribute("rx"));
  group.append(draw("text", {class: "mark", x: room[0].x - width / 2 - 13, y: room[0].y + 12}, sign));
}

function label({group, title}, run, view, place) {
  const own = run.program.steps.find(step => step.kind === "primal" && step.node === place);
  const parts = [];
  if (view.above.has(place)) parts.push(say("node value", {value: view.above.get(place)}));
  const [first, ...messages] = view.below.get(place) || [];
  if (first) {
    const kind = view.at.kind === "adjoint" ? "node adjoint" : "node tangent";
    parts.push(say(kind, {value: first.text.split("= ").pop()}));
    if (messages.length) parts.push(say("node sum", {messages: messages.map(message => message.text).join(" ")}));
  }
  if (place === run.program.nodes.length - 1) parts.push(words["node output"]);
  const node = `${own.name} = ${own.rule}`;
  const sentence = say(parts.length ? "node told" : "node alone", {node, told: parts.join(words.comma)});
  group.setAttribute("aria-label", sentence);
  title.textContent = sentence;
}

/* --- Motion: only on the reader's own steps, and never with reduced motion ---------------------------------------- */

const FLIGHT = 650, PAUSE = 450;  // milliseconds

/* Returns the path along an arrow, backwards for messages of the reverse sweep. */
function flight(edge, moving, against) {
  const path = edge.querySelector("path"), length = path.getTotalLength();
  const keyframes = Array.from({length: 25}, (_, number) => {
    const {x, y} = path.getPointAtLength(length * (against ? 1 - number / 24 : number / 24));
    return {transform: `translate(${x}px, ${y}px)`};
  });
  return moving.animate(keyframes, {duration: FLIGHT, easing: "ease-in-out", fill: "forwards"}).finished;
}

function wait(milliseconds) { return new Promise(done => setTimeout(done, milliseconds)); }

/* Returns the moving labels: a message against its arrow, or values and tangents along theirs. */
function traveller(run, step, {argument}) {
  if (step.kind === "adjoint") return chip("message moving", {x: 0, y: 4.5}, drawn(step.value));
  const number = step.kind === "primal" ? run.values[argument] : known(run.tangents[step.seed][argument]);
  return chip(`${step.kind} moving`, {x: 0, y: 4.5}, drawn(number));
}

async function play(stage, run, number) {
  const turn = ++stage.turn, step = run.steps[number], lit = litBy(run, number);
  paint(stage, run, {...scene(run, number - 1), active: step.node, lit, ...keptBefore(run, number)});
  await Promise.all(lit.map(arrow => {
    const edge = edgeOf(stage, arrow.argument, arrow.user, arrow.number);
    const moving = traveller(run, step, arrow);
    stage.svg.append(moving);
    return flight(edge, moving, step.kind === "adjoint");
  }));
  if (turn === stage.turn && step.again) {
    paint(stage, run, scene(run, number, {stacked: true}));
    await wait(PAUSE);
  }
  if (turn === stage.turn) paint(stage, run, scene(run, number));
}

/* Clears the numbers of the previous sweep before the first step of the next. */
function keptBefore(run, number) {
  const step = run.steps[number], last = run.steps[number - 1];
  if (!last || (last.kind === step.kind && last.seed === step.seed)) return {};
  return {below: new Map(), done: new Set()};
}

/* Shows a step without motion. */
function rest(stage, run, number, options) {
  stage.turn++;
  paint(stage, run, scene(run, number, options));
}
