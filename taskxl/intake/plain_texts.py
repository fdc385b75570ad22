"""Plain text, Markdown and delimited text as lines and tables."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from taskxl.intake.cleaning import Cleaner
from taskxl.intake.encodings import decode_text
from taskxl.intake.extents import bound_cells
from taskxl.intake.grids import Book, Kind, Line, Sheet, Value
from taskxl.intake.refusals import OVER_LIMIT, Refused
from taskxl.intake.tabbed import read_tabbed

UNREAD_BYTES = "文件里有些字节不是文字，已显示为“\ufffd”。请核对原件，或另存为 UTF-8 编码后再读。"
_DELIMITERS = ",\t;|"
_LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_AS_TEXT = re.compile(r'="([^"]*)"')
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")
_TABLE_RULE = re.compile(r"\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?")
_BOLD = re.compile(r"\*\*(.+?)\*\*|__(.+?)__")
# One cell of a text may be long, but not longer than any file the gate lets in.
_LONGEST_CELL = 100_000_000
_LONGEST_LINE = 8 << 20


def read_text(content: bytes, name: str, kind: Kind) -> Book:
    """Read a text: its lines, numbered as an editor numbers them; blank ones are left out.

    A text whose lines are mostly parted by tabs is a table (a sheet copied into Notepad), so are
    lines that tabs begin (a Word table); in Markdown headings become levels, pipe tables sheets.
    """
    bound_line(content)
    text, unread = decode_text(content)
    remarks = (UNREAD_BYTES,) if unread else ()
    _bound_text(text)
    lines = _LINE_END.split(text)
    if "\t" in text and _is_delimited(text):
        return _read_delimited(text, "\t", name, kind, remarks)
    cleaner = Cleaner()
    tabbed = read_tabbed(lines, cleaner)
    if name.lower().endswith((".md", ".markdown")):
        sheets, read = _read_markdown(lines, cleaner)
    elif tabbed:
        sheets, read = tabbed
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
    bound_line(content)
    text, unread = decode_text(content)
    remarks = (UNREAD_BYTES,) if unread else ()
    _bound_text(text)
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"sep=(.)\s*", first, re.IGNORECASE)
    if named:  # Excel's own first line, which names the delimiter
        return _read_delimited(rest, named.group(1), name, kind, remarks)
    return _read_delimited(text, _find_delimiter(text), name, kind, remarks)


def bound_line(content: bytes) -> None:
    """Raise Refused (R204) for a text with a line longer than any row of a table is.

    Looked for in the bytes: what such a line becomes costs ten times its length.
    """
    if len(content) <= _LONGEST_LINE:
        return
    start = 0
    while len(content) - start > _LONGEST_LINE:
        ends = (content.rfind(mark, start, start + _LONGEST_LINE) for mark in (b"\n", b"\r"))
        end = max(ends)
        if end < 0:
            raise Refused(
                OVER_LIMIT.code,
                f"有一行超过 {_LONGEST_LINE >> 20} MB，不是正常的表，没有打开。"
                "请把填报内容复制到新的空白表，另存为 .xlsx 后重新发来。",
            )
        start = end + 1


def _bound_text(text: str) -> None:
    """Raise Refused (R204) for a text of more lines and cells than a workbook may have.

    Counted before anything is built: 90 MB of line ends or commas would fill the worker's memory.
    """
    lines = text.count("\n") + text.count("\r")
    bound_cells(lines + max(text.count(mark) for mark in _DELIMITERS))


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


def _is_delimited(text: str) -> bool:
    """Tell whether most records of a text are parted by tabs.

    Where a field holds a line end it was quoted, as only programs do that save tables.
    """
    records = [record for record in _records(text, "\t") if any(field.strip() for field in record)]
    wide = sum(sum(bool(field.strip()) for field in record) > 2 for record in records)
    quoted = any("\n" in field for record in records for field in record if len(record) > 2)
    return wide > 1 if quoted else len(records) > 1 and 2 * wide > len(records)


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
