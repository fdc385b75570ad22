"""Draws templates/附件2.xlsx and 附件2-七栏.xlsx: `python -m tests.draw_template`.

The drawings are what ships and what a bureau redraws in Excel or WPS; this only spares a maintainer
the mouse. Tests draw with it too.
"""

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from taskxl.words import BEHIND, DONE, MILESTONE_STATES, PREVIOUS_MARK, STATUSES

FANGSONG, HEITI, TITLE = "仿宋", "黑体", "方正小标宋简体"
GREY, YELLOW, BLUE = "#F2F2F2", "#FFF4CC", "#DDEBF7"
FILLED = "已全部填完"
BROKEN = "还差几项数不出：表里的行或工作表被删掉了"
STATUS_HELP = (
    "已完成：全年目标已实现，不再有后续工作\n"
    "正常推进：按时间节点推进，没有落下\n"
    "进度滞后：有节点到期没有完成（请在“存在问题”栏说明）\n"
    "尚未启动：还没有开始"
)
STATE_HELP = (
    "已完成：节点要求的事都办完了（请填完成日期）\n"
    "未完成：还没有办完\n"
    "申请延期：需要推迟（请在“说明”栏写明原因和拟完成时间）"
)
DATE_HELP = "写 4.20、4月20日、2021/4/20 都可以。"
HOW_TO = (
    "灰底是固定内容，不用改；黄底是必填内容，填好后变白；其余白格可填可不填。",
    f"蓝字以{PREVIOUS_MARK}开头，是以前报的内容（隔了月份的写作〔6月〕这样）：在它上面改成本月情况，再把括号和里面的字删掉。",
    "进展情况请写已经做了什么、到了什么程度，尽量写明数字和日期；未完成的写清卡在哪里、下一步何时做什么。",
    "清单以外的工作写在“进展情况表”末尾的空行里；行不够时，在空行处插入行。行高、列宽可以拖动，可以筛选。",
)
HOW_TO_EIGHT = (
    "“节点完成情况”表只列到期未办结的节点，请逐个选择完成情况；没有列出的节点不用填。",
    "填完后请分管负责同志审定，把审定人姓名填在表头，原样发回 Excel 文件（不要改成 PDF 或图片）。文件名可以改。",
)
HOW_TO_SEVEN = (
    "填完后经分管负责同志审定，原样发回 Excel 文件（不要改成 PDF 或图片）。文件名可以改。",
)


def said(cell: str) -> str:
    """Return a formula for what a cell says; an error says nothing, and is not answered yet."""
    return f'IFERROR({cell}&"","")'


def blank(cell: str) -> str:
    """Return a formula that is true where a cell shows nothing, spaces of either width or an error."""
    return f'(LEN(SUBSTITUTE(SUBSTITUTE({said(cell)}," ",""),"　",""))=0)'


def old(cell: str) -> str:
    """Return a formula that is true where a cell still has the mark of an earlier month.

    That is 〔上月〕, 〔6月〕 or 〔10月〕.
    """
    text = said(cell)
    return f'((LEFT({text},1)="〔")*((MID({text},3,2)="月〕")+(MID({text},4,2)="月〕"))>0)'


