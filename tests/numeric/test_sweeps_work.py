"""Work: the survey's operation counts, the laws of the cheap gradient, and the operations that are really done."""

import pytest
from hypothesis import given
from rows import every_row
from strategies import ARITHMETIC, expressions

from diffcompare.language.expression import OPERATIONS, Expression, Number, Operation, Variable
from diffcompare.language.operations import exp, ln, sin
from diffcompare.language.parser import parse
from diffcompare.language.wengert import active_nodes, operation_count, variables, wengert_list
from diffcompare.numeric.evaluate import NumberSystem, evaluate
from diffcompare.numeric.sweeps import formula_work, forward_work, partial_cost, primal_work, reverse, reverse_work


def counts(expression, wrt=None):
    """Operations of f, of one reverse sweep with it, and of one forward sweep with it."""
    nodes = wengert_list(expression)
    active = active_nodes(nodes, variables(nodes) if wrt is None else wrt)
    return primal_work(nodes, active), reverse_work(nodes, active), forward_work(nodes, active)


def total(terms):
    sum_ = terms[0]
    for term in terms[1:]:
        sum_ = sum_ + term
    return sum_


def helmholtz(n):
    """The Helmholtz energy of a Peng-Robinson mixture, with its literals as literals (operations on x only)."""
    x = [Variable(f"x{index}") for index in range(1, n + 1)]
    literals = iter(Number(index, 3) for index in range(1001, 10_000))
    b = total([next(literals) * amount for amount in x])
    mixing = total([xi * ln(xi / (1 - b)) for xi in x])
    attraction = total([xi * total([next(literals) * xj for xj in x]) for xi in x])
    r8, c1, c2, rt = (next(literals) for _ in range(4))
    return rt * mixing - attraction / (r8 * b) * ln((1 + c1 * b) / (1 + c2 * b))


def speelpenning(n):
    product = Variable("x1")
    for index in range(2, n + 1):
        product = product * Variable(f"x{index}")
    return product


# --- The survey's tables, in operations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "f", "differences", "gradient"),
    [
        (1, 18, 38, 56),
        (8, 193, 1_753, 469),
        (22, 1_131, 26_057, 2_471),
        (43, 4_008, 176_438, 8_414),
        (50, 5_359, 273_409, 11_179),
    ],
)
def test_helmholtz(n, f, differences, gradient):
    work, backwards, _ = counts(helmholtz(n))
    assert (work, (n + 1) * work + 2 * n, backwards) == (f, differences, gradient)
    assert work == 2 * n**2 + 7 * n + 9
    assert backwards == 4 * n**2 + 23 * n + 29


def test_helmholtz_at_50_in_forward_mode():
    assert 50 * counts(helmholtz(50))[2] == 561_400


@pytest.mark.parametrize("n", [2, 5, 100, 1000])
def test_speelpenning(n):
    """The cheap gradient for every n: a ratio of 3.  Forward mode needs 4n(n - 1)."""
    f, backwards, forwards = counts(speelpenning(n))
    assert (f, backwards, n * forwards) == (n - 1, 3 * (n - 1), 4 * n * (n - 1))


def test_the_written_out_gradient_of_speelpenning():
    n = 12
    partials = [total_product([index for index in range(n) if index != left_out]) for left_out in range(n)]
    assert sum(operation_count(wengert_list(partial)) for partial in partials) == n * (n - 2)


def total_product(indices):
    product = Variable(f"x{indices[0]}")
    for index in indices[1:]:
        product = product * Variable(f"x{index}")
    return product


# --- One row at a time ------------------------------------------------------------------------------------------------


@every_row(
    ("text", "f", "backwards", "forwards"),
    [
        ("x + y", 1, 1, 2),  # partials that are 1 cost nothing; forward mode adds the two tangents
        ("x - y", 1, 1, 2),
        ("x*y", 1, 3, 4),  # two partials that are there, two multiplications
        ("x*x", 1, 4, 4),  # the second contribution to x is an addition
        ("x/y", 1, 6, 7),  # 1/y, -r/y
        ("sin(x)", 1, 3, 3),  # cos, and a multiplication
        ("exp(x)", 1, 2, 2),  # its partial is its value
        ("cos(x)", 1, 4, 4),
        ("-x", 1, 1, 1),
        ("x^0", 1, 1, 1),
        ("x^1", 1, 1, 1),
        ("x^2", 1, 3, 3),  # 2*x
        ("x^3", 1, 4, 4),  # 3*x^2
        ("sqrt(x)", 1, 4, 4),
        ("floor(x)", 1, 1, 1),  # nothing flows
        ("2*x", 1, 2, 2),
        ("x + 2", 1, 1, 1),
        ("sin(2) + x", 1, 1, 1),  # what does not depend on x is free
        ("2 + 3", 0, 0, 0),
        ("if(x > 0, x, 2*x)", 2, 8, 8),  # both branches count: two choices, three products, an addition
        ("x^-1", 1, 4, 4),  # -1*x^-2: the signs of literals are free
        ("erf(x)", 1, 6, 6),  # 2/sqrt(pi) is free, exp(-x^2) costs three
        ("acos(x)", 1, 7, 7),
        ("log10(x)", 1, 4, 4),  # ln(10) is free
    ],
)
def test_rows_by_hand(text, f, backwards, forwards):
    assert counts(parse(text)) == (f, backwards, forwards)


