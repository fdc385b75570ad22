"""Reads a Word document with eyes of its own: paragraphs and tables, straight from the XML."""

import io
import re
import zipfile
from html import unescape


def part(content: bytes, name: str = "word/document.xml") -> str:
    """Return a part of the package as text."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name).decode()


def texts_in(xml: str) -> list[str]:
    """Return the text of each paragraph."""
    paragraphs = re.findall(r"<w:p(?:\s[^>]*)?>(.*?)</w:p>", xml, re.DOTALL)
    return [unescape("".join(re.findall(r"<w:t(?:\s[^>]*)?>([^<]*)</w:t>", p))) for p in paragraphs]


def read_tables(content: bytes) -> list[list[list[str]]]:
    """Return every table's rows of cells."""
    return [
        [
            ["".join(texts_in(cell)) for cell in re.findall(r"<w:tc>(.*?)</w:tc>", row, re.DOTALL)]
            for row in re.findall(r"<w:tr[ >](.*?)</w:tr>", table, re.DOTALL)
        ]
        for table in re.findall(r"<w:tbl>(.*?)</w:tbl>", part(content), re.DOTALL)
    ]


def read_paragraphs(content: bytes) -> list[str]:
    """Return the paragraphs outside tables that have a text."""
    xml = re.sub(r"<w:tbl>.*?</w:tbl>", "", part(content), flags=re.DOTALL)
    return [text for text in texts_in(xml) if text.strip()]


def read_all(content: bytes) -> str:
    """Return every text of the document's body in one string, a paragraph a line."""
    return "\n".join(texts_in(part(content)))
