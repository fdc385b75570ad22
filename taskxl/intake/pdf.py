"""PDF by pdfplumber, where it is installed: ruled tables as sheets, the rest as lines."""

import io
import re
from collections.abc import Iterator
from typing import Any

from taskxl.intake.cleaning import Cleaner
from taskxl.intake.grids import Book, Kind, Line, Sheet, Value
from taskxl.intake.refusals import Refused
from taskxl.text import squeeze

NOT_INSTALLED = (
    "读取 PDF 要用到 pdfplumber，现在没有安装。请重新安装 taskxl，"
    "或改用这份文件的 Word、Excel 原件。"
)
DAMAGED = "PDF 打不开，可能已损坏或设了密码。请改用这份文件的 Word、Excel 原件。"
INFERRED = "PDF 不记录段落和换行，表格里的换行、跨页的行是按版面推断的，请与原件核对。"
NO_TEXT = "PDF 里没有文字，大概是扫描件。请改用这份文件的 Word、Excel 原件。"
_PAGES = 500
_PAGE_NUMBER = re.compile(r"[-—–－\s]*(第?\s*\d+\s*页?)([/共\s]*\d*\s*页?)[-—–－\s]*")
_GAP = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef]) +| +(?=[\u2e80-\u9fff\uff00-\uffef])")
_NEW_ITEM = re.compile(
    r"[一二三四五六七八九十]{1,3}(?:是|、)|[①-⑳]|[(（]?[0-9一二三四五六七八九十]{1,3}[)）、.．]"
)
# A column that takes no more letters than this lists names (教师发展中心), not sentences.
_NAME_LENGTH = 6
# Distance (points) within which two column rules on neighbouring pages are the same rule.
_SAME_RULE = 3.0

Rows = list[tuple[Value, ...]]


def read_pdf(content: bytes, name: str, kind: Kind) -> Book:
    """Read a PDF: its ruled tables as sheets 表1, 表2, …, joined over pages, and its other lines.

    Raises Refused (R201) when pdfplumber is not installed, or the file is damaged or a scan.
    """
    try:
        import pdfplumber
    except ImportError as error:
        raise Refused("R201", NOT_INSTALLED) from error
    tables: list[_Table] = []
    lines: list[Line] = []
    full = False
    try:
        with pdfplumber.open(io.BytesIO(content)) as document:
            for page in document.pages[:_PAGES]:
                full = _read_page(page, tables, lines, full)
                page.close()
    except Exception as error:
        # pdfminer raises errors of many kinds on damaged files.
        raise Refused("R201", DAMAGED) from error
    if not tables and not lines:
        raise Refused("R201", NO_TEXT)
    cleaner = Cleaner()
    sheets = tuple(
        Sheet(f"表{number}", tuple(table.clean_rows(cleaner)), line=table.line)
        for number, table in enumerate(tables, 1)
    )
    return Book(name, kind, sheets, tuple(lines), {}, (INFERRED, *cleaner.remarks))


class _Table:
    """A table, joined over the pages it runs through; `rules` are its column rules' places."""

    def __init__(self, rows: Rows, rules: list[float], line: int) -> None:
        self.rows, self.rules, self.line = rows, rules, line
        self.reaches_end = False

    def goes_on_with(self, rules: list[float]) -> bool:
        """Tell whether a table at the top of the next page is this one."""
        return (
            self.reaches_end
            and len(rules) == len(self.rules)
            and all(abs(a - b) <= _SAME_RULE for a, b in zip(rules, self.rules, strict=True))
        )

    def add(self, rows: Rows) -> None:
        """Add the rows of the next page, without a header that is printed again.

        A first row that only goes on with the last one, cut by the page's end, is joined to it.
        """
        if rows and self.rows and _same(rows[0], self.rows[0]):
            rows = rows[1:]
        if rows and self.rows and self._is_cut(self.rows[-1], rows[0]):
            pairs = zip(self.rows[-1], rows[0], strict=False)
            self.rows[-1] = tuple(_join(above, below) for above, below in pairs)
            rows = rows[1:]
        self.rows += rows

    def _is_cut(self, upper: tuple[Value, ...], lower: tuple[Value, ...]) -> bool:
        """Tell whether `lower` is the rest of `upper`: it has no number of its own.

        Where the first column is merged downwards (None: a covered cell) rows without a number
        are whole ones, unless something that every row has is missing too.
        """
        if not lower or lower[0] or not any(lower):
            return False
        if any(row and row[0] is None for row in self.rows):
            return any(a and not b for a, b in zip(upper[1:], lower[1:], strict=False))
        return bool(upper and upper[0])

    def clean_rows(self, cleaner: Cleaner) -> Iterator[tuple[Value, ...]]:
        """Yield the rows with clean texts."""
        for row in self.rows:
            yield tuple(cleaner.clean(v) or None if isinstance(v, str) else v for v in row)


