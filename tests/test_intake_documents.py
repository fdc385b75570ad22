"""Word documents: tables as sheets, paragraphs as lines with the numbers that Word shows."""

import io

import docx
import pytest

from taskxl.intake.grids import Area, Book, Line
from taskxl.intake.numbering import chinese_number
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Refused
from tests.packages import raw_document


def read(content: bytes) -> Book:
    return read_book(content, "文.docx", "docx")


def paragraph(text: str, settings: str = "") -> str:
    return f"<w:p><w:pPr>{settings}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def listed(text: str, number: int = 1, level: int = 0) -> str:
    return paragraph(
        text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    )


def cell(text: str, settings: str = "") -> str:
    return f"<w:tc><w:tcPr>{settings}</w:tcPr>{paragraph(text)}</w:tc>"


def level(number: int, written: str, text: str, extra: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{written}"/>{extra}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "chineseCounting", "%1、")
    + level(1, "decimal", "%2.")
    + level(2, "decimal", "(%3)")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "bullet", "●")
    + level(1, "decimal", "%1.%2")
    + "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="1">'
    '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
)


def test_automatic_numbers_are_labels_and_count_as_word_counts() -> None:
    body = (
        listed("加强领导") + listed("完成规划", level=1) + listed("开展论证", level=1)
        + paragraph("正文") + listed("提升质量") + listed("抓好备考", level=1)
        + listed("摸底", level=2) + listed("另起", number=3, level=1) + listed("点", number=2)
    )  # fmt: skip
    lines = read(raw_document(body, numbering=NUMBERING)).lines
    assert [(line.label, line.text, line.level) for line in lines] == [
        ("一、", "加强领导", 0),
        ("1.", "完成规划", 1),
        ("2.", "开展论证", 1),
        ("", "正文", None),
        ("二、", "提升质量", 0),
        ("1.", "抓好备考", 1),
        ("(1)", "摸底", 2),
        ("1.", "另起", 1),
        ("•", "点", 0),
    ]


def test_numbers_and_levels_come_from_styles_and_their_parents() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="base"><w:name w:val="Base"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="h"><w:name w:val="heading 1"/>'
        '<w:basedOn w:val="base"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="loop"><w:name w:val="Loop"/>'
        '<w:basedOn w:val="loop"/></w:style>'
    )
    body = (
        paragraph("标题", '<w:pStyle w:val="h"/>')
        + paragraph("循环", '<w:pStyle w:val="loop"/>')
        + paragraph("关", '<w:pStyle w:val="h"/><w:numPr><w:numId w:val="0"/></w:numPr>')
    )
    assert read(raw_document(body, numbering=NUMBERING, styles=styles)).lines == (
        Line(1, "标题", "一、", 0, "heading 1"),
        Line(2, "循环", "", None, "loop"),
        Line(3, "关", "", 0, "heading 1"),
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (101, "一百零一"), (110, "一百一十"),
     (1001, "一千零一"), (1010, "一千零一十"), (9999, "九千九百九十九")],
)  # fmt: skip
def test_chinese_counting(number: int, words: str) -> None:
    assert chinese_number(number) == words


def test_tables_keep_their_columns_merges_and_place() -> None:
    body = (
        paragraph("标题")
        + "<w:tbl><w:tr>"
        + cell("序号") + cell("内容", '<w:gridSpan w:val="2"/>')
        + '</w:tr><w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>'
        + cell("左") + cell("右", '<w:vMerge w:val="restart"/>')
        + "</w:tr><w:tr>" + cell("1") + cell("乙") + cell("藏", "<w:vMerge/>") + "</w:tr></w:tbl>"
        + paragraph("后文")
    )  # fmt: skip
    book = read(raw_document(body))
    (sheet,) = book.sheets
    assert sheet.name == "表1"
    assert sheet.line == 2
    assert sheet.rows == (("序号", "内容", None), (None, "左", "右"), ("1", "乙", "藏"))
    assert sheet.merges == (Area(1, 2, 1, 3), Area(2, 3, 3, 3))
    assert [line.text for line in book.lines] == ["标题", "后文"]


