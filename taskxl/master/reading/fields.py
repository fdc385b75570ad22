"""From a table's row into a draft: which cell is which field, how broken texts are joined."""

import re
from collections.abc import Iterator
from dataclasses import replace

from taskxl.dates import read_number
from taskxl.findings import Finding
from taskxl.intake.grids import Value
from taskxl.master.list_rules import CUT_OFF
from taskxl.master.reading.drafts import Draft, Step
from taskxl.master.reading.header import Column, Grid, Header
from taskxl.master.reading.persons import take_persons
from taskxl.model import Place
from taskxl.plan_text import is_heading, read_ordinal, split_plan
from taskxl.text import is_blank, show, squeeze

TEXT_FIELDS = ("lead", "responsible", "supporting", "person", "leader", "remarks")
_OFFICES = ("lead", "responsible", "supporting")
_NAMES_PERSONS = re.compile(r"责任人|负责人|联系人|经办人")
_WORDS = re.compile(r"[^\W\d_]{2}|\d[%％‰]")
_NUMBERED = re.compile(
    r"(?P<number>\d{1,3}\s*[.．、](?=\D|20\d\d年|\d{1,2}月)|[（(](?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）]"
    r"|[一二三四五六七八九十]{1,3}、)\s*(?P<title>.+)",
    re.DOTALL,
)
_TICK = re.compile(r"[√✓✔☑●■▲★◆○]")
_DASH = re.compile(r"[-—–－―/\\]+")
_MID_CLAUSE = re.compile(r"^$|[，、,（(“《—-]$")
_UNFINISHED = re.compile(r"[^。；;！!？?…）)”」：:]$")


def is_unfinished(text: str) -> bool:
    """Tell whether a text may go on in the next row: it ends without a closing mark."""
    return bool(_UNFINISHED.search(text))


def read_task_number(text: str) -> str | None:
    """Return a number as the document says it, Chinese numerals in digits; None for a blank.

    >>> read_task_number("１．"), read_task_number("（三）"), read_task_number("1-2")
    ('1', '3', '1-2')
    """
    said = squeeze(text).strip(".、)(·")
    number = None if said.isdigit() else read_number(said)
    return str(number) if number is not None else said or None


def split_number(title: str) -> tuple[str, str]:
    """Divide a name that bears the task's number, where a table has no column for it.

    >>> split_number("2.加强师德建设"), split_number("2.0版学位建设"), split_number("（三）改厕")
    (('2', '加强师德建设'), ('', '2.0版学位建设'), ('3', '改厕'))
    """
    found = _NUMBERED.fullmatch(title)
    return (read_task_number(found["number"]) or "", found["title"]) if found else ("", title)


def start_draft(grid: Grid, header: Header, row: int, file: str) -> Draft:
    """Return a new draft with what merges from above say of the task that begins in `row`."""
    title = next((grid.shown(row, c.index) for c in header.of("title")), "")
    number, title = split_number(title) if not header.of("number") else ("", title)
    number = next((grid.shown(row, c.index) for c in header.of("number")), number)
    if header.task_each_row and any(_is_shared(grid, row, c) for c in header.of("number")):
        number = ""  # the number of the group
    draft = Draft(
        Place(file, grid.sheet.name, row, min(column.index for column in header.columns)),
        number=read_task_number(number),
        title=title or None,
    )
    for column in header.columns:  # a merge over several tasks says the same of each of them
        if column.field in TEXT_FIELDS and grid.covered_from_above(row, column.index):
            draft.add(column.field, grid.shown(row, column.index))
    return draft


def _is_shared(grid: Grid, row: int, column: Column) -> bool:
    area = grid.area(row, column.index)
    return area.bottom > area.top


