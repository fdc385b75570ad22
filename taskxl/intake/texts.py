"""Plain text, Markdown and delimited text as lines and tables."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from taskxl.intake.cleaning import Cleaner
from taskxl.intake.encodings import decode_text
from taskxl.intake.grids import Book, Kind, Line, Sheet, Value

UNREAD_BYTES = "文件里有些字节不是文字，已显示为“\ufffd”。请核对原件，或另存为 UTF-8 编码后再读。"
_DELIMITERS = ",\t;|"
_INNER_TABS = re.compile(r"[^\t\n]\t+[^\t\n]+\t+[^\t\n]")
_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_AS_TEXT = re.compile(r'="([^"]*)"')
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")
_TABLE_RULE = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
_BOLD = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
# One cell of a text may be long, but not longer than any file the gate lets in.
_LONGEST_CELL = 100_000_000


def read_text(content: bytes, name: str, kind: Kind) -> Book:
    """Read a text: its lines, numbered as an editor numbers them; blank ones are left out.

    A text whose lines are mostly parted by tabs is a table (a sheet copied into Notepad); in
    Markdown headings become levels and pipe tables sheets.
    """
    text, unread = decode_text(content)
    remarks = (UNREAD_BYTES,) if unread else ()
    lines = _LINE_END.split(text)
    filled = [line for line in lines if line.strip()]
    if len(filled) > 1 and 2 * sum(bool(_INNER_TABS.search(line)) for line in filled) > len(filled):
        return _read_delimited(text, "\t", name, kind, remarks)
    cleaner = Cleaner()
    if name.lower().endswith((".md", ".markdown")):
        sheets, read = _read_markdown(lines, cleaner)
    else:
        sheets = []
        read = [
            Line(number, shown)
            for number, line in enumerate(lines, 1)
            if (shown := cleaner.clean(line).strip())
        ]
    return Book(name, kind, tuple(sheets), tuple(read), {}, (*remarks, *cleaner.remarks))


def read_csv(content: bytes, name: str, kind: Kind) -> Book:
    """Read a delimited text as one sheet; the delimiter is the one that gives the evenest rows.

    All values stay texts, as typed; `="001"`, which Excel writes to keep zeros, is unwrapped.
    """
    text, unread = decode_text(content)
    remarks = (UNREAD_BYTES,) if unread else ()
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"sep=(.)\s*", first, re.IGNORECASE)
    if named:  # Excel's own first line, which names the delimiter
        return _read_delimited(rest, named.group(1), name, kind, remarks)
    return _read_delimited(text, _find_delimiter(text), name, kind, remarks)


def _read_delimited(
    text: str, delimiter: str, name: str, kind: Kind, remarks: tuple[str, ...]
) -> Book:
    cleaner = Cleaner()
    rows = []
    for record in _records(text, delimiter):
        row: list[Value] = []
        for field in record:
            wrapped = _AS_TEXT.fullmatch(field)
            row.append(cleaner.clean(wrapped.group(1) if wrapped else field) or None)
        while row and row[-1] is None:
            row.pop()
        rows.append(tuple(row))
    while rows and not rows[-1]:
        rows.pop()
    return Book(name, kind, (Sheet("表1", tuple(rows)),), (), {}, (*remarks, *cleaner.remarks))


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _find_delimiter(text: str) -> str:
    """Return the delimiter by which most of the first records have the same width above one."""

    def evenness(delimiter: str) -> tuple[int, int]:
        widths: Counter[int] = Counter()
        for record, _ in zip(_records(text, delimiter), range(50), strict=False):
            widths[len(record)] += len(record) > 1
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return times, width

    return max(_DELIMITERS, key=evenness)


def _read_markdown(lines: list[str], cleaner: Cleaner) -> tuple[list[Sheet], list[Line]]:
    sheets: list[Sheet] = []
    read: list[Line] = []
    table: list[tuple[Value, ...]] = []
    for number, line in enumerate(lines, 1):
        shown = _BOLD.sub(r"\1\2", cleaner.clean(line).strip())
        if shown.startswith("|"):
            if not _TABLE_RULE.fullmatch(shown):
                table.append(tuple(_pipe_cells(shown)))
            continue
        if table:
            sheets.append(Sheet(f"表{len(sheets) + 1}", tuple(table), line=number - len(table)))
            table = []
        heading = _HEADING.fullmatch(shown)
        if heading:
            depth = len(heading.group(1))
            read.append(Line(number, heading.group(2), "", depth - 1, f"heading {depth}"))
        elif shown:
            read.append(Line(number, shown))
    if table:
        sheets.append(Sheet(f"表{len(sheets) + 1}", tuple(table), line=len(lines)))
    return sheets, read


def _pipe_cells(line: str) -> Iterator[Value]:
    inner = re.sub(r"^\||(?<!\\)\|$", "", line)
    for cell in re.split(r"(?<!\\)\|", inner):
        text = re.sub(r"<br\s*/?>", "\n", cell.replace("\\|", "|")).strip()
        yield text or None
