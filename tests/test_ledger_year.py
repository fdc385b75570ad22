"""The ledger at work: months that help each other, folders it is made from again, one run at a time."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from taskxl import cli
from taskxl.desk import yearbook
from taskxl.desk.issuing import compose_forms, issue_forms
from taskxl.desk.lists import load_master
from taskxl.desk.merging import look_at_month, merge_returns
from taskxl.errors import TaskxlError
from taskxl.ledger import open_ledger, verify_ledger
from taskxl.master.book.making import write_master
from taskxl.model import Month, Period
from taskxl.reports.send_back import send_back_text
from taskxl.workspace import lock
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace
from tests.clerks import fill_form
from tests.crashes import read_tree
from tests.month_of_clerks import APRIL, OFFICES, make_workspace
from tests.support import make_once

MARCH, MAY = Period(2021, 3), Period(2021, 5)
NOW = datetime(2021, 4, 26, 9, 0)
CAME = datetime(2021, 3, 20, 9, 0).timestamp()


def send(workspace: Workspace, period: Period, *offices: str, **said: str) -> None:
    """Let offices fill their forms and send them in."""
    for office in offices:
        form = workspace.form_path(office, period)
        target = workspace.returns_folder(period) / form.name
        fill_form(form, target, **said)
        os.utime(target, (CAME, CAME))


def make_two_months(root: Path) -> Workspace:
    """Make March merged with two of three returns, April issued after it."""
    workspace = make_workspace(root)
    shutil.rmtree(workspace.month_folder(APRIL))
    workspace.ledger_path.unlink()
    issue_forms(workspace, MARCH, now=NOW)
    send(workspace, MARCH, *OFFICES[:2])
    merge_returns(workspace, MARCH, now=NOW)
    issue_forms(workspace, APRIL, now=NOW)
    return workspace


made, workspace = make_once(make_two_months, "工作区")


def change_title(workspace: Workspace, title: str) -> None:
    """Change the first task of 主清单.xlsx."""
    master, _ = load_master(workspace)
    tasks = (replace(master.tasks[0], title=title), *master.tasks[1:])
    workspace.master_path.write_bytes(write_master(replace(master, tasks=tasks)))


def last_month(workspace: Workspace, period: Period) -> Month:
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()
        month = ledger.month(period)
    assert month is not None
    return month


def count(workspace: Workspace, table: str) -> int:
    with open_ledger(workspace.ledger_path) as ledger:
        return int(ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


# ---------------------------------------------------------------- what is kept


def test_every_return_and_every_form_is_in_the_ledger(workspace: Workspace) -> None:
    originals = sorted(workspace.returns_folder(MARCH).glob("*.xlsx"))
    forms = [workspace.form_path(office, p) for office in OFFICES for p in (MARCH, APRIL)]
    with open_ledger(workspace.ledger_path) as ledger:
        for path in (*originals, *forms):
            content = path.read_bytes()
            assert ledger.content(sha256(content).hexdigest()) == content
        assert sorted(ledger.files(MARCH)) == [path.name for path in originals]
        assert sorted(ledger.issued(APRIL)) == sorted(OFFICES)


def test_a_form_replaced_by_a_newer_one_stays_in_the_ledger(workspace: Workspace) -> None:
    old = workspace.form_path("办公室", APRIL).read_bytes()
    change_title(workspace, "编制教育事业发展规划（修订）")
    issue_forms(workspace, APRIL, now=NOW)
    assert workspace.form_path("办公室", APRIL).read_bytes() != old
    with open_ledger(workspace.ledger_path) as ledger:
        assert ledger.content(sha256(old).hexdigest()) == old


def test_merging_again_adds_nothing_and_a_new_return_adds_one(workspace: Workspace) -> None:
    merge_returns(workspace, MARCH, now=NOW)
    assert count(workspace, "merges") == 1
    send(workspace, MARCH, "计财股")
    merge_returns(workspace, MARCH, now=NOW)
    assert count(workspace, "merges") == 2
    with open_ledger(workspace.ledger_path) as ledger:
        first, second = ledger.month(MARCH, 1), ledger.month(MARCH, 2)
    assert first is not None
    assert second is not None
    assert [state.state for state in first.offices] == ["submitted", "submitted", "missing"] or (
        {s.office for s in first.offices if s.state == "missing"} == {"计财股"}
    )
    assert not [state for state in second.offices if state.state == "missing"]


def test_a_zip_is_kept_and_its_files_are_listed(workspace: Workspace) -> None:
    folder = workspace.returns_folder(MARCH)
    form = folder / workspace.form_path("办公室", MARCH).name
    shutil.make_archive(str(folder / "办公室报送"), "zip", folder, form.name)
    form.unlink()
    merge_returns(workspace, MARCH, now=NOW)
    with open_ledger(workspace.ledger_path) as ledger:
        names = ledger.files(MARCH)
        assert f"办公室报送.zip/{form.name}" in names
        assert ledger.holds(names["办公室报送.zip"])
        assert verify_ledger(ledger) == ()


def test_looking_writes_nothing(workspace: Workspace) -> None:
    before = workspace.ledger_path.read_bytes()
    look_at_month(workspace, APRIL)
    assert workspace.ledger_path.read_bytes() == before
    workspace.ledger_path.unlink()
    look_at_month(workspace, APRIL)
    assert not workspace.ledger_path.exists()


def test_a_summary_that_cannot_be_written_records_nothing(workspace: Workspace) -> None:
    send(workspace, MARCH, "计财股")
    summary = workspace.summary_path(MARCH)
    (summary.parent / f"~${summary.name}").write_bytes(b"")
    with pytest.raises(TaskxlError, match="占用"):
        merge_returns(workspace, MARCH, now=NOW)
    assert count(workspace, "merges") == 1


# ---------------------------------------------------------------- months that help each other


def test_a_past_month_is_what_was_merged_not_what_lies_in_its_folder(workspace: Workspace) -> None:
    """A late return for March changes March, when March is merged, and tells April's merge so."""
    send(workspace, MARCH, "计财股")
    report = merge_returns(workspace, APRIL, now=NOW)
    (note,) = report.notes
    assert "2021年3月的回收文件夹里有 1 个文件还没有汇总过" in note
    assert not [entry for entry in report.month.previous if entry.office == "计财股"]
    merge_returns(workspace, MARCH, now=NOW)
    report = merge_returns(workspace, APRIL, now=NOW)
    assert report.notes == ()
    assert [entry for entry in report.month.previous if entry.office == "计财股"]


