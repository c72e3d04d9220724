"""A lesson about the viewer's own function: the demos that can play it do so, the others keep their own functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from diffcompare.classroom.demos import OWN, load_demo
from diffcompare.classroom.demos.frame import Demo
from diffcompare.classroom.demos.live import live_nodes
from diffcompare.classroom.demos.report import ComputedDemo
from diffcompare.classroom.lesson.programs import Program, Staged, followed, staged
from diffcompare.classroom.own_function import entries, own_function
from diffcompare.classroom.own_program import own_demo
from diffcompare.diagnostics import DiffcompareError, usage_error
from diffcompare.inputs.resolve import ParsedInput
from diffcompare.localization import translate

UNPLAYABLE = ("E506", "E585", "E598", "E803")  # errors of a demo that another demo may well not have


MAX_FOLLOWED = 2_000  # operations of a function whose numbers the page computes anew


class OwnLesson(NamedTuple):
    """The demos of a lesson, some about the viewer's own function."""

    demos: Sequence[Demo]
    played: frozenset[str]  # names of those that are about it
    stage: Staged | None  # of the demo `trace`, if that is among them
    program: Program | None  # whose numbers their frames follow at another point; None if it is too long
    note: str  # which demos are not about it, and why


def own_lesson(
    names: Sequence[str], question: ParsedInput, point: Mapping[str, float] | None, *, are_asked: bool
) -> OwnLesson:
    """Return the lesson with these demos.

    If the demos `are_asked` for by name, one that could play a function but not this one is an error; else `trace` is
    left out, and others show functions of their own.  Raises DiffcompareError for a function that none of them plays.
    """
    demos, stage, refused = [], None, {}
    for name in names:
        if name not in OWN:
            demos.append(load_demo(name))
            continue
        try:
            demo = own_demo(name, question, point)
            stage = staged(question, point) if name == "trace" else stage
            demos.append(demo)
        except DiffcompareError as error:
            if are_asked or error.diagnostic.code not in UNPLAYABLE:
                raise
            refused[name] = error
            if name != "trace":
                demos.append(load_demo(name))
    played = (frozenset(names) & frozenset(OWN)) - refused.keys()
    if not played:
        if refused:
            raise next(iter(refused.values()))
        raise usage_error("E506", f"`--expr` and `--at` are for {', '.join(OWN)}", "add one: `lesson trace`")
    program = _program(question, point)
    return OwnLesson(demos, played, stage, program, _note(names, played, refused, follows=program is not None))


def _program(question: ParsedInput, point: Mapping[str, float] | None) -> Program | None:
    if len(live_nodes(question)) > MAX_FOLLOWED:
        return None
    try:
        formulas = entries(own_function(question, point))
    except DiffcompareError:  # a point without a gradient, whose tape and decisions are played nevertheless
        formulas = []
    return followed(question, point, formulas)


def _note(
    names: Sequence[str], played: frozenset[str], refused: Mapping[str, DiffcompareError], *, follows: bool
) -> str:
    """Say which demos are not about the viewer's function, and what the page cannot do; "" if there is nothing."""
    parts = []
    kept = [name for name in names if name not in played and name != "trace"]
    if kept:
        parts.append(translate("these demos show functions of their own: {names}", names=", ".join(kept)))
    if "trace" in refused:
        parts.append(translate("`trace` is left out: {why}", why=refused["trace"].diagnostic.message))
    if not follows:
        parts.append(translate("the page stays at this point: the recording is too long to be computed in a browser"))
    return "; ".join(parts)


def recipes(computed: ComputedDemo) -> list[dict[str, Any]]:
    """Return for every frame of a demo the texts that the page computes anew at another point."""
    return [
        {
            "cells": [list(cell) for cell in frame.live],
            "rule": list(frame.live_rule),
            "broken": [list(cell) for cell in frame.broken.live] if frame.broken is not None else [],
        }
        for frame in computed.frames
    ]
