"""From frame to frame of a step nothing moves: columns of tables, nodes of graphs, axes, the words and the keys."""

import functools
import re

import playing
import pytest

from diffcompare.classroom.demos import NAMES, load_demo
from diffcompare.classroom.player.player import with_ending
from diffcompare.classroom.player.screen import _shape, compose
from diffcompare.classroom.player.state import State
from diffcompare.diagnostics import width
from diffcompare.document import Graph, Plot, Table
from diffcompare.localization import use_language
from diffcompare.render import Look
from diffcompare.render.text_layout import clean

SIZES = [(80, 24), (100, 30), (200, 60)]
WORDS = re.compile(r" (RULE|WHY|PREDICT|BROKEN) ")


@functools.cache
def frames(name):
    with use_language("en"):
        return with_ending(load_demo(name)._replace(frames=lambda: playing.played(name).frames))


def shown(name, size):
    """Every frame, asked and told: its number, its blocks, and its screen."""
    for place, frame in enumerate(frames(name)):
        for revealed in (False, True):
            asks = bool(frame.question and frame.question_blocks and not revealed)
            state = State(frame=place, revealed=revealed)
            lines = compose(load_demo(name), frames(name), state, Look(width=size[0]), size[1]).texts
            yield place, frame.question_blocks if asks else frame.blocks, lines


def heads(table, lines):
    """The row and the columns at which the headings of a table begin; nothing where it has a column less."""
    titles = [re.escape(clean(column.title)) for column in table.columns]
    pattern = re.compile(r"\s+".join(f"({title})" for title in titles))
    found = [(row, match) for row, line in enumerate(lines) if (match := pattern.search(line))]
    if not found:
        return None
    row, match = found[0]
    return row, [width(match.string[: match.start(group + 1)]) for group in range(len(titles))]


def places_of(blocks, lines):
    """Where the things that a frame shows are on its screen."""
    for block in blocks:
        table = block if isinstance(block, Table) else block.table if isinstance(block, Graph) else None
        if table is not None:
            yield ("table", table.key, *[column.title for column in table.columns]), heads(table, lines)
        if isinstance(block, Graph):
            for vertex in block.vertices:
                sought = re.compile(rf"[┃┊][ >✓]{re.escape(vertex.name)} ?=")
                found = [
                    (row, width(line[: match.start()]))
                    for row, line in enumerate(lines)
                    if (match := sought.search(line))
                ]
                yield ("node", vertex.name), found[0] if found else None
        if isinstance(block, Plot):
            axis = [(row, line.index("└")) for row, line in enumerate(lines) if re.search("└[─┬]+", line)]
            yield ("axis", block.key, block.x.span, block.y.span), axis[0] if axis else None


@pytest.mark.parametrize(
    "size", [SIZES[0], *[pytest.param(size, marks=pytest.mark.thorough) for size in SIZES[1:]]], ids=str
)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_jumps(name, size):
    seen = {}
    words = set()
    for place, blocks, lines in shown(name, size):
        assert len(lines) == size[1]
        step = _first_of_step(name, place)
        for key, where in places_of(blocks, lines):
            assert seen.setdefault((step, *key), where) == where, "\n".join(lines)
        words |= {min([row for row, line in enumerate(lines) if WORDS.match(line)], default=None)}
    assert len(words - {None}) <= 1


def _first_of_step(name, place):
    every = frames(name)
    while place > 0 and _shape(every[place - 1]) == _shape(every[place]):
        place -= 1
    return place


@pytest.mark.parametrize(
    "name", [name for name in NAMES if any(isinstance(b, Plot) for f in frames(name) for b in f.blocks)]
)
def test_pictures_fill_a_large_window(name):
    for _, blocks, lines in shown(name, (200, 60)):
        if any(isinstance(block, Plot) for block in blocks):
            (axis,) = [(row, line) for row, line in enumerate(lines) if re.search("└[─┬]{30}", line)]
            assert axis[0] > 40
            assert len(axis[1].rstrip()) > 90
