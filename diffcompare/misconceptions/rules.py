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

from diffcompare.language.expression import Expression
from diffcompare.language.operations import OPERATIONS, exact_integer, raise_to
from diffcompare.misconceptions import constant_patterns as constants
from diffcompare.misconceptions import patterns
from diffcompare.misconceptions import power_patterns as powers
from diffcompare.misconceptions.elementary_functions import ELEMENTARY_FUNCTIONS, one_like, square
from diffcompare.misconceptions.kinds import Rule
from diffcompare.misconceptions.patterns import NodePattern, integer_like

exp, ln, sqrt = (OPERATIONS[name] for name in ("exp", "ln", "sqrt"))


def _lowered_twice(u: Any, n: int) -> Any:
    if n < 3:
        raise ValueError("nothing of the power would be left")
    return n * (u if n == 3 else raise_to(u, n - 2))


def _integrated_power(y: Any, u: Any, p: Any, low: Any, high: Any) -> Any:
    exponent = exact_integer(p) if isinstance(p, Expression) else p
    return high * ln(OPERATIONS["abs"](u)) if exponent == -1 else high / (p + 1)


def _root_derivative(u: Any, n: int) -> Any:
    root = sqrt(u) if n == 2 else OPERATIONS["cbrt"](u) if n == 3 else OPERATIONS["^"](u, 1 / integer_like(n, u))
    return root / u / n


_INNER_MISSING = "the chain rule: the inner derivative {du} of {u} is missing"
_OUTER_AT_VARIABLE = "the chain rule: the derivative of the outer function belongs at {u}, not at {by}"
_OUTER_AT_INNER = "the chain rule: the derivative of the outer function belongs at {u}, not at its derivative {du}"
_CHAIN_RULE = [
    Rule("missing-inner-factor", patterns.composition, lambda g, u, du, y: g, _INNER_MISSING),
    Rule("inner-factor-twice", patterns.composition, lambda g, u, du, y: g * du * du,
         "the chain rule: the inner derivative {du} of {u} appears twice as a factor"),
    Rule("inner-factor-added", patterns.composition, lambda g, u, du, y: g + du,
         "the chain rule: the inner derivative {du} of {u} is added instead of multiplied"),
    Rule("inner-not-differentiated", patterns.composition, lambda g, u, du, y: g * u,
         "the chain rule: the factor is the inner function {u} itself instead of its derivative {du}"),
    Rule("inner-factor-divided", patterns.composition, lambda g, u, du, y: g / du,
         "the chain rule: divided by the inner derivative {du} of {u} instead of multiplied"),
    Rule("outer-at-inner-derivative", patterns.composition_callable, lambda g, u, du, f: g(du), _OUTER_AT_INNER),
    Rule("outer-at-inner-derivative", patterns.composition_callable, lambda g, u, du, f: g(du) * du, _OUTER_AT_INNER),
    Rule("outer-at-variable", patterns.composition_at_variable, lambda g, x, du: g(x) * du, _OUTER_AT_VARIABLE),
    Rule("outer-at-variable", patterns.composition_at_variable, lambda g, x, du: g(x), _OUTER_AT_VARIABLE),
    Rule("differentiated-inside", patterns.composition_callable, lambda g, u, du, f: f(du),
         "the chain rule: only the inside of {node} was differentiated"),
    Rule("outer-not-differentiated", patterns.composition, lambda g, u, du, y: y * du,
         "the chain rule: the outer function of {node} is not differentiated"),
    Rule("outer-not-differentiated", patterns.composition, lambda g, u, du, y: du,
         "the chain rule: only the inner function {u} is differentiated"),
]  # fmt: skip

