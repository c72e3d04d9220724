"""`dc.check` for Python functions: is this gradient right, judged by values of the function alone?"""

from diffcompare.studies.callables.record import GradientCheck
from diffcompare.studies.callables.study import check_callable

__all__ = ["GradientCheck", "check_callable"]
