"""Draws templates/通报.docx, 督办单.docx and 工作总结.docx: `python -m tests.draw_documents`.

The drawings are what ships and what a bureau redraws in Word or WPS. Sizes are those of
GB/T 9704: A4, text of 156 by 225 mm, title 22 points, body 16 points on 28, page numbers — 1 —.
"""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from taskxl.ooxml.package import Packed, read_parts, write_parts

TITLE, FANGSONG, HEITI, KAITI, SONG = (
    "方正小标宋简体",
    "仿宋_GB2312",
    "黑体",
    "楷体_GB2312",
    "宋体",
)
LATIN = "Times New Roman"
FALLBACKS = {TITLE: "宋体", FANGSONG: "仿宋", KAITI: "楷体"}
"""What Word and WPS take where a font is not installed."""
BODY, LINE = 16, 28
MADE = datetime(2026, 1, 1)


class Drawer:
    """A document drawn paragraph by paragraph."""

    def __init__(self) -> None:
        self.document: Any = docx.Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(25)
        normal = self.document.styles["Normal"]
        set_font(normal, FANGSONG, BODY)
        normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
        lang = OxmlElement("w:lang")
        for name, value in (("val", "en-US"), ("eastAsia", "zh-CN")):
            lang.set(qn(f"w:{name}"), value)
        normal.element.get_or_add_rPr().append(lang)

    def write(
        self,
        text: str,
        font: str = FANGSONG,
        size: float = BODY,
        *,
        indent: int = 2,
        align: Any = ALIGN.LEFT,
        right: int = 0,
        line: float = LINE,
        keep: bool = False,
        new_page: bool = False,
        bold: bool = False,
    ) -> Any:
        """Write a paragraph; `indent` and `right` in characters, `size` and `line` in points."""
        paragraph = self.document.add_paragraph()
        shape(paragraph, indent=indent, align=align, right=right, line=line)
        paragraph.paragraph_format.keep_with_next = keep
        paragraph.paragraph_format.page_break_before = new_page
        run = paragraph.add_run(text)
        set_font(run, font, size)
        run.bold = bold
        return paragraph

    def tags(self, *texts: str) -> None:
        """Write paragraphs that only steer: they are gone when the template is filled."""
        for text in texts:
            self.write(text, size=10.5, indent=0, line=16)

    def heading(self, text: str) -> None:
        """Write a heading of the first level."""
        self.write(text, HEITI, keep=True)

    def table(self, heads: Sequence[str], cells: Sequence[str], widths: Sequence[int], loop: str):
        """Write a table whose one row is repeated; `widths` in mm."""
        table = self.document.add_table(rows=4, cols=len(heads))
        set_widths(table, widths)
        rows = [heads, [f"{{%tr for {loop} %}}"], cells, ["{%tr endfor %}"]]
        for place, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if place == 0:
                properties.append(OxmlElement("w:tblHeader"))
            for cell, width, number in zip(row.cells, widths, range(len(heads)), strict=True):
                cell.vertical_alignment = 1
                paragraph = cell.paragraphs[0]
                text = texts[number] if number < len(texts) else ""
                long = place > 0 and width > 40
                shape(
                    paragraph,
                    indent=0,
                    align=ALIGN.LEFT if long else ALIGN.CENTER,
                    line=18 if place == 0 else 15,
                )
                run = paragraph.add_run(text)
                set_font(run, HEITI if place == 0 else FANGSONG, 12 if place == 0 else 10.5)
        return table

    def number_pages(self) -> None:
        """Put — N — at the outer side of each page: 四号 宋体, one character in."""
        self.document.settings.odd_and_even_pages_header_footer = True
        section = self.document.sections[0]
        for footer, align in (
            (section.footer, ALIGN.RIGHT),
            (section.even_page_footer, ALIGN.LEFT),
        ):
            paragraph = footer.paragraphs[0]
            shape(paragraph, indent=0, align=align, line=0)
            paragraph.paragraph_format.left_indent = Pt(14) if align == ALIGN.LEFT else Pt(0)
            paragraph.paragraph_format.right_indent = Pt(14) if align == ALIGN.RIGHT else Pt(0)
            for kind, text in (
                ("t", "— "),
                ("begin", ""),
                ("instrText", " PAGE "),
                ("separate", ""),
                ("t", "1"),
                ("end", ""),
                ("t", " —"),
            ):
                run = paragraph.add_run(text if kind == "t" else "")
                set_font(run, SONG, 14)
                if kind == "instrText":
                    code = OxmlElement("w:instrText")
                    code.set(qn("xml:space"), "preserve")
                    code.text = text
                    run._r.append(code)
                elif kind != "t":
                    mark = OxmlElement("w:fldChar")
                    mark.set(qn("w:fldCharType"), kind)
                    run._r.append(mark)

    def turn(self) -> None:
        """Go on in landscape."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.top_margin, section.bottom_margin = Mm(28), Mm(26)
        section.left_margin, section.right_margin = Mm(36), Mm(36)
        section.footer_distance = Mm(16)

    def save(self, title: str) -> bytes:
        """Return the document, the same bytes from run to run."""
        properties = self.document.core_properties
        properties.author = properties.comments = properties.last_modified_by = ""
        properties.title, properties.revision = title, 1
        properties.created = properties.modified = MADE
        buffer = io.BytesIO()
        self.document.save(buffer)
        parts = read_parts(buffer.getvalue())
        for spare in ("docProps/thumbnail.jpeg", "word/stylesWithEffects.xml"):
            parts.pop(spare, None)
        for name, old in (
            ("_rels/.rels", rb"<Relationship [^>]*thumbnail[^>]*/>"),
            ("[Content_Types].xml", rb'<Default Extension="jpeg"[^>]*/>'),
            ("[Content_Types].xml", rb"<Override [^>]*stylesWithEffects[^>]*/>"),
            ("word/_rels/document.xml.rels", rb"<Relationship [^>]*stylesWithEffects[^>]*/>"),
        ):
            parts[name] = re.sub(old, b"", parts[name])
        fonts = "".join(
            f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
            for name, other in FALLBACKS.items()
        )
        parts["word/fontTable.xml"] = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            '<w:fonts xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
            f"{fonts}</w:fonts>"
        ).encode()
        styles = parts["word/styles.xml"].decode()
        theme = r' w:(?:ascii|hAnsi|eastAsia|cs)Theme="[^"]*"'
        parts["word/styles.xml"] = re.sub(theme, "", styles).encode()
        return write_parts(Packed.pack(name, held, 9) for name, held in parts.items())


def set_font(target: Any, font: str, size: float) -> None:
    """Give a run or a style its Chinese font, and Latin letters and digits theirs."""
    target.font.name = LATIN
    target.font.size = Pt(size)
    fonts = target._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)


def shape(
    paragraph: Any, *, indent: int = 0, align: Any = None, right: int = 0, line: float = LINE
) -> None:
    """Set a paragraph's indents (characters), alignment and exact line height (0: as needed)."""
    form = paragraph.paragraph_format
    form.alignment = align
    form.widow_control = False
    if line:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    properties = paragraph._p.get_or_add_pPr()
    if indent or right:
        form.first_line_indent = Pt(BODY * indent) if indent else None
        form.right_indent = Pt(BODY * right) if right else None
        place = properties.find(qn("w:ind"))
        if indent:
            place.set(qn("w:firstLineChars"), str(indent * 100))
        if right:
            place.set(qn("w:rightChars"), str(right * 100))


