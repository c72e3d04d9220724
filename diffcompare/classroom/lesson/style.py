"""The style sheet of the lesson: the stage, what flows on small screens, panels, projector, forced colours, paper."""

import re
from collections.abc import Mapping

from diffcompare.render.svg import DARK, LIGHT, PRINTED, colours

COLOURS = """\
:root { --accent: #0072B2; --bad: #A84300; --soft: #f3f5f8; --grey: #4b5563; --faint: #6b7280; --tint: #fdf4ee; }
@media (prefers-color-scheme: dark) {
  :root { --accent: #56B4E9; --bad: #FF9E66; --soft: #1a2333; --grey: #c3c9d3; --faint: #9ca3af; --tint: #2a1d16; }
}
html.projector { --paper: #fff; --ink: #000; --accent: #00558a; --bad: #8a3400; --soft: #fff; --grey: #222;
  --faint: #444;
  --tint: #fff; }
@media (prefers-color-scheme: dark) {
  html.projector { --paper: #000; --ink: #fff; --accent: #8ccff5; --bad: #ffb48a; --soft: #000; --grey: #eee;
    --faint: #ccc; --tint: #000; }
}
"""

SCREEN = """\
main { max-width: 60rem; padding: .8rem 1rem 5rem; }
html { scroll-padding-bottom: 8rem; }
button, input, select { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--faint);
  border-radius: .4rem; padding: .1rem .7rem; min-height: 1.9rem; }
button { cursor: pointer; }
button:hover { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
button[aria-pressed="true"], button[aria-current="true"] { background: var(--ink); color: var(--paper);
  border-color: var(--ink); }
button[aria-pressed="true"]::before { content: "\\2713\\00a0"; }
button[aria-disabled="true"] { color: var(--grey); border-style: dashed; box-shadow: none; cursor: default; }
#next { background: var(--accent); color: var(--paper); border-color: var(--accent); font-weight: bold;
  min-width: 6.5em; }
input[aria-invalid="true"] { border: 3px dashed var(--bad); }
button:focus-visible, input:focus-visible, select:focus-visible, .scroll:focus-visible, summary:focus-visible {
  outline: 3px solid var(--bad); outline-offset: 2px; }
.dc-svg [tabindex]:focus { outline: none; }
.dc-svg [tabindex]:focus-visible { outline: 3px solid var(--bad); outline-offset: 3px; }
.printed { display: none; }
.stepping .demo, .stepping .frame, .stepping .panel, .stepping .still { display: none; }
.stepping .demo.here, .stepping .frame.here, .stepping .demo.here .panel { display: block; }
.stepping h1 { display: none; }
.demo h2 { margin: .2rem 0; font-size: 1.15rem; line-height: 1.3; }
.demo h2 .claim { font-weight: normal; color: var(--grey); margin-left: .6em; font-size: .88em; }
.count { color: var(--accent); font-variant-numeric: tabular-nums; margin-right: .2em; }
.demo h3 { font-size: 1.35rem; line-height: 1.25; margin: .3rem 0; letter-spacing: -.01em; }
.demo h4 { font-size: 1em; margin: .3rem 0 .2rem; }
.subject { margin: 0; overflow-wrap: anywhere; color: var(--grey);
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.asked, .broken { display: none; }
.stepping .open .asked { display: block; }
.stepping .open .told { display: none; }
.stepping .shows-broken .broken { display: block; }
.shows-broken:not(.damaged):has(> .broken > .picture) > .told { display: none !important; }
.shows-broken:not(.damaged) .told > :not(.picture), .stepping .damaged.shows-broken .broken { display: none; }
.said { line-height: 1.4; }
.said p { margin: .12rem 0; display: grid; grid-template-columns: minmax(3.6rem, max-content) minmax(0, 1fr);
  gap: .4rem;
  align-items: baseline; max-width: 80rem; }
.said b { font-size: .72em; letter-spacing: .08em; color: var(--grey); }
.said .rule { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere;
  color: var(--grey); font-size: .94em; }
.said .rule b { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
.said .why { font-weight: 600; }
.said .question { display: block; font-weight: bold; color: var(--accent); }
.broken .said b, .damaged .told .why b { color: var(--paper); background: var(--bad); padding: .1em .6em;
  border-radius: .3em;
  font-size: .8em; }
.shows-broken .said p:last-child { font-weight: 600; }
.shows-broken .step { outline: 3px dashed var(--bad); outline-offset: -3px; background: var(--tint);
  border-radius: .4rem;
  padding: .4rem .8rem; }
.shows-broken h3 { color: var(--bad); }
.diffcompare .step .scroll, .diffcompare .picture .scroll { margin: .3em 0; }
.diffcompare .step .scroll table { border-width: 1.5px 0; border-color: var(--ink); }
.diffcompare .step .scroll th, .diffcompare .step .scroll td { padding: .16em .6em; }
.diffcompare .step .scroll td code, .diffcompare .step .turned th code { white-space: normal;
  overflow-wrap: anywhere; }
.diffcompare .step .scroll caption { color: var(--grey); }
.diffcompare .turned .scroll table { display: grid; grid-auto-flow: column;
  grid-template: auto repeat(var(--cells), auto) / fit-content(9em) repeat(var(--rows), auto);
  justify-content: start; }
.turned thead, .turned tbody, .turned tr { display: contents; }
.turned caption { grid-column: 1 / -1; }
.diffcompare .turned .scroll th, .diffcompare .turned .scroll td { text-align: left; white-space: normal;
  padding: .3em .6em;
  border: 0; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.diffcompare .turned .scroll thead th { max-width: 8em; }
.program pre { line-height: 1.4; }
.diffcompare .program pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
.diffcompare .program mark.running { display: inline-block; box-sizing: border-box; min-width: 100%;
  padding-left: 6ch; text-indent: -6ch; background: var(--ink); color: var(--paper); font-weight: normal; }
.diffcompare .program mark.running u { font-weight: bold; text-decoration-color: var(--bad); }
.diffcompare .growing .scroll td:last-child { white-space: normal; min-width: 6em; overflow-wrap: anywhere; }
.growing > .scroll:first-child tbody tr:last-child, .filling > .scroll:first-child tbody tr:last-child {
  background: var(--ink);
  color: var(--paper); }
.shows-broken .filling > .scroll:first-child tbody tr:last-child,
.shows-broken .growing > .scroll:first-child tbody tr:last-child {
  background: var(--bad); }
.growing > .scroll:first-child tbody th::before, .filling > .scroll:first-child tbody th::before {
  content: "\\2713\\00a0"; }
.growing > .scroll:first-child tbody tr:last-child th::before,
.filling > .scroll:first-child tbody tr:last-child th::before {
  content: "\\25b6\\00a0"; }
.told .verdict { font-size: 1.4em; line-height: 1.35; max-width: 34ch; border-left: .3rem solid var(--accent); }
.controls { position: fixed; left: 0; right: 0; bottom: 0; background: var(--soft); padding: .35rem 1rem;
  display: flex;
  flex-wrap: wrap; gap: .35rem; align-items: center; z-index: 1; }
.progress { position: absolute; left: 0; right: 0; top: 0; height: 3px;
  background: color-mix(in srgb, var(--faint) 35%, transparent); }
.progress span { display: block; height: 100%; background: var(--accent); }
.controls output { margin-left: auto; font-variant-numeric: tabular-nums; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.banner { border: 3px solid var(--bad); padding: .5rem 1rem; font-weight: bold; }
.banner[hidden] { display: none; }
"""

