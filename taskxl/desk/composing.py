"""Letters of the month, composed for each office: to whom, in which words, with what."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from taskxl.dates import report_day
from taskxl.desk.came_back import LETTER_WORDS, note_returned
from taskxl.desk.deciding import mark_seen, require_seen
from taskxl.desk.filled_forms import find_filled, recall_issued
from taskxl.desk.issuing import compose_forms
from taskxl.desk.lists import load_master
from taskxl.desk.lost_months import explain_absence
from taskxl.desk.merging import look_at_month
from taskxl.desk.received import find_waiting
from taskxl.desk.return_files import Progress
from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.forms.issue import Form, form_title
from taskxl.ledger import LetterKind, Topic
from taskxl.ledger.incoming import list_senders, list_sent_names
from taskxl.ledger.looking import look_into_ledger
from taskxl.mail.addresses import Recipients, read_recipients
from taskxl.mail.letters import Attachment, Letter
from taskxl.mail.texts import LetterText, render_text
from taskxl.merge.evidence import files_named_after
from taskxl.model import FileVerdict, MasterList, Month, OfficeState, Period
from taskxl.reports.send_back import send_back_text
from taskxl.roster import Roster
from taskxl.text import call_offices, quote, show
from taskxl.workspace.files import (
    read_whole,
)
from taskxl.workspace.folder import Workspace

BAD_ADDRESS = "M140"
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True, slots=True)
class Item:
    """What there is to say to one office: `values` for the template, `basis` what it rests on."""

    office: str
    basis: str
    values: Mapping[str, Any]
    attachments: tuple[Attachment, ...]
    recipients: Recipients


@dataclass(frozen=True, slots=True)
class Batch:
    """The letters of one kind and period, before they have a date."""

    kind: LetterKind
    period: Period
    master: MasterList
    template: bytes
    items: tuple[Item, ...]
    notes: tuple[str, ...]

    def text(self, item: Item, on: date, packed: bool = False) -> LetterText:
        """Return an office's letter in words, as it reads on a day.

        Raises TaskxlError where the template is wrong.
        """
        deadline = report_day(self.period, self.master.settings)
        when = {"已过期限": on > deadline, "打包": packed}
        return render_text(_template_name(self.kind), self.template, {**item.values, **when})

    def mark(self, on: date) -> str:
        """Return the mark of all of it as it reads on a day: to whom, in which words, with what."""
        return mark_seen(*self._read_on(on))

    def require_seen(self, seen: str | None, on: date) -> None:
        """Raise TaskxlError where a person saw other letters than these; None: nobody looked."""
        why = (
            f"{LETTER_WORDS[self.kind]}的信刚才变了（又有表报来，或者清单、设置改了），"
            "没有照办。请看过再来。"
        )
        require_seen(seen, why, *(self._read_on(on) if seen is not None else ()))

    def _read_on(self, day: date) -> tuple[object, ...]:
        return tuple((one.basis, one.recipients, self.text(one, day)) for one in self.items)

    def topic(self, item: Item) -> Topic:
        """Return what an office's letter is about, as the ledger tells letters apart."""
        return Topic(self.period, self.kind, item.office, item.basis)

    def letter(self, item: Item, on: date, copy: int = 1) -> Letter:
        """Return an office's letter; `copy` counts those on the same matter."""
        settings = self.master.settings
        told = (settings.bureau, settings.mail_sender, self.period.key, self.kind)
        return Letter(
            item.office,
            settings.mail_sender,
            f"{settings.bureau}办公室" if settings.bureau else "",
            item.recipients.to,
            item.recipients.copies if settings.mail_copy_leader else (),
            settings.mail_reply_to,
            self.text(item, on),
            "\n".join((*told, item.office, item.basis, str(copy))),
            item.attachments,
        )


# ---------------------------------------------------------------- composing