def fill_draft(draft: Draft, grid: Grid, header: Header, row: int) -> Iterator[tuple[int, str]]:
    """Put a row's cells into a draft; yield (column, text) of each that has no place there."""
    fields = {column.index: column for column in header.columns}
    described: list[str] = []
    planned: list[str] = []
    stages: list[Step] = []
    ticks: list[tuple[int, str]] = []
    measures = False
    for index, text in grid.filled(row):
        column = fields.get(index)
        name = column.field if column else ""
        if column and name == "content":
            (planned if column.holds_milestones else described).append(text)
            measures = measures or column.holds_measures
        elif column and name == "stage" and _WORDS.search(text):
            # Over several months merged: what stands there is due with the last of them.
            last = fields.get(grid.area(row, index).right)
            over = last if last is not None and last.field == "stage" else column
            stages.append(Step(text, _end_of(over.header), row, milestone=True))
        elif column and name == "stage" and _TICK.fullmatch(text):
            ticks.append((index, text))
        elif column and name == "stage" and _DASH.fullmatch(text):
            continue  # a dash where a quarter has no step
        elif column and name in _OFFICES:
            offices, persons = take_persons(text, _NAMES_PERSONS.search(column.header) is not None)
            draft.add(name, offices)
            draft.add("person", persons)
        elif name in TEXT_FIELDS:
            draft.add(name, text)
        elif name not in ("number", "title", "due", "section"):
            yield index, text
    if len(described) > 1 and not planned and not header.of("due"):
        # A column that says no more than what is done by when is one of milestones.
        planned = [text for text in described if split_plan(text).milestones == (text,)][:1]
        described = [text for text in described if text not in planned]
    begins = (draft.place.sheet, draft.place.row) == (grid.sheet.name, row)
    due = _read_due_cell(grid, header, row, begins or bool(described or planned))
    bound = any(
        grid.covered_from_above(row, column.index)
        for name in ("number", "title")
        for column in header.of(name)
    )
    answers = any(grid.text(row, column.index) for name in _OFFICES for column in header.of(name))
    if described and planned:
        _add_step(draft, Step("\n".join(described), None, row, bound), answers)
        described = []
    text = "\n".join(described or planned)
    step = Step(text, due, row, bound, bool(planned), measures and not planned)
    _add_step(draft, step, answers)
    if ticks and draft.title and not stages:  # of several the last: the work goes on until then
        stages.append(Step(draft.title, _end_of(fields[ticks[-1][0]].header), row, milestone=True))
    else:
        yield from ticks
    draft.steps += stages


def _end_of(stage: str) -> str:
    """Return a stage column's header as a due phrase: what stands under 3月 is due at its end."""
    return re.sub(r"(?<=月)份?$", "底", stage)


def report_unseen(grid: Grid, row: int, file: str) -> Iterator[Finding]:
    """Yield a finding for each cell of a row that shows nothing or not what it holds."""
    for index, text, why in grid.unseen(row):
        said = f"“{show(text, 60)}”" if text else ""
        yield CUT_OFF.found(
            f"单元格{why}{said}，没有读入。请改成看得见的文字后重新读入。",
            severity="info",
            file=file,
            sheet=grid.sheet.name,
            cell=grid.name(row, index),
        )


def _add_step(draft: Draft, step: Step, answers: bool) -> None:
    """Add a row's plan and due cell as a step, or join it to the step that it goes on with.

    A row that `answers` names offices of its own: its text is none that the row above broke off,
    save in the middle of a clause.
    """
    if not step.text and is_blank(step.due):
        return
    same = [n for n, other in enumerate(draft.steps) if other.milestone == step.milestone]
    if same and step.text and step.due is None:
        last = draft.steps[same[-1]]
        if not step.milestone:
            apart = answers and not _MID_CLAUSE.search(last.text)
            joined = f"{last.text}\n{step.text}" if apart else _join(last.text, step.text)
            draft.steps[same[-1]] = replace(last, text=joined)
            return
        if is_unfinished(last.text) and read_ordinal(step.text) is None:
            draft.steps[same[-1]] = replace(last, text=last.text + step.text)
            return
    draft.steps.append(step)


def _read_due_cell(grid: Grid, header: Header, row: int, inherits: bool) -> Value:
    """Return the row's due cell, or the one merged over it where the row `inherits` that.

    It does where it begins a task or has a plan of its own.
    """
    due: Value = None
    for column in header.of("due"):
        area = grid.area(row, column.index)
        if grid.text(row, column.index):
            due = grid.value(row, column.index)
        elif due is None and area.top < row and inherits:
            due = grid.value(area.top, area.left)
    return due


def _join(text: str, more: str) -> str:
    """Join a plan with what stands of it in the next row."""
    broken = is_unfinished(text) and read_ordinal(more) is None and not is_heading(more)
    return text + more if broken else f"{text}\n{more}" if text else more
