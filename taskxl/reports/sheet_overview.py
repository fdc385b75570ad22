"""总览: one A4 page for the leaders, and a second one for the 办公室.

The first has the few numbers, who is missing, a light per task of each leader, what is to be
decided, open 批示 and who is late. The second has the charts, what to deal with first, all sheets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taskxl.findings import SEVERITIES, SEVERITY_WORDS, Finding
from taskxl.merge.counts import NOT_YET, UNSAID, Rate
from taskxl.merge.evidence import files_named_after
from taskxl.model import OfficeStateWord
from taskxl.reports import (
    leaders_page,
    sheet_gaps,
    sheet_leaders,
    sheet_offices,
)
from taskxl.reports.paper import count_lines, row_height
from taskxl.reports.styles import CELL_SIZE, HEADER_SIZE, HEI, PERCENT, SONG, TITLE_SIZE, Styles
from taskxl.reports.tables import Anchors, Link, Table
from taskxl.reports.view import MonthView
from taskxl.reports.writing import FOOTER, set_up_page, write_band, write_link
from taskxl.roster import Roster
from taskxl.text import quote, show
from taskxl.words import LIGHTS, NOT_DUE, OFFICE_STATES, SUMMARY_OVERVIEW

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

SHEET = "总览"
GRID, GRID_WIDTH = 12, 6.5
"""The page is a grid of twelve narrow columns; everything on it spans some of them."""
CHART_ROW_POINTS = 165.0
PAGE_POINTS = 740.0
"""What a portrait A4 holds between its margins, with a little to spare for other printers."""
MOST_NAMES, MOST_URGENT, MOST_NUMBERS = 60, 10, 12
MOST_OFFICES = 12
LIGHTS_COLUMNS = 9
LEAST_POINTS = 210.0
"""What the lists below the leaders' lights need at least."""
UNKNOWN_STATUS = "未填或不明"
DUE_RATE, DUE = "节点完成率", " 到期"
MOST_CHARACTERS = 100
LIST_CHARACTERS = 80
"""What a line of the leaders' page takes: two printed lines."""
HEADING_POINTS = 24.0

Pattern = tuple[str, str, str]
_SOLID_LIGHT: Pattern = ("percent_5", "#595959", "#FFFFFF")
_STRIPES: Pattern = ("wide_upward_diagonal", "#595959", "#FFFFFF")
_DOTS: Pattern = ("percent_30", "#404040", "#FFFFFF")
_DARK: Pattern = ("percent_75", "#1F1F1F", "#FFFFFF")
_GRID: Pattern = ("small_grid", "#595959", "#FFFFFF")
_LINES: Pattern = ("light_horizontal", "#7F7F7F", "#FFFFFF")


@dataclass(frozen=True, slots=True)
class Urgent:
    """One of the things to deal with first: findings of one code, of one office or of several."""

    findings: tuple[tuple[int, Finding], ...]

    @property
    def first(self) -> Finding:
        """The finding that its link leads to."""
        return self.findings[0][1]

    @property
    def offices(self) -> list[str]:
        """The offices it is about, each once."""
        return list(dict.fromkeys(f.office for _, f in self.findings if f.office))

    def who(self, word: str) -> str:
        """Return what stands under 股室: the office, or how many (`word` is what they are)."""
        if len(self.offices) > 1:
            return f"{len(self.offices)} 个{word}"
        return self.first.office or "—"

    def describe(self, view: MonthView) -> str:
        """Return it in one line: the finding's own words, or of how many it is true, by name."""
        if len(self.findings) == 1:
            label, message = view.task_label(self.first.task), self.first.message
            if not self.first.office and not label and self.first.file:
                label = quote(self.first.file, 30)  # nothing else says what it is about
            told = message if not label or label in message else f"{label}：{message}"
            return _shorten(told, MOST_CHARACTERS)
        name, about = view.rules[self.first.code].name, self._name(view)
        days = max(_days_over(view, finding) for _, finding in self.findings)
        longest = f"，最长已超期 {days} 天" if days > 0 else ""
        return f"{name}：{about or f'{len(self.findings)} 处'}{longest}"

    def _name(self, view: MonthView) -> str:
        """Return how many and which: tasks, else offices, else files; "" where it names none."""
        count = len(self.findings)
        meant = {f.task for _, f in self.findings}
        tasks = [task for task in view.tasks.values() if task.id in meant]  # as the list has them
        numbers = list(dict.fromkeys(task.number or task.label for task in tasks))
        if numbers:
            return f"{count} 处（第{_list(numbers, MOST_NUMBERS)}项）"
        if len(self.offices) > 1:
            return f"{len(self.offices)} 个{view.word}（{_list(self.offices, MOST_OFFICES)}）"
        files = list(dict.fromkeys(show(f.file, 24) for _, f in self.findings if f.file))
        return f"{count} 处（{_list(files, 3)}）" if files else ""


