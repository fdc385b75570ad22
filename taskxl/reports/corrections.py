"""A summary read again: what a person wrote in it since it was written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from taskxl.intake.grids import Book, CellError, Sheet
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Refused
from taskxl.merge.revisions import Key, Shown, find_revisions, is_same, key_of
from taskxl.model import Month, Period, Revision
from taskxl.reports import sheet_offices, sheet_tasks
from taskxl.reports.marks import FIELD_COLUMNS, INSTRUCTIONS, PROGRESS
from taskxl.reports.paper import clean_text, join_text
from taskxl.reports.pen import (
    MONTH_PROPERTY,
    Pieces,
    fill_gaps,
    find_header,
    gather_pieces,
    join_pieces,
    layout_rows,
    read_shown,
    sheet_rows,
)
from taskxl.reports.summary import write_summary
from taskxl.reports.tables import lay_out
from taskxl.reports.view import MonthView, look_at
from taskxl.tasks import shown_title
from taskxl.text import squeeze, tidy
from taskxl.words import OFFICE_WORDS, REPORTS_ON, SUMMARY_TABLE

NO_TABLE = Refused("R205", f"没有“{sheet_tasks.SHEET}”一表，或它的表头已被删改。")
OTHER_PERIOD = Refused("R206", "这是别的月份的汇总。")

_HEADING = re.compile(rf"(\d{{4}})年{REPORTS_ON}{SUMMARY_TABLE}\((.+)\)$")


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary as it lies in its folder, read.

    `mark` tells of which merge it is, "" where another program dropped it; `rows` are those of
    汇总表, by header; `texts` every text that is seen anywhere, by sheet ("" for 汇总表), squeezed;
    `registered` what stands under 登记说明 of 报送情况, by office.
    """

    mark: str
    rows: tuple[Mapping[str, str], ...]
    texts: frozenset[tuple[str, str]]
    registered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Corrections:
    """What stands in a summary that was not written there by taskxl.

    `others` counts the texts that are not taken over: notes at the edge, cells of other sheets,
    comments, rows of nobody.
    """

    revisions: tuple[Revision, ...]
    others: int


def read_summary(book: Book, period: Period) -> Summary:
    """Return what a workbook says as the summary of a period.

    Raises Refused when it has no 汇总表 that can be read, or one of another period.
    """
    sheet, header = _find_table(book)
    top, columns = header
    for row, column, _ in sheet.cells():
        told = _HEADING.search(squeeze(sheet.text(row, column))) if row < top else None
        if told and told.groups() != (str(period.year), squeeze(period.label)):
            raise OTHER_PERIOD
    texts: set[tuple[str, str]] = set()
    for one in book.sheets:
        name = "" if one is sheet else one.name
        for row, column, value in one.cells():
            # A formula that was saved without its value shows nothing, and yet is something.
            text = squeeze(one.text(row, column)) or ("=" if isinstance(value, CellError) else "")
            texts |= {(name, text)} if text else set()
        texts |= {(name, squeeze(note.text)) for note in one.notes if note.kind == "comment"}
    mark = book.properties.get(MONTH_PROPERTY, "")
    rows = tuple(sheet_rows(sheet, top, columns))
    return Summary(mark, rows, frozenset(texts), _read_registered(book))


def _read_registered(book: Book) -> dict[str, str]:
    """Return what stands under 登记说明, by office; a sheet without that column says nothing."""
    wanted = squeeze(sheet_offices.REGISTRATION)
    for sheet in book.sheets:
        if squeeze(sheet.name) != sheet_offices.SHEET:
            continue
        for top in range(1, min(len(sheet.rows), 20) + 1):
            heads = {squeeze(sheet.text(top, c)): c for c in range(1, len(sheet.rows[top - 1]) + 1)}
            office = next((c for h, c in heads.items() if h in map(squeeze, OFFICE_WORDS)), None)
            if office and wanted in heads:
                rows = range(top + 1, len(sheet.rows) + 1)
                said: dict[str, list[str]] = {}
                for row in rows:
                    if name := sheet.text(row, office).strip():
                        said.setdefault(name, []).append(sheet.text(row, heads[wanted]))
                return {name: join_text([t for t in texts if t]) for name, texts in said.items()}
    return {}


