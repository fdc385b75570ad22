"""What the 办公室 does in its month: the one place that composes the rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from taskxl.dates import report_day
from taskxl.errors import TaskxlError
from taskxl.findings import Finding, Rule, declared_rules
from taskxl.forms.issue import Form, compose_form, render_form
from taskxl.forms.returned import Expected, form_texts
from taskxl.intake.gate import Limits, Refusal, admit
from taskxl.intake.reading import read_book
from taskxl.intake.workers import read_isolated
from taskxl.master.book import make_master, read_master, write_master
from taskxl.master.checks import check_tasks
from taskxl.master.roster import reporting_offices, resolve_office
from taskxl.master.tasks import read_task_list
from taskxl.merge.month import merge_month
from taskxl.model import Entry, MasterList, Month, Period, Settings, Task, TaskList
from taskxl.returns import Progress, read_returns
from taskxl.text import show
from taskxl.workspace import Workspace, write_whole

# A list is the 办公室's own file; LibreOffice, which reads the old Word kinds, takes its time.
_LIST_LIMITS = Limits(memory=4 << 30, seconds=180.0)

# ---------------------------------------------------------------- the list


def read_lists(
    paths: Sequence[Path], year: int | None = None
) -> tuple[TaskList, tuple[Finding, ...]]:
    """Read task lists, in a process of their own; several files make one list.

    `year` goes before the year that the list says.
    Raises TaskxlError when a file cannot be read or none of them holds a task.
    """
    jobs = [tuple(paths)]
    ((_, result),) = read_isolated(_read_list, year, jobs, limits=_LIST_LIMITS)
    names = "、".join(show(path.name) for path in paths)
    if isinstance(result, Refusal):
        raise TaskxlError(f"{names}：{result.reason}（{result.code}）")
    task_list, findings = result
    if not task_list.tasks:
        raise TaskxlError(
            f"{names}：没有认出任务清单。需要一张有表头（序号、任务名称、责任股室……）的表，"
            "或带编号的任务条目。请检查是不是选错了文件。"
        )
    return task_list, findings


def _read_list(year: int | None, paths: tuple[Path, ...]) -> tuple[TaskList, tuple[Finding, ...]]:
    books = []
    for path in paths:
        admitted = admit(path)
        books.append(read_book(admitted.content, path.name, admitted.kind))
    return read_task_list(books, year=year)


def count_tasks(tasks: Sequence[Task]) -> str:
    """Return a list's size in words: tasks, milestones, lead offices, uncertain dates."""
    milestones = [m for task in tasks for m in task.milestones]
    offices = {office for task in tasks for office in task.lead_offices}
    vague = sum(m.vague is not None for m in milestones)
    text = f"任务 {len(tasks)} 项，节点 {len(milestones)} 个，牵头股室 {len(offices)} 个"
    return f"{text}，存疑时限 {vague} 个" if vague else text


