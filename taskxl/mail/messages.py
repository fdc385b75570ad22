"""A letter's bytes → who sent it, when, and what hangs on it. Hostile input: runs in a worker."""

import re
from binascii import Error as BadLine
from binascii import a2b_base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from pathlib import PurePosixPath
from typing import TypeAlias

from taskxl.intake.refusals import MB, OVER_LIMIT, Refused
from taskxl.mail.bounces import Bounce, is_from_robot, read_bounce
from taskxl.mail.courtesies import told_words
from taskxl.mail.headers import (
    decode_bytes,
    decode_header,
    first_header,
    read_arrival,
    read_date,
    read_name,
    read_parameter,
    read_sender,
)
from taskxl.mail.inline import find_written
from taskxl.mail.outlook import OLE_MARK, TNEF_MARK, Envelope, open_msg, open_tnef
from taskxl.mail.straighten import count_hanging, find_more, is_cut, parse_letter, shows_parts

MESSAGE_BYTES = 60 * MB
"""A larger letter stays in the mailbox."""
_PARTS, _FILES, _INFLATED, _DEPTH, _ATTACHED_LETTER = 2000, 200, 120 * MB, 64, 8
_TINY_PICTURE = 4096
_LARGE_PICTURE = 32 << 10
"""From this size on a picture within the text that no text refers to may be a photographed form."""
_UNNAMED = "未命名"
_TABLES = frozenset(("text/csv", "text/tab-separated-values", "text/comma-separated-values"))
_DOUBLE_MARK = b"\x00\x05\x16\x07"
_FILE_MARKS = {b"PK\x03\x04": ".zip", OLE_MARK: "", b"%PDF-": ".pdf"}
_BODY = 256 << 10
_LINK = re.compile(
    r"超大附件|网盘|云附件|中转站|pan\.baidu\.com|weiyun\.com|pan\.quark\.cn|aliyundrive|alipan\.com"
)
_ROW = re.compile(r"<tr\b", re.IGNORECASE)
_DAMAGED = "结构残缺，附件可能没有取全，请打开邮件查看"
# What Outlook makes of the text after an attachment.
_FRAGMENT = re.compile(r"ATT\d{5}\.(?:html?|txt)", re.IGNORECASE)
_SIGNATURES = frozenset(
    (
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-keys",
        "text/vcard",
        "text/x-vcard",
    )
)
# What robots hang on a report: its words once more, what came back, their own signs.
_PIECES = frozenset(("", ".txt", ".htm", ".html", ".eml", ".msg", ".dat", ".png", ".gif", ".svg"))
_SEALED = frozenset(
    ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
)
_ENDINGS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/msword": ".doc",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/kset": ".et",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/pdf": ".pdf",
    "text/csv": ".csv",
    "image/jpeg": ".jpg",
    "image/png": ".png",
}

