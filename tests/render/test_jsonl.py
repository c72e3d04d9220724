"""JSON lines: the data of `json`, on one line."""

import json

from diffcompare.document import Document
from diffcompare.render import Look, render


def test_the_data_on_one_line() -> None:
    document = Document((), {"θ": [1.5, None, 2**60], "text": "two\nlines"})
    text = render(document, "jsonl")
    assert text.count("\n") == 1
    assert text.endswith("}\n")
    assert json.loads(text) == json.loads(render(document, "json"))
    assert render(document, "jsonl", look=Look(charset="ascii")).isascii()
