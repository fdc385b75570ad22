"""Nothing that anyone typed is overwritten: every command, every file of the workspace."""

import os
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click
import openpyxl
import pytest

from taskxl import cli
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import load_master
from taskxl.desk.merging import merge_returns
from taskxl.ledger import open_ledger, verify_ledger
from taskxl.master.book.making import write_master
from taskxl.model import Period
from taskxl.workspace.folder import Workspace
from tests.clerks import convert, fill_form, form_columns, task_rows
from tests.month_of_clerks import APRIL, MASTER_LIST, OFFICES, make_workspace
from tests.pens import send
from tests.support import make_workbook

NOW = datetime(2021, 4, 26, 9, 0)
MAY = Period(2021, 5)
# Every command as it is typed; 清单 stands for a task list, 信 for a folder of letters, 工作区 for
# the workspace, 原件 for a folder in it. Those that are not the workspace's have no words.
COMMANDS: dict[str, tuple[str, ...]] = {
    "read": ("清单",),
    "init": ("工作区", "--update", "--from", "清单"),
    "diff": ("清单",),
    "check": (),
    "issue": ("--month", "5"),
    "collect": ("--month", "5", "--from", "信"),
    "merge": ("--month", "4"),
    "prove": ("--month", "4"),
    "receive": ("--month", "5", "信/报送.xlsx", "--note", "微信"),
    "status": ("--month", "5"),
    "send-back": ("--month", "4"),
    "mail check": (),
    "mail issue": ("--month", "5"),
    "mail remind": ("--month", "5"),
    "mail send-back": ("--month", "4"),
    "bulletin": ("--month", "4"),
    "card": ("--month", "4", "--all"),
    "ledger": (),
    "year": (),
    "rollup": ("工作区", "-o", "合计"),
    "export": ("--month", "4", "--to", "csv"),
}
MORE = {
    "issue": [("--month", "4")],
    "merge": [("--month", "5")],
    "mail issue": [("--month", "5", "--zip")],
    "card": [("--month", "4", "--office", "计财股")],
    "export": [("--month", "4"), ("--year", "--to", "json")],
    "year": [("--calendar",), ("--calendar", "--office", "计财股")],
    "ledger": [("--month", "4", "--at", "1"), ("--originals", "原件")],
}
ELSEWHERE = {"demo", "rules", "explain", "open"}


def list_commands() -> Iterator[str]:
    """Yield every command of the command line, those of a group with the group's name."""
    for name, command in cli.cli.commands.items():
        if isinstance(command, click.Group):
            yield from (f"{name} {one}" for one in command.commands)
        else:
            yield name


def test_every_command_is_in_the_list() -> None:
    assert set(list_commands()) == COMMANDS.keys() | ELSEWHERE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """April merged and May issued, with every other file that taskxl writes."""
    root = tmp_path_factory.mktemp("typed")
    workspace = make_workspace(root)
    send(workspace, *OFFICES[:2])
    merge_returns(workspace, APRIL, now=NOW)
    issue_forms(workspace, MAY, now=NOW)
    send(workspace, OFFICES[0], period=MAY)
    (root / "信").mkdir()
    fill_form(workspace.form_path(OFFICES[1], MAY), root / "信" / "报送.xlsx")
    (root / "清单.xlsx").write_bytes(make_workbook({"附件1": MASTER_LIST}))
    for name, words in COMMANDS.items():
        for more in (words, *MORE.get(name, ())):
            run(workspace, name, *more)
    return workspace


def run(workspace: Workspace, name: str, *words: str) -> None:
    """Run a command; whether it can is not asked here."""
    places = {
        "清单": workspace.root.parent / "清单.xlsx",
        "信": workspace.root.parent / "信",
        "信/报送.xlsx": workspace.root.parent / "信" / "报送.xlsx",
        "工作区": workspace.root,
        "原件": workspace.root / "原件",
        "合计": workspace.root / "各单位汇总.xlsx",
    }
    spelt = [str(places.get(word, word)) for word in words]
    with pytest.raises(SystemExit):
        cli.main(["-C", str(workspace.root), *name.split(), *spelt])