# One screen: the picture on one side and the step on the other, what is said below, the controls at the edge.  The
# script chooses the share of the picture and the size of the step's letters.
STAGE = """\
@media screen and (min-width: 800px) and (min-height: 480px) {
  html.stepping { font-size: clamp(14px, min(2.5vh, 1.67vw), 60px); }
  .stepping body { height: 100vh; height: 100dvh; display: flex; flex-direction: column; overflow: hidden; }
  .stepping main { flex: 1; min-height: 0; width: 100%; box-sizing: border-box; max-width: none;
    padding: .55rem 1.5rem .5rem; display: flex; flex-direction: column; }
  .stepping .controls { position: relative; flex-wrap: nowrap; padding: .4rem 1.5rem .35rem; font-size: .9rem; }
  .stepping .demo.here { flex: 1; min-height: 0; display: grid; column-gap: 1.6rem;
    grid-template: auto auto minmax(0, 1fr) auto auto / minmax(0, 55fr) minmax(0, 45fr); }
  .stepping .demo.alone { column-gap: 0; grid-template-columns: 0 minmax(0, 1fr); }
  .demo.here > h2 { grid-area: 1 / 1 / 2 / -1; margin: 0; display: flex; align-items: baseline; gap: .3em; }
  .demo.here > h2 .claim { margin-left: .8em; }
  .demo.here > .subject { grid-area: 2 / 2 / 3 / -1; align-self: center; text-align: right; font-size: .92rem; }
  .stepping .frame.here { grid-area: 2 / 1 / -1 / -1; display: grid; grid-template: subgrid / subgrid; }
  .frame.here > h3 { grid-area: 1 / 1 / 2 / -1; margin: .1rem 0 .35rem; }
  .stepping .frame.here > .told, .stepping .open > .asked, .stepping .shows-broken:not(.damaged) > .broken {
    grid-area: 2 / 1 / -1 / -1; display: grid; grid-template: subgrid / subgrid; }
  .stepping .frame.here.open > .told { display: none; }
  .frame.here .picture { grid-area: 1 / 1 / 2 / 2; position: relative; min-height: 0; min-width: 0; }
  .frame.here .picture > .scroll, .panel.drawing > .scroll { overflow: hidden; }
  .frame.here .picture:not(.program, .still) { display: flex; flex-direction: column; }
  .frame.here .picture .caption { margin: 0 0 .3rem; flex: none; font-weight: bold; color: var(--grey); }
  .frame.here .picture:not(.program), .panel.drawing > .scroll { contain: strict; }
  .diffcompare .frame.here .picture:not(.program) > .scroll { flex: 1; min-height: 0; margin: 0; position: relative; }
  .frame.here .picture:not(.program) .dc-svg, .panel.drawing svg.dc-svg { display: block; width: 100%; height: 100%;
    max-width: none; }
  .frame.here .program, .frame.here .step { overflow: auto; min-height: 0; min-width: 0; box-sizing: border-box;
    display: flex; flex-direction: column; justify-content: safe center; }
  .frame.here .step { grid-area: 1 / 2 / 3 / 3; }
  .frame.here .step > *, .frame.here .program > * { flex: none; }
  .stepping .demo.here:not(.tabled) .frame.here .step:has(> details) { justify-content: end; }
  .demo.here:has(.step details[open]) .panel.beside { display: none; }
  .demo.alone .step { align-items: safe center; }
  .demo.alone .step > * { max-width: 100%; }
  .demo.alone .frame.here .step { grid-area: 1 / 1 / 2 / -1; }
  .frame.here .said { grid-area: 3 / 1 / 4 / -1; padding-top: .4rem; font-size: 1.12rem; min-height: 3.3em; }
  .stepping .demo.here .panel { grid-area: 3 / 1 / 4 / 2; min-height: 0; min-width: 0; display: flex;
    flex-direction: column; }
  .stepping .demo.here .panel.strip { grid-area: 4 / 1 / 5 / 2; display: block; }
  .stepping .demo.here .panel.beside { grid-area: 3 / 2 / 5 / 3; align-self: center; }
  .stepping .demo.here.alone .panel.strip { grid-column: 1 / -1; }
  .stepping .demo.tabled .panel.beside { display: none; }
  .panel.drawing > .scroll { flex: 1; min-height: 0; position: relative; }
  .diffcompare .panel.drawing > .scroll { margin: 0; }
  .panel.drawing > .scroll > svg, .frame.here .picture:not(.program) > .scroll > svg { position: absolute; inset: 0; }
  .panel.strip .fields > label { font-size: 0; }
  .panel.strip .fields select { font-size: .85rem; }
  .panel.drawing > h3, .panel.drawing .fine, .panel.strip > h3, .panel .subject { display: none; }
  .diffcompare .step.folded .scroll td, .diffcompare .step.folded .scroll th { white-space: normal; }
  .diffcompare .step.folded .scroll td.number { white-space: nowrap; }
  .diffcompare .step.folded pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
  .diffcompare .step.tight .scroll th, .diffcompare .step.tight .scroll td { padding: .06em .3em; line-height: 1.3; }
}
@media screen and (max-width: 799px), screen and (max-height: 479px) {
  .controls { padding: .4rem .6rem; gap: .3rem; }
  .controls button { padding: .1rem .55rem; font-size: .92rem; min-height: 2.2rem; }
  #projector, #fullscreen, #notes { display: none; }
  main { padding-bottom: 8rem; }
  .demo h2 .claim { display: block; margin: 0; }
  .frame.here .picture:not(.program) .dc-svg, .panel.drawing svg.dc-svg { width: 100%; height: auto; }
  .said { margin-top: .6rem; }
}
"""