def set_widths(table: Any, widths: Sequence[int]) -> None:
    """Rule a table thinly, with columns of fixed widths in mm."""
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)


def draw_bulletin() -> bytes:
    """Draw 通报.docx."""
    d = Drawer()
    d.number_pages()
    title = {"indent": 0, "align": ALIGN.CENTER, "line": 36}
    d.write("{{单位}}关于{{年度}}重点工作任务", TITLE, 22, **title)
    d.write("{{报告期}}进展情况的通报", TITLE, 22, **title)
    d.write("", indent=0)
    d.write("各{{称谓}}：", indent=0)
    d.write(
        "根据《{{清单}}》和各{{称谓}}报送的进展情况表，截至{{截止}}，"
        "{{年度}}重点工作任务{{报告期}}进展情况通报如下。"
    )
    d.tags("{%p if 期限未到 %}")
    d.write("{{期限未到}}，没有报来的不算未报送；以下是截止之日的情况。")
    d.tags("{%p endif %}")
    d.heading("一、总体情况")
    d.write("列入清单的重点工作任务{{任务数}}项，关键节点{{节点数}}个。{{比较}}。")
    d.write(
        "（一）任务进度。{{任务情况}}。{% if 任务完成率 %}任务完成率{{任务完成率}}。{% endif %}"
    )
    d.write(
        "（二）关键节点。{{节点情况}}。{% if 节点完成率 %}到期节点完成率{{节点完成率}}。{% endif %}"
    )
    d.heading("二、报送情况")
    d.write("{{报送情况}}。{% if 未经审定 %}{{未经审定}}。{% endif %}")
    d.heading("三、进展较好方面")
    d.tags("{%p if 进展 %}")
    d.write("本期新报完成的节点中，按所填完成日期按时或提前完成的有：")
    d.tags("{%p for 项 in 进展 %}")
    d.write("{{loop.index}}．{{项.一句话}}。")
    d.tags("{%p endfor %}", "{%p else %}")
    d.write("本期没有新报按时或提前完成的节点。")
    d.tags("{%p endif %}")
    d.heading("四、存在问题")
    d.tags("{%p if 问题 %}", "{%p for 项 in 问题 %}")
    d.write("（{{项.序}}）{{项.股室}}", KAITI, keep=True)
    d.tags("{%p for 事 in 项.事项 %}")
    d.write("{{loop.index}}．{{事.一句话}}。")
    d.tags("{%p endfor %}", "{%p endfor %}", "{%p else %}")
    d.write(
        "{% if 自报滞后 %}除自报“进度滞后”的{{自报滞后}}项外，{% endif %}没有发现须通报的问题。"
    )
    d.tags("{%p endif %}", "{%p if 逾期待核 %}")
    d.write("另有{{逾期待核}}个节点时限已过、情况尚未认定，没有列入附件。")
    d.tags("{%p endif %}")
    d.heading("五、下一步要求")
    d.tags("{%p if 逾期 %}")
    d.write(
        "附件{{附件号.逾期}}所列逾期节点，请有关{{称谓}}说明原因、明确完成时间"
        "{% if 下次报送 %}，于{{下次报送}}前随{{下次报告期}}进展情况表报办公室{% endif %}。"
    )
    d.tags("{%p endif %}", "{%p if 下阶段节点 %}")
    d.write("{{下阶段}}底前到期的节点，请有关{{称谓}}按时限完成：")
    d.tags("{%p for 行 in 下阶段节点 %}")
    d.write("{{loop.index}}．{{行.一句话}}。")
    d.tags("{%p endfor %}", "{%p else %}")
    d.write("{{下阶段}}底前没有到期的节点。")
    d.tags("{%p endif %}", "{%p if 下次报送 %}")
    d.write("{{下次报告期}}进展情况表，请经分管负责同志审定后，于{{下次报送}}前报办公室。")
    d.tags("{%p endif %}")
    d.heading("六、批示和延期申请")
    d.tags("{%p if 批示 %}")
    d.write("未办结的批示：")
    d.tags("{%p for 句 in 批示 %}")
    d.write("{{loop.index}}．{{句}}。")
    d.tags("{%p endfor %}", "{%p else %}")
    d.write("没有未办结的批示。")
    d.tags("{%p endif %}", "{%p if 延期 %}")
    d.write("申请延期的节点（申请尚待研究）：")
    d.tags("{%p for 句 in 延期 %}")
    d.write("{{loop.index}}．{{句}}。")
    d.tags("{%p endfor %}", "{%p else %}")
    d.write("没有申请延期的节点。")
    d.tags("{%p endif %}", "{%p if 获准延期 %}")
    d.write("经批准延期的节点（按新的时限办理）：")
    d.tags("{%p for 句 in 获准延期 %}")
    d.write("{{loop.index}}．{{句}}。")
    d.tags("{%p endfor %}", "{%p endif %}")
    d.write("", indent=0)
    d.tags("{%p for 件 in 附件 %}")
    d.write("{% if loop.first %}附件：{% else %}　　　{% endif %}{{件.号}}{{件.名称}}", keep=True)
    d.tags("{%p endfor %}")
    d.write("", indent=0, keep=True)
    d.write("{{落款}}", indent=0, align=ALIGN.RIGHT, right=2, keep=True)
    d.write("{{成文日期}}", indent=0, align=ALIGN.RIGHT, right=4)
    d.turn()
    d.tags("{%p if 逾期 %}")
    _annex(d, "逾期", "逾期节点情况表", new_page=False)
    d.table(
        ("序号", "任务", "节点", "{{称谓}}", "时限", "超期天数", "填报情况"),
        ("{{行.序}}", "{{行.任务}}", "{{行.节点}}", "{{行.股室}}", "{{行.时限}}",
         "{{行.超期天数}}", "{{行.填报情况}}"),
        (13, 44, 48, 28, 24, 22, 46), "行 in 逾期",
    )  # fmt: skip
    d.tags("{%p endif %}", "{%p if 临近 %}")
    _annex(d, "临近", "临近节点情况表", new_page=True)
    d.table(
        ("序号", "任务", "节点", "{{称谓}}", "时限", "剩余天数", "说明"),
        ("{{行.序}}", "{{行.任务}}", "{{行.节点}}", "{{行.股室}}", "{{行.时限}}",
         "{{行.剩余天数}}", "{{行.说明}}"),
        (13, 46, 60, 28, 24, 22, 32), "行 in 临近",
    )  # fmt: skip
    d.tags("{%p endif %}")
    _annex(d, "分管", "{{分组}}项目进展情况表", new_page=True)
    d.table(
        ("{{分组栏}}", "任务", "已完成", "正常推进", "进度滞后", "尚未启动", "未填或不明", "逾期节点"),
        ("{{行.负责同志}}", "{{行.任务}}", "{{行.已完成}}", "{{行.正常推进}}", "{{行.进度滞后}}",
         "{{行.尚未启动}}", "{{行.未填}}", "{{行.逾期节点}}"),
        (57, 20, 23, 25, 25, 25, 27, 23), "行 in 分管",
    )  # fmt: skip
    return d.save("通报")


