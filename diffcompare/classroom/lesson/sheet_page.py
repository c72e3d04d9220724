"""A student's sheet as HTML: two pages of paper, A4 or letter, with gaps for handwriting; and its key, laid out alike.

Pages have the height of the smaller of both papers.  Rows get as much of it as there is: the more a row has, the easier
it is to write in.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from diffcompare.classroom.lesson.sheet import ExerciseSheet, Gap, Task, Text, subject, title
from diffcompare.diagnostics import Diagnostic, DiffcompareError
from diffcompare.localization import language, translate
from diffcompare.render import svg

# Millimetres.  Letter paper is 279.4 high and A4 210 wide; both have margins of 12.
HIGH, WIDE = 254.0, 184.0
HEAD, FUNCTION, SECOND_HEAD = 19.0, 40.0, 9.0  # title and names; function and graph; head of the second page
TITLE, LINE, TABLE_HEAD, AFTER, REMARK = 6.5, 5.0, 6.5, 3.0, 5.0
MIN_ROW, USUAL_ROW, MAX_ROW = 6.8, 8.5, 10.0  # in which one can write
LETTERS = 105  # of a line of text; and of the rules in a column
RULE_LETTERS = 27
NOTE_LINE, MIN_NOTE_LINES = 9.0, 5
MAX_HALF = 30  # letters before a gap that has half the width
MAX_BESIDE = 5  # columns of a table that leaves room for answers beside it

STYLE = (
    f"""\
