"""延期 and 批示 in the year's list: what they change of it, and what they ask of whom.

An approved delay moves the due date of its milestone from the day of the approval on; the list's
own date stays beside it. An open 批示 is asked for on the forms like a task: it has a row of its
own, whose answers are its replies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from taskxl.model import Delay, Instruction, MasterList, Milestone, Period, Task
from taskxl.roster import Roster
from taskxl.tasks import approver, shown_title
from taskxl.words import INSTRUCTION_WORD

# ---------------------------------------------------------------- 延期


def with_delays(master: MasterList, day: date) -> MasterList:
    """Return the list with the dates that stand on a day: approved delays move them.

    A delay of a whole task moves those of its milestones that are due before its new date. Of
    several the one approved last counts, of those without a day the one that stands last. It may be
    said twice: the list's own dates are known.
    """
    bare = without_delays(master)
    in_force = [d for d in bare.delays if d.is_approved and (d.approved_on or day) <= day]
    if not in_force:
        return bare
    in_force.sort(key=lambda delay: delay.approved_on or day)
    return replace(bare, tasks=tuple(_move_dates(task, in_force) for task in bare.tasks))


def _move_dates(task: Task, in_force: Iterable[Delay]) -> Task:
    own = [delay for delay in in_force if delay.task == task.id]
    if not own:
        return task
    return replace(task, milestones=tuple(_move_date(step, own) for step in task.milestones))


def _move_date(step: Milestone, in_force: Iterable[Delay]) -> Milestone:
    listed = step.due
    for delay in in_force:
        until = delay.until
        of_whole = not delay.milestone and step.due and until and step.due < until
        if delay.milestone == step.id or of_whole:
            step = replace(step, due=until, vague=None, delay=delay, listed_due=listed)
    return step


def without_delays(master: MasterList) -> MasterList:
    """Return the list with its own dates."""
    if not any(step.delay for task in master.tasks for step in task.milestones):
        return master
    return replace(
        master,
        tasks=tuple(
            replace(task, milestones=tuple(map(_listed, task.milestones)))
            if any(step.delay for step in task.milestones)
            else task
            for task in master.tasks
        ),
    )


def _listed(step: Milestone) -> Milestone:
    if step.delay is None:
        return step
    return replace(step, due=step.listed_due, delay=None, listed_due=None)


def describe_delay(step: Milestone) -> str:
    """Return in words by whom a milestone's date was moved, "" where the list's own stands.

    >>> delay = Delay("3", "3/1", approved_by="何远山", until=date(2021, 6, 30))
    >>> describe_delay(Milestone("开工", date(2021, 6, 30), None, "3/1", delay, date(2021, 4, 30)))
    '经何远山批准，由2021年4月30日延期至2021年6月30日'
    """
    if step.delay is None or step.due is None:
        return ""
    was = f"由{in_words(step.listed_due)}" if step.listed_due else ""
    return f"经{approver(step.delay)}批准，{was}延期至{in_words(step.due)}"


def in_words(day: date | None) -> str:
    """Return a day as Chinese papers write it, "" for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


# ---------------------------------------------------------------- 批示

WITHDRAWN = "汇总表里已删去"
"""How an instruction was closed that somebody took out of the summary in which it stood."""


def is_open(instruction: Instruction, day: date) -> bool:
    """Tell whether an instruction was still to be carried out at the end of a day."""
    return instruction.closed_on is None or instruction.closed_on > day


def open_instructions(master: MasterList, day: date) -> tuple[Instruction, ...]:
    """Return the instructions not closed by a day, on tasks that are not closed either."""
    tasks = {task.id: task for task in master.tasks}
    return tuple(
        one
        for one in master.instructions
        if one.task in tasks and is_open(one, day) and not tasks[one.task].is_closed(day)
    )


def asked_instructions(master: MasterList, period: Period, day: date) -> tuple[Instruction, ...]:
    """Return the instructions for which a period's forms ask that are open on a day.

    One that was written in a summary is asked for from the next month on, another one as soon as
    it stands in the list.
    """
    return tuple(
        one
        for one in open_instructions(master, day)
        if (one.month < period.month if one.month else _was_given(one, period))
    )


def _was_given(instruction: Instruction, period: Period) -> bool:
    return instruction.given_on is None or instruction.given_on <= period.last_day


def with_instructions(master: MasterList, period: Period, day: date) -> MasterList:
    """Return the list with a task for each instruction that is asked for, right behind its own.

    Such a task bears the instruction's id. Its offices are those who are to answer. `day`: on which
    it is open; a form that is read may have gone out before it was closed.
    """
    asked: dict[str, list[Instruction]] = {}
    for one in asked_instructions(master, period, day):
        asked.setdefault(one.task, []).append(one)
    if not asked:
        return master
    tasks: list[Task] = []
    roster = Roster(master.offices)
    for task in master.tasks:
        tasks += [task, *(as_task(one, task, roster) for one in asked.get(task.id, ()))]
    return replace(master, tasks=tuple(tasks))


def as_task(instruction: Instruction, task: Task, roster: Roster) -> Task:
    """Return an instruction as a task that stands in forms: what it is about, and what it says."""
    month = f"{instruction.month}月" if instruction.month else ""
    return Task(
        title=f"{month}{INSTRUCTION_WORD}：{shown_title(task) or task.label}",
        section=task.section,
        leader=task.leader,
        content=state_instruction(instruction),
        lead_offices=_known(instruction, roster) or task.lead_offices,
        place=task.place,
        id=instruction.id,
    )


def state_instruction(instruction: Instruction) -> str:
    """Return what an instruction says, with who gave it and until when it is to be answered.

    >>> state_instruction(Instruction("3", "请加快。", "何远山", until=date(2021, 5, 10)))
    '请加快。（何远山；2021年5月10日前办结）'
    """
    given = in_words(instruction.given_on)
    until = f"{in_words(instruction.until)}前办结" if instruction.until else ""
    told = "；".join(filter(None, [instruction.by, given, until]))
    return f"{instruction.text}（{told}）" if told else instruction.text


def answering(instruction: Instruction, task: Task, roster: Roster) -> tuple[str, ...]:
    """Return the offices that are to answer an instruction, by their names in 股室."""
    return _known(instruction, roster) or roster.spell_out(task.lead_offices)


def _known(instruction: Instruction, roster: Roster) -> tuple[str, ...]:
    """Return the offices to which an instruction was given, without names that 股室 does not know.

    A slip of the pen is no office: nobody is asked, counted or named for it.
    """
    spelt = roster.spell_out(instruction.offices)
    return tuple(name for name in spelt if not roster.offices or roster.resolve(name))


def by_id(instructions: Iterable[Instruction]) -> Mapping[str, Instruction]:
    """Return instructions by their ids."""
    return {one.id: one for one in instructions}
