"""The letters of a batch sent: each recorded before and after, none twice, none lost."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from taskxl.desk.composing import Batch, Item, compose_letters
from taskxl.desk.return_files import Progress
from taskxl.errors import TaskxlError
from taskxl.ledger import (
    Ledger,
    LetterKind,
    RecordedLetter,
    find_letter,
    open_ledger,
    record_event,
    record_letter,
)
from taskxl.mail.imap import Account
from taskxl.mail.letters import Letter, write_letter
from taskxl.mail.outbox import Outbox, Outcome, Server, UnreachableError
from taskxl.mail.sent import SentFolder
from taskxl.model import Period, Settings
from taskxl.workspace.folder import Workspace
from taskxl.workspace.lock import hold_workspace

PATIENCE = 3
"""So many letters in a row that did not get through: the server does not want any more now."""

AskPassword = Callable[[str, str], str]
"""Called with login name and server, once at most for each server."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the letter to one office in this run."""

    letter: Letter
    outcome: Outcome


@dataclass(slots=True)
class SendReport:
    """A run: letters that were tried, and by office those that were not.

    `already` were sent before, with the time; `doubtful` may have been sent by an earlier run that
    was cut off, nobody knows; `left` are still to go; `stopped` says why no more were tried.
    """

    batch: Batch
    deliveries: list[Delivery] = field(default_factory=list)
    already: dict[str, datetime | None] = field(default_factory=dict)
    doubtful: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    stopped: str = ""
    notes: list[str] = field(default_factory=list)

    def offices(self, result: str) -> list[str]:
        """Return the offices whose letter came to that result in this run."""
        return [one.letter.office for one in self.deliveries if one.outcome.result == result]


@dataclass(frozen=True, slots=True)
class _Queued:
    letter: Letter
    content: bytes
    number: int


@dataclass(frozen=True, slots=True)
class World:
    """What sending needs of the world outside: asked for, so that nothing here is guessed.

    `clock` tells the time, `sleep` waits seconds, `tell` is told of each letter at once.
    """

    ask_password: AskPassword
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    tell: Callable[[Delivery], None] = lambda delivery: None
    ca_file: str | None = None


def send_letters(
    workspace: Workspace,
    period: Period,
    kind: LetterKind,
    world: World,
    office: str | None = None,
    again: bool = False,
    progress: Progress = None,
    seen: str | None = None,
) -> SendReport:
    """Send the letters of a kind that have not gone out yet; `again` also those that have.

    All are recorded in the ledger before the first is sent, so that a run that was cut off is
    gone on with by the next one, however it was started. `seen` is the mark of the letters that a
    person saw.
    Raises TaskxlError where nothing can be sent, or nothing could, or other letters were seen.
    """
    with hold_workspace(workspace, "mail"), open_ledger(workspace.ledger_path) as ledger:
        today = world.clock().date()
        batch = compose_letters(workspace, period, kind, office, progress, today=today)
        batch.require_seen(seen, today)
        settings = batch.master.settings
        _require_settings(settings)
        report = SendReport(batch, notes=list(batch.notes))
        with ledger.as_one_step():
            queue = list(_queue_letters(ledger, report, again, world.clock()))
        if queue:
            _send_queue(ledger, report, queue, settings, world)
    return report


def _require_settings(settings: Settings) -> None:
    missing = [
        name
        for name, value in (
            ("发信服务器", settings.mail_server),
            ("发件邮箱", settings.mail_sender),
        )
        if not value
    ]
    if missing:
        raise TaskxlError(
            f"主清单.xlsx〔设置〕：{'、'.join(missing)}没有填，或填得不对，不能发信。"
            "请填好后再运行；不用邮件服务器的，去掉 --send 只写草稿，或用 mail issue --zip 打包。"
        )


def _queue_letters(
    ledger: Ledger, report: SendReport, again: bool, now: datetime
) -> Iterator[_Queued]:
    """Yield what is to be sent, recorded; sort the rest of the batch into the report."""
    now = now.replace(microsecond=0)
    for item in report.batch.items:
        if not item.recipients.to:
            continue
        last = find_letter(ledger, report.batch.topic(item))
        if last is not None and not last.is_pending and not again:
            if last.event in ("sent", "returned"):
                report.already[item.office] = last.event_at
            else:
                report.doubtful.append(item.office)
            continue
        same = _repeat(report.batch, item, last) if last and last.is_pending else None
        yield same or _record(ledger, report.batch, item, last.copy + 1 if last else 1, now)


