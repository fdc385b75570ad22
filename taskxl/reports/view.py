"""A month, indexed once for all sheets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, replace
from typing import TypeVar

from taskxl.findings import Finding, Rule
from taskxl.merge.counts import UNSAID, Counts, count_month, task_statuses
from taskxl.merge.revisions import key_of
from taskxl.model import (
    Altered,
    Entry,
    MilestoneState,
    Month,
    OfficeState,
    Revision,
    RevisionField,
    Task,
)
from taskxl.reports.order_lines import Order, group_by_task, list_orders
from taskxl.roster import Roster, divide_tasks
from taskxl.rules import rule_of
from taskxl.text import call_offices
from taskxl.words import REPORTS_ON, STATUSES

Item = TypeVar("Item")

NO_LEADER = "未写明分管负责同志的项目"
UNCLEAR = "状态不明"
NOT_ASKED = "没有要求填报节点"


@dataclass(frozen=True, slots=True)
class MonthView:
    """What the sheets ask of a month; every index keeps the month's order.

    By task id: `owed` (the offices that report on it), `responsible` (all its offices by their
    names, the leading one first), `statuses`, `entries`, `milestones`, `task_findings`.
    """

    month: Month
    _: KW_ONLY
    orders: Mapping[str, tuple[Order, ...]]
    """批示 by the ids of their tasks."""
    counts: Counts
    rules: Mapping[str, Rule]
    """By code, of all that was found."""
    tasks: Mapping[str, Task]
    owed: Mapping[str, tuple[str, ...]]
    responsible: Mapping[str, tuple[str, ...]]
    statuses: Mapping[str, str]
    entries: Mapping[str, tuple[Entry, ...]]
    previous: Mapping[tuple[str, str], Entry]
    states: Mapping[str, OfficeState]
    milestones: Mapping[str, tuple[MilestoneState, ...]]
    task_findings: Mapping[str, tuple[Finding, ...]]
    office_findings: Mapping[str, tuple[Finding, ...]]
    office_leaders: Mapping[str, str]
    altered: Mapping[tuple[str, str | None, str | None], Altered]
    """By file, sheet and cell."""
    revisions: Mapping[tuple[str, str, RevisionField], Revision]
    """By task id, office and field."""

    @property
    def word(self) -> str:
        """What the bureau calls its offices."""
        return self.month.master.settings.office_word

    def say(self, text: str) -> str:
        """Return a text of the program's own with the bureau's word for its offices."""
        return call_offices(text, self.word)

    @property
    def day(self) -> str:
        """The day of which all this is true in words, `2021年4月25日`.

        Where the report day is still to come, that is said too.
        """
        day, deadline = self.month.as_of, self.month.deadline
        told = f"{day.year}年{day.month}月{day.day}日"
        if deadline is None:
            return told
        return f"{told}（报送期限{deadline.month}月{deadline.day}日未到，没有报来的不算未报送）"

    def heading(self, what: str) -> str:
        """Return a title as official papers write it: bureau, year, what, period."""
        period, bureau = self.month.period, self.month.master.settings.bureau
        return f"{bureau}{period.year}年{REPORTS_ON}{what}（{period.label}）"

    def lead_of(self, task: Task) -> str:
        """Return the office that leads a task, "" where the list names none."""
        return next(iter(self.responsible[task.id]), "")

    def silence_on(self, state: MilestoneState) -> str:
        """Return why nobody speaks of an open milestone this month; "" where somebody could."""
        if state.light != "done" and "state" not in self.month.asked:
            return NOT_ASKED
        owed = self.owed.get(state.task.id, ())
        states = [self.states[office] for office in owed if office in self.states]
        if state.light == "done" or {one.state for one in states} - {"missing", "rejected"}:
            return ""
        return states[0].word if states else ""

    def status_of(self, task: Task) -> str:
        """Return where a task stands in a word, else why no word can be given."""
        status, lead = self.statuses[task.id], self.lead_of(task)
        if status != UNSAID:
            return status
        state = self.states.get(lead)
        if state is not None and state.state in ("missing", "rejected"):
            return state.word
        said = (e.status for e in self.entries.get(task.id, ()) if e.office == lead)
        # A word that is none of the four was written all the same.
        return UNCLEAR if any(word not in STATUSES for word in said if word) else status

    def task_label(self, task_id: str | None) -> str:
        """Return how a row names its task; "" for none, the bare id of one not in the list."""
        if task_id is None:
            return ""
        return self.tasks[task_id].label if task_id in self.tasks else task_id


def look_at(month: Month) -> MonthView:
    """Index a month."""
    roster = Roster(month.master.offices)
    word = month.master.settings.office_word
    owed: dict[str, list[str]] = defaultdict(list)
    for office, (tasks, _) in divide_tasks(month.master, month.period).items():
        for task in tasks:
            owed[task.id].append(office)
    by_id = {task.id: task for task in month.master.tasks}
    return MonthView(
        month,
        orders=group_by_task(list_orders(month, by_id)),
        counts=count_month(month),
        rules={code: _rule_in(code, word) for code in _codes_of(month)},
        tasks=by_id,
        owed={task: tuple(offices) for task, offices in owed.items()},
        responsible={task.id: roster.spell_out(task.offices) for task in month.master.tasks},
        statuses=task_statuses(month),
        entries=_group((entry.task, entry) for entry in month.entries),
        previous={(entry.task, entry.office): entry for entry in month.previous},
        states={state.office: state for state in month.offices},
        milestones=_group((state.task.id, state) for state in month.milestones),
        task_findings=_group((f.task, f) for f in month.findings if f.task is not None),
        office_findings=_group((f.office, f) for f in month.findings if f.office is not None),
        office_leaders={office.name: office.leader or "" for office in month.master.offices},
        altered={(one.file, one.sheet, one.cell): one for one in month.altered},
        revisions={key_of(one): one for one in month.revisions},
    )


def _codes_of(month: Month) -> set[str]:
    return {one.code for one in (*month.findings, *(one.finding for one in month.settled))}


def _rule_in(code: str, word: str) -> Rule:
    """Return a rule with the bureau's word for its offices in what the sheets show of it."""
    rule = rule_of(code)
    return replace(rule, name=call_offices(rule.name, word), cure=call_offices(rule.cure, word))


def _group(pairs: Iterable[tuple[str, Item]]) -> dict[str, tuple[Item, ...]]:
    groups: dict[str, list[Item]] = defaultdict(list)
    for key, item in pairs:
        groups[key].append(item)
    return {key: tuple(items) for key, items in groups.items()}
