"""What hangs on letters, put under 回收/: each content once, each letter and file one line."""

import hashlib
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Literal

from taskxl.desk.came_back import describe_stranger, take_bounce
from taskxl.desk.into_returns import index_returns, write_return
from taskxl.errors import TaskxlError
from taskxl.intake.gate import skip_by_name
from taskxl.intake.refusals import MB
from taskxl.ledger import Ledger
from taskxl.ledger.incoming import (
    OPEN,
    UNREADABLE,
    CollectedFile,
    CollectedMessage,
    is_issued_form,
    list_collected,
    list_hung,
    list_open,
    list_unread,
    record_messages,
)
from taskxl.mail.addresses import read_recipients
from taskxl.mail.messages import Attached, ReceivedLetter
from taskxl.mail.names import mark_copy, name_attachment, name_saved
from taskxl.merge.versions import local_moment
from taskxl.model import MasterList, Period
from taskxl.text import quote, show
from taskxl.workspace.files import make_folder
from taskxl.workspace.folder import Workspace

MAIL_FOLDER = "邮件"
SAVED_FOLDER = "另存"
"""Below 回收/: what hung on letters, and what somebody had saved by hand."""

FOLDER = "folder"
"""Source of letters that were saved by hand; where the folder was is nobody's business."""

RUN_BYTES = 2000 * MB
"""What a run puts under 回收/ at most: a year of a bureau is far less."""

