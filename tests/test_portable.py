"""taskxl unpacked from its zip: all that it writes lies in its folder, wherever that turns up.

Here the folder is laid out as the zip lays it out and run by this computer's Python; `tests/wine`
runs the zip itself.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taskxl import portable
from taskxl.page import remembering
from taskxl.page.remembering import State, find_state, recall_workspaces, remember_workspace
from taskxl.workspace.folder import MASTER, Workspace
from tests import write_watch
from tests.month_of_clerks import APRIL, make_workspace
from tests.page_support import Browser
from tests.support import make_once
from tests.test_page_killed import Page, make_upload

ROOT = Path(__file__).resolve().parent.parent
made, workspace = make_once(make_workspace, "地")


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder on a stick, but for Python and the libraries; programs run from there."""
    folder = tmp_path / "U 盘" / "taskxl-9.9"
    library = folder / "lib"
    library.mkdir(parents=True)
    (library / "taskxl").symlink_to(ROOT / "taskxl")
    (library / portable.MARK).touch()
    shutil.copyfile(write_watch.__file__, library / "sitecustomize.py")
    (tmp_path / "home").mkdir()
    for name, value in {
        "PYTHONPATH": str(library),
        "PYTHONSAFEPATH": "1",
        "HOME": str(tmp_path / "home"),
        "TASKXL_TEST_WRITES": str(tmp_path / "writes"),
    }.items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def unpacked(stick: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, for this very process."""
    monkeypatch.setattr(remembering, "unpacked_folder", lambda: stick)
    monkeypatch.setenv("XDG_STATE_HOME", str(stick.parent.parent / "home" / "state"))
    return stick


def written_outside(tmp_path: Path, *inside: Path) -> set[str]:
    """Return what was written, but for what lies in the folders named."""
    paths = (tmp_path / "writes").read_text(encoding="utf-8").splitlines()
    known = (*inside, Path(os.devnull), tmp_path / "writes")
    return {one for one in paths if not any(Path(one).is_relative_to(place) for place in known)}


def test_commands_write_nothing_outside_the_folder(
    stick: Path, workspace: Workspace, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "taskxl", "-C", workspace.root, "merge", "4"]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    code = "import tempfile; from taskxl.start import keep_temporary_inside as keep; keep(); "
    command = [sys.executable, "-c", code + "open(tempfile.mkstemp()[1], 'w')"]
    subprocess.run(command, check=True, cwd=tmp_path)
    assert not written_outside(tmp_path, stick, workspace.root)
    seen = {Path(one).name for one in written_outside(tmp_path, stick)}
    assert {"台账.db", workspace.summary_path(APRIL).name} <= seen, "the watch sees"
    assert not [*(tmp_path / "home").iterdir()]


def test_the_page_writes_nothing_outside_the_folder(
    stick: Path, workspace: Workspace, tmp_path: Path
) -> None:
    """With files large enough to be laid aside while they come, and a list that is looked at."""
    page = Page(workspace, tmp_path / "state")
    base = f"/{page.home.split('/')[1]}"
    try:
        large = {"大.xlsx": os.urandom(3_000_000)}
        assert page.drop(large)[0] == 303
        body, kind = make_upload(page.csrf, {"清单.xlsx": b"x"})
        assert page.ask("POST", f"{base}/new/drop", body, Content_Type=kind)[0] == 303
        body, kind = make_upload(page.csrf, large)
        assert page.ask("POST", f"{page.month}try/drop", body, Content_Type=kind)[0] == 200
        assert {path.name for path in stick.rglob("page.json")}
    finally:
        page.end(signal.SIGTERM)
    assert not written_outside(tmp_path, stick, workspace.root)
    assert not (tmp_path / "state").exists()
    kept = [path for path in (stick / portable.KEPT).rglob("*") if path.is_file()]
    assert [path.name for path in kept] == ["workspaces.json"]


# ---------------------------------------------------------------- the workspaces last opened


def make_empty(root: Path) -> Path:
    root.mkdir(parents=True)
    (root / MASTER).touch()
    return root


def test_a_stick_finds_its_workspaces_under_another_letter(unpacked: Path, tmp_path: Path) -> None:
    beside = make_empty(unpacked.parent / "2026年 重点工作")
    at_home = make_empty(tmp_path / "电脑" / "2025年重点工作")
    for one in (at_home, beside):
        remember_workspace(find_state(), one)
    assert recall_workspaces(find_state()) == [beside, at_home]

    other = tmp_path / "另一台" / "电脑" / "U 盘"
    other.parent.mkdir(parents=True)
    unpacked.parent.rename(other)
    state = find_state_at(other / "taskxl-9.9")
    assert recall_workspaces(state) == [other / "2026年 重点工作", at_home]
    remember_workspace(state, other / "2026年 重点工作")
    assert recall_workspaces(state) == [other / "2026年 重点工作", at_home], "each once"


def find_state_at(folder: Path) -> State:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remembering, "unpacked_folder", lambda: folder)
        return find_state()


def test_what_lies_on_another_drive_is_found_from_there(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "_is_same_drive", lambda one, other: False)
    root = make_empty(tmp_path / "另一个盘" / "2026年重点工作")
    state = find_state()
    remember_workspace(state, root)
    assert "near" not in state.recent.read_text(encoding="utf-8")
    assert recall_workspaces(state) == [root]


def test_a_folder_copied_elsewhere_still_finds_what_stayed(unpacked: Path, tmp_path: Path) -> None:
    root = make_empty(unpacked.parent / "2026年重点工作")
    remember_workspace(find_state(), root)
    copy = tmp_path / "a" / "b" / "c" / "taskxl"
    shutil.copytree(unpacked, copy, symlinks=True)
    assert recall_workspaces(find_state_at(copy)) == [root]


@pytest.mark.parametrize(
    "told", ['[{"near": 1, "path": "/x"}]', '[{"path": 2}, 3, null, "/x"]', '["/x", "/x"]']
)
def test_a_list_that_was_meddled_with_is_read_as_far_as_it_goes(unpacked: Path, told: str) -> None:
    state = find_state()
    state.recent.write_text(told, encoding="utf-8")
    assert recall_workspaces(state) == [Path("/x")]


def test_a_folder_that_cannot_be_written_gives_way_and_says_so(
    unpacked: Path, tmp_path: Path, workspace: Workspace
) -> None:
    (unpacked / portable.KEPT).write_text("", encoding="utf-8")  # as if nothing could be made
    state = find_state()
    own = tmp_path / "home" / "state" / "taskxl"
    assert (state.folder, state.recent.parent) == (own, own)
    assert state.note == (f"taskxl 所在的文件夹不能写入，最近打开过哪些工作区，这次记在“{own}”里。")
    browser = Browser(tmp_path / "state", workspace)
    start = f"{browser.door.base}/"
    assert "不能写入" not in browser.get(start).text
    browser.house.state = state
    assert state.note in browser.get(start).text


def test_what_a_killed_run_left_is_cleared_away_and_nothing_else(unpacked: Path) -> None:
    folder = find_state().folder
    old, going, own = folder / "taskxl-old", folder / "taskxl-going", folder / "别的"
    for one in (old, going, own):
        (one / "profile").mkdir(parents=True)
    for one in (old, own):
        os.utime(one, (1_600_000_000, 1_600_000_000))
    find_state()
    assert {one.name for one in folder.iterdir()} == {"taskxl-going", "别的"}


def test_each_computer_and_user_has_a_place_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    places = set()
    for computer, user in (("A", "一"), ("A", "二"), ("B", "一")):
        monkeypatch.setenv("COMPUTERNAME", computer)
        monkeypatch.setenv("USERNAME", user)
        places.add(portable.own_place(Path("x")))
    assert len(places) == 3


@pytest.mark.parametrize(
    ("folder", "proposed"),
    [
        ("盘/taskxl-1.0.0", "盘"),
        # As Windows unpacks: into a folder named as the zip is; who deletes that deletes both.
        ("盘/taskxl-1.0.0-windows/taskxl-1.0.0", "盘"),
        ("盘/软件/Taskxl", "盘/软件"),
    ],
)
def test_a_new_workspace_is_proposed_beside_the_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str, proposed: str
) -> None:
    monkeypatch.setattr(portable, "unpacked_folder", lambda: tmp_path / folder)
    assert portable.folder_for_workspaces() == tmp_path / proposed


def test_installed_it_keeps_in_the_user_s_own_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.delenv("TMPDIR", raising=False)
    assert portable.unpacked_folder() is None
    assert find_state() == State.of(tmp_path / "taskxl")
    portable.keep_temporary_inside()
    assert "TMPDIR" not in os.environ
    assert portable.folder_for_workspaces() == Path.home()
