"""The summary workbook of a month: what the 办公室 works from and what leaders see."""

import io
from datetime import datetime, time

from taskxl.model import Month
from taskxl.reports import sheet_overview, sheet_tasks, sheet_unplaced
from taskxl.reports.month_sheets import month_sheets
from taskxl.reports.pen import MONTH_PROPERTY
from taskxl.reports.styles import Styles, workbook_options
from taskxl.reports.tables import Key, Layout, lay_out, part_layout
from taskxl.reports.view import MonthView, look_at
from taskxl.reports.writing import write_table


def write_summary(month: Month, mark: str = "") -> bytes:
    """Return the summary workbook of a month as .xlsx; the same month gives the same bytes.

    `mark` goes along as a document property: it tells later of which merge the workbook is.
    Sheets: 总览, 汇总表, 缺口清单, 报送情况, 节点台账, 分管领导, 未归位内容, 改动对照, 来稿登记;
    批示办理 and 延期情况 where there is any of them.
    """
    import xlsxwriter

    view = look_at(month)
    layouts = lay_out_sheets(view)
    anchors: dict[Key, tuple[str, int, int]] = {}
    for layout in layouts:
        anchors.update(layout.anchors)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, workbook_options()) as workbook:
        # A fixed date: the workbook's bytes depend on the month alone.
        created = datetime.combine(month.as_of, time())
        workbook.set_properties({"title": view.heading("进展情况汇总"), "created": created})
        if mark:
            workbook.set_custom_property(MONTH_PROPERTY, mark)
        styles = Styles(workbook)
        sheet_overview.write_overview(
            workbook, styles, view, anchors, [layout.table for layout in layouts]
        )
        while layouts:  # none is held longer than it is needed
            write_table(workbook, styles, layouts.pop(0), anchors, view.word)
    return buffer.getvalue()


def lay_out_sheets(view: MonthView) -> list[Layout]:
    """Return the sheets after 总览, in their order, with every row in its place."""
    tasks, overflow = sheet_tasks.make_table(view)
    tables = [
        tasks,
        sheet_unplaced.make_table(view, overflow),
        *(table for make in month_sheets() if (table := make(view)) is not None),
    ]
    ordered = sorted(tables, key=lambda table: table.place)
    return [part for table in ordered for part in part_layout(lay_out(table))]
