"""The few numbers of a month, and the month as one JSON document."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args

from taskxl.findings import count_by_severity
from taskxl.merge.lights import task_status
from taskxl.model import Entry, Light, Month, OfficeStateWord, Verdict
from taskxl.roster import Roster, divide_tasks
from taskxl.text import is_blank
from taskxl.words import BEHIND, DONE, STATUSES

UNSAID = "未填"
NOT_YET = "not due"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share: `done` of `of`; `rate` is None where there is nothing to count."""

    done: int
    of: int

    @property
    def rate(self) -> float | None:
        """The share as a number from 0 to 1, four digits."""
        return round(self.done / self.of, 4) if self.of else None


@dataclass(frozen=True, slots=True)
class Counts:
    """A month in numbers. Offices are those that owe; `tasks` are by 进度状态 or 未填.

    While reports are not due yet, those that have not come are `not due` among the offices and not
    `missing`; there is no punctuality then, and completeness is that of those who have reported.

    Rates: `completion` 完成率 (tasks done / all), `milestone_completion` 节点完成率 (done / due
    so far), `punctuality` 按时报送率 (offices on time / owing) and `completeness` 报送完整率
    (tasks with everything filled that the form requires / owed); `complete` are the latter by
    office. Of what nobody has said anything there is no rate.
    """

    offices: dict[str, int]
    files: dict[str, int]
    findings: dict[str, int]
    codes: dict[str, int]
    tasks: dict[str, int]
    milestones: dict[str, int]
    rates: dict[str, Rate]
    complete: dict[str, int]


def count_month(month: Month) -> Counts:
    """Count a month; every word is present, with 0 where nothing has it."""
    owing = [state for state in month.offices if state.owes]
    waiting = {state.office for state in owing if not state.due}
    given = (state.state for state in owing if state.office not in waiting)
    offices = _count(get_args(OfficeStateWord), given)
    offices |= {NOT_YET: len(waiting)} if not month.is_due else {}
    tasks = _count((*STATUSES, UNSAID), task_statuses(month).values())
    due = [s for s in month.milestones if s.milestone.due and s.milestone.due <= month.as_of]
    complete = _find_complete(month)
    told_tasks = any(tasks[word] for word in STATUSES)
    told_steps = any(
        s.light == "done" or (s.entry and not is_blank(s.entry.state)) for s in month.milestones
    )
    shares = divide_tasks(month.master, month.period)
    asked = [(office, own) for office, (own, _) in shares.items() if office not in waiting]
    owed = [(task.id, office) for office, own in asked for task in own]
    return Counts(
        offices,
        _count(get_args(Verdict), (file.verdict for file in month.files)),
        count_by_severity(month.findings),
        dict(sorted(Counter(finding.code for finding in month.findings).items())),
        tasks,
        _count(get_args(Light), (state.light for state in month.milestones)),
        {
            "completion": Rate(tasks[DONE], len(month.master.tasks) if told_tasks else 0),
            "milestone_completion": Rate(
                sum(s.light == "done" for s in due), len(due) if told_steps else 0
            ),
            "punctuality": Rate(offices["submitted"], len(owing)) if month.is_due else Rate(0, 0),
            "completeness": Rate(sum(pair in complete for pair in owed), len(owed)),
        },
        dict(Counter(pair[1] for pair in owed if pair in complete)),
    )


def _find_complete(month: Month) -> set[tuple[str, str]]:
    """Return the tasks, each with an office, of which all is filled that the form requires.

    Required are what the form has of: progress; a status; what hinders a task that is behind; of
    each milestone asked for whether it is done, and when.
    """
    lacking = {
        (state.task.id, state.entry.office)
        for state in month.milestones
        if (said := state.entry) and "state" in said.cells
        if not said.state or (said.state == DONE and "done_on" in said.cells and not said.done_text)
    }
    return {
        (entry.task, entry.office)
        for entry in month.entries
        if not is_blank(entry.progress)
        and not ("status" in month.asked and is_blank(entry.status))
        and not (
            "obstacles" in month.asked and entry.status == BEHIND and is_blank(entry.obstacles)
        )
        and (entry.task, entry.office) not in lacking
    }


def task_statuses(month: Month) -> dict[str, str]:
    """Return the status of every task by its id: 进度状态 as its leading offices report, or 未填.

    A word that is none of the four counts as 未填. A task that was 已完成 in an earlier month and
    of which its offices now say nothing at all stays 已完成; one that the 办公室 has closed is.
    """
    roster = Roster(month.master.offices)
    said: dict[str, list[Entry]] = {}
    told = set()
    for entry in month.entries:
        if entry.status or not is_blank(entry.progress):
            told.add((entry.task, entry.office))
            said.setdefault(entry.task, []).append(entry)
    for entry in month.previous:
        if entry.status == DONE and (entry.task, entry.office) not in told:
            said.setdefault(entry.task, []).append(entry)
    return {
        task.id: DONE
        if task.is_closed(month.period.last_day)
        else task_status(task, said.get(task.id, ()), roster) or UNSAID
        for task in month.master.tasks
    }


def _count(words: Iterable[str], seen: Iterable[str]) -> dict[str, int]:
    counts = dict.fromkeys(words, 0)
    for word in seen:
        counts[word] += 1
    return counts
