/* Formats numbers as Python does, and takes words from the page's table of words. */

const figures = JSON.parse(document.getElementById("figures").textContent);
const words = figures.words;

/* Returns the words for `key`, with the placeholders filled in. */
function say(key, filling = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => filling[name]);
}

/* Turns "1.50e+0" into "1.5", "1.2e-7" into "1.2e-07". */
function withoutZeros(text) { return text.includes(".") ? text.replace(/\.?0+$/, "") : text; }
function withExponent(text) {
  const [mantissa, power] = text.split("e");
  return `${withoutZeros(mantissa)}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}
function powerOf(value) { return Number(value.toExponential().split("e")[1]); }

/* f"{value:.{digits}g}" */
function general(value, digits) {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const text = value.toExponential(digits - 1), power = Number(text.split("e")[1]);
  return power < -4 || power >= digits ? withExponent(text) : withoutZeros(value.toFixed(digits - 1 - power));
}

/* repr(value): all digits. */
function exact(value) {
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (powerOf(value) < -4 || powerOf(value) >= 16) return withExponent(value.toExponential());
  return String(value).includes(".") ? String(value) : `${value}.0`;
}

/* Returns a number as it is if that is short, else to four digits; a question mark for NaN. */
function short(value) {
  if (!Number.isFinite(value)) return "?";
  const whole = general(value, 8);
  return Number(whole) === value ? whole : general(value, 4);
}
/* Returns a short number as in printed expressions: 1e-5 and 43430, not 1e-05 and 4.343e+04. */
function inRule(value) {
  const text = short(value), [mantissa, power] = Number(text).toExponential().split("e");
  if (text === "?" || text === "-0") return text;
  return power > -5 && power < 16 ? String(Number(text)) : `${mantissa}e${Number(power)}`;
}
function equals(...values) { return values.every(value => Number(short(value)) === value) ? "=" : "≈"; }

/* Returns four digits with a long minus sign, as in drawings. */
function drawn(value) { return Number.isFinite(value) ? general(value + 0, 4).replaceAll("-", "−") : "?"; }

/* Parses the reader's input - numbers, pi and e, with * and / between them - or returns null. */
function typed(text) {
  const literal = String.raw`(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|pi|e)`;
  const spelt = text.replaceAll("−", "-").replaceAll("π", "pi").replaceAll("·", "*").trim().toLowerCase();
  if (!new RegExp(`^[+-]?\\s*${literal}(?:\\s*[*/]\\s*${literal})*$`).test(spelt)) return null;
  let value = spelt.startsWith("-") ? -1 : 1;
  for (const [, sign, part] of spelt.matchAll(new RegExp(`([*/]?)\\s*(${literal})`, "g"))) {
    const factor = {pi: Math.PI, e: Math.E}[part] ?? Number(part);
    value = sign === "/" ? value / factor : value * factor;
  }
  return Number.isFinite(value) ? value : null;
}