Part: TypeAlias = "Message[str, str]"
Opener = Callable[[bytes], Envelope]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that hangs on a letter. `name` is what the sender calls it, and no path.

    `ignored` says in Chinese why it is no return, "" where it may be one; `inner` tells that it
    hung on a letter within the letter.
    """

    name: str
    content: bytes
    ignored: str = ""
    inner: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedLetter:
    """What a letter says of itself and what hangs on it, in the letter's order.

    `arrived_at` is when the last server took it in; `note` says in Chinese what else a person
    should know of it; `returned` tells that it is a bounce or a receipt, which carries no return;
    `bounce` is what came back and why; `robot` tells that a program wrote it.
    """

    sender_name: str = ""
    sender: str = ""
    subject: str = ""
    message_id: str = ""
    sent_at: datetime | None = None
    arrived_at: datetime | None = None
    attachments: tuple[Attached, ...] = ()
    note: str = ""
    returned: bool = False
    bounce: Bounce | None = None
    robot: bool = False
    words: tuple[str, ...] = ()
    """What its text says beyond courtesies; nothing of the letters that it answers."""
    page: bytes = b""
    """Its text as a page, where a table stands in it."""


def read_letter(content: bytes) -> ReceivedLetter:
    """Return what a letter says and holds, letters within it and Outlook's envelopes opened.

    Raises Refused R204 where it is over a limit; anything at all where it is made to break
    parsers, so call it in a worker.
    """
    if content.startswith(OLE_MARK):
        return _read_envelope(open_msg(content))
    if content.startswith(TNEF_MARK):
        return _read_envelope(open_tnef(content))
    if len(content) > MESSAGE_BYTES:
        raise Refused(OVER_LIMIT.code, f"这封信超过 {MESSAGE_BYTES // MB} MB，没有打开。")
    message: Part = parse_letter(content)
    search = _Search()
    bounce = read_bounce(message)
    returned = bounce is not None or message.get_content_type() == "multipart/report"
    try:
        search.open(message, 0, inner=False)
    except Refused:
        if not returned:
            raise
    if not returned and search.hanging < count_hanging(content):
        search.notes.append(_DAMAGED)
    files = search.settle()
    if returned:
        # Its own pieces are none of an office's; what somebody hung on it may be one.
        files = tuple(one for one in files if _is_of_a_person(one))
    return replace(
        read_head(message),
        attachments=files,
        note="" if returned else "；".join(dict.fromkeys(search.notes)),
        returned=returned,
        bounce=bounce,
        words=() if returned else told_words(*search.texts),
        page=b"" if returned else search.page,
    )


def read_head(message: Part) -> ReceivedLetter:
    """Return what the headers alone say."""
    name, address = read_sender(message)
    return ReceivedLetter(
        _fit(name),
        _fit(address),
        _fit(decode_header(first_header(message, "subject"))),
        _fit(first_header(message, "message-id").strip()),
        read_date(first_header(message, "date")),
        read_arrival(message),
        robot=is_from_robot(message),
    )


def read_headers(content: bytes) -> ReceivedLetter:
    """Return what the beginning of a letter says of it, without what hangs on it."""
    return read_head(BytesParser(policy=compat32).parsebytes(content, headersonly=True))


def open_letter(headers_only: bool, content: bytes) -> ReceivedLetter:
    """Read a letter, or only what its headers say: the job of a worker."""
    return read_headers(content) if headers_only else read_letter(content)


def _fit(text: str) -> str:
    return text.replace("\0", "")[:500]


def _read_envelope(envelope: Envelope) -> ReceivedLetter:
    search = _Search()
    search.add_envelope(envelope, inner=False)
    return ReceivedLetter(
        _fit(envelope.sender_name),
        _fit(envelope.sender),
        _fit(envelope.subject),
        _fit(envelope.message_id),
        envelope.sent_at,
        envelope.arrived_at,
        search.settle(),
        "；".join(dict.fromkeys(search.notes)),
        words=told_words(*search.texts),
        page=search.page,
    )


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture among the files, at this place; it may turn out to belong to the text."""

    place: int
    content_id: str


