"""A summary read again: what a person wrote in it since it was written."""

from dataclasses import dataclass

from taskxl.intake.grids import Book
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Refused
from taskxl.merge.revisions import find_revisions
from taskxl.model import Month, Revision
from taskxl.reports import sheet_tasks
from taskxl.reports.pen import (
    MONTH_PROPERTY,
    fill_gaps,
    gather_cells,
    layout_rows,
    other_texts,
    read_shown,
    sheet_rows,
)
from taskxl.reports.summary import write_summary
from taskxl.reports.tables import lay_out
from taskxl.reports.view import View, look_at
from taskxl.text import squeeze

NO_TABLE = Refused("R205", f"没有“{sheet_tasks.SHEET}”一表，或它的表头已被删改。")


@dataclass(frozen=True, slots=True)
class Corrections:
    """What stands in a summary that was not written there by taskxl.

    `others` counts the texts that no column of 汇总表 keeps: notes at the edge, cells of other
    sheets, comments.
    """

    revisions: tuple[Revision, ...]
    others: int


def read_mark(book: Book) -> str:
    """Return the mark that a summary was written with, "" where another program dropped it.

    Raises Refused when the book is no summary that corrections can be read from.
    """
    if _find_rows(book) is None:
        raise NO_TABLE
    return book.properties.get(MONTH_PROPERTY, "")


def _find_rows(book: Book) -> list[dict[str, str]] | None:
    sheet = next((one for one in book.sheets if squeeze(one.name) == sheet_tasks.SHEET), None)
    return sheet_rows(sheet) if sheet else None


def read_corrections(book: Book, base: Month) -> Corrections:
    """Return what a person changed in the summary that was written for the month `base`."""
    rows = _find_rows(book)
    if rows is None:
        raise NO_TABLE
    view = look_at(base)
    speakers = sheet_tasks.find_speakers(view)
    titles = _titles(view)
    layout = lay_out(sheet_tasks.make_table(view)[0])
    written = read_shown(gather_cells(layout_rows(layout), titles), speakers)
    cells = gather_cells(rows, titles)
    found = read_shown(cells, speakers)
    fill_gaps(found, written, cells)
    ours = read_book(write_summary(base), book.name, "xlsx")
    others = other_texts(book, sheet_tasks.SHEET) - other_texts(ours, sheet_tasks.SHEET)
    return Corrections(find_revisions(base.entries, base.revisions, written, found), len(others))


def adopt_marked(book: Book, fresh: Month) -> tuple[Revision, ...]:
    """Return the corrections that a summary itself marks as such, where no merge of it is known.

    `fresh` is the month as its folder gives it, without any correction: what an office says there
    counts as the text that was corrected.
    """
    rows = _find_rows(book)
    if rows is None:
        return ()
    view = look_at(fresh)
    shown = read_shown(gather_cells(rows, _titles(view)), sheet_tasks.find_speakers(view))
    marked = {
        key: one
        for key, one in shown.items()
        if one.penned or (key[2] == "instructions" and one.text)
    }
    return find_revisions(fresh.entries, (), {}, marked)


def _titles(view: View) -> dict[tuple[str, str], str]:
    """Return the tasks that number and title tell, both squeezed; those that share them are out."""
    titles: dict[tuple[str, str], str] = {}
    shared: set[tuple[str, str]] = set()
    for task in view.month.master.tasks:
        key = (squeeze(task.number), squeeze(task.title))
        shared |= {key} if key in titles else set()
        titles[key] = task.id
    return {key: task for key, task in titles.items() if key not in shared}
