"""The year as one workbook: 2021年工作台账.xlsx."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime, time

from taskxl.model import Month, Settings
from taskxl.reports import (
    sheet_assessment,
    sheet_year_changes,
    sheet_year_offices,
    sheet_year_overview,
    sheet_year_tasks,
    year_pictures,
)
from taskxl.reports.styles import Styles, workbook_options
from taskxl.reports.tables import Key, lay_out, part_layout
from taskxl.reports.writing import write_table
from taskxl.reports.year_view import Past, look_at_year


def write_ledger(
    months: Sequence[Month],
    pasts: Mapping[str, Past] | None = None,
    settings: Settings | None = None,
) -> bytes:
    """Return the ledger workbook of merged months; the same months give the same bytes.

    `months` are at least one, in any order. Sheets: 全年走势, 全年图, 节点图, 任务月份, 任务时间线,
    清单变化, 股室报送, and where `settings` (those of 设置 now) ask for it 考核. `pasts` are of
    tasks carried over, by their ids.
    """
    import xlsxwriter

    year = look_at_year(months, pasts)
    layouts = [
        part
        for table in (
            sheet_year_tasks.make_matrix(year),
            sheet_year_tasks.make_timeline(year),
            sheet_year_changes.make_table(year),
            sheet_year_offices.make_table(year),
            *(
                [sheet_assessment.make_table(year, settings)]
                if settings is not None and settings.assessment
                else []
            ),
        )
        for part in part_layout(lay_out(table))
    ]
    anchors: dict[Key, tuple[str, int, int]] = {}
    for layout in layouts:
        anchors.update(layout.anchors)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, workbook_options()) as workbook:
        # A fixed date: the workbook's bytes depend on the months alone.
        created = datetime.combine(year.last.month.as_of, time())
        workbook.set_properties({"title": year.heading("台账"), "created": created})
        styles = Styles(workbook)
        sheet_year_overview.write_overview(workbook, styles, year)
        year_pictures.write_grid(workbook, styles, year)
        year_pictures.write_gantt(workbook, styles, year)
        for layout in layouts:
            write_table(workbook, styles, layout, anchors, year.last.word)
    return buffer.getvalue()
