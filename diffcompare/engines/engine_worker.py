"""The worker of an engine: a process that imports one library and answers requests, a line of JSON each.

The first line in names the engine.  The answer is `{"ready": true, "digits"}`, or `{"ready": false, "why", "fault"}`
with the fields of a diagnostic if there is one.  Every other line is a question,

    {"program" or "call", "names", "point", "wrt", "mode", "float_exponents"}

with the numbers of the variables in `wrt`; a `call` names a function in place of a program.  With `inner` it is about a
function with derivatives inside, of one variable, and with `of_complex` about one of a complex number, whose parts are
the point.  It has one answer: `{"value", "gradient", "errors", "size", "replaced"}`, or `{"error": text}` with what the
engine raised.  Numbers that are not real are texts, as `complex` reads them.  A question with `time` is about seconds:
see `engine_timing`.

The main thread only listens, so that the process ends with its standard input, whatever the library is busy with.
"""

from __future__ import annotations

import gc
import json
import math
import os
import queue
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from diffcompare import worker_process
from diffcompare.diagnostics import DiffcompareError, without_addresses
from diffcompare.engines.engine import (
    INSIDE,
    KEPT,
    EngineAnswer,
    Loaded,
    NoSuchFunction,
    as_function,
    every_function,
    written_for,
)
from diffcompare.engines.engine_timing import EngineTimer
from diffcompare.engines.nested_derivatives import Nested
from diffcompare.engines.registry import engine
from diffcompare.language import serialization

STACK = 256 << 20  # bytes: some libraries walk their graphs by recursion
RECURSION = 20_000
WHAT = ("program", "call", "names", "float_exponents")  # the fields of a question that say what is differentiated
MAX_MESSAGE = 200  # characters of an exception's text that are passed on


def main() -> None:
    """Serve requests until standard input closes."""
    answers = worker_process.reserve_output()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets Ctrl-C as well, and ends this process
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.stack_size(STACK)
    threading.Thread(target=_work, args=(requests, answers), daemon=True).start()
    try:
        for line in sys.stdin.buffer:
            requests.put(json.loads(line))
    finally:
        worker_process.end_with_children()  # without waiting for the library


def _work(requests: queue.SimpleQueue[dict[str, Any]], answers: Any) -> None:
    sys.setrecursionlimit(RECURSION)
    warnings.simplefilter("ignore")

    def send(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()

    replies = conversation(iter(requests.get, None))
    greeting = next(replies)
    send(greeting)
    if not greeting["ready"]:
        os._exit(1)
    gc.collect()
    gc.freeze()  # a library's objects stay: to look at them again and again takes a tenth of the time of some
    for answer in replies:
        send(answer)


def conversation(requests: Iterator[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Import the library that the first request names, and yield the greeting and the answers to all others."""
    try:
        loaded = engine(next(requests)["engine"]).load()
    except BaseException as error:
        fault = error.diagnostic._asdict() if isinstance(error, DiffcompareError) else None
        yield {"ready": False, "why": _describe(error), "fault": fault}
        return
    yield {"ready": True, "digits": loaded.digits}
    serve = server(loaded)
    for request in requests:
        try:
            answer = serve(request)
        except BaseException as error:  # some libraries raise errors that are no Exception
            answer = {"error": _describe(error)}
        yield answer


def server(loaded: Loaded) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Return what answers a question to a library; it raises whatever the library raises.

    A formula at another point is the same function, so that a library that compiles can do so once.
    """
    functions, timer = every_function(loaded), EngineTimer(loaded)

    @lru_cache(KEPT)
    def function(asked: str) -> tuple[Any, list[str]]:
        return _function(json.loads(asked), functions)

    def serve(request: Mapping[str, Any]) -> dict[str, Any]:
        if "calls" in request:
            return {"seconds": timer.seconds(request["mode"], request["time"], request["calls"])}
        if "inner" in request:
            inner, _, outer = request["mode"].partition(INSIDE)
            nested = Nested(request, functions, loaded.nested[inner])
            (x,) = request["point"]
            number = loaded.as_double(loaded.nested[outer](nested, x))
            return {**EngineAnswer(math.nan, [number])._asdict(), "replaced": nested.replaced}
        try:
            f, replaced = function(json.dumps({name: x for name, x in request.items() if name in WHAT}))
        except NoSuchFunction as missing:
            return {"error": f"it has no {missing}", "missing": str(missing)}
        if "time" in request:
            return {**timer.first(request["mode"], f, request["point"], request["wrt"])._asdict(), "replaced": replaced}
        if request.get("of_complex"):
            found = complex(loaded.of_complex[request["mode"]](f, complex(*request["point"])))
            answer = EngineAnswer(math.nan, [found.real, found.imag])
        else:
            answer = loaded.modes[request["mode"]](f, request["point"], request["wrt"])
        numbers = [str(x) if isinstance(x, complex) else x for x in (answer.value, *answer.gradient)]
        return {**answer._asdict(), "value": numbers[0], "gradient": numbers[1:], "replaced": replaced}

    return serve


def _function(request: Mapping[str, Any], functions: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """Return what is to be differentiated, and the functions that had to be written by others.

    Raises NoSuchFunction for one that the library does not have.
    """
    if "call" in request:
        if request["call"] not in functions:
            raise NoSuchFunction(request["call"])
        return functions[request["call"]], []
    (expression,) = serialization.decode(request["program"])
    written, replaced = written_for(expression, functions)
    exponents = request.get("float_exponents", False)
    return as_function(written, request["names"], functions, float_exponents=exponents), replaced


def _describe(error: BaseException) -> str:
    """Describe an error in one line."""
    text = without_addresses(" ".join(str(error).split()))
    if len(text) > MAX_MESSAGE:
        text = f"{text[:MAX_MESSAGE]} ..."
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


if __name__ == "__main__":
    main()
