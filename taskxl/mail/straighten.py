"""A letter that keeps to no rule of MIME, made one that a parser reads as its sender meant it."""

import codecs
import re
from collections.abc import Iterator
from email.errors import CloseBoundaryNotFoundDefect, MissingHeaderBodySeparatorDefect
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What stood before the headers: blank lines, and the line of a mailbox file, quoted or not.
_BEFORE = re.compile(rb"(?:[ \t]*\r?\n|>?From [^\r\n]*\r?\n)+")
# Lines that were ended as Windows does twice, by a program that wrote a letter as a text.
_DOUBLED = re.compile(rb"[^\r\n]*\r\r\n")
# A header that goes on in a line which should be indented.
_UNFOLDED = re.compile(
    rb"(?im)^(content-(?:type|disposition):[^\r\n]*;[ \t]*\r?\n)"
    rb"(?=(?:name|filename|charset|boundary|size|type|format)(?:\*\d*\*?)?[ \t]*=)"
)
_MARK = re.compile(r"(?m)^--([^\r\n]{1,200}?)[ \t]*\r?$")
_HEADED = re.compile(r"\r?\n(?=content-[a-z-]+:)", re.IGNORECASE)
_SIGNS = re.compile(
    r"(?im)^content-(?:type|disposition|transfer-encoding):|^begin [0-7]{3,4} \S"
    r"|^[a-z0-9+/]{60,}\r?\n[a-z0-9+/]{60,}\r?$"
)
_HANGS = re.compile(rb"(?im)^content-disposition:[ \t]*(?:\r?\n[ \t]+)?attachment")


def parse_letter(content: bytes) -> "Message[str, str]":
    """Return a letter as its parts; what stands before its headers is no part of it."""
    content = _uncover(content)
    message = _parse(content)
    if any(
        isinstance(defect, MissingHeaderBodySeparatorDefect)
        for part in message.walk()
        for defect in part.defects
    ):
        message = _parse(_UNFOLDED.sub(rb"\1 ", content))
    return message


def _parse(content: bytes) -> "Message[str, str]":
    # compat32: the newer policies parse every header at once and hang on some (intake-facts.md).
    message: Message[str, str] = BytesParser(policy=compat32).parsebytes(content)
    if any(isinstance(one, CloseBoundaryNotFoundDefect) for one in message.defects):
        _strip_misspelt_end(message)
    return message


def _strip_misspelt_end(message: "Message[str, str]") -> None:
    """Take a closing boundary that is no rule's (`--B-`, `--B-->`) out of the last part."""
    *_, last = message.walk()
    text, boundary = last.get_payload(), message.get_boundary()
    if isinstance(text, str) and boundary:
        end = re.search(rf"(?m)^--{re.escape(boundary)}-[^\r\n]*$", text)
        if end:
            last.set_payload(text[: end.start()])
            message.defects = [
                one for one in message.defects if not isinstance(one, CloseBoundaryNotFoundDefect)
            ]


def _uncover(content: bytes) -> bytes:
    for mark in _MARKS:
        if content.startswith(mark):
            name = "utf-8-sig" if mark == codecs.BOM_UTF8 else "utf-16"
            if name == "utf-16":
                content = content.decode(name, "replace").encode("utf-8")
            else:
                content = content.removeprefix(mark)
            break
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")  # the ends of lines of old Macs
    elif _DOUBLED.match(content):
        content = content.replace(b"\r\r\n", b"\r\n")
    before = _BEFORE.match(content)
    return content[before.end() :] if before else content


def find_more(part: "Message[str, str]") -> "Iterator[Message[str, str]]":
    """Yield what a part holds beyond what the parser gave it.

    A letter of parts whose header does not say so; parts after the closing boundary.
    """
    payload = part.get_payload()
    if isinstance(payload, str):
        # Where a letter has that header twice, the parser goes by the first.
        kinds = [str(kind).strip().lower() for kind in part.get_all("content-type", ())]
        told = any(kind.startswith("multipart/") for kind in kinds)
        mark = _find_mark(payload, told) if told or not kinds else ""
        if mark:
            yield _as_parts(mark, payload)
        return
    boundary = part.get_boundary()
    left = part.epilogue
    if boundary and left and re.search(rf"(?m)^--{re.escape(boundary)}[ \t]*\r?$", left):
        yield _as_parts(boundary, left)


def _find_mark(text: str, told: bool) -> str:
    """Return the boundary that stands in a text, whatever its header calls it; "" for none."""
    for line in _MARK.finditer(text):
        closed = told and re.search(rf"(?m)^--{re.escape(line[1])}--[ \t]*\r?$", text)
        if closed or _HEADED.match(text, line.end()):
            return line[1]
    return ""


def shows_parts(text: str) -> bool:
    """Tell whether a text that no parser took apart looks as if files were in it."""
    return bool(_SIGNS.search(text))


def is_cut(message: "Message[str, str]") -> bool:
    """Tell whether a letter breaks off: no closing boundary comes, nor another sign of an end.

    What an outer boundary closes is whole: programs forget the inner one.
    """
    while message.is_multipart() and message.get_content_maintype() == "message":
        message = message.get_payload()[0]  # type: ignore[index,assignment]
    if not any(isinstance(one, CloseBoundaryNotFoundDefect) for one in message.defects):
        return False
    *_, last = message.walk()
    text = last.get_payload()
    if not isinstance(text, str):
        return True
    boundaries = [part.get_boundary() for part in message.walk() if part.is_multipart()]
    if any(one and f"--{one}" in text for one in boundaries):
        return False  # it was to be closed, in a way that is no rule's
    if not last.keys() and not text.strip():
        return False
    if last.get_content_type() == "text/html" and re.search(r"(?i)</html>\s*(?:=20\s*)*$", text):
        return False
    coding = str(last.get("content-transfer-encoding", "")).strip().lower()
    return coding != "base64" or not _ends_base64(text)


def _ends_base64(text: str) -> bool:
    """Tell whether a coded text shows its end: padding, or a last line shorter than the others."""
    lines = text.split()
    if not lines or sum(map(len, lines)) % 4:
        return False
    return lines[-1].endswith("=") or (len(lines) > 1 and len(lines[-1]) < len(lines[-2]))


def _as_parts(boundary: str, text: str) -> "Message[str, str]":
    quoted = re.sub(r'(["\\])', r"\\\1", boundary)
    head = f'Content-Type: multipart/mixed; boundary="{quoted}"\n\n'
    return _parse((head + text).encode("utf-8", "surrogateescape"))


def count_hanging(content: bytes) -> int:
    """Return how many parts say of themselves that they are attachments, wherever they stand."""
    return len(_HANGS.findall(content))
