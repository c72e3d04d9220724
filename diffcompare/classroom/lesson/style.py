"""The style sheet of the lesson: steps, panels, projector, forced colours, paper."""

from diffcompare.render.svg import LIGHT, PRINTED, colours

COLOURS = """\
:root { --accent: #0072B2; --bad: #A84300; --soft: #f3f4f6; --grey: #4b5563; --faint: #6b7280; }
@media (prefers-color-scheme: dark) {
  :root { --accent: #56B4E9; --bad: #FF9E66; --soft: #1f2937; --grey: #c3c9d3; --faint: #9ca3af; }
}
"""

SCREEN = """\
html.projector { font-size: max(24px, 2.6vh); }
html.projector main { max-width: none; padding-top: .4rem; }
html.projector nav { font-size: .72rem; }
html.projector h2 { font-size: 1rem; margin: 0; }
html.projector .demo > .subject { float: right; }
html.projector .frame > h3 { font-size: 1rem; margin: .1rem 0; }
html.projector .rule, html.projector .why, html.projector .question { margin: .1rem 0; }
main { max-width: 96rem; padding: .8rem 1rem 5rem; scroll-padding-bottom: 5rem; }
html { scroll-padding-bottom: 5rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .4rem; list-style: none; padding: 0; margin: 0 0 1rem; }
button, input, select { font: inherit; color: var(--ink); background: var(--paper); border: 2px solid var(--accent);
  border-radius: .3rem; padding: .15rem .6rem; min-height: 2rem; }
button[aria-pressed="true"], button[aria-current="true"] { background: var(--ink); color: var(--paper); }
button[aria-pressed="true"]::before { content: "\\2713\\00a0"; }
button[aria-disabled="true"] { color: var(--grey); border-style: dashed; border-color: var(--faint); }
input[aria-invalid="true"] { border: 3px dashed var(--bad); }
button:focus-visible, input:focus-visible, select:focus-visible, .scroll:focus-visible, summary:focus-visible {
  outline: 3px solid var(--bad); outline-offset: 2px; }
.dc-svg [tabindex]:focus { outline: none; }
.dc-svg [tabindex]:focus-visible { outline: 3px solid var(--bad); outline-offset: 3px; }
.printed { display: none; }
.stepping .demo, .stepping .frame, .stepping .panel { display: none; }
.stepping .demo.here, .stepping .frame.here, .stepping .demo.here .panel { display: block; }
.stepping h1 { font-size: 1rem; font-weight: normal; margin: 0 0 .2rem; }
.stepping h2 { font-size: 1.15rem; margin: .3rem 0; }
.stepping h3 { font-size: 1.05rem; margin: .3rem 0; }
.stepping h4 { font-size: 1rem; margin: .6rem 0 .2rem; }
.stepping nav ul { margin-bottom: .4rem; }
.subject { margin: 0; overflow-wrap: anywhere;
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.rule, .why, .question { margin: .25rem 0; }
.diffcompare .frame .scroll td code { white-space: normal; }
.asked, .question, .broken { display: none; }
.stepping .open .asked, .stepping .open .question { display: block; }
.stepping .open .told { display: none; }
.stepping .shows-broken .broken { display: block; }
.question, .rule, .why, .broken { border-left: .25rem solid var(--accent); padding-left: .8rem; }
.question { font-weight: bold; border-left-style: dotted; }
.broken { border-left: .25rem dashed var(--bad); }
.rule b, .why b, .broken b { display: inline-block; min-width: 5ch; margin-right: .6ch; }
.rule { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: minmax(0, auto) max-content; gap: 0 2rem; justify-content: start;
  align-items: start; }
.diffcompare .pair .scroll { margin: .4rem 0 .3rem; padding: 2px; }
.diffcompare .pair .scroll th, .diffcompare .pair .scroll td { padding-top: .08em; padding-bottom: .08em; }
.pair svg { max-height: 58vh; }
.program { display: grid; grid-template-columns: minmax(0, 43fr) minmax(0, 57fr); gap: 0 1.5rem; align-items: start; }
.program > * { min-width: 0; }
.diffcompare .program .scroll { margin: .4rem 0 .3rem; }
.diffcompare .program .scroll th, .diffcompare .program .scroll td { padding-top: .08em; padding-bottom: .08em; }
.program pre { line-height: 1.35; }
.diffcompare .program pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
.diffcompare .program mark.running { display: inline-block; box-sizing: border-box; min-width: 100%;
  padding-left: 6ch; text-indent: -6ch; background: var(--ink);
  color: var(--paper); font-weight: normal; }
.diffcompare .program mark.running u { font-weight: bold; text-decoration-color: var(--bad); }
.diffcompare .growing .scroll td:last-child { white-space: normal; min-width: 6em; overflow-wrap: anywhere; }
.growing > .scroll:first-child tbody tr:last-child { background: var(--ink); color: var(--paper); }
.growing > .scroll:first-child tbody th::before { content: "\\2713\\00a0"; }
.growing > .scroll:first-child tbody tr:last-child th::before { content: "\\25b6\\00a0"; }
.slot ~ div tbody tr th::before { content: "\\2713\\00a0"; }
.slot ~ div tbody tr:last-child th::before { content: "\\25b6\\00a0"; }
.slot ~ div tbody tr:last-child { background: var(--ink); color: var(--paper); }
.controls { position: fixed; left: 0; right: 0; bottom: 0; background: var(--soft); padding: .4rem 1rem; display: flex;
  flex-wrap: wrap; gap: .4rem; align-items: center; border-top: 2px solid var(--accent); }
.controls output { margin-left: auto; font-variant-numeric: tabular-nums; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.banner { border: 3px solid var(--bad); padding: .5rem 1rem; font-weight: bold; }
.banner[hidden] { display: none; }
@media (max-width: 40rem) {
  main { padding-bottom: 9rem; }
  html { scroll-padding-bottom: 9rem; }
  .pair svg { max-height: none; }
  .controls { padding: .3rem .5rem; gap: .25rem; }
  .controls button { padding: .1rem .45rem; font-size: .9rem; }
}
"""

