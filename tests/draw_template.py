"""Draws templates/附件2.xlsx, for a maintainer who changes it: `python -m tests.draw_template`.

The drawing is what ships and what a bureau redraws in Excel or WPS; this only spares a maintainer
the mouse. Tests draw with it too.
"""

import io
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
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
    f"蓝字以{PREVIOUS_MARK}开头，是本股室上月报的内容：在它上面改成本月情况，再把{PREVIOUS_MARK}四个字符删掉。",
    "进展情况请写已经做了什么、到了什么程度，尽量写明数字和日期；未完成的写清卡在哪里、下一步何时做什么。",
    "“节点完成情况”表只列到期未办结的节点，请逐个选择完成情况；没有列出的节点不用填。",
    "清单以外的工作写在“进展情况表”末尾的空行里；行不够时，在空行处插入行。行高、列宽可以拖动，可以筛选。",
    "填完后请分管负责同志审定，把审定人姓名填在表头，原样发回 Excel 文件（不要改成 PDF 或图片）。文件名可以改。",
)


def said(cell: str) -> str:
    """Return a formula for what a cell says; an error says nothing, and is not answered yet."""
    return f'IFERROR({cell}&"","")'


def blank(cell: str) -> str:
    """Return a formula that is true where a cell shows nothing, spaces of either width or an error."""
    return f'(LEN(SUBSTITUTE(SUBSTITUTE({said(cell)}," ",""),"　",""))=0)'


def old(cell: str) -> str:
    """Return a formula that is true where a cell still has last month's mark."""
    return f'(LEFT({said(cell)},{len(PREVIOUS_MARK)})="{PREVIOUS_MARK}")'


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
            "count": {**base, "font_name": HEITI, "font_size": 12, "align": "right"},
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

    def count(self, sheet: Worksheet, area: str, formula: str) -> None:
        """Write the live count at the right of a sheet's top line."""
        first = area.partition(":")[0]
        if ":" in area:
            sheet.merge_range(area, "", self.formats["count"])
        formula = f'=IFERROR({formula.removeprefix("=")},"{BROKEN}")'
        sheet.write_formula(first, formula, self.formats["count"], FILLED)
        for words, look in (("还差", self.missing), ("已全", self.done)):
            criteria = f'=LEFT(${first[0]}${first[1:]},2)="{words}"'
            sheet.conditional_format(
                first, {"type": "formula", "criteria": criteria, "format": look}
            )


def draw_template(more: "Callable[[Drawer], None] | None" = None) -> bytes:
    """Return the drawing that ships; `more` draws into it before it is closed."""
    buffer = io.BytesIO()
    drawer = Drawer(buffer)
    _draw_progress(drawer)
    _draw_milestones(drawer)
    _draw_supporting(drawer)
    _draw_help(drawer)
    if more is not None:
        more(drawer)
    drawer.book.close()
    return buffer.getvalue()


