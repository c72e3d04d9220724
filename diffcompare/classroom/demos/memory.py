"""The demo `memory`: checkpoints trade work for the memory of a reverse sweep (Griewank and Walther 2008, ch. 12)."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

from diffcompare.classroom.demos.frame import Broken, Frame, mask, table
from diffcompare.document import Cell
from diffcompare.localization import phrase

SNAPSHOTS = (1, 2, 3, 5, 10)
REPEATS = (0, 1, 2, 3, 4, 5)


def frames() -> Iterator[Frame]:
    """Yield the one frame: how many steps s snapshots and r repeats can reverse."""
    rows: list[tuple[Cell, ...]] = [(s, *[comb(s + r, s) for r in REPEATS]) for s in SNAPSHOTS]
    checkpoints = table(
        "checkpoints",
        "Steps that can be reversed: C(s + r, s)",
        " | ".join(["snapshots s", *[f">r = {r}" for r in REPEATS]]),
        rows,
    )
    numbers: dict[str, Cell] = {f"C({s}+{r},{s})": comb(s + r, s) for s in SNAPSHOTS for r in REPEATS}
    yield Frame(
        "A few snapshots go a long way",
        (checkpoints,),
        "s snapshots, every step repeated at most r times: C(s + r, s) steps",
        "Ten snapshots and five repeats reverse a loop of three thousand steps.",
        numbers,
        "How many steps can 10 snapshots and 5 repeats reverse?",
        (mask(checkpoints, (-1, -1)),),
        _no_snapshots(SNAPSHOTS[-1], REPEATS[-1]),
    )


def _no_snapshots(snapshots: int, repeats: int) -> Broken:
    """Return what happens with only the start kept: reversing step k runs the k - 1 steps before it again."""
    steps = comb(snapshots + repeats, snapshots)
    max_repeated, repeated = repeats * steps, steps * (steps - 1) // 2
    rows = [
        (phrase("everything is kept"), steps, 0),
        (
            phrase("{count} snapshots, at most {repeats} repeats", count=snapshots, repeats=repeats),
            snapshots,
            max_repeated,
        ),
        (phrase("only the start is kept"), 1, repeated),
    ]
    columns = "what | >states kept | >steps run again, at most"
    return Broken(
        "no checkpoint",
        (table("broken", phrase("A loop of {steps} steps, reversed", steps=steps), columns, rows),),
        phrase(
            "Every step is reached from the start again: {again} steps instead of at most {most}.",
            again=repeated,
            most=max_repeated,
        ),
        {"steps": steps, "truth": max_repeated, "broken": repeated},
    )
