"""A graph in characters: its wires, followed by the eye, lead from every arrow to the argument and nowhere else."""

from __future__ import annotations

from render_graphs import EXPRESSIONS, by_chance, drawn
from rows import every_row

from diffcompare.diagnostics import width
from diffcompare.document import Graph
from diffcompare.render import Look
from diffcompare.render.graph.text import drawing_lines, drawing_or_note
from diffcompare.render.text_layout import line_text, line_width

STEPS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
OPPOSITE = {"left": "right", "right": "left", "up": "down", "down": "up"}
SIGNS = {
    "─": "left right", "│": "up down", "┐": "left down", "┘": "left up", "┌": "right down", "└": "right up",
    "┤": "left up down", "├": "right up down", "┬": "left right down", "┴": "left right up",
    "┼": "left right up down",
}  # fmt: skip


def drawing(graph: Graph, look: Look, columns: int) -> list[str]:
    """The lines of a drawing, an empty one and its legend; or a note that it needs more columns."""
    lines, below = drawing_or_note(graph, look, columns)
    return [*map(line_text, lines), *([""] if lines and below else []), *below]


def grid(lines: list[str]) -> list[list[str]]:
    """One entry for each column of the screen."""
    rows = []
    for line in lines:
        row: list[str] = []
        for character in line:
            if width(character):
                row += [character] + [""] * (width(character) - 1)
        rows.append(row)
    return rows


def source(cells: list[list[str]], row: int, column: int) -> set[tuple[int, int]]:
    """Where a wire begins that ends at this place: the places at which it leaves the words of nodes."""

    def at(row: int, column: int) -> str:
        return cells[row][column] if 0 <= row < len(cells) and 0 <= column < len(cells[row]) else " "

    ends, seen, todo = set(), set(), [(row, column - 1, "left")]
    while todo:
        row, column, heading = todo.pop()
        if (row, column, heading) in seen:
            continue
        seen.add((row, column, heading))
        sign = at(row, column)
        if sign not in SIGNS:
            assert heading in ("left", "right"), "no wire ends in the middle of nowhere"
            if heading == "left":
                ends.add((row, column))
            continue
        ways = SIGNS[sign].split()
        if OPPOSITE[heading] not in ways:  # one wire passes over the other
            assert sign == "│", (sign, heading)
            ways = [OPPOSITE[heading], heading]
        for way in ways:
            if way != OPPOSITE[heading]:
                down, right = STEPS[way]
                if at(row + down, column + right) != "→":
                    todo.append((row + down, column + right, way))
    return ends


def arrows(graph: Graph) -> list[tuple[str, str]]:
    """Every arrow of the drawing: from the words it begins at, to the words it ends at."""
    bare = graph._replace(edges=tuple(edge._replace(label="", decides=False) for edge in graph.edges))
    cells = grid(drawing(bare, Look(), 10_000))
    by_words = {f"{v.name} = {v.label}" if v.kind != "constant" else v.label: v.name for v in graph.vertices}
    heads = {words: name for words, name in by_words.items() if words.startswith(f"{name} = ")}

    def name_at(row: int, column: int) -> str:
        """The node whose words end just before this place."""
        before = "".join(cells[row][: column + 1]).rstrip()
        return by_words[max((words for words in by_words if before.endswith(words)), key=len)]

    arrows = []
    for row, line in enumerate(cells):
        for column, sign in enumerate(line):
            if sign == "→":
                begins = source(cells, row, column)
                assert len(begins) == 1, "a wire begins at one node"
                arrows.append((name_at(*begins.pop()), head(cells, row, column + 1, heads)))
    return arrows


def head(cells: list[list[str]], row: int, column: int, by_words: dict[str, str]) -> str:
    """The node with the edge at this place: its first line is the highest along the edge that has its words."""
    while True:
        line = "".join(cells[row][column + 2 :])
        for words in sorted(by_words, key=len, reverse=True):
            if line.startswith(words):
                return by_words[words]
        assert cells[row][column] in "┃┊"
        row -= 1


GRAPHS = {**{name: drawn(text) for name, text in EXPRESSIONS.items()}, **{f"#{n}": by_chance(n, 10) for n in range(30)}}


@every_row("name", GRAPHS)
def test_every_wire_leads_from_an_argument_to_its_user(name: str) -> None:
    graph = GRAPHS[name]
    assert sorted(arrows(graph)) == sorted((edge.source, edge.target) for edge in graph.edges)


