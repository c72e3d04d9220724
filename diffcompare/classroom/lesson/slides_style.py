"""The style sheet of the slides: 1280 by 720 pixels, scaled to the window; cards on a phone, pages on paper.

The size of letters in a slide's tables, `--letters`, is set by the script to the largest one that fits.  What a reader
in the last row has to read is no smaller than 1/45 of the height, 16 pixels.
"""

WIDTH, HEIGHT = 1280, 720

_PALETTE = """\
:root { color-scheme: light dark; --paper: #fff; --ink: #111827; --accent: #0072B2; --bad: #A84300; --soft: #f3f4f6;
  --grey: #4b5563; --around: #dfe3e8; --wrong: #A84300; --line: #0072B2; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #111827; --ink: #f3f4f6; --accent: #56B4E9; --bad: #FF9E66; --soft: #1f2937; --grey: #c3c9d3;
    --around: #05080f; --wrong: #E69F00; --line: #56B4E9; }
}
"""

_SLIDE = (
    f"""\
html, body {{ margin: 0; background: var(--around); color: var(--ink); }}
body {{ font: 24px/1.4 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }}
[hidden] {{ display: none !important; }}
.slide {{ box-sizing: border-box; position: relative; width: {WIDTH}px; height: {HEIGHT}px; padding: 34px 56px 40px;
  display: flex; flex-direction: column; gap: 12px; overflow: hidden; background: var(--paper); color: var(--ink); }}
"""
    + """\
.slide h1, .slide h2, .slide h3, .slide p { margin: 0; text-wrap: pretty; }
.slide h1, .slide h2, .sentence { text-wrap: balance; }
.slide .notes { display: none; }
main { counter-reset: slide; }
.slide { counter-increment: slide; }
.where { color: var(--grey); font-size: 20px; }
.step header { border-bottom: 3px solid var(--accent); padding-bottom: 8px; }
.step header h3 { font-size: 34px; line-height: 1.15; font-weight: 700; letter-spacing: -.01em; }
.step .question { font-size: 26px; font-weight: 600; padding-left: 16px; border-left: 6px dotted var(--accent); }
.content { flex: 1 1 0; min-height: 0; display: grid; container-type: size; }
.layer { grid-area: 1 / 1; min-width: 0; min-height: 0; font-size: var(--letters, 22px); line-height: 1.35;
  display: flex; flex-direction: column; justify-content: center; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 40px; align-items: center; }
.pair:has(.plot) { grid-template-columns: 560px minmax(0, 1fr); }
.pair > div { min-width: 0; }
.pair > :last-child { max-width: 60cqw; display: flex; flex-direction: column; gap: 14px; }
.alone, .stack { display: flex; flex-wrap: wrap; gap: .6em 60px; align-items: flex-start; }
.stack > div { width: 100%; }
.stack > div:last-child { display: flex; flex-wrap: wrap; gap: .4em 60px; }
.alone:has(.picture) { justify-content: center; }
.picture { display: flex; justify-content: center; }
.diffcompare .picture svg { display: block; width: auto; height: auto; max-width: 100%; max-height: 100cqh; }
.pair .picture svg { min-width: 0; height: 96cqh; }
.alone .picture svg { height: 98cqh; }
.diffcompare .slide .scroll { overflow: visible; margin: 0; }
.diffcompare .slide .scroll table { border-top-width: 2px; border-bottom-width: 2px; }
.diffcompare .slide .scroll th, .diffcompare .slide .scroll td { padding: .16em .7em; }
.diffcompare .slide .scroll caption { padding-bottom: .25em; font-weight: 600; font-size: .92em; }
.diffcompare .slide td.prose, .diffcompare .slide .scroll .long { min-width: 9em; max-width: 24em; }
.diffcompare .slide .legend { margin: .3em 0 0; }
.diffcompare .slide tbody th:has(code) { white-space: normal; }
.diffcompare .slide tbody code { white-space: normal; overflow-wrap: anywhere; }
.diffcompare .folded .scroll td, .diffcompare .folded .scroll th { white-space: normal; }
.diffcompare .folded .scroll td.number { white-space: nowrap; }
.diffcompare .folded td.prose, .diffcompare .folded .scroll .long { min-width: 5em; }
.slide pre { font-size: .94em; line-height: 1.4; }
.diffcompare .slide pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
.diffcompare mark.running { background: var(--ink); color: var(--paper); }
.slide tbody:has(> tr:only-child) + tbody { border-top-width: 1px; }
.step footer { min-height: 66px; padding: 0 220px 0 16px; border-left: 6px solid var(--accent); display: flex;
  flex-direction: column; justify-content: center; }
.rule { font: 600 22px/1.35 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.rule.long { font-size: 18px; }
.rule:lang(zh) { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans CJK SC", monospace; }
.why { font-size: 24px; line-height: 1.3; }
.broken header { border-bottom: 4px dashed var(--bad); }
.broken footer { border-left: 6px dashed var(--bad); }
.broken header h3 span { color: var(--paper); background: var(--bad); border-radius: 8px; padding: 0 14px;
  margin-right: 8px; }
.broken .why { font-weight: 600; }
.slide .dc-svg .figure { font-size: 14.5px; }
.slide .bars .dc-svg text { font-size: 19px; }
.slide .dc-svg .label, .slide .dc-svg .name { font-size: 16px; }

.start { justify-content: center; padding-inline: 96px; }
.start h1 { font-size: 60px; line-height: 1.08; letter-spacing: -.02em; max-width: 18ch; }
.start .about { color: var(--grey); }
.outline { margin: 20px 0 0; padding: 0; columns: 2; column-gap: 64px; list-style-position: inside; font-size: 22px; }
.outline:not(:has(:nth-child(6))) { columns: 1; max-width: 34em; font-size: 26px; }
.outline li { break-inside: avoid; border-bottom: 1px solid var(--around); padding: 5px 0; display: flex; gap: .6em;
  counter-increment: demo; }
.outline li::before { content: counter(demo); min-width: 1.3em; text-align: right; color: var(--grey); }
.outline a { flex: 1; display: flex; justify-content: space-between; gap: 1em; color: inherit; text-decoration: none; }
.outline a:hover { text-decoration: underline; }
.minutes { color: var(--grey); font-variant-numeric: tabular-nums; }
.opening, .closing { justify-content: center; padding-inline: 120px; gap: 18px; }
.opening { border-left: 22px solid var(--accent); padding-left: 98px; }
.opening .count { font-size: 120px; line-height: .9; font-weight: 700; color: var(--accent); letter-spacing: -.04em; }
.opening h2 { font-size: 56px; line-height: 1.1; letter-spacing: -.02em; }
.opening .claim { font-size: 30px; max-width: 32em; }
.opening .about { color: var(--grey); }
.closing .sentence { font-size: 44px; line-height: 1.25; font-weight: 600; max-width: 26em; padding-left: 28px;
  border-left: 10px double var(--accent); }
"""
)