def type_into(path: Path, text: str, through_openpyxl: bool = True) -> bytes:
    """Let a person write into a file and save it; return what lies there then.

    Without openpyxl the text goes into a workbook's properties, which costs a thousandth.
    """
    if path.suffix == ".xlsx" and not through_openpyxl:
        with zipfile.ZipFile(path, "a") as package:
            package.writestr(f"docProps/{text}.txt", text)
    elif path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book.worksheets[0]
        sheet.cell(sheet.max_row + 2, 1).value = text
        book.save(path)
    else:
        with path.open("ab") as file:
            file.write(f"\n{text}\n".encode())
    return path.read_bytes()


def list_files(root: Path) -> list[Path]:
    """Return every file of a workspace but the ledger's own, and what stands for it elsewhere."""
    own = ("台账.db", ".taskxl.written")
    return sorted(
        path for path in root.rglob("*") if path.is_file() and not path.name.startswith(own)
    )


def find_lost(workspace: Workspace, typed: dict[str, str]) -> list[str]:
    """Return what of the `typed` contents is in no file and not in the ledger, by its name."""
    there = {sha256(path.read_bytes()).hexdigest() for path in list_files(workspace.root)}
    with open_ledger(workspace.ledger_path) as ledger:
        assert verify_ledger(ledger) == ()
        return [
            name
            for digest, name in typed.items()
            if digest not in there and not ledger.holds(digest)
        ]


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_typed_wherever_outlives_every_command(
    made: Workspace, tmp_path: Path, seed: int
) -> None:
    """Each command once, in any order; before each a person writes into half of all files.

    The list changes meanwhile, so that everything is written anew.
    """
    chance = random.Random(seed)
    shutil.copytree(made.root.parent, tmp_path / "地")
    workspace = Workspace(tmp_path / "地" / made.root.name)
    deeds = [(name, words) for name in COMMANDS for words in (COMMANDS[name], *MORE.get(name, ()))]
    chance.shuffle(deeds)
    typed: set[str] = set()
    rewritten = 0
    for number, (name, words) in enumerate(deeds):
        change_list(workspace, f"编制规划（第{number}稿）")
        files = list_files(workspace.root)
        for path in chance.sample(files, len(files) // 2):
            content = type_into(path, f"手写{seed}-{number}", chance.random() < 0.3)
            typed.add(sha256(content).hexdigest())
        before = {path: path.read_bytes() for path in list_files(workspace.root)}
        run(workspace, name, *words)
        # What a person has written over since was that person's to lose.
        held = {sha256(content).hexdigest(): str(path) for path, content in before.items()}
        theirs = {digest: path for digest, path in held.items() if digest in typed}
        assert len(theirs) > len(before) // 3
        assert find_lost(workspace, theirs) == [], (name, words)
        rewritten += sum(path.read_bytes() != was for path, was in before.items())
        returns = [path for path in before if "回收" in path.parts]
        assert all(path.read_bytes() == before[path] for path in returns), (name, words)
    assert rewritten > 10, "nothing was written anew: this proves nothing"


def change_list(workspace: Workspace, title: str) -> None:
    """Change the first task's title, as a person who begins 主清单.xlsx anew."""
    master, _ = load_master(workspace)
    tasks = (replace(master.tasks[0], title=title), *master.tasks[1:])
    workspace.master_path.write_bytes(write_master(replace(master, tasks=tasks)))


# ---------------------------------------------------------------- a form filled where it went


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    """A workspace of its own."""
    shutil.copytree(made.root.parent, tmp_path / "地")
    return Workspace(tmp_path / "地" / made.root.name)


def test_a_form_filled_in_place_is_seen_and_left_there(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    form = workspace.form_path("计财股", MAY)
    fill_form(form, form)
    content = form.read_bytes()
    said = f"下发文件夹里的“{form.name}”已经填了，要当作报送请放进回收。"
    for deed in ("status", "merge", "issue"):
        run(workspace, deed, "--month", "5")
        assert said in capsys.readouterr().out.splitlines()
    assert form.read_bytes() == content, "the form is the same as before and need not go out again"
    shutil.copy(form, workspace.returns_folder(MAY))
    run(workspace, "status", "--month", "5")
    assert said not in capsys.readouterr().out


def test_a_filled_form_beside_the_folders_of_its_month_is_seen(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    form = workspace.form_path("计财股", MAY)
    beside = workspace.issue_folder(MAY).parent
    shutil.copy(form, beside / "未填.xlsx")
    fill_form(form, beside / "报送.xlsx")
    said = f"{beside.name}文件夹里的“报送.xlsx”已经填了，要当作报送请放进回收。"
    for deed in ("status", "merge"):
        run(workspace, deed, "--month", "5")
        out = capsys.readouterr().out
        assert said in out.splitlines()
        assert "未填" not in out


def test_a_form_filled_in_place_is_put_aside_before_the_list_changes_it(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    form = workspace.form_path("办公室", MAY)
    fill_form(form, form)
    content = form.read_bytes()
    change_list(workspace, "另一个名称")
    run(workspace, "issue", "--month", "5")
    aside = form.with_stem(f"{form.stem}（手工改过1）")
    assert aside.read_bytes() == content
    assert form.read_bytes() != content
    out = capsys.readouterr().out
    assert f"下发文件夹里的“{aside.name}”已经填了，要当作报送请放进回收。" in out
    assert "不再需要" not in out
    run(workspace, "issue", "--month", "5")
    assert aside.name in capsys.readouterr().out, "it is said until it lies in 回收"
    assert len(list(form.parent.glob(f"{form.stem}（*"))) == 1


@pytest.mark.parametrize("how", ["openpyxl", "libreoffice"])
def test_a_form_that_was_only_saved_anew_is_not_called_filled(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], tmp_path: Path, how: str
) -> None:
    form = workspace.form_path("计财股", MAY)
    if how == "openpyxl":
        openpyxl.load_workbook(form).save(form)
    else:
        shutil.copy(convert(form, "xlsx", tmp_path / "另存", tmp_path / "profile"), form)
    run(workspace, "status", "--month", "5")
    assert "已经填了" not in capsys.readouterr().out


def test_a_word_chosen_from_a_list_is_seen(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """进度状态 alone, in a form in which the same word may stand already."""
    form = workspace.form_path("计财股", MAY)
    book = openpyxl.load_workbook(form)
    sheet = book["进展情况表"]
    sheet.cell(task_rows(sheet)[0], form_columns(sheet)[1]["进度状态"]).value = "已完成"
    book.save(form)
    run(workspace, "status", "--month", "5")
    assert "已经填了" in capsys.readouterr().out


def test_other_workbooks_in_the_folder_are_nobodys_form(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace.issue_folder(MAY) / "通讯录.xlsx").write_bytes(
        make_workbook({"通讯录": "| 股室 | 电话 |\n| 办公室 | 1234 |"})
    )
    run(workspace, "status", "--month", "5")
    assert "已经填了" not in capsys.readouterr().out


def test_the_demo_leaves_a_return_that_was_changed(tmp_path: Path) -> None:
    def demo() -> None:
        with pytest.raises(SystemExit):
            cli.main(["demo", str(tmp_path / "演示")])

    demo()
    found = [path for path in list_files(tmp_path) if "回收" in path.parts]
    changed = {path: type_into(path, "试试看") for path in found if path.suffix == ".xlsx"}
    demo()
    assert {path: path.read_bytes() for path in changed} == changed


def test_a_file_saved_while_it_is_written_is_not_lost(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody saves the year's workbook between the look at it and the new one."""
    path = workspace.year_path(2021)
    type_into(path, "甲")
    sync: Callable[[int], None] = os.fsync
    saved: list[bytes] = []

    def save_meanwhile(handle: int) -> None:
        sync(handle)
        if (
            not saved
            and list(path.parent.glob(".taskxl-*.tmp"))
            and list(path.parent.glob("*改过1*"))
        ):
            path.write_bytes(path.read_bytes() + b"more")
            saved.append(path.read_bytes())

    monkeypatch.setattr(os, "fsync", save_meanwhile)
    run(workspace, "ledger")
    assert saved
    assert path.read_bytes() == saved[0]
    assert "刚刚又被保存过" in capsys.readouterr().err