_NO_POWER = "the power rule on {node}: there the exponent varies, not the base"
_GENERAL_POWER = (
    "in {node} both the base and the exponent vary: neither the power rule nor the exponential rule is enough"
)
_POWERS = [
    *[
        Rule("power-rule-on-exponential", powers.exponential, lambda y, a, v, low: v * low, _NO_POWER, inner)
        for inner in ("times", "missing")
    ],
    Rule("ln-base-missing", powers.exponential_with_base, lambda y, a, v, low: y,
         "the exponential rule: the factor ln({u}) is missing", "times"),
    Rule("ln-base-missing", powers.exponential_with_base, lambda y, a, v, low: y / ln(a),
         "the exponential rule: divided by ln({u}) instead of multiplied", "times"),
    Rule("ln-base-missing", powers.exponential, lambda y, a, v, low: y * ln(v),
         "the exponential rule: the factor is the logarithm of the base, not of the exponent", "times"),
    Rule("exponential-rule-on-power", powers.power, lambda y, u, p, low, high: y * ln(u),
         "the exponential rule on {node}: there the base varies, not the exponent", "times"),
    Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: v * low * du,
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: v * low,
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: y * ln(u) * dv,
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: y * ln(u),
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: v * low * du * dv,
         _GENERAL_POWER),
    Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: y * dv * du / u,
         _GENERAL_POWER),
    Rule("ln-base-missing", powers.general_power, lambda u, v, du, dv, y, low: y * dv + v * low * du,
         "the exponential rule: the factor ln({u}) is missing"),
    Rule("missing-inner-factor", powers.general_power, lambda u, v, du, dv, y, low: y * ln(u) * dv + v * low,
         "the chain rule: the derivative {du} of the base {u} is missing"),
    Rule("missing-inner-factor", powers.general_power, lambda u, v, du, dv, y, low: y * ln(u) + v * low * du,
         "the chain rule: the derivative {dv} of the exponent {v} is missing"),
    Rule("logarithmic-derivative", powers.general_power, lambda u, v, du, dv, y, low: dv * ln(u) + v * du / u,
         "that is the derivative of the logarithm of {node}: the factor {node} is missing"),
    Rule("exponent-not-lowered", powers.power, lambda y, u, p, low, high: p * y,
         "the power rule: the exponent of {node} is not lowered by 1", "times"),
    Rule("exponent-not-lowered", powers.power, lambda y, u, p, low, high: p * u / y,
         "the power rule: the lowered exponent of {node} is the exponent minus 1, not 1 minus the exponent",
         "times", ("^", "cbrt")),
    Rule("exponent-not-lowered", constants.multiple_of_variable, lambda y, x: y,
         "the power rule: the exponent of {u}, which is 1, is not lowered", rare=True),
    Rule("exponent-not-lowered", powers.bare_power, _lowered_twice,
         "the power rule: the exponent of {node} is lowered by 2 instead of 1", "times", rare=True),
    Rule("sign-of-derivative", powers.power, lambda y, u, p, low, high: -p * low,
         "the power rule: the factor, the exponent of {node}, has the wrong sign", "times", rare=True),
    Rule("power-factor-missing", powers.power, lambda y, u, p, low, high: low,
         "the power rule: the exponent of {node} is not brought down as a factor", "times"),
    Rule("exponent-raised", powers.power, lambda y, u, p, low, high: p * high,
         "the power rule: the exponent of {node} is raised by 1 instead of lowered", "times"),
    Rule("exponent-dropped", powers.bare_power, lambda u, n: n * u,
         "the power rule: only the factor is left of {node}, and the power with the lowered exponent is missing",
         "times"),
    Rule("exponent-dropped", powers.bare_power, lambda u, n: n * one_like(u),
         "the power rule: only the exponent is left of {node}", "times", rare=True),
    Rule("lowered-factor", powers.bare_power, lambda u, n: (n - 1) * raise_to(u, n - 1),
         "the power rule: the factor is the exponent of {node} before it is lowered", "times"),
    Rule("root-of-square", powers.root_of_square, lambda du: du,
         "{node} is |{u}|, which is not {u} where {u} < 0"),
    *[
        Rule("integrated", powers.any_power, _integrated_power,
             "the power rule: {node} is integrated instead of differentiated", inner)
        for inner in ("times", "over", "missing")
    ],
    Rule("inverse-function", powers.bare_power, _root_derivative,
         "the derivative of the root, the inverse function of {node}", "times"),
]  # fmt: skip

