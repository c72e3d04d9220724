"""Points: a double for every variable, typed (`--at x1=2,x2=pi/2`), and the candidates for a default point."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from diffcompare.diagnostics import Diagnostic, DiffcompareError, did_you_mean
from diffcompare.language.expression import Variable
from diffcompare.language.parser import parse
from diffcompare.language.tokenizer import canonical, locate
from diffcompare.language.wengert import variables as variables_of
from diffcompare.language.wengert import wengert_list
from diffcompare.numeric.evaluate import Undefined, value_at

Value = TypeVar("Value")

_CONSTANT = "give a number, or a constant such as pi/2"
POINTS = ("--at", "--other-at", "--times")  # the options whose values are numbers
# A name is tried from its beginning only, and given back in no part: a long one takes no longer than its length.
_COMPONENT = re.compile(r"(?<!\w)([^\W\d]\w*+)((?: ?\[ *+[0-9]{1,9}(?: *+, *+[0-9]{1,9})*+ *+\])+)")
_WHOLE = (2.0, 5.0, 3.0, 7.0, 4.0, 6.0, 8.0, 9.0)
_INSIDE = (0.5, 0.25, 0.75, 0.3, 0.6, 0.4, 0.7, 0.2)


# --- Typed points -----------------------------------------------------------------------------------------------------


def parse_point(specs: Sequence[str], variables: Iterable[str] = (), option: str = "--at") -> dict[str, float]:
    """Parse the point of `--at NAME=VALUE,NAME=VALUE`, which may be repeated; `--at ""` is the empty point.

    Another option of this form, such as `--times`, is named by `option`.

    A value is a constant expression, evaluated in doubles.  Raises DiffcompareError for a missing `=`, a name that
    occurs twice, and a value that is not a finite number.  `variables` only serve to word the errors.
    """
    return parse_assignments(specs, option, constant_value, variables)


def bare_value(specs: Sequence[str]) -> str | None:
    """Return the value in `--at 2`, which has no name and belongs to the only variable; None for anything else."""
    if len(specs) != 1 or "=" in specs[0] or len(split_at_commas(specs[0])) > 1:
        return None
    text = specs[0].strip()
    is_name = _variable_name(text) is not None
    return text if text and not is_name else None


def named_value(text: str, variables: Sequence[str], option: str = "--at") -> dict[str, float]:
    """Return the point of the only variable.  Raises DiffcompareError for none or several, and for no number."""
    if len(variables) == 1:
        return {variables[0]: constant_value(text, f"{option} {variables[0]}")}
    if not variables:
        raise _bad("a value was given, and the expression has no variable", option, text, f"leave out {option} {text}")
    listed = ", ".join(variables[:4]) + ", ..." * (len(variables) > 4)
    message = f"one value, and the expression has {len(variables)} variables: {listed}"
    raise _bad(message, option, text, f"write {option} {','.join(f'{name}={text}' for name in variables[:4])}")


def parse_assignments(
    specs: Sequence[str], option: str, parse_value: Callable[[str, str], Value], variables: Iterable[str] = ()
) -> dict[str, Value]:
    """Parse the assignments of an option by name; `parse_value` takes the text of a value and its place in messages.

    Raises DiffcompareError for a missing `=` and a name that occurs twice.
    """
    values: dict[str, Value] = {}
    for spec in specs:
        for part in split_at_commas(spec) if spec.strip() else ():
            name, text = split_assignment(part, option, variables)
            if name in values:
                raise _bad(f"two values for `{name}`", option, part, f"keep one of them: {option} {name}={text}")
            values[name] = parse_value(text, f"{option} {name}")
    return values


def split_at_commas(spec: str) -> list[str]:
    """Split a text at the commas outside parentheses and brackets."""
    pieces, depth, start = [], 0, 0
    for index, character in enumerate(spec):
        if character == "," and depth == 0:
            pieces.append(spec[start:index])
            start = index + 1
        elif character in "()[]":
            depth += 1 if character in "([" else -1
    return [*pieces, spec[start:]]


def split_assignment(spec: str, source: str, variables: Iterable[str] = ()) -> tuple[str, str]:
    """Split `NAME=TEXT` into the name of a variable and the text after the first `=`.

    `source` is the option, `--at`, `--times` or `--hand`, and `variables` only serve to word the errors.  Raises
    DiffcompareError if the `=`, the name or the text is missing.
    """
    left, equals, right = spec.partition("=")
    name = _variable_name(left)
    variables = list(variables)
    example = next(iter(variables), "x")
    placeholder = "VALUE" if source in POINTS else "FORMULA"
    if not equals:
        if source in POINTS:
            spelled = f"{source} {name or example}=2"
        else:
            names, formulas = variables or [example], split_at_commas(spec)
            each = zip(names, formulas, strict=False) if len(formulas) == len(names) else [(example, spec)]
            spelled = " ".join([assignment(source, by, formula.strip()) for by, formula in each])
        raise _bad(f"`{spec.strip()}` is not of the form NAME={placeholder}", source, spec, f"write {spelled}")
    if name is None:
        help = f"write {source} {example}={_meant_value(left, right) if source in POINTS else right.strip() or 2}"
        raise _bad(f"`{left.strip()}` is not the name of a variable", source, spec, help)
    if source in POINTS and re.search(r"(?<![<>=!])=(?!=)", right):
        spelled = re.sub(r"\s+(?=[^\W\d]\w*\s*=)", ",", spec.strip())
        several = f"write a comma between them: {source} {spelled}" if spelled != spec.strip() else _CONSTANT
        raise _bad(f"more than one `=` in `{spec.strip()}`", source, spec, several)
    if not right.strip():
        raise _bad(f"nothing after `{name}=`", source, spec, f"write {source} {name}=2")
    return name, right.strip()


def _meant_value(left: str, right: str) -> str:
    """Return the side that was meant as the value in `2=x`: the one that is not a name."""
    return right.strip() if right.strip() and _variable_name(right) is None else left.strip() or "2"


def _variable_name(text: str) -> str | None:
    """Return a name as the language spells it (x₁ is x1), or None if it is not the name of a variable."""
    text = text.strip()
    component = component_name(text)
    if component is not None:
        return component
    try:
        node = parse(text, names=(text,))
    except DiffcompareError:
        return None
    return node.name if isinstance(node, Variable) else None


def component_name(text: str) -> str | None:
    """Return the name of a component, `W[0, 1]` for `W[0,1]` and `W[0][1]`; None for other texts."""
    return _component_name(_COMPONENT.fullmatch(text.strip()))


def _component_name(match: re.Match[str] | None) -> str | None:
    return None if match is None else f"{canonical(match[1])}{list(map(int, re.findall('[0-9]+', match[2])))}"


def component_spans(text: str, names: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and name of every component in a text that is one of the names."""
    for match in _COMPONENT.finditer(text):
        name = _component_name(match)
        if name is not None and name in names:
            yield match.start(), match.end(), name


