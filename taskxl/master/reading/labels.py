"""What a text says of responsibility, moved into a draft: （牵头：办公室；完成时限：6月底前）."""

from dataclasses import replace

from taskxl.master.reading.drafts import Draft, Step
from taskxl.master.reading.responsibility import Duty, take_duties
from taskxl.text import is_blank


def take_labels(line: str, draft: Draft, due: list[str]) -> str:
    """Move what a line says of offices, persons and time into the draft; return what is left.

    What it says of the time is added to `due`.
    """
    rest, duties = take_duties(line)
    for duty in duties:
        put_duty(duty, draft, due)
    return rest


def put_duty(duty: Duty, draft: Draft, due: list[str]) -> None:
    """Put a statement of responsibility into a draft; its dues are added to `due`."""
    for name, names in (
        ("lead", duty.lead),
        ("responsible", duty.plain),
        ("supporting", duty.supporting),
        ("leader", duty.leaders),
        ("person", duty.persons),
    ):
        if names:
            draft.add(name, "\n".join(names))
    due += duty.dues


def take_labels_of(draft: Draft) -> None:
    """Move what a draft's name and plan say of offices, persons and time into its fields."""
    due: list[str] = []
    title = "\n".join(take_labels(line, draft, due) for line in (draft.title or "").split("\n"))
    draft.title = title.strip("\n") or draft.title
    for at, step in enumerate(draft.steps):
        lines = (take_labels(line, draft, due) for line in step.text.split("\n"))
        draft.steps[at] = replace(step, text="\n".join(line for line in lines if line))
    if due and not draft.steps:
        draft.steps.append(Step("", due[0], draft.place.row or 0))
    elif due and is_blank(draft.steps[0].due):
        draft.steps[0] = replace(draft.steps[0], due=due[0])