_PRODUCT_TERM_LOST = "the product rule: the term with the derivative of {} is missing"
_QUOTIENT_TERM_LOST = "the quotient rule: the term with the derivative of {} is missing"
_PRODUCTS_AND_QUOTIENTS = [
    Rule("product-of-derivatives", patterns.product, lambda u, v, du, dv, y: du * dv,
         "the product rule: the derivative of a product is not the product of the derivatives"),
    Rule("product-term-lost", patterns.product, lambda u, v, du, dv, y: du * v, _PRODUCT_TERM_LOST.format("{v}")),
    Rule("product-term-lost", patterns.product, lambda u, v, du, dv, y: u * dv, _PRODUCT_TERM_LOST.format("{u}")),
    Rule("product-minus", patterns.product, lambda u, v, du, dv, y: du * v - u * dv,
         "the product rule: the two terms of {node} are added, not subtracted"),
    Rule("product-minus", patterns.product, lambda u, v, du, dv, y: u * dv - du * v,
         "the product rule: the two terms of {node} are added, not subtracted"),
    Rule("product-mixed", patterns.product, lambda u, v, du, dv, y: u * du + v * dv,
         "the product rule: each derivative is multiplied by the other factor, not by its own"),
    Rule("product-mixed", patterns.product, lambda u, v, du, dv, y: du + dv,
         "the product rule: the factors that stay, {v} and {u}, are missing"),
    Rule("product-mixed", patterns.product, lambda u, v, du, dv, y: du * v + dv,
         "the product rule: the factor {u} is missing beside the derivative of {v}", rare=True),
    Rule("product-mixed", patterns.product, lambda u, v, du, dv, y: du + u * dv,
         "the product rule: the factor {v} is missing beside the derivative of {u}", rare=True),
    Rule("quotient-flipped", patterns.quotient, lambda u, v, du, dv, y: (u * dv - du * v) / square(v),
         "the quotient rule: the term with the derivative of the numerator {u} comes first"),
    Rule("quotient-plus", patterns.quotient, lambda u, v, du, dv, y: (du * v + u * dv) / square(v),
         "the quotient rule: between its two terms there is a minus"),
    Rule("quotient-square-missing", patterns.quotient, lambda u, v, du, dv, y: (du * v - u * dv) / v,
         "the quotient rule: the denominator {v} is not squared"),
    Rule("quotient-square-missing", patterns.reciprocal, lambda c, v, dv: -c * dv / v,
         "the quotient rule: the denominator {v} is not squared"),
    Rule("quotient-denominator-missing", patterns.quotient, lambda u, v, du, dv, y: du * v - u * dv,
         "the quotient rule: the denominator, {v} squared, is missing"),
    Rule("quotient-denominator-missing", patterns.reciprocal, lambda c, v, dv: -c * dv,
         "the quotient rule: the denominator, {v} squared, is missing"),
    Rule("quotient-of-derivatives", patterns.quotient, lambda u, v, du, dv, y: du / dv,
         "the quotient rule: the derivative of a quotient is not the quotient of the derivatives"),
    Rule("quotient-of-derivatives", patterns.reciprocal, lambda c, v, dv: c / dv,
         "the quotient rule: the derivative of {node} is not {u} over the derivative of {v}"),
    Rule("quotient-term-lost", patterns.quotient, lambda u, v, du, dv, y: du / v,
         _QUOTIENT_TERM_LOST.format("the denominator {v}")),
    Rule("quotient-term-lost", patterns.quotient, lambda u, v, du, dv, y: -u * dv / square(v),
         _QUOTIENT_TERM_LOST.format("the numerator {u}")),
    Rule("quotient-denominator-missing", patterns.quotient, lambda u, v, du, dv, y: du * v + u * dv,
         "the product rule on the quotient {node}"),
    Rule("quotient-mixed", patterns.quotient, lambda u, v, du, dv, y: (u * du - v * dv) / square(v),
         "the quotient rule: each derivative is multiplied by the other part, not by its own"),
    Rule("quotient-mixed", patterns.quotient, lambda u, v, du, dv, y: (du - dv) / square(v),
         "the quotient rule: the parts that stay, {v} and {u}, are missing in the numerator"),
    Rule("quotient-mixed", patterns.quotient, lambda u, v, du, dv, y: (du * v - dv) / square(v),
         "the quotient rule: the factor {u} is missing beside the derivative of {v}", rare=True),
    Rule("quotient-mixed", patterns.quotient, lambda u, v, du, dv, y: (du - u * dv) / square(v),
         "the quotient rule: the factor {v} is missing beside the derivative of {u}", rare=True),
    *[
        Rule("quotient-square-missing", patterns.quotient, wrong,
             "the quotient rule: the denominator is {v} squared, not " + instead, rare=rare)
        for wrong, instead, rare in [
            (lambda u, v, du, dv, y: (du * v - u * dv) / square(u), "{u} squared", False),
            (lambda u, v, du, dv, y: (du * v - u * dv) / (2 * v), "2 times {v}", False),
            (lambda u, v, du, dv, y: (du * v - u * dv) / square(dv), "its derivative squared", True),
        ]
    ],
    Rule("sign-of-derivative", patterns.reciprocal, lambda c, v, dv: c * dv / square(v),
         "the reciprocal rule: the derivative of {node} has a minus sign"),
]  # fmt: skip