GRAPH = """\
.dc-svg .shape, .dc-svg .arrow { stroke-width: 3; }
.dc-svg .arrow.inactive, .dc-svg .inactive .shape { stroke-width: 3; }
.dc-svg .primal rect, .dc-svg .adjoint rect { stroke-width: 2; }
.dc-svg .tangent rect { stroke-width: 3; stroke-dasharray: .1 5; }
.dc-svg .chip rect { fill: var(--paper); }
.dc-svg .message rect { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 2 2; }
.dc-svg .message text { fill: var(--bad); }
.dc-svg .lost text { text-decoration: line-through; }
.dc-svg .wrong text { text-decoration: underline wavy; font-weight: bold; }
.dc-svg .wrong rect { stroke-width: 3; }
.dc-svg .mark { fill: var(--ink); font-size: 16px; }
.dc-svg .active .shape { fill: var(--ink); }
.dc-svg .active .shape + .shape { stroke: var(--paper); }
.dc-svg .active .name, .dc-svg .active .label { fill: var(--paper); }
.dc-svg .lit { stroke: var(--accent); stroke-width: 6; }
.dc-svg .lit .head { fill: var(--accent); }
@media (max-width: 40rem) { .diffcompare .slot svg, .diffcompare .pair svg { max-width: none; } }
html.projector .pair { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0 1rem; }
html.projector .pair svg, html.projector .told figure svg { width: 100%; height: auto;
  max-height: calc(100vh - 12.7rem); }
html.projector .told figure { margin: .3rem 0; }
html.projector .pair table { font-size: .9em; }
html.projector .dc-svg .figure { font-size: 16px; }
html.projector .dc-svg .chip .figure { font-size: 17.5px; }
html.projector .dc-svg .name, html.projector .dc-svg .label { font-size: 18px; }
html.projector .curve text, html.projector .bars text { font-size: 16px; }
html.projector h1 { display: none; }
@media (max-width: 60rem) { .pair, html.projector .pair, .program { display: block; } }
"""

