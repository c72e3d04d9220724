"""A table of rows in one test: every row is tried, and what fails or is skipped is told."""

import pytest
from rows import every_row


@every_row("number", [1, 2, 3, 4])
def only_odd(number):
    assert number % 2, "even"


@every_row(("number", "square"), [(1, 1), (2, 5), (3, 9)])
def squared(number, square):
    assert number**2 == square


@every_row("number", [1, 2])
def not_two(number):
    if number == 2:
        pytest.skip("two is not here")


@every_row("number", [1, 2])
def never_one_and_no_two(number):
    assert number != 1
    pytest.skip("two is not here")


def test_all_rows_that_fail_are_told_with_their_places():
    with pytest.raises(BaseExceptionGroup, match="2 of 4 rows fail") as caught:
        only_odd()
    assert [failure.__notes__ for failure in caught.value.exceptions] == [
        ["in row 2: number = 2"], ["in row 4: number = 4"]
    ]  # fmt: skip


def test_one_row_that_fails_is_the_failure_of_the_test():
    with pytest.raises(AssertionError) as caught:
        squared()
    assert caught.value.__notes__ == ["in row 2: number = 2, square = 5"]


def test_rows_that_are_skipped_skip_the_test_unless_others_fail():
    with pytest.raises(pytest.skip.Exception, match="1 of 2 rows pass, the others are skipped: two is not here"):
        not_two()
    with pytest.raises(AssertionError):
        never_one_and_no_two()


def test_a_table_without_rows_is_an_error():
    with pytest.raises(AssertionError, match="says nothing"):
        every_row("number", [])