class Drawer:
    """The workbook with its formats, each made once."""

    def __init__(self, buffer: io.BytesIO) -> None:
        self.book = xlsxwriter.Workbook(buffer, {"in_memory": True})
        self.book.set_properties({"title": "进展情况表", "created": datetime(2021, 1, 1)})
        base = {"font_name": FANGSONG, "font_size": 10.5, "valign": "vcenter"}
        cell = {**base, "border": 1, "text_wrap": True}
        self.formats: dict[str, Any] = {}
        for name, look in {
            "annex": {**base, "font_name": HEITI, "font_size": 16},
            "title": {
                **base,
                "font_name": TITLE,
                "font_size": 22,
                "align": "center",
                "text_wrap": True,
            },
            "line": {**base, "font_size": 12},
            "label": {**base, "font_size": 12, "align": "right"},
            "note": {**base, "font_color": "#595959"},
            "blank": {**base, "font_size": 12, "bottom": 1, "locked": False, "num_format": "@"},
            "count": {**base, "font_name": HEITI, "font_size": 12},
            "notice": {**base, "align": "right", "shrink": True},
            "header": {
                **cell,
                "font_name": HEITI,
                "font_size": 12,
                "bg_color": GREY,
                "align": "center",
            },
            "group": {
                **cell,
                "font_name": "楷体",
                "font_size": 12,
                "bg_color": GREY,
            },
            "fixed": {**cell, "bg_color": GREY},
            "middle": {**cell, "bg_color": GREY, "align": "center"},
            "open": {**cell, "locked": False, "num_format": "@"},
            "choice": {
                **cell,
                "locked": False,
                "num_format": "@",
                "align": "center",
            },
            "text": {**base, "text_wrap": True, "font_size": 12},
            "boxed": {**cell, "font_size": 12},
            "number": {**cell, "font_size": 12, "align": "left"},
        }.items():
            self.formats[name] = self.book.add_format(look)
        self.must = self.book.add_format({"bg_color": YELLOW})
        self.previous = self.book.add_format({"bg_color": BLUE, "font_color": "#1F4E9C"})
        self.missing = self.book.add_format({"font_color": "#C00000"})
        self.done = self.book.add_format({"font_color": "#2E7D32"})

    def start(self, name: str, widths: dict[str, float]) -> Worksheet:
        """Add a sheet with its widths and print set-up."""
        sheet = self.book.add_worksheet(name)
        for column, width in widths.items():
            sheet.set_column(f"{column}:{column}", width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.center_horizontally()
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_footer('&C&"宋体"&10第 &P 页，共 &N 页')
        sheet.protect(
            "",
            {
                "format_rows": True,
                "format_columns": True,
                "insert_rows": True,
                "delete_rows": True,
                "sort": True,
                "autofilter": True,
                "objects": True,
            },
        )
        return sheet

    def count(self, sheet: Worksheet, first: str, formula: str) -> None:
        """Write the live count right of a sheet's top line: seen, and never printed."""
        sheet.set_column(f"{first[0]}:{first[0]}", 30)
        formula = f'=IFERROR({formula.removeprefix("=")},"{BROKEN}")'
        sheet.write_formula(first, formula, self.formats["count"], FILLED)
        for words, look in (("还差", self.missing), ("已全", self.done)):
            criteria = f'=LEFT(${first[0]}${first[1:]},2)="{words}"'
            sheet.conditional_format(
                first, {"type": "formula", "criteria": criteria, "format": look}
            )


@dataclass(frozen=True)
class Layout:
    """Where the columns of 进展情况表 stand in one of the two drawings, and how wide they are.

    `columns` are the captions by placeholder, in order; the hidden 标识 comes behind them, the
    count behind that. `head` is the row of the captions; the prototype is two rows below.
    """

    columns: dict[str, tuple[str, float]]
    head: int

    def at(self, word: str) -> str:
        """Return the column of a placeholder."""
        return ascii_uppercase[list(self.columns).index(word)]

    @property
    def last(self) -> str:
        """The last column that is printed."""
        return ascii_uppercase[len(self.columns) - 1]

    @property
    def identity(self) -> str:
        """The hidden column."""
        return ascii_uppercase[len(self.columns)]

    @property
    def count(self) -> str:
        """The cell of the count."""
        return f"{ascii_uppercase[len(self.columns) + 1]}1"


# Together a printed line of A4 landscape: the clerk writes most under 进展情况.
EIGHT = Layout(
    {
        "编号": ("编号", 5.5),
        "名称": ("项目名称", 14),
        "计划": ("主要内容和关键时间节点计划", 40),
        "股室": ("责任{{称谓}}", 10.5),
        "状态": ("进度状态", 10.5),
        "进展": ("进展情况", 34.5),
        "问题": ("存在问题和下一步工作计划", 23),
        "备注": ("备注", 8),
    },
    5,
)
# The columns of the notice's own 附件2 and no other.
SEVEN = Layout(
    {
        "编号": ("编号", 5.5),
        "名称": ("项目名称", 14),
        "计划": ("主要内容和关键时间节点计划", 42),
        "股室": ("责任{{称谓}}", 10.5),
        "进展": ("进展情况", 39),
        "问题": ("存在问题和下一步工作计划", 22),
        "备注": ("备注", 13),
    },
    4,
)


def draw_template(more: "Callable[[Drawer], None] | None" = None, layout: Layout = EIGHT) -> bytes:
    """Return a drawing that ships; `more` draws into it before it is closed."""
    buffer = io.BytesIO()
    drawer = Drawer(buffer)
    _draw_progress(drawer, layout)
    if layout is EIGHT:
        _draw_milestones(drawer)
        _draw_supporting(drawer)
    _draw_help(drawer, layout)
    if more is not None:
        more(drawer)
    drawer.book.close()
    return buffer.getvalue()


def _draw_progress(drawer: Drawer, layout: Layout) -> None:
    look = drawer.formats
    at, head, last = layout.at, layout.head, layout.last
    group, item, beyond = head + 1, head + 2, head + 3
    widths = {layout.at(word): width for word, (_, width) in layout.columns.items()}
    sheet = drawer.start("进展情况表", widths)
    sheet.set_column(f"{layout.identity}:{layout.identity}", 9, None, {"hidden": True})
    sheet.write("A1", "附件2", look["annex"])
    sheet.merge_range(f"D1:{last}1", "{{报送须知}}", look["notice"])
    total = _help_row(layout, "合计")
    own = "+".join(f"填报说明!$B${_help_row(layout, name)}" for name in ("表头", "任务"))
    said_own = f'"（本表 "&({own})&" 项）"' if layout is EIGHT else '""'
    drawer.count(
        sheet,
        layout.count,
        f'=IF(填报说明!$B${total}=0,"{FILLED}","还差 "&填报说明!$B${total}&" 项"&{said_own})',
    )
    sheet.set_row(0, 24)
    sheet.merge_range(f"A2:{last}2", "{{标题}}", look["title"])
    sheet.set_row(1, 34)
    for row in range(2, head - 1):
        sheet.set_row(row, 21)
    sheet.merge_range("A3:C3", "填报{{称谓}}：{{股室}}", look["line"])
    sheet.write("D3", "填报人：", look["label"])
    sheet.write("E3", "{{填报人}}", look["blank"])
    sheet.write("F3", "填报日期：", look["label"])
    blanks = ["E3", "G3:H3", "G4:H4"] if layout is EIGHT else ["E3", "G3"]
    if layout is EIGHT:
        sheet.merge_range("G3:H3", "{{填报日期}}", look["blank"])
        sheet.merge_range(
            "A4:E4",
            "灰底为固定内容，黄底为必填内容，蓝字为以前报的内容；用法见“填报说明”。",
            look["note"],
        )
        sheet.write("F4", "分管负责同志审定：", look["label"])
        sheet.merge_range("G4:H4", "", look["blank"])
    else:
        sheet.write("G3", "{{填报日期}}", look["blank"])
    captions = [caption for caption, _ in layout.columns.values()]
    sheet.write_row(f"A{head}", [*captions, "标识"], look["header"])
    sheet.set_row(head - 1, 37.5)
    sheet.merge_range(f"A{group}:{last}{group}", "{{分组.名称}}", look["group"])
    sheet.set_row(group - 1, 22.5)
    looks = {"编号": "middle", "股室": "middle", "状态": "choice", "名称": "fixed", "计划": "fixed"}
    for column, word in enumerate(layout.columns):
        sheet.write(item - 1, column, f"{{{{任务.{word}}}}}", look[looks.get(word, "open")])
    sheet.write(f"{layout.identity}{item}", "{{任务.标识}}", look["fixed"])
    sheet.merge_range(
        f"A{beyond}:{last}{beyond}",
        "清单以外的其他工作（没有就不填；行不够时在下面的空行处插入行）",
        look["group"],
    )
    for column in range(1, len(layout.columns)):
        # A row inserted below takes the cells above as its pattern: open, all but the number.
        sheet.write_blank(beyond - 1, column, None, look["open"])
    sheet.set_row(beyond - 1, 22.5)
    for row in (beyond, beyond + 1):
        for column in range(len(layout.columns)):
            sheet.write_blank(row, column, None, look["open"])
        sheet.set_row(row, 30)

    def must(area: str, criteria: str) -> None:
        sheet.conditional_format(
            area, {"type": "formula", "criteria": criteria, "format": drawer.must}
        )

    for cell in blanks:
        first = cell.partition(":")[0]
        must(cell, f"={blank(f'${first[0]}${first[1:]}')}")
    answers = [word for word in ("状态", "进展", "问题") if word in layout.columns]
    first = f"{at(answers[0])}{item}"
    sheet.conditional_format(
        f"{first}:{at('问题')}{item}",
        {"type": "formula", "criteria": f"={old(first)}", "format": drawer.previous},
    )
    must(
        f"{first}:{at('进展')}{item}",
        f"=AND(LEN(${layout.identity}{item})>0,{blank(first)})",
    )
    if "状态" in layout.columns:
        status, obstacles = f"{at('状态')}{item}", f"{at('问题')}{item}"
        must(obstacles, f'=AND({said(f"${status}")}="{BEHIND}",{blank(obstacles)})')
        sheet.data_validation(
            status,
            {
                "validate": "list",
                "source": list(STATUSES),
                "input_title": "进度状态",
                "input_message": STATUS_HELP,
                "error_title": "请从下拉列表中选择",
                "error_message": f"可选：{'、'.join(STATUSES)}。具体情况请写在“进展情况”栏。",
            },
        )
    delete = "蓝字是以前报的内容，改好后请把前面的括号和里面的字删去。"
    behind = "进度滞后的必须写明原因和下一步打算；" if layout is EIGHT else ""
    prompts = [
        ("E3", "填报人", "请填写填报人姓名。"),
        ("G3", "填报日期", DATE_HELP),
        (f"{at('进展')}{item}", "进展情况", f"写明已经做了什么、到了什么程度。{delete}"),
        (
            f"{at('问题')}{item}",
            "存在问题和下一步工作计划",
            f"{behind}没有问题的可写“无”。{delete}",
        ),
    ]
    if layout is EIGHT:
        approval = "报送前须经分管负责同志审定。请填写审定人的姓名。"
        prompts.append(("G4", "分管负责同志审定", approval))
    for cell, title, message in prompts:
        sheet.data_validation(
            cell, {"validate": "any", "input_title": title, "input_message": message}
        )
    sheet.autofilter(f"A{head}:{last}{item}")
    texts = f"A{group}:{layout.identity}{beyond + 2} E3 G3"
    sheet.ignore_errors({"number_stored_as_text": texts})
    sheet.freeze_panes(head, 0)
    sheet.repeat_rows(head - 1)
    sheet.print_area(f"A1:{last}{beyond + 2}")


def _draw_milestones(drawer: Drawer) -> None:
    look = drawer.formats
    widths = {"A": 5.5, "B": 24, "C": 48, "D": 15, "E": 12, "F": 14, "G": 24}
    sheet = drawer.start("节点完成情况", widths)
    sheet.set_column("H:H", 9, None, {"hidden": True})
    drawer.count(
        sheet,
        "I1",
        f'=IF(填报说明!$B$6=0,"{FILLED}","还差 "&填报说明!$B$6&" 项（本表 "&填报说明!$B$5&" 项）")',
    )
    sheet.set_row(0, 24)
    sheet.merge_range("A2:G2", "关键时间节点完成情况（{{报告期}}）", look["title"])
    sheet.set_row(1, 34)
    sheet.merge_range("A3:G3", "填报{{称谓}}：{{股室}}", look["line"])
    sheet.set_row(2, 21)
    headers = ("编号", "项目名称", "节点", "完成时限", "完成情况", "完成日期", "说明", "标识")
    sheet.write_row("A4", headers, look["header"])
    sheet.set_row(3, 24)
    for column, (word, name) in enumerate(
        {
            "编号": "middle",
            "名称": "fixed",
            "内容": "fixed",
            "时限": "middle",
            "状态": "choice",
            "完成日期": "choice",
            "说明": "open",
            "标识": "fixed",
        }.items()
    ):
        sheet.write(4, column, f"{{{{节点.{word}}}}}", look[name])
    sheet.merge_range(
        "A6:G6",
        "本表列出到本期末应完成、尚未报告办结的节点：本月到期的在前，以前月份到期的在后。",
        look["note"],
    )
    sheet.set_row(5, 20)
    sheet.conditional_format(
        "E5",
        {"type": "formula", "criteria": f"=AND(LEN($H5)>0,{blank('E5')})", "format": drawer.must},
    )
    sheet.conditional_format(
        "F5",
        {
            "type": "formula",
            "criteria": f'=AND({said("$E5")}="{MILESTONE_STATES[0]}",{blank("F5")})',
            "format": drawer.must,
        },
    )
    sheet.data_validation(
        "E5",
        {
            "validate": "list",
            "source": list(MILESTONE_STATES),
            "input_title": "完成情况",
            "input_message": STATE_HELP,
            "error_title": "请从下拉列表中选择",
            "error_message": f"可选：{'、'.join(MILESTONE_STATES)}。具体情况请写在“说明”栏。",
        },
    )
    sheet.data_validation(
        "F5", {"validate": "any", "input_title": "完成日期", "input_message": DATE_HELP}
    )
    sheet.autofilter("A4:G5")
    sheet.ignore_errors({"number_stored_as_text": "A5:H5"})
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)
    sheet.print_area("A1:G6")