def test_a_month_whose_folder_was_emptied_is_still_remembered(workspace: Workspace) -> None:
    shutil.rmtree(workspace.month_folder(MARCH))
    month = look_at_month(workspace, APRIL)
    assert {entry.office for entry in month.previous} == set(OFFICES[:2])
    forms = compose_forms(workspace, APRIL, "办公室")
    assert any(record["进展"].startswith("〔上月〕") for record in forms[0].blocks["任务"])


def test_who_answers_the_form_as_first_issued_is_asked_to_mend_nothing(
    workspace: Workspace,
) -> None:
    """Titles are changed and the forms go out anew: what the first ones said is nobody's typing."""
    send(workspace, APRIL, *OFFICES)
    master, _ = load_master(workspace)
    tasks = tuple(replace(task, title=f"{task.title}（调整）") for task in master.tasks)
    workspace.master_path.write_bytes(write_master(replace(master, tasks=tasks)))
    issue_forms(workspace, APRIL, now=NOW)
    month = merge_returns(workspace, APRIL, now=NOW).month
    assert month.unplaced == ()
    assert [f.code for f in month.findings if f.code.startswith("E")] == []
    assert [send_back_text(month, office) for office in OFFICES] == ["", "", ""]


def test_a_past_month_is_judged_by_the_list_as_it_was(workspace: Workspace) -> None:
    was = last_month(workspace, MARCH).master
    change_title(workspace, "另一个名称")
    send(workspace, MARCH, "计财股")
    report = merge_returns(workspace, MARCH, now=NOW)
    assert report.month.master == was
    assert "仍按当时的主清单汇总" in report.notes[0]
    assert look_at_month(workspace, APRIL).master.tasks[0].title == "另一个名称"