def assignment(option: str, name: str, text: str) -> str:
    """Return an option as a shell takes it: `--hand x="2*x"`, and in quotes as a whole where the name has brackets."""
    return f'{option} "{name}={text}"' if "[" in name else f'{option} {name}="{text}"'


def constant_value(text: str, source: str) -> float:
    """Evaluate a constant expression in doubles.  Raises DiffcompareError unless its value is a finite number."""
    try:
        expression = parse(text)
    except DiffcompareError as error:
        if error.diagnostic.code == "E217":
            help = "a variable of an expression is a number; vectors are for Python functions: FILE.py:f"
            raise _bad(f"`{text}` is a list, and one number is expected here", source, text, help) from None
        raise DiffcompareError(error.diagnostic._replace(source=source)) from None
    names = variables_of(wengert_list(expression))
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        raise _bad(f"`{text}` is not a number: it contains the variable {listed}", source, text, _CONSTANT)
    value = value_at(expression, {})
    if isinstance(value, Undefined):
        raise _bad(f"`{text}` is undefined", source, text, _CONSTANT)
    if value != value:
        raise _bad(f"`{text}` is not a number", source, text, _CONSTANT)
    if math.isinf(value):
        raise _bad(f"`{text}` is beyond the range of doubles (1.8e308)", source, text, "give a number within the range")
    return float(value)


