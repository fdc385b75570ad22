"""全年图 and 节点图: the year to look at, told by marks that a black and white printer keeps.

全年图 has tasks down and months across, a mark a cell; 节点图 is a Gantt chart of milestones by
thirds of a month (旬). Both are cells and no drawings: every office program shows and prints them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from taskxl.a1 import cell_name
from taskxl.dates import is_recurring
from taskxl.model import MilestoneState, Task
from taskxl.reports.paper import clean_text, count_lines, row_height
from taskxl.reports.styles import FILLS, LINES, SONG, TITLE_SIZE, Styles, Tone
from taskxl.reports.view import MonthView
from taskxl.reports.writing import set_up_page, write_band
from taskxl.reports.year_view import CLOSED, Year, month_word
from taskxl.tasks import short_label
from taskxl.text import show
from taskxl.words import BEHIND, DONE, LIGHTS, NOT_DUE, NOT_STARTED, OFFICE_STATES, ON_TRACK

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

GRID, GANTT = "全年图", "节点图"
MONTHS, THIRDS = 12, 36
MARKS = {
    DONE: "●",
    CLOSED: "●",
    ON_TRACK: "○",
    BEHIND: "▲",
    NOT_STARTED: "△",
    OFFICE_STATES["missing"]: "×",
    OFFICE_STATES["rejected"]: "×",
    NOT_DUE: "…",
    "—": "",
}
"""The mark of each word that a month can say of a task; any other is ？."""
UNCLEAR, OVER, NEAR = "？", "逾", "临"
_GRID_LEGEND = (
    "● 已完成或已销号　○ 正常推进　▲ 进度滞后　△ 尚未启动　× 牵头股室未报送或须重报　？ 没有填明"
    "　… 未到报送期限　逾2 有两个节点逾期　临1 没有逾期的、有一个临近的"
    "　空白：没有汇总，或清单上没有这一项"
)
_GANTT_LEGEND = (
    "◇ 时限　● 完成（与时限同在一旬的为 ◆）　浅底：上一节点到时限　斜线和 ▲：时限以后，"
    "到完成或统计截止之日　长期、时限待定的节点写明在栏内"
)
_HEADER_ROW = 3
DUE_MARK, DONE_MARK, BOTH_MARK, LATE_MARK = "◇", "●", "◆", "▲"


# ---------------------------------------------------------------- 全年图


def mark_of_month(view: MonthView, task: Task) -> tuple[str, Tone]:
    """Return how a task stood in a month as a mark, with its milestones overdue, else near."""
    word, tone = month_word(view, task)
    own = view.tasks.get(task.id)
    mark = MARKS.get(word.split("\n")[0], UNCLEAR)
    if own is None or own.is_closed(view.month.period.last_day):
        return mark, tone
    lights = [state.light for state in view.milestones.get(task.id, ())]
    over, near = sum(light in ("overdue", "severe") for light in lights), lights.count("near")
    return mark + (f"{OVER}{over}" if over else f"{NEAR}{near}" if near else ""), tone


def write_grid(workbook: "Workbook", styles: Styles, year: Year) -> None:
    """Write 全年图: a row a task by leaders, a column a month; on one page wide, A4 landscape."""
    sheet = workbook.add_worksheet(GRID)
    pens = _Pens(workbook)
    sheet.set_column(0, 0, 6)
    sheet.set_column(1, 1, 34)
    sheet.set_column(2, 2, 13)
    sheet.set_column(3, 2 + MONTHS, 7)
    width, columns = 6 + 34 + 13 + MONTHS * 7, 3 + MONTHS
    _write_heads(sheet, styles, year, "全年进展图", _GRID_LEGEND, width, columns)
    for column, word in enumerate(
        ("编号", "任务", year.last.say("牵头股室"), *(f"{m}月" for m in range(1, MONTHS + 1)))
    ):
        sheet.write_string(_HEADER_ROW - 1, column, word, styles.header)
    sheet.set_row(_HEADER_ROW - 1, 24)
    by_month = {view.month.period.month: view for view in year.views}
    row = _HEADER_ROW
    for task in year.tasks:
        view = next(view for view in reversed(year.views) if task.id in view.tasks)
        label = short_label(task) + ("" if year.is_current(task) else "（已不在清单）")
        texts = (task.number or "", clean_text(label), year.office_name(view.lead_of(task)))
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, pens.label if column == 1 else pens.centred)
        for month in range(1, MONTHS + 1):
            mark, tone = mark_of_month(by_month[month], task) if month in by_month else ("", "")
            sheet.write_string(row, 2 + month, mark, pens.mark(tone))
        lines = max(count_lines(texts[1], 34), count_lines(texts[2], 13))
        sheet.set_row(row, row_height(lines))
        row += 1
    _finish(sheet, row, columns)


# ---------------------------------------------------------------- 节点图


@dataclass(frozen=True, slots=True)
class Bar:
    """A milestone over the thirds of the year, numbered 0 to 35.

    Work is planned from `first` to `due`; it was done in `done`. From the third after `due` until
    `late` it was over; `past` tells that the due day is not of this year, of the year before (-1)
    or the next (1). `note` stands in place of a bar where there is no date.
    """

    first: int = 0
    due: int | None = None
    done: int | None = None
    late: int | None = None
    past: int = 0
    note: str = ""


def third_of(day: date) -> int:
    """Return the third of the year a day lies in, 0 to 35.

    >>> [third_of(date(2021, *day)) for day in ((1, 10), (1, 11), (1, 31), (12, 31))]
    [0, 1, 2, 35]
    """
    return (day.month - 1) * 3 + min((day.day - 1) // 10, 2)


def draw_bar(state: MilestoneState, before: date | None, as_of: date) -> Bar:
    """Return the bar of a milestone; `before` is when the task's milestone before it is due."""
    due, year = state.milestone.due, as_of.year
    done_on = state.entry.done_on if state.light == "done" and state.entry else None
    done = third_of(done_on) if done_on and done_on.year == year else None
    if due is None:
        word = "长期" if is_recurring(state.milestone.vague) else LIGHTS["unknown"]
        return Bar(done=done, note="" if done is not None else word)
    past = (due.year > year) - (due.year < year)
    place = {-1: 0, 0: third_of(due), 1: THIRDS - 1}[past]
    first = third_of(before) + 1 if before and before.year == year and before < due else 0
    late = None
    if done is not None and done_on and done_on > due:
        late = done
    elif state.light in ("overdue", "severe"):
        late = third_of(as_of)
    return Bar(min(first, place), place, done, late, past)


