"""Mermaid: a flowchart in which nothing that a name holds is syntax."""

from __future__ import annotations

import re

from render_graphs import EXPRESSIONS, drawn

from diffcompare.document import Document
from diffcompare.render import Look, render

NODE = re.compile(r'  n\d+(\(\["[^"]*"\]\)|\["[^"]*"\]|\("[^"]*"\))')
EDGE = re.compile(r'  n\d+ -(?:-|\.-)>(\|"[^"]*"\|)? n\d+')
STYLE = re.compile(r"  style n\d+ [\w:\-, ]+")


def test_every_line_is_a_node_an_edge_or_a_style() -> None:
    for text in EXPRESSIONS.values():
        first, *lines = render(Document((drawn(text),)), "mermaid").splitlines()
        assert first == "flowchart LR"
        assert all(NODE.fullmatch(line) or EDGE.fullmatch(line) or STYLE.fullmatch(line) for line in lines)


def test_a_product() -> None:
    assert (
        render(Document((drawn("2*x*sin(x)", "adjoint", x=1),)), "mermaid")
        == """\
flowchart LR
  n0["2"]
  n1(["1<br/><b>v₀ #61; x</b><br/>v̄₀ #61; 2.764"])
  n2("2<br/><b>v₁ #61; 2·v₀</b><br/>v̄₁ #61; 0.8415")
  n3("0.8415<br/><b>v₂ #61; sin#40;v₀#41;</b><br/>v̄₂ #61; 2")
  n4("1.683<br/><b>v₃ #61; v₁·v₂</b><br/>v̄₃ #61; 1")
  n0 --> n2
  n1 -->|"2"| n2
  n1 -->|"0.5403"| n3
  n2 -->|"0.8415"| n4
  n3 -->|"2"| n4
  style n4 stroke-width:4px
  style n0 fill:none,stroke:none
"""
    )


def test_signs_are_written_by_their_numbers() -> None:
    graph = drawn("x*y", x=1, y=2)
    hostile = '"]-->|end|`<b>&#;\\{}'
    text = render(
        Document((graph._replace(vertices=(graph.vertices[0]._replace(label=hostile), *graph.vertices[1:])),)),
        "mermaid",
    )
    line = text.splitlines()[1]
    assert NODE.fullmatch(line)
    inner = line.partition("#61; ")[2].partition("</b>")[0]
    assert re.sub(r"#\d+;", "", inner) == "endb"


def test_ascii() -> None:
    assert render(Document((drawn(EXPRESSIONS["letters"]),)), "mermaid", look=Look(charset="ascii")).isascii()


def test_markdown_has_the_flowchart_and_the_table() -> None:
    text = render(Document((drawn("x*y", x=1, y=2),)), "markdown")
    assert text.startswith("```mermaid\nflowchart LR\n")
    assert "| v₋₁ | variable | x |" in text
