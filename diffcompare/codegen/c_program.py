"""Programs in C99: a function for value and gradient, which any compiler of the last twenty years takes.

libm has most functions of the table; `definitions.c` has the others, and a program gets those that it calls.  Outside
its domain a function is NaN or infinite, as the row of the table has no value there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from diffcompare.codegen.libraries import INDENT, PYTHON_PARTIALS, Library, Syntax, by_name
from diffcompare.codegen.reverse_program import SweepWriter
from diffcompare.codegen.source import (
    Writer,
    formula_parts,
    is_named,
    node_names,
    quoted,
    renaming_comments,
    shortened,
    variable_names,
)
from diffcompare.language.expression import Expression
from diffcompare.language.printer import to_text
from diffcompare.language.special_functions import DIGAMMA_ABOUT_ROOT, ZETA_LESS_ONE
from diffcompare.language.wengert import active_nodes, wengert_list

SWEEP, FORMULAS = "f_gradient", "f_gradient_by_formulas"  # the functions of a program

_INDENT = INDENT["c"]
MAX_LINE = 112  # characters of a head that is not broken

# Keywords of C and C++ and what headers and compilers may define as macros; the functions of libm are added below.
_TAKEN = """
    auto break case char const continue default do double else enum extern float for goto if inline int long register
    restrict return short signed sizeof static struct switch typedef union unsigned void volatile while alignas alignof
    asm bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual and and_eq bitand bitor catch
    char8_t char16_t char32_t class compl concept const_cast consteval constinit decltype delete dynamic_cast explicit
    export friend module mutable namespace new noexcept not not_eq operator or or_eq private protected public requires
    reinterpret_cast static_cast template this throw try typeid typename using virtual wchar_t xor xor_eq fortran
    linux unix i386 near far huge small interface main printf puts stdin stdout stderr errno assert complex imaginary I
    EOF NULL BUFSIZ FILE HUGE HUGE_VAL HUGE_VALF HUGE_VALL INFINITY NAN DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS
    FP_INFINITE FP_NAN FP_NORMAL FP_SUBNORMAL FP_ZERO FP_FAST_FMA FP_ILOGB0 FP_ILOGBNAN MAXFLOAT M_E M_PI
    isnan isinf isfinite isnormal signbit fpclassify isgreater isgreaterequal isless islessequal islessgreater
    isunordered math_errhandling signgam float_t double_t names gradient value show f_gradient f_gradient_by_formulas
"""

_LIBM = """
    acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh drem erf erfc exp exp10 exp2 expm1 fabs fdim
    finite floor fma fmax fmin fmod frexp gamma hypot ilogb infnan j0 j1 jn ldexp lgamma lgamma_r llrint llround log
    log10 log1p log2 logb lrint lround modf nan nearbyint nextafter nexttoward pow pow10 remainder remquo rint round
    scalb scalbln scalbn significand sin sincos sinh sqrt tan tanh tgamma trunc y0 y1 yn
