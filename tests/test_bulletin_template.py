"""通报.docx and 督办单.docx may be redrawn: what is filled, and how a slip of the pen is told."""

import base64
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import given, settings
from hypothesis import strategies as st
from openxml_audit import OpenXmlValidator

from taskxl.desk.lists import check_workspace
from taskxl.errors import TaskxlError
from taskxl.reports.bulletin import cards, contents
from taskxl.reports.bulletin.cards import make_cards
from taskxl.reports.bulletin.contents import make_contents
from taskxl.reports.bulletin.document import (
    BULLETIN,
    CARD,
    check_document,
    clean_value,
    fill_document,
)
from taskxl.reports.bulletin.examples import EXAMPLES
from taskxl.resources import shipped, template
from taskxl.workspace.folder import FORM_TEMPLATES
from tests import months, reports_support
from tests.clerks import convert
from tests.draw_documents import Drawer, draw_bulletin, draw_card
from tests.month_of_clerks import make_workspace
from tests.word_reader import part, read_all, read_paragraphs, read_tables, texts_in

DAY = date(2026, 4, 27)
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def values() -> dict[str, Any]:
    """Return what a bulletin of the invented month is filled with."""
    return make_contents(reports_support.make_month(), None, DAY)


def redraw(change: Callable[[Any], None], name: str = BULLETIN) -> bytes:
    """Return a shipped template after a person changed it in Word."""
    document = docx.Document(io.BytesIO(template(name)))
    change(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def write_template(*texts: str) -> bytes:
    """Return a template of these paragraphs."""
    drawer = Drawer()
    for text in texts:
        drawer.write(text)
    return drawer.save("试")


def faults(content: bytes, name: str = BULLETIN) -> list[str]:
    """Return what is said of a template."""
    return [str(one) for one in check_document(name, content, EXAMPLES[name])]


# ---------------------------------------------------------------- what ships


def test_what_ships_is_what_is_drawn_and_is_sound() -> None:
    for name, draw in ((BULLETIN, draw_bulletin), (CARD, draw_card)):
        assert template(name) == draw()
        assert faults(template(name), name) == []


@pytest.mark.parametrize("name", [BULLETIN, CARD])
def test_what_is_filled_passes_the_validator(name: str, tmp_path: Path) -> None:
    month = reports_support.make_month()
    filled = values() if name == BULLETIN else next(iter(make_cards(month, DAY).values()))
    path = tmp_path / "写好.docx"
    path.write_bytes(fill_document(name, template(name), filled))
    result = OpenXmlValidator().validate(str(path))
    assert [error.description for error in result.errors] == []


def test_it_looks_as_official_papers_do() -> None:
    content = fill_document(BULLETIN, template(BULLETIN), values())
    document = docx.Document(io.BytesIO(content))
    first, last = document.sections[0], document.sections[-1]
    sizes = (first.page_width, first.page_height, first.top_margin, first.left_margin)
    assert [round(size.mm) for size in sizes] == [210, 297, 37, 28]
    assert last.page_width > last.page_height, "wide tables lie across"
    xml = part(content)
    assert "方正小标宋简体" in xml
    assert "仿宋_GB2312" in xml
    fonts = part(content, "word/fontTable.xml")
    assert '<w:altName w:val="仿宋"/>' in fonts
    body = next(p for p in document.paragraphs if p.text.startswith("根据《"))
    assert body.paragraph_format.line_spacing.pt == 28
    assert body.runs[0].font.size.pt == 16
    signature = next(p for p in document.paragraphs if p.text == "云溪县教育局办公室")
    assert str(signature.alignment) == "RIGHT (2)"
    for table in document.tables:
        marks = table.rows[0]._tr.trPr
        assert marks.find(qn("w:tblHeader")) is not None
    feet = [first.footer, first.even_page_footer]
    assert all(" PAGE " in foot._element.xml and "— " in foot.paragraphs[0].text for foot in feet)


# ---------------------------------------------------------------- redrawn


def test_a_letterhead_picture_another_order_and_a_section_less_fill() -> None:
    def change(document: Any) -> None:
        run = document.paragraphs[0].insert_paragraph_before().add_run()
        run.add_picture(io.BytesIO(PICTURE), width=Mm(60))
        body = document.element.body
        texts = [p.text for p in document.paragraphs]
        start, end = texts.index("三、进展较好方面"), texts.index("四、存在问题")
        for paragraph in document.paragraphs[start:end]:
            body.remove(paragraph._p)
        texts = [p.text for p in document.paragraphs]
        start, end = texts.index("六、批示和延期申请"), texts.index("二、报送情况")
        moved = document.paragraphs[start : start + 4]
        for paragraph in moved[:1]:
            document.paragraphs[end]._p.addprevious(paragraph._p)
        header = document.sections[0].header.paragraphs[0]
        header.add_run("{{单位}}文件")
        start = next(p for p in document.paragraphs if p.text.startswith("列入清单"))
        start.runs[0].bold = True

    drawn = redraw(change)
    assert faults(drawn) == []
    content = fill_document(BULLETIN, drawn, values())
    paragraphs = read_paragraphs(content)
    assert "三、进展较好方面" not in paragraphs
    assert paragraphs.index("六、批示和延期申请") < paragraphs.index("二、报送情况")
    assert "pic:pic" in part(content)
    document = docx.Document(io.BytesIO(content))
    assert document.sections[0].header.paragraphs[0].text == "云溪县教育局文件"


def test_a_placeholder_in_pieces_is_filled_as_one() -> None:
    """Word parts a run wherever its spelling or a font changes."""

    def change(document: Any) -> None:
        paragraph = document.paragraphs[0]
        for run in paragraph.runs:
            run.text = ""
        for piece in ("{", "{单", "位}", "}的", "{{ 年", "度 }}"):
            paragraph.add_run(piece)

    content = fill_document(BULLETIN, redraw(change), values())
    assert read_paragraphs(content)[0] == "云溪县教育局的2026年"


def test_the_bureaus_own_drawing_goes_before_the_shipped(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    own = workspace.root / "模板" / BULLETIN
    own.parent.mkdir()
    own.write_bytes(write_template("{{单位}}的{{总体}}"))
    found = [f for f in check_workspace(workspace) if f.code == "F530"]
    assert [str(f) for f in found] == [
        "通报.docx〔正文第1段〕：“{{单位}}的{{总体}}”：没有“总体”这个名称。可用："
        + "、".join(EXAMPLES[BULLETIN])
        + "。（F530）"
    ]
    own.write_bytes(write_template("{{单位}}"))
    assert [f for f in check_workspace(workspace) if f.code == "F530"] == []


_PLAIN = write_template("前{{单位}}后", "{%p for 句 in 批示 %}", "{{句}}", "{%p endfor %}")


@settings(max_examples=60)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8") | st.sampled_from("<>&{}%#_\"'\n\t\x00")), max_size=3
    )
)
def test_any_text_stands_in_the_document_as_it_is(texts: list[str]) -> None:
    filled = {**EXAMPLES[BULLETIN], "单位": "".join(texts), "批示": texts}
    content = fill_document(BULLETIN, _PLAIN, filled)
    wanted = clean_value(["前" + "".join(texts) + "后", *texts])
    said = [text.replace(" ", "") for text in texts_in(part(content))]
    # docxtpl takes `{_{` for a way to write `{{`.
    turned = [re.sub(r"\{_([{%])", r"{\1", re.sub(r"([}%])_\}", r"\1}", one)) for one in wanted]
    assert sorted(said) == sorted(one.replace(" ", "") for one in turned)
    assert len(docx.Document(io.BytesIO(content)).paragraphs) == 1 + len(texts)


