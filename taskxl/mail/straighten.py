"""A letter that keeps to no rule of MIME, made one that a parser reads as its sender meant it."""

import codecs
import re
from collections.abc import Iterator
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What stood before the headers: blank lines, and the line of a mailbox file, quoted or not.
_BEFORE = re.compile(rb"(?:[ \t]*\r?\n|>?From [^\r\n]*\r?\n)+")
# A header that goes on in a line which should be indented.
_UNFOLDED = re.compile(
    rb"(?im)^(content-(?:type|disposition):[^\r\n]*;[ \t]*\r?\n)"
    rb"(?=(?:name|filename|charset|boundary|size|type|format)(?:\*\d*\*?)?[ \t]*=)"
)
_FIRST_MARK = re.compile(r"\s*--([^\r\n]{1,200}?)[ \t]*\r?\n(?=content-[a-z-]+:)", re.IGNORECASE)
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
    return BytesParser(policy=compat32).parsebytes(content)


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
    before = _BEFORE.match(content)
    return content[before.end() :] if before else content


def find_more(part: "Message[str, str]") -> "Iterator[Message[str, str]]":
    """Yield what a part holds beyond what the parser gave it.

    A letter of parts whose header does not say so; parts after the closing boundary.
    """
    payload = part.get_payload()
    if isinstance(payload, str):
        mark = _FIRST_MARK.match(payload)
        told = part.get_content_type().startswith("multipart/") or part["content-type"] is None
        if mark and told:
            yield _as_parts(mark[1], payload)
        return
    boundary = part.get_boundary()
    left = part.epilogue
    if boundary and left and re.search(rf"(?m)^--{re.escape(boundary)}[ \t]*\r?$", left):
        yield _as_parts(boundary, left)


def _as_parts(boundary: str, text: str) -> "Message[str, str]":
    head = f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
    return _parse((head + text).encode("utf-8", "surrogateescape"))


def count_hanging(content: bytes) -> int:
    """Return how many parts say of themselves that they are attachments, wherever they stand."""
    return len(_HANGS.findall(content))
