"""考核: off unless set; every point that an office loses has its evidence, and nothing in doubt costs."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl

from taskxl.desk import yearbook
from taskxl.desk.demo import run_demo
from taskxl.model import Month, Office, Period, Settings
from taskxl.reports.sheet_assessment import SHEET, list_deductions
from taskxl.reports.year_book import write_ledger
from taskxl.reports.year_view import look_at_year
from taskxl.workspace.folder import Workspace
from tests.months import make_month
from tests.reports_support import open_workbook

ON = Settings(assessment=True)
MARCH = """
| 任务 | 股室   | 收到           | 填报日期   | 进展情况    | 节点时限   | 完成情况 | 完成日期   |
| 1    | 基教股 | 2021-03-20     |            | 走访12所。  | 2021-03-20 | 已完成   | 2021-03-18 |
| 2    | 计财股 | 2021-03-26     |            | 编好文件。  | 2021-03-01 | 未完成   |            |
| 3    | 人事股 |                |            |             | 2021-12-31 |          |            |
| 4    | 教研室 | 2021-03-20     |            |             | 2021-12-31 | 未完成   |            |
| 5    | 督导室 | 文件2021-03-27 | 2021-03-20 | 已检查3所。 | 2021-03-20 | 申请延期 |            |
"""
APRIL = """
| 任务 | 股室   | 进展情况     | 节点时限   | 完成情况 | 完成日期   |
| 1    | 基教股 | 走访15所。   | 2021-03-20 | 已完成   | 2021-03-18 |
| 2    | 计财股 | 已完成招标。 | 2021-03-01 | 已完成   | 2021-04-02 |
| 3    | 人事股 | 培训40人。   | 2021-04-10 | 已完成   | 2021-04-12 |
| 4    | 教研室 | 听课8节。    | 2021-12-31 | 未完成   |            |
| 5    | 督导室 | 已检查5所。  | 2021-03-20 | 已完成   | 2021-03-19 |
"""


def make_months() -> tuple[Month, Month]:
    march = make_month(MARCH, as_of=date(2021, 3, 25), period=Period(2021, 3))
    return march, make_month(APRIL)


def deductions(settings: Settings = ON) -> list[tuple[str, int, str, int]]:
    found = list_deductions(look_at_year(make_months()), settings)
    return [(one.office, one.month, one.what, one.points) for one in found]


def test_each_thing_costs_what_the_settings_say_and_a_milestone_once_a_year() -> None:
    assert deductions() == [
        ("计财股", 3, "迟报", 2),
        ("人事股", 3, "未报送", 5),
        ("教研室", 3, "进展没有填", 1),
        ("计财股", 3, "节点没有按期完成", 2),
        ("人事股", 4, "节点没有按期完成", 2),
    ]
    dear = replace(ON, points_late=7, points_missing=0)
    assert ("计财股", 3, "迟报", 7) in deductions(dear)
    assert not [one for one in deductions(dear) if one[2] == "未报送"]


def test_what_is_in_doubt_or_asked_for_costs_nothing() -> None:
    """督导室: late by the file's time alone, and its milestone has a delay asked for."""
    assert not [one for one in deductions() if one[0] == "督导室"]


def test_every_deduction_says_on_what_it_rests() -> None:
    found = {
        (one.office, one.what): (one.evidence, one.code)
        for one in list_deductions(look_at_year(make_months()), ON)
    }
    text, code = found["计财股", "迟报"]
    assert "截止日是2021年3月25日，晚了1天" in text
    assert code == "G402"
    text, code = found["人事股", "节点没有按期完成"]
    assert "时限是2021-04-10，填报的完成日期是2021-04-12，晚了 2 天" in text
    assert code == ""
    text, code = found["计财股", "节点没有按期完成"]
    assert "时限是2021-03-01，到2021-03-25已过 24 天" in text
    assert code == "G406"
    assert found["人事股", "未报送"][1] == "G401"


def test_the_sheet_adds_up_and_ranks_nobody() -> None:
    sheet = open_workbook(write_ledger(make_months(), None, ON))[SHEET]
    lines = [str(row[0].value) for row in sheet.iter_rows(min_row=4) if row[1].value is None]
    assert lines == [
        "基教股　没有扣分，得 100 分",
        "计财股　扣 4 分，得 96 分",
        "人事股　扣 7 分，得 93 分",
        "教研室　扣 1 分，得 99 分",
        "督导室　没有扣分，得 100 分",
    ]
    points = [row[3].value for row in sheet.iter_rows(min_row=4) if row[1].value is not None]
    assert sum(points) == 4 + 7 + 1


def test_an_office_that_was_renamed_is_one_office() -> None:
    march, april = make_months()
    offices = tuple(
        Office("财务股", ("计财股",)) if o.name == "计财股" else o for o in april.master.offices
    )
    april = replace(april, master=replace(april.master, offices=offices))
    found = list(list_deductions(look_at_year((march, april)), ON))
    assert {one.office for one in found} == {"财务股", "人事股", "教研室"}


def test_it_is_off_unless_the_settings_say_so_now(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "样例")
    run_demo(workspace.root)
    path = yearbook.write_year(workspace).path
    assert SHEET not in openpyxl.load_workbook(path).sheetnames
    book = openpyxl.load_workbook(workspace.master_path)
    cell = next(row[1] for row in book["设置"].iter_rows() if row[0].value == "考核")
    cell.value = "是"
    book.save(workspace.master_path)
    yearbook.write_year(workspace)
    assert openpyxl.load_workbook(path).sheetnames[-1] == SHEET
