"""考核: points of each office by the rules of 设置, each deduction with its evidence.

It is off unless set. Only what is certain costs points, the same that a bulletin may say. There is
no ranking.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from taskxl.findings import Finding
from taskxl.merge.evidence import files_named_after
from taskxl.merge.lights import POSTPONED, says_done
from taskxl.model import MilestoneState, OfficeState, Settings
from taskxl.reports.bulletin.problems import is_certain, list_overdue, state_fact
from taskxl.reports.tables import Cell, Column, Row, Section, Table
from taskxl.reports.view import MonthView
from taskxl.reports.year_view import Year
from taskxl.roster import Roster
from taskxl.text import quote

SHEET = "考核"
MISSING, LATE, REJECTED, BLANK, OVERDUE = (
    "未报送",
    "迟报",
    "须重报",
    "进展没有填",
    "节点没有按期完成",
)
_COLUMNS = (
    Column("股室", 14, repeated=True),
    Column("月份", 7),
    Column("扣分事项", 18),
    Column("扣分", 7, number="0"),
    Column("依据", 78, "left"),
    Column("代码", 8),
)


@dataclass(frozen=True, slots=True)
class Deduction:
    """Points that an office (by its present name) loses: in which month, for what, on what grounds.

    `code` is that of the finding it rests on, "" where it is a date that the office gave.
    """

    office: str
    month: int
    what: str
    points: int
    evidence: str
    code: str = ""


def points_of(settings: Settings) -> dict[str, int]:
    """Return what each thing costs, by its name."""
    return {
        MISSING: settings.points_missing,
        LATE: settings.points_late,
        REJECTED: settings.points_rejected,
        BLANK: settings.points_blank,
        OVERDUE: settings.points_overdue,
    }


def make_table(year: Year, settings: Settings) -> Table:
    """Return 考核: by office, in the order of sheet 股室, what it lost and why.

    `settings` are those that stand in 设置 now.
    """
    base = settings.points_base
    found = list(list_deductions(year, settings))
    rows: list[Row | Section] = []
    for office in _list_offices(year):
        own = [one for one in found if one.office == office]
        lost = sum(one.points for one in own)
        told = f"扣 {lost} 分，得 {max(0, base - lost)} 分" if own else f"没有扣分，得 {base} 分"
        rows.append(Section(f"{office}　{told}"))
        rows += [
            Row((one.office, f"{one.month}月", one.what, one.points, Cell(one.evidence), one.code))
            for one in own
        ]
    costs = "，".join(f"{what} {points} 分" for what, points in points_of(settings).items())
    note = (
        f"{year.note}基础分 {base} 分，每次（项）扣：{costs}；分值在主清单“设置”里。"
        "只扣查实的，“请核实”的不扣；申请延期、时限不确定的节点不扣，批准延期的按新时限；一个节点全年只扣一次。"
        "节点计在牵头股室名下。"
    )
    return Table(SHEET, year.heading("报送和完成情况考核"), note, _COLUMNS, rows, frozen_columns=1)


def list_deductions(year: Year, settings: Settings) -> Iterator[Deduction]:
    """Yield every deduction of the year, oldest first; what costs nothing is none."""
    points = points_of(settings)
    counted: set[str] = set()
    for view in year.views:
        found = (*_of_returns(year, view), *_of_texts(year, view), *_of_steps(year, view, counted))
        for office, what, evidence, code in found:
            if points[what]:
                month = view.month.period.month
                yield Deduction(office, month, what, points[what], evidence, code)


_Found = tuple[str, str, str, str]


def _list_offices(year: Year) -> list[str]:
    """Return the offices that owed a report in some month, by their present names."""
    owing = {
        year.office_name(state.office)
        for view in year.views
        for state in view.month.offices
        if state.owes
    }
    places = {office.name: place for place, office in enumerate(year.roster.offices)}
    return sorted(owing, key=lambda name: (places.get(name, len(places)), name))


def _of_returns(year: Year, view: MonthView) -> Iterator[_Found]:
    for state in view.month.offices:
        if not state.owes or not state.due or state.state == "submitted":
            continue
        what = {"missing": MISSING, "late": LATE, "rejected": REJECTED}[state.state]
        finding = _ground(view, state)
        if finding is not None:
            yield year.office_name(state.office), what, state_fact(finding), finding.code


def _ground(view: MonthView, state: OfficeState) -> Finding | None:
    """Return the finding that makes an office's state certain, None where it is in doubt."""
    heads = {"missing": "G401", "late": "G402", "rejected": "R"}
    found = [
        one
        for one in view.office_findings.get(state.office, ())
        if one.code.startswith(heads[state.state]) and one.task is None and is_certain(one)
    ]
    if state.state == "missing":
        roster = Roster(view.month.master.offices)
        if files_named_after(view.month, roster, state.office):
            return None
        # Missing for the third time is told by another rule in place of this one.
        found = found or [
            one
            for one in view.office_findings.get(state.office, ())
            if one.code == "G414" and is_certain(one)
        ]
    return next(iter(found), None)


def _of_texts(year: Year, view: MonthView) -> Iterator[_Found]:
    for one in view.month.findings:
        if one.code == "G404" and one.office and is_certain(one):
            label = view.task_label(one.task)
            evidence = f"{label}：{state_fact(one, label)}"
            yield year.office_name(one.office), BLANK, evidence, one.code


def _of_steps(year: Year, view: MonthView, counted: set[str]) -> Iterator[_Found]:
    """Yield milestones that were over, or done after their day; each once a year."""
    certain, _ = list_overdue(view)
    over = {state.milestone.id: office for state, office in certain}
    for state in view.month.milestones:
        step = state.milestone
        if step.id in counted or step.due is None or step.vague:
            continue
        if step.id in over and not (state.entry and state.entry.state == POSTPONED):
            counted.add(step.id)
            lead = view.lead_of(state.task) or over[step.id]
            told = f"到{view.month.as_of:%Y-%m-%d}已过 {state.days_over} 天"
            yield year.office_name(lead), OVERDUE, _tell(state, told), "G406"
        elif _done_late(state):
            counted.add(step.id)
            assert state.entry is not None and state.entry.done_on is not None  # noqa: S101, PT018
            late = (state.entry.done_on - step.due).days
            told = f"填报的完成日期是{state.entry.done_on:%Y-%m-%d}，晚了 {late} 天"
            yield year.office_name(view.lead_of(state.task)), OVERDUE, _tell(state, told), ""


def _done_late(state: MilestoneState) -> bool:
    said, due = state.entry, state.milestone.due
    if state.light != "done" or said is None or due is None or not says_done(said):
        return False
    return said.done_on is not None and said.done_on > due


def _tell(state: MilestoneState, told: str) -> str:
    due = state.milestone.due
    return f"{state.task.label}的节点{quote(state.milestone.text, 40)}时限是{due:%Y-%m-%d}，{told}"
