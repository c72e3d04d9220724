"""The style sheet of the lesson, beside that of every page of ours: steps, controls, projector, print."""

STYLE = """\
:root { --accent: #0072B2; --bad: #A84300; --soft: #f3f4f6; }
@media (prefers-color-scheme: dark) { :root { --accent: #56B4E9; --bad: #FF9E66; --soft: #1f2937; } }
html.projector { font-size: 175%; }
html.projector main { max-width: none; }
main { max-width: 76rem; padding-bottom: 7rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .4rem; list-style: none; padding: 0; margin: 0 0 1rem; }
button, input, select { font: inherit; color: var(--ink); background: var(--paper); border: 2px solid var(--accent);
  border-radius: .3rem; padding: .2rem .6rem; min-height: 2rem; }
button[aria-pressed="true"], button[aria-current="true"] { background: var(--ink); color: var(--paper); }
button:disabled { opacity: .5; border-style: dashed; }
button:focus-visible, input:focus-visible, select:focus-visible,
.frame:focus-visible { outline: 3px solid var(--bad); outline-offset: 2px; }
.stepping .demo, .stepping .frame, .stepping .panel { display: none; }
.stepping .demo.here, .stepping .frame.here, .stepping .demo.here .panel { display: block; }
.stepping h1 { font-size: 1.1rem; margin-bottom: .4rem; }
.stepping h2 { font-size: 1.15rem; margin: .6rem 0 .3rem; }
.stepping h3 { margin: .3rem 0; }
.stepping nav ul { margin-bottom: .4rem; }
.rule, .why, .question { margin: .4rem 0; }
.pair svg { max-height: 62vh; }
.asked, .question, .broken { display: none; }
.stepping .open .asked, .stepping .open .question { display: block; }
.stepping .open .told { display: none; }
.stepping .shows-broken .broken { display: block; }
.question, .rule, .why, .broken { border-left: .25rem solid var(--accent); padding-left: .8rem; }
.question { font-weight: bold; border-left-style: dotted; }
.broken { border-left: .25rem dashed var(--bad); }
.rule b, .why b, .broken b { display: inline-block; min-width: 5ch; margin-right: .6ch; }
.rule { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.pair { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: flex-start; }
.pair > * { min-width: 0; max-width: 100%; }
.controls { position: fixed; left: 0; right: 0; bottom: 0; background: var(--soft); padding: .5rem 1rem; display: flex;
  flex-wrap: wrap; gap: .5rem; align-items: center; border-top: 1px solid var(--accent); }
.controls output { margin-left: auto; font-variant-numeric: tabular-nums; }
.panel { background: var(--soft); padding: .6rem 1rem; border-radius: .3rem; }
.panel label { margin-right: 1rem; }
.panel select { max-width: 100%; }
.panel input[type=number] { width: 9rem; }
.panel input[type=range] { width: min(100%, 30rem); padding: 0; }
.strip { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-x: auto; }
.curve { width: min(100%, 40rem); height: auto; background: var(--paper); border-radius: .3rem; }
.curve text { fill: var(--ink); font-size: 13px; }
.curve polyline { fill: none; stroke: var(--accent); stroke-width: 3; }
.curve .central { stroke: var(--bad); stroke-dasharray: 8 4; }
.curve .axis { stroke: var(--ink); stroke-width: 1; }
.curve .mark { fill: none; stroke: var(--ink); stroke-width: 3; }
.strip s { text-decoration: line-through; opacity: .75; }
.banner { border: 3px solid var(--bad); padding: .5rem 1rem; font-weight: bold; }
.banner[hidden] { display: none; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.frame { transition: opacity .15s; }
.stepping .frame.here { animation: arrive .15s; }
@keyframes arrive { from { opacity: .4; } to { opacity: 1; } }
@media (prefers-reduced-motion: reduce) {
  .frame { transition: none; }
  .stepping .frame.here { animation: none; }
}
@media (forced-colors: active) { button { border-color: ButtonText; } }
@media (max-width: 40rem) { main { padding-bottom: 12rem; } .diffcompare figure svg, .pair svg { max-width: 100%; } }
@media print {
  .controls, nav, .panel, .spoken, .banner { display: none !important; }
  main { padding: 0; }
  .demo, .stepping .demo { display: block !important; break-before: page; }
  .demo:first-of-type { break-before: auto; }
  .frame, .stepping .frame { display: none !important; }
  .frame.final, .stepping .frame.final { display: block !important; break-inside: avoid; }
  .told { display: block !important; }
  .asked, .question, .broken { display: none !important; }
  .stepping .frame.here { animation: none; }
  html, html.projector { font-size: 56%; }
  .diffcompare .scroll { margin: .3em 0 .2em; }
  .diffcompare .scroll th, .diffcompare .scroll td { padding: .1em .5em; }
  .diffcompare figure { margin: .3em 0; }
  .demo { columns: 2; column-gap: .8cm; }
  .demo > h2 { column-span: all; }
  .pair svg { width: 8cm; height: auto; max-height: 4.2cm; }
  .diffcompare figure svg { width: auto; max-height: 5.5cm; }
  summary { display: none; }
  @page { margin: 1.2cm; }
}
"""
