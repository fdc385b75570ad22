"""通报 and 督办单 in their folder: a month as the summary has it, in the bureau's own templates."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from taskxl.dates.year import year_periods
from taskxl.desk.merging import look_at_month
from taskxl.desk.return_files import Progress
from taskxl.errors import TaskxlError
from taskxl.intake.convert import convert_to_pdf, find_office
from taskxl.intake.refusals import Refused
from taskxl.ledger import Ledger, mark_of
from taskxl.ledger.looking import look_into_ledger
from taskxl.ledger.own import careful_writer
from taskxl.model import Month, Period
from taskxl.ooxml.package import Packed, write_parts
from taskxl.roster import Roster
from taskxl.text import closest, quote, show
from taskxl.workspace.files import make_folder, read_whole
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """A document: where it lies, whether it was written anew, its PDF, lines for the 办公室."""

    path: Path
    written: bool
    pdf: Path | None = None
    notes: tuple[str, ...] = ()


def write_bulletin(
    workspace: Workspace,
    period: Period,
    now: datetime,
    *,
    pdf: bool = False,
    progress: Progress = None,
) -> WrittenDocument:
    """Write `2021年1-4月通报.docx` of a month as it was last merged, beside its summary.

    `now` is when it is written, which the bulletin bears as its date; with `pdf` LibreOffice makes
    a PDF of it, where it is installed. What a person made of the one that lies there is kept aside.
    Raises TaskxlError where the month was not merged yet, the template is wrong or writing fails.
    """
    from taskxl.reports.bulletin.contents import make_contents
    from taskxl.reports.bulletin.document import BULLETIN, fill_document

    notes = _find_changes(workspace, period, now, progress)
    path = workspace.bulletin_path(period)
    template = workspace.template(BULLETIN)
    with hold_workspace(workspace, "bulletin"), look_into_ledger(workspace) as ledger:
        ledger, month = _merged_month(ledger, period)
        values = make_contents(month, _month_before(ledger, month), now.date())
        content = fill_document(BULLETIN, template, values)
        if month.deadline is not None:
            day = f"{month.as_of.month}月{month.as_of.day}日"
            notes.append(
                f"报送期限{month.deadline.month}月{month.deadline.day}日未到，"
                f"通报写的是{day}的情况，通报里也写明了。"
            )
        make_folder(path.parent, workspace.root)
        writer = careful_writer(ledger, workspace.root, now)
        written = writer.write(path, content)
        notes += filter(None, [written.note])
        printed = None
        if pdf:
            made = _make_pdf(content)
            if isinstance(made, str):
                notes.append(made)
            else:
                copy = writer.write(path.with_suffix(".pdf"), made)
                notes += filter(None, [copy.note])
                printed = copy.path
    return WrittenDocument(path, written.changed, printed, tuple(notes))


def list_cards(workspace: Workspace, period: Period, now: datetime) -> dict[str, int]:
    """Return the offices of a month with something late, each with how many things.

    Raises TaskxlError where the month was not merged yet.
    """
    from taskxl.reports.bulletin.cards import make_cards

    with look_into_ledger(workspace) as ledger:
        _, month = _merged_month(ledger, period)
    cards = make_cards(month, now.date())
    return {office: len(one["事项"]) + one["其余"] for office, one in cards.items()}


def write_cards(
    workspace: Workspace,
    period: Period,
    now: datetime,
    *,
    office: str | None = None,
    task: str | None = None,
    progress: Progress = None,
) -> WrittenDocument:
    """Write the 督办单 of an office or of a task; without either those of all offices as one zip.

    `task` is a task's number or id. What a person made of one that lies there is kept aside.
    Raises TaskxlError where the month was not merged yet, nothing is late with the one asked for,
    or writing fails.
    """
    from taskxl.reports.bulletin.cards import make_cards
    from taskxl.reports.bulletin.document import CARD, fill_document

    notes = _find_changes(workspace, period, now, progress)
    template = workspace.template(CARD)
    with hold_workspace(workspace, "card"), look_into_ledger(workspace) as ledger:
        ledger, month = _merged_month(ledger, period)
        cards = make_cards(month, now.date(), "office" if task is None else "task")
        asked = _find_office(month, office) if task is None else _find_task(month, task)
        if asked is not None:
            subject = asked if task is None else f"第{task}项"
            if asked not in cards:
                raise TaskxlError(_explain_none(month, subject, list(cards), task is None))
            path = workspace.card_path(subject, period)
            content = fill_document(CARD, template, cards[asked])
        elif not cards:
            raise TaskxlError(f"{period.name}没有确已逾期、未报送或滞后的事项，没有写督办单。")
        else:
            path = workspace.cards_path(period)
            content = write_parts(
                Packed.pack(
                    workspace.card_path(name, period).name, fill_document(CARD, template, values)
                )
                for name, values in cards.items()
            )
        make_folder(path.parent, workspace.root)
        written = careful_writer(ledger, workspace.root, now).write(path, content)
    return WrittenDocument(path, written.changed, None, (*notes, *filter(None, [written.note])))


# ---------------------------------------------------------------- which month, and whether it holds


def _merged_month(ledger: Ledger | None, period: Period) -> tuple[Ledger, Month]:
    month = ledger.month(period) if ledger else None
    if ledger is None or month is None:
        raise TaskxlError(
            f"{period.name}还没有汇总过。请先运行 taskxl merge {period.month}，核对以后再运行。"
        )
    return ledger, month


def _month_before(ledger: Ledger, month: Month) -> Month | None:
    """Return the last month before it, of the same year, that was merged."""
    earlier = year_periods(month.master.settings, month.period)
    return next((one for p in reversed(earlier) if (one := ledger.month(p))), None)


def _find_changes(
    workspace: Workspace, period: Period, now: datetime, progress: Progress
) -> list[str]:
    """Return lines on what has changed since a month was last merged: its documents lack that."""
    notes = []
    again = f"要补上，请先运行 taskxl merge {period.month}。"
    with look_into_ledger(workspace) as ledger:
        _, month = _merged_month(ledger, period)
        path = workspace.summary_path(period)
        summary = read_whole(path) if path.is_file() else None
        if ledger and summary is not None and not ledger.knows_summary(period, summary):
            notes.append(f"“{show(path.name)}”汇总以后又改过，这里还没有这些改动。{again}")
    fresh = look_at_month(workspace, period, progress, now.date())
    if mark_of(fresh) != mark_of(month):
        notes.append(
            f"{period.name}汇总以后，来件、清单或者报送期限到没到有了变化，"
            f"这里写的是上次汇总的情况。{again}"
        )
    return notes


def _make_pdf(content: bytes) -> bytes | str:
    """Return a document as PDF, else a line on why there is none."""
    if find_office() is None:
        return "没有写 PDF：这台电脑上没有找到 LibreOffice。可以用 Word 或 WPS 打开后另存为 PDF。"
    try:
        return convert_to_pdf(content)
    except Refused:
        return "没有写 PDF：LibreOffice 没能转换。可以用 Word 或 WPS 打开后另存为 PDF。"


def _find_office(month: Month, asked: str | None) -> str | None:
    """Return the office that somebody means, its aliases known; as it was typed where none is."""
    office = Roster(month.master.offices).resolve(asked) if asked is not None else None
    return office.name if office is not None else asked


def _find_task(month: Month, asked: str) -> str:
    """Return the id of the task that somebody means by its number or id."""
    word = asked.strip().removeprefix("第").removesuffix("项")
    tasks = month.master.tasks
    found = [t.id for t in tasks if t.id == word] or [t.id for t in tasks if t.number == word]
    if not found:
        raise TaskxlError(f"清单里没有第 {show(word, 20)} 项任务。编号见 taskxl check 或主清单。")
    return found[0]


def _explain_none(month: Month, subject: str, late: list[str], is_office: bool) -> str:
    known = [state.office for state in month.offices]
    if is_office and subject not in known:
        meant = closest(subject, known)
        guess = f"是不是{quote(meant)}？" if meant else ""
        return f"{month.period.name}没有{quote(subject, 20)}这个{_word(month)}。{guess}"
    named = f"有的是：{'、'.join(late)}。" if late and is_office else ""
    return f"{quote(subject, 40)}没有确已逾期、未报送或滞后的事项，没有写督办单。{named}"


def _word(month: Month) -> str:
    return month.master.settings.office_word
