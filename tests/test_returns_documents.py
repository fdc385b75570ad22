"""Returns in Word and elsewhere: page edges, tables in two parts, hidden words, pasted values."""

import io
from collections.abc import Sequence
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import OxmlElement
from docx.shared import Cm

from taskxl.forms.returned.reader import Expected, read_return
from taskxl.intake.reading import read_book
from taskxl.merge.month import merge_month
from taskxl.model import Month, Period, Return
from tests.clerks import convert
from tests.returned_support import (
    EXPECTED,
    MAIN,
    MASTER,
    MILESTONES,
    PERIOD,
    codes,
    draft_form,
    fill_form,
    texts,
)
from tests.test_returns_justice import REPORT_DAY

HEADER = ("编号", "项目名称", "进度状态", "进展情况", "存在问题")
TASKS = [task for task in MASTER.tasks if task.id in ("1", "2", "3")]


def rows_of(tasks: Sequence[str]) -> list[tuple[str, ...]]:
    known = {task.id: task for task in TASKS}
    return [(n, known[n].title or "", "正常推进", f"第{n}项做了实事。", f"缺{n}人") for n in tasks]


def add_table(document: Document, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(len(rows), len(rows[0]))
    for n, row in enumerate(rows):
        for m, text in enumerate(row):
            table.cell(n, m).text = text
            table.cell(n, m).width = Cm(3)


def read(document: Document) -> Return:
    buffer = io.BytesIO()
    document.save(buffer)
    return read_return(EXPECTED, read_book(buffer.getvalue(), "回.docx", "docx"), "回.docx")


def merge(ret: Return) -> Month:
    return merge_month(MASTER, PERIOD, REPORT_DAY, [ret])


@pytest.mark.parametrize("edge", ["header", "footer", "body"])
def test_reporter_and_approval_may_stand_at_the_edge_of_the_page(edge: str) -> None:
    document = docx.Document()
    line = "填报股室：办公室　填报人：王五　填报日期：2021年4月22日　审核人：何远山"
    if edge == "body":
        document.add_paragraph(line)
    else:
        getattr(document.sections[0], edge).paragraphs[0].text = line
    add_table(document, [HEADER, *rows_of("123")])
    ret = read(document)
    (form,) = ret.submissions
    assert (form.reporter, form.approved, str(form.reported_on)) == ("王五", True, "2021-04-22")
    assert not {f.code for f in merge(ret).findings} & {"G403", "G404", "G412"}
    assert ret.unplaced == ()


def test_a_note_at_the_foot_of_the_page_is_kept_and_page_numbers_are_not() -> None:
    document = docx.Document()
    document.add_paragraph("填报股室：办公室")
    add_table(document, [HEADER, *rows_of("123")])
    document.sections[0].footer.paragraphs[0].text = "第 1 页 共 2 页"
    document.sections[0].header.paragraphs[0].text = "第2项经费数以财政批复为准。"
    assert texts(read(document).unplaced) == ["第2项经费数以财政批复为准。"]


@pytest.mark.parametrize("cut", [1, 2])
@pytest.mark.parametrize("repeated", [True, False])
@pytest.mark.parametrize("named", [True, False])
def test_a_table_in_two_parts_is_one(cut: int, repeated: bool, named: bool) -> None:
    document = docx.Document()
    if named:
        document.add_paragraph("填报股室：办公室")
    add_table(document, [HEADER, *rows_of("123"[:cut])])
    document.add_paragraph("")
    add_table(document, [*([HEADER] if repeated else []), *rows_of("123"[cut:])])
    ret = read(document)
    entries = [(e.task, e.progress, e.obstacles) for form in ret.submissions for e in form.entries]
    assert entries == [(n, f"第{n}项做了实事。", f"缺{n}人") for n in "123"]
    assert {form.office for form in ret.submissions} == {"办公室"}
    assert ret.unplaced == ()


@pytest.mark.parametrize("mark", ["w:strike", "w:dstrike", "w:vanish"])
def test_words_struck_out_or_hidden_count_as_said_and_are_asked_about(mark: str) -> None:
    document = docx.Document()
    document.add_paragraph("填报股室：办公室")
    add_table(document, [HEADER, *rows_of("123")])
    run = document.tables[0].cell(2, 3).paragraphs[0].runs[0]
    run._element.get_or_add_rPr().append(OxmlElement(mark))
    ret = read(document)
    assert ret.submissions[0].entries[1].progress == "第2项做了实事。"
    (told,) = [f for f in ret.findings if f.code == "E310"]
    assert (told.severity, told.cell) == ("info", "D3")
    assert "请核实" in told.message


@pytest.mark.parametrize("kind", ["doc", "rtf"])
def test_old_word_files_are_read_where_libreoffice_is_installed(kind: str, tmp_path: Path) -> None:
    rows = "".join(
        "<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>"
        for row in (HEADER, *rows_of("123"))
    )
    page = (
        f"<meta charset=utf-8><p>填报股室：办公室　填报人：王五</p><table border=1>{rows}</table>"
    )
    source = tmp_path / "回.html"
    source.write_text(page, encoding="utf-8")
    filters = {"doc": "doc:MS Word 97", "rtf": "rtf:Rich Text Format"}
    convert(source, filters[kind], tmp_path, tmp_path / "profile", "--writer")
    from taskxl.desk.return_files import read_returns

    (ret,) = read_returns(tmp_path, [f"回.{kind}"], EXPECTED)
    assert [e.progress for e in ret.submissions[0].entries] == [f"第{n}项做了实事。" for n in "123"]


# ---------------------------------------------------------------- pasted as values


@pytest.mark.parametrize("office_named", [True, False])
@pytest.mark.parametrize("order", [(MAIN, MILESTONES), (MILESTONES, MAIN)])
@pytest.mark.parametrize("one_sheet", [True, False])
def test_a_form_with_nothing_due_pasted_as_values_is_ours(
    office_named: bool, order: tuple[str, str], one_sheet: bool
) -> None:
    draft = draft_form("办公室", 2)
    for row in draft.sheets[MAIN][5:]:
        row[4], row[5] = "正常推进", f"做了第{row[8]}件事"
    draft.in_property = draft.in_sheet = False
    for rows in draft.sheets.values():
        for row in rows:
            if len(row) > 7:
                row[-1] = None
    if not office_named:
        draft.sheets[MAIN][2][0] = draft.sheets[MILESTONES][1][0] = None
    draft.sheets = {name: draft.sheets[name] for name in order}
    if one_sheet:
        first, second = draft.sheets.values()
        draft.sheets = {"Sheet1": [*first, [None], *second]}
    ret = draft.read(Expected(MASTER, Period(2021, 2), EXPECTED.form_texts))
    assert (ret.code, texts(ret.unplaced), codes(ret)) == (None, [], [])
    assert [e.progress for e in ret.submissions[0].entries] == [f"做了第{n}件事" for n in "123"]


def test_the_sheet_of_nothing_due_alone_is_ours_too() -> None:
    draft = draft_form("办公室", 2)
    draft.in_property = draft.in_sheet = False
    del draft.sheets[MAIN]
    ret = draft.read(Expected(MASTER, Period(2021, 2), EXPECTED.form_texts))
    assert (ret.code, [form.office for form in ret.submissions]) == (None, ["办公室"])


def test_a_strangers_table_stays_a_strangers() -> None:
    draft = fill_form()
    draft.in_property = draft.in_sheet = False
    for number, row in enumerate(draft.sheets[MAIN][5:], 1):
        row[1], row[2], row[8] = f"别人的事之{number}", "采购设备若干", None
    del draft.sheets[MILESTONES]
    assert draft.read().code == "R205"