def _annex(d: Drawer, key: str, title: str, *, new_page: bool) -> None:
    d.write(
        f"附件{{{{附件号.{key}}}}}", HEITI, indent=0, align=ALIGN.LEFT, keep=True, new_page=new_page
    )
    d.write(title, TITLE, 22, indent=0, align=ALIGN.CENTER, line=36, keep=True)
    d.write("截至{{截止}}", size=12, indent=0, align=ALIGN.CENTER, line=22, keep=True)


def draw_card() -> bytes:
    """Draw 督办单.docx: one page."""
    d = Drawer()
    section = d.document.sections[0]
    section.top_margin, section.bottom_margin = Mm(25), Mm(20)
    section.left_margin = section.right_margin = Mm(25)
    d.write("{{单位}}", TITLE, 18, indent=0, align=ALIGN.CENTER, line=28)
    d.write("重点工作督办单", TITLE, 24, indent=0, align=ALIGN.CENTER, line=40)
    facts = (
        ("督办对象", "{{对象}}", "承办{{称谓}}", "{{股室}}"),
        ("责任人", "{{责任人}}", "分管负责同志", "{{分管负责同志}}"),
        ("统计截止", "{{截止}}（{{报告期}}）", "本期报表审定", "{{审定}}"),
        ("反馈期限", "{% if 要求期限 %}{{要求期限}}前{% endif %}", "签发日期", "{{成文日期}}"),
    )
    table = d.document.add_table(rows=len(facts), cols=4)
    set_widths(table, (26, 56, 32, 46))
    for row, texts in zip(table.rows, facts, strict=True):
        for number, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.vertical_alignment = 1
            shape(
                cell.paragraphs[0], align=ALIGN.CENTER if number % 2 == 0 else ALIGN.LEFT, line=18
            )
            set_font(cell.paragraphs[0].add_run(text), HEITI if number % 2 == 0 else FANGSONG, 11)
    d.write("督办事项", HEITI, 14, indent=0, line=26, keep=True)
    d.table(
        ("序号", "事项", "时限", "超期", "填报情况"),
        ("{{行.序}}", "{{行.内容}}", "{{行.时限}}", "{{行.超期}}", "{{行.说明}}"),
        (14, 64, 23, 15, 44), "行 in 事项",
    )  # fmt: skip
    d.tags("{%p if 其余 %}")
    d.write("另有{{其余}}个事项，见本期汇总。", size=10.5, indent=0, line=18)
    d.tags("{%p endif %}")
    d.write(
        "请承办{{称谓}}写明原因、已采取的措施和完成时间，经分管负责同志签字后"
        "{% if 要求期限 %}，于{{要求期限}}前随{{下次报告期}}进展情况表{% endif %}报办公室。",
        size=12, line=22,
    )  # fmt: skip
    table = d.document.add_table(rows=3, cols=2)
    set_widths(table, (26, 134))
    signing = ("原因和措施", "拟完成时间", "签字")
    filled = ("", "", "承办人：　　　　　　分管负责同志：　　　　　　　年　月　日")
    for row, word, text, height in zip(table.rows, signing, filled, (26, 10, 14), strict=True):
        row.height = Mm(height)
        for cell, said in zip(row.cells, (word, text), strict=True):
            cell.vertical_alignment = 1
            shape(cell.paragraphs[0], align=ALIGN.CENTER if said == word else ALIGN.LEFT, line=18)
            set_font(cell.paragraphs[0].add_run(said), HEITI if said == word else FANGSONG, 11)
    d.write("{{落款}}　签发人：　　　　　", size=12, indent=0, align=ALIGN.RIGHT, line=26)
    return d.save("督办单")