def _draw_supporting(drawer: Drawer) -> None:
    look = drawer.formats
    sheet = drawer.start("协办任务", {"A": 6, "B": 32, "C": 78, "D": 22})
    drawer.count(
        sheet, "E1", f'=IF(填报说明!$B$6=0,"{FILLED}","还差 "&填报说明!$B$6&" 项（本表不用填）")'
    )
    sheet.set_row(0, 24)
    sheet.merge_range("A2:D2", "本{{称谓}}协办的重点工作任务", look["title"])
    sheet.set_row(1, 34)
    sheet.merge_range(
        "A3:D3", "以下任务由其他{{称谓}}牵头、{{股室}}协办，供了解安排，不用填写。", look["line"]
    )
    sheet.set_row(2, 21)
    sheet.write_row(
        "A4", ("编号", "项目名称", "主要内容和关键时间节点计划", "牵头{{称谓}}"), look["header"]
    )
    sheet.set_row(3, 24)
    for column, (word, name) in enumerate(
        {"编号": "middle", "名称": "fixed", "计划": "fixed", "股室": "middle"}.items()
    ):
        sheet.write(4, column, f"{{{{协办.{word}}}}}", look[name])
    sheet.ignore_errors({"number_stored_as_text": "A5:A5"})
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(3)
    sheet.print_area("A1:D5")


