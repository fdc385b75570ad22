"""Texts, delimited texts and pages: any Chinese encoding, tables and lines as people see them."""

import pytest

from taskxl.intake.encodings import decode_text
from taskxl.intake.grids import Area, Book, Kind, Line
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Refused

ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
LIST = "序号,任务名称,责任股室\n1,编制规划,办公室\n2,“430”课后服务,基教股\n"


def read(text: str | bytes, kind: Kind, name: str = "文.txt") -> Book:
    return read_book(text.encode() if isinstance(text, str) else text, name, kind)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_reads_the_same(encoding: str) -> None:
    assert decode_text(LIST.encode(encoding)) == (LIST, False)
    (sheet,) = read(LIST.encode(encoding), "csv").sheets
    assert sheet.rows[2] == ("2", "“430”课后服务", "基教股")


def test_unreadable_bytes_are_said_and_cost_no_other_word() -> None:
    book = read("一、加强领导\n".encode() * 50 + b"\xff\xfe\xff" + "尾".encode(), "text")
    assert book.lines[0].text == "一、加强领导"
    assert "\ufffd" in book.lines[-1].text
    assert "UTF-8" in book.remarks[0]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_the_one_that_gives_even_rows(delimiter: str) -> None:
    rows = [["序号", "内容", "股室"], ["1", "一是，二是", "甲、乙"], ["2", "三是", "丙"]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert read(text, "csv").sheets[0].rows == tuple(map(tuple, rows))


def test_quoted_cells_keep_their_lines_and_leading_zeros() -> None:
    text = 'sep=;\n"一是\r\n二是";="001";\n;;\n'
    assert read(text, "csv").sheets[0].rows == (("一是\n二是", "001"),)


def test_nul_and_control_characters_are_removed_and_said() -> None:
    book = read("序\0号,内\x07容\n1,二", "csv")
    assert book.sheets[0].rows == (("序号", "内容"), ("1", "二"))
    assert "2 处" in book.remarks[0]


def test_lines_are_numbered_as_an_editor_numbers_them() -> None:
    lines = read("一、加强领导\r\n\r\n　　1.抓好备考\u3000\n", "text").lines
    assert lines == (Line(1, "一、加强领导"), Line(3, "1.抓好备考"))


def test_a_sheet_copied_into_a_text_is_a_table() -> None:
    text = "2021年任务\n序号\t名称\t股室\n1\t规划\t办公室\n2\t“430”\t基教股\n"
    book = read(text, "text")
    assert book.lines == ()
    assert book.sheets[0].rows[:2] == (("2021年任务",), ("序号", "名称", "股室"))


def test_numbered_prose_with_tabs_stays_prose() -> None:
    assert read("一、\t加强领导\n1.\t抓好\n2.\t做实\n", "text").sheets == ()


def test_markdown_headings_are_levels_and_pipe_tables_sheets() -> None:
    text = "# 要点\n\n| 序号 | 任务 |\n|---|:--|\n| 1 | 甲\\|乙<br>丙 |\n\n**一、加强**领导\n"
    book = read(text, "text", "文.md")
    assert book.lines == (Line(1, "要点", "", 0, "heading 1"), Line(7, "一、加强领导"))
    assert book.sheets[0].rows == (("序号", "任务"), ("1", "甲|乙\n丙"))


PAGE = """<html><head><meta charset="{charset}"><title>x</title><style>td{{}}</style></head><body>
<nav>首页 | 登录</nav><h2>任务表</h2><script>alert(1)</script>
<table><caption>附件1</caption><tr><th rowspan=2>序号</th><th colspan=2>内容</th></tr>
<tr><td>上&nbsp;半年<br>一是</td><td> 下
半年 </td></tr><tr style="display:none"><td>1</td><td></td><td>隐</td></tr></table>
<ol><li>甲<li>乙</ol><p>尾</p></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "wrong"])
def test_a_page_is_read_as_a_browser_shows_it(charset: str) -> None:
    encoding = "gb18030" if charset == "gb2312" else "utf-8"
    book = read(PAGE.format(charset=charset).encode(encoding), "html", "表.xls")
    (sheet,) = book.sheets
    assert sheet.rows == (("序号", "内容"), (None, "上 半年\n一是", "下 半年"), ("1", None, "隐"))
    assert sheet.merges == (Area(1, 1, 2, 1), Area(1, 2, 1, 3))
    assert sheet.hidden_rows == {3}
    assert sheet.line == 3
    assert [(line.label, line.text, line.level) for line in book.lines] == [
        ("", "任务表", 1),
        ("", "附件1", None),
        ("1.", "甲", None),
        ("2.", "乙", None),
        ("", "尾", None),
    ]


def test_a_layout_table_gives_its_text_and_the_inner_table_its_cells() -> None:
    page = "<table><tr><td>通知</td><td><table><tr><td>序号</td></tr></table></td></tr></table>尾"
    book = read(page, "html")
    assert [line.text for line in book.lines] == ["通知", "尾"]
    assert [sheet.rows for sheet in book.sheets] == [(("序号",),)]


def test_absurd_spans_stay_bounded() -> None:
    page = "<table><tr><td colspan=99999 rowspan=99999>甲</td><td>乙</td></tr></table>"
    (sheet,) = read(page, "html").sheets
    assert sheet.merges == (Area(1, 1, 1, 1000),)
    assert sheet.value(1, 1001) == "乙"


def test_a_page_nested_too_deep_is_refused_and_not_half_read() -> None:
    with pytest.raises(Refused, match="没有读完"):
        read("<div>" * 5000 + "深" + "</div>" * 5000, "html")


# ---------------------------------------------------------------- tables saved as text

TABBED = (
    "附件1\n一览表\n\t序\n\n号\n\t任务名称\n\t责任股室\n\n\t1\n\t建校\n\t计财股\n办公室\n\n"
    "\t2\n\t建园\n\t\n\n\n说明：第一位牵头。\n二、附件\n\t序号\n\t任务名称\n\t责任股室\n\n\t3\n\t建馆\n\t人事股\n"
)


def test_a_word_table_saved_as_text_is_a_table_again() -> None:
    book = read(TABBED, "text")
    first, second = book.sheets
    assert [row for row in first.rows if row] == [
        ("序\n号", "任务名称", "责任股室"),
        ("1", "建校", "计财股\n办公室"),
        ("2", "建园", None),
    ]
    assert first.rows[9 - 1] == ("1", "建校", "计财股\n办公室")  # its line in the text
    assert [row for row in second.rows if row][1] == ("3", "建馆", "人事股")
    assert [line.text for line in book.lines] == [
        "附件1",
        "一览表",
        "说明：第一位牵头。",
        "二、附件",
    ]


def test_paragraphs_that_a_tab_indents_are_no_table() -> None:
    text = "通知\n" + "".join(
        f"\t第{n}段说明本年工作的安排和要求，请各股室认真落实。\n\n" for n in range(9)
    )
    book = read(text, "text")
    assert book.sheets == ()
    assert len(book.lines) == 10


def test_excel_s_own_text_files_quote_cells_of_several_lines() -> None:
    text = '序号\t任务名称\t责任股室\n1\t建校\t"计财股\n办公室\n人事股"\n2\t建园\t"办公室\n人事股\n基教股"\n'
    (sheet,) = read(text, "text").sheets
    assert sheet.rows[1] == ("1", "建校", "计财股\n办公室\n人事股")


def test_an_ordered_list_goes_on_counting_where_it_says() -> None:
    page = (
        "<html><body><ol><li>甲</li></ol><p>文</p><ol start='2'><li>乙</li><li>丙</li></ol></body>"
    )
    assert [line.label for line in read(page, "html").lines] == ["1.", "", "2.", "3."]
