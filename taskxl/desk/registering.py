"""A return registered by hand: whose it is, when it came, and how."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from taskxl.desk.deciding import mark_seen, require_seen
from taskxl.desk.into_returns import write_return
from taskxl.desk.lists import load_master
from taskxl.desk.months import require_month
from taskxl.errors import TaskxlError
from taskxl.ledger import open_ledger
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.receipts import Receipt, list_registered, record_receipt
from taskxl.model import MasterList, Period
from taskxl.orders import with_instructions
from taskxl.paths import reach
from taskxl.roster import Roster, divide_tasks
from taskxl.text import show
from taskxl.workspace.files import read_whole
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
    seen: str | None = None,
) -> Registered:
    """Copy a file into 回收/ of a period and record whose it is, when it came and how (`note`).

    With `is_there` the file lies in 回收/ already, named as a path or by its name there. What is
    not said stays as it was said before; a file that is copied came `now` where `at` is not said.
    `seen` is the mark of the file and its registration as a person saw them.
    Raises TaskxlError where there is no such month, file or office, it cannot be copied, or is not
    any more what was seen.
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
            copied = write_return(folder, path, content)
        key = (path.relative_to(folder).as_posix(), sha256(content).hexdigest())
        known = list_registered(ledger, period)
        before = known.get(key, Receipt(*key))
        came = at or before.received_at or (now if copied else None)
        receipt = Receipt(*key, name or before.office, came, note or before.note)
        if receipt != before:
            require_seen(seen, _explain_other(before), *_state(folder, key[0], known.values()))
        record_receipt(ledger, period, receipt, now)
    return Registered(path, receipt, copied)


@dataclass(frozen=True, slots=True)
class Registrable:
    """A file of 回收/ that can be registered: what was registered of it already, in words.

    `seen` is the mark of that and of the file as it lies there.
    """

    name: str
    told: str
    seen: str


def list_registrable(workspace: Workspace, period: Period) -> tuple[Registrable, ...]:
    """Return the files of a period's 回收/ with what was registered of them."""
    folder = workspace.returns_folder(period)
    with look_into_ledger(workspace) as ledger:
        known = tuple(list_registered(ledger, period).values()) if ledger else ()
    return tuple(
        Registrable(
            name,
            "；".join(_tell(one) for one in known if one.name == name),
            mark_seen(*_state(folder, name, known)),
        )
        for name in workspace.list_returns(period)
    )


def _state(folder: Path, name: str, known: Iterable[Receipt]) -> tuple[object, ...]:
    try:
        found = (folder / name).lstat()
    except OSError:
        return ()
    there = (found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return (there, *(one for one in known if one.name == name))


def _tell(receipt: Receipt) -> str:
    at = receipt.received_at
    came = f"{at.month}月{at.day}日 {at:%H:%M} 收到" if at else ""
    return "，".join(filter(None, (receipt.office, came, show(receipt.note, 40))))


def _explain_other(before: Receipt) -> str:
    if not _tell(before):
        return f"“{show(before.name)}”刚才换成了别的内容，没有登记。请看过再登记。"
    return (
        f"“{show(before.name)}”刚才已经登记过（{_tell(before)}），没有照这里的登记。"
        "要改，请再点一次“登记”。"
    )


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
