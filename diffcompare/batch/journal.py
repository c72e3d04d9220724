"""Results on a disk: every row once, in order, and an interrupted run goes on where it stopped.

Beside `results.jsonl` stands `results.jsonl.state`: a first line that says which inputs, options and version these
results belong to, and below it the results of rows that were done before their turn, so that they need not be
computed again either.  The results are whole lines; what a crash has torn is cut off.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from diffcompare.batch.pool import Result
from diffcompare.batch.row_result import Digest, digest, summary_from_plain
from diffcompare.diagnostics import Diagnostic, DiffcompareError

SUFFIX = ".state"
MAX_STALE = 1 << 20  # Bytes of results in the state whose turn has come, after which they are cleared away
WORDS = {"version": "another version of diffcompare", "inputs": "other inputs", "options": "other options"}


def state_of(path: str) -> str:
    """The file beside the results."""
    return path + SUFFIX


class DiskTrouble(Exception):
    """Results that cannot be written: the file, and why."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(path)
        self.path, self.error = path, error


class Journal:
    """The results of a run that are being written, and its state."""

    def __init__(self, path: str, belongs: Mapping[str, Any], *, resume: bool, durable: bool) -> None:
        """Open the results; `belongs` says what they belong to.  Raises DiffcompareError, or DiskTrouble."""
        self.path, self.durable = path, durable
        self.header = _header_line(belongs)
        self.early: dict[int, Result] = {}
        self.written = 0
        """Bytes of whole rows in the results."""
        going_on = resume and _is_going_on(path, belongs)
        if not going_on and not resume and unfinished(path):
            raise _refused(f"`{path}` holds a run that did not end", "go on with --resume, or delete it")
        with self._trouble(), contextlib.ExitStack() as opened:
            self.results = opened.enter_context(_opened(path))
            _lock(self.results, path)
            self.state = opened.enter_context(_opened(state_of(path)))
            self._begin(going_on)  # not before both files are known to take what is written
            opened.pop_all()

    def _begin(self, going_on: bool) -> None:
        if going_on:
            end, self.early = _entries(self.path)
            self.state.truncate(end)
            self.state.seek(end)
        else:
            # The results first: should this be killed in between, no state says that old results are of this run.
            self.results.truncate(0)
            self.state.truncate(0)
            _write_all(self.state, self.header)

    @contextlib.contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise DiskTrouble(error.filename or self.path, error) from None

    def kept(self) -> Iterator[Digest]:
        """The digests of the rows that are there; what follows the last whole one is cut off."""
        end = 0
        with self._trouble(), open(self.path, "rb") as stream:
            for line in stream:
                found = _document(line)
                if found is None:
                    break
                end += len(line)
                yield digest(found)
            self.results.truncate(end)
            self.written = self.results.seek(end)

    def write(self, written: bytes) -> None:
        """Add whole rows to the results.  Raises DiskTrouble; what was written of a row then is cut off again."""
        try:
            _write_all(self.results, written)
            if self.durable:
                os.fsync(self.results.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                self.results.truncate(self.written + _whole(self.path, self.written))
            raise DiskTrouble(self.path, error) from None
        self.written += len(written)

    def put_by(self, result: Result) -> None:
        """Keep a result whose turn has not come.  Raises DiskTrouble."""
        with self._trouble():
            _write_all(self.state, _entry(result))
            if self.durable:
                os.fsync(self.state.fileno())

    def tidy(self) -> None:
        """Clear the state of results that are written by now: to be called when none is put by."""
        if self.state.tell() > len(self.header) + MAX_STALE:
            with self._trouble():
                self.state.truncate(len(self.header))
                self.state.seek(len(self.header))

    def close(self, *, complete: bool) -> None:
        """Close the files.  The state of a complete run says so.  Raises DiskTrouble."""
        with self._trouble():
            for stream in (self.results, self.state):
                if self.durable and complete:
                    os.fsync(stream.fileno())
                stream.close()
            if complete:
                _replace(state_of(self.path), _header_line({**json.loads(self.header), "complete": True}))


def _opened(path: str) -> BinaryIO:
    """A file to be read and written, made where it is missing, with what it holds."""
    open(path, "ab").close()
    return open(path, "r+b", buffering=0)


def _replace(path: str, content: bytes) -> None:
    """Put another file in the place of one, at once."""
    new = f"{path}.{os.urandom(6).hex()}"  # a name that is nobody's
    try:
        with open(new, "xb") as stream:
            stream.write(content)
        os.replace(new, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(new)
        error.filename = path  # the name that somebody knows
        raise


def _header_line(belongs: Mapping[str, Any]) -> bytes:
    return json.dumps(belongs, sort_keys=True).encode() + b"\n"


def _lock(stream: BinaryIO, path: str) -> None:
    """Keep other runs from writing the same results, where the system can."""
    try:
        import fcntl

        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        raise _refused(f"another run is writing `{path}`", "let it end, or choose another file with -o") from None
    except (ImportError, OSError):
        pass


def unfinished(path: str) -> bool:
    """Whether results stand there that a run did not bring to their end."""
    state = _header(path)
    return state is not None and not state.get("complete") and os.path.exists(path) and os.path.getsize(path) > 0


def _header(path: str) -> dict[str, Any] | None:
    try:
        with open(state_of(path), "rb") as stream:
            found = json.loads(stream.readline())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _is_going_on(path: str, belongs: Mapping[str, Any]) -> bool:
    """Whether there is something to go on with.  Raises DiffcompareError where the results belong to another run."""
    if not os.path.exists(path):
        return False
    state = _header(path)
    if state is None:
        if os.path.getsize(path) == 0:
            return False  # the run was ended before it began
        message = f"nothing says which run `{path}` belongs to: `{state_of(path)}` is missing or damaged"
        raise _refused(message, "run without --resume")
    for key, words in WORDS.items():
        if state.get(key) != json.loads(json.dumps(belongs[key])):
            message = f"`{path}` belongs to {words}{_difference(state.get(key), belongs[key])}"
            raise _refused(message, "choose another file with -o")
    return True


def _difference(before: Any, now: Any) -> str:
    """Which option, or which version, it was."""
    if isinstance(before, str) and len(before) < 20:
        return f" ({before})"
    if isinstance(before, dict) and isinstance(now, Mapping):
        other = [f"--{key.replace('_', '-')}" for key in now if before.get(key) != json.loads(json.dumps(now[key]))]
        return f" ({', '.join(other)})" if other else ""
    return ""


def _entries(path: str) -> tuple[int, dict[int, Result]]:
    """Results that were put by, up to the first that is torn, and where that begins."""
    found: dict[int, Result] = {}
    with open(state_of(path), "rb") as stream:
        stream.readline()
        whole = stream.tell()
        while head := stream.readline():
            try:
                number, short, long = map(int, head.split())
                digest, written, end = stream.read(short), stream.read(long), stream.read(1)
                if end != b"\n":
                    break
                found[number] = Result(number, summary_from_plain(json.loads(digest)), written)
            except (ValueError, TypeError):
                break
            whole = stream.tell()
    return whole, found


def _entry(result: Result) -> bytes:
    short = json.dumps(result.digest).encode()
    return b"%d %d %d\n%b%b\n" % (result.number, len(short), len(result.written), short, result.written)


def _document(line: bytes) -> dict[str, Any] | None:
    """The document of a whole line, None for what is torn or damaged."""
    if not line.endswith(b"\n"):
        return None
    try:
        found = json.loads(line)
        return found if isinstance(found, dict) and "file" in found else None
    except ValueError:
        return None


def _whole(path: str, start: int) -> int:
    """The bytes of whole lines from there on."""
    with open(path, "rb") as stream:
        stream.seek(start)
        return stream.read().rfind(b"\n") + 1


def _write_all(stream: BinaryIO, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[stream.write(left) :]


def _refused(message: str, help: str) -> DiffcompareError:
    return DiffcompareError(Diagnostic("E633", "bad_value", message, help=help))
