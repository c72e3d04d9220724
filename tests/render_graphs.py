"""Graphs to draw: of the survey, of machine learning, tangled ones, and as many as anybody likes by chance."""

from __future__ import annotations

import random

from diffcompare.document import Edge, Graph, Table, Vertex
from diffcompare.studies.graph import graph

EXPRESSIONS = {
    "survey": "ln(x1) + x1*x2 - sin(x2)",
    "logistic": "a = 4*x*(1-x); b = 4*a*(1-a); 4*b*(1-b)",
    "neuron": "sigmoid(w1*x1 + w2*x2 + b) - y",
    "two by two": "a = sin(x); b = cos(x); a*b + a/b + (a-b)*(b-a)",
    "cube": "x*x*x",
    "one": "x",
    "number": "7",
    "numbers": "2 + 3*pi",
    "branch": "if(x > 0, x^2, exp(x)) + |x|",
    "letters": "θ^2*变量 - θ",
}


def drawn(text: str, show: str = "values", **point: float) -> Graph:
    """The graph block of an expression; without a point every variable is 0.5, 0.75, 1, ..."""
    from diffcompare.language.parser import parse
    from diffcompare.language.wengert import variables, wengert_list

    names = variables(wengert_list(parse(text)))
    record = graph(text, point or {name: 0.5 + place / 4 for place, name in enumerate(names)}, show=show)
    return next(block for block in record.document().blocks if isinstance(block, Graph))


def by_chance(seed: int, operations: int = 12, variables: int = 3) -> Graph:
    """Every operation of one, two or three nodes before it, chosen by chance; some of them twice."""
    dice = random.Random(seed)
    vertices = [Vertex(f"x{place}", f"x{place}", "variable", 0) for place in range(variables)]
    edges: list[Edge] = []
    unused: set[str] = {vertex.name for vertex in vertices}
    for place in range(operations):
        name = f"v{place + 1}"
        arguments = dice.choices(vertices, k=dice.randint(1, 3))
        if place == operations - 1:
            arguments = [vertex for vertex in vertices if vertex.name in unused] or arguments
        edges += [Edge(argument.name, name, "1.5") for argument in arguments]
        unused -= {argument.name for argument in arguments}
        unused.add(name)
        level = 1 + max(argument.level for argument in arguments)
        vertices.append(Vertex(name, f"{name}()", "operation", level, True, (("primal", 1.0), ("adjoint", -0.25))))
    return Graph("graph", tuple(vertices), tuple(edges), Table("nodes", (), ()), "By chance")