def write_gantt(workbook: "Workbook", styles: Styles, year: Year) -> None:
    """Write 节点图: a row a milestone, 36 columns; as of the last merged month."""
    sheet = workbook.add_worksheet(GANTT)
    pens = _Pens(workbook)
    widths = (6, 24, 34)
    for column, size in enumerate(widths):
        sheet.set_column(column, column, size)
    sheet.set_column(3, 2 + THIRDS, 2.3)
    width, columns = sum(widths) + THIRDS * 2.3, 3 + THIRDS
    told = f"截至{year.last.day}。{_GANTT_LEGEND}"
    _write_heads(sheet, styles, year, "节点进度图", told, width, columns)
    for column, word in enumerate(("编号", "任务", "节点")):
        sheet.write_string(_HEADER_ROW - 1, column, word, styles.header)
    for month in range(1, MONTHS + 1):
        write_band(sheet, _HEADER_ROW, 3, f"{month}月", styles.header, first=1 + month * 3)
    sheet.set_row(_HEADER_ROW - 1, 24)
    as_of = year.last.month.as_of
    row = _HEADER_ROW
    for task in year.last.month.master.tasks:
        for state, bar in _draw_bars(year.last, task):
            label = clean_text(short_label(task))
            text = clean_text(show(state.milestone.text))
            for column, said in enumerate((task.number or "", label, text)):
                sheet.write_string(row, column, said, pens.label if column else pens.centred)
            _write_bar(sheet, pens, row, bar, third_of(as_of))
            lines = max(count_lines(label, widths[1]), count_lines(text, widths[2]))
            sheet.set_row(row, row_height(lines))
            row += 1
    if row == _HEADER_ROW:
        sheet.write_string(row, 0, "清单上没有节点", styles.cell())
        row += 1
    _finish(sheet, row, columns)


def _draw_bars(view: MonthView, task: Task) -> Iterator[tuple[MilestoneState, Bar]]:
    before: date | None = None
    for state in view.milestones.get(task.id, ()):
        yield state, draw_bar(state, before, view.month.as_of)
        before = state.milestone.due or before