_CONSTANT_KEPT = "the constant term {u} is kept: its derivative is 0"
_SUMS_AND_CONSTANTS = [
    Rule("coefficient-lost", constants.scaled, lambda c, u, du: du, "the constant factor {v} of {node} is lost"),
    Rule("coefficient-lost", constants.divided, lambda u, c, du: du, "the constant divisor {v} of {node} is lost"),
    Rule("coefficient-lost", constants.scaled_factor, lambda c, dy: dy / c, "the constant {v} of {node} is lost"),
    Rule("coefficient-lost", patterns.reciprocal, lambda c, v, dv: -dv / square(v),
         "the constant factor {u} of {node} is lost"),
    *[
        Rule("coefficient-lost", constants.product_with_constant(position),
             lambda c, u, v, du, dv: du * v + u / c * dv,
             "the constant {w} of {node} is lost in the term with the derivative of {v}")
        for position in (0, 1)
    ],
    *[
        Rule("coefficient-lost", constants.constant_part(position), lambda c, dy: dy / c,
             "the constant {w} of {node} is lost")
        for position in range(constants.MAX_CONSTANT_FACTORS)
    ],
    Rule("coefficient-inverted", constants.scaled, lambda c, u, du: du / c,
         "divided by the constant factor {v} of {node} instead of multiplied"),
    Rule("coefficient-inverted", constants.divided, lambda u, c, du: du * c,
         "multiplied by the constant divisor {v} of {node}"),
    Rule("coefficient-twice", constants.scaled, lambda c, u, du: c * c * du,
         "the constant factor {v} of {node} appears twice"),
    Rule("coefficient-twice", constants.divided, lambda u, c, du: du / square(c),
         "the constant divisor {v} of {node} appears twice"),
    Rule("coefficient-added", constants.scaled, lambda c, u, du: c + du,
         "the constant factor {v} of {node} is added instead of multiplied"),
    *[
        rule
        for position in (0, 1)
        for rule in [
            Rule("constant-kept", patterns.constant_term(position), lambda value, own, rest: value + rest,
                 _CONSTANT_KEPT),
            Rule("term-lost", patterns.term(position), lambda value, own, rest: rest,
                 "the sum rule: the derivative of the term {u} is missing"),
            Rule("sign-of-term", patterns.signed_term(position), lambda value, own, rest: rest - own,
                 "the sum rule: the derivative of the term {u} has the wrong sign"),
        ]
    ],
    Rule("sign-of-term", patterns.negation, lambda u, du: du, "the minus sign of {node} is lost"),
    Rule("term-kept", patterns.any_operation, lambda y: y, "{u} is not differentiated"),
    Rule("term-kept", patterns.variable, lambda x: x, "{by} is not differentiated: d/d{by}[{by}] is 1, not {by}",
         rare=True),
    Rule("variable-as-constant", patterns.two_arguments, lambda first, second: first,
         "{v} is treated as a constant"),
    Rule("variable-as-constant", patterns.two_arguments, lambda first, second: second,
         "{u} is treated as a constant"),
    Rule("variable-as-constant", patterns.variable, lambda x: 0,
         "{by} is treated as a constant in one place"),
    Rule("constant-as-variable", patterns.literal, lambda: 1,
         "{constant} is a constant: its derivative is 0"),
    Rule("constant-as-variable", powers.constant_exponential, lambda y, v: v * exp(v - 1),
         "{constant} is a constant: its derivative is 0"),
    Rule("other-variable-differentiated", patterns.other_variable, lambda: 1,
         "{node} is held constant for the partial derivative by {by}: its derivative is 0"),
]  # fmt: skip

