"""The symbolic worker: a process that imports sympy and answers requests, one JSON line each.

One JSON line in: `{"program", "wrt", "budget", "stages", "order", "simplify"}`.  JSON lines out: `{"ready": true}` once
sympy is imported; then for a request the lines of each stage that it names (without `stages`: raw, cse, simplified), as
soon as they are done, and `{"done": true}`.  `order` says how often to differentiate (by one variable), `simplify`
whether to simplify quickly or fully.  The lines of a stage are

    {"stage": "raw", "name": "x", "program": ...}       one partial after the other; a program goes on from those before
    {"stage": "raw", "name": "x", "missing": why}       for one that is undefined
    {"stage": "raw", "names": [...]}                    all partials are done; these have formulas
    {"stage": "cse", "program": ..., "names": [...], "definitions": [...]}      first the definitions, then the formulas
    {"stage": "simplified" or "expanded", "program": ..., "names": [...]}
    {"stage": "identity", "by": form or null}       the form in which the derivative minus the `answer` sent is 0
    {"stage": "polynomial", "program": ..., "names": ["factored", "unsimplified", "simplified"]}
    {"stage": any, "status": "failed", "out-of-memory" or "not-supported", "why": text}

The main thread only listens, so that the process ends with its standard input, whatever sympy is busy with: a parent
that is killed leaves no stray process.  The work is done in a thread with a large stack, because sympy recurses.
"""

from __future__ import annotations

import gc
import json
import os
import queue
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, BinaryIO

from diffcompare import worker_process

MEMORY = 2 << 30  # bytes of address space, where the system can limit them
MAX_ALARM = 1e6  # seconds: systems refuse to set an alarm much further ahead
STACK = 256 << 20
RECURSION = 20_000  # frames: enough for a depth of a thousand, and they fit the stack, so that the end is an exception

Send = Callable[[dict[str, Any]], None]


def main() -> None:
    """Serve requests until standard input closes."""
    send = _sender(worker_process.reserve_output())
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    worker_process.limit_memory(MEMORY)
    threading.stack_size(STACK)
    threading.Thread(target=_work, args=(requests, send), daemon=True).start()
    try:
        for line in sys.stdin.buffer:
            requests.put(json.loads(line))
    finally:
        os._exit(0)  # without waiting for sympy


def _sender(answers: BinaryIO) -> Send:
    def send(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()

    return send


def _work(requests: queue.SimpleQueue[dict[str, Any]], send: Send) -> None:
    sys.setrecursionlimit(RECURSION)
    gc.disable()  # walking over the modules of sympy again and again takes a third of the time of the import
    answers = conversation(_timed(requests))
    greeting = next(answers)
    send(greeting)
    if not greeting["ready"]:
        os._exit(1)
    gc.freeze()
    gc.enable()
    for answer in answers:
        send(answer)


def _timed(requests: queue.SimpleQueue[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield requests as they come, each with an alarm that ends its answers."""
    while True:
        request = requests.get()
        _set_alarm(request.get("budget"))
        yield request
        _set_alarm(None)


def _set_alarm(budget: float | None) -> None:
    """Have the system end the process after the budget: a long operation on integers lets no other thread run."""
    import signal

    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0 if budget is None else min(budget, MAX_ALARM) + 2)


def conversation(requests: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Import sympy, and yield the greeting and the answers to requests, line by line."""
    try:
        import diffcompare.backends.symbolic.derivatives  # noqa: F401  (brings sympy)
    except BaseException as error:
        yield {"ready": False, "status": "failed", "why": f"sympy cannot be imported: {_describe(error)}"}
        return
    yield {"ready": True}
    for request in requests:
        yield from _answers(request)


def _answers(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Answer one request, stage by stage."""
    from diffcompare.backends.symbolic.derivatives import STAGES

    partials: dict[str, Any] = {}
    names: dict[Any, str] = {}
    for stage in request.get("stages", ("raw", "cse", "simplified")):
        try:
            for line in STAGES[stage](request, partials, names):
                yield {"stage": stage, **line}
        except MemoryError:
            yield {"stage": stage, "status": "out-of-memory", "why": f"more than {MEMORY >> 30} GiB of memory"}
            break
        except Exception as error:
            yield {"stage": stage, "status": "failed", "why": _describe(error, names)}
            if stage == "raw":
                break
    yield {"done": True}


def _describe(error: BaseException, names: Mapping[Any, str] = MappingProxyType({})) -> str:
    """Describe an error in one line, with the names of the variables in place of sympy's symbols."""
    names_of = {str(symbol): name for symbol, name in names.items()}
    text = re.sub(r"\bc?\d{6}\b", lambda symbol: names_of.get(symbol[0], symbol[0]), " ".join(str(error).split()))
    kind = type(error).__name__
    if kind in ("CannotConvert", "UndefinedFormula"):
        return text
    return f"{kind} in sympy: {text[:200]}" if text else f"{kind} in sympy"


if __name__ == "__main__":
    main()
