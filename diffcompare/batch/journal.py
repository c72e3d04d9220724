"""The journal of a run: results on disk, from which an interrupted run can be resumed.

Every row is written once, and in order.  Next to `results.jsonl` is `results.jsonl.state`: its first line identifies
the inputs, options and version that the results belong to, and below it stand early results, of rows that were done
before their turn, so that they need not be computed again.  The results are whole lines; a line that a crash has torn
is cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from diffcompare.batch.pool import Result, pack, unpack
from diffcompare.batch.row_result import RowSummary, csv_header, summarize
from diffcompare.batch.run import Sink
from diffcompare.diagnostics import usage_error
from diffcompare.safe_io import replace_file

SUFFIX = ".state"
MAX_STALE = 1 << 20  # bytes of early results in the state after which those already written are cleared away
DESCRIPTIONS = {
    "version": "another version of diffcompare",
    "inputs": "a run with other inputs",
    "options": "a run with other options",
}


def state_of(path: str) -> str:
    """Return the path of the state beside the results."""
    return path + SUFFIX


class DiskError(Exception):
    """Results cannot be written to the file at `path`, because of `error`."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(path)
        self.path, self.error = path, error


class Journal(Sink):
    """The results of a run as they are written, and its state."""

    def __init__(self, path: str, identity: Mapping[str, Any], *, resume: bool, durable: bool) -> None:
        """Open the results of the run with this identity (see `run_identity`).

        `durable` syncs every row to the disk.  Raises DiffcompareError where the file belongs to another run or to one
        that was not finished, and DiskError.
        """
        self.path, self.durable = path, durable
        self.header = _header_line(identity)
        self.early: dict[int, Result] = {}
        self.size = 0  # bytes of whole rows in the results
        is_resumed = resume and _can_resume(path, identity)
        if not is_resumed and not resume and unfinished(path):
            raise usage_error(
                "E633", f"`{path}` holds a run that was not finished", "continue with --resume, or delete it"
            )
        with self._trouble(), contextlib.ExitStack() as opened:
            self.results = opened.enter_context(_opened(path))
            _lock(self.results, path)
            self.state = opened.enter_context(_opened(state_of(path)))
            self._begin(is_resumed)  # only when both files are known to be writable
            opened.pop_all()

    def _begin(self, is_resumed: bool) -> None:
        if is_resumed:
            end, self.early = _early_results(self.path)
            self.state.truncate(end)
            self.state.seek(end)
        else:
            # The results first: if the run is killed in between, no state claims old results for this run.
            self.results.truncate(0)
            self.state.truncate(0)
            _write_all(self.state, self.header)

    @contextlib.contextmanager
    def _trouble(self, path: str | None = None) -> Iterator[None]:
        """Turn an OSError into DiskError with the path, or else with that of the error."""
        try:
            yield
        except OSError as error:
            raise DiskError(path or error.filename or self.path, error) from None

    def rows_so_far(self) -> Iterator[RowSummary]:
        """Yield the summaries of the rows in the results, and cut off what follows the last whole row."""
        end = 0
        with self._trouble(), open(self.path, "rb") as stream:
            for line in stream:
                document = _document(line)
                if document is None:
                    break
                end += len(line)
                yield summarize(document)
            self.results.truncate(end)
            self.size = self.results.seek(end)

    def write(self, output: bytes) -> None:
        """Add whole rows to the results.  Raises DiskError, after cutting off a row that was written in part."""
        try:
            _write_all(self.results, output)
            if self.durable:
                os.fsync(self.results.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                self.results.truncate(self.size + _whole_lines(self.path, self.size))
            raise DiskError(self.path, error) from None
        self.size += len(output)

    def keep_early(self, result: Result) -> None:
        """Save a result whose turn has not come.  Raises DiskError."""
        with self._trouble(state_of(self.path)):
            summary = json.dumps(result.summary).encode()
            _write_all(self.state, pack(result.number, summary, result.output) + b"\n")
            if self.durable:
                os.fsync(self.state.fileno())

    def compact(self) -> None:
        """Clear the early results, all of which have been written by now.  Raises DiskError."""
        if self.state.tell() > len(self.header) + MAX_STALE:
            with self._trouble(state_of(self.path)):
                self.state.truncate(len(self.header))
                self.state.seek(len(self.header))

    def close(self, *, complete: bool) -> None:
        """Close the files, and mark the state of a complete run as such.  Raises DiskError."""
        with self._trouble():
            for stream in (self.results, self.state):
                if self.durable and complete:
                    os.fsync(stream.fileno())
                stream.close()
        if complete:
            with self._trouble(state_of(self.path)):
                replace_file(state_of(self.path), _header_line({**json.loads(self.header), "complete": True}))


def _opened(path: str) -> BinaryIO:
    """Open a file for reading and writing without changing it; create it if it is missing."""
    open(path, "ab").close()
    return open(path, "r+b", buffering=0)


def _header_line(identity: Mapping[str, Any]) -> bytes:
    return json.dumps(identity, sort_keys=True).encode() + b"\n"


def _lock(stream: BinaryIO, path: str) -> None:
    """Keep other runs from writing the same results, where the system supports locks."""
    try:
        import fcntl

        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        raise usage_error(
            "E633", f"another run is writing `{path}`", "wait for it to finish, or choose another file with -o"
        ) from None
    except (ImportError, OSError):
        pass


def unfinished(path: str) -> bool:
    """Tell whether the file holds the results of a run that was not finished."""
    state = _header(path)
    return state is not None and not state.get("complete") and os.path.exists(path) and os.path.getsize(path) > 0


def _header(path: str) -> dict[str, Any] | None:
    try:
        with open(state_of(path), "rb") as stream:
            header = json.loads(stream.readline())
    except (OSError, ValueError):
        return None
    return header if isinstance(header, dict) else None


def _can_resume(path: str, identity: Mapping[str, Any]) -> bool:
    """Tell whether there are results to continue.  Raises DiffcompareError if they belong to another run."""
    if not os.path.exists(path):
        return False
    state = _header(path)
    if state is None:
        if os.path.getsize(path) == 0:
            return False  # the run ended before it wrote its state
        message = f"nothing says which run `{path}` belongs to: `{state_of(path)}` is missing or damaged"
        raise usage_error("E633", message, "run without --resume")
    for key, description in DESCRIPTIONS.items():
        if state.get(key) != json.loads(json.dumps(identity[key])):
            message = f"`{path}` belongs to {description}{_difference(state.get(key), identity[key])}"
            raise usage_error("E633", message, "choose another file with -o")
    return True


def _difference(before: Any, now: Any) -> str:
    """Return the other version, or the options that differ, in parentheses; "" for other inputs."""
    if isinstance(before, str) and len(before) < 20:
        return f" ({before})"
    if isinstance(before, dict) and isinstance(now, Mapping):
        options = [f"--{key.replace('_', '-')}" for key in now if before.get(key) != json.loads(json.dumps(now[key]))]
        return f" ({', '.join(options)})" if options else ""
    return ""


def _early_results(path: str) -> tuple[int, dict[int, Result]]:
    """Return the end of the last whole early result in the state, and all of them up to there, by row number."""
    results: dict[int, Result] = {}
    with open(state_of(path), "rb") as stream:
        stream.readline()
        end = stream.tell()
        with contextlib.suppress(ValueError, TypeError):
            while (result := unpack(stream)) and stream.read(1) == b"\n":
                results[result.number] = result
                end = stream.tell()
    return end, results


def _document(line: bytes) -> dict[str, Any] | None:
    """Return the document of a line of results; None if the line is torn or damaged."""
    if not line.endswith(b"\n"):
        return None
    try:
        document = json.loads(line)
        return document if isinstance(document, dict) and "file" in document else None
    except ValueError:
        return None


def _whole_lines(path: str, start: int) -> int:
    """Return how many bytes of whole lines there are from `start` on."""
    with open(path, "rb") as stream:
        stream.seek(start)
        return stream.read().rfind(b"\n") + 1


def _write_all(stream: BinaryIO, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[stream.write(left) :]


# --- Files of an earlier run, recognized by how they begin: other files are never replaced ----------------------------

BEGINNING = 4096  # bytes
_ROW = re.compile(rb'\{"name": .*"file": .*"schema": "diffcompare/')
_STATISTICS = re.compile(
    rb"(# |<!DOCTYPE html>.*<title>|% Needs .*\\section\*\{)?\d+ expressions?, side by side"
    rb"|(\*\*|% Needs .*\\textbf\{)?("
    + "✓|✗|\\?|\\[|\\{\\[".encode()
    + rb")[^\n]* row.*Methods: errors against the truth,"
    rb'|\{\s*"schema": "diffcompare/',
    re.S,
)
_STATE = (b'{"complete": true, "inputs": "', b'{"inputs": "')


def may_be_replaced(path: str) -> bool:
    """Tell whether a file may be replaced: it does not exist, is empty, or holds the results of a run."""
    beginning = _beginning(path)
    if not beginning or beginning.startswith(csv_header().encode()):
        return True
    if _ROW.match(beginning) or _STATISTICS.match(beginning):
        return True
    return b"\n" not in beginning and unfinished(path)  # the run was killed in the middle of its first row


def is_state(path: str) -> bool:
    """Tell whether the state of a run may be written: nothing is there, or a state, perhaps torn by a crash."""
    beginning = _beginning(path).rstrip(b"\0")
    return any(beginning.startswith(words) or words.startswith(beginning) for words in _STATE)


def _beginning(path: str) -> bytes:
    if not os.path.isfile(path):  # opening a pipe would wait for its other end
        return b""
    try:
        with open(path, "rb") as stream:
            return stream.read(BEGINNING)
    except OSError:
        return b"?"