# What comes later keeps its room.
_STATES = """\
.slide[data-state="asked"] .told, .slide:not([data-state="asked"]) .asked { visibility: hidden; }
"""

_SCREEN = (
    f"""\
.spoken {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }}
button {{ font: inherit; color: var(--ink); background: var(--paper); border: 2px solid var(--grey); border-radius: 6px;
  min-width: 44px; min-height: 44px; cursor: pointer; }}
button:hover {{ background: var(--soft); }}
:focus-visible {{ outline: 4px solid var(--bad); outline-offset: 2px; }}
@media screen {{
  .playing {{ overflow: hidden; }}
  .playing #deck {{ position: fixed; left: 50%; top: 50%; width: {WIDTH}px; height: {HEIGHT}px;
    transform: translate(-50%, -50%) scale(var(--scale, 1)); }}
  .playing .slide {{ position: absolute; inset: 0; visibility: hidden; contain: strict; }}
  .playing .slide:not(.here) * {{ visibility: hidden !important; }}
  .playing .slide.here {{ visibility: visible; }}
"""
    + """\
  .dark-room #deck, .dark-room .progress { visibility: hidden; }
  .dark-room, .dark-room body { background: #000; }
  .dark-room .slide * { visibility: hidden !important; }
  .overview #deck { padding: 24px 24px 80px; }
  .overview .demo { display: flex; flex-wrap: wrap; gap: 14px; margin-bottom: 26px; }
  .overview .slide { zoom: .2; cursor: pointer; outline: 6px solid transparent; border-radius: 16px; }
  .overview .slide:hover { outline-color: var(--grey); }
  .overview .slide.here { outline: 18px solid var(--accent); }
  .overview .slide * { pointer-events: none; }
  .progress { position: fixed; left: 0; right: 0; bottom: 0; height: 5px; background: transparent; }
  #bar { height: 100%; width: 0; background: var(--accent); }
  #controls { position: fixed; right: 14px; bottom: 14px; display: flex; gap: 6px; align-items: center; font-size: 18px;
    color: var(--ink); }
  #controls button { opacity: 0; transition: opacity .2s; }
  .moving #controls button, #controls:focus-within button, .overview #controls button { opacity: 1; }
  #place { font-size: max(16px, 2.3vh); font-variant-numeric: tabular-nums; padding: 2px 10px; border-radius: 6px;
    background: var(--paper); color: var(--grey); }
  .dark-room #controls { visibility: hidden; }
  #help { color: var(--ink); background: var(--paper); border: 3px solid var(--accent); border-radius: 12px;
    padding: 20px 32px; font-size: 20px; max-height: 90vh; }
  #help h2 { margin: 0 0 8px; }
  #help th { text-align: left; padding: 4px 24px 4px 0; white-space: nowrap; }
  kbd { font: inherit; font-weight: 600; border: 2px solid var(--grey); border-radius: 6px; padding: 0 8px; }
  #help::backdrop { background: #0009; }
  #help input { width: 1.2em; height: 1.2em; vertical-align: -.2em; accent-color: var(--accent); }
  #presenter { padding: 24px 32px; background: var(--paper); min-height: 100vh; box-sizing: border-box; display: grid;
    grid-template-rows: auto 1fr auto; gap: 20px; }
  #presenter > header { display: flex; gap: 24px; align-items: baseline; border-bottom: 3px solid var(--accent);
    padding-bottom: 10px; flex-wrap: wrap; font-variant-numeric: tabular-nums; }
  #clock { font-size: 56px; font-weight: 700; line-height: 1; }
  #where { margin-left: auto; color: var(--grey); }
  #said { font-size: 26px; overflow: auto; }
  #said p { margin: 0 0 .6em; overflow-wrap: anywhere; }
  #presenter h2 { font-size: 18px; margin: 0 0 6px; color: var(--grey); }
  .presenting #deck { visibility: hidden; }
  #coming .slide { position: static; zoom: .35; border: 6px solid var(--grey); }
  #coming .slide, #coming .slide * { visibility: visible !important; }
  #coming .slide .asked { visibility: hidden !important; }
  .presenting #controls, .presenting .progress { display: none; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) {
  .slide, #bar { forced-color-adjust: auto; border: 1px solid CanvasText; }
  #bar { background: Highlight; }
}
"""
)

