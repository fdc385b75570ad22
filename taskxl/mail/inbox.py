"""The mailbox over IMAP: looked into and never touched, save for the mark that 设置 may ask for."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from imaplib import IMAP4
from typing import TYPE_CHECKING, Any, TypeVar

from taskxl.errors import TaskxlError
from taskxl.mail.folders import MailFolder, advise, find_near, read_folders
from taskxl.mail.imap import SECONDS, Account, explained, introduce, log_in, quote_server
from taskxl.mail.passwords import Secret, reveal
from taskxl.text import quote, show

if TYPE_CHECKING:
    from imapclient import IMAPClient

_BATCH = 100
# A shorter letter of nothing but text holds no form, not even one written into the text.
_SHORT = 16 << 10
# Where lines do not end as they should, a server takes headers and parts for one text.
_ODD_ENDS = re.compile(rb"\r(?!\n)")
_HEADERS = (
    "BODY.PEEK[HEADER.FIELDS (FROM SENDER SUBJECT DATE MESSAGE-ID RECEIVED"
    " RETURN-PATH AUTO-SUBMITTED)]<0.16384>"
)
# Questions in a row to which a server that is there says nothing at all, twice each; a letter at
# which it falls silent costs three.
_SILENCES = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Head:
    """A letter as the server describes it, before it is downloaded.

    `received` is when the server took it in (INTERNALDATE), `size` in bytes; `bare` tells that
    nothing can hang on it.
    """

    uid: int
    size: int
    received: datetime | None
    header: bytes
    bare: bool


class Unanswered(Exception):  # noqa: N818 — named for what happened
    """The server breaks off each time one and the same thing is asked; others may be answered."""


class Declined(Unanswered):
    """The server says no to one and the same thing, each time; `said` is its answer, shown safe."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Mailbox:
    """An open folder of a mailbox, read-only; a connection that was cut is made anew by itself."""

    def __init__(self, account: Account, password: Secret, seconds: float = SECONDS) -> None:
        self._account, self._seconds = account, seconds
        self._password = cache(lambda: reveal(password))
        self._said = ""  # why the server broke off last, where it says so
        self._client, self._folder, self.validity = self._open()
        self._silences = 0

    # ------------------------------------------------------------ asked

    def list_letters(self, since: date) -> list[int]:
        """Return the UIDs of all letters taken in on `since` or later, a day of grace included.

        The server counts days in its own zone, so that the day before is asked for.
        """
        wanted = ["SINCE", since - timedelta(days=1)]
        try:
            return sorted(self._ask(lambda client: list(client.search(wanted))))
        except Unanswered as error:
            raise self.cut_off() from error

    def survey(self, uids: Sequence[int]) -> Iterator[Head]:
        """Yield a head for each of these letters, whatever the server says of it.

        Where it says nothing, or something that nobody understands, the head is empty and the
        letter is taken to hold something: only asking for it whole can tell.
        """
        for at in range(0, len(uids), _BATCH):
            batch = uids[at : at + _BATCH]
            heads: dict[int, Head] = {}
            with suppress(Unanswered):
                heads = {head.uid: head for head in self._describe(batch)}
            for uid in batch:
                yield heads.get(uid) or self._describe_alone(uid)

    def _describe_alone(self, uid: int) -> Head:
        for structure in (True, False):
            with suppress(Unanswered):
                for head in self._describe([uid], structure):
                    return head
        return Head(uid, 0, None, b"", bare=False)

    def holds(self, uid: int) -> bool:
        """Tell whether a letter is in the folder still; where nobody can tell, it is."""
        try:
            return uid in self._ask(lambda client: client.search(["UID", str(uid)]))
        except Unanswered:
            return True

    def _describe(self, uids: Sequence[int], structure: bool = True) -> list[Head]:
        items = ["RFC822.SIZE", "INTERNALDATE", _HEADERS] + ["BODYSTRUCTURE"] * structure
        found = self._ask(lambda client: client.fetch(uids, items))
        heads = []
        for uid in sorted(set(uids) & set(found)):  # a server may speak of others unasked
            said = found[uid]
            size = said.get(b"RFC822.SIZE")
            received = said.get(b"INTERNALDATE")
            header = next((v for k, v in said.items() if k.startswith(b"BODY[HEADER")), b"")
            header = header if isinstance(header, bytes) else b""
            size = size if isinstance(size, int) else 0
            short = 0 < size <= _SHORT and not _ODD_ENDS.search(header)
            heads.append(
                Head(
                    uid,
                    size,
                    received if isinstance(received, datetime) else None,
                    header,
                    short and _is_bare(said.get(b"BODYSTRUCTURE")),
                )
            )
        return heads

    def download(self, uid: int) -> bytes | None:
        """Return a letter whole, None where the server brings none, asked twice; it stays unread.

        Raises Unanswered where the server breaks off at this one, Declined where it says no.
        """
        for _ in range(2):
            said = self._ask(lambda client: client.fetch([uid], ["BODY.PEEK[]"])).get(uid, {})
            content = said.get(b"BODY[]")
            if isinstance(content, bytes):
                return content
        return None

    def mark_read(self, uids: Sequence[int]) -> None:
        """Mark letters as read: the one thing that is ever changed, where 设置 asks for it."""
        if not uids:
            return

        def mark(client: "IMAPClient") -> None:
            opened = client.select_folder(self._folder)
            if opened.get(b"UIDVALIDITY") == self.validity:
                client.add_flags(list(uids), [rb"\Seen"], silent=True)

        try:
            self._ask(mark)
        except Unanswered as error:
            raise TaskxlError(
                "附件都收好了，但邮箱不让标为已读。可以把设置里的“收取后标为已读”改为否。"
            ) from error

    def close(self) -> None:
        """Leave the mailbox."""
        # A folder that is closed in the usual way is purged of letters marked as deleted; this one
        # is only left.
        with suppress(Exception):
            self._client.logout()
        with suppress(Exception):
            self._client.shutdown()

    # ------------------------------------------------------------ the connection

    def _ask(self, question: "Callable[[IMAPClient], T]") -> T:
        """Return the answer; where none comes, ask once more over a new connection.

        Raises Unanswered where none comes then; TaskxlError where the server has fallen silent.
        """
        try:
            answer = question(self._client)
            self._silences = 0
            return answer
        except Exception as error:  # the library raises whatever a strange answer makes it do
            if _is_no(error):
                return self._ask_again(question)
            self._note_parting(error)
            self.close()
        self._client, self._folder, validity = self._open()
        if validity != self.validity:
            raise TaskxlError("邮箱在收取的时候被重建了，没有收完。请再运行一次。")
        return self._ask_again(question)

    def _ask_again(self, question: "Callable[[IMAPClient], T]") -> T:
        try:
            answer = question(self._client)
        except Exception as error:
            if _is_no(error):
                said = quote_server(error, self._account, self._password())
                raise Declined(said) from error
            self._note_parting(error)
            self._silences += isinstance(error, TimeoutError)
            if self._silences >= _SILENCES:
                raise self.cut_off() from error
            raise Unanswered from error
        self._silences = 0
        return answer

    def _note_parting(self, error: Exception) -> None:
        """Keep what a server says when it hangs up (`* BYE`): a limit, most of the time."""
        if isinstance(error, IMAP4.abort) and "socket error" not in str(error):
            self._said = quote_server(error, self._account, self._password())

    def cut_off(self) -> TaskxlError:
        """Return what to say where the server breaks off again and again."""
        return TaskxlError(
            f"与收信服务器 {show(self._account.server)} 的连接一再中断{self._said}，没有收完。"
            "请稍后再运行一次，会接着收。"
        )

    def _open(self) -> "tuple[IMAPClient, str, int]":
        with explained(self._account):
            client = log_in(self._account, self._password, self._seconds)
            try:
                return client, *_enter(client, self._account, self._password())
            except BaseException:
                with suppress(Exception):
                    client.shutdown()
                raise


