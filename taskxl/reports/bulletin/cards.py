"""督办单: on one page what is late with an office or a task, whose it is, by when it is wanted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from taskxl.dates import report_day
from taskxl.model import MilestoneState, Month, Period, Task
from taskxl.reports.bulletin.contents import full_day, name_day
from taskxl.reports.bulletin.problems import (
    describe_statement,
    is_certain,
    list_overdue,
    state_fact,
)
from taskxl.reports.view import MonthView, look_at
from taskxl.text import show
from taskxl.words import BEHIND, DONE

NAMES: dict[str, str] = {
    "单位": "本单位的全称",
    "落款": "单位名称加“办公室”",
    "年度": "2021年",
    "报告期": "1-4月",
    "截止": "统计截止的那一天，2021年4月25日",
    "成文日期": "写这份督办单的日子",
    "称谓": "“设置”里的内设机构称谓：股室、科室、处室或部门",
    "对象": "督办的是哪个股室，或哪项任务",
    "股室": "承办股室",
    "责任人": "股室或任务的责任人，没有写的为空",
    "分管负责同志": "股室的分管负责同志，没有写的为空",
    "审定": "本期报表上分管负责同志审定一栏写的；没有报表的写明",
    "事项": "逐个有 序、内容（连同任务）、时限、超期、说明",
    "其余": "一页放不下、没有列出的事项有几个",
    "要求期限": "请在哪一天以前反馈：下一次报送的日子；12月的为空",
    "下次报告期": "1-5月；12月的为空",
}
"""What the template of a 督办单 may name."""
_LINES, _TEXT_LINE, _NOTE_LINE = 18, 16, 10
"""Lines of things that one page holds, and characters of a line in its two columns of text."""


@dataclass(frozen=True, slots=True)
class Late:
    """One late thing: of which office and task (None: the return as such), and a row's words."""

    office: str
    task: Task | None
    row: dict[str, str]


def list_late(view: MonthView) -> list[Late]:
    """Return what is certainly late in a month: returns, milestones, and tasks said to be behind.

    What is only to be checked is on no 督办单.
    """
    found = list(_late_returns(view))
    certain, _ = list_overdue(view)
    found += (Late(office, state.task, _step_row(state)) for state, office in certain)
    told = {(one.office, one.task.id) for one in found if one.task}
    for task in view.month.master.tasks:
        office = view.lead_of(task)
        if view.statuses[task.id] == BEHIND and office and (office, task.id) not in told:
            said = next((e for e in view.entries.get(task.id, ()) if e.office == office), None)
            why = show(said.obstacles, 60) if said and said.obstacles.strip() else "没有写明原因"
            row = _row(task.label, "进度状态报“进度滞后”", "", "", why)
            found.append(Late(office, task, row))
    return [one for one in found if one.task is None or view.statuses[one.task.id] != DONE]


def _late_returns(view: MonthView) -> Iterator[Late]:
    """Yield the returns that are missing, refused or late, where a finding says so for certain."""
    for state in view.month.offices:
        if state.state == "submitted" or not state.owes or not state.due:
            continue
        told = [
            f
            for f in view.office_findings.get(state.office, ())
            if f.task is None and f.code[0] in "GR" and f.code != "G403" and is_certain(f)
        ]
        if told:
            facts = "；".join(filter(None, (state_fact(one) for one in told)))
            day = view.month.as_of
            what = f"{view.month.period.label}进展情况表{state.word}"
            yield Late(state.office, None, _row("", what, name_day(day), "", facts, 60))


def _step_row(state: MilestoneState) -> dict[str, str]:
    due = state.milestone.due
    return _row(
        state.task.label,
        state.milestone.text,
        name_day(due) if due else "",
        f"{state.days_over or 0}天",
        describe_statement(state),
    )


def _row(task: str, what: str, due: str, over: str, note: str, limit: int = 40) -> dict[str, str]:
    return {
        "内容": show(f"{task}：{what}" if task else what, 76),
        "时限": due,
        "超期": over,
        "说明": show(note, limit),
    }


def _count_fitting(late: list[Late]) -> int:
    """Return how many things one page holds, at least one."""
    lines = 0
    for number, one in enumerate(late):
        text, note = len(one.row["内容"]), len(one.row["说明"])
        lines += max(1, -(-text // _TEXT_LINE), -(-note // _NOTE_LINE))
        if number and lines > _LINES:
            return number
    return len(late)


def make_cards(month: Month, day: date, by: str = "office") -> dict[str, dict[str, Any]]:
    """Return the values of each 督办单 of a month by the office's name, or by the task's id.

    `by` is `office` or `task`; `day` is that on which they are written. Who has nothing late has
    none.
    """
    view = look_at(month)
    groups: dict[str, list[Late]] = {}
    for one in list_late(view):
        key = one.office if by == "office" else one.task.id if one.task else None
        if key is not None:
            groups.setdefault(key, []).append(one)
    order = [s.office for s in month.offices] if by == "office" else list(view.tasks)
    ranked = sorted(groups, key=lambda key: order.index(key) if key in order else len(order))
    return {key: _make_card(view, groups[key], day, by, key) for key in ranked}


def _make_card(view: MonthView, late: list[Late], day: date, by: str, key: str) -> dict[str, Any]:
    month, settings = view.month, view.month.master.settings
    office = late[0].office
    known = next((one for one in month.master.offices if one.name == office), None)
    state = view.states.get(office)
    task = view.tasks.get(key) if by == "task" else None
    people = [p.name for p in task.persons] if task else []
    person = "、".join(people) or (known.person if known and known.person else "")
    leader = (task.leader if task else None) or view.office_leaders.get(office, "")
    period = month.period
    following = (
        Period(period.year, period.month + 1, period.first_month) if period.month < 12 else None
    )
    came = state is not None and state.state in ("submitted", "late")
    approved = state.approval if came and state else ""
    fitting = _count_fitting(late)
    return {
        "单位": settings.bureau,
        "落款": f"{settings.bureau}办公室",
        "年度": f"{period.year}年",
        "报告期": period.label,
        "截止": full_day(month.as_of),
        "成文日期": full_day(day),
        "称谓": view.word,
        "对象": show(task.label if task else office, 36),
        "股室": show("、".join(dict.fromkeys(one.office for one in late)), 30),
        "责任人": show(person, 24),
        "分管负责同志": show(leader or "", 20),
        "审定": show(approved or ("没有写" if came else "本期没有可用的报表"), 20),
        "事项": [{"序": n} | one.row for n, one in enumerate(late[:fitting], 1)],
        "其余": len(late) - fitting,
        "要求期限": full_day(report_day(following, settings)) if following else "",
        "下次报告期": following.label if following else "",
    }