def test_the_survey_s_function() -> None:
    assert drawing(drawn(EXPRESSIONS["survey"], "adjoint", x1=2, x2=5), Look(), 80) == [
        "              ┌────0.5→┃ v₁ = ln(v₋₁) ──┐",
        "              │        ┃ 0.6931         │",
        "┃ v₋₁ = x1 ───┤        ┃ v̄₁ = 1         │",
        "┃ 2           │                         │",
        "┃ v̄₋₁ = 5.5   └──────5→┃ v₂ = v₋₁·v₀ ──┐└─1→┃ v₄ = v₁ + v₂ ──┐",
        "              ┌──────2→┃ 10            └──1→┃ 10.69          │",
        "┃ v₀ = x2 ────┤        ┃ v̄₂ = 1             ┃ v̄₄ = 1         │",
        "┃ 5           │                                              │",
        "┃ v̄₀ = 1.716  └─0.2837→┃ v₃ = sin(v₀) ──────────────────────┐└──1→┃ v₅ = v₄ − v₃",
        "                       ┃ −0.9589                            └──−1→┃ 11.65",
        "                       ┃ v̄₃ = −1                                  ┃ v̄₅ = 1",
        "                                                                  ┃ (output)",
        "",
        "Under a node: its value and its adjoint. On an arrow: the partial.",
    ]


def test_into_a_condition_arrows_are_dotted() -> None:
    lines = drawing(drawn("if(x > y, x^2, y)", x=2, y=1), Look(), 100)
    assert sum("┄┄→" in line for line in lines) == 3
    assert "┄┄→ a condition: no derivative flows." in lines[-1]
    assert any("..-> a condition" in line for line in drawing(drawn("if(x > y, x^2, y)"), Look(charset="ascii"), 100))
    assert not any("condition" in line for line in drawing(drawn("x*y"), Look(), 100))


def test_in_ascii() -> None:
    lines = drawing(drawn("x*sin(x)", "tangent", x=1), Look(charset="ascii"), 80)
    assert all(line.isascii() for line in lines)
    assert lines[0].startswith("[ v0 = x -")
    assert any("vdot2 = 1.382" in line for line in lines)


def test_labels_are_left_out_where_there_is_no_room_and_then_the_drawing() -> None:
    graph = drawn(EXPRESSIONS["survey"], "adjoint", x1=2, x2=5)
    wide = max(width(line) for line in drawing(graph, Look(), 200)[:-2])
    narrower = drawing(graph, Look(), wide - 1)
    assert "On an arrow" not in narrower[-1]
    assert max(map(width, narrower)) < wide
    (note,) = drawing(graph, Look(), 40)
    assert note.startswith("note: a drawing in characters needs ")
    assert "--format svg" in note


def test_what_is_inactive_has_a_broken_edge() -> None:
    lines = drawing(drawn("x*y", x=2, y=3), Look(), 80)
    assert not any("┊" in line for line in lines)
    from diffcompare.studies.graph import graph

    block = graph("x*y", {"x": 2, "y": 3}, wrt="x").document().blocks[2]
    assert isinstance(block, Graph)
    lines = drawing(block, Look(), 80)
    assert any(line.startswith("┊ v₀ = y") for line in lines)
    assert lines[-1].endswith("┊ inactive.")


def test_wires_that_would_exchange_their_rows_are_kept_apart() -> None:
    """Where no order of tracks will do, rows are doubled: the wires of #0 to #29 include such cases."""
    from diffcompare.render.graph.text import Density, _plan, _tracks, _wires

    sparse = 0
    for seed in range(30):
        plan = _plan(by_chance(seed, 10), Look(), Density(), False)
        sparse += any(_tracks(_wires(plan, column)) is None for column in range(len(plan.layout.columns) - 1))
    assert sparse


def test_a_drawing_becomes_denser_where_it_would_not_fit() -> None:
    """The same nodes and numbers, with fewer spaces; too narrow for that, and there is none."""
    from diffcompare.studies.graph import graph

    block = graph("ln(x1) + x1*x2 - sin(x2)", {"x1": 2, "x2": 5}).document().blocks[2]
    assert isinstance(block, Graph)
    roomy, tight = (drawing_lines(block, Look(), columns)[0] for columns in (71, 57))
    texts = ["".join(text for line in drawing for text, _ in line) for drawing in (roomy, tight)]
    assert max(map(line_width, tight)) <= 57 < max(map(line_width, roomy)) <= 71
    assert "v₁ = ln" in texts[0]
    assert "v₁=ln" in texts[1]
    assert [texts[0].count(sign) for sign in "→┃"] == [texts[1].count("→"), texts[1].count("┃") + 1]  # (output)
    assert drawing_lines(block, Look(), 50) == ([], [])
