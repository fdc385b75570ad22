"""A list taken over: into a new workspace, or a revised one into 主清单.xlsx that is there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from taskxl.dates import Calendar
from taskxl.desk.deciding import require_seen
from taskxl.desk.lists import (
    describe_unreported,
    load_master,
    name_offices,
    place_master,
    read_lists,
)
from taskxl.desk.refusing import refuse_changes
from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.ledger import Ledger, open_ledger
from taskxl.ledger.own import LedgerRecords
from taskxl.master.book.making import make_master, write_master
from taskxl.master.book.order_rows import (
    write_order_sheets,
)
from taskxl.master.book.patching import find_held, write_ids, write_setting, write_update
from taskxl.master.book.rereading import PlacedMaster, read_placed
from taskxl.master.checks import check_settings
from taskxl.master.reading.hints import NO_HINTS, Hints, read_hints
from taskxl.master.revising.differences import Difference, compare_lists
from taskxl.master.revising.updating import Update, find_lack, update_tasks
from taskxl.model import MasterList, Office, Settings, Task, TaskList
from taskxl.roster import Roster
from taskxl.tasks import gather_ids, give_ids
from taskxl.text import show, squeeze
from taskxl.words import ALL_OFFICES
from taskxl.workspace.files import put_aside, require_writable, write_whole
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


@dataclass(frozen=True, slots=True)
class InitReport:
    """What `init` did: `created` tells of a new 主清单.xlsx, `updated` of one that was changed.

    `differences` are the account of the document against 主清单.xlsx as it was before; `word` is
    what the bureau calls its offices; `aside` is where 主清单.xlsx was put before it was changed.
    """

    path: Path
    created: bool
    tasks: tuple[Task, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    updated: bool = False
    aside: Path | None = None
    word: str = "股室"


def init_workspace(
    root: Path,
    paths: Sequence[Path],
    this_year: int,
    now: datetime | None = None,
    hints: Hints = NO_HINTS,
) -> InitReport:
    """Make a workspace from task lists; one that is there already is only compared.

    `this_year` serves where the list names no year; `now` is when it is recorded in the ledger.
    Raises TaskxlError when the list cannot be read or the folder not be written.
    """
    workspace = Workspace(root)
    if workspace.master_path.exists():
        differences = compare_with_list(workspace, paths, hints)
        master, _ = load_master(workspace)
        return InitReport(workspace.master_path, False, master.tasks, (), (), differences)
    task_list, findings = read_lists(paths, hints=hints)
    notes = []
    if task_list.year is None:
        task_list, findings = read_lists(paths, this_year, hints=hints)
        notes.append(
            f"清单里没有写年份，先按 {this_year} 年推算时限。不对的话请把年份写进标题后重来。"
        )
    workspace.create()
    with hold_workspace(workspace, "init"), open_ledger(workspace.ledger_path) as ledger:
        if workspace.master_path.exists():
            raise TaskxlError(f"“{show(root)}”刚才已经建成了工作区，没有再建。")
        # A ledger without its list is of a list that was deleted: its tasks are known again.
        tasks = give_ids(task_list.tasks, gather_ids(ledger.master_lists()))
        settings = Settings(year=task_list.year or this_year, reading=hints.to_text())
        master = make_master(replace(task_list, tasks=tasks), settings)
        _record_import(ledger, task_list, master.tasks, paths, now)
        write_whole(workspace.master_path, write_master(master))
    notes += [*describe_unreported(master), *_tell_settings(master.settings)]
    told = name_offices(findings, master.settings)
    word = master.settings.office_word
    return InitReport(workspace.master_path, True, master.tasks, told, tuple(notes), word=word)


def _tell_settings(settings: Settings) -> list[str]:
    """Return in a line what was taken from the list into 设置, and in one what is missing there."""
    known = (
        ("单位名称", settings.bureau),
        ("联系人及电话", settings.contact),
        ("内设机构称谓", settings.office_word),
    )
    told = "；".join(f"{name}“{value}”" for name, value in known if value)
    missing = [str(finding.message) for finding in check_settings(settings)]
    return [f"已写入设置：{told}。", *missing]


def compare_with_list(
    workspace: Workspace, paths: Sequence[Path], hints: Hints = NO_HINTS
) -> tuple[Difference, ...]:
    """Return the differences between a revised document and 主清单.xlsx; writes nothing.

    The document is read as 设置 says lists are read (清单读法), and as `hints` say where they do.
    Raises TaskxlError when either cannot be read, or the document is of another year.
    """
    master, _ = load_master(workspace)
    task_list, _ = _read_revised(paths, master.settings, hints)
    return _compare_with_document(master, task_list)


def _compare_with_document(master: MasterList, document: TaskList) -> tuple[Difference, ...]:
    # A document tells of no closings: they are the list's own and no difference.
    mine = tuple(replace(task, closed_on=None, closing="") for task in master.tasks)
    return compare_lists(mine, document.tasks, master.offices)


def _read_revised(
    paths: Sequence[Path], settings: Settings, hints: Hints
) -> tuple[TaskList, tuple[Finding, ...]]:
    hints = hints.over(read_hints(settings.reading))
    calendar = Calendar(settings.spring_term, settings.autumn_term, settings.year_end)
    task_list, findings = read_lists(paths, None, calendar, hints)
    if task_list.year is None:
        return read_lists(paths, settings.year, calendar, hints)
    if task_list.year != settings.year:
        names = "、".join(show(path.name) for path in paths)
        raise TaskxlError(
            f"{names}：是 {task_list.year} 年的清单，这个工作区是 {settings.year} 年的。"
            "请核对文件；新的一年请另建工作区。"
        )
    return task_list, findings


_LIST_CHANGED = "主清单刚才在别处改过了，没有更新。不同之处已经重新比对，请看过再定要哪些。"


def update_workspace(
    root: Path,
    paths: Sequence[Path],
    now: datetime | None = None,
    hints: Hints = NO_HINTS,
    refused: Collection[str] = (),
    seen: str | None = None,
) -> InitReport:
    """Take a revised document over into 主清单.xlsx; what a person edited there is never lost.

    Of `refused` tasks, by their ids or, where the document adds them, by their labels, nothing is
    taken over. `seen` is the mark of the differences on which that was decided. The document is
    read as 清单读法 of 设置 and `hints` say; what `hints` add is kept there. The workbook as it was
    goes aside before it is changed. Raises TaskxlError when something cannot be read or written,
    or other differences were seen; 主清单.xlsx is then as it was.
    """
    workspace = Workspace(root)
    path = workspace.master_path
    if not path.exists():
        raise TaskxlError(
            f"“{show(root)}”里没有 {path.name}，没有可更新的。第一次建工作区请不要写 --update。"
        )
    with hold_workspace(workspace, "init"), open_ledger(workspace.ledger_path) as ledger:
        found = workspace.read_master_bytes()
        placed = place_master(workspace, found, ledger)
        master = placed.master
        task_list, findings = _read_revised(paths, master.settings, hints)
        require_seen(seen, _LIST_CHANGED, *_compare_with_document(master, task_list))
        task_list = refuse_changes(master.tasks, task_list, refused)
        differences = _compare_with_document(master, task_list)
        update = _plan_update(ledger, placed, task_list)
        if lack := find_lack(update, task_list.tasks):
            raise TaskxlError(f"{'、'.join(show(path.name) for path in paths)}：{lack}")
        offices = _find_new_offices(master, task_list)
        content = _write_update(workspace, found, placed, update, offices)
        content, lost = _keep_hints(workspace, content, hints)
        aside = None
        if require_writable(path, content):
            LedgerRecords(ledger, now).keep(path.name, found)
            aside = put_aside(path, found, "更新前", "")
            write_whole(path, content, found)
        # Last: were it first and the workbook not written, the document's changes would look like
        # a person's own at the next run.
        _record_import(ledger, task_list, update.stated, paths, now)
    return InitReport(
        path,
        False,
        update.tasks,
        name_offices(findings, master.settings),
        (*update.notes, *lost),
        differences,
        aside is not None,
        aside,
        master.settings.office_word,
    )


def _plan_update(ledger: Ledger, placed: PlacedMaster, task_list: TaskList) -> Update:
    stated = ledger.last_import()
    # Ids that stand in the workbook and in no ledger yet are taken, too.
    known = gather_ids((*ledger.master_lists(), placed.master))
    before = stated.tasks if stated is not None else None
    return update_tasks(placed.master.tasks, task_list.tasks, before, known, find_held(placed))


def _write_update(
    workspace: Workspace,
    found: bytes,
    placed: PlacedMaster,
    update: Update,
    offices: Sequence[Office],
) -> bytes:
    """Return 主清单.xlsx as updated, read again to be sure of what it says."""
    name = workspace.master_path.name
    try:
        content = write_ids(found, placed)
        if content != found:
            placed = read_placed(content, name)
        content = write_update(content, placed, update.tasks, offices)
        content = write_order_sheets(content, read_placed(content, name))
        again = read_placed(content, name).master
    except ValueError as error:
        raise TaskxlError(
            f"{name} 的格式改不了，没有更新。请用 Excel 或 WPS 打开，另存为 .xlsx 后再运行。"
        ) from error
    if _outline(again.tasks) != _outline(update.tasks):
        raise TaskxlError(
            f"{name} 里有改不准的地方（如合并的单元格、缺列），没有更新。"
            "请先运行 taskxl check，按提示改好后再运行。"
        )
    return content


def _keep_hints(
    workspace: Workspace, content: bytes, hints: Hints
) -> tuple[bytes, tuple[str, ...]]:
    """Return 主清单.xlsx with what a person said of reading the list under 清单读法 of 设置.

    Where it cannot be written there, a note says what to write, so that it is not lost.
    """
    if not hints:
        return content, ()
    placed = read_placed(content, workspace.master_path.name)
    kept = hints.over(read_hints(placed.master.settings.reading)).to_text()
    try:
        return write_setting(content, placed, "清单读法", kept), ()
    except (ValueError, KeyError):
        name = workspace.master_path.name
        return content, (
            f"读清单的选项没有记进 {name}。请在“设置”表的“清单读法”一行填上“{kept}”，"
            "否则下次更新要重新写选项。",
        )


def _outline(tasks: Sequence[Task]) -> list[tuple[object, ...]]:
    return [
        (task.id, squeeze(task.title), [(s.id, squeeze(s.text), s.due) for s in task.milestones])
        for task in tasks
    ]


def _find_new_offices(master: MasterList, task_list: TaskList) -> tuple[Office, ...]:
    """Return the offices of a document that sheet 股室 does not know by name or alias."""
    roster = Roster(master.offices)
    everybody = {squeeze(word) for word in ALL_OFFICES}
    aliases = {squeeze(alias) for office in master.offices for alias in office.aliases}
    fresh = make_master(task_list, master.settings).offices
    return tuple(
        office
        for office in fresh
        if roster.resolve(office.name) is None and squeeze(office.name) not in everybody | aliases
    )


def _record_import(
    ledger: Ledger,
    task_list: TaskList,
    tasks: Sequence[Task],
    paths: Sequence[Path],
    now: datetime | None,
) -> None:
    bare = tuple(replace(task, place=None) for task in tasks)
    stated = MasterList(task_list.title, bare, (), Settings(year=task_list.year or 0))
    ledger.record_import(stated, "、".join(path.name for path in paths), now)
