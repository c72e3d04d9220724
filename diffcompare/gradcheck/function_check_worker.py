"""The check of a `Function` in the process that has run its file, which the parent ends when its time is up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from diffcompare.gradcheck.function_check import check_function
from diffcompare.inputs.function_point import function_point
from diffcompare.inputs.function_worker import Service, answer_requests


def main() -> None:
    """Answer requests until standard input closes."""
    answer_requests(CheckService())


def conversation(requests: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the answers to requests."""
    yield from CheckService().conversation(requests)


class CheckService(Service):
    """The function that was loaded, which can be checked as well if it is a `Function` of the tape."""

    def serve(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a request.  Raises DiffcompareError."""
        if request["do"] != "check":
            return super().serve(request)
        return {"check": check_function(self.loaded, *self._point(request), seed=request["seed"]).to_json()}

    def _point(self, request: Mapping[str, Any]) -> list[Any]:
        """Return the arguments of forward up to the last one that was given."""
        given = request["given"]
        if given is None:
            return []
        at = function_point(self.function, given, request["label"])
        last = max(place for place, parameter in enumerate(at.parameters) if parameter.name in given)
        return at.arguments[: last + 1]
