"""Which mistake turns the derivative of a function into the answer that somebody gave."""

from diffcompare.mistakes.explain import find_mistake
from diffcompare.mistakes.kinds import KINDS, Example, Kind
from diffcompare.mistakes.planting import example_of
from diffcompare.mistakes.record import Mistake, Step
from diffcompare.mistakes.summands import first_difference

__all__ = ["KINDS", "Example", "Kind", "Mistake", "Step", "example_of", "find_mistake", "first_difference"]