DIALOGS = """\
dialog { color: var(--ink); background: var(--paper); border: 1px solid var(--faint); border-radius: .8rem;
  padding: 1rem 1.4rem;
  width: min(94vw, 66rem); max-height: 92vh; box-sizing: border-box; line-height: 1.35; }
dialog::backdrop { background: #0f172ab0; }
dialog header, #presenter header, #presenter footer { display: flex; gap: 1rem; align-items: center;
  justify-content: space-between; }
dialog h2 { margin: 0; font-size: 1.3rem; }
.outline { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 4fr); gap: 1.2rem; margin-top: .6rem; }
.outline ol { list-style: none; margin: 0; padding: 0; }
.outline button { width: 100%; text-align: left; border-color: transparent; padding: .18rem .6rem; min-height: 0; }
.outline .demos button { border-color: var(--faint); margin-bottom: .25rem; }
.outline .claim { display: none; font-size: .8em; }
.outline [aria-current="true"] .claim, .outline button:hover .claim { display: block; color: inherit; }
.outline b { font-weight: 600; }
.outline small { font-size: .78em; }
.outline [aria-current="true"] .count { color: inherit; }
.outline .steps { columns: 2; column-gap: .8rem; font-size: .86rem; align-self: start; }
.outline .steps:has(li:nth-child(24)) { columns: 3; font-size: .78rem; }
.outline .steps li { break-inside: avoid; }
.outline .left-out button { border-style: dashed; color: var(--grey); font-style: italic; }
.outline .steps button { padding: .1rem .4rem; }
.outline .steps button:not([aria-current="true"]) { border-color: var(--faint); border-width: 0 0 1px;
  border-radius: 0; }
.keys { display: grid; grid-template-columns: max-content 1fr max-content 1fr; gap: .45rem 1rem;
  align-items: baseline; }
.keys dt { text-align: right; } .keys dd { margin: 0; }
kbd { font: inherit; border: 1px solid var(--faint); border-bottom-width: 3px; border-radius: .3rem; padding: 0 .45em;
  background: var(--soft); white-space: nowrap; }
.presenter main, .presenter .controls { display: none !important; }
.presenter body { overflow: auto !important; }
#presenter { padding: 1rem 1.5rem; }
#presenter[hidden] { display: none; }
#presenter h1 { font-size: 1.5rem; margin: .8rem 0 0; display: block; }
#presenter h2 { font-size: 1.25rem; margin: .6rem 0; }
#presenter .claim { color: var(--grey); margin: 0; }
.notes { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .6rem 1.2rem; font-size: 1.2rem; }
.notes dt { color: var(--grey); font-weight: bold; } .notes dd { margin: 0; white-space: pre-line; }
.notes dt:has(+ dd:empty), .notes dd:empty { display: none; }
.clock { margin: 0; } .clock output { font-size: 2rem; font-variant-numeric: tabular-nums; font-weight: bold; }
.clock.over output { color: var(--bad); text-decoration: underline double; }
@media (max-width: 800px) { .outline, .keys { grid-template-columns: minmax(0, 1fr); } .keys dt { text-align: left; }
  .outline .steps { columns: 1 !important; } }
"""

