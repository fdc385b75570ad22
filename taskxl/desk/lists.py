"""The list at the desk: documents read, and 主清单.xlsx as it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from taskxl.dates import UNSET, Calendar, is_recurring
from taskxl.dates.year import year_periods
from taskxl.desk.kept_list import (
    KeptList,
    find_list,
    keep_list,
    recall_list,
    remember_list,
)
from taskxl.desk.lost_months import doubt_year
from taskxl.desk.unreadable import explain_list
from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.intake.gate import Limits, Refusal, admit, check_content
from taskxl.intake.grids import Book
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Refused
from taskxl.intake.workers import read_isolated
from taskxl.ledger import Ledger
from taskxl.ledger.kept import Kept
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.own import LedgerRecords
from taskxl.master.book.layout import SETTINGS
from taskxl.master.book.order_rows import (
    merge_orders,
    write_order_ids,
    write_orders,
)
from taskxl.master.book.patching import write_ids, write_update
from taskxl.master.book.rereading import M124, PlacedMaster, read_placed
from taskxl.master.checks import check_closings, check_settings, check_tasks
from taskxl.master.reading.hints import NO_HINTS, Hints, unread_hints
from taskxl.merge.lights import says_done
from taskxl.model import Delay, Instruction, MasterList, Period, Settings, Task, TaskList
from taskxl.roster import find_unreported
from taskxl.tasks import KnownIds, gather_ids
from taskxl.text import call_offices, show
from taskxl.workspace.files import require_writable, write_whole
from taskxl.workspace.folder import Workspace

# A list is the 办公室's own file; LibreOffice, which reads the old Word kinds, takes its time.
_LIST_LIMITS = Limits(memory=4 << 30, seconds=180.0)

# ---------------------------------------------------------------- the list


def read_lists(
    paths: Sequence[Path],
    year: int | None = None,
    calendar: Calendar = UNSET,
    hints: Hints = NO_HINTS,
) -> tuple[TaskList, tuple[Finding, ...]]:
    """Read task lists, in a process of their own; several files make one list.

    `year` goes before the year that the list says; `calendar` has the days that 设置 knows; `hints`
    are what a person said of how the list is to be read.
    Raises TaskxlError when a file cannot be read or none of them holds a task.
    """
    jobs = [tuple(paths)]
    ((_, result),) = read_isolated(_read_list, (year, calendar, hints), jobs, limits=_LIST_LIMITS)
    names = "、".join(show(path.name) for path in paths)
    if isinstance(result, Refusal):
        raise TaskxlError(f"{names}：{result.reason}（{result.code}）")
    if isinstance(result, str):
        raise TaskxlError(result)
    task_list, findings = result
    if not task_list.tasks:
        # A table whose cells were lost says more than that there is none.
        lost = next((f"{finding}" for finding in findings if finding.code == "M108"), None)
        raise TaskxlError(
            lost
            or f"{names}：没有认出任务清单。需要一张有表头（序号、任务名称、责任股室……）的表，"
            "或带编号的任务条目。请检查是不是选错了文件。"
        )
    return task_list, findings


def _read_list(
    means: tuple[int | None, Calendar, Hints], paths: tuple[Path, ...]
) -> tuple[TaskList, tuple[Finding, ...]] | str:
    """Return the list of some files, or in a line why they cannot be one."""
    # Most commands read no document but 主清单.xlsx, and need not know how one is read.
    from taskxl.desk.wrong_lists import find_form, find_mixture
    from taskxl.master.reading.letterhead import find_bureau, find_contact, find_office_word
    from taskxl.master.reading.seen import describe_seen
    from taskxl.master.reading.task_list import read_task_list

    books: list[Book] = []
    known: dict[str, Path] = {}
    for path in paths:
        try:
            admitted = admit(path)
            twin = known.setdefault(admitted.sha256, path)
            if twin is not path:
                both = "、".join(dict.fromkeys((show(twin.name), show(path.name))))
                return f"{both}：同一份清单给了两次。每份清单只写一次，请去掉重复的再运行。"
            books.append(read_book(admitted.content, path.name, admitted.kind))
        except Refused as refused:
            if len(paths) == 1:
                raise
            raise Refused(refused.code, f"{show(path.name)}读不了。{refused.reason}") from refused
    year, calendar, hints = means
    if why := find_form(books) or find_mixture(books):
        return why
    task_list, findings = read_task_list(books, calendar, year, hints)
    if not task_list.tasks and not any(finding.code == "M108" for finding in findings):
        named = "、".join(show(path.name) for path in paths)
        seen = describe_seen(books) or (
            "需要一张有表头（序号、任务名称、责任股室……）的表，或带编号的任务条目。"
            "请检查是不是选错了文件。"
        )
        return f"{named}：没有认出任务清单。{seen}"
    names = (office for task in task_list.tasks for office in task.offices)
    return replace(
        task_list,
        bureau=find_bureau(books),
        contact=find_contact(books),
        office_word=find_office_word(names, books),
    ), findings


def count_tasks(tasks: Sequence[Task], word: str = "股室") -> str:
    """Return a list's size in words: tasks, milestones, lead offices (`word`), uncertain dates."""
    milestones = [m for task in tasks for m in task.milestones]
    offices = {office for task in tasks for office in task.lead_offices}
    endless = sum(is_recurring(m.vague) for m in milestones)
    vague = sum(m.vague is not None for m in milestones) - endless
    text = f"任务 {len(tasks)} 项，节点 {len(milestones)} 个，牵头{word} {len(offices)} 个"
    text += f"，长期性节点 {endless} 个" if endless else ""
    return f"{text}，存疑时限 {vague} 个" if vague else text