def _draw_progress(drawer: Drawer) -> None:
    look = drawer.formats
    # Together a printed line of A4 landscape: the clerk writes most in F.
    widths = {"A": 5.5, "B": 14, "C": 40, "D": 10.5, "E": 10.5, "F": 34.5, "G": 23, "H": 8}
    sheet = drawer.start("进展情况表", widths)
    sheet.set_column("I:I", 9, None, {"hidden": True})
    sheet.write("A1", "附件2", look["annex"])
    drawer.count(
        sheet,
        "F1:H1",
        f'=IF(填报说明!$B$6=0,"{FILLED}","还差 "&填报说明!$B$6&" 项（本表 "&(填报说明!$B$3+填报说明!$B$4)&" 项）")',
    )
    sheet.set_row(0, 24)
    sheet.merge_range("A2:H2", "{{标题}}", look["title"])
    sheet.set_row(1, 34)
    for row in (2, 3):
        sheet.set_row(row, 21)
    sheet.merge_range("A3:C3", "填报股室：{{股室}}", look["line"])
    sheet.write("D3", "填报人：", look["label"])
    sheet.write("E3", "{{填报人}}", look["blank"])
    sheet.write("F3", "填报日期：", look["label"])
    sheet.merge_range("G3:H3", "{{填报日期}}", look["blank"])
    sheet.merge_range(
        "A4:E4", "灰底为固定内容，黄底为必填内容，蓝字为上月内容；用法见“填报说明”。", look["note"]
    )
    sheet.write("F4", "分管负责同志审定：", look["label"])
    sheet.merge_range("G4:H4", "", look["blank"])
    headers = (
        "编号",
        "项目名称",
        "主要内容和关键时间节点计划",
        "责任股室",
        "进度状态",
        "进展情况",
        "存在问题和下一步工作计划",
        "备注",
        "标识",
    )
    sheet.write_row("A5", headers, look["header"])
    sheet.set_row(4, 37.5)
    sheet.merge_range("A6:H6", "{{分组.名称}}", look["group"])
    sheet.set_row(5, 22.5)
    for column, (word, name) in enumerate(
        {
            "编号": "middle",
            "名称": "fixed",
            "计划": "fixed",
            "股室": "middle",
            "状态": "choice",
            "进展": "open",
            "问题": "open",
            "备注": "open",
            "标识": "fixed",
        }.items()
    ):
        sheet.write(6, column, f"{{{{任务.{word}}}}}", look[name])
    sheet.merge_range(
        "A8:H8", "清单以外的其他工作（没有就不填；行不够时在下面的空行处插入行）", look["group"]
    )
    for column in range(1, 8):
        # A row inserted below takes the cells above as its pattern: open, all but the number.
        sheet.write_blank(7, column, None, look["open"])
    sheet.set_row(7, 22.5)
    for row in (8, 9):
        for column in range(8):
            sheet.write_blank(row, column, None, look["open"])
        sheet.set_row(row, 30)

    def must(area: str, criteria: str) -> None:
        sheet.conditional_format(
            area, {"type": "formula", "criteria": criteria, "format": drawer.must}
        )

    for cell in ("E3", "G3:H3", "G4:H4"):
        first = cell.partition(":")[0]
        must(cell, f"={blank(f'${first[0]}${first[1:]}')}")
    sheet.conditional_format(
        "E7:G7", {"type": "formula", "criteria": f"={old('E7')}", "format": drawer.previous}
    )
    must("E7:F7", f"=AND(LEN($I7)>0,{blank('E7')})")
    must("G7", f'=AND({said("$E7")}="{BEHIND}",{blank("G7")})')
    sheet.data_validation(
        "E7",
        {
            "validate": "list",
            "source": list(STATUSES),
            "input_title": "进度状态",
            "input_message": STATUS_HELP,
            "error_title": "请从下拉列表中选择",
            "error_message": f"可选：{'、'.join(STATUSES)}。具体情况请写在“进展情况”栏。",
        },
    )
    for cell, title, message in (
        ("E3", "填报人", "请填写填报人姓名。"),
        ("G3", "填报日期", DATE_HELP),
        ("G4", "分管负责同志审定", "报送前须经分管负责同志审定。请填写审定人的姓名。"),
        (
            "F7",
            "进展情况",
            f"写明已经做了什么、到了什么程度。蓝字是上月的内容，改好后请删去{PREVIOUS_MARK}。",
        ),
        (
            "G7",
            "存在问题和下一步工作计划",
            f"进度滞后的必须写明原因和下一步打算；没有问题的可写“无”。蓝字是上月的内容，改好后请删去{PREVIOUS_MARK}。",
        ),
    ):
        sheet.data_validation(
            cell, {"validate": "any", "input_title": title, "input_message": message}
        )
    sheet.autofilter("A5:H7")
    sheet.ignore_errors({"number_stored_as_text": "A6:I10 E3 G3"})
    sheet.freeze_panes(5, 0)
    sheet.repeat_rows(4)
    sheet.print_area("A1:H10")


