"""`collect --from`: saved letters and files out of a folder, which itself is only read."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from taskxl import cli
from taskxl.desk import collecting
from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import look_at_month
from taskxl.desk.received import CollectReport
from taskxl.errors import TaskxlError
from taskxl.ledger import open_ledger
from taskxl.ledger.incoming import list_arrivals
from taskxl.mail import outlook
from taskxl.model import Period
from taskxl.workspace.folder import Workspace
from tests.letters import RETURN, make_letter, make_tnef
from tests.month_of_clerks import APRIL, Words, fill_words, make_workspace
from tests.packages import pack
from tests.support import make_once
from tests.test_cli import one_line, tree

NOW = datetime(2021, 4, 28, 9, 0)
NAME = "附件2-基教股-2021年4月.xlsx"
DATED = f"邮件/2021-04-20-周晓禾-{NAME}"


# A workspace whose April has been issued.
issued, workspace = make_once(make_workspace, "2021年重点工作")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """An empty folder to save letters in."""
    folder = tmp_path / "另存的邮件"
    folder.mkdir()
    return folder


def collect(workspace: Workspace, folder: Path, period: Period = APRIL) -> CollectReport:
    return collecting.collect_folder(workspace, period, folder, NOW)


def fates(report: CollectReport) -> list[tuple[str, str]]:
    return [(line.attachment, line.fate) for line in report.lines]


def returned(workspace: Workspace) -> dict[str, bytes]:
    return tree(workspace.returns_folder(APRIL))


def test_letters_and_files_are_taken_and_the_folder_is_only_read(
    workspace: Workspace, saved: Path
) -> None:
    (saved / "来信.eml").write_bytes(make_letter((NAME, RETURN)))
    (saved / "子").mkdir()
    loose = saved / "子" / "微信收到的: 表.xlsx"
    loose.write_bytes(b"loose")
    came = datetime(2021, 4, 19, 8, 0).timestamp()
    os.utime(loose, (came, came))
    before = tree(saved)
    report = collect(workspace, saved)
    assert fates(report) == [("子/微信收到的: 表.xlsx", "taken"), (NAME, "taken")]
    assert returned(workspace) == {"另存/子/微信收到的_ 表.xlsx": b"loose", DATED: RETURN}
    copied = workspace.returns_folder(APRIL) / "另存/子/微信收到的_ 表.xlsx"
    assert copied.stat().st_mtime == came
    assert tree(saved) == before


def test_what_is_there_by_content_is_not_put_there_again(workspace: Workspace, saved: Path) -> None:
    (saved / "来信.eml").write_bytes(make_letter((NAME, RETURN)))
    (saved / "同一份.xlsx").write_bytes(b"by hand")
    (workspace.returns_folder(APRIL) / "我存的.xlsx").write_bytes(b"by hand")
    collect(workspace, saved)
    before = returned(workspace)
    report = collect(workspace, saved)
    assert fates(report) == [("同一份.xlsx", "held"), (NAME, "held")]
    assert report.lines[0].outcome == "已有：我存的.xlsx"
    assert returned(workspace) == before


def test_a_file_saved_by_hand_earlier_gets_the_date_of_the_letter_it_came_in(
    workspace: Workspace, saved: Path
) -> None:
    filled = workspace.returns_folder(APRIL) / "存下的.xlsx"
    fill_words(workspace.form_path("基教股", APRIL), filled, "基教股", Words())
    after = datetime(2021, 4, 27, 9, 0).timestamp()
    os.utime(filled, (after, after))
    state = next(o for o in look_at_month(workspace, APRIL).offices if o.office == "基教股")
    assert state.receipt == "file"
    (saved / "来信.eml").write_bytes(make_letter((NAME, filled.read_bytes())))
    collect(workspace, saved)
    state = next(o for o in look_at_month(workspace, APRIL).offices if o.office == "基教股")
    assert (state.receipt, state.received_at) == ("mail", datetime(2021, 4, 20, 9, 30))
    # Another content under that name did not come by that letter.
    filled.write_bytes(filled.read_bytes() + b"\0")
    state = next(o for o in look_at_month(workspace, APRIL).offices if o.office == "基教股")
    assert state.receipt == "file"


def test_a_form_in_a_zip_by_mail_came_when_the_zip_did(workspace: Workspace, saved: Path) -> None:
    filled = saved / "表.xlsx"
    fill_words(workspace.form_path("基教股", APRIL), filled, "基教股", Words())
    letter = make_letter(("打包.zip", pack({"表.xlsx": filled.read_bytes()})))
    filled.unlink()
    (saved / "来信.eml").write_bytes(letter)
    collect(workspace, saved)
    state = next(o for o in look_at_month(workspace, APRIL).offices if o.office == "基教股")
    assert (state.state, state.receipt) == ("submitted", "mail")


def test_a_letter_from_the_future_dates_nothing(workspace: Workspace, saved: Path) -> None:
    letter = make_letter((NAME, RETURN), date="Fri, 20 Apr 2029 09:30:00 +0800")
    (saved / "来信.eml").write_bytes(letter)
    collect(workspace, saved)
    with open_ledger(workspace.ledger_path) as ledger:
        assert list_arrivals(ledger, APRIL) == {}


def test_links_pipes_and_lock_files_are_refused_by_name(workspace: Workspace, saved: Path) -> None:
    secret = saved.parent / "别处.xlsx"
    secret.write_bytes(b"secret")
    (saved / "a链接.xlsx").symlink_to(secret)
    os.mkfifo(saved / "b管道.eml")
    (saved / "~$表.xlsx").write_bytes(b"lock")
    report = collect(workspace, saved)
    assert fates(report) == [
        ("a链接.xlsx", "refused"),
        ("b管道.eml", "refused"),
        ("~$表.xlsx", "refused"),
    ]
    assert [line.outcome[-6:] for line in report.lines] == ["（R210）", "（R210）", "（R211）"]
    assert returned(workspace) == {}


def test_letters_in_a_zip_are_opened_and_what_else_is_in_it_goes_with_the_zip(
    workspace: Workspace, saved: Path
) -> None:
    letters = {"一.eml": make_letter((NAME, RETURN)), "二.eml": make_letter(("b.xlsx", b"b"))}
    (saved / "信.zip").write_bytes(pack(letters))
    assert fates(collect(workspace, saved)) == [(NAME, "taken"), ("b.xlsx", "taken")]
    assert set(returned(workspace)) == {DATED, "邮件/2021-04-20-周晓禾-b.xlsx"}
    mixed = pack({"三.eml": make_letter(("c.xlsx", b"c")), "表.xlsx": b"d"})
    (saved / "信.zip").write_bytes(mixed)
    assert fates(collect(workspace, saved)) == [("c.xlsx", "taken"), ("信.zip", "taken")]
    assert returned(workspace)["另存/信.zip"] == mixed


def test_a_saved_winmail_dat_is_opened(workspace: Workspace, saved: Path) -> None:
    (saved / "winmail.dat").write_bytes(make_tnef(("表.xlsx".encode("gbk"), RETURN)))
    assert fates(collect(workspace, saved)) == [("表.xlsx", "taken")]


def test_a_saved_outlook_letter_is_opened(workspace: Workspace, saved: Path, shared: Path) -> None:
    found = sorted((shared / "corpus").rglob("*testMSG_chinese.msg"))
    if not found:
        pytest.skip("no .msg among the real documents")
    shutil.copy(found[0], saved / "来信.msg")
    (line,) = collect(workspace, saved).lines
    assert line.subject
    assert line.fate in ("taken", "none")


def test_without_the_libraries_an_outlook_envelope_is_kept_and_the_cure_is_said(
    workspace: Workspace, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tnefparse", None)
    with pytest.raises(Exception, match="请重新安装 taskxl 后"):
        outlook.open_tnef(make_tnef())


def test_a_damaged_letter_costs_a_line(workspace: Workspace, saved: Path) -> None:
    (saved / "坏.msg").write_bytes(outlook.OLE_MARK + bytes(2000))
    (saved / "好.eml").write_bytes(make_letter((NAME, RETURN)))
    assert sorted(fates(collect(workspace, saved))) == [("坏.msg", "refused"), (NAME, "taken")]


def test_a_link_in_place_of_our_folder_is_not_followed(
    workspace: Workspace, saved: Path, tmp_path: Path
) -> None:
    (saved / "来信.eml").write_bytes(make_letter((NAME, RETURN)))
    elsewhere = tmp_path / "别处"
    elsewhere.mkdir()
    (workspace.returns_folder(APRIL) / "邮件").symlink_to(elsewhere)
    assert "是链接" in collect(workspace, saved).broken
    assert list(elsewhere.iterdir()) == []


def test_a_folder_that_is_none_or_holds_the_workspace_is_refused(
    workspace: Workspace, saved: Path
) -> None:
    with pytest.raises(TaskxlError, match="没有文件夹"):
        collect(workspace, saved / "没有")
    with pytest.raises(TaskxlError, match="工作区本身"):
        collect(workspace, workspace.root.parent)
    with pytest.raises(TaskxlError, match="还没有下发"):
        collect(workspace, saved, Period(2021, 5))


def test_where_a_later_month_is_out_it_is_said(workspace: Workspace, saved: Path) -> None:
    issue_forms(workspace, Period(2021, 5), now=NOW)
    assert "2021年5月的表已经下发" in collect(workspace, saved).notes[0]


def test_the_command_says_what_it_did_in_a_table(
    workspace: Workspace,
    saved: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taskxl.commands.common.now", lambda: NOW)
    (saved / "来信.eml").write_bytes(make_letter((NAME, RETURN)))
    run: Callable[[list[str]], None] = cli.main
    with pytest.raises(SystemExit) as left:
        run(["-C", str(workspace.root), "collect", "--from", str(saved)])
    out, err = capsys.readouterr()
    assert (left.value.code, err) == (0, "")
    assert f"→ 收下：{DATED}" in out
    assert out.splitlines()[-1].startswith("2021年4月：收下 1 个附件。附件在 ")
    with pytest.raises(SystemExit) as left:
        run(["-C", str(workspace.root), "collect", "--from", str(saved / "没有")])
    assert left.value.code == 2
    assert one_line(capsys.readouterr().err)
