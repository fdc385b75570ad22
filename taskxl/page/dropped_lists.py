"""Task lists that were dropped and are yet to be decided on; gone when the page ends."""

import contextlib
import secrets
import shutil
import weakref
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import IO

from starlette.datastructures import FormData, UploadFile

from taskxl.desk.list_views import ListView
from taskxl.errors import TaskxlError
from taskxl.intake.refusals import MB, Limits
from taskxl.mail.names import mark_copy, name_saved
from taskxl.master.reading.hints import Hints
from taskxl.text import show
from taskxl.workspace.files import make_folder, write_whole
from taskxl.workspace.lock import claim

MOST = 20
"""Files of one draft, and drafts of one server."""
_PREFIX, _CLAIM = "lists-", "in-use"
_FILE_BYTES = Limits().file_bytes


@dataclass(slots=True)
class Draft:
    """Dropped lists in a folder of their own; `views` are what was read of them by the hints."""

    folder: Path
    paths: tuple[Path, ...]
    views: dict[Hints, ListView] = field(default_factory=dict)


class Drafts:
    """The drafts of a server, by names that nobody guesses; they lie in the user's own `state`."""

    def __init__(self, state: Path) -> None:
        self._drafts: dict[str, Draft] = {}
        for left in state.glob(f"{_PREFIX}*"):
            _clear(left)
        self._root = Path(mkdtemp(prefix=_PREFIX, dir=state))
        weakref.finalize(self, _remove, self._root, claim(self._root / _CLAIM))

    def add(self, form: FormData) -> str:
        """Keep the files of a form; return the draft's name.

        Raises TaskxlError where there are none, too many, or one is too large.
        """
        files = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
        files = [one for one in files if one.filename]
        if not 1 <= len(files) <= MOST:
            raise TaskxlError(f"请选择任务清单，一份到 {MOST} 份。")
        name = secrets.token_urlsafe(12)
        folder = self._root / name
        make_folder(folder)
        paths = []
        for one in files:
            content = one.file.read(_FILE_BYTES + 1)
            if len(content) > _FILE_BYTES:
                raise TaskxlError(f"{show(one.filename)}超过 {_FILE_BYTES // MB} MB，没有收。")
            last = (one.filename or "").replace("\\", "/").rpartition("/")[2] or "清单"
            wanted = name_saved(PurePosixPath(last if last.strip(" .") else "清单"))
            places = (folder / mark_copy(wanted, number) for number in count(1))
            path = next(place for place in places if not place.exists())
            write_whole(path, content)
            paths.append(path)
        self._drafts[name] = Draft(folder, tuple(paths))
        for old in list(self._drafts)[:-MOST]:
            shutil.rmtree(self._drafts.pop(old).folder, ignore_errors=True)
        return name

    def find(self, name: str) -> Draft:
        """Return a draft by its name. Raises TaskxlError where it is not there any more."""
        draft = self._drafts.get(name)
        if draft is None or not draft.folder.is_dir():
            raise TaskxlError("这份清单已经不在了。请再拖入一次。")
        return draft


def _clear(left: Path) -> None:
    """Remove what a killed server left; what one has that lives, be it asleep, is its own."""
    with contextlib.suppress(OSError):
        claimed = claim(left / _CLAIM)
        if claimed is not None:
            _remove(left, claimed)


def _remove(folder: Path, claimed: IO[bytes] | None) -> None:
    if claimed is not None:
        claimed.close()  # Windows takes away no open file
    shutil.rmtree(folder, ignore_errors=True)
