"""Real files: the shipped drawing, filled in and saved by other programs, read back."""

import io
from datetime import date
from pathlib import Path

import pytest

from taskxl.forms.issue import render_form
from taskxl.forms.returned.reader import Expected, form_texts, read_return
from taskxl.forms.template.template import compile_template
from taskxl.intake.grids import Kind
from taskxl.intake.reading import read_book
from taskxl.model import Return
from tests.clerks import convert
from tests.returned_support import MASTER, PERIOD, compose, texts

DRAWING = Path(__file__).resolve().parent.parent / "templates" / "附件2.xlsx"


def read_file(content: bytes, kind: Kind = "xlsx") -> Return:
    own = form_texts(read_book(DRAWING.read_bytes(), DRAWING.name, "xlsx"))
    return read_return(Expected(MASTER, PERIOD, own), read_book(content, "回", kind), "回")


def fill_drawn_form(office: str) -> bytes:
    """Return the form of an office, filled in by the headers of its sheets."""
    from openpyxl import load_workbook

    form = render_form(compile_template(DRAWING.read_bytes()), compose(office))
    book = load_workbook(io.BytesIO(form))
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue  # nobody sees the marks, which name the head lines too
        for row in sheet.iter_rows():
            cells = {cell.value: cell for cell in row if isinstance(cell.value, str)}
            if "进展情况" in cells or "完成日期" in cells:
                header = {value: cell.column for value, cell in cells.items()}
                top = row[0].row
            if "填报人：" in cells:
                cells["填报人："].offset(0, 1).value = "李明"
                cells["填报日期："].offset(0, 1).value = date(2021, 4, 22)
            if "分管负责同志审定：" in cells:
                cells["分管负责同志审定："].offset(0, 1).value = "同意　王立"
        if sheet.title in ("进展情况表", "节点完成情况"):
            for number in range(top + 1, sheet.max_row + 1):
                item = sheet.cell(number, header["标识"]).value
                words = {"进度状态": "正常推进", "完成情况": "已完成", "完成日期": date(2021, 4, 2)}
                for name in ("进展情况", "存在问题和下一步工作计划", "备注", "说明"):
                    words[name] = f"{name}{item}"
                for name, word in words.items():
                    if item and name in header:
                        sheet.cell(number, header[name]).value = word
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def check_read(ret: Return, office: str, tasks: list[str]) -> None:
    assert (ret.code, texts(ret.unplaced), ret.findings) == (None, [], ())
    (form,) = ret.submissions
    assert (form.office, form.period, list(form.tasks)) == (office, PERIOD.key, tasks)
    assert (form.reporter, form.approval) == ("李明", "同意　王立")
    assert form.reported_on == date(2021, 4, 22)
    for entry in form.entries:
        assert (entry.status, entry.progress) == ("正常推进", f"进展情况{entry.task}")
        assert entry.obstacles == f"存在问题和下一步工作计划{entry.task}"
        assert entry.remarks == f"备注{entry.task}"
    assert form.milestones
    for milestone in form.milestones:
        assert (milestone.state, milestone.done_on) == ("已完成", date(2021, 4, 2))
        assert milestone.note == f"说明{milestone.milestone}"


def test_the_shipped_form_as_issued_holds_nothing_that_somebody_typed() -> None:
    content = render_form(compile_template(DRAWING.read_bytes()), compose("计财股"))
    ret = read_file(content)
    assert (texts(ret.unplaced), ret.findings) == ([], ())
    assert not any(entry.progress for entry in ret.submissions[0].entries)


@pytest.mark.parametrize(("office", "tasks"), [("办公室", ["1", "2", "3"]), ("计财股", ["6", "7"])])
def test_the_shipped_form_filled_in_is_read_back(office: str, tasks: list[str]) -> None:
    check_read(read_file(fill_drawn_form(office)), office, tasks)


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_form_saved_by_libreoffice_is_read_back(kind: Kind, tmp_path: Path) -> None:
    source = tmp_path / "表.xlsx"
    source.write_bytes(fill_drawn_form("办公室"))
    saved = convert(source, kind, tmp_path / "out", tmp_path / "profile")
    ret = read_file(saved.read_bytes(), kind)
    check_read(ret, "办公室", ["1", "2", "3"])
