"""Drawings made by others, for tests: drawn with xlsxwriter, then changed as other programs would."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

import xlsxwriter

STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": (
        "http://purl.oclc.org/ooxml/spreadsheetml/main"
    ),
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
    "http://schemas.openxmlformats.org/drawingml/2006/": "http://purl.oclc.org/ooxml/drawingml/",
}
DROP_DOWN = (
    '<extLst><ext xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><x14:dataValidations count="1" '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>字典!$A$1:$A$4</xm:f>'
    "</x14:formula1><xm:sqref>C6</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)


def make_picture() -> bytes:
    """Return a PNG of one red pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\x00\x00")
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def change_parts(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return a package with each part changed; None takes it out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return buffer.getvalue()


def read_part(content: bytes, name: str) -> str:
    """Return a part of a package as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name).decode()


def draw_table(cells: Mapping[str, str], sheet: str = "表") -> bytes:
    """Draw one sheet with these cells; what begins with = is a formula."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for cell, text in cells.items():
            if text.startswith("="):
                page.write_formula(cell, text)
            else:
                page.write_string(cell, text)
    return buffer.getvalue()


def draw_elaborate() -> bytes:
    """Draw a form as a bureau might: three header rows, other columns, logo, seal, notes, total.

    The prototype row is 6, below it stand a sum (7) and a signature (8) with a seal and a note.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("月报")
        words = book.add_worksheet("字典")
        for row, word in enumerate(("已完成", "正常推进", "进度滞后", "尚未启动")):
            words.write(row, 0, word)
        title = book.add_format({"font_name": "黑体", "font_size": 20, "align": "center"})
        cell = book.add_format({"border": 1, "text_wrap": True, "font_size": 12})
        answer = book.add_format({"border": 1, "text_wrap": True, "locked": False})
        page.set_column("A:A", 30)
        page.set_column("B:G", 12)
        page.merge_range("A1:G1", "{{单位}}{{标题}}", title)
        page.merge_range("A2:G2", "股室：{{ 股室 }}  期间：{{报告期}}")
        page.merge_range("A3:A5", "任务", cell)
        page.merge_range("B3:G3", "情况", cell)
        for column in "BCDEFG":
            page.write(f"{column}4", f"第{column}栏", cell)
            page.write(f"{column}5", "（甲）", cell)
        page.write("A6", "{{任务.名称}}", cell)
        page.merge_range("D6:E6", "{{任务.进展}}", answer)
        page.write("B6", "{{任务.编号}}", cell)
        page.write("C6", "{{任务.状态}}", answer)
        page.write("F6", "请填写", answer)
        page.write_formula("G6", '=IF(TRIM(D6)="",1,0)', cell, 1)
        page.set_row(5, 30)
        page.write("A7", "合计", cell)
        page.write_formula("G7", "=SUM(G6:G6)", cell, 1)
        page.write("A8", "{{股室}}（盖章）")
        page.data_validation("B6", {"validate": "list", "source": "=字典!$A$1:$A$4"})
        page.conditional_format(
            "C6:E6", {"type": "formula", "criteria": '=TRIM($D6)=""', "format": answer}
        )
        page.insert_image("A1", "logo.png", {"image_data": io.BytesIO(make_picture())})
        page.insert_textbox("H2", "填表前请先看说明", {"width": 90, "height": 40})
        page.insert_textbox("F8", "公章", {"width": 60, "height": 60})
        page.write_comment("B4", "表头批注")
        page.write_comment("A8", "盖章处批注")
        page.set_header("&L&12{{报告期}}&R{{股室}}")
        page.set_footer("&C第 &P 页")
        page.print_area("A1:G8")
        page.repeat_rows(2, 4)
        page.autofilter("A5:G6")
        page.set_h_pagebreaks([7])
        page.protect("", {"format_rows": True})
        page.freeze_panes(5, 1)
        book.define_name("合计项", "=月报!$G$7")
        book.define_name("全部进展", "=月报!$D$6:$D$6")

    def add_drop_down(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        return part.replace(b"</worksheet>", f"{DROP_DOWN}</worksheet>".encode())

    return change_parts(buffer.getvalue(), add_drop_down)


def make_strict(content: bytes) -> bytes:
    """Return a workbook as Excel saves it under the name Strict Open XML."""

    def change(name: str, part: bytes) -> bytes:
        text = part.decode("utf-8", "surrogateescape")
        if not name.endswith((".xml", ".rels")) or name.startswith("docProps"):
            return part
        for usual, strict in STRICT.items():
            text = text.replace(usual, strict)
        return text.encode("utf-8", "surrogateescape")

    return change_parts(content, change)


def make_prefixed(content: bytes) -> bytes:
    """Return a workbook whose sheets and strings write `x:` before each element, as some tools do."""

    def change(name: str, part: bytes) -> bytes:
        if not re.match(r"xl/(worksheets/[^/]*|sharedStrings|workbook)\.xml", name):
            return part
        text = re.sub(r"<(/?)(?=\w+[\s/>])(?!\w+:)", r"<\1x:", part.decode())
        return text.replace('xmlns="', 'xmlns:x="', 1).encode()

    return change_parts(content, change)
