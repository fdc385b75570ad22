"""Paths that Windows can follow to their end: without a mark it refuses 260 characters and more."""

import os
from pathlib import Path
from urllib.parse import quote

_MARK, _SHARE = "\\\\?\\", "\\\\?\\UNC\\"


def reach(path: Path) -> Path:
    """Return the path by which the system opens what lies at `path`, however deep.

    On Windows that is the whole path with its mark, which nobody is shown (`unmark`); elsewhere
    it is `path`.
    """
    return Path(mark(os.path.abspath(path))) if os.name == "nt" else path  # noqa: PTH100


def mark(path: str) -> str:
    r"""Return a whole path of Windows with the mark that lifts the limit on its length.

    >>> mark(r"D:\年"), mark(r"\\server\share\年")
    ('\\\\?\\D:\\年', '\\\\?\\UNC\\server\\share\\年')
    >>> mark(mark(r"D:\年")) == mark(r"D:\年")
    True
    """
    if path.startswith((_MARK, "\\\\.\\")):
        return path
    return _SHARE + path[2:] if path.startswith("\\\\") else _MARK + path


def unmark(path: str) -> str:
    r"""Return a path as people write it.

    >>> [unmark(mark(path)) for path in (r"D:\年", r"\\server\share\年")]
    ['D:\\年', '\\\\server\\share\\年']
    """
    if path.startswith(_SHARE):
        return f"\\\\{path[len(_SHARE) :]}"
    return path.removeprefix(_MARK)


def database_address(path: Path, mode: str) -> str:
    """Return the address by which SQLite opens a database; `mode` is ro, rw or rwc, and more."""
    if os.name != "nt":
        return f"{path.absolute().as_uri()}?mode={mode}"
    # SQLite itself counts up to 1,040 bytes, a Chinese character three, unless told otherwise.
    return f"file:{quote(str(reach(path)), safe='')}?mode={mode}&vfs=win32-longpath"