class _Search:
    """The files found so far in one letter, and what its text says that bears on them."""

    def __init__(self) -> None:
        self.files: list[Attached] = []
        self.notes: list[str] = []
        self.pictures: list[_Picture] = []
        self.shown: set[str] = set()  # ids of pictures that the text shows
        self.parts = self.size = self.unnamed = 0
        self.texts: tuple[str, str] = ("", "")  # plain, and as a page
        self.page = b""
        self.hanging = 0  # parts that say of themselves that they are attachments

    def settle(self) -> tuple[Attached, ...]:
        """Return the files; pictures that the text shows are no returns."""
        for picture in self.pictures:
            if picture.content_id in self.shown:
                file = self.files[picture.place]
                self.files[picture.place] = replace(file, ignored="正文里的图片")
        return tuple(self.files)

    def open(self, letter: Part, depth: int, inner: bool) -> None:
        """Look through a letter as it was parsed, which may break off."""
        if is_cut(letter):
            self.notes.append(_DAMAGED)
        self.look_through(letter, depth, inner)

    def look_through(self, part: Part, depth: int, inner: bool) -> None:
        self.parts += 1
        if self.parts > _PARTS or depth > _DEPTH:
            raise Refused(OVER_LIMIT.code, "这封信的结构超出安全限度，没有读完。")
        kind = part.get_content_type()
        placed = map(str, part.get_all("content-disposition", ()))
        self.hanging += sum(one.strip().lower().startswith("attachment") for one in placed)
        payload = part.get_payload()
        if kind == "message/partial":
            said = first_header(part, "content-type")
            number, total = (next(read_parameter(said, one), "") for one in ("number", "total"))
            whole = f"，共 {total} 部分" if total.isdigit() else ""
            which = f"第 {number} 部分{whole}" if number.isdigit() else "一部分"
            self.notes.append(
                f"结构残缺：这是拆开发的信的{which}，附件取不出来。请打开邮件查看，或请对方重发"
            )
            return
        more = list(find_more(part))
        for extra in more:
            self.open(extra, depth + 1, inner)
        if more and not isinstance(payload, list):
            return
        if isinstance(payload, list):
            within = inner or part.get_content_maintype() == "message"
            coded = _read_coded(part, payload)
            if coded is not None:
                self.open(coded, depth + _ATTACHED_LETTER, inner=True)
            elif kind not in ("message/delivery-status", "message/disposition-notification"):
                for one in payload:
                    if isinstance(one, Message):
                        self.look_through(one, depth + 1, within)
            return
        if kind == "message/external-body":
            self.notes.append("有一部分不在这封信里，请打开邮件查看")
            return
        self._look_at(part, kind, depth, inner)

    def _look_at(self, part: Part, kind: str, depth: int, inner: bool) -> None:
        name = read_name(part)
        placed = _place(part)
        content = _decode(part)
        self._weigh(content)
        if kind in _SEALED and PurePosixPath(name).suffix.lower() in ("", ".p7m", ".asc"):
            self.notes.append("这封信是加密或密封签名的，读不出附件，请打开邮件查看")
            return
        if not name and placed != "attachment":
            suffix = next((e for m, e in _FILE_MARKS.items() if content.startswith(m)), None)
            if suffix is not None and part.get_content_maintype() in ("text", "multipart"):
                self._add(self._name(suffix), content, "", inner)
                return
            if kind in ("text/plain", "text/html"):
                self._read_text(part, content, kind, inner)
                return
            if part.get_content_maintype() == "multipart":
                if shows_parts(content.decode("latin-1")):
                    self.notes.append(_DAMAGED)
                self._read_text(part, content, "text/plain", inner)
                return
            if part.get_content_maintype() == "text" and kind not in _TABLES:
                return
        if not name:
            name = self._name(_ENDINGS.get(kind, ""))
        if kind in ("application/ms-tnef", "application/vnd.ms-tnef") or (
            content.startswith(TNEF_MARK) and name.lower().endswith(".dat")
        ):
            self._open_outlook(name, content, inner, open_tnef)
        elif content.startswith(OLE_MARK) and name.lower().endswith(".msg"):
            self._open_outlook(name, content, True, open_msg)
        elif name.lower().endswith(".eml") and content.strip():
            letter: Part = parse_letter(content)
            self.open(letter, depth + _ATTACHED_LETTER, inner=True)
        else:
            self._add(name, content, _why_ignored(name, kind, placed, content), inner)
            if kind.startswith("image/"):
                identity = first_header(part, "content-id").strip(" \t<>")
                self.pictures.append(_Picture(len(self.files) - 1, identity))

    def _read_text(self, part: Part, content: bytes, kind: str, inner: bool) -> None:
        text = decode_bytes(
            content[:_BODY], next(read_parameter(first_header(part, "content-type"), "charset"), "")
        )
        plain, paged = self.texts
        if kind == "text/html":
            self.texts = (plain, paged or text)
            if not self.page and len(_ROW.findall(text)) > 1:
                self.page = text.encode("utf-8", "replace")
        else:
            self.texts = (plain or text, paged)
        if _LINK.search(text):
            self.notes.append("正文里有网盘或超大附件的链接，请打开邮件下载")
        if kind == "text/html":
            self.shown |= {one.strip() for one in re.findall(r"cid:([^\"'\s>)]{1,200})", text)}
        if b"begin " in content or b"=ybegin " in content:
            for name, file in find_written(content, html=kind == "text/html"):
                if file is None:
                    self.notes.append(_DAMAGED)
                    continue
                self._weigh(file)
                self._add(name, file, "", inner)

    def _name(self, suffix: str) -> str:
        """Name a part that has no name of its own."""
        self.unnamed += 1
        return f"{_UNNAMED}-{self.unnamed}{suffix}"

    def add_envelope(self, envelope: Envelope, inner: bool) -> None:
        for name, content in envelope.files:
            self._weigh(content)
            self._add(name or self._name(""), content, "", inner)
        if envelope.unopened:
            self.notes.append("里面还夹着没有拆开的信或链接，请打开邮件查看")

    def _open_outlook(self, name: str, content: bytes, inner: bool, opener: Opener) -> None:
        try:
            envelope = opener(content)
        except Refused as refused:
            # As it is, it is still something that a person can open.
            self.notes.append(refused.reason)
            self._add(name, content, "", inner)
            return
        self.add_envelope(envelope, inner)

    def _add(self, name: str, content: bytes, ignored: str, inner: bool) -> None:
        if len(self.files) >= _FILES:
            raise Refused(OVER_LIMIT.code, f"这封信的附件超过 {_FILES} 个，没有收。")
        self.files.append(Attached(_fit(name), content, ignored, inner))

    def _weigh(self, content: bytes) -> None:
        self.size += len(content)
        if self.size > _INFLATED:
            raise Refused(OVER_LIMIT.code, f"这封信拆开后超过 {_INFLATED // MB} MB，没有收。")


