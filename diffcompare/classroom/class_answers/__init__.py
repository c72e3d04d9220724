"""The answers of a class: `diffcompare check answers.csv` checks a whole table at once.

`table` reads the file and the meaning of its columns, `exports` that of tables with a column for every answer,
`question_text` finds the function in a question, `answer_table` makes rows of all that, `submissions` are these rows
with their checks, `grade` checks them, `report`
counts the mistakes and how each question went, and `feedback` writes a text for every student.

E591  a table without the columns it needs        W591  columns that were left out
E592  a column that occurs twice                  W592  what feedback was written
E593  a row without a function                    W593  an encoding that was detected
E594  a malformed row                             W594  commas that are read as decimal commas
E595  an answer for a partial that the function   W595  a name that answers a question twice
      does not have                               W596  the worksheet that was read, of several
E596  a comma that may be a decimal comma or part arguments
E597  a spreadsheet error in place of an answer         W597  the columns that were found in an export
E639  a right answer that is not the derivative         W598  the functions that were found in sentences
E637, E638  see `inputs.column_choice`
"""
