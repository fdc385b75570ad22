"""销号: two columns of 任务, and a closed task of which nobody is asked anything any more."""

from dataclasses import replace
from datetime import date

import pytest

from taskxl.forms.issue import compose_form
from taskxl.master.book.making import read_master, write_master
from taskxl.master.book.rereading import read_grids
from taskxl.master.checks import check_closings
from taskxl.merge.counts import count_month, task_statuses
from taskxl.merge.month import merge_month
from taskxl.model import MasterList, Milestone, Month, Office, Period, Settings, Task, with_ids
from taskxl.roster import divide_tasks, tasks_of
from tests.months import APRIL, REPORT_DAY, codes_of, make_master, make_returns, read_rows
from tests.support import make_book

MARCH, MAY = Period(2021, 3), Period(2021, 5)
CLOSED = date(2021, 4, 30)
TASK_HEADER = "标识|编号|任务名称|牵头股室"
REST = {
    "节点": "标识|任务标识|节点内容|完成时限|存疑\n1/1|1|一是办成|2026-03-31|",
    "股室": "股室名称|别名|分管负责同志|责任人|邮箱\n办公室||||",
    "设置": "项目|值|说明\n清单标题|一览表\n年份|2026|",
}


def test_a_closing_is_written_and_read_again() -> None:
    task = Task("1", "甲", closed_on=date(2026, 5, 20), closing="验收文号〔2026〕3号")
    master = MasterList("一览表", with_ids((task, Task("2", "乙"))), (), Settings(year=2026))
    again, findings = read_master(write_master(master), "主清单.xlsx")
    assert [(t.closed_on, t.closing) for t in again.tasks] == [
        (date(2026, 5, 20), "验收文号〔2026〕3号"),
        (None, ""),
    ]
    assert findings == ()


def test_a_workbook_without_the_two_columns_lacks_nothing() -> None:
    tasks = "标识|编号|任务名称|分管负责同志|牵头股室|协办股室|责任人|主要内容|备注|分组\n1|1|甲| |办公室| | | | |"
    placed = read_grids(make_book("主清单.xlsx", 任务=tasks, **REST))
    master, findings = placed.master, placed.findings
    assert (master.tasks[0].closed_on, findings) == (None, ())


@pytest.mark.parametrize(
    ("day", "evidence", "closed", "found"),
    [
        ("2026-05-20", "会议纪要", date(2026, 5, 20), []),
        ("5月20日", "会议纪要", date(2026, 5, 20), []),
        ("2026.5.20", "会议纪要", date(2026, 5, 20), []),
        ("2026-05-20", "", date(2026, 5, 20), [("F2", "info")]),
        ("2025-05-20", "会议纪要", date(2025, 5, 20), [("E2", "warning")]),
        ("2027-01-08", "会议纪要", date(2027, 1, 8), [("E2", "warning")]),
        ("已办结", "会议纪要", None, [("E2", "warning")]),
        ("", "会议纪要", None, [("E2", "warning")]),
        ("", "", None, []),
    ],
)
def test_only_a_date_closes_and_what_is_missing_is_said(
    day: str, evidence: str, closed: date | None, found: list[tuple[str, str]]
) -> None:
    tasks = f"{TASK_HEADER}|销号日期|销号依据\n1|1|甲|办公室|{day}|{evidence}"
    placed = read_grids(make_book("主清单.xlsx", 任务=tasks, **REST))
    master, findings = placed.master, placed.findings
    own = [(f.cell, f.severity) for f in findings if f.code == "M128"]
    assert (master.tasks[0].closed_on, own) == (closed, found)


def test_a_closing_with_milestones_still_open_is_said() -> None:
    steps = (
        Milestone("一是立项", date(2026, 3, 31), id="1/1"),
        Milestone("二是竣工", date(2026, 9, 30), id="1/2"),
    )
    task = Task("1", "甲", milestones=steps, id="1", closed_on=date(2026, 5, 20), closing="纪要")
    (found,) = check_closings((task,))
    assert (found.code, found.severity) == ("M129", "warning")
    assert "1 个节点" in found.message
    assert "二是竣工" in found.message
    (found,) = check_closings((task,), done={"1/2"})
    assert "一是立项" in found.message
    assert check_closings((task,), done={"1/1", "1/2"}) == ()
    assert check_closings((replace(task, closed_on=None),), done=()) == ()


