"""Many bureaus as one workbook: 2021年1-4月各单位汇总.xlsx."""

import io
from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING

from taskxl.findings import Finding
from taskxl.model import Period
from taskxl.reports.paper import count_lines, row_height
from taskxl.reports.rollup import rollup_sheets
from taskxl.reports.rollup.bureau_years import BureauYear
from taskxl.reports.rollup.rollup_frames import RATES, count_months, sum_months
from taskxl.reports.sheet_year_overview import (
    LABEL_WIDTH,
    MONTH_WIDTH,
    MONTHS,
    TOP,
    insert_chart,
    write_numbers,
)
from taskxl.reports.styles import TITLE_SIZE, Styles, workbook_options
from taskxl.reports.tables import Key, lay_out, part_layout
from taskxl.reports.writing import set_up_page, write_band, write_table
from taskxl.words import OFFICE_STATES

if TYPE_CHECKING:
    import pandas
    from xlsxwriter.workbook import Workbook

OVERVIEW = "各单位走势"


def write_rollup(
    bureaus: Sequence[BureauYear], findings: Sequence[Finding], period: Period
) -> bytes:
    """Return the workbook of some bureaus, as of a month that at least one of them has.

    `findings` are all that is missing. The same bureaus in the same order give the same bytes.
    Sheets: 各单位走势, 单位总览, 单位月份, 任务条线, 单位任务, 逾期节点, 单位缺口.
    """
    import xlsxwriter

    frame = count_months(bureaus)
    keys = [Period(period.year, month).key for month in range(1, period.month + 1)]
    first = min(month.key for one in bureaus for month in one.months)
    keys = [key for key in keys if key >= first]
    names = f"{period.year}年{period.label}"
    layouts = [
        part
        for table in (
            rollup_sheets.make_bureaus(
                bureaus, frame, period, findings, f"各单位{names}重点工作任务进展情况总览"
            ),
            rollup_sheets.make_months(bureaus, frame, keys, f"各单位{period.year}年逐月情况"),
            rollup_sheets.make_lines(bureaus, period, f"各单位{names}任务条线情况"),
            rollup_sheets.make_tasks(bureaus, period, f"各单位{names}任务进展情况"),
            rollup_sheets.make_overdue(bureaus, period, f"各单位{names}逾期节点"),
            rollup_sheets.make_gaps(findings, f"{names}单位缺口"),
        )
        for part in part_layout(lay_out(table))
    ]
    anchors: dict[Key, tuple[str, int, int]] = {}
    for layout in layouts:
        anchors.update(layout.anchors)
    as_of = max(month.as_of for one in bureaus for month in one.months)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, workbook_options()) as workbook:
        created = datetime.combine(as_of, time())
        workbook.set_properties({"title": f"各单位{names}汇总", "created": created})
        styles = Styles(workbook)
        _write_overview(workbook, styles, frame, len(bureaus), period)
        for layout in layouts:
            write_table(workbook, styles, layout, anchors)
    return buffer.getvalue()


def _write_overview(
    workbook: "Workbook", styles: Styles, frame: "pandas.DataFrame", bureaus: int, period: Period
) -> None:
    """Write 各单位走势: the sums of each month over the bureaus that have it, and two charts."""
    sheet = workbook.add_worksheet(OVERVIEW)
    sums = sum_months(frame).drop(index="未到报送期限")
    sums = sums[[key for key in sums.columns if key <= period.key]]
    sums.columns = [f"{int(key[5:])}月" for key in sums.columns]
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, MONTHS, MONTH_WIDTH)
    width = LABEL_WIDTH + MONTHS * MONTH_WIDTH
    note = (
        f"共 {bureaus} 个单位；每个月只加这个月汇总过的单位（“汇总的单位”一行），"
        "没有汇总的见“单位缺口”。"
    )
    heads = (
        (f"各单位{period.year}年重点工作任务走势", styles.title, TITLE_SIZE),
        (note, styles.note, 10.5),
    )
    for row, (text, style, size) in enumerate(heads, 1):
        write_band(sheet, row, MONTHS + 1, text, style)
        sheet.set_row(row - 1, row_height(count_lines(text, width, size), size))
    write_numbers(sheet, styles, sums, RATES)
    names = list(sums.index)
    offices = [names.index(word) for word in OFFICE_STATES.values()]
    below = TOP + len(sums) + 1
    months = sums.shape[1]
    highest = float(sums.iloc[offices].astype(float).sum().max())
    chart = "各月股室报送情况（个）"
    insert_chart(workbook, sheet, below, 0, chart, offices, months, highest)
    rates = [names.index(word) for word in RATES]
    insert_chart(workbook, sheet, below, 6, "各月完成率和报送率", rates, months)
    set_up_page(sheet, landscape=True)
    sheet.print_area(0, 0, below + 15, MONTHS)
    sheet.fit_to_pages(1, 1)
    sheet.hide_gridlines(2)
    sheet.freeze_panes(TOP, 1)
    sheet.activate()
