"""A letter as mail programs read it: headers that nothing gets into, names that all can read."""

import io
from base64 import encodebytes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.charset import BASE64, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import quote

from taskxl.mail.texts import LetterText, clean_line
from taskxl.text import safe_file_name

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Nothing is folded anew: headers go out as they are written here, whatever the Python.
_AS_WRITTEN = SMTP.clone(refold_source="none")
_LINE = 76
"""Columns of a line with an encoded word at most (RFC 2047, 2)."""
_UTF8 = Charset("utf-8")
_UTF8.header_encoding = BASE64


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to one office, addresses checked (`master.addresses`), before it has a date.

    `sender_name` is shown beside the sender's address; `key` tells this letter from all others:
    its Message-ID comes of it.
    """

    office: str
    sender: str
    sender_name: str
    to: tuple[str, ...]
    copies: tuple[str, ...]
    reply_to: str
    text: LetterText
    key: str
    attachments: tuple[Attachment, ...] = ()

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody who gets it."""
        return self.to + self.copies

    @property
    def message_id(self) -> str:
        """The same for the same letter, and without a word of what is in it."""
        domain = self.sender.rpartition("@")[2] or "taskxl.invalid"
        return f"<{sha256(self.key.encode('utf-8', 'replace')).hexdigest()[:32]}@{domain}>"


def write_letter(letter: Letter, at: datetime) -> bytes:
    """Return a letter as it is handed to a mail server; the same letter and time, the same bytes.

    `at` is its date; a time without zone is the computer's local one.
    """
    return _write(letter, (("Date", format_datetime(at.astimezone())),))


def write_draft(letter: Letter) -> bytes:
    """Return a letter as a draft: mail programs open it to be looked over and sent.

    It has no date: that is set by whoever sends it. `X-Unsent` makes Outlook open it to be edited.
    """
    return _write(letter, (("X-Unsent", "1"),))


def _write(letter: Letter, more: Sequence[tuple[str, str]]) -> bytes:
    message: Message[str, str] = Message()
    # A draft may still lack either: who sends it by hand fills them in.
    if letter.sender:
        message["From"] = _name_address(letter.sender_name, letter.sender)
    if letter.to:
        message["To"] = ",\r\n ".join(letter.to)
    if letter.copies:
        message["Cc"] = ",\r\n ".join(letter.copies)
    if letter.reply_to and letter.reply_to != letter.sender:
        message["Reply-To"] = letter.reply_to
    message["Subject"] = _encode(letter.text.subject, "Subject")
    message["Message-ID"] = letter.message_id
    for name, value in more:
        message[name] = value
    message["MIME-Version"] = "1.0"
    if letter.attachments:
        # Base64 has no `_`: no line of a part can be taken for the boundary.
        boundary = f"_{sha256(letter.message_id.encode()).hexdigest()[:32]}"
        message["Content-Type"] = f'multipart/mixed; boundary="{boundary}"'
        body: Message[str, str] = Message()
        _put_text(body, letter.text.body)
        message.attach(body)
        for attachment in letter.attachments:
            message.attach(_attach(attachment))
    else:
        _put_text(message, letter.text.body)
    buffer = io.BytesIO()
    BytesGenerator(buffer, policy=_AS_WRITTEN).flatten(message)  # type: ignore[arg-type]
    content = buffer.getvalue()
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def _put_text(part: "Message[str, str]", text: str) -> None:
    part["Content-Type"] = 'text/plain; charset="utf-8"'
    _put_bytes(part, text.replace("\n", "\r\n").encode())


def _attach(attachment: Attachment) -> "Message[str, str]":
    """Return a part whose name is given twice: as RFC 2231 has it, and as QQ and 163 read it."""
    name = safe_file_name(clean_line(attachment.name))
    part: Message[str, str] = Message()
    kind = _WORKBOOK if name.endswith(".xlsx") else "application/octet-stream"
    shown = name if name.isascii() else _encode(name)
    part["Content-Type"] = f'{kind};\r\n name="{shown}"'
    part["Content-Disposition"] = f"attachment;\r\n filename*=utf-8''{quote(name, safe='')}"
    _put_bytes(part, attachment.content)
    return part


def _put_bytes(part: "Message[str, str]", content: bytes) -> None:
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(encodebytes(content).decode("ascii"))


def _name_address(name: str, address: str) -> str:
    return f"{_encode(name, 'From')}\r\n <{address}>" if clean_line(name) else address


def _encode(text: str, header: str = "name=") -> str:
    """Return a text as encoded words, all of it and always: nothing in it is read as syntax."""
    words = Header(clean_line(text), _UTF8, maxlinelen=_LINE - 1, header_name=header)
    return words.encode(linesep="\r\n")
