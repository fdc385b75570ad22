"""A task, a milestone or an office as the cells of its row in 主清单.xlsx, by field."""

from taskxl.master.book.settings_sheet import Cell
from taskxl.model import Milestone, Office, Person, Task

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


def _number(number: str | None) -> Cell:
    """Return a number that Excel sorts as one, where it is one as it stands."""
    plain = number and number.isascii() and number.isdigit() and number == str(int(number))
    return int(number) if number and plain and len(number) < 10 else number


def _show_person(person: Person) -> str:
    return f"{person.name}（{person.office}）" if person.office else person.name