# ---------------------------------------------------------------- slips of the pen


@pytest.mark.parametrize(
    ("texts", "place", "said"),
    [
        (["好", "共{{任务书}}项"], "正文第2段", "没有“任务书”这个名称"),
        (["{%p for 项 in 问提 %}", "{{项.股室}}", "{%p endfor %}"], "正文第1段", "没有“问提”"),
        (["{%p for 项 in 问题 %}", "{{项.科室}}", "{%p endfor %}"], "正文第2段", "没有“科室”"),
        (["{{单位"], "正文", "看不懂，或没有写完整"),
        (["好", "{{单位}", "好"], "正文", "看不懂，或没有写完整"),
        (["{%p if 问题 %}", "好"], "正文", "看不懂，或没有写完整"),
        (["｛｛单位｝｝"], "正文第1段", "花括号要用半角"),
        (["{{单位 | upper}}"], "正文第1段", "看不懂"),
        (["{{ 任务数 * 1000000 }}"], "正文第1段", "用不上"),
        (["{{ 单位.__class__.__mro__ }}"], "正文", "没有"),
        (["{{ ().__class__ }}"], "正文第1段", "填不了|没有"),
        (["{% set a = 1 %}{{a}}"], "正文第1段", "用不上"),
        (["{{ 单位() }}"], "正文第1段", "用不上"),
        (["{{r 单位 }}"], "正文", "只能写在正文的文字里"),
        (["{{p 单位 }}"], "正文", "只能写在正文的文字里"),
        (["{{ 单位 | safe }}"], "正文第1段", "看不懂"),
    ],
)
def test_a_slip_is_one_line_with_its_place(texts: list[str], place: str, said: str) -> None:
    content = write_template(*texts)
    (told,) = faults(content)
    assert "\n" not in told
    assert told.startswith(f"通报.docx〔{place}"), told
    assert re.search(said, told), told
    with pytest.raises(TaskxlError) as error:
        fill_document(BULLETIN, content, values())
    assert str(error.value).startswith("通报.docx〔")


def test_a_loop_that_ends_on_another_level_is_told() -> None:
    def change(document: Any) -> None:
        table = document.tables[0]
        table.cell(3, 0).text = ""
        document.paragraphs[-1].text = "{% endfor %}"

    (told,) = faults(redraw(change))
    assert told.startswith("通报.docx〔正文")


