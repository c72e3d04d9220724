"""DOT: what Graphviz accepts, however large, and whatever a name holds."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from render_graphs import EXPRESSIONS, drawn

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Document, Graph, Heading
from diffcompare.render import Look, render

HOSTILE = '"]; } <b>&amp; \\N'


def hostile() -> Graph:
    graph = drawn("x*y", "adjoint", x=1, y=2)
    vertices = (graph.vertices[0]._replace(label=HOSTILE), *graph.vertices[1:])
    return graph._replace(vertices=vertices, caption=HOSTILE)


def test_the_survey_s_function() -> None:
    text = render(Document((drawn(EXPRESSIONS["survey"], "adjoint", x1=2, x2=5),)), "dot")
    assert text.startswith("digraph {\n")
    assert text.endswith("}\n")
    assert re.findall(r"(n\d) -> (n\d)", text) == [
        ("n0", "n2"), ("n0", "n3"), ("n1", "n3"), ("n1", "n4"), ("n2", "n5"), ("n3", "n5"), ("n5", "n6"), ("n4", "n6")
    ]  # fmt: skip
    assert 'n1 -> n4 [label = "0.2837"];' in text
    assert text.count("peripheries = 2") == 1
    assert "<B>v₀</B> = x2<BR/>" in text
    assert "v̄₀ = 1.716" in text


def test_a_node_that_is_used_twice_by_another_has_two_arrows() -> None:
    assert render(Document((drawn("x*x", x=3),)), "dot").count("n0 -> n1;") == 2


def test_names_are_escaped() -> None:
    text = render(Document((hostile(),)), "dot")
    assert f"<B>v₋₁</B> = {'&quot;]; } &lt;b&gt;&amp;amp; '}\\N" in text
    assert 'label = "\\"]; } <b>&amp; \\\\N";' in text


def test_ascii() -> None:
    assert render(Document((drawn(EXPRESSIONS["letters"]),)), "dot", look=Look(charset="ascii")).isascii()


def test_a_document_without_a_graph_is_refused() -> None:
    for format, name in (("dot", "DOT"), ("mermaid", "Mermaid")):
        with pytest.raises(DiffcompareError, match=f"written as {name}") as caught:
            render(Document((Heading("x"),)), format)
        assert (caught.value.diagnostic.code, caught.value.exit_code) == ("E533", 2)


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")
@pytest.mark.parametrize(
    "graph",
    [*(drawn(text) for text in EXPRESSIONS.values()), hostile(), drawn("+".join(f"sin(x{n})" for n in range(40)))],
    ids=[*EXPRESSIONS, "hostile", "large"],
)
def test_graphviz_draws_it(graph: Graph) -> None:
    text = render(Document((graph,)), "dot")
    done = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stderr == ""
    assert len(re.findall(r"^node ", done.stdout, re.M)) == len(graph.vertices)
    assert len(re.findall(r"^edge ", done.stdout, re.M)) == len(graph.edges)
