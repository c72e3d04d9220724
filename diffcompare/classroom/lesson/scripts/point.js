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
  const place = frame.querySelector(".told"), {broken} = played.run.frames[state.frame];
  const parts = answerParts({...wrong, sentence: say("damage", broken)});
  mended = {place, parts: [...place.childNodes]};
  place.replaceChildren(...parts);
  place.querySelector(".why b").textContent = words.broken;
  place.querySelector(".step").append(...blocksOf(broken, false).at(-1).childNodes);
  frame.classList.add("damaged");
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

/* Returns the program as it is where the steps are those at a point: in a branch that is taken there, say. */
function branchAt(program, point) {
  return [program, ...(program.variants || [])].find(each => !elsewhere(each, point)) || program;
}

/* Plays a program at a point; if a number is missing or the steps differ there, says so and changes nothing. */
function retrace(name, point) {
  const program = branchAt(figures.programs[name], point), follows = figures.live && name === DEMO_PROGRAM;
  const other = elsewhere(program, point) || (follows ? elsewhere(figures.programs.live, point) : "");
  const run = other || !program.steps ? null : traced(program, point);
  const wrong = other || (run && trouble(run) ? words["no slope"] : "");
  complain(wrong);
  for (const variable of program.variables) byId(`at-${variable}`)?.setAttribute("aria-invalid", Boolean(wrong));
  if (wrong) return;
  if (run) showRun(name, run, point);
  if (follows) follow(point, isShipped(name, point));
  tellPoint(run || followed.run);
  if (demos[state.demo].querySelector(".following")) show();
}

/* Shows a run of the demo `trace`. */
function showRun(name, run, point) {
  if (played?.name !== name) played = {name, stage: stageOf(name)};
  played.run = run;
  const own = isShipped(name, point);
  placeFrames(own ? shippedFrames.slice(0, -1) : run.frames.map((frame, number) => articleOf(frame, number + 1)));
  printed(run, own);
}

const MOST_FIELDS = 12;  // coordinates that have a field; others stay as they are

function shownOf(names) { return names.slice(0, MOST_FIELDS); }
function moreOf(names) { return names.length > MOST_FIELDS ? say("more", {count: names.length - MOST_FIELDS}) : ""; }

function subjectOf(program, point = program.point) {
  const at = shownOf(program.variables).map(name => `${name} = ${short(point[name])}`).join(", ") + moreOf(program.variables);
  return say("subject", {text: program.text, point: at});
}

/* Returns the lines that say what is shown: of all demos that follow the point, or of `trace` alone. */
function subjects(program) {
  const own = [program.text, figures.programs.live?.text].every(text => text === program.text);
  return [...document.querySelectorAll(own && figures.live ? ".following" : "#trace .following")];
}

function tellPoint({program, point, values, adjoints}) {
  const partial = name => say("partial", {name, value: exact(known(adjoints[placeOf(program, name)]))});
  const gradient = shownOf(program.variables).map(partial).join(words.comma) + moreOf(program.variables);
  for (const subject of subjects(program)) subject.textContent = subjectOf(program, point);
  byId("answer").textContent = say("answer", {value: exact(values[outputOf(program)]), gradient});
}

/* --- The panel ---------------------------------------------------------------------------------------------------- */

function complain(text) { byId("complaint").textContent = text; }

const REACH = 2;  // how far a slider goes to both sides, in units of the coordinate, or of 1 if that is larger
const DIVISIONS = 400;

/* Makes a field and a slider for every variable of the chosen expression, with its own point. */
function choose() {
  const program = figures.programs[byId("expression").value];
  byId("coordinates").replaceChildren(...shownOf(program.variables).map(name => {
    const value = program.point[name], reach = REACH * Math.max(1, Math.abs(value));
    const field = make("input", {type: "text", inputmode: "decimal", id: `at-${name}`, autocomplete: "off",
                                 "aria-describedby": "complaint", value: String(value)});
    const slider = make("input", {type: "range", id: `slide-${name}`, "aria-label": name, min: value - reach,
                                  max: value + reach, step: 2 * reach / DIVISIONS, value});
    field.addEventListener("input", () => { slider.value = typed(field.value) ?? slider.value; edited(); });
    slider.addEventListener("input", () => { field.value = general(Number(slider.value), 4); edited(); });
    return make("span", {class: "coordinate"}, make("label", {}, `${name} `, field), slider);
  }));
  edited();
}

function edited() {
  const name = byId("expression").value, point = {...figures.programs[name].point}, wrong = [];
  for (const variable of shownOf(figures.programs[name].variables)) {
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