def test_a_placeholder_in_a_fields_code_is_refused() -> None:
    """A text of a return there could make Word fetch or run something."""

    def change(document: Any) -> None:
        run = document.paragraphs[0].add_run()
        code = OxmlElement("w:instrText")
        code.text = 'HYPERLINK "{{单位}}"'
        run._r.append(code)

    (told,) = faults(redraw(change))
    assert "不能写在域代码" in told

    def change_attribute(document: Any) -> None:
        paragraph = document.paragraphs[0]
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "{{单位}}")
        paragraph._p.append(field)

    (told,) = faults(redraw(change_attribute))
    assert "不能写在域代码" in told


def test_a_slip_in_header_and_footer_is_told_where_it_is() -> None:
    def change(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "{{单位名}}"

    (told,) = faults(redraw(change))
    assert told.startswith("通报.docx〔页眉第1段〕：“{{单位名}}”：没有“单位名”")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a document", template("附件2.xlsx")])
def test_what_is_no_word_document_is_told(content: bytes) -> None:
    (told,) = faults(content)
    assert told.startswith("通报.docx：打不开")


# ---------------------------------------------------------------- in LibreOffice


def pages(path: Path, tmp_path: Path) -> int:
    """Return how many pages a document has in LibreOffice; skips where it is not installed."""
    if shutil.which("pdfinfo") is None:
        pytest.skip("pdfinfo is not installed")
    made = convert(path, "pdf", tmp_path / "pdf", tmp_path / "profile")
    told = subprocess.run(["pdfinfo", str(made)], check=True, capture_output=True, text=True)
    return int(next(x for x in told.stdout.splitlines() if x.startswith("Pages")).split()[1])


def test_it_opens_in_another_program_and_says_the_same_there(tmp_path: Path) -> None:
    path = tmp_path / "通报.docx"
    path.write_bytes(fill_document(BULLETIN, template(BULLETIN), values()))
    saved = convert(path, "docx", tmp_path / "另存", tmp_path / "profile")
    again = docx.Document(str(saved))
    ours = docx.Document(str(path))
    texts = [[p.text for p in one.paragraphs if p.text] for one in (again, ours)]
    assert texts[0] == texts[1]
    cells = [[c.text for row in t.rows for c in row.cells] for t in ours.tables]
    assert [[c.text for row in t.rows for c in row.cells] for t in again.tables] == cells
    assert pages(path, tmp_path) >= 5


def test_a_card_is_one_page_however_much_is_late(tmp_path: Path) -> None:
    name = "负责统筹协调全县义务教育优质均衡发展和学前教育普及普惠工作的综合改革办公室"
    reason = "评审资料反复补正，恳请局领导协调有关部门加快办理，" * 6
    rows = "\n".join(
        f"| {name} | {n} | 进度滞后 | 2021-03-{n:02d} | 申请延期 | {reason} |" for n in range(1, 31)
    )
    head = "| 股室 | 任务 | 进度状态 | 节点时限 | 完成情况 | 说明 |"
    month = months.make_month(f"{head}\n{rows}")
    (card,) = make_cards(month, DAY).values()
    assert len(card["事项"]) + card["其余"] == 30
    assert 3 <= len(card["事项"]) < 10
    path = tmp_path / "督办单.docx"
    path.write_bytes(fill_document(CARD, template(CARD), card))
    assert len(read_tables(path.read_bytes())[1]) == len(card["事项"]) + 1
    assert f"另有{card['其余']}个事项" in read_all(path.read_bytes())
    assert pages(path, tmp_path) == 1


def test_the_page_names_everything_that_a_template_may_name() -> None:
    page = (Path(__file__).resolve().parent.parent / "docs" / "bulletin.md").read_text("utf-8")
    _, bulletin, card = re.split(r"^### \S+ 能用的词$", page, flags=re.MULTILINE)
    for text, names in ((bulletin, contents.NAMES), (card, cards.NAMES)):
        rows = dict(re.findall(r"^\| `(.+?)` \| (.+) \|$", text, re.MULTILINE))
        assert rows == names


# ---------------------------------------------------------------- what check looks at


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_shipped_documents_are_sound(name: str) -> None:
    """`check` looks at what the bureau has redrawn; what ships is looked at here."""
    assert faults(template(name), name) == []


def test_every_template_that_a_bureau_redraws_is_checked(tmp_path: Path) -> None:
    """Whatever lies in 模板/ and is not the shipped one, byte for byte; an empty file is another."""
    workspace = make_workspace(tmp_path)
    before = check_workspace(workspace)
    (workspace.root / "模板").mkdir()
    for name in [one.name for one in shipped("templates").iterdir()]:
        path = workspace.root / "模板" / name
        path.write_bytes(template(name))
        if name != FORM_TEMPLATES["seven"]:  # which is then the drawing that goes out
            assert check_workspace(workspace) == before, name
        path.write_bytes(b"" if name.endswith("x") else "{{没有这个}}".encode())
        try:
            said = [str(one) for one in check_workspace(workspace) if one not in before]
        except TaskxlError as error:  # without its drawing no form goes out
            said = [str(error)]
        assert any(name in one for one in said) == (name != FORM_TEMPLATES["seven"]), name
        path.unlink()