Fate = Literal["taken", "held", "gone", "ignored", "none", "refused"]
"""Put there; there already; taken of this very letter before, and gone from there since; no return
by its nature; nothing hung on the letter; not taken."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the account: a file, or a letter without one, and what became of it.

    `letter` counts the letters; `looks_like` names the offices whose address sent it, a hint only.
    """

    letter: int
    at: datetime | None
    sender: str
    subject: str
    looks_like: tuple[str, ...]
    attachment: str
    outcome: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What `collect` did, a line a file; `broken` says why it ended early, "" where it did not."""

    folder: Path
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    broken: str = ""


class Taking:
    """One run's account, and what lies under 回收/ of its period by content."""

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        period: Period,
        master: MasterList,
        now: datetime,
    ) -> None:
        self.ledger, self.period, self.now = ledger, period, now
        workspace.prepare_month(period)
        self.folder = workspace.returns_folder(period)
        _clear_leftovers(self.folder)
        self.held = index_returns(self.folder, workspace.list_returns(period))
        self.lines: list[Line] = []
        self.hung = list_hung(ledger, period)
        self.notes = _say_gone(self.folder, list_collected(ledger, period), self.held)
        self.broken = ""
        self.collected: list[int] = []
        self.named: set[int] = set()
        self.size = 0  # bytes put under 回收/ in this run
        self.source = ""
        settings = master.settings
        self.own = {a.casefold() for a in (settings.mail_sender, settings.mail_user) if a}
        self.offices: dict[str, tuple[str, ...]] = {}
        for office in master.offices:
            found = read_recipients(office.mails)
            for address in (*found.to, *found.copies):
                known = self.offices.get(address.casefold(), ())
                self.offices[address.casefold()] = (*known, office.name)

    def looks_like(self, letter: ReceivedLetter) -> tuple[str, ...]:
        """Return the offices whose address sent a letter: a hint, and no proof."""
        return self.offices.get(letter.sender.casefold(), ())

    def report(self) -> CollectReport:
        """Return the account, in the order of the letters."""
        lines = sorted(self.lines, key=lambda line: line.letter)
        return CollectReport(self.folder, tuple(lines), tuple(self.notes), self.broken)

    def believe(self, moment: datetime | None) -> datetime | None:
        """Return a moment that a letter states, None where it has yet to come."""
        local = local_moment(moment)
        return moment if local and local <= self.now + timedelta(days=1) else None

    def record(self, source: str, messages: Sequence[tuple[str, CollectedMessage]]) -> None:
        """Record letters, all of whose files have been written."""
        complete = [replace(message, source=source, key=key) for key, message in messages]
        record_messages(self.ledger, self.period, complete, self.now)

    def keep_open(self, key: str, message: CollectedMessage, source: str = "") -> None:
        """Record that a letter is unread still; the next run takes it up again."""
        self.record(source or self.source, [(f"{OPEN}{key}", message)])

    def settle_gone(self, is_there: Callable[[str], bool]) -> None:
        """Close what was kept open and is not in the mailbox any more: nobody waits for it."""
        gone = [one for one in list_open(self.ledger, self.source) if not is_there(one.key)]
        closed = [replace(one, outcome="没有取到，后来已不在邮箱里") for one in gone]
        record_messages(self.ledger, self.period, closed, self.now)

    # ------------------------------------------------------------ letters

    def leave(
        self, number: int, letter: ReceivedLetter, at: datetime | None, outcome: str, fate: Fate
    ) -> tuple[int, CollectedMessage]:
        """Take nothing of a letter; return its number and what is to be recorded of it."""
        self._say(number, letter, at, "", outcome, fate)
        return number, _message(letter, at, outcome)

    def take(
        self, number: int, letter: ReceivedLetter, at: datetime | None, label: str = ""
    ) -> CollectedMessage:
        """Put what hangs on a letter under 回收/; return what is to be recorded of it.

        `label` stands for its subject where it has none.
        """
        if label and not letter.subject:
            letter = replace(letter, subject=label)
        bounce = letter.bounce
        back = take_bounce(self.ledger, bounce, self.now) if bounce else ""
        files = [self._take_file(number, letter, at, one) for one in letter.attachments]
        if back:
            message = self.leave(number, letter, at, back, "refused")[1]
            return replace(message, files=tuple(files))
        if letter.returned and not files:
            said = describe_stranger(bounce) if bounce else "退信或回执，没有收"
            return self.leave(number, letter, at, said, "ignored")[1]
        if letter.note:
            self._say(number, letter, at, "", letter.note, "refused")
        elif not files:
            self._say(number, letter, at, "", "没有附件", "none")
        kept = sum(file.file != "" for file in files)
        if kept:
            self.collected.append(number)
        outcome = f"附件 {len(files)} 个，收下 {kept} 个" if files else letter.note or "没有附件"
        return replace(_message(letter, at, outcome), files=tuple(files))

    def _take_file(
        self, number: int, letter: ReceivedLetter, at: datetime | None, attached: Attached
    ) -> CollectedFile:
        digest = hashlib.sha256(attached.content).hexdigest()
        ignored = attached.ignored or self._why_not(letter, attached, digest)
        file = ""
        fate: Fate = "ignored"
        if ignored:
            outcome = f"{ignored}，没有收"
        elif digest not in self.held and (letter.message_id, digest) in self.hung:
            # The mailbox has numbered its letters anew; what a person took away stays away.
            outcome, fate = "收过，后来已不在回收里，没有再收", "gone"
        else:
            local = local_moment(at or letter.sent_at)
            sender = letter.sender_name or letter.sender.partition("@")[0]
            day = local.date() if local else None
            wanted = name_attachment(day, sender, attached.name)
            file, outcome, fate = self._put(
                PurePosixPath(MAIL_FOLDER, wanted), attached.content, digest
            )
        self._say(number, letter, at, attached.name, outcome, fate)
        return CollectedFile(attached.name, digest, file, outcome)

    def _why_not(self, letter: ReceivedLetter, attached: Attached, digest: str) -> str:
        skipped = skip_by_name(attached.name)
        if skipped:
            return "临时文件或锁文件"
        ours = attached.inner or letter.sender.casefold() in self.own
        return "我们发出去的空表" if ours and is_issued_form(self.ledger, digest) else ""

    # ------------------------------------------------------------ files saved by hand

    def refuse_saved(self, number: int, name: str, reason: str) -> None:
        """Say of a file of the folder why it is not taken."""
        self.lines.append(Line(number, None, "", "", (), name, reason, "refused"))

    def refuse_letter(
        self, number: int, name: str, digest: str, head: ReceivedLetter, reason: str
    ) -> None:
        """Say of a letter of the folder why it is not read; it is recorded as one to be read."""
        head = head if head.subject else replace(head, subject=name)
        moment = self.believe(head.arrived_at or head.sent_at)
        self._say(number, head, moment, name, reason, "refused")
        self.keep_open(digest, _message(head, moment, f"{UNREADABLE}：{reason}"), FOLDER)

    def copy_saved(
        self, number: int, name: PurePosixPath, content: bytes, modified: datetime
    ) -> None:
        """Copy a file of the folder under 回收/, with its time, which may be all the evidence."""
        digest = hashlib.sha256(content).hexdigest()
        wanted = PurePosixPath(SAVED_FOLDER) / name_saved(name)
        file, outcome, fate = self._put(wanted, content, digest)
        if fate == "taken":
            moment = modified.timestamp()
            with suppress(OSError):
                os.utime(self.folder / file, (moment, moment))
        self.lines.append(Line(number, modified, "", "", (), str(name), outcome, fate))

    # ------------------------------------------------------------ one file

    def _put(self, wanted: PurePosixPath, content: bytes, digest: str) -> tuple[str, str, Fate]:
        """Put a content at a path of its own below 回收/, unless it lies there already.

        Return where it is, what to say of it, and its fate.
        """
        held = self.held.get(digest)
        if held is not None:
            return held, f"已有：{held}", "held"
        _make_folder(self.folder, wanted.parent)
        free = (mark_copy(wanted, number) for number in count(1))
        chosen = next(one for one in free if not os.path.lexists(self.folder / one))
        if self.size + len(content) > RUN_BYTES and self.size:
            raise TaskxlError(
                f"这一次收下的附件已有 {self.size // MB} MB，先停下，免得占满磁盘"
                f"（一次最多收 {RUN_BYTES // MB} MB）。看过磁盘还有空间，再运行一次接着收。"
            )
        write_return(self.folder, self.folder / chosen, content)
        self.size += len(content)
        self.held[digest] = str(chosen)
        return str(chosen), f"收下：{chosen}", "taken"

    def _say(
        self,
        number: int,
        letter: ReceivedLetter,
        at: datetime | None,
        attachment: str,
        outcome: str,
        fate: Fate,
    ) -> None:
        self.named.add(number)
        self.lines.append(
            Line(
                number,
                local_moment(at or letter.sent_at),
                letter.sender_name or letter.sender,
                letter.subject,
                self.looks_like(letter),
                attachment,
                outcome,
                fate,
            )
        )


