"""Task lists that were dropped and are yet to be decided on; gone when the page ends."""

import secrets
import shutil
import weakref
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from starlette.datastructures import FormData, UploadFile

from taskxl.desk.list_views import ListView
from taskxl.errors import TaskxlError
from taskxl.intake.refusals import MB, Limits
from taskxl.mail.names import mark_copy, name_saved
from taskxl.master.reading.hints import Hints
from taskxl.text import show
from taskxl.workspace.files import make_folder, write_whole

MOST = 20
"""Files of one draft, and drafts of one server."""
_PREFIX = "lists-"
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
        for left in state.glob(f"{_PREFIX}*"):  # of a server that was killed
            shutil.rmtree(left, ignore_errors=True)
        self._root = Path(mkdtemp(prefix=_PREFIX, dir=state))
        weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)

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
        if draft is None:
            raise TaskxlError("这份清单已经不在了。请再拖入一次。")
        return draft
