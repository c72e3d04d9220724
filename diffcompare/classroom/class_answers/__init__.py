"""The answers of a class at once: `diffcompare check answers.csv`.

`cells` reads a table as spreadsheets write it, `columns` says what its columns mean, `reading` makes rows of it,
`study` judges them, `counting` finds what was done wrong how often, and `feedback` writes a text for every student.

E591  a table without the columns it needs        W591  columns that were left out
E592  a column that comes twice                   W592  what feedback was written
E593  a row that does not say what was asked      W593  an encoding that was found out
E594  a row of the table that is malformed        W594  commas that are read as decimal commas
E595  an answer for a partial that the function   W595  a name that answers a question twice
      does not have                               W596  the worksheet that was read, of several
E596  a comma that may be a decimal comma or part arguments
E597  an error of the spreadsheet in the place of an answer
"""