def _read_page(page: Any, tables: list[_Table], lines: list[Line], full: bool) -> bool:
    """Add what a page holds; tell whether its last line fills its width and may go on overleaf.

    `full` tells it of the page before.
    """
    found = sorted(page.find_tables(), key=lambda table: table.bbox[1])
    outside = page
    for table in found:
        box = _inside(table.bbox, page.bbox)
        outside = outside.filter(lambda item, box=box: not _lies_in(item, box))
    texts, goes_on, last_full = _paragraphs(
        outside.extract_text_lines(), [table.bbox for table in found]
    )
    open_line = full and lines and not lines[-1].text.endswith(("。", "；", "："))
    if open_line and goes_on and not (found and found[0].bbox[1] < texts[0][0]):
        before = lines.pop()
        lines.append(Line(before.number, _close_up(f"{before.text} {texts.pop(0)[1]}")))
    words = page.extract_words() if found else []
    for table in found:
        above = [text for top, text in texts if top < table.bbox[1]]
        texts = texts[len(above) :]
        lines += _numbered(above, lines)
        rows: Rows = [
            tuple(None if cell is None else _cell_text(words, cell) for cell in row.cells)
            for row in table.rows
        ]
        rules = sorted({edge for cell in table.cells for edge in (cell[0], cell[2])})
        if table is found[0] and not above and tables and tables[-1].goes_on_with(rules):
            tables[-1].add(rows)
        else:
            tables.append(_Table(rows, rules, len(lines) + 1))
    if texts and tables:
        tables[-1].reaches_end = False
    elif found:
        tables[-1].reaches_end = True
    lines += _numbered([text for _, text in texts], lines)
    return bool(texts or (goes_on and not found)) and last_full


def _numbered(texts: list[str], before: list[Line]) -> list[Line]:
    return [Line(len(before) + n, text) for n, text in enumerate(texts, 1)]


def _paragraphs(lines: list[Any], tables: list[Any]) -> tuple[list[tuple[float, str]], bool, bool]:
    """Return (top, text) of a page's paragraphs; page numbers are left out.

    Return besides whether the first may go on with the page before, and whether the last line is
    full, so that it may go on overleaf.

    A line goes on with the one close above when that one fills the page's width and this one
    neither is indented, as Chinese paragraphs begin, nor begins a new item.
    """
    kept = [e for e in lines if e["text"].strip() and not _PAGE_NUMBER.fullmatch(e["text"].strip())]
    left = min([line["x0"] for line in kept] + [box[0] for box in tables], default=0)
    right = max([line["x1"] for line in kept] + [box[2] for box in tables], default=0)
    found: list[tuple[float, str]] = []
    full, bottom, first = False, 0.0, False
    for line in kept:
        size = line["bottom"] - line["top"]
        text = line["text"].strip()
        goes_on = line["x0"] < left + size and not re.match(rf"(?:{_NEW_ITEM.pattern})(?!\d)", text)
        if full and goes_on and line["top"] < bottom + 2 * size:
            top, before = found.pop()
            found.append((top, _close_up(f"{before} {text}")))
        else:
            first = goes_on if not found else first
            found.append((line["top"], _close_up(text)))
        full, bottom = line["x1"] > right - 2 * size, line["bottom"]
    return found, first, full


def _cell_text(words: list[Any], cell: tuple[float, ...]) -> str:
    """Return a cell's text; a line end counts as typed where the line stops short of the width.

    A line that begins a new item (`一是`, `(2)`) stands apart in any case, and so do the lines of
    a column too narrow for sentences: they list names.
    """
    lines: list[list[Any]] = []
    for word in (word for word in words if _lies_in(word, cell)):
        if lines and abs(lines[-1][0]["top"] - word["top"]) < (word["bottom"] - word["top"]) / 2:
            lines[-1].append(word)
        else:
            lines.append([word])
    text, full = "", False
    margin = min((word["x0"] - cell[0] for line in lines for word in line), default=0.0)
    for line in lines:
        line.sort(key=lambda word: word["x0"])
        letter = line[0]["bottom"] - line[0]["top"]
        narrow = cell[2] - cell[0] - 2 * margin < (_NAME_LENGTH + 1) * letter
        shown = " ".join(word["text"] for word in line)
        new = narrow or not full or _NEW_ITEM.match(shown) is not None
        text += ("\n" if new else " ") + shown if text else shown
        full = line[-1]["x1"] + 2 * letter > cell[2] - margin
    return _close_up(text)


def _close_up(text: str) -> str:
    """Take out the blanks that typesetting puts around digits and letters in Chinese text."""
    return _GAP.sub("", text)


def _inside(box: tuple[float, ...], page: tuple[float, ...]) -> tuple[float, ...]:
    return (max(box[0], page[0]), max(box[1], page[1]), min(box[2], page[2]), min(box[3], page[3]))


def _lies_in(item: Any, box: tuple[float, ...]) -> bool:
    across, down = (item["x0"] + item["x1"]) / 2, (item["top"] + item["bottom"]) / 2
    return bool(box[0] <= across <= box[2] and box[1] <= down <= box[3])


def _same(first: tuple[Value, ...], second: tuple[Value, ...]) -> bool:
    return [squeeze(v) for v in first] == [squeeze(v) for v in second]


def _join(above: Value, below: Value) -> Value:
    if not below:
        return above
    if not above:
        return below
    # The rest of a sentence, unless the page ended with one, a new item begins or names are listed.
    lines = f"{above}\n{below}".split("\n")
    names = max(len(line) for line in lines) <= _NAME_LENGTH
    apart = names or str(above).endswith(("。", "；")) or _NEW_ITEM.match(str(below))
    return str(above) + ("\n" if apart else "") + str(below)
