"""Applications for more time: what offices' returns ask for, and what became of an application."""

from collections.abc import Iterator
from datetime import date

from taskxl.dates import find_due
from taskxl.merge.lights import NOT_COMPLETED, POSTPONED
from taskxl.model import Delay, Entry, MasterList, MilestoneState, Month
from taskxl.statements import applied_until, find_application, intended_until
from taskxl.text import squeeze, tidy


def find_requests(month: Month) -> tuple[Delay, ...]:
    """Return what offices apply for in a month's returns, as rows of 延期 that nobody has decided.

    They apply by 申请延期 under a milestone's 完成情况, or in words: in its 说明, or in the texts
    of a task. Words about a task are of its only open milestone that is due, else of all of it.
    The id of a row is made of the month and of what is to be postponed: the same application gives
    the same row.
    """
    found: dict[str, Delay] = {}
    for delay in (*_of_milestones(month), *_of_tasks(month)):
        if not any(one.id == delay.id or _is_covered(one, delay) for one in found.values()):
            found[delay.id] = delay
    return tuple(found.values())


def _is_covered(one: Delay, other: Delay) -> bool:
    """Tell whether the same office asks for the same, of a milestone and again of its task."""
    return (one.task, one.office) == (other.task, other.office) and not other.milestone


def _of_milestones(month: Month) -> Iterator[Delay]:
    for state in month.milestones:
        said = state.entry
        if said is None or state.light == "done" or not said.file:
            continue  # what was said in an earlier month was asked for then
        words = find_application(said.note)
        if said.state == POSTPONED or (words and said.state in ("", NOT_COMPLETED)):
            asked = words or said.note
            yield _make(month, state.task.id, state.milestone.id, said.office, said.note, asked)


def _of_tasks(month: Month) -> Iterator[Delay]:
    before = {(one.task, one.office): one for one in month.previous}
    for entry in month.entries:
        if not entry.file:
            continue
        last = before.get((entry.task, entry.office))
        for text, was in zip(_texts(entry), _texts(last) if last else ("",) * 3, strict=True):
            words = find_application(text)
            # What the form brought from an earlier month, or repeats it, was asked for then.
            if words and not (was and squeeze(words) in squeeze(was)):
                step = _only_due(month, entry)
                key = step.milestone.id if step else ""
                yield _make(month, entry.task, key, entry.office, text, words)
                break


def _texts(entry: Entry) -> tuple[str, str, str]:
    return entry.obstacles, entry.progress, entry.remarks


def _only_due(month: Month, entry: Entry) -> MilestoneState | None:
    """Return the one milestone of a task that is due and not done, None where there are several."""
    due = [
        state
        for state in month.milestones
        if state.task.id == entry.task
        and state.light != "done"
        and state.milestone.due is not None
        and state.milestone.due <= month.period.last_day
    ]
    return due[0] if len(due) == 1 else None


def _make(month: Month, task: str, milestone: str, office: str, reason: str, words: str) -> Delay:
    named = applied_until(words) or applied_until(reason) or intended_until(reason)
    due = find_due(named, month.period.year) if named else None
    return Delay(
        task,
        milestone,
        office,
        asked_on=_asked_on(month, office),
        reason=tidy(reason) or words,
        wanted=due.due if due else None,
        id=f"延{month.period.month:02d}-{milestone or task}",
    )


def _asked_on(month: Month, office: str) -> date:
    """Return the day of an office's return: its 填报日期, else that of its arrival."""
    state = next((one for one in month.offices if one.office == office), None)
    if state is not None and state.reported_on:
        return state.reported_on
    if state is not None and state.received_at:
        return state.received_at.date()
    return month.as_of


def find_new_requests(month: Month, master: MasterList) -> tuple[Delay, ...]:
    """Return the applications of a month for which a list has no row yet.

    One that is still undecided is not asked a second time, whatever month it is of; nor is one for
    the date that was asked for and decided on before.
    """
    ids = {delay.id for delay in master.delays}
    pending = {(d.task, d.milestone) for d in master.delays if d.is_pending}
    return tuple(
        one
        for one in find_requests(month)
        if one.id not in ids
        and (one.task, one.milestone) not in pending
        and not any(_is_decided(one, delay) for delay in master.delays)
    )


def _is_decided(one: Delay, row: Delay) -> bool:
    """Tell whether an application asks again for what a row has asked for and somebody decided."""
    same = row.task == one.task and (not one.milestone or row.milestone in (one.milestone, ""))
    told = one.wanted in (row.wanted, row.until) if one.wanted else False
    return same and not row.is_pending and (told or squeeze(row.reason) == squeeze(one.reason))


def last_delay(master: MasterList, task: str, milestone: str) -> Delay | None:
    """Return the last row of 延期 about a milestone, or about all of its task; None without one."""
    own = [d for d in master.delays if d.task == task and d.milestone in (milestone, "")]
    return own[-1] if own else None
