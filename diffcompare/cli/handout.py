"""Handouts: every demo as a page of Markdown and the pictures of its frames as SVG, in a directory."""

from __future__ import annotations

import os
from collections.abc import Sequence

from diffcompare.cli import files
from diffcompare.cli.streams import CannotWrite, reason
from diffcompare.document import Bars, Block, Cell, Document, Graph, Heading, Paragraph, Plot, Source
from diffcompare.render import render
from diffcompare.studies.demos.frame import Demo, table
from diffcompare.studies.demos.play import Played, frame_blocks, played

PICTURES = (Graph, Plot, Bars)


def write(demos: Sequence[Demo], directory: str) -> Document:
    """Write the pages and the pictures, and return what was written.  Raises CannotWrite."""
    try:
        os.makedirs(directory, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"`{directory}`", reason(error), "choose another directory") from None
    rows: list[tuple[Cell, ...]] = []
    for which in demos:
        shown = played(which)
        pictures = _pictures(shown)
        for name, picture in pictures.items():
            files.write_file(os.path.join(directory, name), render(Document((picture,)), "svg"))
        files.write_file(os.path.join(directory, f"{which.name}.md"), page(shown))
        rows.append((f"{which.name}.md", len(shown.frames), len(pictures)))
    listed = table("handout", f"Written to {directory}", "page | >frames | >pictures", rows)
    written = {
        "directory": directory,
        "pages": [dict(zip(("page", "frames", "pictures"), row, strict=True)) for row in rows],
    }
    return Document((listed,), {"schema": "diffcompare/1", "command": "demo", "handout": written})


def page(shown: Played) -> str:
    """A demo in Markdown, its pictures by name."""
    which = shown.demo
    parts = [_markdown([Heading(which.name, 1), Paragraph(f"{which.claim} ({which.minutes} minutes)")])]
    for number, frame in enumerate(shown.frames, 1):
        for block in frame_blocks(frame, f"{number}. {frame.title}"):
            if isinstance(block, PICTURES):
                parts.append(f"![{_escaped(frame.title)}]({_name(which, number)})\n")
                block = block.table
            parts.append(_markdown([block]))
    return "\n".join([*parts, _markdown([Paragraph(which.lesson, "verdict")])])


def _pictures(shown: Played) -> dict[str, Block]:
    found: dict[str, Block] = {}
    for number, frame in enumerate(shown.frames, 1):
        for block in frame.blocks:
            if isinstance(block, PICTURES):
                found[_name(shown.demo, number)] = block
    return found


def _name(which: Demo, number: int) -> str:
    return f"{which.name}-{number:02}.svg"


def _escaped(text: str) -> str:
    return "".join([f"\\{char}" if char in "[]\\" else char for char in text])


def _markdown(blocks: Sequence[Block | Source]) -> str:
    return render(Document(tuple(blocks)), "markdown")