@dataclass(frozen=True, slots=True)
class InitReport:
    """What `init` did: `created` is False where 主清单.xlsx was there and stayed as it was."""

    path: Path
    created: bool
    tasks: tuple[Task, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()


def init_workspace(root: Path, paths: Sequence[Path], this_year: int) -> InitReport:
    """Make a workspace from task lists; one that is there already is only compared.

    `this_year` serves where the list names no year.
    Raises TaskxlError when the list cannot be read or the folder not be written.
    """
    workspace = Workspace(root)
    task_list, findings = read_lists(paths)
    notes = []
    if task_list.year is None:
        task_list, findings = read_lists(paths, this_year)
        notes.append(
            f"清单里没有写年份，先按 {this_year} 年推算时限。不对的话请把年份写进标题后重来。"
        )
    master = make_master(task_list, Settings(year=task_list.year or this_year))
    if workspace.master_path.exists():
        old, _ = load_master(workspace)
        differences = _compare_tasks(old.tasks, master.tasks)
        return InitReport(workspace.master_path, False, old.tasks, (), (), differences)
    workspace.create()
    write_whole(workspace.master_path, write_master(master))
    return InitReport(workspace.master_path, True, master.tasks, findings, tuple(notes))


def _compare_tasks(old: Sequence[Task], new: Sequence[Task]) -> tuple[str, ...]:
    """Return, line by line, where a list read anew differs from the one in use."""
    known = {task.id: task for task in old}
    lines = []
    for task in new:
        kept = known.pop(task.id, None)
        if kept is None:
            lines.append(f"主清单里没有：{task.label}")
            continue
        words = [
            word
            for field, word in (
                ("title", "名称"),
                ("leader", "分管负责同志"),
                ("content", "主要内容"),
                ("lead_offices", "牵头股室"),
                ("supporting_offices", "协办股室"),
            )
            if getattr(kept, field) != getattr(task, field)
        ]
        if [(m.text, m.due) for m in kept.milestones] != [(m.text, m.due) for m in task.milestones]:
            words.append("节点")
        if words:
            lines.append(f"{task.label}与主清单不同：{'、'.join(words)}")
    lines += [f"清单里没有、主清单里有：{task.label}" for task in known.values()]
    return tuple(lines)


def load_master(workspace: Workspace) -> tuple[MasterList, tuple[Finding, ...]]:
    """Read the workspace's 主清单.xlsx. Raises TaskxlError when it cannot be used."""
    return read_master(workspace.read_master_bytes(), workspace.master_path.name)


def check_workspace(workspace: Workspace) -> tuple[Finding, ...]:
    """Return what is doubtful in 主清单.xlsx and in the drawing of 附件2."""
    from taskxl.forms.drawing import check_drawing

    master, findings = load_master(workspace)
    drawn = check_drawing(workspace.template("附件2.xlsx"))
    return findings + check_tasks(master.tasks, master.offices) + drawn


# ---------------------------------------------------------------- the month


def choose_period(
    workspace: Workspace, month: str | None, today: date, issuing: bool = False
) -> Period:
    """Return the period of `--month`, else the current one.

    To issue, the current one is the month of `today`; otherwise the latest month of the
    workspace that has been issued. Raises TaskxlError where there is none.
    """
    master, _ = load_master(workspace)
    settings = master.settings
    if month is not None:
        period = Period.parse(month, settings)
        if period.year != settings.year:
            raise TaskxlError(
                f"这个工作区是 {settings.year} 年的，没有 {period.name}。请检查 --month。"
            )
        return period
    if issuing:
        if today.year != settings.year:
            raise TaskxlError(
                f"这个工作区是 {settings.year} 年的，今天是 {today.year} 年。"
                "请用 --month 写明月份。"
            )
        return Period(settings.year, today.month, settings.first_month)
    issued = [period for period in year_periods(settings) if workspace.has_month(period)]
    if not issued:
        raise TaskxlError("还没有下发过任何月份的表。请先运行 taskxl issue --month 月份。")
    return issued[-1]


def year_periods(settings: Settings, until: Period | None = None) -> list[Period]:
    """Return the year's periods in order, up to but without `until`."""
    last = until.month - 1 if until else 12
    return [Period(settings.year, month, settings.first_month) for month in range(1, last + 1)]


@dataclass(frozen=True, slots=True)
class IssueReport:
    """What `issue` did; `stale` forms belong to offices that owe nothing any more."""

    folder: Path
    returns: Path
    written: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    stale: tuple[Path, ...]


def issue_forms(workspace: Workspace, period: Period, office: str | None = None) -> IssueReport:
    """Write one form per reporting office (or for `office` only) under 下发/.

    A form that would be the same is left untouched.
    Raises TaskxlError for an office that has nothing to report, or where writing fails.
    """
    from taskxl.forms.drawing import compile_drawing

    forms = compose_forms(workspace, period, office)
    drawing = compile_drawing(workspace.template("附件2.xlsx"))
    rendered = {
        workspace.form_path(form.office, period): render_form(drawing, form) for form in forms
    }
    returns = workspace.prepare_month(period)
    written = [path for path, content in rendered.items() if write_whole(path, content)]
    folder = workspace.issue_folder(period)
    stale = [] if office else [p for p in sorted(folder.glob("附件2-*.xlsx")) if p not in rendered]
    unchanged = [path for path in rendered if path not in written]
    return IssueReport(folder, returns, tuple(written), tuple(unchanged), tuple(stale))


def preview_form(workspace: Workspace, period: Period, office: str) -> str:
    """Return in words what would stand in an office's form; writes nothing."""
    from taskxl.forms.issue import preview_form as describe_form

    (form,) = compose_forms(workspace, period, office)
    return describe_form(form)


def compose_forms(workspace: Workspace, period: Period, office: str | None = None) -> list[Form]:
    """Return the forms of a period, with what the month before said already in them."""
    master, _ = load_master(workspace)
    owing = reporting_offices(master)
    if not owing:
        raise TaskxlError("主清单里没有一项任务写明了责任股室，没有可下发的表。请先补上牵头股室。")
    if office is not None:
        known = resolve_office(office, master.offices)
        name = known.name if known else office
        if name not in owing:
            raise TaskxlError(f"没有要报送的股室“{show(office)}”。可选：{'、'.join(owing)}")
        owing = (name,)
    past = past_months(workspace, period)
    previous: dict[tuple[str, str], Entry] = {}
    done: frozenset[str] = frozenset()
    if past:
        previous = {(entry.task, entry.office): entry for entry in past[-1].entries}
        done = frozenset(s.milestone.id for s in past[-1].milestones if s.light == "done")
    as_of = report_day(period, master.settings)
    return [compose_form(master, name, period, as_of, previous, done) for name in owing]


@dataclass(frozen=True, slots=True)
class MergeReport:
    """A merged month and the summary workbook; `written` is False where it stayed the same."""

    month: Month
    summary: Path
    written: bool


def merge_returns(workspace: Workspace, period: Period, progress: Progress = None) -> MergeReport:
    """Merge everything under 回收/ and write the summary workbook.

    Raises TaskxlError where there is no such month or writing fails.
    """
    from taskxl.reports.summary import write_summary

    month = look_at_month(workspace, period, progress)
    workspace.prepare_month(period)
    path = workspace.summary_path(period)
    return MergeReport(month, path, write_whole(path, write_summary(month)))


def look_at_month(workspace: Workspace, period: Period, progress: Progress = None) -> Month:
    """Return the month as it stands in 回收/; writes nothing."""
    if not workspace.has_month(period):
        raise TaskxlError(
            f"{period.name}还没有下发：没有文件夹 {period.folder}。"
            f"请先运行 taskxl issue --month {period.month}。"
        )
    master, _ = load_master(workspace)
    return _merge(workspace, master, period, past_months(workspace, period), progress)


def past_months(workspace: Workspace, period: Period) -> tuple[Month, ...]:
    """Return the year's earlier months that were issued, merged, oldest first."""
    master, _ = load_master(workspace)
    months: tuple[Month, ...] = ()
    for earlier in year_periods(master.settings, period):
        if workspace.has_month(earlier):
            months += (_merge(workspace, master, earlier, months, None),)
    return months


def _merge(
    workspace: Workspace,
    master: MasterList,
    period: Period,
    history: tuple[Month, ...],
    progress: Progress,
) -> Month:
    drawn = read_book(workspace.template("附件2.xlsx"), "附件2.xlsx", "xlsx")
    expected = Expected(master, period, form_texts(drawn))
    files = workspace.list_returns(period)
    returns = list(read_returns(workspace.returns_folder(period), files, expected, progress))
    return merge_month(master, period, report_day(period, master.settings), returns, history)


# ---------------------------------------------------------------- rules


def list_rules() -> list[Rule]:
    """Return every rule, by code; the rooms that declare them are loaded by this module."""
    import taskxl.merge.rules  # noqa: F401 - declares the rules of the month

    return declared_rules()


def find_rule(code: str) -> Rule:
    """Return the rule of a code. Raises TaskxlError for a code that no rule has."""
    rules = {rule.code: rule for rule in list_rules()}
    wanted = code.strip().upper()
    if wanted not in rules:
        raise TaskxlError(f"没有代码 {show(code)}。全部代码见 taskxl rules。")
    return rules[wanted]