def compose_letters(
    workspace: Workspace,
    period: Period,
    kind: LetterKind,
    office: str | None = None,
    progress: Progress = None,
    by_mail: bool = True,
    today: date | None = None,
    month: Month | None = None,
) -> Batch:
    """Return what is to be said to each office, or to `office` only.

    issue: to all that owe a report, with their forms; remind: to those of whom no usable report
    has come, the form again with it; send-back: to those that have something to mend.
    Addresses are looked at where it goes `by_mail`; `today` is the day of which it is true.
    `month` is the month as it stands, where somebody has looked at it already.
    Raises TaskxlError where the month was not issued, or there is no such office.
    """
    if not workspace.has_month(period):
        raise TaskxlError(explain_absence(workspace, period))
    master, findings = load_master(workspace)

    def look() -> Month:
        return month or look_at_month(workspace, period, progress, today)

    composers: dict[LetterKind, Callable[[], tuple[list[Item], list[str]]]] = {
        "issue": lambda: _compose_issue(workspace, master, period, office),
        "remind": lambda: _compose_remind(workspace, master, look(), office),
        "send-back": lambda: _compose_send_back(workspace, master, look(), office),
    }
    items, notes = composers[kind]()
    if by_mail:
        notes += _note_addresses(master, findings, items)
        notes += note_returned(workspace, period, items[0].office if office and items else None)
    template = workspace.template(_template_name(kind))
    word = master.settings.office_word
    told = tuple(call_offices(note, word) for note in notes)
    return Batch(kind, period, master, template, tuple(items), told)


def _compose_issue(
    workspace: Workspace, master: MasterList, period: Period, office: str | None
) -> tuple[list[Item], list[str]]:
    forms = compose_forms(workspace, period, office)
    with look_into_ledger(workspace) as ledger:
        issued = ledger.issued(period) if ledger else {}
        blank = recall_issued(ledger, period, find_filled(workspace, ledger, period))
    items = []
    notes = []
    for form in forms:
        attachment = _find_form(workspace, form.office, period, blank)
        if attachment is None:
            name = workspace.form_path(form.office, period).name
            raise TaskxlError(
                f"“{show(workspace.issue_folder(period))}”里没有“{show(name)}”。"
                f"请先运行 taskxl issue --month {period.month}。"
            )
        values = _values(master, period, form.office, form, attachment)
        basis = _digest(attachment.content)
        items.append(_make_item(master, form.office, basis, values, (attachment,)))
        if attachment.content == blank.get(workspace.form_path(form.office, period)):
            notes.append(
                f"下发文件夹里的{quote(attachment.name)}已经填了，信里附的是没有填的那一份。"
                "要当作报送，请放进回收。"
            )
    changed = [
        form.office
        for form in forms
        if issued.get(form.office, form.identity.form_id) != form.identity.form_id
    ]
    if changed:
        notes.append(
            f"下发之后主清单或上月的汇总有变动：{'、'.join(changed)}。"
            f"要用新的表，请先运行 taskxl issue --month {period.month}。"
        )
    return items, notes