def _list(words: Sequence[str], most: int) -> str:
    return "、".join(words[:most]) + ("等" if len(words) > most else "")


def _shorten(text: str, most: int) -> str:
    """Return a finding's words in one line; what is to be done goes before what is the case."""
    shown = show(text)
    while len(shown) > most and (cut := shown.rfind("。请")) > 0:
        shown = shown[: cut + 1]
    return show(shown, most)


def find_urgent(view: MonthView) -> list[Urgent]:
    """Return the ten things to deal with first: gravest first, then by urgency.

    What is said of an office and not of a task, and what is only to be checked, counts once for
    all offices; what another finding of the same office covers is left out; milestones are in order
    of days over.
    """
    covered = {
        (finding.office, code)
        for finding in view.month.findings
        for code in view.rules[finding.code].covers
    }
    groups: dict[tuple[str, str | None, str], list[tuple[int, Finding]]] = {}
    for number, finding in enumerate(view.month.findings, 1):
        if (finding.office, finding.code) in covered:
            continue
        if finding.code.startswith("R") and finding.office is None:
            continue  # a picture, a stray file: the clerk's matter, and nobody's to answer for
        together = finding.severity == "info" or view.rules[finding.code].together
        office = None if together else finding.office
        groups.setdefault((finding.severity, office, finding.code), []).append((number, finding))

    def rank(group: list[tuple[int, Finding]]) -> tuple[int, int, int, int]:
        first = group[0][1]
        urgency = view.rules[first.code].urgency
        days = max((_days_over(view, f) for _, f in group), default=0)
        return SEVERITIES.index(first.severity), urgency, -days, -len(group)

    return [Urgent(tuple(group)) for group in sorted(groups.values(), key=rank)[:MOST_URGENT]]


def _days_over(view: MonthView, finding: Finding) -> int:
    """Return by how many days the milestones that a finding may mean are over, at most."""
    if finding.code != "G406":
        return 0
    states = view.milestones.get(finding.task or "", ())
    return max((state.days_over or 0 for state in states), default=0)


def write_overview(
    workbook: "Workbook",
    styles: Styles,
    view: MonthView,
    anchors: Anchors,
    tables: Sequence[Table],
) -> None:
    """Write 总览 as the workbook's first sheet, two portrait A4 pages; `tables` are the others."""
    sheet = workbook.add_worksheet(SHEET)
    sheet.set_column(0, GRID - 1, GRID_WIDTH)
    page = _Page(workbook, sheet, styles, view, anchors)
    page.write_head()
    page.write_numbers()
    page.write_names()
    page.write_leaders()
    second = page.row
    page.write_charts()
    page.write_urgent()
    page.write_contents(tables)
    sheet.hide_gridlines(2)
    set_up_page(sheet, landscape=False)
    sheet.set_footer(FOOTER)
    sheet.print_area(0, 0, page.row - 2, GRID - 1)
    sheet.set_h_pagebreaks([second - 1])
    sheet.activate()


