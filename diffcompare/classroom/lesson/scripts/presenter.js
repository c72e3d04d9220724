/* The speaker's window: the same file once more, which shows what this one tells it by messages.

   Windows of files have no origin that they could share, so nothing is stored, and both look at who sends. */

const NOTES = "#notes";
const isPresenter = location.hash === NOTES;
let partner = isPresenter ? opener : null;  // the other window
let started = Date.now(), demoStarted = Date.now(), demoShown = "";

function openNotes() {
  if (isPresenter) return;
  if (partner && !partner.closed) { partner.focus(); return; }
  partner = window.open(location.href.split("#")[0] + NOTES, "", "popup,width=900,height=700");
  if (!partner) byId("spoken").textContent = words["notes blocked"];
}

/* Returns what the second window shows of the current step. */
function notesHere() {
  const frame = here(), demo = demos[state.demo];
  const following = framesOf[state.demo][beside(state.demo, state.frame, 1)] || demos[state.demo + 1];
  const text = selector => [...frame.querySelectorAll(selector)].map(each => each.lastChild.textContent).join("\n");
  const [title, claim] = [demo.querySelector("h2"), demo.querySelector("h2 .claim")].map(each => each.textContent);
  return {
    demo: title.replace(claim, "").trim(), claim, minutes: Number(demo.dataset.minutes), step: text("h3"),
    ask: text(".question"), say: text(":scope > .told > .said > p, .verdict"), break: text(":scope > .broken > .said > p"),
    then: following ? following.querySelector(following.matches(".demo") ? "h2" : "h3").textContent : "",
    place: byId("place").textContent, asking: asks(),
  };
}

function tellPresenter() {
  if (!isPresenter && partner && !partner.closed) partner.postMessage({notes: notesHere()}, "*");
}

function showNotes(notes) {
  for (const key of ["claim", "step", "ask", "say", "break", "then", "place"]) byId(`notes-${key}`).textContent = notes[key];
  byId("notes-demo").textContent = notes.demo;
  byId("notes-next").textContent = words[notes.asking ? "reveal" : "next"];
  byId("demo-minutes").textContent = say("of minutes", {count: notes.minutes});
  byId("demo-minutes").dataset.minutes = notes.minutes;
  if (notes.demo !== demoShown) [demoShown, demoStarted] = [notes.demo, Date.now()];
  tick();
}

function clockOf(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tick() {
  const spent = Date.now() - demoStarted, minutes = Number(byId("demo-minutes").dataset.minutes || Infinity);
  byId("elapsed").textContent = clockOf(Date.now() - started);
  byId("demo-elapsed").textContent = clockOf(spent);
  byId("demo-elapsed").parentElement.classList.toggle("over", spent > minutes * 60000);
  byId("notes-lost").hidden = Boolean(partner) && !partner.closed;
}

/* Takes messages of the other window alone: notes here, actions there. */
function received(event) {
  if (!partner || event.source !== partner) return;
  if (isPresenter && event.data.notes) showNotes(event.data.notes);
  else if (!isPresenter && event.data.ready) tellPresenter();
  else if (!isPresenter && Object.hasOwn(actions, event.data.action)) actions[event.data.action]();
}

function ask(action) { partner?.postMessage({action}, "*"); }

function becomePresenter() {
  root.classList.add("presenter");
  byId("presenter").hidden = false;
  document.title = words["notes title"];
  byId("notes-lost").textContent = words["notes lost"];
  for (const action of ["back", "next"]) byId(`notes-${action}`).addEventListener("click", () => ask(action));
  byId("start-again").addEventListener("click", () => { started = demoStarted = Date.now(); tick(); });
  partner?.postMessage({ready: true}, "*");
  tick();
  setInterval(tick, 1000);
}