def _compose_remind(
    workspace: Workspace, master: MasterList, month: Month, office: str | None
) -> tuple[list[Item], list[str]]:
    period = month.period
    urging = "催报" if month.is_due else "提醒"
    owing = [state for state in month.offices if state.owes]
    states = _choose(owing, month.master, office)
    left = [state for state in states if state.state in ("missing", "rejected")]
    if office is not None and not left:
        return [], [f"{states[0].office}{period.name}的表已经收到，不用{urging}。"]
    forms = {form.office: form for form in compose_forms(workspace, period)}
    with look_into_ledger(workspace) as ledger:
        senders = list_senders(ledger, period)
        names = list_sent_names(ledger, period)
        since = (ledger.first_issued(period) if ledger else None) or period.first_day
        waiting = find_waiting(ledger, master, period, min(since, period.first_day))
        filled = find_filled(workspace, ledger, period, {one.sha256 for one in month.files})
        blank = recall_issued(ledger, period, filled)
    items, notes = [], []
    if "" in waiting and left:
        notes.append(
            f"邮箱里有一封信（{quote(waiting[''], 40)}）没有读到，不知道是谁的。"
            "请先打开邮箱看看，免得催错。"
        )
    for state in left:
        if state.office in waiting:
            held = f"请核实后再发{urging}" if office else f"没有写{urging}"
            notes.append(
                f"{state.office}有一封信（{quote(waiting[state.office], 40)}）没有读到，"
                f"里面可能就是表，{held}。请打开邮箱查看，把附件另存后放进回收；"
                f"确实没有表的，运行 taskxl mail remind --office {state.office}。"
            )
            if office is None:
                continue
        if lying := [path for path, whose in filled.items() if whose == state.office]:
            held = f"请核实后再发{urging}" if office else f"没有写{urging}"
            notes.append(
                f"{state.office}的表在{show(lying[0].parent.name)}文件夹里已经填了"
                f"（{quote(lying[0].name)}），{held}。要当作报送，请放进回收；"
                f"不是它报的，运行 taskxl mail remind --office {state.office}。"
            )
            if office is None:
                continue
        form = forms.get(state.office)
        attachment = _find_form(workspace, state.office, period, blank)
        if form is None or attachment is None:
            notes.append(
                f"没有给{state.office}下发过{period.name}的表，没有写{urging}。"
                f"请先运行 taskxl issue --month {period.month}。"
            )
            continue
        reason = _why_rejected(month, state, names)
        came = _tell_files(_find_unusable(month, state, senders), names)
        values = _values(master, period, state.office, form, attachment) | {
            "退回原因": reason,
            "来件": came,
            "欠报月数": state.months_missing,
        }
        basis = _digest(attachment.content, state.state.encode(), (reason + came).encode())
        items.append(_make_item(master, state.office, basis, values, (attachment,)))
    return items, notes


def _why_rejected(month: Month, state: OfficeState, names: Mapping[str, str]) -> str:
    if state.state != "rejected":
        return ""
    mine = [one for one in month.files if one.file in state.files and one.verdict == "rejected"]
    return _tell_files(mine, names) or "读不出内容。"


def _find_unusable(
    month: Month, state: OfficeState, senders: Mapping[tuple[str, str], str]
) -> list[FileVerdict]:
    """Return the refused files of nobody that seem to be from an office of which nothing counts.

    Its name stands in the file's name, or one of its addresses sent it: no proof of whose it is,
    but it would not be true that nothing came.
    """
    if state.state != "missing":
        return []
    roster = Roster(month.master.offices)
    known = roster.resolve(state.office)
    found = read_recipients(known.mails if known else ())
    addresses = {address.casefold() for address in (*found.to, *found.copies)}
    named = {*files_named_after(month, roster, state.office)}
    return [
        one
        for one in month.files
        if one.file in named
        or (
            one.verdict == "rejected"
            and not one.office
            and senders.get((one.file, one.sha256), "").casefold() in addresses
        )
    ]


def _tell_files(files: Sequence[FileVerdict], names: Mapping[str, str]) -> str:
    told = ((_as_sent(one.file, names), one.reason or "读不出内容") for one in files)
    return "".join(f"{show(name)}：{show(reason).rstrip('。')}。" for name, reason in told)


def _as_sent(file: str, names: Mapping[str, str]) -> str:
    """Return a file's name as its sender knows it, also of what lies in an archive of theirs."""
    path = PurePosixPath(file)
    for outer in (path, *path.parents):
        if str(outer) in names:
            return str(PurePosixPath(names[str(outer)], path.relative_to(outer)))
    return file


def _compose_send_back(
    workspace: Workspace, master: MasterList, month: Month, office: str | None
) -> tuple[list[Item], list[str]]:
    period = month.period
    with look_into_ledger(workspace) as ledger:
        called = list_sent_names(ledger, period)
    names = {one.file: _as_sent(one.file, called) for one in month.files}
    items = []
    states = _choose(month.offices, month.master, office)
    for state in states:
        text = send_back_text(month, state.office, names)
        if text:
            values = _values(master, period, state.office) | {"更正": text}
            items.append(_make_item(master, state.office, _digest(text.encode()), values))
    notes = []
    if office is not None and not items:
        name, missing = states[0].office, states[0].state == "missing"
        urge = f"还没有报来{period.name}的表。要催报，请运行 taskxl mail remind --office {name}。"
        notes.append(f"{name}{urge if missing else '没有要更正的地方。'}")
    return items, notes


