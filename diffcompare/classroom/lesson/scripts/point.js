/* The demo `trace` at a point and for an expression of the reader's choice: everything shown is recomputed. */

const traceDemo = demos.findIndex(demo => demo.id === "trace");
const shippedFrames = traceDemo < 0 ? [] : framesOf[traceDemo];
const DEMO_PROGRAM = figures.played;
let played = null;  // {name, run, stage}

let mended = null;  // {place, parts}: what a frame told before its rule was broken

/* Shows the damage while the rule is broken, and restores the frame afterwards. */
function tellDamage(frame) {
  mended?.place.replaceChildren(...mended.parts);
  mended = null;
  const wrong = state.broken && state.demo === traceDemo && damagedFrame(played.run, state.frame);
  if (!wrong) return;
  const place = frame.querySelector(".told");
  mended = {place, parts: [...place.childNodes]};
  place.replaceChildren(...answerParts(wrong));
}

/* Puts the graph of the step into the current frame. */
function showGraph(frame, open, stepped, focused) {
  const slot = frame.querySelector(`${open ? ".asked" : ".told"} .slot`);
  if (state.demo !== traceDemo || !slot) return;
  const {stage} = played, number = state.frame - 1;
  const run = state.broken ? damaged(played.run, number) : played.run;
  slot.append(stage.svg);
  if (stage.svg.contains(focused)) focused.focus();
  if (stepped && !open && number >= 0 && moves()) play(stage, run, number);
  else rest(stage, run, number, {asked: open, broken: state.broken});
}

/* --- Another point ------------------------------------------------------------------------------------------------ */

/* Shows the demo's own articles at its own point, and articles made here at any other. */
function placeFrames(articles) {
  const demo = demos[traceDemo], end = shippedFrames.at(-1);
  for (const frame of framesOf[traceDemo].slice(0, -1)) frame.remove();
  end.before(...articles);
  framesOf[traceDemo] = [...articles, end];
  state.frame = Math.min(state.frame, framesOf[traceDemo].length - 1);
}

function isShipped(name, point) {
  const program = figures.programs[DEMO_PROGRAM];
  return name === DEMO_PROGRAM && program.variables.every(variable => point[variable] === program.point[variable]);
}

/* Plays a program at a point; if a number is missing or the steps differ there, says so and changes nothing. */
function retrace(name, point) {
  const program = figures.programs[name], other = elsewhere(program, point);
  const run = other ? null : traced(program, point), wrong = other || (trouble(run) ? words["no slope"] : "");
  complain(wrong);
  for (const variable of program.variables) byId(`at-${variable}`)?.setAttribute("aria-invalid", Boolean(wrong));
  if (wrong) return;
  if (played?.name !== name) played = {name, stage: stageOf(name)};
  played.run = run;
  const own = isShipped(name, point);
  placeFrames(own ? shippedFrames.slice(0, -1) : run.frames.map((frame, number) => articleOf(frame, number + 1)));
  printed(run, own);
  tellPoint(run);
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

/* Makes a field for every variable of the chosen expression, with its own point. */
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

/* --- The printed page shows the current program: every step as a row, and the graph at the end -------------------- */

let ownRows = null;  // as Python has made them

function printed(run, own) {
  const sheet = demos[traceDemo].querySelector(".printed"), table = sheet.querySelector("table");
  ownRows ??= [...table.tBodies];
  for (const body of [...table.tBodies]) body.remove();
  table.append(...(own ? ownRows : run.frames.map((frame, number) => printedRow(run, frame, number))));
  sheet.querySelector("svg").replaceWith(finalGraph(run));
}

function finalGraph(run) {
  const stage = stageOf(played.name);
  rest(stage, run, run.steps.length - 1);
  return stage.svg;
}
