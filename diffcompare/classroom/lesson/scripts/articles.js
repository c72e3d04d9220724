/* Builds the frames of another point as elements, like those that Python makes for the demo's own point. */

/* Returns the rows with a question mark in the last cell of some, whose indices count from the end. */
function masked(rows, hidden) {
  return rows.map((row, number) => hidden.includes(number - rows.length) ? [...row.slice(0, -1), "?"] : row);
}

function blocksOf(frame, asked) {
  const tables = frame.tables.map(({caption, heads}, number) =>
    table(caption, heads, asked ? masked(frame.rows[number], frame.hidden[number]) : frame.rows[number]));
  if (!frame.graph) return tables;
  const slot = make("div", {class: "scroll slot", role: "region", "aria-label": words.graph, tabindex: "0"});
  return [make("div", {class: "pair"}, slot, make("div", {}, ...tables))];
}

function paragraph(kind, text) {
  return text ? [make("p", {class: kind}, make("b", {}, words[kind]), text)] : [];
}

function answerParts(frame) {
  return [...paragraph("rule", frame.rule), ...paragraph("why", frame.sentence), ...blocksOf(frame, false)];
}

function articleOf(frame, number) {
  const parts = [make("h3", {}, `${number}. ${frame.title}`)];
  if (frame.question) {
    parts.push(make("p", {class: "question"}, say("question", {question: frame.question})));
    parts.push(make("div", {class: "asked"}, ...blocksOf(frame, true)));
  }
  parts.push(make("div", {class: "told"}, ...answerParts(frame)));
  if (frame.broken) {
    const damage = make("p", {}, make("b", {}, words.broken), " ", say("damage", frame.broken));
    parts.push(make("div", {class: "broken"}, damage, ...blocksOf(frame.broken, false)));
  }
  return make("article", {class: "frame", id: `trace-${number}`, "data-asks": frame.question ? "yes" : "no",
                          "data-breaks": frame.broken ? "yes" : "no"}, ...parts);
}

/* Returns a step as a row of the printed table. */
function printedRow(run, frame, number) {
  const step = run.steps[number - 1], result = step ? `${step.name} = ${general(step.total, 6)}` : "";
  const texts = [String(number + 1), frame.title, frame.rule, result, frame.sentence];
  return make("tbody", {}, make("tr", {}, ...texts.map(text => make("td", {}, text))));
}
