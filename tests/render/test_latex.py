"""LaTeX that compiles, whatever the text."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from diffcompare.document import Approximate, Code, Column, Document, Heading, Measured, Paragraph, Table
from diffcompare.language.parser import parse
from diffcompare.localization import use_language
from diffcompare.render import render


def test_chinese_is_written_as_it_is_where_it_is_spoken() -> None:
    document = Document((Paragraph("值完全正确：0。", "note"),))
    with use_language("zh"):
        text = render(document, "latex")
    assert "ctex" in text.splitlines()[1]
    assert "注：值完全正确：0。" in text
    assert render(document, "latex").isascii()


def test_blocks(small: Document) -> None:
    assert render(small, "latex") == (
        "% Needs \\usepackage{amsmath,booktabs,longtable} in the preamble.\n"
        "\n"
        "\\section*{A title}\n"
        "\n"
        "\\begin{description}\n"
        "\\item[{f}] \\texttt{\\textbar{}x\\textbar{}{*}2}\n"
        "\\item[{at}] x = -1.5\n"
        "\\end{description}\n"
        "\n"
        "\\begin{table}[htbp]\n"
        "\\centering\n"
        "\\small\n"
        "\\caption{Values}\n"
        "\\begin{tabular}{@{}lrl@{}}\n"
        "\\toprule\n"
        "method & value & notes \\tabularnewline\n"
        "\\midrule\n"
        "exact & $-2.0$ &  \\tabularnewline\n"
        "near & $-2.0\\underline{625}$ & a step of \\mbox{1e-05} \\tabularnewline\n"
        "none & \\textendash{} & timed out \\tabularnewline\n"
        "\\bottomrule\n"
        "\\end{tabular}\n"
        "\n"
        "\\smallskip\\footnotesize Underlined: digits that differ from the truth.\n"
        "\\end{table}\n"
        "\n"
        "\\medskip\\noindent\\textbf{They differ.}\n"
    )


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        (Approximate(-7.3e-10), r"$-7.3\times 10^{-10}$"),
        (Measured(1.25e-30, "1.26e-30"), r"$1.2\underline{5}\times 10^{-30}$"),
        (Measured(1.5e22, "-3"), r"$\underline{1.5}\times 10^{22}$"),
        (float("inf"), "inf"),
        pytest.param(10**5000, r"about 10\textasciicircum{}5000", id="a very long integer"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("[1] *", "{[}1{]} {*}"),
        ("θ ≤ é — 中", r"$\theta$ $\le$ é \textemdash{} \textbackslash{}u4e2d"),
        ("--wrt", "-{}-wrt"),
        (Code("a_1^2 & b"), r"\texttt{a\_1\textasciicircum{}2 \& b}"),
    ],
)
def test_cells(cell: object, written: str) -> None:
    document = Document((Table("t", (Column("c", "c", "right"),), ((cell,),)),))  # type: ignore[arg-type]
    assert f"\n{written} \\tabularnewline\n" in render(document, "latex")


def test_expressions_are_mathematics() -> None:
    document = Document((Table("t", (Column("f", "f"),), ((parse("sin(x)/2"),),)),))
    assert "\n$\\frac{\\sin\\left(x\\right)}{2}$ \\tabularnewline\n" in render(document, "latex")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_it_compiles(grad: Document, hostile: Document, tmp_path: Path) -> None:
    exotic = (Heading("∂θ ≤ é — 中文 “x” λ Ω ς"), Paragraph("[1]\n* 2"))
    body = render(Document((*grad.blocks, *hostile.blocks, *exotic)), "latex")
    page = f"\\documentclass{{article}}\\usepackage{{amsmath,booktabs}}\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "page.tex").write_text(page, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-draftmode", "-no-shell-escape", "page.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, re.findall(r"^!.*\n.*", done.stdout, re.MULTILINE)


def test_a_table_of_many_short_words_folds_them_to_fit_the_page():
    from diffcompare.studies.listings import ops

    text = render(ops().document(), "latex")
    columns = text[text.index(r"\begin{longtable}") :].splitlines()[0]
    shares = [float(share) for share in re.findall(r"p\{([\d.]+)\\linewidth\}", columns)]
    assert len(shares) == 4
    assert 0.3 < sum(shares) < 0.5


def test_a_table_of_formulas_beside_a_number_has_the_width_of_the_page():
    table = Table(
        "t",
        (Column("n", "n", "right"), Column("f", "f"), Column("g", "g")),
        ((1, parse("(x + 1)*(x + 2)*(x + 3)*(x + 4)*(x + 5)"), parse("sin(x + 1)*sin(x + 2)*sin(x + 3)")),),
    )
    text = render(Document((table,)), "latex")
    assert r"p{0.42\linewidth}p{0.42\linewidth}" in text
    assert r"\left(" not in text[: text.index("sin")]  # within parentheses of one size a line may end
