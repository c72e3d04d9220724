"""What the records of matrices share: the sentence on the digits that methods keep."""

from types import SimpleNamespace

import pytest

from diffcompare.studies.matrix_tables import accuracy_sentence


@pytest.mark.parametrize(
    ("digits", "sentence"),
    [
        ({"one": 15.9, "two": 15.9}, "One and two keep all 15.9 digits in every entry."),
        ({"one": 15.9, "two": 8.1}, "One keeps all 15.9 digits in every entry; two keeps 8.1 in its worst entry."),
        ({"one": 9.5, "two": 8.1}, "One and two keep 9.5 and 8.1 digits in their worst entries."),
        ({"one": 8.12, "two": 8.08, "three": None}, "One and two keep 8.1 digits in their worst entries."),
        ({"one": None}, ""),
    ],
)
def test_the_digits_that_methods_keep(digits, sentence):
    record = SimpleNamespace(
        answers=[SimpleNamespace(method=method) for method in digits],
        matrix_is_known=True,
        worst_digits=lambda answer: digits[answer.method],
    )
    assert accuracy_sentence(record) == sentence
