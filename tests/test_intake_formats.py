"""Numbers as they are seen: what a format makes of a number, in every kind of workbook."""

import io
import pickle
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from taskxl.dates import read_date
from taskxl.intake.formats import show_number
from taskxl.intake.grids import Kind, ShownNumber, value_text
from taskxl.intake.reading import read_book
from tests.clerks import convert

SHOWN: tuple[tuple[float, str, str], ...] = (
    (0.85, "0%", "85%"),
    (0.953, "0.0%", "95.3%"),
    (1234.5, "#,##0.00", "1,234.50"),
    (3500, '#,##0"万元"', "3,500万元"),
    (1, "000", "001"),
    (2, '"A-"00', "A-02"),
    (3, '0"所"', "3所"),
    (4.3, "0.00", "4.30"),
    (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
    (0.5, "General", "0.5"),
    (12345678901, "0", "12345678901"),
    (7, ";;;", "7"),  # what a format hides is still there
)


def make_workbook() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row, (number, code, _) in enumerate(SHOWN, 1):
        cell = sheet.cell(row, 2, number)
        cell.number_format = code
    sheet.cell(1, 3, date(2021, 4, 20)).number_format = "yyyy-mm-dd"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("number", "code", "shown"), SHOWN)
def test_a_number_is_what_its_format_shows(number: float, code: str, shown: str) -> None:
    assert value_text(show_number(float(number), code)) == shown


def test_a_workbook_s_numbers_are_read_as_excel_shows_them() -> None:
    sheet = read_book(make_workbook(), "表.xlsx", "xlsx").sheets[0]
    assert [sheet.text(row, 2) for row in range(1, len(SHOWN) + 1)] == [s for *_, s in SHOWN]
    assert sheet.value(1, 3) == date(2021, 4, 20)
    assert sheet.value(1, 2) == 0.85  # the number itself stays a number


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_other_kinds_show_the_same(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / "表.xlsx"
    path.write_bytes(make_workbook())
    other = convert(path, kind, tmp_path, tmp_path / "profile")
    sheet = read_book(other.read_bytes(), other.name, kind).sheets[0]
    assert [sheet.text(row, 2) for row in range(1, len(SHOWN) + 1)] == [s for *_, s in SHOWN]


@pytest.mark.parametrize("code", ["[", "0" * 300, '"', "\\", "[>=x]0", "yyyy", "?" * 200, "[$-"])
def test_a_stranger_s_format_breaks_nothing(code: str) -> None:
    assert value_text(show_number(12.5, code))


def test_a_shown_number_travels_between_processes_and_dates_go_by_what_is_seen() -> None:
    shown = pickle.loads(pickle.dumps(ShownNumber(4.3, "4.30")))
    assert (shown, value_text(shown)) == (4.3, "4.30")
    assert read_date(shown, 2021) == date(2021, 4, 30)
    assert read_date(4.3, 2021) is None  # 4.3 and 4.30 are not told apart


def test_whole_numbers_keep_their_digits() -> None:
    assert value_text(123456789012345678.0) == "123456789012346000"
    assert value_text(0.1 + 0.2) == "0.3"