"""

_IN_LIBM = (  # operations that libm has under our names
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "ceil", "cos", "cosh", "erf", "erfc", "exp", "expm1",
    "floor", "hypot", "lgamma", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh",
)  # fmt: skip

C_PARTIALS = {
    **PYTHON_PARTIALS,
    ("atan", 0): "atan_slope({a})",
    ("atan2", 0): "atan2_slope({b}, {a}, {b})",
    ("atan2", 1): "atan2_slope(-{a}, {a}, {b})",
}


def _definitions() -> dict[str, str]:
    text = (Path(__file__).parent / "definitions.c").read_text(encoding="utf-8")
    for name, numbers in (("ZETA_LESS_ONE", ZETA_LESS_ONE), ("ABOUT_ROOT", DIGAMMA_ABOUT_ROOT)):
        rows = [", ".join(map(repr, numbers[start : start + 4])) for start in range(0, len(numbers), 4)]
        text = text.replace(f"        {name}\n", "".join(f"        {row},\n" for row in rows))
    return by_name(text)


C = Library(
    "c",
    {name: name for name in _IN_LIBM} | {"ln": "log", "abs": "fabs", "gamma": "tgamma", "atan2": "angle"},
    _definitions(),
    "{condition} ? {yes} : {no}",
    {"pi": "3.141592653589793", "e": "2.718281828459045"},
    C_PARTIALS,
    Syntax("c", "//", frozenset({*_TAKEN.split(), *_LIBM.split(), *(f"{name}f" for name in _LIBM.split())})),
)


def c_program(
    expression: Expression,
    variables: Sequence[str],
    wrt: Sequence[str],
    formulas: Mapping[str, Expression] | None,
    point: Mapping[str, float] | None,
) -> str:
    """Return the source of a program in C99 for value and gradient with respect to `wrt`.

    The arguments are as for `program`.  Raises Unwritable and NotDifferentiable as that does.
    """
    names = variable_names(variables, C)
    writer = Writer(C, names)
    functions = []
    parts = None if formulas is None else formula_parts([*formulas.values(), expression])
    if formulas is not None and parts is not None:
        functions.append(_by_formulas(expression, names, formulas, parts, writer))
    functions.append(c_function(expression, names, wrt, writer))
    head = ["f = " + shortened(to_text(expression)), *renaming_comments(names)]
    head += [f"gradient[{place}] = df/d{name}" for place, name in enumerate(wrt)][:MAX_LISTED]
    head += [f"... and so on, {len(wrt):,} partials" for _ in range(len(wrt) > MAX_LISTED)]
    head += ["(its formulas are too many or too large to be written)"] if len(functions) == 1 else []
    includes = ["#include <math.h>", *(["#include <stdio.h>"] if point is not None else [])]
    pieces = ["\n".join([*map(C.syntax.comment, head), *includes]), *called_definitions(writer, functions), *functions]
    if point is not None:
        pieces.append(_main(names, wrt, point, [FORMULAS, SWEEP][2 - len(functions) :]))
    return "\n\n\n".join(pieces) + "\n"


def called_definitions(writer: Writer, functions: Sequence[str]) -> list[str]:
    """Return the definitions that functions call, directly or through others: compilers warn of the rest.

    A line that nothing reads is left out of a function, and with it, now and then, the only call.
    """
    kept: list[str] = []
    called = {name for text in functions for name in re.findall(r"\w+", text)}
    for name, text in reversed(writer.used.items()):  # each follows those that it calls
        if name in called:
            kept.append(text)
            called.update(re.findall(r"\w+", text))
    return kept[::-1]


MAX_LISTED = 20  # partials that the head says the places of


def c_function(
    expression: Expression,
    names: Mapping[str, str],
    wrt: Sequence[str],
    writer: Writer,
    name: str = SWEEP,
    qualifier: str = "",
) -> str:
    """Write the function that returns the value and fills in the gradient, by one sweep forwards and one backwards.

    `names` are the parameters by variable, and `qualifier` stands before the function (`static inline `).
    """
    nodes = wengert_list(expression)
    active = active_nodes(nodes, set(wrt))
    sweep = SweepWriter(nodes, active, node_names(nodes, names, C), names, writer)
    lines = [C.syntax.comment("forwards: the values"), *sweep.forwards()]
    if expression in active:
        lines += [C.syntax.comment("backwards: the adjoints"), *sweep.backwards("1.0")]
    partials = [entry.rpartition(": ")[2] for entry in sweep.result(wrt, "0.0")]
    value = sweep.names.get(expression) or writer.write(expression, {})
    return _function(name, names, "by one reverse sweep, every node once", lines, partials, value, qualifier)


def _by_formulas(
    expression: Expression,
    names: Mapping[str, str],
    formulas: Mapping[str, Expression],
    parts: Sequence[Expression],
    writer: Writer,
) -> str:
    part_names = node_names([node for node in parts if is_named(node)], names, C)
    lines = [C.syntax.assignment(part_names[node], writer.write(node, part_names)) for node in part_names]

    def text(formula: Expression) -> str:
        return part_names[formula] if formula in part_names else writer.write(formula, part_names)

    partials = [text(formula) for formula in formulas.values()]
    return _function(FORMULAS, names, "as a person writes it, formula by formula", lines, partials, text(expression))


def _function(
    name: str,
    names: Mapping[str, str],
    manner: str,
    lines: Iterable[str],
    partials: Sequence[str],
    value: str,
    qualifier: str = "",
) -> str:
    """Write a function with the variables as parameters, and after them the array for the gradient."""
    own = list(names.values())
    ends = [f"gradient[{place}] = {partial};" for place, partial in enumerate(partials)]
    body, read = _needed([*lines, *ends, f"return {value};"])
    unread = [parameter for parameter in (*own, "gradient") if parameter not in read]
    body = [f"// The value of f, and the gradient {manner}.", *[f"(void){parameter};" for parameter in unread], *body]
    array = f"double gradient[{len(partials)}]" if partials else "double *gradient"
    head = f"{qualifier}double {name}({', '.join([*[f'double {parameter}' for parameter in own], array])})"
    if len(head) > MAX_LINE:
        head = head.replace(", ", f",\n{_INDENT}")
    return "\n".join([head, "{", *[_INDENT + line for line in body], "}"])


def _needed(lines: Sequence[str]) -> tuple[list[str], set[str]]:
    """Return the lines without assignments to variables that no later line reads, and the names that are read."""
    kept, read = [], set()
    for line in reversed(lines):
        if not line.startswith("//"):
            assigned = re.match(r"(?:const )?(?:double )?(\w+) \+?= ", line)
            if assigned and assigned[1] not in read:
                continue
            read.update(re.findall(r"[^\W\d]\w*", line[assigned.end() if assigned else 0 :].split("  // ")[0]))
        kept.append(line)
    return kept[::-1], read


def _main(names: Mapping[str, str], wrt: Sequence[str], point: Mapping[str, float], calls: Sequence[str]) -> str:
    numbers = ", ".join([*[repr(float(point[name])) for name in names], "gradient"])
    lines = [f"double gradient[{len(wrt)}];", f"static const char *const names[{len(wrt)}] = {{"]
    lines += [f"{_INDENT}{quoted(name)}," for name in wrt]
    lines.append("};")
    for call in calls:
        lines += [
            f'printf("{call}: f = %.17g\\n", {call}({numbers}));',
            f"for (int k = 0; k < {len(wrt)}; k++) {{",
            f'{_INDENT}printf("df/d%s = %.17g\\n", names[k], gradient[k]);',
            "}",
        ]
    lines.append("return 0;")
    return "\n".join(["int main(void)", "{", *[_INDENT + line for line in lines], "}"])