def _choose(
    states: Sequence[OfficeState], master: MasterList, office: str | None
) -> Sequence[OfficeState]:
    if office is None:
        return states
    word = master.settings.office_word
    names = [state.office for state in states]
    name = Roster(master.offices).choose(office, names, f"要报送的{word}")
    return [state for state in states if state.office == name]


def _find_form(
    workspace: Workspace, office: str, period: Period, blank: Mapping[Path, bytes]
) -> Attachment | None:
    """Return the form that goes to an office; of one filled in its place, `blank` has it."""
    path = workspace.form_path(office, period)
    if not path.is_file():
        return None
    return Attachment(path.name, blank[path] if path in blank else read_whole(path))


def _make_item(
    master: MasterList,
    office: str,
    basis: str,
    values: Mapping[str, Any],
    attachments: tuple[Attachment, ...] = (),
) -> Item:
    known = Roster(master.offices).resolve(office)
    recipients = read_recipients(known.mails if known else ())
    return Item(office, basis, values, attachments, recipients)


def _values(
    master: MasterList,
    period: Period,
    office: str,
    form: Form | None = None,
    attachment: Attachment | None = None,
) -> dict[str, Any]:
    """Return what a template may name, but for what depends on the day (`mail.texts.NAMES`)."""
    settings = master.settings
    known = Roster(master.offices).resolve(office)
    deadline = report_day(period, settings)
    blocks = form.blocks if form else {}
    milestones = [record for record in blocks.get("节点", ()) if record.get("标识")]
    return {
        "单位": settings.bureau,
        "落款": f"{settings.bureau}办公室",
        "股室": office,
        "责任人": (known.person if known else "") or "",
        "标题": form_title(master, period),
        "年度": f"{period.year}年",
        "称谓": settings.office_word,
        "报告期": period.label,
        "月份": period.name,
        "期限": f"{deadline.year}年{deadline.month}月{deadline.day}日"
        f"（星期{_WEEKDAYS[deadline.weekday()]}）",
        "附件": attachment.name if attachment else "",
        "任务数": len(blocks.get("任务", ())),
        "节点": [_milestone_values(record) for record in milestones],
        "退回原因": "",
        "来件": "",
        "欠报月数": 0,
        "更正": "",
        "联系人": settings.contact,
    }


def _milestone_values(record: Mapping[str, str]) -> dict[str, str]:
    number, title = record["编号"], record["名称"]
    return {
        "任务": f"第{number}项{quote(title)}" if number else quote(title),
        "内容": " ".join(record["内容"].split()).rstrip("。；;"),
        "时限": record["时限"].replace("\n", ""),
    }


def _note_addresses(
    master: MasterList, findings: Sequence[Finding], items: Sequence[Item]
) -> list[str]:
    """Return lines on addresses that are wrong or not there, of the offices that are written to."""
    offices = {item.office for item in items}
    notes = [str(f) for f in findings if f.code == BAD_ADDRESS and f.office in offices]
    without = [item.office for item in items if not item.recipients.to]
    if without:
        notes.append(
            f"没有邮箱的股室 {len(without)} 个：{'、'.join(without)}。"
            "请在主清单的“股室”表里补上邮箱，或用别的办法发给它们。"
        )
    if master.settings.mail_copy_leader:
        alone = [one.office for one in items if one.recipients.to and not one.recipients.copies]
        if alone:
            notes.append(
                f"设置了抄送分管负责同志，但没有写抄送邮箱的股室 {len(alone)} 个："
                f"{'、'.join(alone)}。请在“股室”表的邮箱一栏里加上“抄送：name@example.com”。"
            )
    return notes


def _template_name(kind: LetterKind) -> str:
    return f"邮件-{LETTER_WORDS[kind]}.txt"


def _digest(*parts: bytes) -> str:
    return sha256(b"\n".join(sha256(part).digest() for part in parts)).hexdigest()
