"""What the page remembers, and where: with the user, or in the folder unpacked from the zip."""

import contextlib
import json
import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from taskxl.paths import reach, unmark
from taskxl.portable import own_place, unpacked_folder
from taskxl.text import show
from taskxl.workspace.files import make_folder
from taskxl.workspace.folder import MASTER

RECENT = "workspaces.json"
_KEPT = 12
_LEFT = 3600.0
"""Seconds after which a temporary folder is what a killed run has left; none takes as long."""


@dataclass(frozen=True, slots=True)
class State:
    """`folder` holds what a running page needs, `recent` names the workspaces last opened.

    Where the program may be found under another drive letter next time, they are told from `base`,
    its own folder. `note` is said to the person.
    """

    folder: Path
    recent: Path
    base: Path | None = None
    note: str = ""

    @classmethod
    def of(cls, folder: Path) -> "State":
        """Return the state that lies in one folder."""
        return cls(folder, folder / RECENT)


def find_state() -> State:
    """Return where the page remembers, made where it is absent."""
    unpacked = unpacked_folder()
    if unpacked is None:
        return State.of(make_user_folder())
    place = reach(own_place(unpacked))
    if _make_ready(place):
        return State(place, place.parent / RECENT, unpacked)
    own = make_user_folder()
    note = f"taskxl 所在的文件夹不能写入，最近打开过哪些工作区，这次记在“{show(own)}”里。"
    return State(own, own / RECENT, note=note)


def make_user_folder() -> Path:
    """Return the user's own folder for what a program remembers, made where it is absent."""
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_STATE_HOME") or home / ".local" / "state")
    folder = base / "taskxl"
    make_folder(folder)
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    return folder


def _make_ready(place: Path) -> bool:
    """Make a folder and tell whether it can be written; clear away what killed runs left there."""
    tried = place / f"tried-{secrets.token_hex(4)}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        tried.write_bytes(b"")
        # The time is the drive's own: nobody else's clock need agree with it.
        now = tried.stat().st_mtime
        tried.unlink()
    except OSError:
        return False
    for left in [*place.glob("taskxl-*"), *place.glob("tmp*")]:
        with contextlib.suppress(OSError):
            if now - left.stat().st_mtime > _LEFT:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    return True


# ---------------------------------------------------------------- the workspaces last used


def recall_workspaces(state: State) -> list[Path]:
    """Return the workspaces that this person last opened, the latest first."""
    try:
        told = json.loads(state.recent.read_text(encoding="utf-8"))
        known = told if isinstance(told, list) else []
        found = [_find(state, one) for one in known[:_KEPT]]
    except (OSError, ValueError, TypeError):
        return []
    return list(dict.fromkeys(one for one in found if one is not None))


def remember_workspace(state: State, root: Path) -> None:
    """Put a workspace first among those last opened."""
    root = Path(unmark(str(root)))
    known = [one for one in recall_workspaces(state) if one != root]
    told = [_tell(state, one) for one in (root, *known)][:_KEPT]
    path = state.recent
    fresh = path.with_name(f"workspaces-{secrets.token_hex(4)}.tmp")
    with contextlib.suppress(OSError):
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False)
        fresh.replace(path)


def _tell(state: State, root: Path) -> str | dict[str, str]:
    """Return what is written of a workspace: on the drive of `base` also the way from there."""
    base = _whole(state.base) if state.base else None
    if base is None or not _is_same_drive(base, root):
        return str(root)
    near = os.path.relpath(root, base).replace(os.sep, "/")
    return {"near": near, "path": str(root)}


def _find(state: State, told: object) -> Path | None:
    if isinstance(told, str):
        return Path(told)
    if not isinstance(told, dict) or not isinstance(told.get("path"), str):
        return None
    path, near = Path(told["path"]), told.get("near")
    if state.base is None or not isinstance(near, str):
        return path
    beside = Path(os.path.normpath(_whole(state.base) / near))
    return beside if path == beside or _is_workspace(beside) else path


def _is_workspace(root: Path) -> bool:
    try:
        return (reach(root) / MASTER).is_file()
    except OSError:
        return False


def _whole(base: Path) -> Path:
    return Path(unmark(str(reach(base).resolve())))


def _is_same_drive(one: Path, other: Path) -> bool:
    if os.name == "nt":
        return one.drive.casefold() == other.drive.casefold()
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False