def _repeat(batch: Batch, item: Item, last: RecordedLetter) -> _Queued | None:
    """Return the letter of an earlier run that did not get through, where it would be the same.

    It is another one where an address or the template has been changed since.
    """
    if last.recorded_at is None:
        return None
    letter = batch.letter(item, last.recorded_at.date(), last.copy)
    content = write_letter(letter, last.recorded_at)
    if sha256(content).hexdigest() != last.digest:
        return None
    return _Queued(letter, content, last.number)


def _record(ledger: Ledger, batch: Batch, item: Item, copy: int, now: datetime) -> _Queued:
    letter = batch.letter(item, now.date(), copy)
    content = write_letter(letter, now)
    number = record_letter(
        ledger,
        batch.topic(item),
        letter.message_id,
        letter.recipients,
        letter.text.subject,
        content,
        now,
    )
    return _Queued(letter, content, number)


def _send_queue(
    ledger: Ledger, report: SendReport, queue: list[_Queued], settings: Settings, world: World
) -> None:
    user = settings.mail_user or settings.mail_sender

    server = Server(settings.mail_server, settings.mail_port, user, world.ca_file)
    outbox = Outbox(server, lambda: world.ask_password(user, server.host), world.sleep)
    sent_folder = _open_sent_folder(settings, user, world)
    today, later = queue[: settings.mail_limit], queue[settings.mail_limit :]
    with closing(outbox), closing(sent_folder):
        try:
            outbox.open()
        except UnreachableError as error:
            raise TaskxlError(str(error)) from None
        failures = 0
        for place, one in enumerate(today):
            if place and settings.mail_pause:
                world.sleep(settings.mail_pause)
            try:
                outcome = _send_one(ledger, outbox, one, world.clock)
            except UnreachableError as error:
                report.stopped = str(error)
                later = today[place:] + later
                break
            report.deliveries.append(Delivery(one.letter, outcome))
            world.tell(report.deliveries[-1])
            if outcome.result == "sent":
                sent_folder.keep(one.content, world.clock())
            failures = failures + 1 if outcome.result in ("deferred", "unknown") else 0
            if failures == PATIENCE and place + 1 < len(today):
                report.stopped = (
                    f"连续 {PATIENCE} 封没有发成，先停下；没有发的都留着。多半是邮箱限制了发信："
                    f"请把设置里的“每次最多发几封”（现在是 {settings.mail_limit}）改小、"
                    "“两封间隔秒数”改大，一小时以后再运行（有的邮箱要到第二天）。"
                )
                later = today[place + 1 :] + later
                break
    report.left = [one.letter.office for one in later]
    report.notes += [sent_folder.note] if sent_folder.note else []


def _send_one(
    ledger: Ledger, outbox: Outbox, one: _Queued, clock: Callable[[], datetime]
) -> Outcome:
    """Send one letter; what became of it is recorded wherever that is known for certain."""
    letter = one.letter
    record_event(ledger, one.number, "sending", "", clock())
    try:
        outcome = outbox.send(letter.sender, letter.recipients, one.content)
    except BaseException as error:
        if not outbox.in_doubt:
            detail = str(error) if isinstance(error, UnreachableError) else "发送途中中断，没有发出"
            record_event(ledger, one.number, "deferred", detail, clock())
        raise
    if outcome.result != "unknown":
        record_event(ledger, one.number, outcome.result, outcome.detail, clock())
    return outcome


def _open_sent_folder(settings: Settings, user: str, world: World) -> SentFolder:
    host, port = settings.inbox_server, settings.inbox_port
    account = Account(host, port, user, settings.sent_folder if host else "", world.ca_file)
    sent_folder = SentFolder(account, lambda: world.ask_password(user, host))
    if settings.sent_folder and not host:
        sent_folder.note = "没有填收信服务器，发出的信件没有存进“已发送文件夹”。"
    return sent_folder