def test_a_month_first_merged_when_it_is_past_is_judged_by_the_list_of_its_forms(
    workspace: Workspace,
) -> None:
    """April goes out, the list is changed, May goes out: April was the old list's all the time."""
    old = load_master(workspace)[0]
    send(workspace, APRIL, *OFFICES)
    change_title(workspace, "另一个名称")
    issue_forms(workspace, MAY, now=NOW)
    assert look_at_month(workspace, APRIL).master == old
    may = merge_returns(workspace, MAY, now=NOW).month
    assert may.master.tasks[0].title == "另一个名称"
    report = merge_returns(workspace, APRIL, now=NOW)
    assert report.month.master == old
    assert report.month.unplaced == ()
    assert any("仍按当时的主清单" in note for note in report.notes)
    (changed,) = (one for one in report.month.previous if one.task == "2")
    assert changed.office == "办公室"


def test_the_present_month_is_judged_by_the_present_list(workspace: Workspace) -> None:
    merge_returns(workspace, APRIL, now=NOW)
    change_title(workspace, "另一个名称")
    report = merge_returns(workspace, APRIL, now=NOW)
    assert report.month.master.tasks[0].title == "另一个名称"
    assert report.notes == ()


# ---------------------------------------------------------------- made again


def test_a_deleted_ledger_is_made_again_from_the_folders(workspace: Workspace) -> None:
    was = last_month(workspace, MARCH)
    april = merge_returns(workspace, APRIL, now=NOW).month
    workspace.ledger_path.unlink()
    report = merge_returns(workspace, APRIL, now=NOW)
    (note,) = report.notes
    assert "已由文件夹补记：3月、4月。" in note
    assert "补不回来的" in note
    assert report.month == april
    assert last_month(workspace, MARCH) == was
    with open_ledger(workspace.ledger_path) as ledger:
        assert sorted(ledger.issued(MARCH)) == sorted(OFFICES)
        assert [merge.origin for merge in ledger.merges()] == ["folder", "run"]
    assert merge_returns(workspace, APRIL, now=NOW).notes == ()


def test_a_damaged_ledger_stops_the_run_in_one_line(workspace: Workspace) -> None:
    workspace.ledger_path.write_bytes(b"not a database " * 400)
    summary = workspace.summary_path(MARCH).read_bytes()
    with pytest.raises(TaskxlError, match="已损坏，或不是台账") as raised:
        merge_returns(workspace, MARCH, now=NOW)
    assert "\n" not in str(raised.value)
    assert workspace.summary_path(MARCH).read_bytes() == summary


# ---------------------------------------------------------------- one run at a time


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "TRIES", 2)
    monkeypatch.setattr(lock, "PAUSE", 0.01)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "deed",
    [merge_returns, issue_forms, lambda workspace, _: yearbook.write_year(workspace)],
    ids=["merge", "issue", "ledger"],
)
def test_a_second_run_is_told_who_holds_the_workspace(
    workspace: Workspace, deed: Callable[[Workspace, Period], object]
) -> None:
    with (
        hold_workspace(workspace, "merge"),
        pytest.raises(TaskxlError, match=f"另一个 taskxl 使用（merge，进程 {os.getpid()}，电脑"),
    ):
        deed(workspace, APRIL)
    deed(workspace, APRIL)


def test_the_lock_leaves_nothing_and_clears_what_killed_runs_left(workspace: Workspace) -> None:
    kept = workspace.returns_folder(APRIL) / ".taskxl-1.tmp"
    left = [
        workspace.root / ".taskxl-1.tmp",
        workspace.issue_folder(APRIL) / ".taskxl-22.tmp",
        workspace.merge_folder(APRIL) / ".taskxl-333.tmp",
    ]
    for path in (kept, *left):
        path.write_bytes(b"half")
    with hold_workspace(workspace, "merge"):
        assert not [path for path in left if path.exists()]
        assert (workspace.root / lock.LOCK).exists()
    assert not (workspace.root / lock.LOCK).exists()
    assert kept.exists(), "回收/ is only read"


def test_a_lock_of_a_dead_run_holds_nobody_up(workspace: Workspace) -> None:
    (workspace.root / lock.LOCK).write_bytes(b" merge of a run that was killed")
    with hold_workspace(workspace, "merge"):
        pass
    assert not (workspace.root / lock.LOCK).exists()


