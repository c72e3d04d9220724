"""MathML of expressions: well formed, of the elements of MathML Core, and with the text beside it."""

from xml.etree import ElementTree

from hypothesis import given
from rows import every_row
from strategies import expressions

from diffcompare.language.expression import Variable
from diffcompare.language.parser import parse
from diffcompare.language.typesetting.mathml_forms import to_mathml

# Elements of MathML Core with the number of their children; None for any number.
CHILDREN = {
    "math": None, "mrow": None, "mi": 0, "mn": 0, "mo": 0, "mtext": 0, "mspace": 0, "mfrac": 2, "msup": 2, "msub": 2, "msubsup": 3,
    "msqrt": None, "mroot": 2, "mover": 2, "mtable": None, "mtr": None, "mtd": None,
}  # fmt: skip


def elements(mathml):
    return ElementTree.fromstring(f"<all>{mathml}</all>")


@every_row(
    ("text", "inside"),
    [
        ("2*x", "<mn>2</mn><mo>&#x2062;</mo><mi>x</mi>"),
        ("sin(x)", '<mi mathvariant="normal">sin</mi><mo>&#x2061;</mo><mrow><mo form="prefix" fence="true" stretchy="false">(</mo>'),
        ("x_1", "<msub><mi>x</mi><mn>1</mn></msub>"), ("x1^2", "<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>"),
        ("theta/x_max", "<mfrac><mi>θ</mi><msub><mi>x</mi><mi>max</mi></msub></mfrac>"), ("sqrt(x)", "<msqrt><mi>x</mi></msqrt>"),
        ("-x", "<mo>\u2212</mo><mi>x</mi>"), ("if(x < 1, 2, 3)", "<mo>&lt;</mo><mn>1</mn></mtd></mtr>"), ("if(x < 1, 2, 3)", '<mtd style="text-align: left"><mn>3</mn>'),
        ("sin(x/2)", 'stretchy="true">(</mo><mfrac>'), ("(sqrt(x))^2", 'stretchy="true">(</mo><msqrt>'),
        ("exp(x)", '<msup><mi mathvariant="normal">e</mi><mi>x</mi></msup>'),
    ],
)  # fmt: skip
def test_mathml(text, inside):
    assert inside in to_mathml(parse(text))


def test_an_adjoint_has_its_bar_over_the_letter():
    bar = '<mover accent="true"><mi>v</mi><mo stretchy="false" style="-webkit-text-stroke: .04em currentColor">\u00af</mo></mover>'
    assert f"<msub>{bar}<mn>5</mn></msub>" in to_mathml(Variable("v\u0304₅"))


@given(expressions())
def test_mathml_is_well_formed_and_of_mathml_core(expression):
    mathml = to_mathml(expression)
    for element in () if mathml is None else list(elements(mathml).iter())[1:]:
        assert element.tag in CHILDREN
        assert CHILDREN[element.tag] in (None, len(element)), element.tag


def test_the_text_of_a_formula_is_the_alternative_of_its_element():
    (single,) = elements(to_mathml(parse("if(x<1, x^2, 3)")))
    assert single.get("alttext") == "if(x < 1, x^2, 3)"


def test_a_long_sum_may_end_its_line_between_two_terms():
    long = parse(" - ".join(f"sin(x_{number})*cos(y_{number})" for number in range(1, 9)))
    terms = list(elements(to_mathml(long)))
    assert len(terms) == 8
    assert parse("".join(term.get("alttext") for term in terms)) is long
    product = parse("*".join(f"(x_{number} + y_{number})" for number in range(1, 16)))
    assert parse("".join(factor.get("alttext") for factor in elements(to_mathml(product)))) is product


def test_what_is_too_large_or_too_wide_is_no_mathml():
    assert to_mathml(parse("sin(" * 20_000 + "x" + ")" * 20_000)) is None
    assert to_mathml(parse("sqrt(" + "+".join(f"x_{number}" for number in range(40)) + ")")) is None
