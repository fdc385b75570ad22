"""The forms of a month: composed, recorded in the ledger, written under 下发/."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from taskxl.dates import doubt_report_day, report_day
from taskxl.desk.filled_forms import describe_filled, find_filled, find_saved_anew
from taskxl.desk.lists import load_master, settle_master
from taskxl.desk.lost_months import (
    describe_lookalikes,
    doubt_year,
    explain_loss,
    was_issued,
)
from taskxl.desk.own_forms import asked_of_template, form_paths, stray_forms
from taskxl.desk.rebuilding import rebuild
from taskxl.desk.year_walk import recall_months, walk_year
from taskxl.errors import TaskxlError
from taskxl.forms.issue import Form, compose_form, render_form
from taskxl.ledger import IssuedForm, Ledger, open_ledger
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.own import careful_writer
from taskxl.model import Entry, MasterList, Month, Period
from taskxl.orders import with_delays, with_instructions
from taskxl.roster import Roster, divide_tasks
from taskxl.text import call_offices, quote
from taskxl.workspace.files import require_writable
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace

_NAMED = 3
"""So many stray files are named; of more only the number is told."""


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
    from taskxl.forms.template.template import compile_template

    twins = describe_lookalikes(workspace, period)
    if not workspace.has_month(period):
        if twins:
            raise TaskxlError(twins)
        if was_issued(workspace, period):
            raise TaskxlError(explain_loss(workspace, period))
        if doubt := doubt_year(workspace, period):
            raise TaskxlError(doubt)
    master, notes = settle_master(workspace, ledger, now)
    notes += filter(None, [twins])
    notes += rebuild(workspace, ledger, master, period, now)
    year = walk_year(workspace, ledger, master, period, now)
    master = year.master
    notes += year.corrections
    if ledger.first_issued(period) is None:  # said with the first forms, not again and again
        notes += filter(None, [doubt_report_day(period, master.settings)])
    notes += _tell_skipped(period, year.months)
    notes += _tell_strays(stray_forms(workspace, period))
    asked = asked_of_template(workspace, master.settings)
    forms = _compose(master, period, office, year.months, asked)
    name, drawn = workspace.form_template(master.settings.form_columns)
    template = compile_template(drawn, name)
    contents = [render_form(template, form) for form in forms]
    issued = [
        IssuedForm(form.office, form.identity.form_id, content)
        for form, content in zip(forms, contents, strict=True)
    ]
    rendered = {workspace.form_path(one.office, period): one.content for one in issued}
    filled = find_filled(workspace, ledger, period)
    last = dict(ledger.form_digests(period))
    # A form that is the same as before need not go out again: who fills it in its place may go on,
    # and who only saved it there has changed nothing.
    being_filled = {
        workspace.form_path(one.office, period)
        for one in issued
        if last.get(one.office) == sha256(one.content).hexdigest()
    } & {*filled, *find_saved_anew(workspace, ledger, period)}
    changing = {
        path: content
        for path, content in rendered.items()
        if path not in being_filled and require_writable(path, content)
    }
    replaced = tuple(path for path in changing if path.exists())
    # Before any file is replaced: whatever happens then, every form that went out is kept.
    ledger.record_forms(period, master, issued, now)
    returns = workspace.prepare_month(period)
    writer = careful_writer(ledger, workspace.root, now)
    written = [writer.write(path, content) for path, content in changing.items()]
    folder = workspace.issue_folder(period)
    stale = [] if office else [p for p in form_paths(workspace, period) if p not in rendered]
    kept = {one.path: one.aside for one in written if one.aside}
    notes += describe_filled([kept.get(path, path) for path in filled])
    # Of one that was filled where it went is said already.
    notes += filter(None, [one.note for one in written if one.path not in filled])
    notes = [call_offices(note, master.settings.office_word) for note in notes]
    return IssueReport(
        folder,
        returns,
        tuple(changing),
        tuple(path for path in rendered if path not in changing),
        tuple(stale),
        tuple(notes),
        replaced,
    )


def _tell_skipped(period: Period, past: Sequence[Month]) -> list[str]:
    """Return a line where the month before was not issued though an earlier one was."""
    if not past or past[-1].period == period.previous:
        return []
    last = past[-1].period
    skipped = [f"{month}月" for month in range(last.month + 1, period.month)]
    return [
        f"{'、'.join(skipped)}没有下发过：表里带出的是{last.month}月及以前报的内容，"
        f"以〔{last.month}月〕这样写明月份。"
    ]


def _tell_strays(strays: Sequence[Path]) -> list[str]:
    """Return a line on forms of other months that somebody put among those of this one."""
    if not strays:
        return []
    names = "、".join(quote(path.name) for path in strays[:_NAMED])
    names += f"等 {len(strays)} 份" if len(strays) > _NAMED else ""
    return [f"下发文件夹里的{names}不是这个月的表，没有动。不要发出去；不用的，请移走。"]


def preview_form(workspace: Workspace, period: Period, office: str) -> str:
    """Return the content of an office's form as text; writes nothing."""
    from taskxl.forms.issue import preview_form as describe_form

    (form,) = compose_forms(workspace, period, office)
    return describe_form(form)


def compose_forms(workspace: Workspace, period: Period, office: str | None = None) -> list[Form]:
    """Return the forms of a period, with what the month before said already in them."""
    master, _ = load_master(workspace)
    with look_into_ledger(workspace) as ledger:
        past = recall_months(workspace, ledger, master, period)
    return _compose(master, period, office, past, asked_of_template(workspace, master.settings))


def _compose(
    master: MasterList,
    period: Period,
    office: str | None,
    past: Sequence[Month],
    asked: tuple[str, ...],
) -> list[Form]:
    as_of = report_day(period, master.settings)
    master = with_instructions(with_delays(master, as_of), period, period.last_day)
    shares = divide_tasks(master, period)
    owing = tuple(shares)
    if not owing:
        why = "主清单里没有一项任务写明了责任股室，没有可下发的表。"
        cure = "请在“任务”表的“牵头股室”一栏写上，再运行。"
        raise TaskxlError(call_offices(why, master.settings.office_word) + cure)
    if office is not None:
        what = f"要报送的{master.settings.office_word}"
        owing = (Roster(master.offices).choose(office, owing, what),)
    previous: dict[tuple[str, str], Entry] = {}
    said_in: dict[tuple[str, str], Period] = {}
    done: frozenset[str] = frozenset()
    if past:
        # An office that missed a month finds what it said before that.
        name_of = Roster(master.offices).present_name
        for month in past:
            for entry in (*month.entries, *month.replies):
                if entry.progress or entry.obstacles:
                    previous[entry.task, name_of(entry.office)] = entry
                    said_in[entry.task, name_of(entry.office)] = month.period
        done = frozenset(s.milestone.id for s in past[-1].milestones if s.light == "done")
    return [
        compose_form(master, name, period, as_of, previous, done, shares[name], said_in, asked)
        for name in owing
    ]
