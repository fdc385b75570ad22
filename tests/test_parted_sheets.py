"""A table of more rows than Excel has goes on in further sheets: nothing lost, every link right."""

import io
import re
from functools import partial
from itertools import pairwise
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.reports import summary, tables
from taskxl.reports.tables import (
    HEADER_ROW,
    TITLE_ROW,
    Column,
    Row,
    Section,
    Table,
    lay_out,
    part_layout,
)
from tests.reports_support import make_month

COLUMNS = (Column("编号", 6.0, repeated=True), Column("情况", 20.0, "left"))
TEXTS = st.sampled_from(["短", "长句。" * 20, "很长的一段话。" * 400])
ROWS = st.lists(
    st.one_of(
        TEXTS.map(lambda text: Row(("1", text))),
        st.builds(Section, st.sampled_from(["甲同志", "乙同志"]), st.booleans(), st.booleans()),
    ),
    min_size=1,
    max_size=40,
)


def lay(rows: list[Row | Section]) -> tables.Layout:
    keyed = [
        Row(row.contents, ("row", str(number))) if isinstance(row, Row) else row
        for number, row in enumerate(rows)
    ]
    return lay_out(Table("表", "题", "注", COLUMNS, keyed, anchored=("情况",)))


@given(ROWS, st.integers(4, 60))
def test_every_row_has_its_place_on_a_sheet_and_links_lead_there(
    rows: list[Row | Section], most: int
) -> None:
    whole = lay(rows)
    parts = part_layout(whole, most)
    assert [row for part in parts for row in part.rows] == list(whole.rows)
    names = [part.table.sheet for part in parts]
    assert names == ["表", *(f"表续{n}" for n in range(1, len(parts)))]
    by_name = {part.table.sheet: part for part in parts}
    for part in parts:
        assert part.anchors[(part.table.sheet,)] == (part.table.sheet, TITLE_ROW, 1)
    for key, (_, row, column) in whole.anchors.items():
        (found,) = [part.anchors[key] for part in parts if key in part.anchors]
        assert found[2] == column
        if key != ("表",):
            there = by_name[found[0]].rows[found[1] - HEADER_ROW - 1]
            assert there is whole.rows[row - HEADER_ROW - 1]


@given(ROWS, st.integers(4, 60))
def test_a_row_stays_whole_and_a_sheet_ends_with_a_heading_where_it_can(
    rows: list[Row | Section], most: int
) -> None:
    parts = part_layout(lay(rows), most)
    for part, after in pairwise(parts):
        assert len(part.rows) <= most
        if any(not row.goes_on for row in part.rows[1:]):
            assert not after.rows[0].goes_on
        held = [
            place
            for place, row in enumerate([*part.rows, after.rows[0]])
            if row.section and not row.section.remark and not row.goes_on
        ]
        if any(place > most // 2 for place in held):
            assert held[-1] == len(part.rows)
        elif any(not row.section and not row.goes_on for row in part.rows[:-1]):
            last = part.rows[-1].section
            assert last is None or last.remark, "a heading has its rows below it"


def rows_of(sheet: Any) -> list[list[str]]:
    """Return what stands below the header; of the texts of links, not where they lead."""
    rows = sheet.iter_rows(HEADER_ROW + 1, values_only=True)
    return [[re.sub(r"(续\d+)? [A-Z]+\d+$", "", str(value)) for value in row] for row in rows]


@pytest.mark.parametrize("most", [8, 15])
def test_a_summary_on_more_sheets_says_all_that_it_says_on_few(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = make_month()
    few = openpyxl.load_workbook(io.BytesIO(summary.write_summary(month)))
    monkeypatch.setattr(summary, "part_layout", partial(part_layout, most=most))
    many = openpyxl.load_workbook(io.BytesIO(summary.write_summary(month)))
    for sheet in few.worksheets[1:]:
        parts = [one for one in many.worksheets if one.title.split("续")[0] == sheet.title]
        assert [row for one in parts for row in rows_of(one)] == rows_of(sheet), sheet.title
    titles = set(many.sheetnames)
    assert len(titles) > len(few.sheetnames)
    for sheet in many.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink and cell.hyperlink.location:
                    assert cell.hyperlink.location.rpartition("!")[0].strip("'") in titles
