"""清单变化: what changed in the list from each merged month to the next."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from taskxl.master.revising.differences import KIND_WORDS, Difference, Kind, compare_lists
from taskxl.model import MasterList, Task
from taskxl.reports.sheet_year_tasks import TIMELINE
from taskxl.reports.styles import Tone
from taskxl.reports.tables import Cell, Column, Content, Link, Row, Table
from taskxl.reports.view import MonthView
from taskxl.reports.year_view import Year
from taskxl.roster import Roster
from taskxl.text import squeeze

SHEET = "清单变化"
_TONES: Mapping[Kind, Tone] = {
    "postponed": "warning",
    "dropped": "warning",
    "merged": "info",
    "uncertain": "info",
    "closed": "done",
}
_COLUMNS = (
    Column("月份", 9, repeated=True),
    Column("编号", 6, repeated=True),
    Column("项目名称", 24, "left", repeated=True),
    Column("变化", 9, repeated=True),
    Column("说明", 46, "left"),
    Column("原为", 22, "left"),
    Column("现为", 22, "left"),
    Column("时间线", 6),
)


def make_table(year: Year) -> Table:
    """Return 清单变化: a row a change, by months, in the order of the later list."""
    rows = [row for before, after in pairwise(year.views) for row in _compare(before, after)]
    note = (
        "相邻两次汇总所用的主清单相比，每处不同一行；最近一期汇总之后的改动还不在内。"
        "“像是”的没有把握，请核实。"
    )
    empty = "各月的主清单没有变化"
    title = year.heading("清单变化")
    return Table(SHEET, title, note, _COLUMNS, rows, frozen_columns=4, empty=empty)


def _compare(before: MonthView, after: MonthView) -> Iterator[Row]:
    old, new = before.month.master, after.month.master
    months = f"{before.month.period.month}月→{after.month.period.month}月"
    tasks: dict[str, Task] = {task.id: task for task in (*old.tasks, *new.tasks)}
    for one in compare_lists(old.tasks, new.tasks, new.offices):
        task = tasks.get(one.task)
        contents: tuple[Content, ...] = (
            months,
            (task.number if task else None) or "",
            (task.title if task else None) or one.label,
            Cell(KIND_WORDS[one.kind], _TONES.get(one.kind, "")),
            _explain(one),
            one.was,
            one.now,
            Link(((TIMELINE, one.task),), "查看"),
        )
        yield Row(contents)
    for was, now in _renamed(old, new):
        told = f"股室“{was}”改名为“{now}”。"
        yield Row((months, "", "", Cell("股室改名", "info"), told, was, now, ""))


def _renamed(old: MasterList, new: MasterList) -> Iterator[tuple[str, str]]:
    """Yield the offices that are called otherwise now: the old name has become an alias."""
    names = {squeeze(office.name) for office in new.offices}
    roster = Roster(new.offices)
    for office in old.offices:
        now = roster.resolve(office.name)
        if now is not None and squeeze(office.name) not in names:
            yield office.name, now.name


def _explain(one: Difference) -> str:
    """Return what changed, without the task's name, which stands beside it."""
    return one.message.removeprefix(f"{one.label}：")