def run_taskxl(workspace: Workspace, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "taskxl.cli", "-C", str(workspace.root), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_two_merges_at_once_lose_nothing(workspace: Workspace) -> None:
    send(workspace, APRIL, *OFFICES)
    both = [run_taskxl(workspace, "merge", "--month", "4") for _ in range(2)]
    ended = [(*run.communicate(timeout=120), run.returncode) for run in both]
    for _, err, code in ended:
        assert code in (0, 2)
        if code == 2:
            assert "另一个 taskxl 使用" in err.decode()
        assert err.count(b"\n") == (code == 2)
    assert 0 in [code for _, _, code in ended]
    month = last_month(workspace, APRIL)
    assert [state.state for state in month.offices if state.state == "missing"] == []
    assert count(workspace, "merges") == 2
    assert not list(workspace.root.rglob(".taskxl*"))


# ---------------------------------------------------------------- nothing is lost


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked")
def test_runs_killed_at_random_moments_lose_nothing() -> None:
    """Each command four times; `python -m tests.crashes 200 7` kills as many as one likes."""
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "tests.crashes", "16", "20210426", "--here"],
        cwd=root, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    killed = int(done.stdout.split()[0])
    assert killed >= 1, "every run was over before it could be killed"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with a megabyte and a half on it."""
    folder = tmp_path / "小盘"
    folder.mkdir()
    mounted = shutil.which("mount") and not subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k", "taskxl-test", str(folder)],
        capture_output=True, check=False,
    ).returncode  # fmt: skip
    if not mounted:
        pytest.skip("a file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_one_line_and_everything_is_as_before(
    workspace: Workspace, small_disk: Path
) -> None:
    send(workspace, APRIL, *OFFICES)
    shutil.copytree(workspace.root, small_disk / "工作区")
    tight = Workspace(small_disk / "工作区")
    free = shutil.disk_usage(small_disk).free
    (small_disk / "占位").write_bytes(bytes(max(0, free - 24_576)))
    before = read_tree(tight)
    ledger = tight.ledger_path.read_bytes()
    with pytest.raises(TaskxlError, match=r"磁盘已满|读写出错") as raised:
        merge_returns(tight, APRIL, now=NOW)
    assert "\n" not in str(raised.value)
    (small_disk / "占位").unlink()
    assert read_tree(tight) == before
    assert tight.ledger_path.read_bytes() == ledger
    merge_returns(tight, APRIL, now=NOW)
    assert count(tight, "merges") == 2
    last_month(tight, APRIL)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_folder_is_one_line(workspace: Workspace) -> None:
    folders = [path for path in (workspace.root, *workspace.root.rglob("*")) if path.is_dir()]
    for folder in folders:
        folder.chmod(0o500)
    try:
        for deed in (issue_forms, merge_returns):
            with pytest.raises(TaskxlError, match="没有权限") as raised:
                deed(workspace, APRIL)
            assert "\n" not in str(raised.value)
        look_at_month(workspace, APRIL)
        assert yearbook.verify_year(workspace)[0] == ()
    finally:
        for folder in folders:
            folder.chmod(0o700)


# ---------------------------------------------------------------- on the command line


def test_the_ledger_is_written_and_proved(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(["-C", str(workspace.root), "ledger", *arguments])
        shown = capsys.readouterr()
        assert shown.err == ""
        return int(left.value.code or 0), shown.out

    code, out = run()
    assert code == 0
    assert "2021年4月已下发，还没有汇总，不在台账里。" in out
    assert f"写好 {workspace.root / '2021年工作台账.xlsx'}" in out
    assert "没有变化" in run()[1]
    assert run("--verify") == (
        0,
        "台账完好：汇总 1 次，下发的表 6 份，收到的文件 2 个，去信 0 封，来信 0 封，存下的内容 10 份，清单 1 版。\n",
    )
    content = workspace.ledger_path.read_bytes()
    form = workspace.form_path("办公室", MARCH).read_bytes()
    assert form  # what is damaged below is some stored content
    place = content.index(b"\x78\x9c", 8192)
    workspace.ledger_path.write_bytes(content[: place + 40] + bytes(8) + content[place + 48 :])
    code, out = run("--verify")
    assert code == 1
    assert "已损坏" in out


def test_without_a_merge_there_is_no_ledger_workbook(workspace: Workspace) -> None:
    workspace.ledger_path.unlink()
    with pytest.raises(TaskxlError, match="请先运行 taskxl merge"):
        yearbook.write_year(workspace)
    with pytest.raises(TaskxlError, match="还没有台账"):
        yearbook.verify_year(workspace)