def test_a_number_column_filled_by_word_shows_its_numbers() -> None:
    row = "<w:tr><w:tc>" + listed("", level=1) + "</w:tc>" + cell("任务") + "</w:tr>"
    body = f"<w:tbl>{row}{row}</w:tbl>"
    (sheet,) = read(raw_document(body, numbering=NUMBERING)).sheets
    assert [r[0] for r in sheet.rows] == ["1.", "2."]


def test_a_label_does_not_run_into_digits() -> None:
    inner = "<w:tc>" + listed("5公里", level=1) + listed("摸底", level=2) + "</w:tc>"
    (sheet,) = read(
        raw_document(f"<w:tbl><w:tr>{inner}</w:tr></w:tbl>", numbering=NUMBERING)
    ).sheets
    assert sheet.rows == (("1. 5公里\n(1)摸底",),)


def test_tracked_changes_count_as_accepted() -> None:
    body = (
        "<w:p><w:ins><w:r><w:t>增</w:t></w:r></w:ins><w:del><w:r><w:delText>删</w:delText></w:r>"
        "</w:del><w:moveFrom><w:r><w:t>旧处</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>新处"
        "</w:t></w:r></w:moveTo></w:p>"
        "<w:tbl><w:tr><w:trPr><w:del/></w:trPr>" + cell("删行") + "</w:tr><w:tr>" + cell("留")
        + "</w:tr></w:tbl>"
    )  # fmt: skip
    book = read(raw_document(body))
    assert [line.text for line in book.lines] == ["增新处"]
    assert book.sheets[0].rows == (("留",),)


def test_text_boxes_notes_and_content_controls_are_not_lost() -> None:
    box = "<w:txbxContent>" + paragraph("框中字") + "</w:txbxContent>"
    body = (
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>" + box
        + "</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>" + box
        + "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        "<w:sdt><w:sdtContent>" + paragraph("控件里") + "</w:sdtContent></w:sdt>"
    )  # fmt: skip
    book = read(
        raw_document(
            body,
            comments=f'<w:comment w:id="0">{paragraph("批注")}</w:comment>',
            footnotes=f'<w:footnote w:type="separator">{paragraph("")}</w:footnote>'
            f'<w:footnote w:id="1">{paragraph("脚注")}</w:footnote>',
        )
    )
    assert [(line.text, line.style) for line in book.lines] == [
        ("框中字", "text box"),
        ("控件里", ""),
        ("脚注", "footnote"),
        ("批注", "comment"),
    ]


def test_nested_tables_stay_in_their_cell_and_breaks_part_lines() -> None:
    inner = "<w:tbl><w:tr>" + cell("甲") + cell("乙") + "</w:tr></w:tbl>"
    body = (
        f"<w:tbl><w:tr><w:tc>{paragraph('外')}{inner}{paragraph('')}</w:tc></w:tr></w:tbl>"
        "<w:p><w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:tab/><w:t>三</w:t></w:r></w:p>"
    )
    book = read(raw_document(body))
    assert book.sheets[0].rows == (("外\n甲\t乙",),)
    assert [(line.number, line.text) for line in book.lines] == [(1, "一"), (2, "二\t三")]


def test_a_document_of_python_docx_reads_as_written() -> None:
    document = docx.Document()
    document.add_heading("云溪县教育局2021年重点工作任务", 1)
    table = document.add_table(2, 3)
    for r, row in enumerate(
        [["序号", "任务名称", "责任股室"], ["1", "编制规划", "办公室\n基教股"]]
    ):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    document.add_paragraph("说明")
    buffer = io.BytesIO()
    document.save(buffer)
    book = read(buffer.getvalue())
    assert [(line.text, line.level, line.style) for line in book.lines] == [
        ("云溪县教育局2021年重点工作任务", 0, "heading 1"),
        ("说明", None, ""),
    ]
    assert book.sheets[0].rows[1] == ("1", "编制规划", "办公室\n基教股")
    assert book.sheets[0].merges == (Area(1, 2, 1, 3),)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", raw_document("")[:300]])
def test_a_damaged_document_is_refused_in_chinese(content: bytes) -> None:
    with pytest.raises(Refused, match="请用 Word 或 WPS"):
        read(content)
