"""Typeset mathematics in HTML: MathML, with the text of the formula beside it for whoever copies it.

A browser shows the MathML and copies the text: in `x^2*sin(x)` nothing is lost, and the program reads it again.  What
is too large to be typeset is shown as text, cut as everywhere.

A notebook that is not trusted, and whatever else shows HTML without its styles, takes the elements of MathML away and
leaves their letters, x2 for a square.  So the MathML is hidden until the style sheet shows it (by an attribute with a
value: JupyterLab drops one without), and the text is in its place until the style sheet takes it away.
"""

from __future__ import annotations

import html

from diffcompare import formatting
from diffcompare.language.expression import Expression
from diffcompare.language.typesetting.mathml_forms import to_mathml
from diffcompare.render.text_layout import clean

# The copied text takes no room and is not seen.
STYLE = """\
.diffcompare .typeset { position: relative; white-space: normal; }
.diffcompare .typeset > [hidden] { display: inline !important; }
.diffcompare .typeset math { user-select: none; -webkit-user-select: none; font-size: 1.08em; color: inherit; }
.diffcompare .typeset mtd { padding: .15em .4em; border: 0; }
.diffcompare .scroll .typeset code.copied, .diffcompare .typeset code.copied { position: absolute; left: 0; top: 0;
  width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
"""


def formula_html(expression: Expression) -> str:
    """Return an expression as HTML for a page with `STYLE`: MathML and its text, or the text alone of a large one."""
    text = html.escape(clean(formatting.text(expression)))
    mathematics = to_mathml(expression)
    if mathematics is None:
        return f"<code>{text}</code>"
    shown = f'<span hidden="hidden">{clean(mathematics)}</span>'
    return f'<span class="typeset">{shown}<code class="copied" aria-hidden="true">{text}</code></span>'
