"""A month, indexed once for all sheets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
from taskxl.roster import Roster, divide_tasks
from taskxl.rules import list_rules
from taskxl.words import STATUSES

Item = TypeVar("Item")

NO_LEADER = "未写明分管负责同志的项目"
UNCLEAR = "状态不明"


@dataclass(frozen=True, slots=True)
class MonthView:
    """What the sheets ask of a month; every index keeps the month's order.

    By task id: `owed` (the offices that report on it), `responsible` (all its offices by their
    names, the leading one first), `statuses`, `entries`, `milestones`, `task_findings`.
    """

    month: Month
    counts: Counts
    rules: Mapping[str, Rule]
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
        return f"{bureau}{period.year}年重点工作任务{what}（{period.label}）"

    def lead_of(self, task: Task) -> str:
        """Return the office that leads a task, "" where the list names none."""
        return next(iter(self.responsible[task.id]), "")

    def silence_on(self, state: MilestoneState) -> str:
        """Return why nobody speaks of an open milestone this month; "" where somebody could."""
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

    def rule_name(self, code: str) -> str:
        """Return what a code is called; the code itself where no rule declares it."""
        return self.rules[code].name if code in self.rules else code

    def cure(self, code: str) -> str:
        """Return how to mend what a code finds."""
        return self.rules[code].cure if code in self.rules else ""


def look_at(month: Month) -> MonthView:
    """Index a month."""
    roster = Roster(month.master.offices)
    owed: dict[str, list[str]] = defaultdict(list)
    for office, (tasks, _) in divide_tasks(month.master, month.period).items():
        for task in tasks:
            owed[task.id].append(office)
    return MonthView(
        month,
        count_month(month),
        {rule.code: rule for rule in list_rules()},
        {task.id: task for task in month.master.tasks},
        {task: tuple(offices) for task, offices in owed.items()},
        {task.id: roster.spell_out(task.offices) for task in month.master.tasks},
        task_statuses(month),
        _group((entry.task, entry) for entry in month.entries),
        {(entry.task, entry.office): entry for entry in month.previous},
        {state.office: state for state in month.offices},
        _group((state.task.id, state) for state in month.milestones),
        _group((f.task, f) for f in month.findings if f.task is not None),
        _group((f.office, f) for f in month.findings if f.office is not None),
        {office.name: office.leader or "" for office in month.master.offices},
        {(one.file, one.sheet, one.cell): one for one in month.altered},
        {key_of(one): one for one in month.revisions},
    )


def _group(pairs: Iterable[tuple[str, Item]]) -> dict[str, tuple[Item, ...]]:
    groups: dict[str, list[Item]] = defaultdict(list)
    for key, item in pairs:
        groups[key].append(item)
    return {key: tuple(items) for key, items in groups.items()}
