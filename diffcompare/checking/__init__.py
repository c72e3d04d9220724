"""Is a formula the derivative of an expression?  Evidence at points of every piece of the domain, and proofs.

`guards` finds where something may change, `pieces` cuts a line there, `sample` chooses points in every piece,
`interior` finds some in a domain that is far or narrow, `exactly` compares in ball arithmetic at one point, `regions`
says for which stretches the points speak, `proof` looks for an argument that needs no points, and `verdict` puts them
together.
"""

from diffcompare.checking.regions import Stretch
from diffcompare.checking.verdict import WHERE_DEFINED, WORST_FIRST, Judgement, Verdict, judge
from diffcompare.checking.witness import Witness

__all__ = ["WHERE_DEFINED", "WORST_FIRST", "Judgement", "Stretch", "Verdict", "Witness", "judge"]