def _read_coded(part: Part, payload: Sequence[object]) -> "Part | None":
    """Return the letter within where it was coded in base64, which no letter within may be.

    Some programs do it all the same, and the parser takes what they write for a text.
    """
    if first_header(part, "content-transfer-encoding").strip().lower() != "base64":
        return None
    text = payload[0].get_payload() if payload and isinstance(payload[0], Message) else None
    if not isinstance(text, str):
        return None
    try:
        content = a2b_base64(text.encode("ascii", "ignore"))
    except BadLine:
        return None
    return BytesParser(policy=compat32).parsebytes(content)


def _is_of_a_person(file: Attached) -> bool:
    suffix = PurePosixPath(file.name).suffix.lower()
    return not (file.ignored or file.inner or suffix in _PIECES)


def _place(part: Part) -> str:
    return first_header(part, "content-disposition").split(";")[0].strip().lower()


def _decode(part: Part) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _why_ignored(name: str, kind: str, placed: str, content: bytes) -> str:
    """Say why a part is no return: a picture or piece of the text, a signature, a date."""
    if kind in _SIGNATURES:
        return "签名或名片"
    if kind == "text/calendar":
        return "日程"
    if kind.startswith("text/") and _FRAGMENT.fullmatch(name):
        return "正文的一部分"
    if kind == "application/applefile" or content.startswith(_DOUBLE_MARK):
        return "苹果电脑随附件存的附加信息"
    if not content and placed == "attachment":
        return "附件是空的（0 字节）"
    if kind.startswith("image/") and not content.startswith(tuple(_FILE_MARKS)):
        # Telephones send a photographed form within the text, and no text refers to it.
        least = _LARGE_PICTURE if placed == "inline" else _TINY_PICTURE
        if len(content) < least:
            return "正文里的图片"
    return ""
