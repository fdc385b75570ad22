"""定稿: 汇总表 as it may be attached to an official paper.

It has the texts as the 办公室 corrected them: without marks and colours, without comments, hidden
columns, 批示 and the sheets that are for the 办公室. A text is never cut.
"""

import io
from datetime import datetime, time

from taskxl.model import Month, Task
from taskxl.reports.marks import (
    CLOSED,
    FIELD_COLUMNS,
    IDENTITY,
    INSTRUCTIONS,
    NUMBER,
    OFFICES,
    PLAN,
    REMARKS,
    STATUS,
    TITLE,
)
from taskxl.reports.paper import clean_text
from taskxl.reports.pen import compose_text
from taskxl.reports.sheet_tasks import COLUMNS, SHEET, SPARE, list_remarks
from taskxl.reports.styles import Styles, workbook_options
from taskxl.reports.tables import Row, Section, Table, lay_out
from taskxl.reports.view import MonthView, look_at
from taskxl.reports.writing import write_table
from taskxl.text import is_blank, squeeze
from taskxl.words import SUMMARY_TABLE

_INNER = (INSTRUCTIONS, IDENTITY)


def write_clean_copy(month: Month) -> bytes:
    """Return 汇总表 of a month alone as .xlsx; the same month gives the same bytes."""
    import xlsxwriter

    view = look_at(month)
    layout = lay_out(make_clean_table(view))
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, workbook_options()) as workbook:
        created = datetime.combine(month.as_of, time())
        workbook.set_properties({"title": view.heading(SUMMARY_TABLE), "created": created})
        write_table(workbook, Styles(workbook), layout, layout.anchors, view.word)
    return buffer.getvalue()


def make_clean_table(view: MonthView) -> Table:
    """Return 汇总表 with nothing in it but what list and offices say, in the same words."""
    from taskxl.tasks import gather_groups

    rows: list[Row | Section] = []
    section: str | None = None
    columns = tuple(column for column in COLUMNS if column.header not in _INNER)
    for task in gather_groups(view.month.master.tasks):
        if task.section and task.section != section:
            section = task.section
            rows.append(Section(section, view.month.master.settings.section_pages))
        texts = _texts_of(view, task)
        rows.append(Row(tuple(texts[column.header] for column in columns)))
    return Table(
        SHEET,
        view.heading(SUMMARY_TABLE),
        f"统计截止{view.day}",
        columns,
        rows,
        part_column=PLAN,
        spare=SPARE + sum(c.width for c in COLUMNS if c.header == INSTRUCTIONS),
    )


def _texts_of(view: MonthView, task: Task) -> dict[str, str]:
    """Return the row of a task by header."""
    from taskxl.tasks import shown_plan, shown_title

    order = {office: n for n, office in enumerate(view.responsible[task.id])}
    entries = sorted(
        view.entries.get(task.id, ()), key=lambda entry: order.get(entry.office, len(order))
    )
    lead, remarks = view.lead_of(task), list_remarks(view, task)
    texts = {
        NUMBER: task.number or "",
        TITLE: shown_title(task),
        PLAN: shown_plan(task),
        OFFICES: "\n".join(task.offices),
    }
    for name, column in FIELD_COLUMNS.items():
        said: dict[tuple[bool, str], list[str]] = {}
        for entry in entries:
            text = clean_text(getattr(entry, name)).strip()
            if not is_blank(text) and not (column == REMARKS and _is_stated(text, task)):
                # The leading office's text bears no name; others that say the same share a line.
                said.setdefault((entry.office != lead, text), []).append(entry.office)
        texts[column] = "\n".join(
            compose_text(column, offices if named else (), "", text)
            for (named, text), offices in said.items()
        )
    texts[REMARKS] = "\n".join(filter(None, [*remarks, texts[REMARKS]]))
    if task.is_closed(view.month.period.last_day):
        texts[STATUS] = CLOSED
    return texts


def _is_stated(text: str, task: Task) -> bool:
    """Tell whether an office's 备注 only repeats the list's."""
    return squeeze(text) in map(squeeze, (*task.remarks, "".join(task.remarks)))
