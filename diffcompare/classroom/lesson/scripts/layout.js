/* Divides the screen: the share of the picture, and the size of the step's letters, so that nothing is below the fold.

   Of all divisions in which the step fits the best one is taken: large letters and a large picture are good, folded lines
   and narrow rows are not.  Steps of one table, whose rows come one by one, share the choice of the last of them. */

const onStage = matchMedia("(min-width: 800px) and (min-height: 480px)");
const SHARES = [60, 54, 50, 46, 42, 36];  // of the picture, percent of the width
const BESIDE = [1.25, 1.1, 1, 0.95, 0.8, 0.68, 0.6];  // letters beside a picture, of the page's
const ALONE = [1.5, 1.4, 1.3, 1.2, ...BESIDE.slice(1)];
const GAP = 1.6;  // between the columns, in letters of the page, as in the style sheet
const LARGE_SHARE = 46;  // with less, the letters of a drawing become small
const READABLE = 0.95;  // of the page's letters: numbers, which are smaller, are a forty-fifth of the screen's height

function rated(shares, sizes) {
  const goodness = ({share, size, folded, tight}) =>
    size + share / 45 - 0.28 * folded - 0.1 * tight - (share < LARGE_SHARE ? 0.5 : 0) - (size < READABLE ? 1 : 0);
  const every = [false, true].flatMap(folded => [false, true].flatMap(tight =>
    shares.flatMap(share => sizes.map(size => ({share, size, folded, tight})))));
  return every.sort((a, b) => goodness(b) - goodness(a));
}
const divisions = {beside: rated(SHARES, BESIDE), alone: rated([50], ALONE)};
const chosen = new WeakMap();  // what was found for a frame

function openPart(frame) {
  if (frame.classList.contains("open")) return frame.querySelector(".asked");
  return frame.querySelector(frame.matches(".shows-broken:not(.damaged)") ? ".broken" : ".told");
}

/* Tells where the picture comes from: the frame, the panel, or nowhere. */
function pictureOf(frame) {
  const part = openPart(frame), bare = part.matches(".broken") && !part.querySelector(":scope > .picture");
  const own = (bare ? frame.querySelector(".told") : part).querySelector(":scope > .picture");
  if (own && !own.matches(".still")) return own;
  return frame.parentElement.querySelector(".panel.drawing");
}

/* The areas whose letters are fitted, each with the share of the width that it gets. */
function areasOf(frame) {
  const step = openPart(frame).querySelector(":scope > .step"), picture = pictureOf(frame);
  const areas = step ? [{part: step, shareOf: share => picture ? 100 - share : 100}] : [];
  return picture?.matches(".program") ? [...areas, {part: picture, shareOf: share => share}] : areas;
}

function fits({part, shareOf}, {share, size, folded, tight}, room) {
  part.style.fontSize = `${size}rem`;
  part.style.width = `${room * shareOf(share) / 100}px`;
  part.classList.toggle("folded", folded);
  part.classList.toggle("tight", tight);
  return shownWhole(part);
}
function shownWhole(part) {
  const wide = [part, ...part.querySelectorAll(".scroll")].filter(each => !each.closest("details"));
  return part.scrollHeight <= part.clientHeight && wide.every(each => each.scrollWidth <= each.clientWidth);
}

/* Tells whether a division asks for more room than one that did not fit. */
function hopeless(division, failed) {
  return failed.some(({share, size, folded, tight}) => folded === division.folded && tight === division.tight
    && share <= division.share && size <= division.size);
}

/* Returns the smallest letters that can be read, in the widest column: what does not fit then never does. */
function least(every) {
  return {size: READABLE, share: Math.min(...every.map(({share}) => share))};
}

/* Finds the division for the frame that is shown.  Only the fitted areas change meanwhile, which is quick. */
function divide(frame) {
  const demo = frame.parentElement, state = `${innerWidth} ${innerHeight} ${frame.className} ${demo.className}`;
  const known = chosen.get(frame);
  if (known?.state === state) return known.division;
  const alone = demo.matches(".alone"), areas = areasOf(frame), room = demo.clientWidth - (alone ? 0 : GAP * remOf());
  const failed = [], every = divisions[alone ? "alone" : "beside"];
  const fit = division => !hopeless(division, failed)
    && (areas.every(area => fits(area, division, room)) || !failed.push(division));
  for (const folded of [false, true]) for (const tight of [false, true]) fit({...least(every), folded, tight});
  const division = every.find(fit) || every.at(-1);
  for (const {part} of areas) part.style.width = "";
  chosen.set(frame, {state, division});
  return division;
}

function remOf() { return parseFloat(getComputedStyle(root).fontSize); }

function apply(frame, {share, size, folded, tight}) {
  const demo = frame.parentElement;
  demo.style.gridTemplateColumns = demo.matches(".alone") ? "" : `minmax(0, ${share}fr) minmax(0, ${100 - share}fr)`;
  for (const {part} of areasOf(frame)) {
    part.style.fontSize = `${size}rem`;
    part.classList.toggle("folded", folded);
    part.classList.toggle("tight", tight);
  }
}

function captions(frame) {
  return [...frame.querySelectorAll(":scope > .told > .step caption")].map(each => each.textContent).join("\n");
}

/* Returns the last of the frames that show the same tables in turn. */
function lastAlike(frame) {
  const own = captions(frame);
  let last = frame;
  while (own && last.nextElementSibling?.matches(".frame") && captions(last.nextElementSibling) === own) {
    last = last.nextElementSibling;
  }
  return last;
}

function arrange(frame) {
  const demo = frame.parentElement, other = lastAlike(frame);
  demo.classList.toggle("alone", !pictureOf(frame));
  demo.classList.toggle("tabled", Boolean(openPart(frame).querySelector(".step > :not(details)")));
  if (!onStage.matches) {
    demo.style.gridTemplateColumns = "";
    for (const {part} of areasOf(frame)) part.style.fontSize = "";
    return;
  }
  let division = other !== frame && !frame.matches(".shows-broken") && divisionOf(other, frame);
  if (division) apply(frame, division);
  if (!division || !areasOf(frame).every(({part}) => shownWhole(part))) apply(frame, divide(frame));
  enlarge(demo);
}

/* Returns the division for another frame, which is shown for a moment. */
function divisionOf(other, frame) {
  frame.classList.remove("here");
  other.classList.add("here");
  const division = divide(other);
  other.classList.remove("here");
  frame.classList.add("here");
  return division;
}

const LEAST = 45;  // letters are at least this part of the screen's height

/* Sets the letters of the panel's drawing so that they are large enough on the screen, whatever its scale. */
function enlarge(demo) {
  const svg = demo.querySelector(".panel.drawing svg");
  if (!svg) return;
  const scale = svg.getScreenCTM().a;
  svg.style.setProperty("--letters", `${Math.min(Math.max(17, innerHeight / LEAST / scale), 23)}px`);
  if (svg.id === "curve") emerge();  // whose names may have become longer
}
