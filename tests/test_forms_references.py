"""Formulas and areas whose rows move when a form is filled."""

import pytest

from taskxl.ooxml.references import (
    RowMap,
    Zone,
    move_formula,
    read_formula,
    read_ranges,
    references,
    write_formula,
)

# Row 5 is a group row, row 6 the prototype; two groups of two and one make rows 5 to 9.
GROUPED = RowMap([Zone("任务", 6, 5)], [[True, False, False, True, False]])
# Row 3 is a prototype of which four were made, row 5 one of which one was made.
TWO = RowMap([Zone("任务", 3), Zone("节点", 5)], [[False] * 4, [False]])


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("A1+$B$2", ["A1", "$B$2"]),
        ("SUM(A1:B2,表!C3:C4)", ["A1:B2", "表!C3:C4"]),
        ("'一 月''s'!A1", ["'一 月''s'!A1"]),
        ("LOG10(A1)", ["A1"]),
        ('"A1"&A2&"B""3"', ["A2"]),
        ("$3:$5", ["$3:$5"]),
        ("[1]表!A1+Table1[A1]+表_A1+A1.x+1E5", []),
        ("COUNTIF(A:A,A1)", ["A1"]),
        ("A1(2)", []),
        ("R1C1:表2", []),
    ],
)
def test_references_are_found_and_nothing_else(text: str, there: list[str]) -> None:
    found = [r.write(r.top_row, r.bottom_row) for r in references(read_formula(text))]
    assert found == there
    assert write_formula(read_formula(text), "表", {}) == text


@pytest.mark.parametrize(
    ("drawn", "filled"),
    [
        ("A4", "A4"),
        ("A5", "A5"),  # the first group row
        ("A6", "A6"),
        ("A7", "A10"),
        ("A4:A7", "A4:A10"),
        ("A5:A6", "A5:A9"),
        ("A6:A6", "A6:A9"),
        ("$A$6:$A$6", "$A$6:$A$9"),
        ("表!B6:B8", "表!B6:B11"),
        ("别的!B6:B8", "别的!B6:B8"),
        ("6:7", "6:10"),
    ],
)
def test_a_formula_follows_its_rows(drawn: str, filled: str) -> None:
    assert write_formula(read_formula(drawn), "表", {"表": GROUPED}) == filled


@pytest.mark.parametrize(
    ("drawn", "filled"),
    [
        ("A6", "A9"),  # its own row
        ("A6:C6", "A9:C9"),
        ("A5", "A8"),  # the row above, relative
        ("$A$4", "$A$4"),
        ("MAX($A$4:A5)", "MAX($A$4:A8)"),
        ("A7", "A10"),
        ("SUM($A$6:$A$6)", "SUM($A$6:$A$9)"),
    ],
)
def test_a_formula_in_a_cloned_row_is_copied_as_a_program_copies_it(
    drawn: str, filled: str
) -> None:
    assert write_formula(read_formula(drawn), "表", {"表": GROUPED}, (6, 9)) == filled


@pytest.mark.parametrize(
    ("drawn", "filled"),
    [
        ("B6", ["B6:B7", "B9"]),
        ("B5", ["B5", "B8"]),
        ("B5:B6", ["B5:B9"]),
        ("B4:B6", ["B4:B9"]),  # a rule from above the groups on takes all in
        ("B6:B7", ["B6:B7", "B9:B10"]),
        ("B1:B99", ["B1:B102"]),
        ("B1:B1048576", ["B1:B1048576"]),
    ],
)
def test_an_area_leaves_out_rows_of_the_other_kind(drawn: str, filled: list[str]) -> None:
    (area,) = read_ranges(drawn) or ()
    assert area.spread(GROUPED) == filled


def test_several_zones_add_up() -> None:
    assert [TWO.first(row) for row in range(1, 8)] == [1, 2, 3, 7, 8, 9, 10]
    assert TWO.areas(3, 5) == [(3, 8)]
    assert TWO.areas(4, 4) == [(7, 7)]
    assert TWO.moved


def test_nothing_moves_where_one_row_makes_one() -> None:
    rows = RowMap([Zone("任务", 3)], [[False]])
    assert not rows.moved
    assert rows.areas(1, 9) == [(1, 9)]


def test_a_group_row_of_which_none_was_made_leaves_no_area() -> None:
    rows = RowMap([Zone("任务", 6, 5)], [[False, False]])
    assert rows.areas(5, 5) == []
    assert rows.areas(5, 6) == [(5, 6)]
    assert [rows.first(row) for row in (4, 5, 6, 7)] == [4, 5, 5, 7]


def test_a_copied_formula_moves_its_relative_parts() -> None:
    moved = move_formula(read_formula("A1+$A1+A$1+$A$1+表!B2:C3"), 2, 1)
    assert write_formula(moved, "", {}) == "B3+$A3+B$1+$A$1+表!C4:D5"