def list_sources(tasks: Sequence[Task]) -> list[str]:
    """Say how many tasks were read from where, one line a sheet or text."""
    rows: dict[tuple[str, str | None], list[int]] = {}
    for task in tasks:
        if task.place:
            rows.setdefault((task.place.file, task.place.sheet), []).append(task.place.row or 0)
    return [
        f"读自 {show(file)}{f'〔{show(sheet)}〕' if sheet else ''}"
        f"第{min(at)}至{max(at)}行：任务 {len(at)} 项"
        for (file, sheet), at in rows.items()
    ]


# ---------------------------------------------------------------- 主清单.xlsx


def load_master(workspace: Workspace) -> tuple[MasterList, tuple[Finding, ...]]:
    """Read the workspace's 主清单.xlsx. Raises TaskxlError when it cannot be used."""
    content = workspace.read_master_bytes()
    found = recall_list(content)
    if found is None:
        kept = Kept(workspace.ledger_path, write=False)
        try:
            found = find_list(kept, content)
        finally:
            kept.close()
    if found is None:
        placed = place_master(workspace, content, None)
        found = KeptList(placed.master, placed.findings)
        if not _bears_its_ids(placed):
            return found.master, found.findings
    remember_list(content, found)
    return found.master, found.findings


def place_master(workspace: Workspace, content: bytes, ledger: Ledger | None) -> PlacedMaster:
    """Return what a 主清单.xlsx says, with the places of it; ids are those the ledger knows.

    Raises TaskxlError when it cannot be used.
    """
    name = workspace.master_path.name
    try:
        check_content(content, name, _LIST_LIMITS)
    except Refused as refused:
        # The gate speaks to an office that sent a file; this one is the 办公室's own.
        why = explain_list(refused.code)
        message = f"“{show(workspace.master_path)}”{why}（{refused.code}）"
        raise TaskxlError(message) from refused

    def known() -> KnownIds:
        if ledger is not None:
            return gather_ids(ledger.master_lists())
        with look_into_ledger(workspace) as found:
            return gather_ids(found.master_lists()) if found else KnownIds()

    return read_placed(content, name, known)


