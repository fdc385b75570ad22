"""A return registered by hand: whose it is, when it came, and how."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from taskxl.desk.lists import load_master
from taskxl.desk.months import require_month
from taskxl.errors import TaskxlError
from taskxl.ledger import open_ledger
from taskxl.ledger.receipts import Receipt, list_registered, record_receipt
from taskxl.model import MasterList, Period
from taskxl.orders import with_instructions
from taskxl.paths import reach
from taskxl.roster import Roster, divide_tasks
from taskxl.text import show
from taskxl.workspace.files import read_whole, write_whole
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


@dataclass(frozen=True, slots=True)
class Registered:
    """A file of 回收/ as registered; `copied` is False where it lay there already."""

    path: Path
    receipt: Receipt
    copied: bool


def register_return(
    workspace: Workspace,
    period: Period,
    file: Path,
    now: datetime,
    *,
    is_there: bool = False,
    office: str | None = None,
    at: datetime | None = None,
    note: str = "",
) -> Registered:
    """Copy a file into 回收/ of a period and record whose it is, when it came and how (`note`).

    With `is_there` the file lies in 回收/ already, named as a path or by its name there. What is
    not said stays as it was said before; a file that is copied came `now` where `at` is not said.
    Raises TaskxlError where there is no such month, file or office, or it cannot be copied.
    """
    require_month(workspace, period)
    folder = workspace.returns_folder(period)
    master, _ = load_master(workspace)
    name = _choose_office(master, period, office) if office else ""
    with hold_workspace(workspace, "receive"), open_ledger(workspace.ledger_path) as ledger:
        path = _find_return(folder, file) if is_there else file
        content = read_whole(path)
        copied = False
        if not is_there:
            path = _choose_place(folder, file.name, content)
            copied = write_whole(path, content)
        key = (path.relative_to(folder).as_posix(), sha256(content).hexdigest())
        before = list_registered(ledger, period).get(key, Receipt(*key))
        came = at or before.received_at or (now if copied else None)
        receipt = Receipt(*key, name or before.office, came, note or before.note)
        record_receipt(ledger, period, receipt, now)
    return Registered(path, receipt, copied)


def _choose_office(master: MasterList, period: Period, office: str) -> str:
    offices = tuple(divide_tasks(with_instructions(master, period, period.first_day), period))
    return Roster(master.offices).choose(office, offices, f"要报送的{master.settings.office_word}")


def _find_return(folder: Path, file: Path) -> Path:
    """Return a file of 回收/ that is named by its path, or as it is called there."""
    for path in (reach(file.absolute()), folder.absolute() / file):
        if path.is_file() and path.resolve().is_relative_to(folder.resolve()):
            return folder / path.resolve().relative_to(folder.resolve())
    raise TaskxlError(
        f"“{show(folder)}”里没有“{show(file)}”。请核对名字；还不在回收文件夹里的，请去掉 --of。"
    )


def _choose_place(folder: Path, name: str, content: bytes) -> Path:
    """Return where a file goes: beside what bears its name, unless that is the very same."""
    wanted = folder / name
    names = (wanted if n == 1 else wanted.with_stem(f"{wanted.stem}（{n}）") for n in count(1))
    return next(one for one in names if not one.exists() or read_whole(one) == content)
