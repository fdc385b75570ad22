"""What the 办公室 does in its month: the one place that composes the rooms."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from taskxl.dates import doubt_report_day, report_day
from taskxl.errors import TaskxlError
from taskxl.findings import Rule, declared_rules
from taskxl.forms.issue import Form, compose_form, render_form
from taskxl.ledger import IssuedForm, Ledger, mark_of, open_ledger

# What is done with the list is done at the desk, too.
from taskxl.lists import check_workspace as check_workspace
from taskxl.lists import compare_with_list as compare_with_list
from taskxl.lists import count_tasks as count_tasks
from taskxl.lists import init_workspace as init_workspace
from taskxl.lists import list_sources as list_sources
from taskxl.lists import load_master as load_master
from taskxl.lists import read_lists as read_lists
from taskxl.lists import settle_master
from taskxl.lists import update_workspace as update_workspace
from taskxl.lock import hold_workspace
from taskxl.master.roster import Roster, divide_tasks
from taskxl.merge.month import rests_on
from taskxl.merge.revisions import instructions_of
from taskxl.model import Entry, MasterList, Month, Period
from taskxl.months import (
    find_unmerged,
    look_at_folder,
    look_into_ledger,
    rebuild,
    recall_months,
    record_month,
    require_month,
    year_periods,
)
from taskxl.returns import Progress
from taskxl.summaries import Penned, look_at_summary, put_aside, require_unchanged
from taskxl.text import show
from taskxl.workspace import Workspace, require_writable, write_whole

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


def list_periods(workspace: Workspace) -> tuple[Period, ...]:
    """Return the months of the workspace's year, whether issued or not."""
    return tuple(year_periods(load_master(workspace)[0].settings))


@dataclass(frozen=True, slots=True)
class IssueReport:
    """What `issue` did.

    `replaced` are those of the `written` forms that had gone out in another form before; `stale`
    ones belong to offices that owe nothing any more.
    """

    folder: Path
    returns: Path
    written: tuple[Path, ...]
    unchanged: tuple[Path, ...]
    stale: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    replaced: tuple[Path, ...] = ()


def issue_forms(
    workspace: Workspace, period: Period, office: str | None = None, now: datetime | None = None
) -> IssueReport:
    """Write one form per reporting office (or for `office` only) under 下发/.

    A form that would be the same is left untouched. `now` is when it is recorded in the ledger.
    Raises TaskxlError for an office that has nothing to report, or where writing fails.
    """
    with hold_workspace(workspace, "issue"), open_ledger(workspace.ledger_path) as ledger:
        return _issue(workspace, ledger, period, office, now)


def _issue(
    workspace: Workspace, ledger: Ledger, period: Period, office: str | None, now: datetime | None
) -> IssueReport:
    from taskxl.forms.drawing import compile_drawing

    master, notes = settle_master(workspace, ledger)
    notes += rebuild(workspace, ledger, master, period, now)
    notes += _take_up_corrections(workspace, ledger, master, period, now)
    notes += filter(None, [doubt_report_day(period, master.settings)])
    forms = _compose(workspace, ledger, master, period, office)
    drawing = compile_drawing(workspace.template("附件2.xlsx"))
    contents = [render_form(drawing, form) for form in forms]
    issued = [
        IssuedForm(form.office, form.identity.form_id, content)
        for form, content in zip(forms, contents, strict=True)
    ]
    rendered = {workspace.form_path(one.office, period): one.content for one in issued}
    changing = [path for path, content in rendered.items() if require_writable(path, content)]
    replaced = tuple(path for path in changing if path.exists())
    # Before any file is replaced: whatever happens then, every form that went out is kept.
    ledger.record_forms(period, master, issued, now)
    returns = workspace.prepare_month(period)
    written = [path for path, content in rendered.items() if write_whole(path, content)]
    folder = workspace.issue_folder(period)
    stale = [] if office else [p for p in sorted(folder.glob("附件2-*.xlsx")) if p not in rendered]
    unchanged = [path for path in rendered if path not in written]
    return IssueReport(
        folder, returns, tuple(written), tuple(unchanged), tuple(stale), tuple(notes), replaced
    )


