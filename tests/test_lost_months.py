"""A month's folder that was renamed, moved or copied: named, and nobody is told to issue anew."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from taskxl import cli
from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import merge_returns
from taskxl.model import Period
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import send

NOW = datetime(2021, 5, 26, 9, 0)
MAY = Period(2021, 5)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """April merged, May issued."""
    workspace = make_workspace(tmp_path_factory.mktemp("lost"))
    send(workspace, "办公室")
    merge_returns(workspace, APRIL, now=NOW)
    issue_forms(workspace, MAY, now=NOW)
    return workspace


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    """A copy of its own, May's folder in its place."""
    shutil.copytree(made.root, tmp_path / "工作区")
    return Workspace(tmp_path / "工作区")


def run(workspace: Workspace, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        cli.main(["-C", str(workspace.root), *words])
    shown = capsys.readouterr()
    return int(left.value.code or 0), shown.out + shown.err


@pytest.mark.parametrize(
    "name",
    [
        "2021年5月",
        "2021-05",
        "2021年05月 - 副本",
        "202105",
        "5月",
        "五月",
        "2021年五月（旧）",
        "２０２１年５月",
        "2021年04月/2021年05月",
    ],
)
@pytest.mark.parametrize("with_ledger", [True, False])
def test_a_renamed_folder_is_named_and_nothing_is_issued_anew(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], name: str, with_ledger: bool
) -> None:
    """Without `--month`, too: the month that was issued last is still May."""
    workspace.month_folder(MAY).rename(workspace.root / name)
    if not with_ledger:
        workspace.ledger_path.unlink()
    deeds = (("merge",), ("status",), ("merge", "--month", "5"), ("issue", "--month", "5"))
    for words in deeds:
        code, said = run(workspace, capsys, *words)
        assert code == 2
        assert f"没有文件夹“2021年05月”，但有“{name}”" in said
        assert "改名为“2021年05月”" in said
        assert "taskxl issue" not in said
    assert not workspace.month_folder(MAY).exists()


def test_a_folder_that_is_gone_is_to_be_fetched_back(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The ledger knows that May was issued."""
    shutil.rmtree(workspace.month_folder(MAY))
    code, said = run(workspace, capsys, "merge")
    assert code == 2
    assert "请从备份或回收站里找回它" in said
    assert "不要重新下发" in said
    assert "taskxl issue" not in said


def test_a_month_that_never_was_is_to_be_issued(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "taskxl issue --month 7" in run(workspace, capsys, "merge", "--month", "7")[1]


def test_a_copy_beside_the_folder_is_said_to_be_left_unread(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(workspace.month_folder(MAY), workspace.root / "2021年5月")
    for command in ("merge", "status", "issue"):
        code, said = run(workspace, capsys, command, "--month", "5")
        assert code == 0
        assert "除了“2021年05月”，还有“2021年5月”，不会去读。" in said


def test_an_earlier_month_that_was_renamed_is_said(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.month_folder(APRIL).rename(workspace.root / "2021年4月")
    code, said = run(workspace, capsys, "merge", "--month", "5")
    assert code == 0
    assert "没有文件夹“2021年04月”，但有“2021年4月”" in said


@pytest.mark.parametrize(
    "name", ["2021年5月会议材料", "2021年15月", "2020年5月", "5", "2021年05月05日"]
)
def test_other_folders_are_no_months(workspace: Workspace, name: str) -> None:
    """A folder of papers has none of the parts of a month's; one of another month bears its name."""
    (workspace.root / name).mkdir()
    if name != "2021年5月会议材料":
        (workspace.root / name / "回收").mkdir()
    assert workspace.find_lookalikes(MAY) == []
