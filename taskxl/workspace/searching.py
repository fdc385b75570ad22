"""Workspaces, and summary workbooks that bureaus mailed, found below a folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from taskxl.errors import TaskxlError
from taskxl.paths import reach
from taskxl.text import show
from taskxl.workspace.folder import LEDGER, MASTER

_DEEPEST = 4
"""So many folders below the one that was named a workspace may lie."""
_SUMMARY_KINDS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".et", ".ods", ".zip", ".rar", ".7z")
"""As what a summary comes, or lies packed: the latter is said, not opened."""


def find_workspaces(root: Path) -> list[Path]:
    """Return the workspaces that a folder is or has below it, sorted by name.

    A workspace is a folder that holds 主清单.xlsx, or the ledger alone. Linked folders are not
    entered. Raises TaskxlError where there is no such folder, or none in it.
    """
    found = find_bureaus(root)[0]
    if not found:
        raise TaskxlError(f"“{show(root)}”里没有找到工作区（有 {MASTER} 的文件夹）。请核对路径。")
    return found


def find_bureaus(root: Path) -> tuple[list[Path], list[Path]]:
    """Return the workspaces that a folder is or has below it, and the workbooks beside them.

    Both are sorted by name. What lies inside of a workspace is its own.
    Raises TaskxlError where there is no such folder.
    """
    root = reach(root)
    if not root.is_dir():
        raise TaskxlError(f"没有文件夹“{show(root)}”。请核对路径。")
    workspaces: list[Path] = []
    workbooks: list[Path] = []
    for path, is_workspace in _search(root, 0):
        (workspaces if is_workspace else workbooks).append(path)
    return sorted(workspaces), sorted(workbooks)


def _search(folder: Path, depth: int) -> Iterator[tuple[Path, bool]]:
    if (folder / MASTER).is_file() or (folder / LEDGER).is_file():
        yield folder, True
        return
    try:
        with os.scandir(folder) as entries:
            there = [*entries]
    except OSError:
        return
    for entry in there:
        if entry.is_dir(follow_symlinks=False):
            if depth < _DEEPEST:
                yield from _search(Path(entry.path), depth + 1)
        elif entry.name.lower().endswith(_SUMMARY_KINDS):
            yield Path(entry.path), False
