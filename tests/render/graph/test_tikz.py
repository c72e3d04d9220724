r"""Graphs as TikZ: every node with its values, every arrow with its partial, and formulas that our own reader reads."""

import re

import pytest
from render_graphs import EXPRESSIONS, drawn

from diffcompare.document import MAX_DRAWN, Document, Heading
from diffcompare.language.notation.recognition import in_notation
from diffcompare.render import render


def tikz(graph):
    return render(Document((graph,)), "latex")


@pytest.mark.parametrize("name", EXPRESSIONS)
@pytest.mark.parametrize("show", ["primal", "adjoint"])
def test_every_node_and_every_arrow_is_drawn(name, show):
    graph = drawn(EXPRESSIONS[name], show)
    text = tikz(graph)
    assert text.count("{") == text.count("}")
    assert text.count(r"\begin{") == text.count(r"\end{")
    assert len(re.findall(r"\\node\[dc (?:operation|variable|constant)", text)) == len(graph.vertices)
    assert text.count(r"\draw[") == len(graph.edges)
    assert text.count(r"\node[dc partial]") == sum(bool(edge.label) for edge in graph.edges)
    assert text.count(r"\node[dc adjoint]") == sum(
        quantity == "adjoint" for v in graph.vertices for quantity, _ in v.numbers
    )
    for styles in re.findall(r"\\(?:node|draw)\[([^]]*)\]", text):
        assert all(f"{style.strip()}/.style" in text for style in styles.split(",") if style.strip().startswith("dc "))


def test_nodes_have_their_formulas_and_adjoints():
    text = tikz(drawn("ln(x1) + x1*x2 - sin(x2)", "adjoint", x1=2, x2=5))
    assert r"{$v_1$\\$\ln\left(v_{-1}\right)$}" in text
    assert r"{$\bar v_3 = -1$}" in text
    formula = re.search(r"\{\$v_4\$\\\\\$(.*?)\$\}", text)[1]
    assert str(in_notation("latex", formula).expression) == "v1 + v2"
    assert re.search(r"\\node\[dc operation, dc output, [^]]*\] \(n\d+\) at [^{]*\{\$v_5\$", text)


def test_a_graph_alone_is_a_document_and_others_are_figures():
    graph = drawn("x*sin(x)")
    assert tikz(graph).startswith(r"\documentclass[tikz, border=4pt]{standalone}")
    text = render(Document((Heading("A graph"), graph)), "latex")
    assert text.startswith("% Needs \\usepackage{amsmath,booktabs,longtable,tikz}")
    assert text.index(r"\end{figure}") < text.index(r"\begin{table}")


def test_a_large_graph_is_its_table():
    large = drawn(
        "; ".join(f"a{n} = sin(a{n - 1})" if n else "a0 = x" for n in range(MAX_DRAWN + 5)) + f"; a{MAX_DRAWN + 4} + 1"
    )
    assert "tikz" not in tikz(large)