GRAPH = """\
.dc-svg .shape, .dc-svg .arrow { stroke-width: 3; }
.dc-svg .arrow.inactive, .dc-svg .inactive .shape { stroke-width: 3; }
.dc-svg .primal rect, .dc-svg .adjoint rect { stroke-width: 2; }
.dc-svg .tangent rect { stroke-width: 3; stroke-dasharray: .1 5; }
.dc-svg .message rect { stroke-width: 2; stroke-dasharray: 2 2; }
.dc-svg .lost text { text-decoration: line-through; }
.dc-svg .wrong text { text-decoration: underline wavy; font-weight: bold; }
.dc-svg .wrong rect { stroke-width: 4; }
.dc-svg .mark { font-size: 20px; }
.dc-svg .lit { stroke-width: 6; }
.demo .dc-svg .figure { font-size: 16px; }
.demo .dc-svg .chip .figure { font-size: 19px; }
.demo .dc-svg .name, .demo .dc-svg .label { font-size: 19px; }
.projector .dc-svg .shape, .projector .dc-svg .arrow { stroke-width: 4; }
"""

PANELS = """\
.panel { margin-top: .4rem; }
.panel label { display: inline-block; margin-right: 1rem; max-width: 100%; }
.panel p { margin: .2rem 0; }
.panel.strip { background: var(--soft); border-radius: .5rem; padding: .3rem .6rem; font-size: .9rem; }
.panel select { max-width: 100%; }
.panel input[inputmode] { width: 3.4rem; padding: .1rem .4rem; }
.panel input[type=range] { width: min(100%, 16rem); padding: 0; border: 0; accent-color: var(--accent);
  vertical-align: middle;
  background: none; }
.slider { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: center; align-items: center;
  font-size: .9rem; }
.slider label { display: flex; align-items: center; gap: .6rem; margin: 0; }
#chosen { font-weight: bold; font-variant-numeric: tabular-nums; min-width: 15em; }
.fields { display: flex; flex-wrap: wrap; gap: .2rem .9rem; align-items: center; }
.fields select { max-width: 12rem; }
.fields #coordinates { display: flex; flex-wrap: wrap; gap: .2rem .8rem; }
.fields label { margin: 0; }
.coordinate { display: inline-flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.panel .coordinate input[type=range] { width: 5rem; }
.complaint { font-weight: bold; color: var(--bad); border-left: .4rem dashed var(--bad); padding-left: .8rem; }
.complaint:empty { display: none; }
.complaint:not(:empty) ~ #answer { display: none; }
.signs { display: flex; flex-wrap: wrap; gap: .3rem .8rem; font-size: .85em; }
.sign { border: 2px solid; border-radius: .3em; padding: 0 .5em; background: var(--paper); line-height: 1.35; }
.sign.tangent { border-style: dotted; } .sign.adjoint { border-style: dashed; }
#answer { font-size: .9em; line-height: 1.3; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.diffcompare dl.cancellation { grid-template-columns: max-content minmax(0, 1fr); margin: .4rem 0; font-size: 1.05rem;
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.shared { color: var(--grey); text-decoration: underline dotted; text-underline-offset: .2em; }
.curve, .bars { display: block; width: 100%; height: auto; }
.curve { touch-action: none; cursor: ew-resize; }
.curve text, .bars text { font-size: var(--letters, 17px); }
.curve .grid, .bars .grid { stroke-opacity: .15; fill: none; }
.curve .axis, .bars .axis { stroke-width: 2; fill: none; }
.curve polyline { fill: none; stroke-width: 3.5; }
.curve .central { stroke-dasharray: 10 5; }
.curve .richardson { stroke-dasharray: 12 4 2 4; }
.curve .complex { stroke-dasharray: 3 4; }
.curve .ad { stroke-width: 4; }
.curve .dots { fill: none; stroke-width: 1.2; stroke-dasharray: none; }
.curve .name { font-weight: bold; }
.curve .slope path { fill-opacity: .12; stroke-width: 2; }
.curve .slope text { font-weight: bold; }
.curve .cut { display: none; }
.diffcompare .dc-svg.curve .mark { fill: none; stroke-width: 4; }
.curve .guide { stroke-width: 1.5; stroke-dasharray: 2 4; }
.bars .bar, .legend .bar { stroke-width: 1.5; }
.demo .curve .name, .demo .bars .figure { font-size: var(--letters, 17px); }
.bars .beyond { stroke-dasharray: 5 3; }
.hatch { stroke-width: 1.6; fill: none; }
.bars .over { paint-order: stroke; stroke-width: 4px; }
.diffcompare .panel .legend { display: flex; flex-wrap: wrap; justify-content: center; gap: .1rem 1.2rem;
  list-style: none;
  padding: 0; margin: .1rem 0 0; }
.legend svg { width: 1.6em; height: .9em; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.fine { font-size: .85em; color: var(--grey); }
"""