def check_point(variables: Sequence[str], point: Mapping[str, float], source: str = "--at") -> None:
    """Raise DiffcompareError unless the point has a value for every variable and for nothing else."""
    for name in point:
        if name not in variables:
            raise unknown_variable(name, variables, source, f"{name}={_short(point[name])}")
    missing = [name for name in variables if name not in point]
    if missing:
        listed = ", ".join(f"`{name}`" for name in missing)
        whole = ",".join(f"{name}={_short(point.get(name, 1.0))}" for name in variables)
        raise DiffcompareError(
            Diagnostic(
                code="E704", kind="missing_variable", source=source, help=f"{_lead(source)}{whole}",
                message=f"no value for {'the variable' if len(missing) == 1 else 'the variables'} {listed}",
            )
        )  # fmt: skip


def unknown_variable(
    name: str,
    variables: Iterable[str],
    source: str,
    text: str | None = None,
    meant: tuple[str, str | None] | None = None,
) -> DiffcompareError:
    """Return the error for a name that the expression does not have, within the text that contains it.

    `meant` is the name that was probably meant, and the whole text corrected (or None).
    """
    known = list(variables)
    close = did_you_mean(name, known)
    if meant is not None:
        help = f"did you mean `{meant[0]}`?"
    elif close:
        help = f"did you mean `{close}`?"
    else:
        listed = ", ".join(known[:10]) + ", ..." * (len(known) > 10)
        help = f"its variables are {listed}" if known else "it is constant"
    start = 0 if text is None else _place(name, text)
    message = f"the expression has no variable `{name}`"
    return DiffcompareError(
        Diagnostic(
            code="E705", kind="unknown_variable", message=message if text is not None else f"{source}: {message}",
            source=source, text=text, span=None if text is None else (start, start + len(name)), help=help,
            fix=None if meant is None else meant[1],
        )
    )  # fmt: skip


def _place(name: str, text: str) -> int:
    """Return the position of a name in a text where it is a word by itself, not part of another name."""
    tokens, starts, _ = locate(text, len(text))
    return starts[tokens.index(name)] if name in tokens else max(text.find(name), 0)


def _lead(source: str) -> str:
    return "--at " if source == "--at" else "give every variable a value: "


def _short(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _bad(message: str, source: str, text: str, help: str) -> DiffcompareError:
    return DiffcompareError(
        Diagnostic(
            code="E703",
            kind="bad_value",
            message=message,
            source=source,
            text=text,
            span=(0, len(text)),
            help=help,
        )
    )


# --- Candidates -------------------------------------------------------------------------------------------------------


def candidates(variables: Sequence[str]) -> Iterator[dict[str, float]]:
    """Yield the points of a fixed list, each with a value of its own for every variable."""
    whole = [_WHOLE[index] if index < len(_WHOLE) else float(index + 2) for index in range(len(variables))]
    inside = [_INSIDE[index] if index < len(_INSIDE) else _scattered(index) for index in range(len(variables))]
    turned = [-1.0 if index % 2 else 1.0 for index in range(len(variables))]
    for values in (
        whole,  # 2, 5: the survey's own point
        inside,  # for asin, atanh, ln(1 - x)
        [1 + value for value in inside],  # 1.5, 1.25
        [value / 100 for value in whole],
        [value * 10 for value in whole],
        [value * sign for value, sign in zip(whole, turned, strict=True)],
        [value * -sign for value, sign in zip(whole, turned, strict=True)],
        [value * sign for value, sign in zip(inside, turned, strict=True)],
        [value * -sign for value, sign in zip(inside, turned, strict=True)],
        [-value for value in inside],
        [-value for value in whole],
        [-1 - value for value in inside],
        [value * 1000 for value in whole],
        [value * -1000 for value in whole],
    ):
        yield dict(zip(variables, values, strict=True))


def _scattered(index: int) -> float:
    """Return a number between 0 and 1 that differs for every index: a multiple of the golden ratio modulo 1."""
    return round(index * 0.6180339887498949 % 1, 9)