def draw_year_report() -> bytes:
    """Draw 工作总结.docx."""
    d = Drawer()
    d.number_pages()
    title = {"indent": 0, "align": ALIGN.CENTER, "line": 36}
    d.write("{{单位}}{{年度}}重点工作总结", TITLE, 22, **title)
    d.write("（初稿）", KAITI, indent=0, align=ALIGN.CENTER)
    d.write("", indent=0)
    d.write(
        "根据《{{清单}}》和各{{称谓}}{{汇总月份}}报送的进展情况表，截至{{截止}}，"
        "{{年度}}重点工作任务完成情况如下。"
    )
    d.heading("一、总体情况")
    d.write("列入清单的重点工作任务{{任务数}}项，关键节点{{节点数}}个。")
    d.write(
        "（一）任务完成情况。{{任务情况}}。{% if 任务完成率 %}任务完成率{{任务完成率}}。{% endif %}"
    )
    d.write(
        "（二）关键节点。{{节点情况}}。{% if 节点完成率 %}到期节点完成率{{节点完成率}}。{% endif %}"
    )
    d.write(
        "（三）报送情况。{{报送情况}}。{% if 按时报送率 %}按时报送率{{按时报送率}}。{% endif %}"
    )
    d.tags("{%p if 变动 %}")
    d.write("（四）清单变动。{{变动情况}}：")
    d.tags("{%p for 句 in 变动 %}")
    d.write("{{loop.index}}．{{句}}。")
    d.tags("{%p endfor %}", "{%p endif %}")
    d.heading("二、完成情况")
    d.tags("{%p for 项 in 任务 %}", "{%p if 项.分节 %}")
    d.write("{{项.分节}}", KAITI, keep=True)
    d.tags("{%p endif %}")
    d.write(
        "{{项.序}}．{{项.名称}}（{{项.股室}}{% if 项.协办 %}牵头，{{项.协办}}协办{% endif %}）"
        "：{{项.状态}}。",
        bold=True, keep=True,
    )  # fmt: skip
    d.tags("{%p if 项.节点 %}")
    d.write("完成节点{{项.完成节点}}个（共{{项.节点数}}个）：{{项.节点}}。")
    d.tags("{%p endif %}", "{%p for 句 in 项.进展 %}")
    d.write("{{句.一句话}}")
    d.tags("{%p endfor %}", "{%p endfor %}")
    d.heading("三、未完成事项及原因")
    d.tags("{%p if 未完成 %}", "{%p for 项 in 未完成 %}")
    d.write("{{项.序}}．{{项.一句话}}。")
    d.tags("{%p endfor %}", "{%p else %}")
    d.write("列入清单的任务均已完成。")
    d.tags("{%p endif %}")
    d.heading("四、下一步工作")
    d.tags("{%p if 获准延期 %}")
    d.write("经批准延期的节点（按新的时限办理）：")
    d.tags("{%p for 句 in 获准延期 %}")
    d.write("{{loop.index}}．{{句}}。")
    d.tags("{%p endfor %}", "{%p endif %}", "{%p if 延期 %}")
    d.write("申请延期、尚待研究的节点：")
    d.tags("{%p for 句 in 延期 %}")
    d.write("{{loop.index}}．{{句}}。")
    d.tags("{%p endfor %}", "{%p endif %}", "{%p if 批示 %}")
    d.write("未办结的批示：")
    d.tags("{%p for 句 in 批示 %}")
    d.write("{{loop.index}}．{{句}}。")
    d.tags("{%p endfor %}", "{%p endif %}", "{%p if 长期 %}")
    d.write("长期进行、转入下一年的事项：")
    d.tags("{%p for 句 in 长期 %}")
    d.write("{{loop.index}}．{{句}}。")
    d.tags("{%p endfor %}", "{%p endif %}", "{%p if 未完成 %}")
    d.write("第三部分所列事项继续办理，可列入下一年的重点工作任务清单。")
    d.tags("{%p endif %}")
    d.write("", indent=0)
    d.write("附件：1.任务完成情况一览表", keep=True)
    d.write("　　　2.{{分组}}项目完成情况表", keep=True)
    d.write("", indent=0, keep=True)
    d.write("{{落款}}", indent=0, align=ALIGN.RIGHT, right=2, keep=True)
    d.write("{{成文日期}}", indent=0, align=ALIGN.RIGHT, right=4)
    d.turn()
    d.write("附件1", HEITI, indent=0)
    d.write("任务完成情况一览表", TITLE, 22, indent=0, align=ALIGN.CENTER, line=36)
    d.write("截至{{截止}}", KAITI, 12, indent=0, align=ALIGN.CENTER, line=22)
    d.table(
        ("序号", "编号", "任务", "牵头{{称谓}}", "分管负责同志", "完成情况", "节点", "已完成", "其中按期"),
        ("{{行.序}}", "{{行.编号}}", "{{行.名称}}", "{{行.股室}}", "{{行.负责同志}}",
         "{{行.状态}}", "{{行.节点数}}", "{{行.完成节点}}", "{{行.按期节点}}"),
        (13, 15, 66, 34, 28, 24, 14, 16, 15), "行 in 任务",
    )  # fmt: skip
    d.write("附件2", HEITI, indent=0, new_page=True)
    d.write("{{分组}}项目完成情况表", TITLE, 22, indent=0, align=ALIGN.CENTER, line=36)
    d.write("截至{{截止}}", KAITI, 12, indent=0, align=ALIGN.CENTER, line=22)
    d.table(
        ("{{分组栏}}", "任务", "已完成", "正常推进", "进度滞后", "尚未启动", "未填或不明", "逾期节点"),
        ("{{行.负责同志}}", "{{行.任务}}", "{{行.已完成}}", "{{行.正常推进}}", "{{行.进度滞后}}",
         "{{行.尚未启动}}", "{{行.未填}}", "{{行.逾期节点}}"),
        (45, 24, 26, 26, 26, 26, 26, 26), "行 in 分管",
    )  # fmt: skip
    return d.save("工作总结")


if __name__ == "__main__":
    folder = Path(__file__).resolve().parent.parent / "templates"
    for name, draw in (
        ("通报.docx", draw_bulletin),
        ("督办单.docx", draw_card),
        ("工作总结.docx", draw_year_report),
    ):
        (folder / name).write_bytes(draw())