# Colours of drawings, for every palette: literal ones, as in the pictures of `render.svg`.
_DRAWN = """\
.dc-svg .chip rect { fill: $paper; }
.dc-svg .message rect { stroke: $vermillion-text; }
.dc-svg .message text { fill: $vermillion-text; }
.dc-svg .mark { fill: $ink; }
.dc-svg .active .shape { fill: $ink; }
.dc-svg .active .shape + .shape { stroke: $paper; }
.dc-svg .active .name, .dc-svg .active .label { fill: $paper; }
.dc-svg .lit { stroke: $blue; }
.dc-svg .lit .head { fill: $blue; }
.curve .grid, .curve .axis, .bars .grid, .bars .axis { stroke: $ink; }
.curve polyline, .curve .dots { stroke: $blue; }
.curve polyline.central, .curve .dots.central { stroke: $vermillion-text; }
.curve polyline.richardson { stroke: $green-text; }
.curve polyline.complex, .curve polyline.ad { stroke: $ink; }
.curve .slope path { fill: $ink; stroke: $ink; }
.curve .mark, .curve .guide { stroke: $ink; }
.curve .trail { fill: $ink; }
.bars .bar, .legend .bar, .dc-svg pattern .hatch { stroke: $ink; }
.fill0 { fill: $vermillion-text; }
.fill2 { fill: $blue; }
.fill1, .fill3 { fill: $paper; }
.bars .over { stroke: $paper; }
.sign.primal { color: $blue-text; }
.sign.tangent { color: $orange-text; }
.sign.adjoint { color: $vermillion-text; }
"""


