"""Handouts: every demo as a page of Markdown, with the pictures of its frames as SVG, in one directory."""

from __future__ import annotations

import os
from collections.abc import Sequence

from diffcompare import output_folder
from diffcompare.classroom.demos.frame import Demo, Frame, localized_table, table
from diffcompare.classroom.demos.report import ComputedDemo, compute, frame_blocks, heading
from diffcompare.document import Bars, Block, Cell, Document, Graph, Heading, Paragraph, Plot, Source
from diffcompare.localization import phrase, translate
from diffcompare.render import render
from diffcompare.safe_io import CannotWrite, reason, write_file

PICTURES = (Graph, Plot, Bars)


def write(demos: Sequence[Demo], directory: str, output: str | None = None) -> Document:
    """Write the pages and pictures of some demos, and return a document that lists the pages.

    `output` is a file that will be written besides.  Raises CannotWrite, with nothing written, if a file in the way was
    not written by diffcompare.
    """
    output_folder.check(directory, [f"{demo.name}.md" for demo in demos], output)  # before any work is done
    rows: list[tuple[Cell, ...]] = []
    texts: dict[str, str] = {}
    for demo in demos:
        computed = compute(demo)
        pictures = _pictures(computed)
        texts |= {name: render(Document((picture,)), "svg") for name, picture in pictures.items()}
        texts[f"{demo.name}.md"] = page(computed)
        rows.append((f"{demo.name}.md", len(computed.frames), len(pictures)))
    output_folder.write(directory, texts, output)
    caption = phrase("Written to {directory}", directory=directory)
    pages = table("handout", caption, "page | >frames | >pictures", rows)
    entries = [dict(zip(("page", "frames", "pictures"), row, strict=True)) for row in rows]
    handout = {"directory": directory, "pages": entries}
    return Document((localized_table(pages),), {"schema": "diffcompare/1", "command": "demo", "handout": handout})


def write_frame(demo: Demo, number: int, frame: Frame, directory: str) -> list[str]:
    """Write one frame as in the handout, under names that are free, and return them.  Raises CannotWrite."""
    try:
        stem = _free(directory, _stem(demo, number))
    except OSError as error:
        raise CannotWrite(f"in `{directory}`", reason(error), "choose another directory") from None
    picture = _picture(frame)
    title = _markdown([Heading(heading(demo), 1)])
    texts = {f"{stem}.md": "\n".join([title, *_frame(number, frame, f"{stem}.svg")])}
    texts |= {f"{stem}.svg": render(Document((picture,)), "svg")} if picture is not None else {}
    for name, text in texts.items():
        write_file(os.path.join(directory, name), text)
    return list(texts)


def _free(directory: str, stem: str) -> str:
    """Return the stem, with a number added if there are files of that name."""
    stems = (stem, *(f"{stem}-{count}" for count in range(2, len(os.listdir(directory)) + 3)))
    return next(candidate for candidate in stems if not any(map(os.path.lexists, _files(directory, candidate))))


def _files(directory: str, stem: str) -> tuple[str, str]:
    return os.path.join(directory, f"{stem}.md"), os.path.join(directory, f"{stem}.svg")


def page(computed: ComputedDemo) -> str:
    """Return a demo as a page of Markdown that refers to its pictures by name."""
    demo = computed.demo
    claim = translate("{claim} ({minutes} minutes)", claim=demo.claim, minutes=demo.minutes)
    parts = [_markdown([Heading(demo.name, 1), Paragraph(claim)])]
    for number, frame in enumerate(computed.frames, 1):
        parts += _frame(number, frame, f"{_stem(demo, number)}.svg")
    return "\n".join([*parts, _markdown([Paragraph(demo.lesson, "verdict")])])


def _frame(number: int, frame: Frame, picture: str) -> list[str]:
    """Return a frame as pieces of Markdown, with `picture` as the name of its picture."""
    parts = []
    for block in frame_blocks(frame, f"{number}. {frame.title}"):
        if isinstance(block, PICTURES):
            parts.append(f"![{_escaped(frame.title)}]({picture})\n")
            block = block.table
        parts.append(_markdown([block]))
    return parts


def _pictures(computed: ComputedDemo) -> dict[str, Block]:
    pictures = {
        f"{_stem(computed.demo, number)}.svg": _picture(frame) for number, frame in enumerate(computed.frames, 1)
    }
    return {name: picture for name, picture in pictures.items() if picture is not None}


def _picture(frame: Frame) -> Block | None:
    return next((block for block in frame.blocks if isinstance(block, PICTURES)), None)


def _stem(demo: Demo, number: int) -> str:
    return f"{demo.name}-{number:02}"


def _escaped(text: str) -> str:
    return "".join([f"\\{char}" if char in "[]\\" else char for char in text])


def _markdown(blocks: Sequence[Block | Source]) -> str:
    return render(Document(tuple(blocks)), "markdown")