def preview_form(workspace: Workspace, period: Period, office: str) -> str:
    """Return in words what would stand in an office's form; writes nothing."""
    from taskxl.forms.issue import preview_form as describe_form

    (form,) = compose_forms(workspace, period, office)
    return describe_form(form)


def compose_forms(workspace: Workspace, period: Period, office: str | None = None) -> list[Form]:
    """Return the forms of a period, with what the month before said already in them."""
    master, _ = load_master(workspace)
    with look_into_ledger(workspace) as ledger:
        return _compose(workspace, ledger, master, period, office)


def _compose(
    workspace: Workspace,
    ledger: Ledger | None,
    master: MasterList,
    period: Period,
    office: str | None,
) -> list[Form]:
    shares = divide_tasks(master, period)
    owing = tuple(shares)
    if not owing:
        raise TaskxlError("主清单里没有一项任务写明了责任股室，没有可下发的表。请先补上牵头股室。")
    if office is not None:
        name = Roster(master.offices).present_name(office)
        if name not in owing:
            raise TaskxlError(f"没有要报送的股室“{show(office)}”。可选：{'、'.join(owing)}")
        owing = (name,)
    past = recall_months(workspace, ledger, master, period)
    previous: dict[tuple[str, str], Entry] = {}
    done: frozenset[str] = frozenset()
    instructions: dict[str, str] = {}
    if past:
        instructions = instructions_of(past[-1].revisions)
        # An office that missed a month finds what it said before that.
        said = (*past[-1].previous, *past[-1].entries)
        name_of = Roster(master.offices).present_name
        previous = {(e.task, name_of(e.office)): e for e in said if e.progress or e.obstacles}
        done = frozenset(s.milestone.id for s in past[-1].milestones if s.light == "done")
    as_of = report_day(period, master.settings)
    return [
        compose_form(master, name, period, as_of, previous, done, shares[name], instructions)
        for name in owing
    ]


@dataclass(frozen=True, slots=True)
class MergeReport:
    """A merged month and the summary workbook; `written` is False where it stayed the same."""

    month: Month
    summary: Path
    written: bool
    notes: tuple[str, ...] = ()


def merge_returns(
    workspace: Workspace, period: Period, progress: Progress = None, now: datetime | None = None
) -> MergeReport:
    """Merge everything under 回收/, record it in the ledger and write the summary workbook.

    What a person corrected in this summary, and in those of earlier months, is found first and
    kept. `now` is when it is recorded.
    Raises TaskxlError where there is no such month or writing fails.
    """
    require_month(workspace, period)
    with hold_workspace(workspace, "merge"), open_ledger(workspace.ledger_path) as ledger:
        master, notes = settle_master(workspace, ledger)
        notes += rebuild(workspace, ledger, master, period, now)
        notes += _take_up_corrections(workspace, ledger, master, period, now)
        notes += find_unmerged(workspace, ledger, master.settings, period)
        notes += filter(None, [doubt_report_day(period, master.settings)])
        report = _merge(workspace, ledger, master, period, progress, now)
    return replace(report, notes=(*notes, *report.notes))


