"""What a letter's headers say, however they are encoded: words, names of files, senders, dates."""

import re
from binascii import Error as BadBase64
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from taskxl.intake.encodings import decode_text

# As much of a header as is looked at; what programs write is far shorter.
_MOST = 8192
_CHINA = timezone(timedelta(hours=8))
# No program words a charset in more, and no codec of such a name is a text's.
_WORD = re.compile(r"=\?([\w.:*-]{1,40})\?([BbQq])\?([^?]*)\?=")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}){3}")
# Programs say GB2312 and mean the larger set that holds it.
_LARGER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030"}
_NO_CHARSET = frozenset(("", "unknown-8bit", "x-unknown", "us-ascii", "ascii", "default"))


def first_header(part: "Message[str, str]", name: str) -> str:
    """Return the first header of that name as it was sent, without its folds; "" for none."""
    for found, value in part.raw_items():
        if found.lower() == name:
            return _unfold(value)
    return ""


def _unfold(value: object) -> str:
    return re.sub(r"\r?\n(?=[ \t])", "", str(value)[:_MOST])


def decode_bytes(content: bytes, charset: str) -> str:
    """Return text in the charset that is claimed, or in the one that fits where the claim is false.

    >>> decode_bytes("进展".encode("gbk"), "utf-8")
    '进展'
    """
    name = charset.strip().strip("\"'").split("*")[0].lower()
    if name not in _NO_CHARSET:
        try:
            return content.decode(_LARGER.get(name, name))
        except (LookupError, ValueError):
            pass  # unknown, or not what the text is in
    # One byte that a program broke or cut off makes no other encoding of a whole text.
    text = content[:_MOST].decode("utf-8", "replace")
    likeness = _reads_chinese(text)
    other = _reads_chinese(content[:_MOST].decode("gb18030", "replace"))
    if "\ufffd" in text and likeness >= max(other, 0):
        return content.decode("utf-8", "replace")
    return decode_text(content)[0]


def _reads_chinese(text: str) -> int:
    """Return how much a text reads as Chinese: common characters for it, odd ones against it.

    Common are the first level of GB/T 2312, which it lists by sound.
    """
    common = odd = 0
    for char in re.sub("\ufffd+", "\ufffd", text):
        code = char.encode("gb2312", "ignore")
        if len(code) != 1:
            common += b"\xb0" <= code[:1] <= b"\xd7"
            # 〇 and its like are in no level, and odd to nobody.
            odd += not (b"\xa1" <= code[:1] <= b"\xd7" or "\u3000" <= char <= "\u303f")
    return common - 2 * odd


def decode_header(raw: str) -> str:
    """Return a header's text: encoded words, also split within a character, and raw bytes.

    >>> decode_header("=?gbk?B?vfg=?= =?gbk?B?1bk=?=")
    '进展'
    """
    text = _read_raw(raw[:_MOST])
    out: list[str] = []
    pending, charset, end = b"", "", 0
    for word in _WORD.finditer(text):
        gap = text[end : word.start()]
        end = word.end()
        if gap.strip() or word[1].lower() != charset:
            out.append(decode_bytes(pending, charset) if pending else "")
            # Blanks between two encoded words are no part of the text (RFC 2047, 6.2).
            out.append(gap if gap.strip() or not charset else "")
            pending, charset = b"", word[1].lower()
        pending += _decode_word(word[2], word[3])
    out.append(decode_bytes(pending, charset) if pending else "")
    return re.sub(r"\s+", " ", "".join(out) + text[end:]).strip()


def _read_raw(raw: str) -> str:
    """Return a header in which bytes beyond ASCII stand unencoded, as the parser passes them on."""
    try:
        return decode_text(raw.encode("ascii", "surrogateescape"))[0]
    except UnicodeEncodeError:  # text already
        return raw.encode("utf-8", "replace").decode()


def _decode_word(how: str, what: str) -> bytes:
    if how in "Qq":
        return a2b_qp(what.encode("utf-8", "replace"), header=True)
    letters = re.sub(r"[^A-Za-z0-9+/]", "", what)
    try:
        return a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + "==")
    except BadBase64:
        return b""


def read_name(part: "Message[str, str]") -> str:
    """Return the name under which a part was attached, "" where it has none. It is no path.

    `filename` of Content-Disposition goes before `name` of Content-Type, unless only the latter
    can be read.
    """
    names = []
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        names += list(read_parameter(first_header(part, header), parameter))
    return next((name for name in names if "\ufffd" not in name), names[0] if names else "")


def read_parameter(header: str, parameter: str) -> Iterator[str]:
    """Yield what a header says of a parameter, each time that it says something."""
    holder: Message[str, str] = Message()
    holder["X"] = _read_raw(header)
    try:
        found = holder.get_params(header="X") or []
    except Exception:  # the library stumbles over broken continuations in several ways
        found = []
    for name, value in found:
        if name.lower() == parameter and value:
            yield _decode_parameter(value)


def _decode_parameter(value: object) -> str:
    if isinstance(value, tuple):  # RFC 2231; the library passes each byte on as a letter
        charset, _, text = value
        try:
            return decode_bytes(text.encode("latin-1"), charset or "").strip()
        except UnicodeEncodeError:
            return str(text).strip()
    text = decode_header(str(value))
    if _PERCENT.search(text) and text.isascii():
        try:
            return unquote_to_bytes(text).decode()
        except UnicodeDecodeError:
            return text
    return text


def read_sender(part: "Message[str, str]") -> tuple[str, str]:
    """Return the sender's shown name and address, as far as there are such."""
    raw = first_header(part, "from") or first_header(part, "sender")
    try:
        name, address = parseaddr(_read_raw(raw[:_MOST]))
    except Exception:  # a name that the library cannot take apart is still shown
        name, address = raw, ""
    if not address and not name:
        name = raw
    return decode_header(name), decode_header(address)


def read_date(text: str) -> datetime | None:
    """Return the moment that a date in a header says, with its zone; None where it says none."""
    try:
        moment = parsedate_to_datetime(text[:200])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not 1990 <= moment.year <= 2200:
        return None  # what no clock of a mail server ever showed; and arithmetic could overflow
    # Without a zone it is China's, which makes nobody later than any other reading would.
    return moment if moment.tzinfo else moment.replace(tzinfo=_CHINA)


def read_arrival(part: "Message[str, str]") -> datetime | None:
    """Return when the last server took the letter in: the date of the topmost Received."""
    return read_date(first_header(part, "received").rpartition(";")[2].strip())