# On a phone held upright a slide scaled to the window could not be read: there it is a card in a column.
_PHONE = """\
@media screen and (max-width: 46rem) and (orientation: portrait) {
  html, body { overflow: visible; }
  body { font-size: 17px; }
  #deck, .playing #deck { position: static; transform: none; width: auto; height: auto; padding: 10px; }
  .slide, .playing .slide { position: static; contain: none; width: auto; height: auto; padding: 16px;
    margin-bottom: 12px; border-radius: 10px; visibility: visible; overflow: visible; }
  .playing .slide:not(.here) * { visibility: visible !important; }
  .playing .slide .asked { display: none; }
  .slide[data-state] .told { visibility: visible; }
  .content { display: block; container-type: normal; flex: none; }
  .layer { font-size: 15px; display: block; }
  .pair, .alone, .stack { display: block; }
  .pair > :last-child { max-width: none; }
  .diffcompare .picture svg, .pair .picture svg, .alone .picture svg { width: 100%; height: auto; max-height: none; }
  .diffcompare .slide .scroll { overflow-x: auto; margin: 8px 0; max-width: 100%; }
  .step header h3 { font-size: 21px; }
  .step .question, .why { font-size: 18px; }
  .where, .rule { font-size: 15px; }
  .step footer { padding-right: 0; }
  .step footer { min-height: 0; }
  .start h1 { font-size: 34px; }
  .opening h2 { font-size: 30px; } .opening .claim { font-size: 19px; } .opening .count { font-size: 56px; }
  .opening { border-left-width: 10px; padding-left: 20px; }
  .closing .sentence { font-size: 23px; padding-left: 16px; }
  .outline, .outline:not(:has(:nth-child(6))) { columns: 1; font-size: 17px; }
  #controls, .progress { display: none; }
}
"""

_PAPER = (
    f"""\
@page {{ size: {WIDTH}px {HEIGHT}px; margin: 0; }}
"""
    + """\
@media print {
  :root { --paper: #fff; --ink: #000; --accent: #0072B2; --bad: #A84300; --grey: #333; --around: #bbb; --soft: #fff; }
  html, body { background: #fff; print-color-adjust: exact; }
  #controls, .progress, #help, #presenter, .spoken { display: none !important; }
  .slide { break-after: page; break-inside: avoid; }
  .slide::after { content: counter(slide); position: absolute; right: 24px; bottom: 16px; font-size: 16px;
    color: #333; }
  .demo:last-of-type .slide:last-of-type { break-after: auto; }
  .slide .asked { visibility: hidden !important; }
  .slide .told { visibility: visible !important; }
}
"""
)

STYLE = _PALETTE + _SLIDE + _STATES + _SCREEN + _PHONE + _PAPER
