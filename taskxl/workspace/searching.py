"""Workspaces found below a folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from taskxl.errors import TaskxlError
from taskxl.paths import reach
from taskxl.text import show
from taskxl.workspace.folder import LEDGER, MASTER

_DEEPEST = 4
"""So many folders below the one that was named a workspace may lie."""


def find_workspaces(root: Path) -> list[Path]:
    """Return the workspaces that a folder is or has below it, sorted by name.

    A workspace is a folder that holds 主清单.xlsx, or the ledger alone. Linked folders are not
    entered. Raises TaskxlError where there is no such folder, or none in it.
    """
    root = reach(root)
    if not root.is_dir():
        raise TaskxlError(f"没有文件夹“{show(root)}”。请核对路径。")
    found = sorted(_search(root, 0))
    if not found:
        raise TaskxlError(f"“{show(root)}”里没有找到工作区（有 {MASTER} 的文件夹）。请核对路径。")
    return found


def _search(folder: Path, depth: int) -> Iterator[Path]:
    if (folder / MASTER).is_file() or (folder / LEDGER).is_file():
        yield folder
        return
    if depth == _DEEPEST:
        return
    try:
        with os.scandir(folder) as entries:
            inner = [Path(e.path) for e in entries if e.is_dir(follow_symlinks=False)]
    except OSError:
        return
    for path in inner:
        yield from _search(path, depth + 1)
