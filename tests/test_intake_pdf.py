"""Paragraphs of a PDF are whole though a page ends inside of them."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.intake.pdf import read_pdf

SIZE, LEFT, ROOM = 16, 80, 24  # points of a letter, of the margin; letters in a line
ITEMS = (
    "1.排查校舍和围墙隐患，对鉴定为危房的校舍一律停用，年内完成三十八所学校的加固改造。",
    "牵头单位：区教育局",
    "责任单位：区住房城乡建设局、区财政局、区应急管理局，各镇人民政府和街道办事处",
    "2.整治校门口交通秩序，施划斑马线，上下学时段安排民警和志愿者值守，全区不少于一百处。",
    "牵头单位：区公安分局",
    "3.巩固控辍保学成果，对辍学学生逐人建档并落实包保责任人每月回访一次，对因残因贫失学的适龄儿童"
    "少年一人一案制定复学方案，确保义务教育阶段学生一个都不能少。",
)

Row = tuple[int, str]  # by how many letters it is indented, its text


def break_lines(texts: tuple[str, ...]) -> list[Row]:
    """Set paragraphs as Chinese ones are: the first line indented by two letters."""
    rows: list[Row] = []
    for text in texts:
        rows.append((2, text[: ROOM - 2]))
        rest = text[ROOM - 2 :]
        rows += [(0, rest[at : at + ROOM]) for at in range(0, len(rest), ROOM)]
    return rows


def make_pdf(pages: list[list[Row]]) -> bytes:
    """Return a PDF of some pages, each with its number below, in a font that no file embeds."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects += [
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
        b" /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
    ]
    kids = []
    for number, rows in enumerate(pages, 1):
        shown = [*((LEFT + SIZE * indent, 760 - 24 * n, t) for n, (indent, t) in enumerate(rows))]
        shown.append((280, 40, f"— {number} —"))
        drawn = "\n".join(
            f"BT /F1 {SIZE} Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET"
            for x, y, text in shown
        ).encode()
        kids.append(len(objects) + 1)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources"
            b" << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (len(objects) + 2),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        ]
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    out, places = b"%PDF-1.4\n", list[int]()
    for at, written in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (at, written)
    start, count = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (count, start)


@settings(deadline=None, max_examples=25)
@given(cuts=st.sets(st.integers(1, 14), max_size=3))
def test_a_page_may_end_inside_of_any_paragraph(cuts: set[int]) -> None:
    rows = break_lines(ITEMS)
    ends = [0, *sorted(cut for cut in cuts if cut < len(rows)), len(rows)]
    pages = [rows[a:b] for a, b in itertools.pairwise(ends)]
    # On a page of short lines alone none can be told to be full.
    if all(max(indent + len(text) for indent, text in page) >= ROOM for page in pages):
        book = read_pdf(make_pdf(pages), "方案.pdf", "pdf")
        assert [line.text for line in book.lines] == list(ITEMS)
        assert [line.number for line in book.lines] == list(range(1, len(ITEMS) + 1))


def test_what_begins_on_the_next_page_is_no_rest_of_the_last() -> None:
    full = "各牵头单位每月二十五日前向领导小组办公室报送本月进展。"
    for last, indent, first in (
        (f"{full[:ROOM]}。", 0, "请抓好落实"),
        (full[:ROOM], 2, "请抓好落实"),
        (full[:ROOM], 0, "2.修路"),
        (full[: ROOM - 6], 0, "请抓好落实"),
    ):
        pages = [[(0, "一" * ROOM), (0, last)], [(indent, first), (0, "二" * ROOM)]]
        texts = [line.text for line in read_pdf(make_pdf(pages), "方案.pdf", "pdf").lines]
        assert any(text.endswith(last) for text in texts), (last, first)
