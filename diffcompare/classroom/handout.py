"""Handouts: every demo as a page of Markdown and the pictures of its frames as SVG, in a directory."""

from __future__ import annotations

import os
from collections.abc import Sequence

from diffcompare import output_files, output_folder
from diffcompare.classroom.demos.frame import Demo, Frame, localized_table, table
from diffcompare.classroom.demos.report import Played, frame_blocks, heading, played
from diffcompare.document import Bars, Block, Cell, Document, Graph, Heading, Paragraph, Plot, Source
from diffcompare.localization import phrase, translate
from diffcompare.render import render
from diffcompare.safe_io import CannotWrite, reason

PICTURES = (Graph, Plot, Bars)


def write(demos: Sequence[Demo], directory: str, output: str | None = None) -> Document:
    """Write the pages and the pictures, and return what was written.

    Raises CannotWrite, with nothing written, where a file is there that is not from here.  `output` is a file that is
    written besides.
    """
    output_folder.check(directory, [f"{which.name}.md" for which in demos], output)  # before any work is done
    rows: list[tuple[Cell, ...]] = []
    texts: dict[str, str] = {}
    for which in demos:
        shown = played(which)
        pictures = _pictures(shown)
        texts |= {name: render(Document((picture,)), "svg") for name, picture in pictures.items()}
        texts[f"{which.name}.md"] = page(shown)
        rows.append((f"{which.name}.md", len(shown.frames), len(pictures)))
    output_folder.write(directory, texts, output)
    listed = table("handout", phrase("Written to {directory}", directory=directory), "page | >frames | >pictures", rows)
    written = {
        "directory": directory,
        "pages": [dict(zip(("page", "frames", "pictures"), row, strict=True)) for row in rows],
    }
    return Document((localized_table(listed),), {"schema": "diffcompare/1", "command": "demo", "handout": written})


def write_frame(which: Demo, number: int, frame: Frame, directory: str) -> list[str]:
    """Write one frame as the handout has it, under names that are free.  Returns the names.  Raises CannotWrite."""
    try:
        stem = _free(directory, _stem(which, number))
    except OSError as error:
        raise CannotWrite(f"in `{directory}`", reason(error), "choose another directory") from None
    picture = _picture(frame)
    title = _markdown([Heading(heading(which), 1)])
    texts = {f"{stem}.md": "\n".join([title, *_frame(number, frame, f"{stem}.svg")])}
    texts |= {f"{stem}.svg": render(Document((picture,)), "svg")} if picture is not None else {}
    for name, text in texts.items():
        output_files.write_file(os.path.join(directory, name), text)
    return list(texts)


def _free(directory: str, stem: str) -> str:
    """The stem, with a number behind it where files of that name are there."""
    stems = (stem, *(f"{stem}-{count}" for count in range(2, len(os.listdir(directory)) + 3)))
    return next(each for each in stems if not any(map(os.path.lexists, _files(directory, each))))


def _files(directory: str, stem: str) -> tuple[str, str]:
    return os.path.join(directory, f"{stem}.md"), os.path.join(directory, f"{stem}.svg")


def page(shown: Played) -> str:
    """A demo in Markdown, its pictures by name."""
    which = shown.demo
    parts = [
        _markdown(
            [
                Heading(which.name, 1),
                Paragraph(translate("{claim} ({minutes} minutes)", claim=which.claim, minutes=which.minutes)),
            ]
        )
    ]
    for number, frame in enumerate(shown.frames, 1):
        parts += _frame(number, frame, f"{_stem(which, number)}.svg")
    return "\n".join([*parts, _markdown([Paragraph(which.lesson, "verdict")])])


def _frame(number: int, frame: Frame, picture: str) -> list[str]:
    """A frame in Markdown, its picture by name."""
    parts = []
    for block in frame_blocks(frame, f"{number}. {frame.title}"):
        if isinstance(block, PICTURES):
            parts.append(f"![{_escaped(frame.title)}]({picture})\n")
            block = block.table
        parts.append(_markdown([block]))
    return parts


def _pictures(shown: Played) -> dict[str, Block]:
    found = {f"{_stem(shown.demo, number)}.svg": _picture(frame) for number, frame in enumerate(shown.frames, 1)}
    return {name: picture for name, picture in found.items() if picture is not None}


def _picture(frame: Frame) -> Block | None:
    return next((block for block in frame.blocks if isinstance(block, PICTURES)), None)


def _stem(which: Demo, number: int) -> str:
    return f"{which.name}-{number:02}"


def _escaped(text: str) -> str:
    return "".join([f"\\{char}" if char in "[]\\" else char for char in text])


def _markdown(blocks: Sequence[Block | Source]) -> str:
    return render(Document(tuple(blocks)), "markdown")
