"""Tab completes commands, options, their values, entries of the catalogue, functions and files."""

from rows import every_row

from diffcompare.cli.completion import complete


def completed(before):
    """The lines that Tab offers."""
    start, words = complete(before)
    return [before[:start] + word for word in words]


@every_row(
    ("before", "expected"),
    [
        ("jac", ["jacobian "]),
        ("diffcompare jac", ["diffcompare jacobian "]),
        ("hel", ["help "]),
        ("help he", ["help hessian"]),
        ("grad x --bu", ["grad x --budget "]),
        ("sin(x) --bu", ["sin(x) --budget "]),
        ("grad x --method rev", ["grad x --method reverse-ad"]),
        ("grad x --method reverse-ad,comp", ["grad x --method reverse-ad,complex-step"]),
        ("grad x --format=ma", ["grad x --format=markdown"]),
        ("grad @rosenb", ["grad @rosenbrock"]),
        ("@rosenb", ["@rosenbrock"]),
        ("grad x*arcsi", ["grad x*arcsin(", "grad x*arcsinh("]),
        ("x-sqr", ["x-sqrt("]),
        ("grad x --at x=sqr", ["grad x --at x=sqrt("]),
        ('check x --hand x="1/cosh', ['check x --hand x="1/cosh(']),
        ("derive an", ["derive ans"]),
        ("demo kin", ["demo kinks"]),
        ("ops hyp", ["ops hypot"]),
        ("quiz --topic cha", ["quiz --topic chain"]),
        ("grad x --at", ["grad x --at "]),  # and not --atan(
        ("grad -ata", ["grad -atan(", "grad -atan2(", "grad -atanh("]),
        ("nonsense(", []),
        ("\0\x1b", []),
    ],
)  # fmt: skip
def test_the_word_at_the_cursor_is_completed(before, expected):
    assert completed(before) == expected


def test_files_are_completed_where_they_may_stand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tmp_path.joinpath("answers.csv").touch()
    tmp_path.joinpath("folder").mkdir()
    tmp_path.joinpath("folder", "model.py").touch()
    tmp_path.joinpath(".hidden").touch()
    assert completed("check ans") == ["check ans", "check answers.csv"]
    assert completed("batch ") == ["batch answers.csv", "batch folder/"]
    assert completed("grad folder/mo") == ["grad folder/model.py"]
    assert completed("grad x -o ans") == ["grad x -o answers.csv"]
    assert completed("grad x --ops folder/") == ["grad x --ops folder/model.py"]
    assert completed("batch no/such/") == []
