"""What lies on a sheet but in no cell: comments, text boxes, headers and footers of an .xlsx."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from lxml import etree

from taskxl.a1 import cell_name
from taskxl.intake.grids import Note
from taskxl.xml import decode_escapes, local, string_text, whole_number

_PAGE_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|[0-9]{1,3}|[A-Za-z+\-])')
_PAGE_WORDS = re.compile(r"[第共页/\s\-—–_0-9·.,，]*")


def comments(root: etree._Element) -> Iterator[Note]:
    """Yield the comments of a comments part."""
    for comment in root.iter("{*}comment"):
        texts = [string_text(text) for text in comment.iterchildren("{*}text")]
        text = "\n".join(texts).strip()
        if text:
            yield Note("comment", comment.get("ref"), text)


def threaded_comments(root: etree._Element) -> Iterator[Note]:
    """Yield the comments and answers of a part of threaded comments (Excel 365)."""
    for comment in root.iter("{*}threadedComment"):
        text = "\n".join(t.text or "" for t in comment.iterchildren("{*}text")).strip()
        if text:
            yield Note("comment", comment.get("ref"), text)


def _paragraphs_text(paragraphs: Sequence[etree._Element]) -> str:
    r"""Join DrawingML paragraphs by "\n", each one's runs as they stand."""
    lines = []
    for paragraph in paragraphs:
        pieces = (
            "\n" if local(e) == "br" else e.text or "" for e in paragraph.iter("{*}t", "{*}br")
        )
        lines.append("".join(pieces))
    return "\n".join(lines).strip()


def text_boxes(root: etree._Element) -> Iterator[Note]:
    """Yield the text of every shape of a drawing part, hung on the cell its anchor begins at."""
    for anchor in root:
        cell = None
        for start in anchor.iterchildren("{*}from"):
            places = {local(e): whole_number((e.text or "").strip()) for e in start}
            row, column = places.get("row"), places.get("col")
            cell = (
                cell_name(row + 1, column + 1) if row is not None and column is not None else None
            )
        for body in anchor.iter("{*}txBody"):
            # AlternateContent holds the same shape twice, for new and for old programs.
            if any(local(above) == "Fallback" for above in body.iterancestors()):
                continue
            text = _paragraphs_text(list(body.iterchildren("{*}p")))
            if text:
                yield Note("text box", cell, text)


def page_notes(element: etree._Element) -> Iterator[Note]:
    """Yield what a person wrote in headers and footers; bare page numbers are nobody's words."""
    seen = set()
    for child in element:
        kind: Literal["header", "footer"] = "header" if "Header" in local(child) else "footer"
        text = _PAGE_CODE.sub(" ", (child.text or "").replace("&&", "\x00")).replace("\x00", "&")
        text = decode_escapes(" ".join(text.split()))
        if not _PAGE_WORDS.fullmatch(text) and (kind, text) not in seen:
            seen.add((kind, text))
            yield Note(kind, None, text)