def _merge(
    workspace: Workspace,
    ledger: Ledger,
    master: MasterList,
    period: Period,
    progress: Progress,
    now: datetime | None,
    penned: Penned | None = None,
) -> MergeReport:
    """Merge one period; `penned` is what was found in its summary, where somebody has looked."""
    from taskxl.reports.summary import write_summary

    penned = penned or _look_at_summary(workspace, ledger, master, period, ledger.month(period))
    beside = workspace.summary_path(period) != penned.path
    merged, kept = look_at_folder(workspace, ledger, master, period, progress, penned.revisions)
    workspace.prepare_month(period)
    content = write_summary(merged.month, mark_of(merged.month))
    notes = [*penned.notes, *kept]
    notes += [f"新的汇总写在旁边：“{show(penned.path.name)}”。"] if beside else []
    require_writable(penned.path, content)
    notes += [put_aside(path, one) for path, one in penned.asides if one != content]
    if penned.changes:
        notes.append(f"{period.name}的汇总表里有 {len(penned.changes)} 处手工修订，已保留并标明。")
    # First the ledger, then the file: a correction is never only in a file about to be replaced.
    with ledger.as_one_step():
        notes += record_month(workspace, ledger, merged, now, penned.changes)
        for one in (*penned.taken, content):
            ledger.record_summary(period, one, now)
        require_unchanged(penned)
    written = write_whole(penned.path, content)
    return MergeReport(merged.month, penned.path, written, tuple(notes))


def _look_at_summary(
    workspace: Workspace, ledger: Ledger, master: MasterList, period: Period, last: Month | None
) -> Penned:
    def merge_fresh() -> Month:
        return look_at_folder(workspace, ledger, master, period, None, ())[0].month

    return look_at_summary(workspace, ledger, period, last, merge_fresh)


def _take_up_corrections(
    workspace: Workspace,
    ledger: Ledger,
    master: MasterList,
    until: Period,
    now: datetime | None,
) -> list[str]:
    """Merge those months before `until` again in whose summaries somebody has written since.

    Else a leader's instruction would be missing in the forms that are about to go out. What rests
    on a month so merged is merged again, too; a late return alone changes its own month only.
    Returns lines on it; a summary that is open elsewhere or unreadable stops nothing.
    """
    notes: list[str] = []
    before: Month | None = None
    moved = False
    for period in year_periods(master.settings, until):
        last = ledger.month(period)
        if last is not None and workspace.returns_folder(period).is_dir():
            stale = before is not None and not rests_on(last, before, corrections_only=not moved)
            try:
                penned = _look_at_summary(workspace, ledger, master, period, last)
                if penned.changes or stale:
                    report = _merge(workspace, ledger, master, period, None, now, penned)
                    last, moved, notes = report.month, True, [*notes, *report.notes]
                    notes += [f"{period.name}的前一个月有变动，已随之重新汇总。"] if stale else []
                else:
                    notes += penned.notes
                    # Saved anew and nothing written in it: it need not be read another time.
                    for one in () if penned.asides else penned.taken:
                        ledger.record_summary(period, one, now)
            except TaskxlError as error:
                notes.append(f"{period.name}的汇总表里新写的修订这次没有用上：{error}")
        if last is not None or workspace.has_month(period):
            before = last
    return notes


def look_at_month(workspace: Workspace, period: Period, progress: Progress = None) -> Month:
    """Return the month as it stands in 回收/; writes nothing."""
    require_month(workspace, period)
    master, _ = load_master(workspace)
    with look_into_ledger(workspace) as ledger:
        return look_at_folder(workspace, ledger, master, period, progress)[0].month


# ---------------------------------------------------------------- rules


def list_rules() -> list[Rule]:
    """Return every rule, by code; the rooms that declare them are loaded by this module."""
    import taskxl.mail.texts
    import taskxl.merge.rules  # noqa: F401 - declares the rules of the month

    return declared_rules()


def find_rule(code: str) -> Rule:
    """Return the rule of a code. Raises TaskxlError for a code that no rule has."""
    rules = {rule.code: rule for rule in list_rules()}
    wanted = code.strip().upper()
    if wanted not in rules:
        raise TaskxlError(f"没有代码 {show(code)}。全部代码见 taskxl rules。")
    return rules[wanted]


def find_examples(code: str) -> tuple[str, str] | None:
    """Return the tables on which a gap rule is silent and on which it speaks; None for others."""
    from taskxl.merge.rules import gap_rules

    return next(((one.good, one.bad) for one in gap_rules() if one.rule.code == code), None)
