"""Copies of sent letters in the mailbox's own folder, so that they are seen where mail is read."""

import imaplib
import re
import time
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from taskxl.mail.certificates import make_context
from taskxl.text import show

SSL_PORT = 993
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox to keep copies in, and its folder for them."""

    host: str
    port: int
    user: str
    folder: str
    ca_file: str | None = None


class SentFolder:
    """Puts copies into a folder over one connection; the first failure is the last try.

    Without a folder no copies are kept.
    `note` is that failure as one Chinese line: a copy that is not kept is no letter that is lost.
    """

    def __init__(self, mailbox: Mailbox, password: Callable[[], str]) -> None:
        self.mailbox = mailbox
        self.note = ""
        self._password = password
        self._connection: imaplib.IMAP4 | None = None

    def keep(self, content: bytes, at: datetime) -> None:
        """Put a copy of a letter into the folder, marked as read."""
        folder = self.mailbox.folder
        if self.note or not folder:
            return
        try:
            connection = self._open()
            stamp = imaplib.Time2Internaldate(time.mktime(at.timetuple()))
            kept, _ = connection.append(f'"{encode_folder(folder)}"', "\\Seen", stamp, content)
            if kept != "OK":
                self.note = (
                    f"信件已发出，但没能存进邮箱的文件夹“{show(folder, 20)}”。"
                    "请核对“设置”里的已发送文件夹。"
                )
        except (imaplib.IMAP4.error, OSError, ValueError):
            # A server's words may hold what it was told, so none of them are shown.
            self.note = (
                f"信件已发出，但没能存进邮箱的文件夹“{show(folder, 20)}”："
                f"收信服务器 {show(self.mailbox.host)}:{self.mailbox.port} 连不上或不让登录。"
            )

    def close(self) -> None:
        """Take leave."""
        if self._connection is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                self._connection.logout()
            self._connection = None

    def _open(self) -> imaplib.IMAP4:
        if self._connection is not None:
            return self._connection
        box = self.mailbox
        context = make_context(box.ca_file)
        connection: imaplib.IMAP4
        if box.port == SSL_PORT:
            connection = imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=SECONDS)
        else:
            connection = imaplib.IMAP4(box.host, box.port, timeout=SECONDS)
        try:
            if box.port != SSL_PORT:
                connection.starttls(context)  # an error where the server does not offer it
            connection.login(box.user, self._password())
            with suppress(imaplib.IMAP4.error):
                # Some mailboxes let nobody in who does not say what program it is (RFC 2971).
                connection.xatom("ID", '("name" "taskxl")')
        except BaseException:
            with suppress(imaplib.IMAP4.error, OSError):
                connection.shutdown()
            raise
        self._connection = connection
        return connection


def encode_folder(name: str) -> str:
    r"""Return a folder's name as IMAP writes it (RFC 3501, 5.1.3), fit for quotation marks.

    >>> encode_folder("已发送")
    '&XfJT0ZAB-'
    >>> encode_folder('Sent & "Done"')
    'Sent &- \\"Done\\"'
    """
    parts = re.split(r"([\x20-\x7e]+)", name)
    plain = (part.replace("&", "&-") for part in parts[1::2])
    wide = (_encode_wide(part) for part in parts[::2])
    joined = "".join(one for pair in zip(wide, [*plain, ""], strict=True) for one in pair)
    return joined.replace("\\", "\\\\").replace('"', '\\"')


def _encode_wide(text: str) -> str:
    if not text:
        return ""
    coded = b64encode(text.encode("utf-16-be", "replace")).decode().rstrip("=").replace("/", ",")
    return f"&{coded}-"