def _help_rows(layout: Layout) -> tuple[str, ...]:
    return ("表头", "任务", "节点", "合计") if layout is EIGHT else ("表头", "任务", "合计")


def _help_row(layout: Layout, name: str) -> int:
    """Return the row of sheet 填报说明 in which a part of the count stands."""
    return 3 + _help_rows(layout).index(name)


def _draw_help(drawer: Drawer, layout: Layout) -> None:
    look = drawer.formats
    sheet = drawer.start("填报说明", {"A": 42, "B": 90})
    total = f"$B${_help_row(layout, '合计')}"
    sheet.write("A1", "填报说明", look["annex"])
    sheet.set_row(0, 24)
    drawer.count(sheet, "C1", f'=IF({total}=0,"{FILLED}","还差 "&{total}&" 项")')
    sheet.set_row(1, 21)
    sheet.write("A2", "还差的内容", look["header"])
    sheet.write("B2", "项数（随填随变）", look["header"])
    rows = {
        name: (label, formula)
        for name, label, formula in _count_formulas(layout)
        if name in _help_rows(layout)
    }
    for name, (label, formula) in rows.items():
        row = _help_row(layout, name)
        sheet.write(f"A{row}", label, look["boxed"])
        if "SUMPRODUCT" in formula:
            # Elsewhere than in an array formula, IFERROR takes one cell of an area only.
            sheet.write_array_formula(f"B{row}:B{row}", formula, look["number"], 0)
        else:
            sheet.write_formula(f"B{row}", formula, look["number"], 0)
        sheet.set_row(row - 1, 21)
    how_to = (*HOW_TO, *(HOW_TO_EIGHT if layout is EIGHT else HOW_TO_SEVEN))
    row = 4 + len(rows)
    for number, text in enumerate(how_to, 1):
        sheet.merge_range(f"A{row}:B{row}", f"{number}．{text}", look["text"])
        sheet.set_row(row - 1, 36 if len(text) > 50 else 21)
        row += 1
    for title, text in (
        (("进度状态怎么选", STATUS_HELP), ("节点完成情况怎么选", STATE_HELP))
        if layout is EIGHT
        else ()
    ):
        row += 1 if title.startswith("进度") else 0
        sheet.write(f"A{row}", title, look["boxed"])
        sheet.write(f"B{row}", text, look["boxed"])
        sheet.set_row(row - 1, 18 * (text.count("\n") + 1) + 3)
        row += 1
    sheet.print_area(f"A1:B{row - 1}")
    count = f"${layout.count[0]}$1"
    names = {f"还差.{name}": f"填报说明!$B${_help_row(layout, name)}" for name in rows}
    names |= {"还差.任务提示": f"进展情况表!{count}", "还差.说明提示": "填报说明!$C$1"}
    if layout is EIGHT:
        names |= {"还差.节点提示": "节点完成情况!$I$1", "还差.协办提示": "协办任务!$E$1"}
    for name, place in names.items():
        drawer.book.define_name(name, f"={place}")


