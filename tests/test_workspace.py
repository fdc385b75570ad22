"""The workspace: where things lie, and files that are written whole or not at all."""

import errno
import os
import stat
from pathlib import Path

import pytest

from taskxl.errors import TaskxlError
from taskxl.model import Period
from taskxl.workspace import files
from taskxl.workspace.files import make_folder, write_whole
from taskxl.workspace.folder import Workspace, find_workspace, list_returns

APRIL = Period(2026, 4)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with a master list in it."""
    (tmp_path / "主清单.xlsx").write_bytes(b"list")
    return tmp_path


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---------------------------------------------------------------- where things lie


def test_everything_of_a_month_has_its_place(root: Path) -> None:
    ours = Workspace(root)
    paths = [
        ours.master_path,
        ours.ledger_path,
        ours.form_path("基教股", APRIL),
        ours.letters_folder(APRIL),
        ours.returns_folder(APRIL),
        ours.summary_path(APRIL),
    ]
    assert [path.relative_to(root).as_posix() for path in paths] == [
        "主清单.xlsx",
        "台账.db",
        "2026年04月/下发/附件2-基教股-2026年4月.xlsx",
        "2026年04月/下发/邮件",
        "2026年04月/回收",
        "2026年04月/汇总/2026年1-4月汇总.xlsx",
    ]


def test_a_workspace_is_found_from_any_folder_inside(root: Path) -> None:
    inside = root / "2026年04月" / "回收"
    inside.mkdir(parents=True)
    assert find_workspace(inside).root == root
    assert find_workspace(root).root == root
    assert find_workspace(root, exact=True).root == root
    with pytest.raises(TaskxlError, match=r"里没有 主清单\.xlsx"):
        find_workspace(inside, exact=True)


def test_a_month_is_there_once_it_is_prepared(root: Path) -> None:
    ours = Workspace(root)
    assert not ours.has_month(APRIL)
    assert ours.prepare_month(APRIL) == ours.returns_folder(APRIL)
    ours.prepare_month(APRIL)
    assert ours.has_month(APRIL)
    assert files_in(root / "2026年04月") == sorted(["下发", "回收", "汇总"])
    (root / "2026年04月" / "回收" / "甲.xlsx").write_bytes(b"")
    assert ours.list_returns(APRIL) == ["甲.xlsx"]
    assert ours.read_master_bytes() == b"list"


def test_no_workspace_is_one_line_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(TaskxlError, match=r"都没有 主清单\.xlsx.*taskxl init") as missing:
        find_workspace(tmp_path)
    assert "\n" not in str(missing.value)
    with pytest.raises(TaskxlError, match="不存在"):
        find_workspace(tmp_path / "没有")


def test_the_own_copy_of_a_template_comes_first(root: Path) -> None:
    (root / "模板").mkdir()
    (root / "模板" / "附件2.xlsx").write_bytes(b"own drawing")
    assert Workspace(root).template("附件2.xlsx") == b"own drawing"


def test_a_template_that_cannot_be_read_is_one_line(root: Path) -> None:
    (root / "模板" / "附件2.xlsx").mkdir(parents=True)
    with pytest.raises(TaskxlError, match="读不了：这是一个文件夹"):
        Workspace(root).template("附件2.xlsx")


@pytest.mark.parametrize(
    "office",
    ["../../etc", "基教股/幼教组", "C:\\temp", "CON", "股" * 300, "", "a\u202eb", " 基教股"],
)
def test_a_form_never_leaves_its_folder(root: Path, office: str) -> None:
    path = Workspace(root).form_path(office, APRIL)
    assert path.parent == root / "2026年04月" / "下发"
    assert path.resolve().parent == path.parent.resolve()
    assert len(path.name.encode()) <= 240
    make_folder(path.parent)
    assert write_whole(path, b"form")


def test_two_offices_never_share_a_path(root: Path) -> None:
    offices = ["基教/幼教", "基教:幼教", "基教_幼教", "股" * 50, "股" * 51]
    paths = {Workspace(root).form_path(office, APRIL) for office in offices}
    assert len(paths) == len(offices)


# ---------------------------------------------------------------- whole or not at all


def test_a_file_is_written_once_and_then_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "汇总.xlsx"
    assert write_whole(path, b"one") is True
    before = path.stat()
    assert write_whole(path, b"one") is False
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert write_whole(path, b"two") is True
    assert path.read_bytes() == b"two"
    assert files_in(tmp_path) == ["汇总.xlsx"]


def test_a_new_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    path = tmp_path / "汇总.xlsx"
    write_whole(path, b"one")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    path.chmod(0o640)
    write_whole(path, b"two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize("owner", ["~$汇总.xlsx", ".~lock.汇总.xlsx#"])
def test_a_file_open_in_an_office_program_is_not_written(tmp_path: Path, owner: str) -> None:
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(b"one")
    (tmp_path / owner).write_bytes(b"someone")
    assert write_whole(path, b"one") is False, "the same bytes need no writing"
    with pytest.raises(TaskxlError, match="正被 Excel 或 WPS 占用，没有写入。请关闭后再运行。"):
        write_whole(path, b"two")
    assert path.read_bytes() == b"one"
    assert files_in(tmp_path) == sorted(["汇总.xlsx", owner])


def test_word_shortens_the_name_of_its_owner_file(tmp_path: Path) -> None:
    path = tmp_path / "2026年1-4月通报.docx"
    path.write_bytes(b"one")
    (tmp_path / "~$26年1-4月通报.docx").write_bytes(b"someone")
    with pytest.raises(TaskxlError, match="占用"):
        write_whole(path, b"two")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "磁盘已满"),
        (errno.EROFS, "磁盘是只读的"),
        (errno.EIO, "磁盘读写出错"),
        (errno.EBUSY, "错误号"),
    ],
)
def test_a_failure_on_the_way_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(b"one")

    def fail(handle: int) -> None:
        raise OSError(number, "No words from a library")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(TaskxlError, match=words) as failed:
        write_whole(path, b"two")
    assert "library" not in str(failed.value)
    assert path.read_bytes() == b"one"
    assert files_in(tmp_path) == ["汇总.xlsx"]


def test_a_target_that_windows_keeps_locked_reads_as_occupied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(b"one")

    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(errno.EACCES, "Access is denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(TaskxlError, match="占用"):
        write_whole(path, b"two")
    assert path.read_bytes() == b"one"
    assert files_in(tmp_path) == ["汇总.xlsx"]


def test_an_interruption_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "汇总.xlsx", b"two")
    assert files_in(tmp_path) == []


def test_what_a_killed_run_left_does_not_stop_the_next(tmp_path: Path) -> None:
    (tmp_path / f".taskxl-{os.getpid()}.tmp").write_bytes(b"half")
    assert write_whole(tmp_path / "汇总.xlsx", b"one") is True
    assert files_in(tmp_path) == ["汇总.xlsx"]


def test_a_missing_folder_and_a_folder_in_the_way_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(TaskxlError, match="没有写入：文件或所在的文件夹不存在"):
        write_whole(tmp_path / "没有" / "汇总.xlsx", b"one")
    (tmp_path / "汇总.xlsx").mkdir()
    with pytest.raises(TaskxlError, match="是一个文件夹，没有写入"):
        write_whole(tmp_path / "汇总.xlsx", b"one")
    (tmp_path / "文件").write_bytes(b"")
    with pytest.raises(TaskxlError, match="建不了"):
        make_folder(tmp_path / "文件" / "夹")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_folder_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(TaskxlError, match="没有权限"):
            write_whole(tmp_path / "汇总.xlsx", b"one")
    finally:
        tmp_path.chmod(0o700)


# ---------------------------------------------------------------- what came back


def test_returns_are_listed_from_any_depth_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ["乙.xlsx", "甲.xlsx", "邮件/丙/丁.xlsx", ".隐藏.xlsx", "~$甲.xlsx", "A b\n.xls"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    assert list_returns(tmp_path) == sorted(
        ["乙.xlsx", "甲.xlsx", "邮件/丙/丁.xlsx", ".隐藏.xlsx", "~$甲.xlsx", "A b\n.xls"]
    )


def test_a_linked_folder_is_listed_but_not_entered(tmp_path: Path) -> None:
    outside = tmp_path / "外面"
    outside.mkdir()
    (outside / "秘密.xlsx").write_bytes(b"")
    returns = tmp_path / "回收"
    returns.mkdir()
    (returns / "链接").symlink_to(outside, target_is_directory=True)
    (returns / "断链").symlink_to(tmp_path / "没有")
    (returns / "循环").symlink_to(returns, target_is_directory=True)
    assert list_returns(returns) == ["循环", "断链", "链接"]


def test_odd_names_and_special_files_are_listed(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff\xfe.xlsx")).write_bytes(b"")
    os.mkfifo(tmp_path / "管道")
    assert len(list_returns(tmp_path)) == 2


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert list_returns(tmp_path / "没有") == []
