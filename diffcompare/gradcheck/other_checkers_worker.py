"""The checker of another library, in the process that has run the user's files and imports that library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from diffcompare.gradcheck.flat_arguments import flat_point
from diffcompare.gradcheck.other_checkers import other_check
from diffcompare.inputs.function_worker import Service, answer_requests
from diffcompare.inputs.python_file import applied, load


def main() -> None:
    """Answer requests until standard input closes."""
    answer_requests(CheckerService())


def conversation(requests: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the answers to requests."""
    yield from CheckerService().conversation(requests)


class CheckerService(Service):
    """The function that was loaded, or another one of its file, whose gradient a library can check as well."""

    def serve(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a request.  Raises DiffcompareError."""
        if request["do"] != "checker":
            return super().serve(request)
        gradient = applied(load(*request["gradient"]))
        function = applied(load(*request["function"])) if "function" in request else self.function
        return dict(other_check(request["library"], function, gradient, flat_point(request["arguments"]))._asdict())