PANELS = """\
.panel { background: var(--soft); padding: .6rem 1rem; border-radius: .3rem; margin-top: 1rem; }
.panel label { display: inline-block; margin-right: 1rem; max-width: 100%; }
.panel select { max-width: 100%; }
.panel input[inputmode] { width: 9rem; }
.panel input[type=range] { width: min(100%, 30rem); padding: 0; accent-color: var(--accent);
  vertical-align: middle; }
.coordinate { display: inline-flex; flex-wrap: wrap; align-items: center; gap: .6rem; margin-right: 1.2rem; }
.panel .coordinate input[type=range] { width: 10rem; }
.complaint { font-weight: bold; color: var(--bad); border-left: .4rem dashed var(--bad); padding-left: .8rem; }
.complaint:empty { display: none; }
#answer { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.cancellation { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-x: auto; }
@media (min-width: 65rem) {
  .beside { display: grid; grid-template-columns: minmax(0, 1fr) max-content; gap: 0 1.5rem; align-items: center; }
  .beside > * { min-width: 0; max-width: 26rem; }
  .beside > :first-child { max-width: none; }
  .diffcompare .panel .beside .scroll { margin-top: 0; }
}
@media (max-width: 40rem) { .diffcompare .cancellation { grid-template-columns: minmax(0, 1fr); font-size: .95em; } }
.shared { color: var(--grey); text-decoration: underline dotted; text-underline-offset: .2em; }
.panel .subject { font-size: .8em; max-width: 56rem; }
.curve, .bars { display: block; width: 100%; max-width: 56rem; min-width: 36rem; height: auto;
  background: var(--paper); border-radius: .3rem; }
.curve { touch-action: none; cursor: ew-resize; max-width: 48rem; }
.curve text, .bars text { fill: var(--ink); font-size: 14px; }
.curve .grid, .bars .grid { stroke: var(--ink); stroke-opacity: .15; fill: none; }
.curve .axis, .bars .axis { stroke: var(--ink); stroke-width: 2; fill: none; }
.curve polyline { fill: none; stroke: var(--accent); stroke-width: 3; }
.curve polyline.central { stroke: var(--bad); stroke-dasharray: 10 5; }
.curve polyline.complex { stroke: var(--ink); stroke-dasharray: 3 4; }
.curve polyline.ad { stroke: var(--ink); stroke-width: 4; }
.curve .dots { fill: none; stroke: var(--accent); stroke-width: 1.2; }
.curve .dots.central { stroke: var(--bad); }
.curve .name { font-weight: bold; }
.curve .slope path { fill: var(--ink); fill-opacity: .12; stroke: var(--ink); stroke-width: 2; }
.curve .slope text { font-weight: bold; font-size: 16px; }
.curve .mark { fill: none; stroke: var(--ink); stroke-width: 4; }
.curve .guide { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 2 4; }
.bars .bar, .legend .bar { stroke: var(--ink); stroke-width: 1.5; }
.bars .beyond { stroke-dasharray: 5 3; }
.fill0 { fill: var(--bad); } .fill1 { fill: var(--paper); } .fill2 { fill: var(--accent); }
.fill3 { fill: var(--paper); }
.hatch { stroke: var(--ink); stroke-width: 1.6; fill: none; }
.bars .over { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.diffcompare .panel .legend { display: flex; flex-wrap: wrap; gap: .2rem 1.5rem; list-style: none; padding: 0; }
.legend svg { width: 1.6em; height: .9em; }
.legend li { display: flex; align-items: center; gap: .5rem; }
"""

PAPER = (
    """\
@media print {
  .controls, nav, .panel, .spoken, .banner, .subject, .stepping h1, .frame, .stepping .frame.here,
  .stepping .demo.here .panel { display: none !important; }
  :root, .dc-svg { --paper: #fff; --ink: #000; --accent: #000; --bad: #000; --soft: #fff; --grey: #000; --faint: #000;
    --line: #000; --wrong: #000; }
"""
    + colours(dict.fromkeys(LIGHT, "#000") | {"paper": "#fff", "rule": PRINTED["rule"]})
    + """\
  .dc-svg .active .shape { fill: #fff; }
  .dc-svg .active .name, .dc-svg .active .label { fill: #000; }
  .dc-svg .mark { display: none; }
  html, html.projector { font-size: 62%; background: #fff; color: #000; }
  main { padding: 0; }
  .demo, .stepping .demo { display: block !important; break-before: page; break-inside: avoid; }
  .demo:first-of-type { break-before: auto; }
  .stepping h2 { font-size: 1.4rem; margin: 0 0 .4rem; }
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
  .fill0 { fill: #000; } .fill2 { fill: #fff; }
  .bars .figure { stroke: none; }
  .printed.dense svg { height: 3.5cm; }
  .printed.dense .inside table { font-size: .75em; line-height: 1.2; }
  @page { size: A4; margin: 1.2cm; }
}
"""
)

_SYSTEM_COLOURS = {"paper": "Canvas", "rule": "GrayText", "blue": "LinkText", "vermillion": "LinkText"}

FORCED = (
    """\
@media (forced-colors: active) {
  :root, .dc-svg { --paper: Canvas; --ink: CanvasText; --accent: LinkText; --bad: LinkText; --soft: Canvas;
    --grey: CanvasText; --faint: CanvasText; --line: LinkText; --wrong: LinkText; }
"""
    + colours(dict.fromkeys(LIGHT, "CanvasText") | _SYSTEM_COLOURS)
    + """\
  .dc-svg .partial { stroke: Canvas; }
  button { border-color: ButtonText; }
  button[aria-pressed="true"], button[aria-current="true"] { forced-color-adjust: none; color: HighlightText;
    background: Highlight; border-color: Highlight; }
  button[aria-disabled="true"] { color: GrayText; border-color: GrayText; }
  .slot ~ div tbody tr:last-child { forced-color-adjust: none; background: Highlight; color: HighlightText; }
  .fill2 { fill: Canvas }
  .dc-svg .active .shape { fill: Highlight; stroke: Highlight; }
  .dc-svg .active .name, .dc-svg .active .label { fill: HighlightText; }
  :focus-visible { outline-color: Highlight !important; }
}
"""
)

STYLE = COLOURS + SCREEN + GRAPH + PANELS + FORCED + PAPER
