"""`diffcompare quiz`: derivatives to find, with hints, mistakes and derivations for those that are not found."""

from diffcompare.studies.quiz.record import Quiz, Round, Try
from diffcompare.studies.quiz.session import Reply, asked, begin, interrupted, introduction, prompt, reply

__all__ = ["Quiz", "Reply", "Round", "Try", "asked", "begin", "interrupted", "introduction", "prompt", "reply"]