def settle_master(
    workspace: Workspace, ledger: Ledger, now: datetime | None = None
) -> tuple[MasterList, list[str]]:
    """Read 主清单.xlsx, put in the ids that new rows lack and the offices that only 任务 names.

    An id that is written stays with its task, whatever is done to the row afterwards. Lines say
    which offices were added, and where something could not be written. The workbook is edited in
    place, and kept in the ledger as a person had left it; `now` is when.
    Raises TaskxlError when the list cannot be used at all.
    """
    content = workspace.read_master_bytes()
    found = find_list(ledger.kept, content)
    if found is not None:
        return found.master, []
    from taskxl.desk.new_offices import take_up_offices
    from taskxl.master.reading.letterhead import find_office_word

    found = recall_list(content)
    taken = take_up_offices(found.master) if found else None
    if found and taken and not taken.offices and taken.tasks == found.master.tasks:
        keep_list(ledger.kept, content, found)
        return found.master, []
    placed = place_master(workspace, content, ledger)
    try:
        settled = write_order_ids(write_ids(content, placed), placed)
        taken = take_up_offices(placed.master)
        if taken.offices or taken.tasks != placed.master.tasks:
            again = read_placed(settled, workspace.master_path.name)
            settled = write_update(settled, again, taken.tasks, taken.offices)
        if settled != content:
            LedgerRecords(ledger, now).keep(workspace.master_path.name, content)
            write_whole(workspace.master_path, settled, content)
    except ValueError:
        why = "主清单.xlsx 的格式改不了，新增任务的标识没有写进去。请用 Excel 或 WPS 另存为 .xlsx。"
    except TaskxlError as error:
        why = f"新增任务的标识没有写进主清单（这次照常进行）：{error}"
    else:
        if not taken.offices:
            if settled == content and _bears_its_ids(placed):
                keep_list(ledger.kept, content, KeptList(placed.master, placed.findings))
            return placed.master, []
        named = "、".join(office.name for office in taken.offices)
        told = (
            f"“任务”表里新写的{named}，已收进“股室”表（{len(taken.offices)} 个）。"
            "请核对名称，并在“股室”表补上责任人和邮箱。"
        )
        word = find_office_word([office.name for office in taken.offices], ())
        if word not in ("", placed.master.settings.office_word):
            told += f"看名称像是叫“{word}”，可在“设置”的“内设机构称谓”里改。"
        return place_master(workspace, settled, ledger).master, [told]
    return placed.master, [why]


def _bears_its_ids(placed: PlacedMaster) -> bool:
    """Tell whether every row says itself by which id it is known, so that nobody else was asked."""
    rows = (*placed.tasks.items(), *placed.milestones.items(), *placed.orders.rows.items())
    return all(row.text("id") == known for known, row in rows)


def add_orders(
    workspace: Workspace,
    ledger: Ledger,
    master: MasterList,
    now: datetime | None,
    delays: Sequence[Delay] = (),
    instructions: Sequence[Instruction] = (),
) -> tuple[MasterList, list[str]]:
    """Put rows into 延期 and 批示 of 主清单.xlsx, where it lies; those of known ids are changed.

    The workbook is kept in the ledger as a person had left it, and a sheet that it lacks is made.
    Where it cannot be written the list has the rows all the same, and a line says so.
    """
    content = workspace.read_master_bytes()
    name = workspace.master_path.name
    try:
        changed = write_orders(content, name, delays, instructions)
        require_writable(workspace.master_path, changed)
        LedgerRecords(ledger, now).keep(name, content)
        write_whole(workspace.master_path, changed, content)
    except ValueError:
        why = f"{name} 的格式改不了，没有写进去（这次照常进行）。请用 Excel 或 WPS 另存为 .xlsx。"
    except TaskxlError as error:
        why = f"没有写进主清单（这次照常进行，下次再写）：{error}"
    else:
        return place_master(workspace, changed, ledger).master, []
    return merge_orders(master, delays, instructions), [why]


