"""`diffcompare check`: whether a derivative is right, and if not, which mistake it contains."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from diffcompare.cli import options
from diffcompare.cli.arguments import OUTPUT, READS_FILE, Option
from diffcompare.cli.output import CommandResult
from diffcompare.diagnostics import usage_error
from diffcompare.inputs.files import TABLES, function_file

EXAMPLES = (
    'diffcompare check "x^2*sin(x)" --hand x="2*x*cos(x)"',
    'diffcompare check "x^2*sin(x)" --derivation working.txt',
    'diffcompare check responses.csv --asked "x^2" --feedback texts',
)


Domain: TypeAlias = Annotated[
    list[str] | None,
    Option("--domain", metavar='"x>0"', help="Compare only there. [default: wherever f is smooth]"),
]
Solution: TypeAlias = Annotated[bool, Option("--solution", help="Show the whole derivation.", group=OUTPUT)]
Derivation: TypeAlias = Annotated[
    str | None,
    Option("--derivation", metavar="FILE", help="Steps of your own, one per line; - for stdin."),
    READS_FILE,
]
Feedback: TypeAlias = Annotated[
    str | None,
    Option("--feedback", metavar="DIR", help="For a class's answers.csv: write a text for each student.", group=OUTPUT),
]
Asked: TypeAlias = Annotated[
    list[str] | None,
    Option("--asked", metavar="FORMULA", help='What a class was asked, per answer; or @"Question *", the columns.'),
]
Kinds: TypeAlias = Annotated[bool, Option("--kinds", help="List the mistakes that can be named.", group=OUTPUT)]


def command(
    expression: options.OptionalExpression = None,
    at: options.At = None,
    hand: options.Hand = None,
    wrt: options.Wrt = None,
    engines: options.With = None,
    domain: Domain = None,
    seed: options.Seed = 0,
    budget: options.OptionalBudget = None,
    solution: Solution = False,
    derivation: Derivation = None,
    where_defined: options.WhereDefined = "right",
    feedback: Feedback = None,
    encoding: options.Encoding = None,
    columns: options.Columns = None,
    asked: Asked = None,
    kinds: Kinds = False,
    output: options.Output = None,
    ops: options.Ops = None,
    verbose: options.Verbose = False,
    quiet: options.Quiet = False,
) -> CommandResult:
    """Check a derivative and find the mistake in it.

    The verdict is `proved`, `agrees`, `wrong` (with a point where the two part) or `undecided`; the exit code is 0, 0,
    1 or 3.  Points lie in every piece of the domain of f, with numbers that carry a bound of their error, so that no
    tolerance decides.  A wrong answer is compared with what some 140 wrong rules give (`--kinds` lists them).  An
    answer such as `4*sqrt(x)^6` for x^4 agrees where it is defined: with `--where-defined wrong` that counts as wrong.

    More than one partial:
    Several partials are several `--hand`; the rows of a Jacobian are `--hand "[[y, x], [1, 0]]"`, its columns `--hand
    x="[y, 1]"`.

    A derivation:
    It is checked up to the first line that does not follow.  A line may have `d/dx[x^2]` or `(x^2)'` in it, and after
    `u = x^2, v = sin(x)` also `u' v`.

    A class:
    Its answers are a table of CSV or TSV, of Excel or LibreOffice (`pip install "diffcompare[xlsx,ods]"`) with columns
    such as `student;expression;x;y` (or `Schüler;Funktion;Ableitung`), also with decimal commas, and an answer may be
    an equation, `f'(x) = 2x`.  The exports of Moodle (STACK too), Canvas, and of the forms of Google and Microsoft are
    read as they are; `--columns "student=Given+Family,answer=3+4"` and `--asked` say what titles do not.  What was
    asked is the only formula in a question, and a right answer beside it has to be its derivative, or the row is
    refused.  A cell that cannot be read affects no other.  `-o class.html` is a page for the teacher.

    Python functions:
    `FILE.py:f --hand FILE.py:df` judges a gradient by values of f; `--with torch,jax` has PyTorch's `gradcheck` and
    JAX's `check_grads` beside it.  `FILE.py:Sinh` checks the backward of a `Function` of `diffcompare.tape`.
    """
    if kinds:
        from diffcompare.studies.listings import Kinds as ListOfKinds

        return CommandResult(ListOfKinds().document())
    if expression is None:
        raise usage_error("E505", "missing argument EXPR", f"for example `{EXAMPLES[0]}`")
    named = function_file(expression)
    if named is not None:
        from diffcompare.cli.function_checks import check_function

        others = [word.lower() for word in options.split(engines)]
        return check_function(*named, hand or (), at, seed=seed, budget=budget or 5.0, brief=quiet, engines=others)
    if engines:
        help = "for example `check model.py:f --hand model.py:df --with torch,jax`"
        raise usage_error("E506", "`--with` asks checkers of Python functions, and this is a formula", help)
    if at is not None:
        help = f"for a function: `check model.py:f --hand model.py:df --at {at[0]}`"
        raise usage_error("E506", "a formula is checked wherever it is defined, and needs no `--at`", help)
    if expression.lower().endswith(TABLES):
        if hand or derivation is not None:
            raise usage_error("E506", "a table already contains the answers", "leave out `--hand` and `--derivation`")
        from diffcompare.cli.class_feedback import check_answer_table

        return check_answer_table(
            expression, domain or (), seed, budget, feedback,
            encoding=encoding, columns=columns, asked=asked or (), output=output, solution=solution,
            where_defined=where_defined, brief=quiet,
        )  # fmt: skip
    of_classes = {"--encoding": encoding, "--feedback": feedback, "--columns": columns, "--asked": asked}
    for flag, value in of_classes.items():
        if value is not None:
            raise usage_error("E506", f"`{flag}` is for the answers of a class", "for example `check answers.csv`")
    parsed, _ = options.parse_input(expression, None, several=derivation is None, asks=False)
    from diffcompare.cli.formula_checks import check_formulas, check_steps

    if derivation is not None:
        return check_steps(
            parsed, derivation, wrt, domain=domain or (), seed=seed, budget=budget or 5.0, where_defined=where_defined
        )
    return check_formulas(
        parsed, hand or (), domain=domain or (), seed=seed, budget=budget or 5.0, solution=solution,
        where_defined=where_defined, brief=quiet,
    )  # fmt: skip
