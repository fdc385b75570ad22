"""When a return came and whose it is: as recorded, as registered by hand, whatever copies lose."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from taskxl import cli
from taskxl.commands import common
from taskxl.desk.merging import look_at_month
from taskxl.ledger import open_ledger, verify_ledger
from taskxl.model import Month, OfficeState
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import merge, send

LATE = datetime(2021, 4, 28, 9, 0)
NOW = datetime(2021, 4, 29, 9, 0)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """April issued; it is the 29th."""
    monkeypatch.setattr(common, "now", lambda: NOW)
    monkeypatch.setattr(common, "today", NOW.date)
    return make_workspace(tmp_path / "地")


def state(month: Month, office: str) -> OfficeState:
    (one,) = [one for one in month.offices if one.office == office]
    return one


def run(workspace: Workspace, *words: str, code: int = 0) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["-C", str(workspace.root), "receive", "--month", "4", *map(str, words)])
    assert left.value.code == code


def set_times(folder: Path, moment: datetime) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (moment.timestamp(), moment.timestamp()))


def test_what_was_recorded_stands_when_a_copy_loses_file_times(workspace: Workspace) -> None:
    """A file that was renamed meanwhile is known by its bytes."""
    send(workspace, "办公室", "计财股", day="2021年4月28日")
    before = merge(workspace).month
    folder = workspace.returns_folder(APRIL)
    for path in folder.glob("*计财股*"):
        path.rename(folder / "计财股（改名）.xlsx")
    set_times(folder, LATE)
    after = merge(workspace).month
    for office in ("办公室", "计财股"):
        assert state(after, office).state == "submitted"
        assert state(after, office).received_at == state(before, office).received_at
    assert after == merge(workspace).month, "twice is once"


def test_an_unknown_file_has_its_own_time(workspace: Workspace) -> None:
    send(workspace, "办公室", came=LATE.timestamp(), day="2021年4月28日")
    assert state(merge(workspace).month, "办公室").state == "late"


def test_a_return_is_registered_with_who_when_and_how(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It came in time, by chat; its file was saved late and bears a late date."""
    file = tmp_path / "微信文件" / "表.xlsx"
    fill_form(workspace.form_path("基教股", APRIL), file, day="2021年4月28日")
    os.utime(file, (LATE.timestamp(), LATE.timestamp()))
    run(workspace, str(file), "--office", "基教股", "--at", "2021-04-24 17:00", "--note", "微信")
    assert "已放进回收并登记 表.xlsx（基教股，2021-04-24 17:00，微信）" in capsys.readouterr().out
    assert (workspace.returns_folder(APRIL) / "表.xlsx").read_bytes() == file.read_bytes()
    one = state(merge(workspace).month, "基教股")
    assert (one.state, one.receipt) == ("submitted", "hand")
    assert one.received_at == datetime(2021, 4, 24, 17, 0)
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()


def test_registering_again_adds_nothing_and_keeps_what_was_said(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "表.xlsx"
    fill_form(workspace.form_path("基教股", APRIL), file)
    run(workspace, str(file), "--at", "2021-04-24 17:00")
    run(workspace, str(file))
    assert [path.name for path in workspace.returns_folder(APRIL).iterdir()] == ["表.xlsx"]
    came = state(look_at_month(workspace, APRIL), "基教股").received_at
    assert came == datetime(2021, 4, 24, 17, 0)
    fill_form(workspace.form_path("办公室", APRIL), file)
    run(workspace, str(file))
    names = sorted(path.name for path in workspace.returns_folder(APRIL).iterdir())
    assert names == ["表.xlsx", "表（2）.xlsx"]
    with open_ledger(workspace.ledger_path) as ledger:
        count = ledger.connection.execute("SELECT count(*) FROM receipts").fetchone()[0]
    assert count == 2


def test_this_one_is_that_offices(workspace: Workspace) -> None:
    """A table that nobody can tell whose it is, until a person says it."""
    path = workspace.returns_folder(APRIL) / "未署名.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["编号", "项目名称", "进展情况", "存在问题和下一步工作计划"])
    master = look_at_month(workspace, APRIL).master
    shared = next(task for task in master.tasks if len(task.offices) > 1)
    sheet.append([shared.number, shared.title, "已完成选址论证并报会研究。", "无"])
    book.save(path)
    assert state(look_at_month(workspace, APRIL), shared.offices[1]).state == "missing"
    office = shared.offices[1]
    run(workspace, "--of", path.name, "--office", office)
    month = merge(workspace).month
    assert state(month, office).state in ("submitted", "late")
    assert [e.progress for e in month.entries if e.office == office] == [
        "已完成选址论证并报会研究。"
    ]


def test_a_damaged_file_that_is_known_whose_is_to_be_sent_again(workspace: Workspace) -> None:
    path = workspace.returns_folder(APRIL) / "坏了.xlsx"
    path.write_bytes(b"PK\x03\x04 cut off")
    run(workspace, "--of", str(path), "--office", "计财股")
    one = state(merge(workspace).month, "计财股")
    assert (one.state, one.files) == ("rejected", ("坏了.xlsx",))


def test_what_was_said_of_a_file_is_not_said_of_another_under_its_name(
    workspace: Workspace,
) -> None:
    send(workspace, "基教股")
    (path,) = workspace.returns_folder(APRIL).iterdir()
    run(workspace, "--of", path.name, "--office", "计财股")
    assert state(look_at_month(workspace, APRIL), "计财股").state != "missing"
    shutil.copy(path, path.with_name("旁.xlsx"))
    send(workspace, "基教股", reporter="另一人")
    path.with_name("旁.xlsx").unlink()
    month = look_at_month(workspace, APRIL)
    assert state(month, "基教股").state == "submitted"
    assert state(month, "计财股").state == "missing"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "请写一个文件"),
        (("--of", "没有.xlsx"), "里没有“没有.xlsx”"),
        (("表.xlsx", "--office", "没有这个股室"), "可选：办公室、计财股、基教股"),
        (("表.xlsx", "--at", "昨天"), "请写成 2021-04-24 17:00"),
        (("表.xlsx", "--at", "2021-05-24 17:00"), "还没有到"),
    ],
)
def test_what_cannot_be_is_one_line_and_copies_nothing(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    fill_form(workspace.form_path("基教股", APRIL), tmp_path / "表.xlsx")
    monkeypatch.chdir(tmp_path)
    run(workspace, *words, code=2)
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
    assert not list(workspace.returns_folder(APRIL).iterdir())
