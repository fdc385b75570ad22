"""A task, a milestone, an office, a delay, a 批示 as its row of 主清单.xlsx: cells by field."""

from taskxl.master.book.settings_sheet import Cell
from taskxl.model import Delay, Instruction, MasterList, Milestone, Office, Person, Task

Record = dict[str, Cell]


def task_record(task: Task) -> Record:
    """Return the cells of a task's row in sheet 任务."""
    return {
        "id": task.id,
        "number": _number(task.number),
        "title": task.title,
        "section": task.section,
        "leader": task.leader,
        "lead_offices": "\n".join(task.lead_offices),
        "supporting_offices": "\n".join(task.supporting_offices),
        "persons": "\n".join(_show_person(person) for person in task.persons),
        "content": task.content,
        "remarks": "\n".join(task.remarks),
        "closed_on": task.closed_on,
        "closing": task.closing,
    }


def milestone_record(task: Task, milestone: Milestone) -> Record:
    """Return the cells of a milestone's row in sheet 节点; `task` is the one it belongs to."""
    return {
        "id": milestone.id,
        "task": task.id,
        "task_title": task.title,
        "text": milestone.text,
        "due": milestone.due,
        "vague": milestone.vague,
    }


def office_record(office: Office) -> Record:
    """Return the cells of an office's row in sheet 股室."""
    return {
        "name": office.name,
        "aliases": "\n".join(office.aliases),
        "leader": office.leader,
        "person": office.person,
        "mails": "\n".join(office.mails),
    }


def delay_record(master: MasterList, delay: Delay) -> Record:
    """Return the cells of a delay's row in sheet 延期."""
    task = master.task(delay.task)
    steps = task.milestones if task else ()
    return {
        "id": delay.id,
        "task": delay.task,
        "task_title": task.title if task else None,
        "milestone": delay.milestone or None,
        "text": next((step.text for step in steps if step.id == delay.milestone), None),
        "office": delay.office,
        "asked_on": delay.asked_on,
        "reason": delay.reason,
        "wanted": delay.wanted,
        "approved_by": delay.approved_by,
        "approved_on": delay.approved_on,
        "until": delay.until,
    }


def instruction_record(master: MasterList, instruction: Instruction) -> Record:
    """Return the cells of an instruction's row in sheet 批示."""
    task = master.task(instruction.task)
    year = master.settings.year
    return {
        "id": instruction.id,
        "task": instruction.task,
        "task_title": task.title if task else None,
        "text": instruction.text,
        "by": instruction.by,
        "given_on": instruction.given_on,
        "offices": "\n".join(instruction.offices),
        "until": instruction.until,
        "closed_on": instruction.closed_on,
        "closing": instruction.closing,
        "source": f"{year}年{instruction.month}月汇总表" if instruction.month else None,
    }


def _number(number: str | None) -> Cell:
    """Return a number that Excel sorts as one, where it is one as it stands."""
    plain = number and number.isascii() and number.isdigit() and number == str(int(number))
    return int(number) if number and plain and len(number) < 10 else number


def _show_person(person: Person) -> str:
    return f"{person.name}（{person.office}）" if person.office else person.name
