"""The table of mistakes: the wrong rules by which people differentiate, one row each.

Such "buggy rules" explain systematic errors of students (Brown & Burton 1978).  A row has the kind of the mistake, the
pattern of the nodes at which it can be made, and the wrong rule, written like a partial of `operations.py` over
anything with arithmetic: with doubles it is compared with an answer, with balls the match is confirmed, and with
expressions it writes the wrong formula.

`inner` is the treatment of the inner derivative u' by a rule that is about the outer function only: "times" (the right
one), "missing" or "over" (divided by it); None where the rule gives the derivative of the whole node.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from diffcompare.language.expression import Expression, Operation
from diffcompare.language.operations import abs_, cbrt, exact_integer, exp, general_power, ln, raise_to, sqrt
from diffcompare.misconceptions.elementary_functions import ELEMENTARY_FUNCTIONS, one_like, square
from diffcompare.misconceptions.kinds import Rule
from diffcompare.misconceptions.pattern_matching import NodePattern, Pattern, integer_like
from diffcompare.misconceptions.patterns import (
    ANY_OPERATION,
    COMPOSITION,
    CONSTANT_EXPONENTIAL,
    EXPONENTIAL,
    EXPONENTIAL_WITH_BASE,
    FRACTION,
    FUNCTION_OF_POWER,
    GENERAL_POWER,
    INTEGER_POWER,
    LEFT_CONSTANT,
    LEFT_OF_TWO_TERMS,
    LEFT_TERM,
    LITERAL,
    MAX_CONSTANT_FACTORS,
    MULTIPLE,
    MULTIPLE_OF_POWER,
    MULTIPLE_OF_VARIABLE,
    NEGATION,
    OF_MULTIPLE,
    OF_SUM,
    OTHER_VARIABLE,
    POWER,
    POWER_OF_FUNCTION,
    POWER_OF_MULTIPLE,
    POWER_OR_RECIPROCAL,
    PRODUCT,
    QUOTIENT,
    RECIPROCAL,
    RIGHT_CONSTANT,
    RIGHT_TERM,
    ROOT_OF_SQUARE,
    SIGNED_RIGHT_TERM,
    SUM_TIMES,
    TIMES_SUM,
    VARIABLE,
    constant_part,
    product_with_constant,
    scaled_factor,
    two_arguments,
)


def _lowered_twice(u: Any, n: int) -> Any:
    if n < 3:
        raise ValueError("nothing of the power would be left")
    return n * (u if n == 3 else raise_to(u, n - 2))


def _integrated_power(u: Any, p: Any, high: Any) -> Any:
    exponent = exact_integer(p) if isinstance(p, Expression) else p
    return high * ln(abs_(u)) if exponent == -1 else high / (p + 1)


def _root_derivative(u: Any, n: int) -> Any:
    root = sqrt(u) if n == 2 else cbrt(u) if n == 3 else general_power(u, 1 / integer_like(n, u))
    return root / u / n


_INNER_MISSING = "the chain rule: the inner derivative {du} of {u} is missing"
_OUTER_AT_VARIABLE = "the chain rule: the derivative of the outer function belongs at {u}, not at {by}"
_OUTER_AT_INNER = "the chain rule: the derivative of the outer function belongs at {u}, not at its derivative {du}"
_CHAIN_RULE = [
    Rule("missing-inner-factor", COMPOSITION, lambda outer: outer, _INNER_MISSING),
    Rule("inner-factor-twice", COMPOSITION, lambda outer, du: outer * du * du,
         "the chain rule: the inner derivative {du} of {u} appears twice as a factor"),
    Rule("inner-factor-added", COMPOSITION, lambda outer, du: outer + du,
         "the chain rule: the inner derivative {du} of {u} is added instead of multiplied"),
    Rule("inner-not-differentiated", COMPOSITION, lambda outer, u: outer * u,
         "the chain rule: the factor is the inner function {u} itself instead of its derivative {du}"),
    Rule("inner-factor-divided", COMPOSITION, lambda outer, du: outer / du,
         "the chain rule: divided by the inner derivative {du} of {u} instead of multiplied"),
    Rule("outer-at-inner-derivative", COMPOSITION, lambda dg, du: dg(du), _OUTER_AT_INNER),
    Rule("outer-at-inner-derivative", COMPOSITION, lambda dg, du: dg(du) * du, _OUTER_AT_INNER),
    Rule("outer-at-variable", COMPOSITION, lambda dg, x, du: dg(x) * du, _OUTER_AT_VARIABLE),
    Rule("outer-at-variable", COMPOSITION, lambda dg, x: dg(x), _OUTER_AT_VARIABLE),
    Rule("differentiated-inside", COMPOSITION, lambda g, du: g(du),
         "the chain rule: only the inside of {node} was differentiated"),
    Rule("outer-not-differentiated", COMPOSITION, lambda du, y: y * du,
         "the chain rule: the outer function of {node} is not differentiated"),
    Rule("outer-not-differentiated", COMPOSITION, lambda du: du,
         "the chain rule: only the inner function {u} is differentiated"),
]  # fmt: skip

_NO_POWER = "the power rule on {node}: there the exponent varies, not the base"
_GENERAL_POWER = (
    "in {node} both the base and the exponent vary: neither the power rule nor the exponential rule is enough"
)
_POWERS = [
    *[
        Rule("power-rule-on-exponential", EXPONENTIAL, lambda u, low: u * low, _NO_POWER, inner)
        for inner in ("times", "missing")
    ],
    Rule("ln-base-missing", EXPONENTIAL_WITH_BASE, lambda y: y,
         "the exponential rule: the factor ln({c}) is missing", "times"),
    Rule("ln-base-missing", EXPONENTIAL_WITH_BASE, lambda y, c: y / ln(c),
         "the exponential rule: divided by ln({c}) instead of multiplied", "times"),
    Rule("ln-base-missing", EXPONENTIAL, lambda y, u: y * ln(u),
         "the exponential rule: the factor is the logarithm of the base, not of the exponent", "times"),
    Rule("exponential-rule-on-power", POWER, lambda y, u: y * ln(u),
         "the exponential rule on {node}: there the base varies, not the exponent", "times"),
    Rule("power-rule-on-general-power", GENERAL_POWER, lambda v, du, low: v * low * du,
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", GENERAL_POWER, lambda v, low: v * low,
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", GENERAL_POWER, lambda u, dv, y: y * ln(u) * dv,
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", GENERAL_POWER, lambda u, y: y * ln(u),
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", GENERAL_POWER, lambda v, du, dv, low: v * low * du * dv,
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", GENERAL_POWER, lambda u, du, dv, y: y * dv * du / u,
         _GENERAL_POWER),
    Rule("ln-base-missing", GENERAL_POWER, lambda v, du, dv, y, low: y * dv + v * low * du,
         "the exponential rule: the factor ln({u}) is missing"),
    Rule("missing-inner-factor", GENERAL_POWER, lambda u, v, dv, y, low: y * ln(u) * dv + v * low,
         "the chain rule: the derivative {du} of the base {u} is missing"),
    Rule("missing-inner-factor", GENERAL_POWER, lambda u, v, du, y, low: y * ln(u) + v * low * du,
         "the chain rule: the derivative {dv} of the exponent {v} is missing"),
    Rule("logarithmic-derivative", GENERAL_POWER, lambda u, v, du, dv: dv * ln(u) + v * du / u,
         "that is the derivative of the logarithm of {node}: the factor {node} is missing"),
    Rule("exponent-not-lowered", POWER, lambda y, p: p * y,
         "the power rule: the exponent of {node} is not lowered by 1", "times"),
    Rule("exponent-not-lowered", POWER, lambda y, u, p: p * u / y,
         "the power rule: the lowered exponent of {node} is the exponent minus 1, not 1 minus the exponent",
         "times", ("^", "cbrt")),
    Rule("exponent-not-lowered", MULTIPLE_OF_VARIABLE, lambda y: y,
         "the power rule: the exponent of {u}, which is 1, is not lowered", rare=True),
    Rule("exponent-not-lowered", INTEGER_POWER, _lowered_twice,
         "the power rule: the exponent of {node} is lowered by 2 instead of 1", "times", rare=True),
    Rule("sign-of-derivative", POWER, lambda p, low: -p * low,
         "the power rule: the factor, the exponent of {node}, has the wrong sign", "times", rare=True),
    Rule("power-factor-missing", POWER, lambda low: low,
         "the power rule: the exponent of {node} is not brought down as a factor", "times"),
    Rule("exponent-raised", POWER, lambda p, high: p * high,
         "the power rule: the exponent of {node} is raised by 1 instead of lowered", "times"),
    Rule("exponent-dropped", INTEGER_POWER, lambda u, n: n * u,
         "the power rule: only the factor is left of {node}, and the power with the lowered exponent is missing",
         "times"),
    Rule("exponent-dropped", INTEGER_POWER, lambda u, n: n * one_like(u),
         "the power rule: only the exponent is left of {node}", "times", rare=True),
    Rule("lowered-factor", INTEGER_POWER, lambda u, n: (n - 1) * raise_to(u, n - 1),
         "the power rule: the factor is the exponent of {node} before it is lowered", "times"),
    Rule("root-of-square", ROOT_OF_SQUARE, lambda du: du,
         "{node} is |{u}|, which is not {u} where {u} < 0"),
    *[
        Rule("integrated", POWER_OR_RECIPROCAL, _integrated_power,
             "the power rule: {node} is integrated instead of differentiated", inner)
        for inner in ("times", "over", "missing")
    ],
    Rule("inverse-function", INTEGER_POWER, _root_derivative,
         "the derivative of the root, the inverse function of {node}", "times"),
]  # fmt: skip

_PRODUCT_TERM_LOST = "the product rule: the term with the derivative of {} is missing"
_QUOTIENT_TERM_LOST = "the quotient rule: the term with the derivative of {} is missing"
_PRODUCTS_AND_QUOTIENTS = [
    Rule("product-of-derivatives", PRODUCT, lambda du, dv: du * dv,
         "the product rule: the derivative of a product is not the product of the derivatives"),
    Rule("product-term-lost", PRODUCT, lambda v, du: du * v, _PRODUCT_TERM_LOST.format("{v}")),
    Rule("product-term-lost", PRODUCT, lambda u, dv: u * dv, _PRODUCT_TERM_LOST.format("{u}")),
    Rule("product-minus", PRODUCT, lambda u, v, du, dv: du * v - u * dv,
         "the product rule: the two terms of {node} are added, not subtracted"),
    Rule("product-minus", PRODUCT, lambda u, v, du, dv: u * dv - du * v,
         "the product rule: the two terms of {node} are added, not subtracted"),
    Rule("product-mixed", PRODUCT, lambda u, v, du, dv: u * du + v * dv,
         "the product rule: each derivative is multiplied by the other factor, not by its own"),
    Rule("product-mixed", PRODUCT, lambda du, dv: du + dv,
         "the product rule: the factors that stay, {v} and {u}, are missing"),
    Rule("product-mixed", PRODUCT, lambda v, du, dv: du * v + dv,
         "the product rule: the factor {u} is missing beside the derivative of {v}", rare=True),
    Rule("product-mixed", PRODUCT, lambda u, du, dv: du + u * dv,
         "the product rule: the factor {v} is missing beside the derivative of {u}", rare=True),
    Rule("quotient-flipped", QUOTIENT, lambda u, v, du, dv: (u * dv - du * v) / square(v),
         "the quotient rule: the term with the derivative of the numerator {u} comes first"),
    Rule("quotient-plus", QUOTIENT, lambda u, v, du, dv: (du * v + u * dv) / square(v),
         "the quotient rule: between its two terms there is a minus"),
    Rule("quotient-square-missing", QUOTIENT, lambda u, v, du, dv: (du * v - u * dv) / v,
         "the quotient rule: the denominator {v} is not squared"),
    Rule("quotient-square-missing", RECIPROCAL, lambda c, v, dv: -c * dv / v,
         "the quotient rule: the denominator {v} is not squared"),
    Rule("quotient-denominator-missing", QUOTIENT, lambda u, v, du, dv: du * v - u * dv,
         "the quotient rule: the denominator, {v} squared, is missing"),
    Rule("quotient-denominator-missing", RECIPROCAL, lambda c, dv: -c * dv,
         "the quotient rule: the denominator, {v} squared, is missing"),
    Rule("quotient-of-derivatives", QUOTIENT, lambda du, dv: du / dv,
         "the quotient rule: the derivative of a quotient is not the quotient of the derivatives"),
    Rule("quotient-of-derivatives", RECIPROCAL, lambda c, dv: c / dv,
         "the quotient rule: the derivative of {node} is not {c} over the derivative of {v}"),
    Rule("quotient-term-lost", QUOTIENT, lambda v, du: du / v,
         _QUOTIENT_TERM_LOST.format("the denominator {v}")),
    Rule("quotient-term-lost", QUOTIENT, lambda u, v, dv: -u * dv / square(v),
         _QUOTIENT_TERM_LOST.format("the numerator {u}")),
    Rule("quotient-denominator-missing", QUOTIENT, lambda u, v, du, dv: du * v + u * dv,
         "the product rule on the quotient {node}"),
    Rule("quotient-mixed", QUOTIENT, lambda u, v, du, dv: (u * du - v * dv) / square(v),
         "the quotient rule: each derivative is multiplied by the other part, not by its own"),
    Rule("quotient-mixed", QUOTIENT, lambda v, du, dv: (du - dv) / square(v),
         "the quotient rule: the parts that stay, {v} and {u}, are missing in the numerator"),
    Rule("quotient-mixed", QUOTIENT, lambda v, du, dv: (du * v - dv) / square(v),
         "the quotient rule: the factor {u} is missing beside the derivative of {v}", rare=True),
    Rule("quotient-mixed", QUOTIENT, lambda u, v, du, dv: (du - u * dv) / square(v),
         "the quotient rule: the factor {v} is missing beside the derivative of {u}", rare=True),
    *[
        Rule("quotient-square-missing", QUOTIENT, wrong,
             "the quotient rule: the denominator is {v} squared, not " + instead, rare=rare)
        for wrong, instead, rare in [
            (lambda u, v, du, dv: (du * v - u * dv) / square(u), "{u} squared", False),
            (lambda u, v, du, dv: (du * v - u * dv) / (2 * v), "2 times {v}", False),
            (lambda u, v, du, dv: (du * v - u * dv) / square(dv), "its derivative squared", True),
        ]
    ],
    Rule("sign-of-derivative", RECIPROCAL, lambda c, v, dv: c * dv / square(v),
         "the reciprocal rule: the derivative of {node} has a minus sign"),
]  # fmt: skip


def _signed(sign: int, term: Any) -> Any:
    return term if sign > 0 else -term


_CONSTANT_KEPT = "the constant term {c} is kept: its derivative is 0"
_TERM_LOST = "the sum rule: the derivative of the term {u} is missing"
_SIGN_OF_TERM = "the sum rule: the derivative of the term {u} has the wrong sign"
_SUMS_AND_CONSTANTS = [
    Rule("coefficient-lost", MULTIPLE, lambda du: du, "the constant factor {c} of {node} is lost"),
    Rule("coefficient-lost", FRACTION, lambda du: du, "the constant divisor {c} of {node} is lost"),
    Rule("coefficient-lost", scaled_factor, lambda c, dy: dy / c, "the constant {c} of {node} is lost"),
    Rule("coefficient-lost", RECIPROCAL, lambda v, dv: -dv / square(v),
         "the constant factor {c} of {node} is lost"),
    *[
        Rule("coefficient-lost", product_with_constant(position),
             lambda c, u, v, du, dv: du * v + u / c * dv,
             "the constant {c} of {node} is lost in the term with the derivative of {v}")
        for position in (0, 1)
    ],
    *[
        Rule("coefficient-lost", constant_part(position), lambda c, dy: dy / c,
             "the constant {c} of {node} is lost")
        for position in range(MAX_CONSTANT_FACTORS)
    ],
    Rule("coefficient-inverted", MULTIPLE, lambda c, du: du / c,
         "divided by the constant factor {c} of {node} instead of multiplied"),
    Rule("coefficient-inverted", FRACTION, lambda c, du: du * c,
         "multiplied by the constant divisor {c} of {node}"),
    Rule("coefficient-twice", MULTIPLE, lambda c, du: c * c * du,
         "the constant factor {c} of {node} appears twice"),
    Rule("coefficient-twice", FRACTION, lambda c, du: du / square(c),
         "the constant divisor {c} of {node} appears twice"),
    Rule("coefficient-added", MULTIPLE, lambda c, du: c + du,
         "the constant factor {c} of {node} is added instead of multiplied"),
    Rule("constant-kept", LEFT_CONSTANT, lambda c, du, sign: c + _signed(sign, du), _CONSTANT_KEPT),
    Rule("term-lost", LEFT_TERM, lambda dt, sign: _signed(sign, dt), _TERM_LOST),
    Rule("sign-of-term", LEFT_OF_TWO_TERMS, lambda du, dv, sign: _signed(sign, dv) - du, _SIGN_OF_TERM),
    Rule("constant-kept", RIGHT_CONSTANT, lambda du, c, sign: _signed(sign, c) + du, _CONSTANT_KEPT),
    Rule("term-lost", RIGHT_TERM, lambda dt: dt, _TERM_LOST),
    Rule("sign-of-term", SIGNED_RIGHT_TERM, lambda dv, du, sign: dv - _signed(sign, du), _SIGN_OF_TERM),
    Rule("sign-of-term", NEGATION, lambda du: du, "the minus sign of {node} is lost"),
    Rule("term-kept", ANY_OPERATION, lambda y: y, "{u} is not differentiated"),
    Rule("term-kept", VARIABLE, lambda u: u, "{by} is not differentiated: d/d{by}[{by}] is 1, not {by}",
         rare=True),
    Rule("variable-as-constant", two_arguments, lambda by_u: by_u,
         "{v} is treated as a constant"),
    Rule("variable-as-constant", two_arguments, lambda by_v: by_v,
         "{u} is treated as a constant"),
    Rule("variable-as-constant", VARIABLE, lambda: 0,
         "{by} is treated as a constant in one place"),
    Rule("constant-as-variable", LITERAL, lambda: 1,
         "{constant} is a constant: its derivative is 0"),
    Rule("constant-as-variable", CONSTANT_EXPONENTIAL, lambda c: c * exp(c - 1),
         "{constant} is a constant: its derivative is 0"),
    Rule("other-variable-differentiated", OTHER_VARIABLE, lambda: 1,
         "{node} is held constant in the partial derivative with respect to {by}: its derivative is 0"),
]  # fmt: skip

_INNER_SUM = "the chain rule: the whole inner derivative {dw} is a factor, so it needs parentheses"
_SPLIT_OVER_SUM = "a function of a sum is not the sum of the functions: {node} was split into its terms {r} and {s}"
_MISREADINGS = [
    Rule("power-misread", POWER_OF_FUNCTION,
         lambda dg, u, du, n: dg(raise_to(u, n)) * n * raise_to(u, n - 1) * du,
         "the power in {node} is a power of the function, not of its argument {u}"),
    Rule("power-misread", FUNCTION_OF_POWER,
         lambda g, dg, u, du, n: n * raise_to(g(u), n - 1) * dg(u) * du,
         "the power in {node} is a power of the argument {u}, not of the function"),
    Rule("coefficient-and-power", POWER_OF_MULTIPLE, lambda c, u, n, du: c * n * raise_to(u, n - 1) * du,
         "the exponent of {node} applies to the factor {c}, too"),
    Rule("coefficient-and-power", MULTIPLE_OF_POWER,
         lambda c, u, n, du: c * n * raise_to(c * u, n - 1) * du,
         "the exponent in {node} applies to {u} alone, not to the factor {c}"),
    *[
        Rule("coefficient-and-power", OF_MULTIPLE, wrong,
             f"in the derivative of {name} all of {{w}} is squared, the constant factor too", "times", (name,))
        for name, wrong in [
            ("atan", lambda u, w: 1 / (1 + w * u)),
            ("asin", lambda u, w: 1 / sqrt(1 - w * u)),
            ("acos", lambda u, w: -1 / sqrt(1 - w * u)),
        ]
    ],
    Rule("function-split-over-sum", OF_SUM,
         lambda dg, r, s, dr, ds, sign: dg(r) * dr + sign * dg(s) * ds, _SPLIT_OVER_SUM),
    Rule("parentheses-missing", OF_SUM,
         lambda outer, dr, ds, sign: outer * dr + sign * ds, _INNER_SUM),
    Rule("parentheses-missing", OF_SUM,
         lambda outer, dr, ds, sign: dr + sign * ds * outer, _INNER_SUM),
    Rule("parentheses-missing", QUOTIENT, lambda u, v, du, dv: du * v - u * dv / square(v),
         "the quotient rule: the whole numerator is divided by {v} squared, so it needs parentheses"),
    *[
        Rule("parentheses-missing", pattern, wrong,
             "the sum {sum} is a factor as a whole, so it needs parentheses")
        for pattern in (SUM_TIMES, TIMES_SUM)
        for wrong in [
            lambda r, s, dr, ds, sign, t, dt: (dr + sign * ds) * t + r + sign * s * dt,
            lambda r, s, dr, ds, sign, t, dt: (dr + sign * ds) * t + r * dt + sign * s,
            lambda r, s, dr, ds, sign, t, dt: dr + sign * ds * t + (r + sign * s) * dt,
            lambda r, s, dr, ds, sign, t, dt: dr * t + sign * ds + (r + sign * s) * dt,
        ]
    ],
]  # fmt: skip

RULES: tuple[Rule, ...] = (
    *_CHAIN_RULE,
    *_POWERS,
    *_PRODUCTS_AND_QUOTIENTS,
    *ELEMENTARY_FUNCTIONS,
    *_SUMS_AND_CONSTANTS,
    *_MISREADINGS,
)


@cache
def rules_for(operation: Operation | None) -> Mapping[NodePattern, tuple[Rule, ...]]:
    """Return the rules that may apply to an operation (or, for None, to a leaf), by their patterns."""
    rules: dict[NodePattern, tuple[Rule, ...]] = {}
    for rule in RULES:
        pattern = rule.pattern
        if rule.names and (operation is None or operation.name not in rule.names):
            continue
        if not isinstance(pattern, Pattern) or pattern.may_match(operation):
            rules[pattern] = (*rules.get(pattern, ()), rule)
    return rules
