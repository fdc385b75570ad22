"""What lies on a sheet but in no cell: comments, text boxes, headers and footers of an .xlsx."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from lxml import etree

from taskxl.a1 import cell_name
from taskxl.intake.grids import Embedded, Note
from taskxl.xml import attribute, decode_escapes, local, string_text, whole_number

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


def _anchor_cells(anchor: etree._Element) -> tuple[str | None, str | None]:
    """Return the cells at which an anchor begins and ends; an end on a cell's edge is before it."""
    cells: list[str | None] = []
    for name in ("from", "to"):
        found: str | None = None
        for place in anchor.iterchildren(f"{{*}}{name}"):
            at = {local(e): whole_number((e.text or "").strip()) for e in place}
            row, column = at.get("row"), at.get("col")
            if row is not None and column is not None:
                if name == "to":
                    row -= int(row > 0 and not at.get("rowOff"))
                    column -= int(column > 0 and not at.get("colOff"))
                found = cell_name(row + 1, column + 1)
        cells.append(found)
    return cells[0], cells[1]


def pictures(root: etree._Element) -> Iterator[tuple[Embedded, str | None]]:
    """Yield the pictures of a drawing part, each with the id of the link to its bytes."""
    for anchor in root:
        first, last = _anchor_cells(anchor)
        for picture in anchor.iter("{*}pic"):
            if any(local(above) == "Fallback" for above in picture.iterancestors()):
                continue
            link = next((attribute(blip, "embed") for blip in picture.iter("{*}blip")), None)
            yield Embedded("picture", first, last), link


def embedded_file(element: etree._Element) -> Embedded:
    """Return what an `oleObject` of a sheet is: a file, and where it lies."""
    for anchor in element.iter("{*}anchor"):
        return Embedded("file", *_anchor_cells(anchor))
    return Embedded("file", None)


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
        for note in page_note(kind, decode_escapes(child.text or "")):
            if note not in seen:
                seen.add(note)
                yield note


def page_note(kind: Literal["header", "footer"], coded: str) -> Iterator[Note]:
    """Yield the words of one header or footer, given with Excel's codes; none where it has none."""
    text = _PAGE_CODE.sub(" ", coded.replace("&&", "\x00")).replace("\x00", "&")
    text = " ".join(text.split())
    if not _PAGE_WORDS.fullmatch(text):
        yield Note(kind, None, text)
