"""信件 for the page: each letter as it would go out, with what became of the last one like it."""

from dataclasses import dataclass
from datetime import date

from taskxl.desk.composing import Batch, compose_letters
from taskxl.desk.lists import load_master
from taskxl.desk.pasting import compose_pastes
from taskxl.ledger import LetterKind, find_letter
from taskxl.ledger.looking import look_into_ledger
from taskxl.mail.passwords import find_password
from taskxl.model import Month, Period
from taskxl.text import show
from taskxl.workspace.folder import Workspace


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One letter: to whom, in which words, with which files; `fate` tells of the one before.

    `paste` is the same to be pasted into a chat, "" where there is none; `is_doubtful` tells that
    nobody knows whether the last one went out.
    """

    office: str
    to: tuple[str, ...]
    copies: tuple[str, ...]
    subject: str
    body: str
    files: tuple[str, ...]
    paste: str
    fate: str
    is_sent: bool
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class LettersView:
    """The letters of a kind: `group` is the text for all in a chat, `missing` what 设置 lacks.

    `seen` is their mark, which goes along with what is decided of them.
    """

    kind: LetterKind
    lines: tuple[LetterLine, ...]
    notes: tuple[str, ...]
    group: str
    missing: tuple[str, ...]
    seen: str

    @property
    def to_send(self) -> tuple[LetterLine, ...]:
        """The letters that sending would send: with an address, and not sent yet."""
        return tuple(
            one for one in self.lines if one.to and not one.is_sent and not one.is_doubtful
        )


def view_letters(
    workspace: Workspace,
    period: Period,
    kind: LetterKind,
    today: date,
    office: str = "",
    month: Month | None = None,
) -> LettersView:
    """Return the letters of a kind as they would read on a day; nothing is written or sent.

    `month` is the month as it stands, where somebody has looked at it already.
    Raises TaskxlError as `compose_letters` does.
    """
    batch = compose_letters(workspace, period, kind, office or None, today=today, month=month)
    pastes = compose_pastes(batch, today) if kind != "issue" else None
    settings = batch.master.settings
    missing = [
        name
        for name, value in (
            ("发信服务器", settings.mail_server),
            ("发件邮箱", settings.mail_sender),
        )
        if not value
    ]
    lines = tuple(_make_lines(workspace, batch, today, dict(pastes.offices) if pastes else {}))
    group = pastes.group if pastes else ""
    return LettersView(kind, lines, batch.notes, group, tuple(missing), batch.mark(today))


def _make_lines(
    workspace: Workspace, batch: Batch, today: date, pastes: dict[str, str]
) -> list[LetterLine]:
    lines = []
    with look_into_ledger(workspace) as ledger:
        for item in batch.items:
            text = batch.text(item, today)
            last = find_letter(ledger, batch.topic(item)) if ledger else None
            event = last.event if last else ""
            pending = last is None or last.is_pending
            when = f"{last.event_at:%m-%d %H:%M}" if last and last.event_at else ""
            sent = event in ("sent", "returned")
            fate = f"{when} 已发出" if sent else "上次没有发成" if last and pending else ""
            fate = f"{when} 发出后被退回" if event == "returned" else fate
            doubtful = not pending and not sent
            fate = "不知道上次那封发出去没有，请问一下对方" if doubtful else fate
            copying = batch.master.settings.mail_copy_leader
            lines.append(
                LetterLine(
                    item.office,
                    item.recipients.to,
                    item.recipients.copies if copying else (),
                    text.subject,
                    text.body,
                    tuple(show(one.name) for one in item.attachments),
                    pastes.get(item.office, ""),
                    fate,
                    sent,
                    doubtful,
                )
            )
    return lines


def asks_password(workspace: Workspace) -> bool:
    """Tell whether a person has to be asked for the mailbox's password."""
    settings = load_master(workspace)[0].settings
    user = settings.mail_user or settings.mail_sender
    servers = [one for one in (settings.mail_server, settings.inbox_server) if one]
    return any(find_password(user, server) is None for server in servers)


def answer_password(given: str, user: str, server: str) -> str:
    """Return the password that is laid down for a server, else the one that was given."""
    return find_password(user, server) or given
