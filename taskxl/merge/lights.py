"""Where each milestone stands as of the report day."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from taskxl.merge.versions import texts_of
from taskxl.model import (
    Entry,
    Light,
    MasterList,
    Milestone,
    MilestoneEntry,
    MilestoneState,
    Month,
    Task,
)
from taskxl.roster import Roster
from taskxl.words import BEHIND, DONE, MILESTONE_STATES, NOT_STARTED, ON_TRACK

COMPLETED, NOT_COMPLETED, POSTPONED = MILESTONE_STATES


def says_done(entry: MilestoneEntry | None) -> bool | None:
    """Return what an office says of a milestone: done, not done, or (None) nothing certain.

    A completion date without a state says done.
    """
    if entry is None:
        return None
    if entry.state in MILESTONE_STATES:
        return entry.state == COMPLETED
    return True if not entry.state and entry.done_on else None


def choose_statement(entries: Sequence[MilestoneEntry]) -> MilestoneEntry | None:
    """Return the statement that counts: the first that says something certain, else anything.

    `entries` are in the order of the task's offices, the leading one first; a row left blank is
    returned only where nobody says anything.
    """
    certain = (entry for entry in entries if says_done(entry) is not None)
    said = (entry for entry in entries if texts_of(entry))
    return next(certain, next(said, entries[0] if entries else None))


def task_status(task: Task, entries: Iterable[Entry], roster: Roster) -> str:
    """Return the status of a task from what its leading offices say; "" where they say nothing.

    Several leading offices: see `least_status`.
    """
    said = {entry.office: entry.status for entry in entries}
    return least_status([said.get(one, "") for one in roster.spell_out(task.lead_offices)])


def least_status(words: Sequence[str]) -> str:
    """Return what several leading offices come to, "" being one that says nothing.

    已完成 only where all of them say so; else the least advanced word, behind before not started
    before on track; "" where there is none.

    >>> least_status(["已完成", "正常推进"]), least_status(["已完成", ""])
    ('正常推进', '')
    """
    if set(words) == {DONE}:
        return DONE
    return next((word for word in (BEHIND, NOT_STARTED, ON_TRACK) if word in words), "")


def light_of(milestone: Milestone, done: bool, as_of: date, near: int, severe: int) -> Light:
    """Return a milestone's light; neither its due day nor one without a date is overdue."""
    if done:
        return "done"
    if milestone.due is None:
        return "unknown"
    over = (as_of - milestone.due).days
    if over > severe:
        return "severe"
    if over > 0:
        return "overdue"
    return "near" if -over <= near else "on time"


def judge_milestones(
    master: MasterList,
    as_of: date,
    entries: Mapping[str, Sequence[Entry]],
    statements: Mapping[str, Sequence[MilestoneEntry]],
    history: Sequence[Month] = (),
    closed: Collection[str] = (),
    last_day: date | None = None,
) -> tuple[MilestoneState, ...]:
    """Return the state of every milestone of the list, in its order.

    `entries` are by task id and `statements` by milestone id, leading office first; `history`
    holds the earlier months, oldest first. A milestone is
    done when 节点完成情况 says so; else when it was done in an earlier month; else when the leading
    offices call the task 已完成, and it was due by `last_day`, the period's end (`as_of` where that
    is None): of what is still ahead it is asked whether the whole task is meant (G408), and until
    somebody says so it is open. What was done in an earlier month stays done unless an office
    says otherwise, then or later, or the task that it was inferred from is no longer called 已完成.
    `closed` are the ids of tasks that the 办公室 has closed: nothing of them is left to do.
    """
    settings = master.settings
    roster = Roster(master.offices)
    before = {
        state.milestone.id: state
        for month in history
        for state in month.milestones
        # Done for no other reason than that its task was closed: open again with the task.
        if state.light == "done"
        and (says_done(state.entry) or not state.task.is_closed(month.period.last_day))
    }
    if history:
        for state in history[-1].milestones:
            if state.light != "done":  # taken back since, and not to be brought back by silence
                before.pop(state.milestone.id, None)
    states = []
    for task in master.tasks:
        status = task_status(task, entries.get(task.id, ()), roster)
        for milestone in task.milestones:
            entry = choose_statement(statements.get(milestone.id, ()))
            done = says_done(entry)
            earlier = before.get(milestone.id)
            is_ahead = milestone.due is not None and milestone.due > (last_day or as_of)
            if earlier and is_ahead and not says_done(earlier.entry):
                earlier = None
            if done is None and earlier and (says_done(earlier.entry) or status in ("", DONE)):
                done = True
                if earlier.entry and (entry is None or not texts_of(entry)):
                    # Its place was in another month's folder.
                    entry = replace(earlier.entry, file="", sheet=None, row=None, cells={})
            if task.id in closed:
                done = True
            elif done is None:
                done = status == DONE and not is_ahead
            light = light_of(milestone, done, as_of, settings.near_days, settings.severe_days)
            over = (as_of - milestone.due).days if milestone.due and not done else None
            states.append(MilestoneState(milestone, task, light, over, entry))
    return tuple(states)