def test_work_does_not_depend_on_which_variables_have_values():
    expression = parse("sin(x)*exp(y)")
    assert counts(expression, ["x"]) == (2, 6 - 1, 6 - 1)
    assert counts(expression, []) == (0, 0, 0)


def test_formulas_share_their_subexpressions():
    x = Variable("x")
    assert formula_work([sin(x) * exp(x), sin(x) + 1, x]) == 4


@every_row("row", OPERATIONS.values())
def test_a_partial_costs_the_operations_of_its_formula_and_a_multiplication(row):
    exponent = Number(5) if row.name == "^n" else None
    arguments = [Variable(f"v{index}") for index in range(row.arity)]
    if exponent is not None:
        arguments[1] = exponent
    for position, partial in enumerate(row.partials):
        cost = partial_cost(row, position, exponent)
        if callable(partial):
            formula = partial(row(*arguments), *arguments)
            # The result is at hand: what is below it is not counted again.
            nodes = wengert_list(partial(Variable("y"), *arguments))
            assert cost == 1 + operation_count(node for node in nodes if variables(wengert_list(node)))
            assert isinstance(formula, Expression)
        else:
            assert cost == {0: None, None: None, 1: 0, -1: 0}[partial]


# --- Laws -------------------------------------------------------------------------------------------------------------


@given(expressions(ARITHMETIC, largest=20))
def test_the_cheap_gradient_of_arithmetic(expression):
    f, backwards, _ = counts(expression)
    assert backwards <= 5 * f


def bound(row: Operation, exponent: Expression | None) -> int:
    """1 + the sum over the arguments of (operations of the partial + 2)."""
    costs = [partial_cost(row, position, exponent) for position in range(row.arity)]
    return 1 + sum(cost + 1 for cost in costs if cost is not None)


@given(expressions(largest=20))
def test_the_cheap_gradient_in_general(expression):
    nodes = wengert_list(expression)
    used = [node for node in nodes if node.operation is not None]
    largest = max(bound(node.operation, node.arguments[1] if node.operation.name == "^n" else None) for node in used)
    f, backwards, _ = counts(expression)
    assert backwards <= largest * f


@given(expressions(largest=20))
def test_a_gradient_is_never_cheaper_than_its_function(expression):
    f, backwards, forwards = counts(expression)
    assert f <= backwards
    assert f <= forwards


# --- The operations that are really done ------------------------------------------------------------------------------


class Tally:
    """A number that counts what is done with it; what is done to constants alone is free."""

    done = 0

    def __init__(self, value, constant=False):
        self.value = value
        self.is_constant = constant

    @staticmethod
    def result(value, *operands):
        constant = all(getattr(operand, "is_constant", True) for operand in operands)
        Tally.done += not constant
        return Tally(value, constant)

    @staticmethod
    def apply_operation(operation, arguments):
        return Tally.result(operation.real(*[float(argument) for argument in arguments]), *arguments)

    @staticmethod
    def constant(value):
        return Tally(3.0 if isinstance(value, str) else float(value), constant=True)

    def __float__(self):
        return float(self.value)

    def __neg__(self):
        return Tally.result(-self.value, self)


def counting(name, compute):
    setattr(Tally, name, lambda self, other: Tally.result(compute(self.value, float(other)), self, other))


counting("__add__", lambda a, b: a + b)
counting("__radd__", lambda a, b: b + a)
counting("__sub__", lambda a, b: a - b)
counting("__rsub__", lambda a, b: b - a)
counting("__mul__", lambda a, b: a * b)
counting("__rmul__", lambda a, b: b * a)
counting("__truediv__", lambda a, b: a / b if b else 1.0)
counting("__rtruediv__", lambda a, b: b / a if a else 1.0)


class Applied(dict):
    def __missing__(self, operation):
        return lambda *arguments: Tally.apply_operation(operation, arguments)


TALLY = NumberSystem(Applied(), lambda node, point: Tally(0.75), total, Tally(1.0))


@pytest.mark.parametrize(
    "text",
    [
        "ln(x) + x*y + sin(y)",
        "x*y*z*x + x/y",
        "exp(x)*sin(x*y) + sqrt(x)",
        "tanh(x) + tan(y) + atan(x*y)",
        "hypot(x, y)*atan2(x, y)",
        "asin(x) + acos(y) + asinh(z) + erf(x)",
        "sigmoid(x)*softplus(y)*log10(z)",
    ],
)
def test_the_count_is_what_a_sweep_does(text):
    """A counting number, put through the same sweep: no operation is missed and none is made up."""
    expression = parse(text)
    nodes = wengert_list(expression)
    active = active_nodes(nodes, variables(nodes))
    Tally.done = 0
    values = evaluate(nodes, {}, TALLY)
    assert Tally.done == primal_work(nodes, active)
    adjoints = reverse(nodes, values, active, expression, TALLY)
    # The seed is 1, and the sweep does not know it: a real multiplication, as counted.
    assert Tally.done == reverse_work(nodes, active)
    assert set(map(str, adjoints)) >= set(variables(nodes))


def test_work_is_linear_in_a_deep_nest_and_in_a_long_sum():
    deep, long = Variable("x"), Variable("x")
    for _ in range(5_000):
        deep, long = sin(deep), long + Variable("y")
    assert counts(deep) == (5_000, 15_000, 15_000)
    assert counts(long)[:2] == (5_000, 5_000 + 4_999)