def _write_bar(sheet: "Worksheet", pens: "_Pens", row: int, bar: Bar, today: int) -> None:
    marks = [""] * THIRDS
    grounds = [""] * THIRDS
    if bar.due is not None:
        grounds[bar.first : bar.due + 1] = ["plan"] * (bar.due + 1 - bar.first)
        marks[bar.due] = {-1: "←", 0: DUE_MARK, 1: "→"}[bar.past]
    if bar.late is not None and bar.due is not None:
        start = bar.due + (0 if bar.past < 0 else 1)
        grounds[start : bar.late + 1] = ["late"] * max(0, bar.late + 1 - start)
        if bar.done is None:
            marks[bar.late] = LATE_MARK
    if bar.done is not None:
        same = marks[bar.done] == DUE_MARK and bar.late is None
        marks[bar.done] = BOTH_MARK if same else DONE_MARK
        if bar.due is not None and bar.done < bar.due:
            grounds[bar.done + 1 : bar.due + 1] = [""] * (bar.due - bar.done)
    if bar.note:
        marks[0] = bar.note
    for third, (mark, ground) in enumerate(zip(marks, grounds, strict=True)):
        pen = pens.third(ground, ends=third % 3 == 2, today=third == today)
        if bar.note and third == 0:
            pen = pens.note
        sheet.write_string(row, 3 + third, mark, pen)


# ---------------------------------------------------------------- the paper


class _Pens:
    """The formats of the pictures, each made once."""

    def __init__(self, workbook: "Workbook") -> None:
        self._workbook = workbook
        self._made: dict[object, Format] = {}
        text: dict[str, Any] = {"font_name": SONG, "font_size": 10.5, **_EDGE}
        self.label = self._add(text_wrap=True, align="left", **text)
        self.centred = self._add(text_wrap=True, align="center", **text)
        self.note = self._add(font_name=SONG, font_size=9, align="left")

    def _add(self, **properties: Any) -> "Format":
        return self._workbook.add_format({"valign": "vcenter", **properties})

    def mark(self, tone: Tone) -> "Format":
        """Return the format of a mark in 全年图."""
        if tone not in self._made:
            fill: dict[str, Any] = {"bg_color": FILLS[tone]} if tone else {}
            self._made[tone] = self._add(
                font_name=SONG, font_size=11, align="center", text_wrap=True, **_EDGE, **fill
            )
        return self._made[tone]

    def third(self, ground: str, *, ends: bool, today: bool) -> "Format":
        """Return the format of a third of a month: what lies there, what line ends it."""
        key = (ground, ends, today)
        if key not in self._made:
            fills: dict[str, dict[str, Any]] = {
                "plan": {"bg_color": "#D0CECE"},
                "late": {"pattern": 14, "fg_color": "#404040", "bg_color": "#F4A6A0"},
            }
            line: dict[str, Any] = {"top": 4, "bottom": 4, "top_color": LINES}
            line["bottom_color"] = LINES
            if ends or today:
                line["right"] = 5 if today else 4
                line["right_color"] = "#1F1F1F" if today else LINES
            self._made[key] = self._add(
                font_name=SONG, font_size=10, align="center", **line, **fills.get(ground, {})
            )
        return self._made[key]


_EDGE: dict[str, Any] = {"border": 1, "border_color": LINES}


def _write_heads(
    sheet: "Worksheet",
    styles: Styles,
    year: Year,
    what: str,
    legend: str,
    width: float,
    columns: int,
) -> None:
    heads = ((year.heading(what), styles.title, TITLE_SIZE), (legend, styles.note, 10.5))
    for row, (text, style, size) in enumerate(heads, 1):
        text = year.last.say(text)
        write_band(sheet, row, columns, text, style)
        sheet.set_row(row - 1, row_height(count_lines(text, width, size), size))


def _finish(sheet: "Worksheet", rows: int, columns: int) -> None:
    sheet.freeze_panes(_HEADER_ROW, 3)
    sheet.repeat_rows(_HEADER_ROW - 1)
    sheet.print_area(0, 0, max(rows, _HEADER_ROW + 1) - 1, columns - 1)
    sheet.hide_gridlines(2)
    set_up_page(sheet, landscape=True)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{cell_name(max(rows, 1), columns)}"})
