"""The style sheets of the HTML renderer.

Contrast of text is at least 4.5 : 1 in both schemes: vermillion text is #A84300 on white (6.1) and #E69F00 on #111827
(7.9).  What is wrong is also underlined, because colour alone means nothing to some readers and to some printers.
"""

FRAGMENT_STYLE = """\
.diffcompare .scroll { overflow-x: auto; max-width: 100%; margin: 1em 0 .3em; }
.diffcompare .scroll table { border-collapse: collapse; margin: 0; border-top: 2px solid; border-bottom: 2px solid; }
.diffcompare .scroll caption { text-align: left; font-weight: bold; padding: 0 .6em .4em 0; }
.diffcompare .scroll th, .diffcompare .scroll td { padding: .25em .6em; vertical-align: baseline; text-align: left; }
.diffcompare .scroll th { font-weight: normal; white-space: nowrap; }
.diffcompare .scroll thead th { font-weight: bold; border-bottom: 1px solid; }
.diffcompare .scroll tbody + tbody { border-top: 1px solid #8886; }
.diffcompare .scroll .right { text-align: right; }
.diffcompare .scroll td { white-space: nowrap; }
.diffcompare .scroll td.prose { white-space: normal; min-width: 16em; max-width: 40em; }
.diffcompare code, .diffcompare .number { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-variant-numeric: tabular-nums; }
.diffcompare code { white-space: nowrap; background: none; padding: 0; color: inherit; font-size: inherit; }
.diffcompare .number, .diffcompare .scroll code, .diffcompare dd code { font-size: .94em; }
.diffcompare .scroll .long { white-space: normal; min-width: 12em; }
.diffcompare .scroll table.equations { border: 0; }
.diffcompare .scroll .formula code { white-space: normal; overflow-wrap: anywhere; line-break: strict; }
.diffcompare .scroll td.formula { white-space: normal; padding-left: 1.4em; text-indent: -1.2em; min-width: 16em; }
.diffcompare .scroll td.remark { font-style: italic; font-size: .9em; }
.diffcompare pre { margin: 0; }
.diffcompare pre code { white-space: pre; }
.diffcompare u.wrong { text-decoration: underline #D55E00 .14em; text-underline-offset: .2em; }
.diffcompare .whole { white-space: nowrap; }
.diffcompare .legend { margin: 0 0 1em; font-size: .85em; }
.diffcompare .verdict { font-weight: bold; }
.diffcompare dl { display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr); gap: .25em 1.2em;
  align-items: baseline; margin: 1em 0; }
.diffcompare dt { font-weight: bold; overflow-wrap: anywhere; }
.diffcompare dd { margin: 0; overflow-x: auto; }
.diffcompare dl.facts { display: grid; margin: 1em 0; width: auto; overflow: visible; }
.diffcompare .facts dt, .diffcompare .facts dd { display: block; float: none; width: auto; }
.diffcompare figure { margin: 1em 0; }
.diffcompare figcaption { font-weight: bold; }
.diffcompare figure svg { display: block; }
.diffcompare summary { cursor: pointer; }
.diffcompare p, .diffcompare h1, .diffcompare h2, .diffcompare h3 { overflow-wrap: anywhere; }
"""
"""Everything here is about elements inside of `.diffcompare`; colours are the host page's, but for the underline.

Notebooks have rules of their own for every list (JupyterLab lets them float), which those with a second class outweigh.
"""

PAGE_STYLE = """\
:root { color-scheme: light dark; --paper: #fff; --ink: #111827; --wrong: #A84300; --line: #0072B2; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #111827; --ink: #f3f4f6; --wrong: #E69F00; --line: #56B4E9; }
}
html { font-size: 112.5%; background: var(--paper); color: var(--ink); }
body { margin: 0; font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; line-height: 1.5; }
main { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 64rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.3rem; margin: 2rem 0 .5rem; }
.diffcompare u.wrong { color: var(--wrong); text-decoration-color: currentColor; }
.note, .warning, .verdict { border-left: .25rem solid var(--line); padding-left: .8rem; margin: 1rem 0; }
.warning { border-left-style: dashed; border-left-color: var(--wrong); }
.verdict { font-size: 1.1rem; border-left-style: double; border-left-width: .4rem; }
.scroll:focus-visible, summary:focus-visible { outline: 3px solid var(--line); outline-offset: 2px; }
@media (max-width: 40rem) { .diffcompare figure svg { max-width: none; } }
@media print {
  :root { --paper: #fff; --ink: #000; --wrong: #000; --line: #000; }
  html { font-size: 75%; }
  main { max-width: none; padding: 0; }
  .diffcompare .scroll, .diffcompare dd { overflow: visible; }
  .diffcompare figure svg { max-width: 100%; height: auto; }
  .diffcompare code { white-space: normal; overflow-wrap: break-word; }
  thead { display: table-header-group; }
  tr, tbody:not(:only-of-type), figure, .note, .warning, .verdict { break-inside: avoid; }
  .diffcompare .scroll:not(:has(tr:nth-child(25))) { break-inside: avoid; }
  h1, h2, h3, caption, thead { break-after: avoid; }
}
"""
