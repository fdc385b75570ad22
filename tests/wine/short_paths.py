"""Stand-in for what Wine lacks: Windows refuses a path of 260 characters that bears no mark.

Laid into the zip's libraries as sitecustomize.py, so every Python of the zip runs it first. Folders
are refused from 248 on, as there.
"""

import errno
import os
import sys
from collections.abc import Callable

_PATHS = {
    "open": (0,),
    "os.listdir": (0,),
    "os.scandir": (0,),
    "os.mkdir": (0,),
    "os.rename": (0, 1),
    "os.remove": (0,),
    "os.rmdir": (0,),
    "os.chmod": (0,),
    "os.utime": (0,),
    "shutil.copyfile": (0, 1),
    "sqlite3.connect": (0,),
}
"""Audit events of Python, and which of their arguments are paths."""


def refuse(path: object, event: str) -> None:
    """Raise what Windows raises for a path that is too long and unmarked."""
    if not isinstance(path, (str, os.PathLike)):
        return
    text = os.fspath(path)
    if event == "sqlite3.connect" and isinstance(text, str) and text.startswith("file:%5C%5C%3F"):
        return
    whole = os.path.join(os.getcwd(), text)  # noqa: PTH109, PTH118 — as it is asked for
    if len(whole) >= (248 if event == "os.mkdir" else 260) and not whole.startswith("\\\\?\\"):
        raise FileNotFoundError(errno.ENOENT, "too long for Windows", text)


def watch(event: str, arguments: tuple[object, ...]) -> None:
    for at in _PATHS.get(event, ()):
        refuse(arguments[at], event)


def watched(name: str, function: "Callable[..., object]") -> "Callable[..., object]":
    def asking(path: object, *rest: object, **named: object) -> object:
        refuse(path, name)
        return function(path, *rest, **named)

    return asking


if sys.platform == "win32":
    sys.addaudithook(watch)
    for _name in ("stat", "lstat"):
        setattr(os, _name, watched(_name, getattr(os, _name)))
