/* The demo `trace` at a point and of an expression of the reader's choice: everything it shows is computed anew. */

const traceDemo = demos.findIndex(demo => demo.id === "trace");
const shippedFrames = traceDemo < 0 ? [] : framesOf[traceDemo];
const DEMO_PROGRAM = figures.played;
let played = null;  // {name, found, stage}

let mended = null;  // {place, parts}: what a frame told before its rule was broken

/* With the rule broken the frame tells of the damage; mended it tells what it told before. */
function tellDamage(frame) {
  mended?.place.replaceChildren(...mended.parts);
  mended = null;
  const wrong = state.broken && state.demo === traceDemo && damagedFrame(played.found, state.frame);
  if (!wrong) return;
  const place = frame.querySelector(".told");
  mended = {place, parts: [...place.childNodes]};
  place.replaceChildren(...partsTold(wrong));
}

/* The graph of the step, in the frame that is shown. */
function showGraph(frame, open, stepped, focused) {
  const slot = frame.querySelector(`${open ? ".asked" : ".told"} .slot`);
  if (state.demo !== traceDemo || !slot) return;
  const {stage} = played, number = state.frame - 1;
  const found = state.broken ? damaged(played.found, number) : played.found;
  slot.append(stage.svg);
  if (stage.svg.contains(focused)) focused.focus();
  if (stepped && !open && number >= 0 && moves()) play(stage, found, number);
  else rest(stage, found, number, {asked: open, broken: state.broken});
}

/* --- Another point ------------------------------------------------------------------------------------------------ */

/* The demo's own articles at its own point, articles made here at any other. */
function placeFrames(articles) {
  const demo = demos[traceDemo], end = shippedFrames.at(-1);
  for (const frame of framesOf[traceDemo].slice(0, -1)) frame.remove();
  end.before(...articles);
  framesOf[traceDemo] = [...articles, end];
  state.frame = Math.min(state.frame, framesOf[traceDemo].length - 1);
}

function isShipped(name, point) {
  const program = figures.programs[DEMO_PROGRAM];
  return name === DEMO_PROGRAM && program.variables.every(each => point[each] === program.point[each]);
}

/* Play a program at a point, unless there is no number there or its steps are others: then say so and change nothing. */
function retrace(name, point) {
  const program = figures.programs[name], other = elsewhere(program, point);
  const found = other ? null : traced(program, point), wrong = other || (trouble(found) ? words["no slope"] : "");
  complain(wrong);
  for (const variable of program.variables) byId(`at-${variable}`)?.setAttribute("aria-invalid", Boolean(wrong));
  if (wrong) return;
  if (played?.name !== name) played = {name, stage: stageOf(name)};
  played.found = found;
  const own = isShipped(name, point);
  placeFrames(own ? shippedFrames.slice(0, -1) : found.frames.map((frame, number) => articleOf(frame, number + 1)));
  printed(found, own);
  tellPoint(found);
  if (state.demo === traceDemo) show();
}

function subjectOf(program, point = program.point) {
  const at = program.variables.map(name => `${name} = ${short(point[name])}`).join(", ");
  return say("subject", {text: program.text, point: at});
}

function tellPoint({program, point, values, adjoints}) {
  const place = name => program.nodes.findIndex(node => node.variable === name);
  const partial = name => say("partial", {name, value: exact(adjoints[place(name)])});
  const gradient = program.variables.map(partial).join(words.comma);
  byId("subject").textContent = subjectOf(program, point);
  byId("answer").textContent = say("answer", {value: exact(values.at(-1)), gradient});
}

/* --- The panel ---------------------------------------------------------------------------------------------------- */

function complain(text) { byId("complaint").textContent = text; }

/* One field for every variable of the expression chosen, at its own point. */
function choose() {
  const program = figures.programs[byId("expression").value];
  byId("coordinates").replaceChildren(...program.variables.map(name => {
    const field = make("input", {type: "text", inputmode: "decimal", id: `at-${name}`, autocomplete: "off",
                                 "aria-describedby": "complaint", value: String(program.point[name])});
    field.addEventListener("input", edited);
    return make("label", {}, `${name} `, field);
  }));
  edited();
}

function edited() {
  const name = byId("expression").value, point = {}, wrong = [];
  for (const variable of figures.programs[name].variables) {
    const field = byId(`at-${variable}`), value = typed(field.value);
    field.setAttribute("aria-invalid", value === null);
    if (value === null) wrong.push(say("no number", {name: variable, text: field.value}));
    else point[variable] = value;
  }
  if (wrong.length) complain(wrong[0]);
  else retrace(name, point);
}

function restore() {
  byId("expression").value = DEMO_PROGRAM;
  choose();
}

/* --- The printed page shows what is played: every step as a row, and the graph at the end ------------------------- */

let ownRows = null;  // as Python has made them

function printed(found, own) {
  const sheet = demos[traceDemo].querySelector(".printed"), table = sheet.querySelector("table");
  ownRows ??= [...table.tBodies];
  for (const body of [...table.tBodies]) body.remove();
  table.append(...(own ? ownRows : found.frames.map((frame, number) => printedRow(found, frame, number))));
  sheet.querySelector("svg").replaceWith(finalGraph(found));
}

function finalGraph(found) {
  const stage = stageOf(played.name);
  rest(stage, found, found.steps.length - 1);
  return stage.svg;
}