def _drawn(palette: Mapping[str, str]) -> str:
    return colours(palette, _DRAWN)


def _within(name: str, rules: str) -> str:
    """Return rules that hold inside an element only."""
    return re.sub(
        r"(?m)^(.*?) \{", lambda rule: ", ".join([f"{name} {part}" for part in rule[1].split(", ")]) + " {", rules
    )


_STRONG = {"ink": "#000", "faint": "#333", "rule": "#999", "blue": "#00558a", "blue-text": "#00558a",
           "vermillion-text": "#8a3400", "orange-text": "#6b4500"}  # fmt: skip
_STRONG_DARK = {"paper": "#000", "ink": "#fff", "faint": "#ddd", "rule": "#777"}
DRAWINGS = (
    _drawn(LIGHT)
    + f"@media screen and (prefers-color-scheme: dark) {{\n{_drawn(DARK)}}}\n"
    + _within(".projector", colours(LIGHT | _STRONG) + _drawn(LIGHT | _STRONG))
    + "@media screen and (prefers-color-scheme: dark) {\n"
    + _within(".projector", colours(DARK | _STRONG_DARK) + _drawn(DARK | _STRONG_DARK))
    + "}\n"
)

_BLACK = dict.fromkeys(LIGHT, "#000") | {"paper": "#fff", "rule": PRINTED["rule"]}

