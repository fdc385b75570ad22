"""Days off and workdays out of a pasted notice: a year that no library knows yet."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.dates import doubt_report_day, read_holidays, report_day
from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import merge_returns
from taskxl.desk.taking_over import init_workspace
from taskxl.master.book.rereading import read_master
from taskxl.model import Period, Settings
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import MASTER_LIST
from tests.support import make_workbook
from tests.test_master_book import read_tables, shown

NOTICE = """国务院办公厅关于2091年
部分节假日安排的通知
国办发明电〔2090〕7号
各省、自治区、直辖市人民政府：
经国务院批准，现将2091年元旦、春节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周一）至3日（周三）放假，共3天。
二、春节：2月16日（周五）至22日（周四）放假调休，共7天。2月25日（星期日）、3月3日（星期六）上班。
三、清明节：4月30日（周一）放假1天。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫工作。
国务院办公厅
2090年11月4日
（此件公开发布）
"""
YEAR = 2091


def set_up(path: Path, values: Mapping[str, str | int], below: Sequence[str] = ()) -> None:
    """Type into sheet 设置, and `below` into the cells under its last value."""
    book = openpyxl.load_workbook(path)
    sheet = book["设置"]
    for row in sheet.iter_rows(min_row=2):
        if row[0].value in values:
            row[1].value = values[str(row[0].value)]
    for number, line in enumerate(below, sheet.max_row + 1):
        sheet.cell(number, 2).value = line
    book.save(path)


@pytest.fixture
def unknown_year(tmp_path: Path) -> Workspace:
    """A workspace of a year without any holidays that reports on the last workday."""
    source = tmp_path / "附件1.xlsx"
    source.write_bytes(make_workbook({"Sheet1": MASTER_LIST.replace("2021", str(YEAR))}))
    init_workspace(tmp_path / "年", [source], YEAR)
    set_up(tmp_path / "年" / "主清单.xlsx", {"报送日按倒数工作日": 1})
    return Workspace(tmp_path / "年")


def test_the_notices_own_sentences_are_read() -> None:
    days = read_holidays(NOTICE, YEAR)
    off = [day for day, works in days.items() if not works]
    assert off == [
        *(date(YEAR, 1, day) for day in (1, 2, 3)),
        *(date(YEAR, 2, day) for day in range(16, 23)),
        date(YEAR, 4, 30),
    ]
    assert [day for day, works in days.items() if works] == [date(YEAR, 2, 25), date(YEAR, 3, 3)]


@pytest.mark.parametrize(
    ("text", "off", "work"),
    [
        ("2091-01-01 休\n2091-01-06 班", ["2091-01-01"], ["2091-01-06"]),
        ("1.1-1.2 休；1.6班", ["2091-01-01", "2091-01-02"], ["2091-01-06"]),
        (
            "2090年12月31日至1月1日放假，共2天。1月6日上班。",
            ["2090-12-31", "2091-01-01"],
            ["2091-01-06"],
        ),
        ("1 月 1 日 放假", ["2091-01-01"], []),
        (
            "2092年部分节假日安排：1月1日放假。\n2091年部分节假日安排：1月1日放假。",
            ["2091-01-01", "2092-01-01"],
            [],
        ),
    ],
)
def test_shorter_and_longer_ways_of_saying_it(text: str, off: list[str], work: list[str]) -> None:
    days = read_holidays(text, YEAR)
    assert [str(day) for day, works in days.items() if not works] == off
    assert [str(day) for day, works in days.items() if works] == work


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1月1日（周二）放假", "2091年的“1月1日”不是周二，像是别的年份的通知"),
        ("1月1日", "1月1日后面没有写放假还是上班"),
        ("1月1日。2月1日放假。", "1月1日后面没有写放假还是上班"),
        ("3日放假", "“3日”没有写是几月"),
        ("2月30日放假", "没有“2月30日”这一天"),
        ("1月1日至9月9日放假", "1月1日至9月9日不像一段假期"),
    ],
)
def test_what_is_not_certain_is_refused_and_not_guessed(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        read_holidays(text, YEAR)


@given(st.text(alphabet="0123456789年月日至、。（）周一放假上班休-/.\n ", max_size=40))
def test_any_text_is_read_or_refused_in_one_clause(text: str) -> None:
    said = ""
    days: Mapping[date, bool] = {}
    try:
        days = read_holidays(text, YEAR)
    except ValueError as error:
        said = str(error)
    assert "\n" not in said
    assert list(days) == sorted(days)


def test_the_last_workdays_are_those_of_the_notice() -> None:
    settings = Settings(year=YEAR, report_workday=1, holidays=NOTICE)
    assert report_day(Period(YEAR, 4), settings) == date(YEAR, 4, 27)  # the 30th is off
    later = Settings(year=YEAR, report_workday=3, holidays=NOTICE)
    assert report_day(Period(YEAR, 2), later) == date(YEAR, 2, 26)
    moved = Settings(year=YEAR, report_workday=4, holidays=NOTICE)
    assert report_day(Period(YEAR, 2), moved) == date(YEAR, 2, 25)  # a Sunday that is worked
    assert doubt_report_day(Period(YEAR, 4), settings) is None
    assert doubt_report_day(Period(YEAR + 1, 4), settings) is not None


def test_the_notice_goes_before_what_the_library_knows() -> None:
    pasted = Settings(year=2026, report_workday=1, holidays="6月30日放假。")
    assert report_day(Period(2026, 6), Settings(report_workday=1)) == date(2026, 6, 30)
    assert report_day(Period(2026, 6), pasted) == date(2026, 6, 29)
    assert report_day(Period(2026, 9), pasted) == report_day(
        Period(2026, 9), Settings(report_workday=1)
    )


def test_a_notice_pasted_over_several_rows_is_one(unknown_year: Workspace) -> None:
    """What is pasted without opening the cell first fills the cells below it, a line each."""
    path = unknown_year.master_path
    set_up(path, {"节假日": NOTICE.splitlines()[0]}, below=NOTICE.splitlines()[1:])
    master, findings = read_master(path.read_bytes(), path.name)
    assert read_holidays(master.settings.holidays, YEAR) == read_holidays(NOTICE, YEAR)
    assert not [finding for finding in findings if finding.sheet == "设置"]


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("1月1日（周二）放假", "“节假日”2091年的“1月1日”不是周二，像是别的年份的通知，按留空办。"),
        ("见通知", "“节假日”没有写哪些天放假、哪些天上班，按留空办。"),
    ],
)
def test_a_notice_that_cannot_be_read_is_said_of_its_cell(pasted: str, said: str) -> None:
    master, findings = read_tables(设置=f"项目|值|说明\n年份|{YEAR}|\n节假日|{pasted}|")
    assert master.settings.holidays == ""
    assert shown(findings) == ["设置 B3 M124 warning"]
    assert findings[0].message.startswith(said + "请填国务院办公厅节假日安排通知的原文，如")


def test_it_is_said_with_the_first_forms_of_a_month_and_not_again(unknown_year: Workspace) -> None:
    now = datetime(YEAR, 4, 20, 9, 0)

    def said(notes: Iterable[str]) -> list[str]:
        return [note for note in notes if "放假安排" in note]

    april = Period(YEAR, 4)
    (line,) = said(issue_forms(unknown_year, april, now=now).notes)
    assert line.startswith("2091年的放假安排程序还不知道，报送日先只按周末推算为2091-04-30。请把")
    assert "主清单“设置”的“节假日”一格" in line
    assert said(issue_forms(unknown_year, april, now=now).notes) == []
    assert said(merge_returns(unknown_year, april, now=now).notes) == []


def test_a_pasted_notice_is_what_the_letters_go_by(unknown_year: Workspace) -> None:
    set_up(unknown_year.master_path, {"节假日": NOTICE})
    report = issue_forms(unknown_year, Period(YEAR, 4), now=datetime(YEAR, 4, 20, 9, 0))
    assert not [note for note in report.notes if "放假安排" in note]
    master, _ = read_master(unknown_year.read_master_bytes(), "主清单.xlsx")
    assert master.settings.holidays == NOTICE.strip()
    assert report_day(Period(YEAR, 4), master.settings) == date(YEAR, 4, 27)
