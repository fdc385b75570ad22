"""A1 arithmetic: columns as letters, cells as names, and back.

`xlsxwriter.utility` can do most of it; to import it takes 50 to 100 ms, which every reading process
and every command would pay, so that these few lines stay.
"""

import re


def column_letters(column: int) -> str:
    """Return the letters of a column, 1 being A.

    >>> column_letters(1), column_letters(28)
    ('A', 'AB')
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Return the A1 name of a cell, rows and columns counted from 1."""
    return f"{column_letters(column)}{row}"


def column_number(letters: str) -> int:
    """Return the number of a column, A being 1.

    >>> column_number("A"), column_number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def parse_reference(text: str) -> tuple[int, int] | None:
    """Return (row, column) of an A1 reference, counted from 1; None when it is none."""
    found = _REFERENCE.fullmatch(text)
    if not found:
        return None
    return int(found.group(2)), column_number(found.group(1).upper())


def parse_area(text: str) -> tuple[int, int, int, int] | None:
    """Return (top, left, bottom, right) of a reference such as `A1:C3` or `B2`; None if it is none.

    >>> parse_area("A1:C3"), parse_area("B2"), parse_area("C3:A1")
    ((1, 1, 3, 3), (2, 2, 2, 2), None)
    """
    first, _, last = text.partition(":")
    start, end = parse_reference(first), parse_reference(last or first)
    if start is None or end is None or start > end or start[1] > end[1]:
        return None
    return *start, *end


def area_name(top: int, left: int, bottom: int, right: int) -> str:
    """Return the A1 name of an area; of a single cell it is the cell's.

    >>> area_name(1, 1, 3, 28), area_name(2, 2, 2, 2)
    ('A1:AB3', 'B2')
    """
    first, last = cell_name(top, left), cell_name(bottom, right)
    return first if first == last else f"{first}:{last}"