:root {{ color-scheme: light dark; --paper: #fff; --ink: #111; --soft: #666; --around: #e5e7eb; --pen: #0050a0; }}
@media screen and (prefers-color-scheme: dark) {{
  :root {{ --paper: #161b26; --ink: #f3f4f6; --soft: #aab2bf; --around: #05080f; --pen: #7cc4ff; }}
}}
@page {{ margin: 12mm 13mm; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--around); color: var(--ink);
  font: 10.5pt/1.35 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }}
.page {{ width: {WIDE}mm; height: {HIGH}mm; display: flex; flex-direction: column; justify-content: space-between;
  overflow: hidden; background: var(--paper); }}
"""
    + """\
h1 { font-size: 19pt; line-height: 1.1; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 11.5pt; line-height: 1.25; margin: 0 0 .6mm; }
h2 b { display: inline-block; min-width: 6mm; height: 6mm; line-height: 6mm; margin-right: 2mm; border-radius: 3mm;
  text-align: center; background: var(--ink); color: var(--paper); font-size: 10pt; print-color-adjust: exact; }
p { margin: 0; }
header { display: flex; justify-content: space-between; align-items: flex-end; border-bottom: 1.2pt solid var(--ink);
  padding-bottom: 2.5mm; gap: 6mm; }
.names { display: flex; gap: 5mm; white-space: nowrap; color: var(--soft); }
.names span::after { content: ""; display: inline-block; width: 38mm; border-bottom: .6pt solid var(--ink);
  margin-left: 2mm; }
.names span:last-child::after { width: 22mm; }
.running { color: var(--soft); font-size: 9pt; padding-bottom: 1mm; }
.function { display: flex; gap: 6mm; align-items: center; height: 36mm; }
.function p { flex: 1; font: 600 12pt/1.4 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  overflow-wrap: anywhere; }
.function svg { height: 36mm; width: auto; max-width: 96mm; }
.work { display: flex; gap: 7mm; align-items: flex-start; margin-top: 1.4mm; }
.work.below { display: block; }
table { border-collapse: collapse; font-size: 10pt; }
.work.below table { width: 100%; }
th { text-align: left; font-weight: 600; font-size: 9pt; color: var(--soft); padding: 0 2mm 1mm;
  vertical-align: bottom; }
td { padding: 0 2mm; height: var(--row); border-top: .4pt solid var(--soft); border-bottom: .4pt solid var(--soft);
  vertical-align: middle; }
td.formula { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 9.2pt;
  line-height: 1.2; }
td.gap { border: 1pt solid var(--ink); min-width: 25mm; text-align: center; }
td.gap.sign { min-width: 16mm; }
.answers { flex: 1; display: grid; gap: 1.2mm 6mm; align-content: start; }
.below .answers { grid-template-columns: 1fr 1fr; margin-top: 1.5mm; }
.below .answers:has(.wide:only-child), .answers .line { grid-column: 1 / -1; }
.answers p { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 0 2mm; min-height: calc(var(--row) - .6mm); }
.answers .blank { flex: 1; min-width: 26mm; border-bottom: .8pt solid var(--ink); min-height: 5.6mm; padding: 0 1mm; }
.answers .half { grid-column: auto; }
.choices { margin-top: 1mm; }
.choices span { border: .6pt dashed var(--ink); border-radius: 2mm; padding: 0 2mm; margin-right: 2mm;
  white-space: nowrap; }
.solved { color: var(--pen); font-weight: 700; font-style: italic; }
.remark { color: var(--pen); font-size: 9pt; font-style: italic; margin-top: .8mm; }
.notes div { height: 9mm; border-bottom: .4pt solid var(--soft); }
@media screen {
  body { padding: 8mm 0; }
  .page { margin: 0 auto 8mm; padding: 12mm 13mm; width: calc(1mm * 210); height: auto; min-height: 277mm;
    box-shadow: 0 1px 6px #0004; gap: 3mm; justify-content: flex-start; }
}
@media screen and (max-width: 52rem) {
  body { padding: 0; }
  .page { width: auto; min-height: 0; padding: 5mm 4mm; margin: 0; gap: 6mm; box-shadow: none; }
  header, .names, .function, .work { flex-wrap: wrap; height: auto; }
  .work > table, .work > div:first-child { max-width: 100%; overflow-x: auto; display: block; }
  .function svg { max-width: 100%; height: auto; }
  .below .answers { grid-template-columns: 1fr; }
}
@media print {
  body { background: #fff; }
  .page { break-after: page; break-inside: avoid; margin: 0 auto; }
  .page:last-child { break-after: auto; }
}
"""
)


class _Page(NamedTuple):
    """A page: its tasks with their numbers, and the height of a row in millimetres."""

    tasks: list[tuple[int, Task]]
    row: float


def page(sheet: ExerciseSheet, *, solved: bool = False) -> str:
    """Return the sheet as HTML, or with `solved` its key; as many tasks as fit on two pages.

    The file loads nothing and has no script.  Raises DiffcompareError (E598) if the function has too many steps.
    """
    first, second = _laid_out(sheet)
    head = f"<header><h1>{_text(title(solved=solved))}</h1>{'' if solved else _names()}</header>\n"
    above = f'<div class="function"><p>{_text(subject(sheet))}</p>{_graph(sheet)}</div>\n' if sheet.graph else ""
    free = HIGH - SECOND_HEAD - sum(_high(task, second.row) for _, task in second.tasks)
    running = f'<p class="running">{_text(title(solved=solved))} · 2</p>\n'
    pages = [(first, head + above, ""), (second, running, "" if solved else _notes(free))]
    body = "".join(
        [
            f'<section class="page" style="--row: {each.row:.1f}mm">\n{start}'
            f"{''.join([_task(number, task, solved) for number, task in each.tasks])}{end}</section>\n"
            for each, start, end in pages
        ]
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{_text(title(solved=solved))}</title>\n<style>\n{svg.STYLE}{STYLE}</style>\n</head>\n<body>\n"
        f"<main>\n{body}</main>\n</body>\n</html>\n"
    )


# --- What fits --------------------------------------------------------------------------------------------------------


def _laid_out(sheet: ExerciseSheet) -> tuple[_Page, _Page]:
    """Return two pages: the tasks in their order as long as they fit, and later ones that still do."""
    waiting = list(enumerate(sheet.tasks, 1))
    rooms = [HIGH - HEAD - (FUNCTION if sheet.graph else 0), HIGH - SECOND_HEAD]
    needed = 2 if sheet.graph else 0  # both sweeps stand on the first page, whatever their length
    pages = []
    for room in rooms:
        chosen: list[tuple[int, Task]] = []
        for entry in list(waiting):
            row = MIN_ROW if len(chosen) < needed else USUAL_ROW
            if sum(_high(task, row) for _, task in [*chosen, entry]) <= room:
                chosen.append(entry)
                waiting.remove(entry)
            elif len(chosen) < needed:
                raise _too_long(sheet, room)
            elif len(chosen) <= needed:
                break
        needed = 0
        pages.append(_Page(chosen, _row([task for _, task in chosen], room)))
    return _renumbered(pages[0], 1), _renumbered(pages[1], len(pages[0].tasks) + 1)


def _renumbered(page: _Page, first: int) -> _Page:
    return page._replace(tasks=list(enumerate([task for _, task in page.tasks], first)))


def _row(tasks: Sequence[Task], room: float) -> float:
    """Return the largest height of a row with which tasks fit."""
    row = MAX_ROW
    while row > MIN_ROW and sum(_high(task, row) for task in tasks) > room:
        row -= 0.1
    return row


def _high(task: Task, row: float) -> float:
    """Return an estimate of the height of a task, in millimetres, with rows of this height."""
    lines = ceil(_letters(task.text) / LETTERS)
    table = sum(max(row, _lines(cells, len(task.columns)) * 4.3 + 2) for cells in task.rows) + TABLE_HEAD
    table = table * bool(task.rows)
    asked = sum(row + 1.2 for _ in task.answers)
    if _is_beside(task):
        work = max(table, asked)
    else:
        halves = sum(not _is_line(label, gap) for label, gap in task.answers)
        work = table + (row + 1.2) * (len(task.answers) - halves + ceil(halves / 2))
    remark = REMARK * ceil(_letters(task.remark) / LETTERS)
    return TITLE + LINE * lines + work + (7.0 if task.choices else 0.0) + remark + AFTER


def _lines(cells: Sequence[Text], columns: int) -> int:
    """Return the lines of the longest cell in a row."""
    room = max(RULE_LETTERS, LETTERS // max(columns, 1))
    return max(ceil(_letters(cell.solution if isinstance(cell, Gap) else cell) / room) for cell in cells)


def _letters(text: str) -> int:
    """Return the length of a text in letters of the alphabet; ideographs are twice as wide."""
    return sum(2 if letter > "\u2e7f" else 1 for letter in text)


def _is_line(label: str, gap: Gap) -> bool:
    """Tell whether a line to complete has the whole width."""
    return gap.wide or _letters(label) > MAX_HALF


def _is_beside(task: Task) -> bool:
    return bool(task.rows) and len(task.columns) <= MAX_BESIDE


def _too_long(sheet: ExerciseSheet, room: float) -> DiffcompareError:
    rows = sum(len(task.rows) for task in sheet.tasks[:2])
    fixed = sum(_high(task._replace(rows=()), 0.0) + TABLE_HEAD for task in sheet.tasks[:2])
    most = int((room - fixed) / MIN_ROW)
    message = f"the sweeps of this function have {rows} lines, and a sheet has room for about {most}"
    help = "choose a shorter function for the sheet; `diffcompare trace` shows all steps"
    return DiffcompareError(Diagnostic("E598", "resource_limit", message, help=help))


# --- As HTML ----------------------------------------------------------------------------------------------------------


def _names() -> str:
    return f'<p class="names"><span>{_text(translate("Name"))}</span><span>{_text(translate("Date"))}</span></p>'


def _notes(free: float) -> str:
    """Return ruled lines where the second page has room for some."""
    lines = int((free - TITLE) / NOTE_LINE)
    if lines < MIN_NOTE_LINES:
        return ""
    return f'<section class="notes"><h2>{_text(translate("Notes"))}</h2>{"<div></div>" * lines}</section>\n'


def _graph(sheet: ExerciseSheet) -> str:
    return svg.picture(sheet.graph._replace(caption="")) if sheet.graph is not None else ""


def _task(number: int, task: Task, solved: bool) -> str:
    heads = "".join([f'<th scope="col">{_text(head)}</th>' for head in task.columns])
    rows = "".join([f"<tr>{''.join([_cell(cell, solved) for cell in row])}</tr>\n" for row in task.rows])
    table = f"<div><table><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table></div>" if rows else ""
    answers = "".join([_answer(label, gap, solved) for label, gap in task.answers])
    lines = f'<div class="answers">{answers}</div>' if answers else ""
    listed = "".join([f"<span>{_text(choice)}</span>" for choice in task.choices])
    choices = f'<p class="choices">{listed}</p>\n' if listed else ""
    remark = f'<p class="remark">{_text(task.remark)}</p>\n' if solved and task.remark else ""
    kind = "work" if _is_beside(task) else "work below"
    return (
        f'<section class="task">\n<h2><b>{number}</b>{_text(task.title)}</h2>\n<p>{_text(task.text)}</p>\n{choices}'
        f'<div class="{kind}">{table}{lines}</div>\n{remark}</section>\n'
    )


def _cell(cell: Text, solved: bool) -> str:
    if isinstance(cell, str):
        kind = ' class="formula"' if len(cell) > 2 and any(sign in cell for sign in "·()/+^=") else ""
        return f"<td{kind}>{_text(cell)}</td>"
    kind = "gap sign" if cell.solution in ("=", "+=") else "gap"
    return f'<td class="{kind}">{_solution(cell, solved)}</td>'


def _answer(label: str, gap: Gap, solved: bool) -> str:
    kind = "line" if _is_line(label, gap) else "half"
    return f'<p class="{kind}">{_text(label)} <span class="blank">{_solution(gap, solved)}</span></p>\n'


def _solution(gap: Gap, solved: bool) -> str:
    return f'<span class="solved">{_text(gap.solution)}</span>' if solved else ""


def _text(text: str) -> str:
    return html.escape(text)
