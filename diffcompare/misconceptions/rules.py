"""THE TABLE OF MISTAKES: the wrong rules by which people differentiate, one row each.

A row says which kind of mistake it is, at which nodes it can be made (a view), and the wrong rule, written like a
partial of `operations.py` over *anything with arithmetic*: read over doubles it is matched with an answer, read over
balls the match is confirmed, read over expressions it writes the wrong formula.

`inner` says what becomes of the inner derivative u' where a rule is only about the outer function: "times" (as it
should be), "missing" or "over" (divided by it); None where the rule gives the derivative of the whole node.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import diffcompare.misconceptions.constant_patterns as constants
import diffcompare.misconceptions.patterns as views
import diffcompare.misconceptions.power_patterns as powers
from diffcompare.language.expression import Expression
from diffcompare.language.operations import OPERATIONS, exact_integer, raise_to
from diffcompare.misconceptions.elementary_functions import elementary_functions
from diffcompare.misconceptions.kinds import Rule
from diffcompare.misconceptions.patterns import View, whole

exp, ln, sqrt = (OPERATIONS[name] for name in ("exp", "ln", "sqrt"))


def _square(x: Any) -> Any:
    return raise_to(x, 2)


def _one(like: Any) -> Any:
    return whole(1, like)


def _rules() -> list[Rule]:
    return [*_chain(), *_powers(), *_products(), *elementary_functions(), *_sums(), *_misread()]


def _chain() -> list[Rule]:
    missing = "the chain rule: the inner derivative {du} of {u} is missing"
    at_variable = "the chain rule: the derivative of the outer function belongs at {u}, not at {by}"
    at_inner = "the chain rule: the derivative of the outer function belongs at {u}, not at its derivative {du}"
    return [
        Rule("missing-inner-factor", views.chain, lambda g, u, du, y: g, missing),
        Rule("inner-factor-twice", views.chain, lambda g, u, du, y: g * du * du,
             "the chain rule: the inner derivative {du} of {u} is multiplied in twice"),
        Rule("inner-factor-added", views.chain, lambda g, u, du, y: g + du,
             "the chain rule: the inner derivative {du} of {u} is added instead of multiplied"),
        Rule("inner-not-differentiated", views.chain, lambda g, u, du, y: g * u,
             "the chain rule: the factor is the inner function {u} itself instead of its derivative {du}"),
        Rule("inner-factor-divided", views.chain, lambda g, u, du, y: g / du,
             "the chain rule: divided by the inner derivative {du} of {u} instead of multiplied"),
        Rule("outer-at-inner-derivative", views.outer, lambda g, u, du, f: g(du), at_inner),
        Rule("outer-at-inner-derivative", views.outer, lambda g, u, du, f: g(du) * du, at_inner),
        Rule("outer-at-variable", views.outer_at_variable, lambda g, x, du: g(x) * du, at_variable),
        Rule("outer-at-variable", views.outer_at_variable, lambda g, x, du: g(x), at_variable),
        Rule("differentiated-inside", views.outer, lambda g, u, du, f: f(du),
             "the chain rule: only the inside of {node} was differentiated"),
        Rule("outer-not-differentiated", views.chain, lambda g, u, du, y: y * du,
             "the chain rule: the outer function of {node} is not differentiated"),
        Rule("outer-not-differentiated", views.chain, lambda g, u, du, y: du,
             "the chain rule: only the inner function {u} is differentiated"),
    ]  # fmt: skip


def _powers() -> list[Rule]:
    on_exponential = "the power rule on {node}: there the exponent varies, not the base"
    general = "in {node} both the base and the exponent vary: neither the power rule nor the exponential rule is enough"
    return [
        *[
            Rule("power-rule-on-exponential", powers.exponential, lambda y, a, v, low: v * low, on_exponential, inner)
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
        Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: v * low * du, general),
        Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: v * low, general),
        Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: y * ln(u) * dv, general),
        Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: y * ln(u), general),
        Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: v * low * du * dv,
             general),
        Rule("power-rule-on-general-power", powers.general_power, lambda u, v, du, dv, y, low: y * dv * du / u,
             general),
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
             "the power rule: of {node} only the factor is left, the lowered exponent is missing", "times"),
        Rule("exponent-dropped", powers.bare_power, lambda u, n: n * _one(u),
             "the power rule: of {node} only the exponent is left", "times", rare=True),
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


def _lowered_twice(u: Any, n: int) -> Any:
    if n < 3:
        raise ValueError("nothing of the power would be left")
    return n * (u if n == 3 else raise_to(u, n - 2))


def _integrated_power(y: Any, u: Any, p: Any, low: Any, high: Any) -> Any:
    exponent = exact_integer(p) if isinstance(p, Expression) else p
    return high * ln(OPERATIONS["abs"](u)) if exponent == -1 else high / (p + 1)


def _root_derivative(u: Any, n: int) -> Any:
    root = sqrt(u) if n == 2 else OPERATIONS["cbrt"](u) if n == 3 else OPERATIONS["^"](u, 1 / whole(n, u))
    return root / u / n


def _products() -> list[Rule]:
    lost = "the product rule: the term with the derivative of {} is missing"
    lost_in_quotient = "the quotient rule: the term with the derivative of {} is missing"
    return [
        Rule("product-of-derivatives", views.product, lambda u, v, du, dv, y: du * dv,
             "the product rule: the derivative of a product is not the product of the derivatives"),
        Rule("product-term-lost", views.product, lambda u, v, du, dv, y: du * v, lost.format("{v}")),
        Rule("product-term-lost", views.product, lambda u, v, du, dv, y: u * dv, lost.format("{u}")),
        Rule("product-minus", views.product, lambda u, v, du, dv, y: du * v - u * dv,
             "the product rule: the two terms of {node} are added, not subtracted"),
        Rule("product-minus", views.product, lambda u, v, du, dv, y: u * dv - du * v,
             "the product rule: the two terms of {node} are added, not subtracted"),
        Rule("product-mixed", views.product, lambda u, v, du, dv, y: u * du + v * dv,
             "the product rule: each derivative is multiplied by the other factor, not by its own"),
        Rule("product-mixed", views.product, lambda u, v, du, dv, y: du + dv,
             "the product rule: the factors that stay, {v} and {u}, are missing"),
        Rule("product-mixed", views.product, lambda u, v, du, dv, y: du * v + dv,
             "the product rule: the factor {u} is missing beside the derivative of {v}", rare=True),
        Rule("product-mixed", views.product, lambda u, v, du, dv, y: du + u * dv,
             "the product rule: the factor {v} is missing beside the derivative of {u}", rare=True),
        Rule("quotient-flipped", views.quotient, lambda u, v, du, dv, y: (u * dv - du * v) / _square(v),
             "the quotient rule: the term with the derivative of the numerator {u} comes first"),
        Rule("quotient-plus", views.quotient, lambda u, v, du, dv, y: (du * v + u * dv) / _square(v),
             "the quotient rule: between its two terms there is a minus"),
        Rule("quotient-square-missing", views.quotient, lambda u, v, du, dv, y: (du * v - u * dv) / v,
             "the quotient rule: the denominator {v} is not squared"),
        Rule("quotient-square-missing", views.reciprocal, lambda c, v, dv: -c * dv / v,
             "the quotient rule: the denominator {v} is not squared"),
        Rule("quotient-denominator-missing", views.quotient, lambda u, v, du, dv, y: du * v - u * dv,
             "the quotient rule: the denominator, {v} squared, is missing"),
        Rule("quotient-denominator-missing", views.reciprocal, lambda c, v, dv: -c * dv,
             "the quotient rule: the denominator, {v} squared, is missing"),
        Rule("quotient-of-derivatives", views.quotient, lambda u, v, du, dv, y: du / dv,
             "the quotient rule: the derivative of a quotient is not the quotient of the derivatives"),
        Rule("quotient-of-derivatives", views.reciprocal, lambda c, v, dv: c / dv,
             "the quotient rule: the derivative of {node} is not {u} over the derivative of {v}"),
        Rule("quotient-term-lost", views.quotient, lambda u, v, du, dv, y: du / v,
             lost_in_quotient.format("the denominator {v}")),
        Rule("quotient-term-lost", views.quotient, lambda u, v, du, dv, y: -u * dv / _square(v),
             lost_in_quotient.format("the numerator {u}")),
        Rule("quotient-denominator-missing", views.quotient, lambda u, v, du, dv, y: du * v + u * dv,
             "the product rule on the quotient {node}"),
        Rule("quotient-mixed", views.quotient, lambda u, v, du, dv, y: (u * du - v * dv) / _square(v),
             "the quotient rule: each derivative is multiplied by the other part, not by its own"),
        Rule("quotient-mixed", views.quotient, lambda u, v, du, dv, y: (du - dv) / _square(v),
             "the quotient rule: the parts that stay, {v} and {u}, are missing in the numerator"),
        Rule("quotient-mixed", views.quotient, lambda u, v, du, dv, y: (du * v - dv) / _square(v),
             "the quotient rule: the factor {u} is missing beside the derivative of {v}", rare=True),
        Rule("quotient-mixed", views.quotient, lambda u, v, du, dv, y: (du - u * dv) / _square(v),
             "the quotient rule: the factor {v} is missing beside the derivative of {u}", rare=True),
        *[
            Rule("quotient-square-missing", views.quotient, wrong,
                 "the quotient rule: the denominator is {v} squared, not " + instead, rare=rare)
            for wrong, instead, rare in [
                (lambda u, v, du, dv, y: (du * v - u * dv) / _square(u), "{u} squared", False),
                (lambda u, v, du, dv, y: (du * v - u * dv) / (2 * v), "2 times {v}", False),
                (lambda u, v, du, dv, y: (du * v - u * dv) / _square(dv), "its derivative squared", True),
            ]
        ],
        Rule("sign-of-derivative", views.reciprocal, lambda c, v, dv: c * dv / _square(v),
             "the reciprocal rule: the derivative of {node} has a minus sign"),
    ]  # fmt: skip


def _sums() -> list[Rule]:
    kept = "the constant term {u} is kept: its derivative is 0"
    return [
        Rule("coefficient-lost", constants.scaled, lambda c, u, du: du, "the constant factor {v} of {node} is lost"),
        Rule("coefficient-lost", constants.divided, lambda u, c, du: du, "the constant divisor {v} of {node} is lost"),
        Rule("coefficient-lost", constants.scaled_factor, lambda c, dy: dy / c, "the constant {v} of {node} is lost"),
        Rule("coefficient-lost", views.reciprocal, lambda c, v, dv: -dv / _square(v),
             "the constant factor {u} of {node} is lost"),
        *[
            Rule("coefficient-lost", constants.product_with_constant(place),
                 lambda c, u, v, du, dv: du * v + u / c * dv,
                 "the constant {w} of {node} is lost in the term with the derivative of {v}")
            for place in (0, 1)
        ],
        *[
            Rule("coefficient-lost", constants.constant_part(place), lambda c, dy: dy / c,
                 "the constant {w} of {node} is lost")
            for place in range(constants.PARTS)
        ],
        Rule("coefficient-inverted", constants.scaled, lambda c, u, du: du / c,
             "divided by the constant factor {v} of {node} instead of multiplied"),
        Rule("coefficient-inverted", constants.divided, lambda u, c, du: du * c,
             "multiplied by the constant divisor {v} of {node}"),
        Rule("coefficient-twice", constants.scaled, lambda c, u, du: c * c * du,
             "the constant factor {v} of {node} is multiplied in twice"),
        Rule("coefficient-twice", constants.divided, lambda u, c, du: du / _square(c),
             "the constant divisor {v} of {node} is there twice"),
        Rule("coefficient-added", constants.scaled, lambda c, u, du: c + du,
             "the constant factor {v} of {node} is added instead of multiplied"),
        *[
            rule
            for place in (0, 1)
            for rule in [
                Rule("constant-kept", views.constant_term(place), lambda value, own, rest: value + rest, kept),
                Rule("term-lost", views.term(place), lambda value, own, rest: rest,
                     "the sum rule: the derivative of the term {u} is missing"),
                Rule("sign-of-term", views.signed_term(place), lambda value, own, rest: rest - own,
                     "the sum rule: the derivative of the term {u} has the wrong sign"),
            ]
        ],
        Rule("sign-of-term", views.negation, lambda u, du: du, "the minus sign of {node} is lost"),
        Rule("term-kept", views.anything, lambda y: y, "{u} is not differentiated"),
        Rule("term-kept", views.variable, lambda x: x, "{by} is not differentiated: d/d{by}[{by}] is 1, not {by}",
             rare=True),
        Rule("variable-as-constant", views.several, lambda first, second: first,
             "{v} is treated as a constant"),
        Rule("variable-as-constant", views.several, lambda first, second: second,
             "{u} is treated as a constant"),
        Rule("variable-as-constant", views.variable, lambda x: 0,
             "{by} is treated as a constant in one place"),
        Rule("constant-as-variable", views.literal, lambda: 1,
             "{constant} is a constant: its derivative is 0"),
        Rule("constant-as-variable", powers.constant_exponential, lambda y, v: v * exp(v - 1),
             "{constant} is a constant: its derivative is 0"),
        Rule("other-variable-differentiated", views.other_variable, lambda: 1,
             "{node} is held constant for the partial derivative by {by}: its derivative is 0"),
    ]  # fmt: skip


def _misread() -> list[Rule]:
    inner_sum = "the chain rule: the whole inner derivative {dw} is a factor, so that it needs parentheses"
    dream = "a function of a sum is not the sum of the functions: {node} was split into its terms {u} and {v}"
    return [
        Rule("power-misread", powers.power_of_function,
             lambda g, u, du, n: g.partials[0](g(raise_to(u, n)), raise_to(u, n)) * n * raise_to(u, n - 1) * du,
             "the power in {node} is a power of the function, not of its argument {u}"),
        Rule("power-misread", powers.function_of_power,
             lambda g, u, du, n: n * raise_to(g(u), n - 1) * g.partials[0](g(u), u) * du,
             "the power in {node} is a power of the argument {u}, not of the function"),
        Rule("coefficient-and-power", constants.power_of_multiple, lambda c, u, n, du: c * n * raise_to(u, n - 1) * du,
             "the exponent of {node} is for the factor {u} too"),
        Rule("coefficient-and-power", constants.multiple_of_power,
             lambda c, u, n, du: c * n * raise_to(c * u, n - 1) * du,
             "the exponent in {node} is for {v} alone, not for the factor {u}"),
        *[
            Rule("coefficient-and-power", constants.function_of_multiple, wrong,
                 f"in the derivative of {name} all of {{u}} is squared, the constant factor too", "times", (name,))
            for name, wrong in [
                ("atan", lambda c, u: 1 / (1 + c * _square(u))),
                ("asin", lambda c, u: 1 / sqrt(1 - c * _square(u))),
                ("acos", lambda c, u: -1 / sqrt(1 - c * _square(u))),
            ]
        ],
        Rule("function-split-over-sum", views.function_of_sum,
             lambda g, inner, u, v, du, dv, sign: g(u) * du + sign * g(v) * dv, dream),
        Rule("parentheses-missing", views.function_of_sum,
             lambda g, inner, u, v, du, dv, sign: g(inner) * du + sign * dv, inner_sum),
        Rule("parentheses-missing", views.function_of_sum,
             lambda g, inner, u, v, du, dv, sign: du + sign * dv * g(inner), inner_sum),
        Rule("parentheses-missing", views.quotient, lambda u, v, du, dv, y: du * v - u * dv / _square(v),
             "the quotient rule: the whole numerator is divided by {v} squared, so that it needs parentheses"),
        *[
            Rule("parentheses-missing", views.product_with_sum(place), wrong,
                 "the sum {w} is a factor as a whole, so that it needs parentheses")
            for place in (0, 1)
            for wrong in [
                lambda p, q, v, dp, dq, dv, sign: (dp + sign * dq) * v + p + sign * q * dv,
                lambda p, q, v, dp, dq, dv, sign: (dp + sign * dq) * v + p * dv + sign * q,
                lambda p, q, v, dp, dq, dv, sign: dp + sign * dq * v + (p + sign * q) * dv,
                lambda p, q, v, dp, dq, dv, sign: dp * v + sign * dq + (p + sign * q) * dv,
            ]
        ],
    ]  # fmt: skip


RULES: tuple[Rule, ...] = tuple(_rules())


@cache
def rules_for(operation: str) -> Mapping[View, tuple[Rule, ...]]:
    """The rules that may apply to an operation (or, for "", to a leaf), by their views."""
    found: dict[View, tuple[Rule, ...]] = {}
    for rule in RULES:
        if not rule.names or operation in rule.names:
            found[rule.view] = (*found.get(rule.view, ()), rule)
    return found
