"""What an office says beside its table: of milestones in a text, head lines in notes and boxes."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from taskxl.a1 import parse_reference
from taskxl.forms.returned.catalog import Catalog
from taskxl.forms.returned.head_lines import Fact, split_labels
from taskxl.forms.returned.submitting import OfficeRows, Placed
from taskxl.forms.returned.tally import LINES, Tally
from taskxl.forms.returned.told import find_told, is_of_task, told_in_progress
from taskxl.model import MilestoneEntry
from taskxl.words import MILESTONE_STATES


@dataclass(frozen=True, slots=True)
class Sided:
    """A book whose tables are read, as one office's.

    `placed` are the rows (sheet from 0, row) that name a task, `own` the tasks that the office may
    report on; `alone` tells that nobody else reports in the book.
    """

    catalog: Catalog
    tally: Tally
    placed: Set[tuple[int, int]]
    own: Set[str]
    alone: bool


def read_told(book: Sided, office: OfficeRows) -> None:
    """Take what an office says of milestones outside of their table, in their very words."""
    said = [entry for entry, _ in office.milestones]
    office.told = list(told_in_progress(book.catalog, [entry for entry, _ in office.entries], said))
    known = {one.milestone for one in (*said, *office.told) if one.state or one.done_text}
    steps = [
        (task, step)
        for task_id in sorted(book.own & book.catalog.tasks.keys())
        for task in (book.catalog.tasks[task_id],)
        for step in task.milestones
        if step.id not in known
    ]
    for index, row, columns, text in _free_texts(book, office):
        for told in find_told(text, [step for _, step in steps], book.catalog.period.year):
            task = next(task for task, step in steps if step is told.milestone)
            if told.milestone.id in known or not is_of_task(book.catalog, task, told.before):
                continue
            known.add(told.milestone.id)
            for column in columns:
                book.tally.take(index, row, column)
            office.told.append(
                MilestoneEntry(
                    told.milestone.id,
                    office.name,
                    MILESTONE_STATES[0],
                    told.day,
                    note=told.rest,
                    file=book.tally.file,
                    sheet=book.tally.sheets[index].name or None,
                    row=book.tally.place(index, row, columns[0])[0],
                )
            )


def _free_texts(book: Sided, office: OfficeRows) -> Iterator[tuple[int, int, list[int], str]]:
    """Yield the rows of an office's parts (and paragraphs) that name no task, as one text."""
    ranges = [(part.sheet, part.top, part.bottom) for part in office.parts]
    if book.alone:
        ranges += [
            (n, 1, len(sheet.rows))
            for n, sheet in enumerate(book.tally.sheets)
            if sheet.name == LINES
        ]
    for index, top, bottom in dict.fromkeys(ranges):
        sheet = book.tally.sheets[index]
        for row in range(top, min(bottom, len(sheet.rows)) + 1):
            if (index, row) in book.placed:
                continue
            cells = [
                (column, text)
                for column in range(1, len(sheet.rows[row - 1]) + 1)
                if (index, row, column) not in book.tally.taken
                and (text := sheet.text(row, column).strip())
            ]
            if cells:
                yield index, row, [c for c, _ in cells], "，".join(t for _, t in cells)


def read_beside(book: Sided, office: OfficeRows, loose: Sequence[Placed]) -> list[Placed]:
    """Return the head lines that an office wrote into a note, a text box, a footer, a cell.

    They count for what its own lines do not say; a leader's approval counts without a label.
    """
    known = {fact.field for part in office.parts for fact in part.facts if fact.text}
    known |= {fact.field for _, fact in loose if fact.text}
    found: list[Placed] = []
    for part in office.parts:
        sheet = book.tally.sheets[part.sheet]
        for note in sheet.notes:
            row, column = parse_reference(note.cell or "") or (0, 0)
            if not part.top <= row <= part.bottom and row:
                continue
            parted = split_labels(note.text)
            said = [(field, text) for field, text, _ in (parted[1] if parted else ()) if text]
            if not said and (part.sheet, row) not in book.placed:
                said = _said_approved(book.catalog, note.text)
            if not said or any(field in known for field, _ in said):
                continue
            known |= {field for field, _ in said}
            found += [(part.sheet, Fact(f, text, text, row, column)) for f, text in said]
            if parted is None or not (parted[0] or any(rest for *_, rest in parted[1])):
                book.tally.read_notes.add((part.sheet, note))
        if "approval" not in known:
            cells = [
                (row, column, value)
                for row, column, value in sheet.cells()
                if part.top <= row <= part.bottom
                and isinstance(value, str)
                and (part.sheet, row, column) not in book.tally.taken
                and (part.sheet, row) not in book.placed
                and _said_approved(book.catalog, value)
            ]
            if len(cells) == 1:
                row, column, value = cells[0]
                known.add("approval")
                book.tally.take(part.sheet, row, column)
                found.append((part.sheet, Fact("approval", value.strip(), value, row, column)))
    return found


def _said_approved(catalog: Catalog, text: str) -> list[tuple[str, str]]:
    return [("approval", text.strip())] if catalog.says_approved(text) else []