PAPER = (
    """\
@media print {
  .controls, dialog, #presenter, .panel, .spoken, .banner, .subject, .stepping h1, .frame, .stepping .frame.here,
  .stepping .demo.here .panel { display: none !important; }
  :root, html.projector { --paper: #fff; --ink: #000; --accent: #000; --bad: #000; --soft: #fff; --grey: #000;
    --faint: #000; --tint: #fff; --line: #000; --wrong: #000; }
"""
    + colours(_BLACK)
    + _drawn(_BLACK)
    + _within(".projector", colours(_BLACK) + _drawn(_BLACK))
    + """\
  .diffcompare .dc-svg .active .shape { fill: #fff; }
  .diffcompare .dc-svg .active .name, .diffcompare .dc-svg .active .label { fill: #000; }
  .dc-svg .mark { display: none; }
  html, html.stepping { font-size: 62%; background: #fff; color: #000; }
  main { padding: 0; max-width: none; }
  .demo, .stepping .demo { display: block !important; break-before: page; break-inside: avoid; }
  .demo:first-of-type { break-before: auto; }
  .demo h2 { font-size: 1.25rem; margin: 0 0 .3rem; line-height: 1.2; }
  .demo h2 .claim { color: #000; font-size: .8em; }
  .printed { display: block; }
  .printed table { border-collapse: collapse; width: 100%; font-size: 1.1rem; line-height: 1.3; }
  .printed.dense table { font-size: .92rem; line-height: 1.25; }
  .printed caption { text-align: left; font-weight: bold; }
  .printed thead th { border-bottom: 1.5pt solid #000; text-align: left; }
  .printed tbody { border-bottom: .5pt solid #000; break-inside: avoid; }
  .printed td { padding: .12em .8em .12em 0; vertical-align: top; overflow-wrap: anywhere; }
  .printed th:nth-child(1) { width: 3ch; } .printed th:nth-child(2) { width: 17%; }
  .printed th:nth-child(3) { width: 27%; } .printed th:nth-child(4) { width: 20%; }
  .printed .inside { display: flex; flex-wrap: wrap; gap: 0 2rem; }
  .diffcompare .printed .inside .scroll { margin: 0 0 .2rem; overflow: visible; }
  .printed .inside table { width: auto; font-size: .8em; }
  .printed .inside tbody { border: none; }
  .printed .inside td { padding-block: 0; }
  .printed .inside th:nth-child(n) { width: auto; }
  .diffcompare .printed figure { margin: .5rem 0; }
  .diffcompare .printed svg { width: auto; min-width: 0; max-width: 100%; height: 6.5cm; max-height: none; }
  .printed .closing { display: flex; flex-wrap: wrap; align-items: center; gap: 0 2rem; }
  .printed .closing .verdict { flex: 1 1 18em; }
  .diffcompare .printed .legend { display: flex; gap: 1.5rem; list-style: none; padding: 0; margin: 0; }
  .diffcompare .printed .legend svg { height: .9em; }
  .demo .bars .fill2 { fill: #fff; }
  .bars .figure { stroke: none; }
  .curve text, .bars text { font-size: 17px; }
  .printed.dense svg { height: 3.5cm; }
  .printed.dense .inside table { font-size: .75em; line-height: 1.2; }
  @page { size: A4; margin: 1.2cm; }
}
"""
)

_SYSTEM = dict.fromkeys(LIGHT, "CanvasText") | {
    "paper": "Canvas", "rule": "GrayText", "blue": "LinkText", "vermillion": "LinkText", "vermillion-text": "LinkText",
}  # fmt: skip

FORCED = (
    """\
@media (forced-colors: active) {
  :root, html.projector { --paper: Canvas; --ink: CanvasText; --accent: LinkText; --bad: LinkText; --soft: Canvas;
    --grey: CanvasText; --faint: CanvasText; --tint: Canvas; --line: LinkText; --wrong: LinkText; }
"""
    + colours(_SYSTEM)
    + _drawn(_SYSTEM)
    + _within(".projector", colours(_SYSTEM) + _drawn(_SYSTEM))
    + """\
  .dc-svg .partial { stroke: Canvas; }
  button { border-color: ButtonText; }
  button[aria-pressed="true"], button[aria-current="true"] { forced-color-adjust: none; color: HighlightText;
    background: Highlight; border-color: Highlight; }
  button[aria-disabled="true"] { color: GrayText; border-color: GrayText; }
  .filling > .scroll:first-child tbody tr:last-child {
    forced-color-adjust: none; background: Highlight !important; color: HighlightText; }
  .demo .bars .fill2 { fill: Canvas }
  .diffcompare .dc-svg .active .shape { fill: Highlight; stroke: Highlight; }
  .diffcompare .dc-svg .active .shape + .shape { stroke: Canvas; }
  .diffcompare .dc-svg .active .name, .diffcompare .dc-svg .active .label { fill: HighlightText; }
  :focus-visible { outline-color: Highlight !important; }
}
"""
)

STYLE = COLOURS + SCREEN + STAGE + DIALOGS + GRAPH + PANELS + DRAWINGS + FORCED + PAPER
