"""The source of a recorded function, with the line that is running."""

from __future__ import annotations

import linecache

from diffcompare.document import Block, Source
from diffcompare.recording.recorder import Recording
from diffcompare.recording.source_lines import SourcePlace, function_around

MAX_LINES = 24  # of source beside a tape


class SourceListing:
    """The source of what ran: in every file, from the first function that took part to the last one."""

    def __init__(self, recording: Recording) -> None:
        self.spans: dict[str, tuple[int, int]] = {}
        places = {step.place for step in recording.steps} | {decision.place for decision in recording.decisions}
        for file, line in {(place.file, place.line) for place in places}:
            first, last = function_around(file, line)
            known = self.spans.get(file, (first, last))
            self.spans[file] = min(first, known[0]), max(last, known[1])

    def beside(self, place: SourcePlace, *others: Block) -> tuple[Block, ...]:
        """Return the source with the running line marked, and other blocks after it."""
        return (*self.around(place, MAX_LINES), *others)

    def around(self, place: SourcePlace, most: int) -> tuple[Source, ...]:
        """Return the source with the running line marked, at most so many lines of it; nothing if it is not known."""
        lines = linecache.getlines(place.file)
        if not lines:
            return ()
        first, last = self.spans[place.file]
        if last - first >= most:
            first, last = function_around(place.file, place.line)
        if last - first >= most:
            first = min(max(first, place.line - most // 2), last - most + 1)
            last = first + most - 1
        text = "\n".join([line.rstrip("\r\n").expandtabs() for line in lines[first - 1 : last]])
        running = lines[place.line - 1] if place.line <= len(lines) else ""
        start, end = (len(running[:column].expandtabs()) for column in (place.start, place.end))
        return (Source("python", text, first, place.line, (start, end)),)
