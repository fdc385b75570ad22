"""What the ledger keeps comes back: a month as it stood at any merge, every original ever received."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from taskxl.desk import archive
from taskxl.desk.merging import merge_returns
from taskxl.errors import TaskxlError
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, make_workspace

CAME = datetime(2021, 4, 20, 9, 0).timestamp()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, list[bytes]]:
    """April merged three times: one return, one more, the first one replaced under its name."""
    workspace = make_workspace(tmp_path_factory.mktemp("archive"))
    summaries = []
    for number, (office, text) in enumerate(
        [("办公室", "已召开会议。"), ("基教股", "已印发方案。"), ("办公室", "已完成验收。")]
    ):
        form = workspace.form_path(office, APRIL)
        target = workspace.returns_folder(APRIL) / "各股室" / form.name
        fill_form(form, target, {"进展情况": text}, day=f"2021年4月{20 + number}日")
        os.utime(target, (CAME + number * 86400, CAME + number * 86400))
        report = merge_returns(workspace, APRIL, now=datetime(2021, 4, 26 + number, 9, 0))
        summaries.append(report.summary.read_bytes())
    return workspace, summaries


@pytest.fixture
def workspace(made: tuple[Workspace, list[bytes]], tmp_path: Path) -> Workspace:
    shutil.copytree(made[0].root, tmp_path / "工作区")
    return Workspace(tmp_path / "工作区")


def test_every_merge_is_listed_with_when_it_was_and_what_it_found(workspace: Workspace) -> None:
    merges = archive.list_merges(workspace, APRIL)
    assert [
        (m.place, m.recorded_at and m.recorded_at.day, m.offices["missing"]) for m in merges
    ] == [
        (1, 26, 2),
        (2, 27, 1),
        (3, 28, 1),
    ]
    words = {"submitted": "已报送", "late": "迟报", "missing": "未报送", "rejected": "须重报"}
    assert archive.describe_merge(merges[0], words) == (
        "第 1 次",
        "2021-04-26 09:00",
        "已报送 1，未报送 2",
        "修订 0 处",
    )


def test_a_month_can_be_had_as_it_stood_at_each_merge(
    workspace: Workspace, made: tuple[Workspace, list[bytes]]
) -> None:
    for place, content in enumerate(made[1], 1):
        path = archive.write_past_summary(workspace, APRIL, place).path
        assert path.read_bytes() == content
        assert path.name == f"2021年1-4月汇总（第{place}次汇总时）.xlsx"
    # The present summary is untouched, and such copies are nobody's corrections.
    assert workspace.summary_path(APRIL).read_bytes() == made[1][-1]
    assert not merge_returns(workspace, APRIL).written


def test_every_original_comes_back_the_replaced_one_too(
    workspace: Workspace, tmp_path: Path
) -> None:
    present = {p.read_bytes() for p in workspace.returns_folder(APRIL).rglob("*.xlsx")}
    shutil.rmtree(workspace.returns_folder(APRIL))
    written = [one.path for one in archive.export_originals(workspace, (APRIL,), tmp_path / "原件")]
    assert len(written) == 3
    assert {path.read_bytes() for path in written} > present
    assert {path.parent for path in written} == {tmp_path / "原件" / "2021年04月" / "各股室"}
    assert sum(path.stem.startswith("附件2-办公室-2021年4月-") for path in written) == 2


@pytest.mark.parametrize("place", [".", "2021年04月/回收", "2021年04月/取回", "2021年09月", "模板"])
def test_originals_never_go_where_returns_lie(workspace: Workspace, place: str) -> None:
    before = sorted(workspace.root.rglob("*"))
    with pytest.raises(TaskxlError, match="工作区自己的文件夹"):
        archive.export_originals(workspace, (APRIL,), workspace.root / place)
    assert sorted(workspace.root.rglob("*")) == before
    assert archive.export_originals(workspace, (APRIL,), workspace.root / "原件")


def test_what_lies_in_the_folder_already_is_left_as_it_is(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "原件"
    first = archive.export_originals(workspace, (APRIL,), folder)[0].path
    (only,) = [p for p in folder.rglob("*") if "基教股" in p.name]
    only.write_bytes(b"mine")
    written = [one.path for one in archive.export_originals(workspace, (APRIL,), folder)]
    assert only.read_bytes() == b"mine"
    (again,) = [p for p in written if "基教股" in p.name]
    assert again.stem.startswith(f"{only.stem}-")
    assert first in written
    again = archive.export_originals(workspace, (APRIL,), folder)
    assert [one.path for one in again] == written


def test_a_long_name_keeps_its_kind(workspace: Workspace, tmp_path: Path) -> None:
    (form, *_) = sorted(workspace.returns_folder(APRIL).rglob("*.xlsx"))
    for tail in "甲乙":
        form.with_name(f"{'很长的文件名' * 13}{tail}.xlsx").write_bytes(
            form.read_bytes() + tail.encode()
        )
    merge_returns(workspace, APRIL)
    written = [one.path for one in archive.export_originals(workspace, (APRIL,), tmp_path / "原件")]
    assert len(set(written)) == len(written) == 5
    assert {path.suffix for path in written} == {".xlsx"}


@pytest.mark.parametrize("place", [0, 4, -1])
def test_a_merge_that_never_was_is_one_line(workspace: Workspace, place: int) -> None:
    with pytest.raises(TaskxlError, match="只汇总过 3 次"):
        archive.write_past_summary(workspace, APRIL, place)


def test_a_workspace_without_a_ledger_has_nothing_to_bring_back(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.ledger_path.unlink()
    with pytest.raises(TaskxlError, match="台账里没有"):
        archive.list_merges(workspace, APRIL)
    with pytest.raises(TaskxlError, match="没有收到过"):
        archive.export_originals(workspace, (APRIL,), tmp_path / "原件")
    assert not (tmp_path / "原件").exists()