def _count_formulas(layout: Layout) -> Iterator[tuple[str, str, str]]:
    """Yield each part of the count: its name, what stands beside it, its formula."""
    first, last = layout.head + 1, layout.head + 3

    def column(letter: str) -> str:
        return f"进展情况表!${letter}${first}:${letter}${last}"

    milestones = "节点完成情况!${0}$5:${0}$6".format
    rows = f"((1-{blank(column('B'))}+LEN({said(column(layout.identity))}))>0)"
    text, obstacles = column(layout.at("进展")), column(layout.at("问题"))
    head = [f"N{blank(f'进展情况表!{cell}')}" for cell in ("$E$3", "$G$3")]
    if layout is EIGHT:
        status = column(layout.at("状态"))
        working = f'({said(status)}<>"{DONE}")'
        head.append(f"N{blank('进展情况表!$G$4')}")
        yield "表头", "表头（填报人、填报日期、审定）", "=" + "+".join(head)
        yield (
            "任务",
            "进展情况表（进度状态、进展情况等）",
            f"=SUMPRODUCT({rows}*({blank(status)}+({blank(text)}+{old(text)}*{working})"
            f'+(({said(status)}="{BEHIND}")*{blank(obstacles)}+{old(obstacles)}*{working})))',
        )
    else:
        yield "表头", "表头（填报人、填报日期）", "=" + "+".join(head)
        yield (
            "任务",
            "进展情况表（进展情况等）",
            f"=SUMPRODUCT({rows}*({blank(text)}+{old(text)}+{old(obstacles)}))",
        )
    yield (
        "节点",
        "节点完成情况",
        f"=SUMPRODUCT((LEN({said(milestones('H'))})>0)*({blank(milestones('E'))}"
        f'+({said(milestones("E"))}="{MILESTONE_STATES[0]}")*{blank(milestones("F"))}))',
    )
    parts = len(_help_rows(layout)) + 1
    yield "合计", "合计", f"=SUM($B$3:$B${parts})"


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent.parent / "templates"
    for name, layout in (("附件2.xlsx", EIGHT), ("附件2-七栏.xlsx", SEVEN)):
        (folder / name).write_bytes(draw_template(layout=layout))
        print(f"{name}: {(folder / name).stat().st_size} bytes", file=sys.stderr)
