"""全年走势: the few numbers of each month, and the charts drawn from them."""

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from taskxl.merge.counts import UNSAID
from taskxl.reports.paper import count_lines, row_height
from taskxl.reports.styles import HEI, PERCENT, SONG, TITLE_SIZE, Styles
from taskxl.reports.view import MonthView
from taskxl.reports.writing import set_up_page, write_band
from taskxl.reports.year_view import Year
from taskxl.words import LIGHTS, OFFICE_STATES, STATUSES, YEAR_OVERVIEW

if TYPE_CHECKING:
    import pandas
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET = "全年走势"
LABEL_WIDTH, MONTH_WIDTH = 18, 8.5
MONTHS = 12
TOP = 3
_RATES = {
    "任务完成率": "completion",
    "节点完成率": "milestone_completion",
    "按时报送率": "punctuality",
    "报送完整率": "completeness",
}
_PATTERNS = (
    ("percent_5", "#595959"),
    ("wide_upward_diagonal", "#595959"),
    ("percent_75", "#1F1F1F"),
    ("small_grid", "#595959"),
)
_MARKERS = ("circle", "square", "triangle", "diamond")


def count_year(year: Year) -> "pandas.DataFrame":
    """Return the numbers of every month: one row a number, one column a month (`1月`)."""
    import pandas

    columns = {f"{v.month.period.month}月": pandas.Series(_count(v)) for v in year.views}
    return pandas.DataFrame(columns)


def _count(view: MonthView) -> dict[str, float | None]:
    counts = view.counts
    numbers: dict[str, float | None] = {view.say("应报股室"): sum(counts.offices.values())}
    numbers |= {word: counts.offices[state] for state, word in OFFICE_STATES.items()}
    numbers["任务"] = sum(counts.tasks.values())
    numbers |= {f"任务{word}": counts.tasks[word] for word in (*STATUSES, UNSAID)}
    numbers |= {
        f"节点{word}": counts.milestones[light]
        for light, word in LIGHTS.items()
        if light in ("done", "overdue", "severe")
    }
    return numbers | {word: counts.rates[rate].rate for word, rate in _RATES.items()}


def write_overview(workbook: "Workbook", styles: Styles, year: Year) -> None:
    """Write 全年走势 as the workbook's first sheet; it fits one landscape A4."""
    sheet = workbook.add_worksheet(SHEET)
    frame = count_year(year)
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, MONTHS, MONTH_WIDTH)
    width = LABEL_WIDTH + MONTHS * MONTH_WIDTH
    heads = (
        (year.heading(YEAR_OVERVIEW), styles.title, TITLE_SIZE),
        (year.note, styles.note, 10.5),
    )
    for row, (text, style, size) in enumerate(heads, 1):
        write_band(sheet, row, MONTHS + 1, text, style)
        sheet.set_row(row - 1, row_height(count_lines(text, width, size), size))
    write_numbers(sheet, styles, frame)
    below = TOP + len(frame) + 1
    names = list(frame.index)
    offices = [names.index(word) for word in OFFICE_STATES.values()]
    rates = [names.index(word) for word in _RATES]
    insert_chart(
        workbook,
        sheet,
        below,
        0,
        year.last.say("各月股室报送情况（个）"),
        offices,
        frame.shape[1],
        float(frame.iloc[offices].sum().max()),
    )
    insert_chart(workbook, sheet, below, 6, "各月完成率和报送率", rates, frame.shape[1])
    set_up_page(sheet, landscape=True)
    sheet.print_area(0, 0, below + 15, MONTHS)
    sheet.fit_to_pages(1, 1)
    sheet.hide_gridlines(2)
    sheet.freeze_panes(TOP, 1)
    sheet.activate()


def write_numbers(
    sheet: "Worksheet",
    styles: Styles,
    frame: "pandas.DataFrame",
    rates: Collection[str] = tuple(_RATES),
) -> None:
    """Write numbers as a table from `TOP` on, months across; those named in `rates` are shares."""
    for column, word in enumerate(("项目", *frame.columns)):
        sheet.write_string(TOP - 1, column, word, styles.header)
    sheet.set_row(TOP - 1, 22)
    for place, (name, numbers) in enumerate(frame.iterrows()):
        row = TOP + place
        sheet.set_row(row, 17)
        sheet.write_string(row, 0, str(name), styles.cell("center"))
        form = PERCENT if name in rates else "0"
        for column, number in enumerate(numbers, 1):
            if number is None or number != number:  # a rate of nothing
                sheet.write_string(row, column, "—", styles.cell("center"))
            else:
                sheet.write_number(row, column, number, styles.cell("center", number=form))


def insert_chart(
    workbook: "Workbook",
    sheet: "Worksheet",
    row: int,
    column: int,
    title: str,
    rows: Sequence[int],
    months: int,
    highest: float = 0,
) -> None:
    """Draw rows of the numbers over the months; told apart in black and white as well.

    Numbers of which the `highest` is given are stacked; without it they are rates.
    """
    is_rate = not highest
    kind = {"type": "line"} if is_rate else {"type": "column", "subtype": "stacked"}
    chart: Any = workbook.add_chart(kind)
    for number, place in enumerate(rows):
        at = TOP + place
        series: dict[str, Any] = {
            "name": [sheet.name, at, 0],
            "categories": [sheet.name, TOP - 1, 1, TOP - 1, months],
            "values": [sheet.name, at, 1, at, months],
        }
        if is_rate:
            dashes = ("solid", "dash", "round_dot", "long_dash_dot")
            series["line"] = {"color": "#404040", "width": 1.75, "dash_type": dashes[number]}
            series["marker"] = {"type": _MARKERS[number], "size": 6}
        else:
            name, front = _PATTERNS[number]
            series["pattern"] = {"pattern": name, "fg_color": front, "bg_color": "#FFFFFF"}
            series["border"] = {"color": "#404040"}
            series["gap"] = 60
        chart.add_series(series)
    font = {"name": SONG, "size": 9}
    chart.set_title({"name": title, "name_font": {"name": HEI, "size": 11, "bold": False}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_x_axis({"num_font": font})
    limits: dict[str, Any] = {"min": 0, "max": 1, "num_format": "0%"}
    if not is_rate:  # offices are whole ones
        limits = {"min": 0, "num_format": "0", "major_unit": max(1, math.ceil(highest / 6))}
    chart.set_y_axis(
        {"num_font": font, "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}}
        | limits
    )
    chart.set_chartarea({"border": {"color": "#BFBFBF"}})
    chart.set_size({"width": 500, "height": 270})
    options = {"x_offset": 3, "y_offset": 5, "object_position": 2, "description": title}
    sheet.insert_chart(row, column, chart, options)
