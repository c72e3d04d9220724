"""`diffcompare check`: is this derivative right, and if not, why?"""

from diffcompare.studies.check.record import Answer, Check
from diffcompare.studies.check.study import check, check_question

__all__ = ["Answer", "Check", "check", "check_question"]