def find_waiting(
    ledger: Ledger | None, master: MasterList, period: Period, since: date
) -> dict[str, str]:
    """Return the offices of whose letters one lies unread in the mailbox, with its subject.

    `since` is the day from which the period's letters count; by their address, so a hint.
    Under "" stands a letter of which not even the sender is known.
    """
    waiting: dict[str, str] = {}
    if ledger is None:
        return waiting
    unread = list_unread(ledger, since)
    waiting |= {message.sender: message.subject for message in unread if not message.sender}
    for office in master.offices:
        found = read_recipients(office.mails)
        addresses = {one.casefold() for one in (*found.to, *found.copies)}
        for message in unread:
            if message.sender.rpartition("<")[2].rstrip(">").strip().casefold() in addresses:
                waiting[office.name] = message.subject
    return waiting


def _message(letter: ReceivedLetter, at: datetime | None, outcome: str) -> CollectedMessage:
    sender = f"{letter.sender_name} <{letter.sender}>" if letter.sender_name else letter.sender
    return CollectedMessage(
        "", "", letter.message_id, sender, letter.subject, letter.sent_at, at, outcome
    )


def _make_folder(root: Path, inner: PurePosixPath) -> None:
    """Make a folder below `root`, following no link on the way out of it."""
    folder = root
    for part in inner.parts:
        folder = folder / part
        if folder.is_symlink():
            raise TaskxlError(
                f"“{show(folder)}”是链接，会把文件放到别处，没有收。请把它移走后再运行。"
            )
    make_folder(folder, root)


def _say_gone(folder: Path, collected: dict[str, str], held: dict[str, str]) -> list[str]:
    gone = [
        file
        for digest, file in collected.items()
        if digest not in held and not os.path.lexists(folder / file)
    ]
    if not gone:
        return []
    named = "、".join(map(quote, gone[:3])) + ("等" if len(gone) > 3 else "")
    return [
        f"收过的附件有 {len(gone)} 个已不在回收里（{named}），不会再收一次。"
        "还要的话，请从邮箱里另存，放进回收。"
    ]


def _clear_leftovers(folder: Path) -> None:
    """Remove what killed runs left half-written in the folders that only `collect` writes."""
    for name in (MAIL_FOLDER, SAVED_FOLDER):
        for path in (folder / name).rglob(".taskxl-*.tmp"):
            with suppress(OSError):
                path.unlink()