def _draw_milestones(drawer: Drawer) -> None:
    look = drawer.formats
    widths = {"A": 5.5, "B": 24, "C": 48, "D": 15, "E": 12, "F": 14, "G": 24}
    sheet = drawer.start("节点完成情况", widths)
    sheet.set_column("H:H", 9, None, {"hidden": True})
    drawer.count(
        sheet,
        "E1:G1",
        f'=IF(填报说明!$B$6=0,"{FILLED}","还差 "&填报说明!$B$6&" 项（本表 "&填报说明!$B$5&" 项）")',
    )
    sheet.set_row(0, 24)
    sheet.merge_range("A2:G2", "关键时间节点完成情况（{{报告期}}）", look["title"])
    sheet.set_row(1, 34)
    sheet.merge_range("A3:G3", "填报股室：{{股室}}", look["line"])
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
        sheet, "C1:D1", f'=IF(填报说明!$B$6=0,"{FILLED}","还差 "&填报说明!$B$6&" 项（本表不用填）")'
    )
    sheet.set_row(0, 24)
    sheet.merge_range("A2:D2", "本股室协办的重点工作任务", look["title"])
    sheet.set_row(1, 34)
    sheet.merge_range(
        "A3:D3", "以下任务由其他股室牵头、{{股室}}协办，供了解安排，不用填写。", look["line"]
    )
    sheet.set_row(2, 21)
    sheet.write_row(
        "A4", ("编号", "项目名称", "主要内容和关键时间节点计划", "牵头股室"), look["header"]
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


def _draw_help(drawer: Drawer) -> None:
    look = drawer.formats
    sheet = drawer.start("填报说明", {"A": 42, "B": 90})
    sheet.write("A1", "填报说明", look["annex"])
    sheet.set_row(0, 24)
    drawer.count(sheet, "B1", '=IF($B$6=0,"已全部填完","还差 "&$B$6&" 项")')
    sheet.set_row(1, 21)
    sheet.write("A2", "还差的内容", drawer.formats["header"])
    sheet.write("B2", "项数（随填随变）", drawer.formats["header"])
    progress = "进展情况表!${0}$6:${0}$8".format
    milestones = "节点完成情况!${0}$5:${0}$6".format
    rows = f"((1-{blank(progress('B'))}+LEN({said(progress('I'))}))>0)"
    status, text, obstacles = progress("E"), progress("F"), progress("G")
    working = f'({said(status)}<>"{DONE}")'
    formulas = {
        "表头（填报人、填报日期、审定）": f"=N{blank('进展情况表!$E$3')}+N{blank('进展情况表!$G$3')}+N{blank('进展情况表!$G$4')}",
        "进展情况表（进度状态、进展情况等）": (
            f"=SUMPRODUCT({rows}*({blank(status)}+({blank(text)}+{old(text)}*{working})"
            f'+(({said(status)}="{BEHIND}")*{blank(obstacles)}+{old(obstacles)}*{working})))'
        ),
        "节点完成情况": (
            f"=SUMPRODUCT((LEN({said(milestones('H'))})>0)*({blank(milestones('E'))}"
            f'+({said(milestones("E"))}="{MILESTONE_STATES[0]}")*{blank(milestones("F"))}))'
        ),
        "合计": "=SUM($B$3:$B$5)",
    }
    for row, (label, formula) in enumerate(formulas.items(), 3):
        sheet.write(f"A{row}", label, look["boxed"])
        if "SUMPRODUCT" in formula:
            # Elsewhere than in an array formula, IFERROR takes one cell of an area only.
            sheet.write_array_formula(f"B{row}:B{row}", formula, look["number"], 0)
        else:
            sheet.write_formula(f"B{row}", formula, look["number"], 0)
        sheet.set_row(row - 1, 21)
    for row, text in enumerate(HOW_TO, 8):
        sheet.merge_range(f"A{row}:B{row}", f"{row - 7}．{text}", look["text"])
        sheet.set_row(row - 1, 36 if len(text) > 50 else 21)
    for row, (title, text) in enumerate(
        (("进度状态怎么选", STATUS_HELP), ("节点完成情况怎么选", STATE_HELP)), 15
    ):
        sheet.write(f"A{row}", title, look["boxed"])
        sheet.write(f"B{row}", text, look["boxed"])
        sheet.set_row(row - 1, 18 * (text.count("\n") + 1) + 3)
    sheet.print_area("A1:B16")
    for name, place in {
        "还差.表头": "填报说明!$B$3",
        "还差.任务": "填报说明!$B$4",
        "还差.节点": "填报说明!$B$5",
        "还差.合计": "填报说明!$B$6",
        "还差.任务提示": "进展情况表!$F$1",
        "还差.节点提示": "节点完成情况!$E$1",
        "还差.协办提示": "协办任务!$C$1",
        "还差.说明提示": "填报说明!$B$1",
    }.items():
        drawer.book.define_name(name, f"={place}")


if __name__ == "__main__":
    target = Path(__file__).resolve().parent.parent / "templates" / "附件2.xlsx"
    target.write_bytes(draw_template())
    print(f"{target.name}: {target.stat().st_size} bytes", file=sys.stderr)
