"""登记说明: how a return came, registered by a command or written into 报送情况 of the summary."""

from datetime import datetime
from typing import Any

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from taskxl.desk.registering import register_return
from taskxl.ledger import open_ledger
from taskxl.merge.revisions import revise_states
from taskxl.model import OfficeState, Revision
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL
from tests.pens import make_merged_april, merge
from tests.support import make_once

merged, workspace = make_once(make_merged_april, "2021年重点工作")
NOW = datetime(2021, 4, 26, 9, 0)


def cell_of(book: Any, office: str) -> Any:
    sheet = book["报送情况"]
    (head,) = [r[0].row for r in sheet.iter_rows(max_row=6) if r[0].value == "序号"]
    columns = {cell.value: cell.column for cell in sheet[head]}
    (row,) = [
        n
        for n in range(head + 1, sheet.max_row + 1)
        if sheet.cell(n, columns["股室"]).value == office
    ]
    return sheet.cell(row, columns["登记说明"])


def write(workspace: Workspace, office: str, text: str | None) -> None:
    book = openpyxl.load_workbook(workspace.summary_path(APRIL))
    cell_of(book, office).value = text
    book.save(workspace.summary_path(APRIL))


def shown(workspace: Workspace, office: str) -> str:
    return str(cell_of(openpyxl.load_workbook(workspace.summary_path(APRIL)), office).value or "")


def register(workspace: Workspace, office: str, note: str) -> None:
    form = workspace.form_path(office, APRIL)
    path = workspace.returns_folder(APRIL) / form.name
    register_return(workspace, APRIL, path, NOW, is_there=True, office=office, note=note)


def test_what_was_registered_stands_in_the_summary(workspace: Workspace) -> None:
    register(workspace, "办公室", "微信发来")
    merge(workspace)
    assert shown(workspace, "办公室") == "微信发来"
    assert shown(workspace, "基教股") == ""


def test_a_correction_is_kept_and_recorded(workspace: Workspace) -> None:
    register(workspace, "办公室", "微信发来")
    merge(workspace)
    write(workspace, "办公室", "4月20日上午交来U盘")
    write(workspace, "计财股", "已电话联系，答应27日交")
    report = merge(workspace)
    assert not any("另存" in note for note in report.notes), "it is taken up, not put aside"
    assert shown(workspace, "办公室") == "4月20日上午交来U盘"
    assert shown(workspace, "计财股") == "已电话联系，答应27日交"
    assert not merge(workspace).written
    with open_ledger(workspace.ledger_path) as ledger:
        rows = ledger.connection.execute(
            "SELECT task, office, field, was, now FROM revisions ORDER BY office"
        ).fetchall()
    assert rows == [
        ("", "办公室", "registration", "微信发来", "4月20日上午交来U盘"),
        ("", "计财股", "registration", "", "已电话联系，答应27日交"),
    ]
    # What is registered since stands below it until somebody decides.
    register(workspace, "办公室", "又发来邮件")
    merge(workspace)
    assert shown(workspace, "办公室") == "4月20日上午交来U盘\n〔新登记〕又发来邮件"
    write(workspace, "办公室", "又发来邮件")
    report = merge(workspace)
    assert shown(workspace, "办公室") == "又发来邮件"
    assert [one.office for one in report.month.revisions] == ["计财股"]


WORDS = st.text("微信邮件交来上午", max_size=5)


@given(WORDS, WORDS, WORDS)
def test_a_correction_stands_until_the_registration_agrees(was: str, now: str, said: str) -> None:
    one = Revision("", "办公室", "registration", was, now)
    kept = revise_states([OfficeState("办公室", "submitted", registration=said)], [one])
    if said == now:
        assert kept == ()
    else:
        assert [r.now for r in kept] == [now]
        assert kept[0].newer == (None if said in ("", was) else said)