@contextmanager
def open_mailbox(account: Account, password: Secret, seconds: float = SECONDS) -> Iterator[Mailbox]:
    """Open a mailbox's folder, read-only, and leave it after.

    Raises TaskxlError, one Chinese line without the password, for all that stands in the way.
    """
    mailbox = Mailbox(account, password, seconds)
    try:
        yield mailbox
    finally:
        mailbox.close()


def _enter(client: "IMAPClient", account: Account, password: str) -> tuple[str, int]:
    """Open the folder for reading; return its name as the server has it and its UIDVALIDITY."""
    from imapclient.exceptions import IMAPClientError

    folder = account.folder or "INBOX"
    for introduced in (False, True):
        try:
            opened = client.select_folder(folder, readonly=True)
            return folder, int(opened.get(b"UIDVALIDITY") or 0)
        except IMAP4.abort:
            raise
        except IMAPClientError as error:
            said = quote_server(error, account, password)
            if "unsafe login" not in str(error).lower():
                return _enter_near(client, folder, said)
            if introduced:
                raise TaskxlError(
                    f"收信服务器 {show(account.server)} 把这次登录当作不安全的{said}，"
                    "不让打开收件夹。"
                    "请在邮箱网页的设置里开通 IMAP、重新生成授权码，并允许第三方客户端登录，"
                    "再运行一次；还不行的，请问邮箱客服，或把信另存后用 taskxl collect --from 收。"
                ) from None
            introduce(client)  # some ask for it without saying so
    raise AssertionError("one of the two ends it")


def _enter_near(client: "IMAPClient", folder: str, said: str) -> tuple[str, int]:
    """Open the folder that is meant where there is none of that name."""
    folders: list[MailFolder] = []
    with suppress(Exception):  # it is only to help
        folders = read_folders(client)
    near = find_near(folder, folders)
    if near and near != folder:
        with suppress(Exception):
            opened = client.select_folder(near, readonly=True)
            return near, int(opened.get(b"UIDVALIDITY") or 0)
    raise TaskxlError(
        f"邮箱里的文件夹{quote(folder)}打不开{said}。{advise('收件夹', folder, folders)}"
    )


def _is_no(error: Exception) -> bool:
    """Tell whether a server answered with no, over a line that still stands."""
    from imapclient.exceptions import ProtocolError

    return isinstance(error, IMAP4.error) and not isinstance(error, IMAP4.abort | ProtocolError)


def _is_bare(structure: Any) -> bool:
    """Tell whether a letter's BODYSTRUCTURE is nothing but text without a name."""
    if not isinstance(structure, tuple) or not structure:
        return False
    if isinstance(structure[0], list | tuple):
        parts: Iterable[Any] = structure[0]
        if isinstance(structure[0], tuple):
            parts = [one for one in structure if isinstance(one, tuple) and one]
        parts = list(parts)
        return bool(parts) and all(map(_is_bare, parts))
    words = [word.lower() for word in _flatten(structure) if isinstance(word, bytes)]
    named = any(w == b"attachment" or w.startswith((b"name", b"filename")) for w in words)
    return bool(words) and words[0] == b"text" and not named


def _flatten(structure: Any) -> Iterator[Any]:
    for one in structure:
        if isinstance(one, list | tuple):
            yield from _flatten(one)
        else:
            yield one
