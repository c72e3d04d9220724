"""`diffcompare check`: is this derivative right, and if not, why?"""

from diffcompare.studies.check.record import Answer, Check
from diffcompare.studies.check.study import check_expression, check_question

__all__ = ["Answer", "Check", "check_expression", "check_question"]