def _find_table(book: Book) -> tuple[Sheet, tuple[int, dict[str, int]]]:
    """Return 汇总表, by its name or, where that was changed, by its columns, and its header."""
    for sheet in sorted(book.sheets, key=lambda one: squeeze(one.name) != sheet_tasks.SHEET):
        header = find_header(sheet)
        if header is None:
            continue
        if squeeze(sheet.name) == sheet_tasks.SHEET or {PROGRESS, INSTRUCTIONS} <= header[1].keys():
            return sheet, header
    raise NO_TABLE


def find_corrections(summary: Summary, base: Month, is_base: bool) -> Corrections:
    """Return what a person changed in the summary that was written for the month `base`.

    Where it is not known for which one (`is_base` False), `base` is the month as it stands now:
    then only what bears the mark of a correction is one, and the rest is counted among `others`.
    """
    view = look_at(base)
    speakers, titles = sheet_tasks.find_speakers(view), _titles(view)
    rows = layout_rows(lay_out(sheet_tasks.make_table(view)[0]))
    own, pieces = gather_pieces(rows, titles), gather_pieces(summary.rows, titles)
    written = read_shown(join_pieces(own, own), speakers)
    for key, one in written.items():
        if one.rest:
            written[key] = replace(one, rest=_rest_of(view, key))
    cells = join_pieces(pieces, own)
    found = read_shown(cells, speakers)
    fill_gaps(found, written, cells)
    revisions = find_revisions(base.entries, base.revisions, written, found)
    revisions += _find_registrations(view, summary.registered)
    sure = tuple(one for one in revisions if is_base or _is_marked(one, found))
    ours = read_summary(read_book(write_summary(base), "汇总.xlsx", "xlsx"), base.period)
    others = summary.texts - ours.texts - _taken(pieces, speakers)
    others -= {(sheet_offices.SHEET, squeeze(text)) for text in summary.registered.values()}
    return Corrections(sure, len(others) + len(revisions) - len(sure))


def _find_registrations(view: MonthView, registered: Mapping[str, str]) -> tuple[Revision, ...]:
    """Return what a person changed under 登记说明 of 报送情况."""
    changes = []
    for office, state in view.states.items():
        found = tidy(clean_text(registered.get(office, "")))
        if office not in registered or is_same(found, sheet_offices.registration_text(view, state)):
            continue
        lines = found.split("\n")
        mark = sheet_offices.REGISTERED_SINCE
        kept = [line for line in lines if not line.startswith(mark)]
        text = "\n".join(kept) or "\n".join(line.removeprefix(mark) for line in lines)
        was = state.registration
        changes.append(
            Revision("", office, "registration", was, was if is_same(text, was) else text)
        )
    return tuple(changes)


def _rest_of(view: MonthView, key: Key) -> str:
    task, office, field = key
    return next(
        sheet_tasks.part_text(entry, name)[1]
        for entry in view.entries[task]
        for name in FIELD_COLUMNS
        if (entry.office, name) == (office, field)
    )


def _is_marked(revision: Revision, found: Mapping[Key, Shown]) -> bool:
    if revision.field in ("instructions", "registration"):
        return revision.now != ""
    return found[key_of(revision)].penned


def _taken(pieces: Pieces, speakers: Mapping[str, object]) -> set[tuple[str, str]]:
    """Return the texts of 汇总表 from which corrections are read, as in `Summary.texts`."""
    return {
        ("", squeeze(text))
        for task, columns in pieces.items()
        if task in speakers
        for places in columns.values()
        for texts in places.values()
        for text in texts
    }


def _titles(view: MonthView) -> dict[tuple[str, str], str]:
    """Return the tasks that number and title tell, both squeezed; those that share them are out."""
    titles: dict[tuple[str, str], str] = {}
    shared: set[tuple[str, str]] = set()
    for task in view.month.master.tasks:
        # As 汇总表 shows it; before, it showed the list's own title.
        for title in {squeeze(shown_title(task)), squeeze(task.title)}:
            key = (squeeze(task.number), title)
            shared |= {key} if key in titles or not any(key) else set()
            titles[key] = task.id
    return {key: task for key, task in titles.items() if key not in shared}
