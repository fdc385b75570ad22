"""Outlook's own envelopes: winmail.dat (TNEF) and .msg files, opened by optional libraries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import HeaderParser
from typing import Any

from taskxl.intake.refusals import DAMAGED, NOT_A_TABLE, Refused
from taskxl.mail.headers import decode_bytes, read_arrival, read_date, read_sender

TNEF_MARK = (0x223E9F78).to_bytes(4, "little")
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_INSTALL = "请重新安装 taskxl 后，用 taskxl collect --from 再收这个文件。"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an Outlook file holds: the letter's own data and the files in it, name and content.

    `unopened` counts letters within that are not opened.
    """

    sender_name: str = ""
    sender: str = ""
    subject: str = ""
    message_id: str = ""
    sent_at: datetime | None = None
    arrived_at: datetime | None = None
    files: Sequence[tuple[str, bytes]] = ()
    unopened: int = 0


def open_tnef(content: bytes) -> Envelope:
    """Return what a winmail.dat holds.

    Raises Refused: R203 the library is not installed, R201 it cannot be opened.
    """
    try:
        from tnefparse import TNEF
    except ImportError as error:
        raise Refused(NOT_A_TABLE.code, f"winmail.dat 没有拆开。{_INSTALL}") from error
    try:
        found = TNEF(content, do_checksum=False)
        files = [(_tnef_name(one), bytes(one.data)) for one in found.attachments]
    except Exception as error:  # it raises whatever a broken file makes it stumble over
        raise Refused(
            DAMAGED.code, "winmail.dat 已损坏，拆不开。请对方改用纯文本格式重发。"
        ) from error
    return Envelope(files=files)


def _tnef_name(attachment: Any) -> str:
    for name in (_property(attachment), attachment._name):
        text = decode_bytes(name, "") if isinstance(name, bytes) else str(name or "")
        if text.strip("\0 "):
            return text.strip("\0 ")
    return ""


def _property(attachment: Any) -> object:
    """Return the long name; the library's own `long_filename` assumes UTF-8 for the short one."""
    from tnefparse.properties import MAPI_ATTACH_LONG_FILENAME

    names = [one.data for one in attachment.mapi_attrs if one.name == MAPI_ATTACH_LONG_FILENAME]
    return names[0] if names else ""


def open_msg(content: bytes) -> Envelope:
    """Return what a saved .msg holds.

    Raises Refused: R203 the library is not installed, R201 it cannot be opened.
    """
    try:
        import oxmsg
    except ImportError as error:
        raise Refused(NOT_A_TABLE.code, f".msg 邮件没有拆开。{_INSTALL}") from error
    try:
        return _read_msg(oxmsg.Message.load(content))
    except Exception as error:  # it raises whatever a broken file makes it stumble over
        raise Refused(DAMAGED.code, ".msg 邮件已损坏，拆不开。请把附件单独另存后再收。") from error


def _read_msg(message: Any) -> Envelope:
    files, unopened = [], 0
    for one in message.attachments:
        data = one.file_bytes  # None for a letter within, and for a file that is only linked to
        if data is None:
            unopened += 1
        else:
            files.append((one.file_name or "", bytes(data)))
    headers = "\n".join(f"{name}: {value}" for name, value in message.message_headers.items())
    parsed: Message[str, str] = HeaderParser().parsestr(headers)
    if not parsed.get("from"):
        parsed["From"] = " ".join(str(message.sender or "").split())
    name, address = read_sender(parsed)
    return Envelope(
        name,
        address,
        str(message.subject or ""),
        str(parsed.get("message-id") or ""),
        message.sent_date or read_date(str(parsed.get("date") or "")),
        read_arrival(parsed),
        files,
        unopened,
    )
