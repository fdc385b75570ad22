"""HTML as sheets and lines: tables that web systems and Excel save under the name .xls."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from taskxl.a1 import cell_name
from taskxl.intake.cleaning import Cleaner
from taskxl.intake.encodings import decode_text
from taskxl.intake.extents import bound_cells
from taskxl.intake.grids import Area, Book, Kind, Line, Note, Sheet, Value
from taskxl.intake.plain_texts import UNREAD_BYTES
from taskxl.intake.refusals import Refused

EMPTY = "网页文件里没有内容。请把其中的表格复制到 Excel，另存为 .xlsx 后再发一次。"
BROKEN = "网页文件结构异常，没有读完。请把其中的表格复制到 Excel，另存为 .xlsx 后再发一次。"
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_CHINESE = ("gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936")
_UNSEEN = frozenset(
    ("script", "style", "head", "nav", "noscript", "template", "select", "button", "svg", "iframe")
)
_BLOCKS = frozenset(
    ("p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "br",
     "tr", "td", "th", "table", "section", "article", "header", "footer", "main", "blockquote",
     "pre", "hr", "body", "form", "caption")
)  # fmt: skip
_HEADINGS = {f"h{n}": n - 1 for n in range(1, 7)}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# The list of sheets that LibreOffice puts above the sheets of a workbook saved as a page.
_TO_SHEET, _AT_SHEET = re.compile(r"#table\d+"), re.compile(r"table\d+")
# HTML lets a cell claim any width; the gate bounds a workbook's cells, this a page's.
_WIDEST = 1000


def read_page(content: bytes, name: str, kind: Kind) -> Book:
    """Read an HTML file: innermost tables become sheets 表1, 表2, …, other text lines.

    Scripts, menus and navigation are passed over; nothing the page refers to is fetched.
    Raises Refused: R201 when nothing is in it, R204 when its tables have too many cells.
    """
    text, unread = _decode(content)
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    # NULs end the text for the parser; what they stood between must not be lost.
    root = etree.fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser)
    # The parser gives up quietly past a depth of 256 (an int of libxml2); nothing may be lost so.
    if any(error.level_name == "FATAL" for error in parser.error_log):
        raise Refused("R201", BROKEN)
    if root is None:
        raise Refused("R201", EMPTY)
    walk = _Walk(unread=_find_contents(root))
    walk.read(root)
    walk.end_line()
    remarks = (UNREAD_BYTES,) if unread else ()
    return Book(
        name, kind, tuple(walk.sheets), tuple(walk.lines), {}, (*remarks, *walk.cleaner.remarks)
    )


def _decode(content: bytes) -> tuple[str, bool]:
    """Decode by mark, then by what the page declares, then as any text."""
    declared = _CHARSET.search(content[:4096])
    if declared and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = declared.group(1).decode("ascii", "replace").lower()
        try:
            return content.decode("gb18030" if name in _CHINESE else name), False
        except (LookupError, ValueError):
            pass  # a wrong declaration is common: a page re-saved by another program
    return decode_text(content)


def _find_contents(root: etree._Element) -> frozenset[etree._Element]:
    """Return what a program wrote to lead to the sheets of a book saved as a page."""
    links = [a for a in root.iter("a") if _TO_SHEET.fullmatch(a.get("href") or "")]
    above = [
        heading
        for link in links
        if (parent := link.getparent()) is not None
        for heading in parent.iterchildren("h1")
    ]
    marks = [a for a in root.iter("a") if links and _AT_SHEET.fullmatch(a.get("name") or "")]
    # lxml makes a proxy for an element anew unless somebody holds it: these are held.
    return frozenset((*links, *above, *marks))


@dataclass(slots=True)
class _Walk:
    """One walk through a page, gathering lines and tables in order; what is `unread` is left."""

    unread: frozenset[etree._Element] = frozenset()
    cleaner: Cleaner = field(default_factory=Cleaner)
    sheets: list[Sheet] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _number: int = 0
    _level: int | None = None
    _label: str = ""
    _cells: int = 0
    _counts: dict[etree._Element, int] = field(default_factory=dict)
    """For each ordered list, how many items of it have been seen."""

    def read(self, element: etree._Element) -> None:
        # An explicit stack: a stranger's page may be nested deeper than Python recurses.
        stack: list[tuple[etree._Element, bool]] = [(element, False)]
        while stack:
            current, done = stack.pop()
            name = current.tag if isinstance(current.tag, str) else ""
            if done:
                if name in _BLOCKS:
                    self.end_line()
                self._pieces.append(current.tail or "")
                continue
            if (
                name in _UNSEEN
                or not name
                or (current in self.unread and not _holds_table(current))
            ):
                self._pieces.append(current.tail or "")
                continue
            if name == "table" and current.find(".//table") is None:
                self.end_line()
                self._add_table(current)
                self._pieces.append(current.tail or "")
                continue
            if name in _BLOCKS:
                self.end_line()
            self._level = _HEADINGS.get(name, self._level)
            parent = current.getparent()
            if name == "li" and parent is not None and parent.tag == "ol":
                start = parent.get("start") or ""
                before = int(start) - 1 if re.fullmatch(r"\d{1,4}", start, re.ASCII) else 0
                self._counts[parent] = self._counts.get(parent, before) + 1
                self._label = f"{self._counts[parent]}."
            self._pieces.append(current.text or "")
            stack.append((current, True))
            stack += [(child, False) for child in reversed(current)]

    def end_line(self) -> None:
        """Close the line that is being gathered."""
        gathered = self.cleaner.clean("".join(self._pieces))
        text = _SPACES.sub(" ", gathered.replace("\xa0", " ")).strip()
        if text:
            self._number += 1
            style = "" if self._level is None else f"heading {self._level + 1}"
            self.lines.append(Line(self._number, text, self._label, self._level, style))
            self._label = ""
        self._pieces.clear()
        self._level = None

    def _add_table(self, table: etree._Element) -> None:
        for caption in table.iter("caption"):
            self._pieces = [cell_text(caption)]
            self.end_line()
        rows, merges, notes, hidden = _read_rows(table, self.cleaner, self._cells)
        self._cells += sum(map(len, rows)) + len(rows)
        if rows:
            self.sheets.append(
                Sheet(
                    f"表{len(self.sheets) + 1}", rows, merges, hidden_rows=hidden, notes=notes,
                    line=self._number + 1,
                )
            )  # fmt: skip


def _read_rows(
    table: etree._Element, cleaner: Cleaner, cells: int
) -> tuple[tuple[tuple[Value, ...], ...], tuple[Area, ...], tuple[Note, ...], frozenset[int]]:
    """Read a table's rows, merges, comments and hidden rows; `cells` have been read before."""
    elements = list(table.iter("tr"))
    busy: list[int] = []  # for each column, the last row that a cell from above reaches
    rows, merges, notes, hidden = [], [], [], set()
    for number, element in enumerate(elements, 1):
        if _NOT_SHOWN.search(element.get("style") or ""):
            hidden.add(number)
        row: list[Value] = []
        column = 1
        for cell in element.iterchildren("td", "th"):
            while column <= len(busy) and busy[column - 1] >= number:
                column += 1
            right = min(column + _span(cell.get("colspan")) - 1, max(column, _WIDEST))
            bottom = min(number + _span(cell.get("rowspan")) - 1, len(elements))
            row += [None] * (column - 1 - len(row))
            row.append(cleaner.clean(cell_text(cell)) or None)
            busy += [0] * (right - len(busy))
            busy[column - 1 : right] = [bottom] * (right - column + 1)
            if right > column or bottom > number:
                merges.append(Area(number, column, bottom, right))
            for comment in cell.iter("comment"):  # as LibreOffice writes them
                text = cleaner.clean(cell_text(comment))
                notes.append(Note("comment", cell_name(number, column), text))
            column = right + 1
            bound_cells(cells + column)
        cells += column
        while row and row[-1] is None:
            row.pop()
        rows.append(tuple(row))
    return tuple(rows), tuple(merges), tuple(notes), frozenset(hidden)


def _holds_table(element: etree._Element) -> bool:
    return element.find(".//table") is not None


def _span(text: str | None) -> int:
    text = (text or "").strip()
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def cell_text(cell: etree._Element) -> str:
    r"""Return what a browser shows of an element: white space folded, blocks and `br` as "\n"."""
    pieces = "".join(_pieces(cell)).split("\n")
    shown = (_SPACES.sub(" ", piece.replace("\xa0", " ")).strip(" ") for piece in pieces)
    return "\n".join(line for line in shown if line)


def _pieces(element: etree._Element) -> Iterator[str]:
    yield _SPACES.sub(" ", element.text or "")
    for child in element:
        name = child.tag if isinstance(child.tag, str) else ""
        if name and name not in _UNSEEN and name != "comment":
            yield "\n" if name in _BLOCKS else ""
            yield from _pieces(child)
            yield "\n" if name in _BLOCKS else ""
        yield _SPACES.sub(" ", child.tail or "")