# ---------------------------------------------------------------- what follows from it

ACCUSED = """
| 任务 | 股室   | 进度状态 | 进展情况         | 存在问题 | 节点时限   | 完成情况 | 完成日期   | 上月进展             | 上月状态 | 上月节点 |
| 1    | 基教股 |          |                  | 无       | 2021-03-01 | 未完成   |            | 三月走访12所学校。   | 正常推进 |          |
| 2    | 基教股 | 正常推进 | 完成3所学校改造。 | 无       | 2021-04-28 | 申请延期 |            | 完成3所学校改造。    | 正常推进 |          |
| 3    | 基教股 | 正常推进 | 高度重视，按计划有序推进。 | 无 | 2021-03-01 |      |            | 三月编好招标文件。   | 正常推进 |          |
| 4    | 基教股 | 进度滞后 | 正在招标。       | 无       | 2021-03-01 | 未完成   | 2021-04-01 | 三月编好招标文件。   | 已完成   | 已完成   |
| 5    | 基教股 |          | 已开标一次。     | 无       | 2021-12-31 |          |            | 三月编好招标文件。   | 正常推进 |          |
"""
ACCUSING = {"G404", "G405", "G406", "G407", "G408", "G409", "G410", "G411", "G413", "G415"}


def merged(closed_on: date | None, period: Period = APRIL) -> Month:
    """Merge the month, every task of it closed on that day."""
    rows = read_rows(ACCUSED)
    master = make_master(rows)
    before = merge_month(master, MARCH, MARCH.last_day, make_returns(rows, MARCH, "上月"))
    tasks = tuple(replace(task, closed_on=closed_on, closing="纪要") for task in master.tasks)
    return merge_month(
        replace(master, tasks=tasks), period, REPORT_DAY, make_returns(rows, period), [before]
    )


def test_of_a_closed_task_nobody_is_accused() -> None:
    accused = set(codes_of(merged(None))) & ACCUSING
    assert accused == ACCUSING - {"G413"}
    assert set(codes_of(merged(CLOSED))) & ACCUSING == set()
    assert set(codes_of(merged(date(2021, 5, 1)))) & ACCUSING == accused


def test_a_closed_task_is_done_with_all_its_milestones_and_owed_by_nobody() -> None:
    month = merged(CLOSED)
    assert {state.light for state in month.milestones} == {"done"}
    assert {state.days_over for state in month.milestones} == {None}
    assert set(task_statuses(month).values()) == {"已完成"}
    assert count_month(month).rates["completion"].rate == 1
    assert [state.owes for state in month.offices] == [False]
    assert len(month.entries) == 5, "what was sent all the same is kept"


def test_a_closed_task_is_on_no_form_from_its_month_on() -> None:
    month = merged(CLOSED)
    assert divide_tasks(month.master, APRIL) == {}
    assert [len(own) for own, _ in divide_tasks(month.master, MARCH).values()] == [5]
    master = replace(
        month.master,
        tasks=(*month.master.tasks[:4], replace(month.master.tasks[4], closed_on=None)),
    )
    form = compose_form(master, "基教股", MAY, date(2021, 5, 25))
    assert [record["标识"] for record in form.blocks["任务"]] == ["5"]
    form = compose_form(master, "基教股", MARCH, date(2021, 3, 25))
    assert len(form.blocks["任务"]) == 5
    assert tasks_of(month.master, "基教股", MAY) == ((), ())


def test_a_task_that_was_closed_by_mistake_is_as_it_was() -> None:
    before = merged(CLOSED)
    tasks = tuple(replace(task, closed_on=None) for task in before.master.tasks)
    open_again = replace(before.master, tasks=tasks)
    may = merge_month(open_again, MAY, date(2021, 5, 25), (), [before])
    assert may.milestones[0].light == "severe"
    assert set(task_statuses(may).values()) == {"未填"}


def test_an_office_all_of_whose_tasks_are_closed_is_not_missing() -> None:
    task = Task("1", "甲", lead_offices=("办公室",), closed_on=CLOSED, id="1")
    master = MasterList("一览表", (task,), (Office("办公室"),), Settings(year=2021))
    assert merge_month(master, MAY, date(2021, 5, 25), ()).findings == ()
    april = merge_month(master, MARCH, date(2021, 3, 25), ())
    assert [finding.code for finding in april.findings] == ["G401"]