class _Page:
    """Writes the page from top to bottom; `row` is the next free row, counted from 1."""

    def __init__(
        self,
        workbook: "Workbook",
        sheet: "Worksheet",
        styles: Styles,
        view: MonthView,
        anchors: Anchors,
    ) -> None:
        self.workbook, self.sheet, self.styles = workbook, sheet, styles
        self.view, self.anchors = view, anchors
        self.row = 1
        self.numbers_row = 1
        self.heights: dict[int, float] = {}

    def write_head(self) -> None:
        self._band(self.view.heading(SUMMARY_OVERVIEW), "title", TITLE_SIZE)
        month = self.view.month
        self._band(
            f"报告期：{month.period.year}年{month.period.label}　　统计截止：{self.view.day}　　"
            f"任务 {len(month.master.tasks)} 项，节点 {len(month.milestones)} 个",
            "note",
        )

    def write_numbers(self) -> None:
        """Write the three small tables."""
        self._band("一、总体情况", "heading", 14)
        tables = (_office_numbers(self.view), _task_numbers(self.view), _light_numbers(self.view))
        top = self.row
        for place, table in enumerate(tables):
            self._write_number_table(top, 1 + place * 4, table)
        self.row = top + max(map(len, tables))
        self.numbers_row = top

    def write_charts(self) -> None:
        """Write the two charts drawn from the small tables."""
        self._band("办公室工作页", "heading", 14)
        top, chart_row = self.numbers_row, self.row
        self._set_height(chart_row, CHART_ROW_POINTS)
        self.row += 1
        offices, lights = _office_numbers(self.view)[1:5], _light_numbers(self.view)[1:7]
        self._insert_chart(
            chart_row, 0, self.view.say("股室报送情况（个）"), top + 1, 1, len(offices),
            (_SOLID_LIGHT, _STRIPES, _DARK, _GRID),
        )  # fmt: skip
        self._insert_chart(
            chart_row, 6, "关键节点情况（个）", top + 1, 9, len(lights),
            (_SOLID_LIGHT, _LINES, _DOTS, _STRIPES, _DARK, _GRID),
        )  # fmt: skip

    def _write_number_table(
        self, top: int, column: int, table: Sequence[tuple[str, int | Rate]]
    ) -> None:
        for place, (label, said) in enumerate(table):
            row = top + place
            number = said.rate if isinstance(said, Rate) else said
            if isinstance(said, Rate) and said.of:
                label = f"{label}\n（{said.done}/{said.of}{DUE if label == DUE_RATE else ''}）"
            self.heights[row] = max(self.heights.get(row, 0), 31 if "\n" in label else 19)
            self.sheet.set_row(row - 1, self.heights[row])
            write_band(self.sheet, row, 3, label, self.styles.cell("center"), column)
            if number is None:
                self.sheet.write_string(row - 1, column + 2, "—", self.styles.cell("center"))
            else:
                form = PERCENT if isinstance(said, Rate) else "0"
                style = self.styles.cell("center", number=form)
                self.sheet.write_number(row - 1, column + 2, number, style)

    def _insert_chart(
        self,
        row: int,
        column: int,
        title: str,
        first: int,
        data_column: int,
        count: int,
        patterns: Sequence[Pattern],
    ) -> None:
        chart: Any = self.workbook.add_chart({"type": "column"})
        labels = [SHEET, first - 1, data_column - 1, first + count - 2, data_column - 1]
        values = [SHEET, first - 1, data_column + 2, first + count - 2, data_column + 2]
        chart.add_series(
            {
                "name": title,
                "categories": labels,
                "values": values,
                "gap": 60,
                "data_labels": {"value": True, "font": {"name": SONG, "size": 10}},
                "points": [
                    {
                        "border": {"color": "#404040"},
                        "pattern": {"pattern": name, "fg_color": front, "bg_color": back},
                    }
                    for name, front, back in patterns
                ],
            }
        )
        chart.set_title({"name": title, "name_font": {"name": HEI, "size": 11, "bold": False}})
        chart.set_legend({"none": True})
        chart.set_x_axis({"num_font": {"name": SONG, "size": 9}, "major_tick_mark": "none"})
        chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
        chart.set_chartarea({"border": {"color": "#BFBFBF"}})
        chart.set_size({"width": 336, "height": 208})
        self.sheet.insert_chart(
            row - 1,
            column,
            chart,
            {"x_offset": 3, "y_offset": 5, "object_position": 2, "description": title},
        )

    def write_names(self) -> None:
        """Name the offices that have not reported, were sent back, or came late."""
        for line in _name_offices(self.view):
            self._band(line, "names", HEADER_SIZE)

    def write_leaders(self) -> None:
        """Write what leaders are to see; what is more than the page holds is counted."""
        lines = leaders_page.leader_lines(self.view)
        self._band(f"二、{sheet_leaders.grouped_word(self.view)}项目", "heading", 14)
        for line in lines:
            points = row_height(max(1, count_lines(line.lights, LIGHTS_COLUMNS * GRID_WIDTH)))
            # Below it stand three headings, and under each a line at least.
            if self.height + points > PAGE_POINTS - LEAST_POINTS:
                self._band(f"其余见“{sheet_leaders.SHEET}”。", "note")
                break
            centred = self.styles.cell("center")
            write_band(self.sheet, self.row, 2, line.who, centred, 1)
            write_band(self.sheet, self.row, 1, line.count, centred, 3)
            write_band(self.sheet, self.row, LIGHTS_COLUMNS, line.lights, self.styles.cell(), 4)
            self._set_height(self.row, max(points, row_height(count_lines(line.who, 13))))
            self.row += 1
        self._band(leaders_page.LEGEND, "note")
        orders, late = leaders_page.open_instructions(self.view), leaders_page.overdue(self.view)
        count = f"（{len(orders)} 条）" if orders else ""
        moved = any(step.delay for task in self.view.tasks.values() for step in task.milestones)
        parts = (
            (
                "三、提请研究",
                leaders_page.decisions(self.view),
                self.view.say("各股室没有提请研究的事项。"),
            ),
            (f"四、未办结的批示{count}", orders, "没有。"),
            (f"五、逾期{'和批准延期的' if moved else ''}节点", late, "没有逾期的节点。"),
        )
        wanted = [sum(map(self._list_points, told)) or _list_height(1) for _, told, _ in parts]
        headings = len(parts) * HEADING_POINTS
        left = PAGE_POINTS - self.height - headings
        for place, (heading, told, nothing) in enumerate(parts):
            self._band(heading, "heading", 14)
            # What later parts need is kept for them, as far as it is their share.
            later = sum(min(points, left / (len(parts) - place)) for points in wanted[place + 1 :])
            start = self.height
            self._write_list(told, nothing, start + left - later)
            left -= self.height - start

    def _list_points(self, text: str) -> float:
        line = f"10. {show(text, LIST_CHARACTERS)}"
        return _list_height(count_lines(line, GRID * GRID_WIDTH))

    def _write_list(self, told: Sequence[str], nothing: str, until: float) -> None:
        """Write numbered lines as far down as `until` (points), then how many are left."""
        for number, text in enumerate(told, 1):
            line = f"{number}. {show(text, LIST_CHARACTERS)}"
            points = _list_height(count_lines(line, GRID * GRID_WIDTH))
            rest = _list_height(1) if number < len(told) else 0
            if self.height + points + rest > until:
                left = len(told) - number + 1
                self._band(f"……还有 {left} 条，见“{sheet_leaders.SHEET}”。", "note")
                return
            self._band(line, "note")
            self._set_height(self.row - 1, points)
        if not told:
            self._band(nothing, "note")

    def write_urgent(self) -> None:
        urgent = find_urgent(self.view)
        self._band("一、须先处理的事项", "heading", 14)
        if not urgent:
            found = bool(self.view.month.findings)
            self._band("没有须先处理的事项。" if found else "没有发现缺口。", "note")
            return
        header = self.styles.header
        for first, columns, word in ((1, 1, "序"), (2, 1, "程度"), (3, 2, "股室"), (5, 7, "事项")):
            write_band(self.sheet, self.row, columns, self.view.say(word), header, first)
        write_band(self.sheet, self.row, 1, "查看", header, GRID)
        self._set_height(self.row, 22)
        self.row += 1
        for number, one in enumerate(urgent, 1):
            self._write_urgent_row(number, one)

    def _write_urgent_row(self, number: int, one: Urgent) -> None:
        styles, row, first = self.styles, self.row, one.first
        text = one.describe(self.view)
        severity = SEVERITY_WORDS[first.severity]
        self.sheet.write_number(row - 1, 0, number, styles.cell("center"))
        self.sheet.write_string(row - 1, 1, severity, styles.cell("center", first.severity))
        office = one.who(self.view.word)
        write_band(self.sheet, row, 2, office, styles.cell("center"), 3)
        write_band(self.sheet, row, 7, text, styles.cell(), 5)
        lines = max(
            count_lines(text, 7 * GRID_WIDTH),
            count_lines(office, 2 * GRID_WIDTH),
            count_lines(severity, GRID_WIDTH),
        )
        self.sheet.set_row(row - 1, row_height(lines))
        gap = (sheet_gaps.SHEET, str(one.findings[0][0]))
        link = Link((*sheet_gaps.targets_of(self.view, first), gap), "查看")
        write_link(self.sheet, row - 1, GRID - 1, link, self.anchors, styles.link)
        self.row += 1

    def write_contents(self, tables: Sequence[Table]) -> None:
        """Write the links to all sheets, four a row."""
        self._band("二、各表", "heading", 14)
        for place, table in enumerate(tables):
            amount = f"（{table.amount}）" if table.amount else ""
            link = Link(((table.sheet,),), f"{table.sheet}{amount}")
            row, column = self.row + place // 4, place % 4 * 3
            self.sheet.merge_range(row - 1, column, row - 1, column + 2, "", self.styles.link)
            write_link(self.sheet, row - 1, column, link, self.anchors, self.styles.link)
            self.sheet.set_row(row - 1, 20)
        self.row += -(-len(tables) // 4)

    def _band(self, text: str, style: str, size: float = 10.5) -> None:
        write_band(self.sheet, self.row, GRID, text, getattr(self.styles, style))
        lines = count_lines(text, GRID * GRID_WIDTH, size)
        points = _list_height(lines, size)
        self._set_height(self.row, HEADING_POINTS if style == "heading" else points)
        self.row += 1

    def _set_height(self, row: int, points: float) -> None:
        self.heights[row] = points
        self.sheet.set_row(row - 1, points)

    @property
    def height(self) -> float:
        """How many points have been written, counting the small tables' rows once."""
        return sum(self.heights.values())


def _list_height(lines: int, size: float = CELL_SIZE) -> float:
    """Return the height of so many lines of a text that has no frame to keep away from."""
    return row_height(lines, size) - 5.0


def _office_numbers(view: MonthView) -> list[tuple[str, int | Rate]]:
    counts, rates = view.counts.offices, view.counts.rates
    words: tuple[OfficeStateWord, ...] = ("late", "missing", "rejected")
    return [
        (view.say("应报股室"), sum(counts.values())),
        ("按时报送", counts["submitted"]),
        *(
            (NOT_DUE, counts[NOT_YET])
            if word == "missing" and NOT_YET in counts
            else (OFFICE_STATES[word], counts[word])
            for word in words
        ),
        ("按时报送率", rates["punctuality"]),
        ("报送完整率", rates["completeness"]),
        ("来稿文件", len(view.month.files)),
    ]


def _task_numbers(view: MonthView) -> list[tuple[str, int | Rate]]:
    counts = view.counts.tasks
    return [
        ("任务", sum(counts.values())),
        *((UNKNOWN_STATUS if word == UNSAID else word, count) for word, count in counts.items()),
        ("任务完成率", view.counts.rates["completion"]),
        ("须处理的缺口", view.counts.findings["error"]),
    ]


def _light_numbers(view: MonthView) -> list[tuple[str, int | Rate]]:
    counts = view.counts.milestones
    return [
        ("节点", sum(counts.values())),
        *((word, counts[light]) for light, word in LIGHTS.items()),
        (DUE_RATE, view.counts.rates["milestone_completion"]),
    ]


def _name_offices(view: MonthView) -> Iterator[str]:
    roster = Roster(view.month.master.offices)
    for word in ("missing", "rejected", "late"):
        names = [s.office for s in view.month.offices if s.state == word and s.owes]
        if word == "missing":
            came = {name for name in names if files_named_after(view.month, roster, name)}
            names = [f"{name}（有来稿待认定）" if name in came else name for name in names]
        if not names and word != "missing":
            continue
        more = f"等，全部见“{sheet_offices.SHEET}”" if len(names) > MOST_NAMES else ""
        listed = "、".join(names[:MOST_NAMES]) or "无"
        told = NOT_DUE if word == "missing" and not view.month.is_due else OFFICE_STATES[word]
        yield f"{told}（{len(names)} 个）：{listed}{more}"
