"""Pictures as they are seen: every text in its colour on the paper, in Chromium, in librsvg, as PNG and as PDF."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from zlib import decompressobj

import pytest
from browser import Browser, showing
from pictures import BARS
from pixels import decode, unseen
from render_graphs import drawn

from diffcompare.diagnostics import DiffcompareError
from diffcompare.document import Document, Heading
from diffcompare.render import render, render_file
from diffcompare.render.svg import DARK, LIGHT, PRINTED

GRAPH = Document((drawn("x*sin(x)", show="adjoint", x=2.0),))
DOCUMENTS = {"graph": GRAPH, "bars": Document((BARS,))}
SCHEMES = {
    "light": {},
    "dark": {LIGHT[name]: DARK[name] for name in LIGHT},
    "print": {LIGHT[name]: PRINTED.get(name, LIGHT[name]) for name in LIGHT},
}
needs_typst = pytest.mark.skipif(not find_spec("typst"), reason="needs Typst (the extra `pictures`)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for name, document in DOCUMENTS.items():
        (folder / f"{name}.svg").write_text(render(document, "svg"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[Browser]:
    with showing(folder / "graph.svg", folder / "profile") as opened:
        yield opened


@pytest.mark.skipif(sys.platform == "win32", reason="the browser is driven over pipes")
@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_browser_shows_every_text_in_the_colours_of_the_scheme(
    browser: Browser, folder: Path, scheme: str, name: str
) -> None:
    text = render(DOCUMENTS[name], "svg")
    width, height = (round(float(size)) for size in re.findall(r' (?:width|height)="([\d.]+)"', text)[:2])
    browser.resize(width, height)
    browser.emulate(scheme="dark" if scheme == "dark" else "light")
    browser.open(folder / f"{name}.svg")
    if scheme == "print":
        browser.send("Emulation.setEmulatedMedia", media="print")
    png = base64.b64decode(browser.send("Page.captureScreenshot")["data"])
    assert unseen(text, decode(png), SCHEMES[scheme]) == []


@pytest.mark.skipif(not shutil.which("rsvg-convert"), reason="needs librsvg (rsvg-convert)")
@pytest.mark.parametrize("name", DOCUMENTS)
def test_librsvg_shows_every_text_in_the_light_colours(name: str) -> None:
    text = render(DOCUMENTS[name], "svg")
    png = subprocess.run(["rsvg-convert"], input=text.encode(), capture_output=True, check=True, timeout=60).stdout
    assert unseen(text, decode(png)) == []


@needs_typst
def test_a_png_shows_every_text_with_two_pixels_for_one() -> None:
    small = Document((drawn("x^2", x=2.0),))
    pixels = decode(render_file(small, "png"))
    text = render(small, "svg")
    assert unseen(text, pixels) == []
    assert pixels.width == round(2 * float(re.findall(r'width="([\d.]+)"', text)[0]))


@needs_typst
def test_a_pdf_is_a_page_of_the_size_of_the_picture_with_its_fonts_and_a_title() -> None:
    content = render_file(GRAPH, "pdf")
    streams = [decompressobj().decompress(part) for part in re.findall(rb"stream\r?\n(x.*?)endstream", content, re.S)]
    whole = b"\n".join([content, *streams])
    width = float(re.findall(r'width="([\d.]+)"', render(GRAPH, "svg"))[0])
    box = re.search(rb"/MediaBox ?\[0 0 ([\d.]+) ", whole)
    assert box
    assert float(box[1]) == pytest.approx(width * 0.75, abs=0.1)
    assert b"/FontFile" in whole
    assert b"Computational graph with values and adjoints" in whole
    assert content == render_file(GRAPH, "pdf")


@needs_typst
@pytest.mark.parametrize("format", ["png", "pdf"])
def test_a_document_without_a_picture_has_none_as_a_file_either(format: str) -> None:
    with pytest.raises(DiffcompareError) as refused:
        render_file(Document((Heading("No picture"),)), format)
    assert refused.value.diagnostic.code == "E512"