_INNER_SUM = "the chain rule: the whole inner derivative {dw} is a factor, so that it needs parentheses"
_SPLIT_OVER_SUM = "a function of a sum is not the sum of the functions: {node} was split into its terms {u} and {v}"
_MISREADINGS = [
    Rule("power-misread", powers.power_of_function,
         lambda g, u, du, n: g.partials[0](g(raise_to(u, n)), raise_to(u, n)) * n * raise_to(u, n - 1) * du,
         "the power in {node} is a power of the function, not of its argument {u}"),
    Rule("power-misread", powers.function_of_power,
         lambda g, u, du, n: n * raise_to(g(u), n - 1) * g.partials[0](g(u), u) * du,
         "the power in {node} is a power of the argument {u}, not of the function"),
    Rule("coefficient-and-power", constants.power_of_multiple, lambda c, u, n, du: c * n * raise_to(u, n - 1) * du,
         "the exponent of {node} applies to the factor {u}, too"),
    Rule("coefficient-and-power", constants.multiple_of_power,
         lambda c, u, n, du: c * n * raise_to(c * u, n - 1) * du,
         "the exponent in {node} applies to {v} alone, not to the factor {u}"),
    *[
        Rule("coefficient-and-power", constants.function_of_multiple, wrong,
             f"in the derivative of {name} all of {{u}} is squared, the constant factor too", "times", (name,))
        for name, wrong in [
            ("atan", lambda c, u: 1 / (1 + c * square(u))),
            ("asin", lambda c, u: 1 / sqrt(1 - c * square(u))),
            ("acos", lambda c, u: -1 / sqrt(1 - c * square(u))),
        ]
    ],
    Rule("function-split-over-sum", patterns.function_of_sum,
         lambda g, inner, u, v, du, dv, sign: g(u) * du + sign * g(v) * dv, _SPLIT_OVER_SUM),
    Rule("parentheses-missing", patterns.function_of_sum,
         lambda g, inner, u, v, du, dv, sign: g(inner) * du + sign * dv, _INNER_SUM),
    Rule("parentheses-missing", patterns.function_of_sum,
         lambda g, inner, u, v, du, dv, sign: du + sign * dv * g(inner), _INNER_SUM),
    Rule("parentheses-missing", patterns.quotient, lambda u, v, du, dv, y: du * v - u * dv / square(v),
         "the quotient rule: the whole numerator is divided by {v} squared, so that it needs parentheses"),
    *[
        Rule("parentheses-missing", patterns.product_with_sum(position), wrong,
             "the sum {w} is a factor as a whole, so that it needs parentheses")
        for position in (0, 1)
        for wrong in [
            lambda p, q, v, dp, dq, dv, sign: (dp + sign * dq) * v + p + sign * q * dv,
            lambda p, q, v, dp, dq, dv, sign: (dp + sign * dq) * v + p * dv + sign * q,
            lambda p, q, v, dp, dq, dv, sign: dp + sign * dq * v + (p + sign * q) * dv,
            lambda p, q, v, dp, dq, dv, sign: dp * v + sign * dq + (p + sign * q) * dv,
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
def rules_for(operation: str) -> Mapping[NodePattern, tuple[Rule, ...]]:
    """Return the rules that may apply to an operation (or, for "", to a leaf), by their patterns."""
    rules: dict[NodePattern, tuple[Rule, ...]] = {}
    for rule in RULES:
        if not rule.names or operation in rule.names:
            rules[rule.pattern] = (*rules.get(rule.pattern, ()), rule)
    return rules