def check_workspace(workspace: Workspace) -> tuple[Finding, ...]:
    """Return what is doubtful in 主清单.xlsx, in the templates of 附件2, letters and documents.

    A template that is the shipped one, byte for byte, is sound: the tests see to that.
    """
    from taskxl.desk.new_offices import take_up_offices

    master, findings = load_master(workspace)
    closings = check_closings(master.tasks, _find_done(workspace, master))
    unset = check_settings(master.settings)
    # What the next run takes up by itself is nobody's to mend.
    taken = take_up_offices(master)
    tasks = check_tasks(taken.tasks, (*master.offices, *taken.offices))
    drawn = _check_templates(workspace, master.settings)
    told = (*unset, *_check_told(workspace, master.settings), *drawn)
    return name_offices((*findings, *tasks, *closings, *told), master.settings)


def _check_told(workspace: Workspace, settings: Settings) -> Iterator[Finding]:
    """Yield what 设置 says that nobody can follow: a 清单读法, a year of no folder here (M124)."""
    file = workspace.master_path.name
    for part in unread_hints(settings.reading):
        what = f"“清单读法”里的“{show(part, 40)}”看不懂，没有用上。"
        said = f"{what}请写成 列=内容、表头行=3 这样，几句用分号隔开。"
        yield M124.found(said, file=file, sheet=SETTINGS)
    if doubt := doubt_year(workspace, Period(settings.year, settings.first_month)):
        yield M124.found(doubt, file=file, sheet=SETTINGS)


def _check_templates(workspace: Workspace, settings: Settings) -> Iterator[Finding]:
    """Yield what is wrong with the templates that the bureau has drawn itself."""
    redrawn = workspace.redrawn_templates()
    if not redrawn:
        return
    from taskxl.forms.returned.headings import check_headings
    from taskxl.forms.template.template import check_template, drawn_layout
    from taskxl.mail.texts import TEMPLATES, check_text
    from taskxl.reports.bulletin.document import check_document
    from taskxl.reports.bulletin.examples import EXAMPLES

    drawing, _ = workspace.form_template(settings.form_columns)
    if drawing in redrawn:
        yield from check_template(redrawn[drawing], drawing)
        yield from check_headings(drawn_layout(redrawn[drawing]))
    for name in TEMPLATES:
        if name in redrawn:
            yield from check_text(name, redrawn[name])
    for name, example in EXAMPLES.items():
        if name in redrawn:
            yield from check_document(name, redrawn[name], example)


def tell_unreported(workspace: Workspace) -> list[str]:
    """Return a line that names the tasks without a reporting office; none where each has one."""
    master, _ = load_master(workspace)
    return describe_unreported(master)


def describe_unreported(master: MasterList) -> list[str]:
    """Return a line on the tasks of a list without a reporting office; none where each has one."""
    tasks = find_unreported(master)
    if not tasks:
        return []
    names = "、".join(task.label for task in tasks[:10]) + ("等" if len(tasks) > 10 else "")
    return [
        call_offices(
            f"下发之前还差：{len(master.tasks)} 项任务中有 {len(tasks)} 项没有可以发表的牵头股室，"
            f"没有人报送：{names}。请在主清单“任务”表的“牵头股室”一栏填上具体的股室。",
            master.settings.office_word,
        )
    ]


def name_offices(findings: Sequence[Finding], settings: Settings) -> tuple[Finding, ...]:
    """Return findings with the bureau's word for its offices."""
    word = settings.office_word
    return tuple(replace(one, message=call_offices(one.message, word)) for one in findings)


def _find_done(workspace: Workspace, master: MasterList) -> frozenset[str] | None:
    """Return the milestones that offices have reported as done.

    None where no month was merged, or no task is closed and so nobody asks.
    """
    if not any(task.closed_on for task in master.tasks):
        return None
    with look_into_ledger(workspace) as ledger:
        periods = year_periods(master.settings)
        months = [month for p in periods if ledger and (month := ledger.month(p))]
    if not months:
        return None
    return frozenset(
        state.milestone.id
        for month in months
        for state in month.milestones
        # Not what is done for no other reason than that its task was closed.
        if state.light == "done"
        and (says_done(state.entry) or not state.task.is_closed(month.period.last_day))
    )
