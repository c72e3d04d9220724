"""The answers of a class at once: `diffcompare check answers.csv`.

`cells` reads a table as spreadsheets write it, `columns` says what its columns mean, `reading` makes rows of it,
`study` judges them, `counting` finds what was done wrong how often, and `feedback` writes a text for every student.

E591  a table without the columns it needs        E594  a row of the table that is malformed
E592  a column that comes twice                   E595  an answer for a partial that the function does not have
E593  a row that does not say what was asked      W591  columns that were left out
                                                  W592  what feedback was written
"""

from diffcompare.studies.answers.reading import Table
from diffcompare.studies.answers.record import Class, Part, Row, Trouble
from diffcompare.studies.answers.study import check_class

__all__ = ["Class", "Part", "Row", "Table", "Trouble", "check_class"]
