"""Docstrings are plain English: none begins without its subject or its verb."""

import ast

import package_source

FOREIGN = ("What", "Whether", "How", "Where", "Which", "Why", "Of", "Those", "That", "The same")
"""Beginnings that leave a reader without a subject or a verb."""


def docstrings():
    for path, node in package_source.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module):
        text = ast.get_docstring(node)
        if text:
            yield f"{path.relative_to(package_source.PACKAGE)}:{getattr(node, 'lineno', 1)}", text


def test_no_docstring_begins_without_its_subject():
    wrong = [
        f"{place}: {text.splitlines()[0]}"
        for place, text in docstrings()
        if any(text == word or text.startswith((f"{word} ", f"{word},")) for word in FOREIGN)
    ]
    assert not wrong, "\n".join(wrong)
