"""OpenDocument spreadsheets as grids: values, errors, merges, what is hidden, notes, in one pass.

python-calamine reads the plain values only; the rest stands in the same XML, so that reading it
once here costs less than reading it twice.
"""

import contextlib
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time

from lxml import etree

from taskxl.a1 import cell_name
from taskxl.intake.cleaning import Cleaner
from taskxl.intake.grids import (
    Area,
    Book,
    CellError,
    Embedded,
    Kind,
    Note,
    Sheet,
    ShownNumber,
    Value,
    value_text,
)
from taskxl.intake.openxml import UNREADABLE, Package
from taskxl.intake.refusals import Limits, Refused
from taskxl.xml import attribute, local, whole_number

TOO_LARGE = "表格展开后过大，没有读取。请把有内容的部分复制到新表，另存为 .xlsx 后重新发来。"
_CELLS_LIMIT = Limits().cell_area
_ERROR = re.compile(r"#(REF|N/A|NAME|VALUE|DIV/0|NUM|NULL|SPILL|CALC)[!?]?|Err:\d+|#REF!.*")
_ROUNDED = re.compile(r"-?(?:0|[1-9]\d*)\.\d{4,}|-?\d(?:\.\d+)?E[+-]\d+")
_DURATION = re.compile(r"-?PT(\d{1,9})H(\d{1,2})M(\d{1,2})(?:[.,]\d+)?S")
_NOT_SHOWN = ("collapse", "filter")
# `text:s` asks for blanks by count; nobody types more than this many in a row.
_BLANKS = 1000


def read_opendocument(content: bytes, name: str, kind: Kind) -> Book:
    """Read an .ods.

    Raises Refused: R201 when it cannot be read, R204 when its repeats spell out too many cells.
    """
    package = Package(content)
    data = package.read("content.xml")
    if data is None:
        raise Refused("R201", UNREADABLE)
    cleaner = Cleaner()
    try:
        sheets = tuple(_read_sheets(data, cleaner, package.read))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("R201", UNREADABLE) from error
    if not sheets:
        raise Refused("R201", UNREADABLE)
    remarks: tuple[str, ...] = ()
    properties: dict[str, str] = {}
    try:
        meta = package.tree("meta.xml")
        for element in () if meta is None else meta.iter("{*}user-defined"):
            properties[attribute(element, "name") or ""] = element.text or ""
    except Refused:
        remarks = ("文件的自定义属性部分已损坏，没有读出。",)
    return Book(name, kind, sheets, (), properties, (*remarks, *cleaner.remarks))


@dataclass(slots=True)
class _Table:
    """A sheet that is being gathered; `row` and `column` are the last ones read."""

    name: str
    hidden: bool
    cleaner: Cleaner
    read_part: Callable[[str], bytes | None]
    struck_styles: frozenset[str]
    embedded: list[Embedded] = field(default_factory=list)
    struck: set[tuple[int, int]] = field(default_factory=set)
    rows: list[tuple[Value, ...]] = field(default_factory=list)
    merges: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)
    row: int = 0
    column: int = 0
    cells: int = 0

    def read_column(self, element: etree._Element) -> None:
        """Count a column description; blank hidden ones to the sheet's end are of no interest."""
        times = whole_number(attribute(element, "number-columns-repeated")) or 1
        if attribute(element, "visibility") in _NOT_SHOWN and times <= 1024:
            self.hidden_columns.update(range(self.column + 1, self.column + times + 1))
        self.column += times

    def read_row(self, element: etree._Element) -> None:
        """Read a row, as often as it is repeated where something is in it."""
        times = whole_number(attribute(element, "number-rows-repeated")) or 1
        values = self._read_cells(element)
        if attribute(element, "visibility") in _NOT_SHOWN and times <= 65_536:
            self.hidden_rows.update(range(self.row + 1, self.row + times + 1))
        if values:
            blank = self.row - len(self.rows)
            self.cells += blank + len(values) * times
            if self.cells > _CELLS_LIMIT:
                raise Refused("R204", TOO_LARGE)
            self.rows += [()] * blank
            self.rows += [values] * times
        self.row += times

    def _read_cells(self, row: etree._Element) -> tuple[Value, ...]:
        values: list[Value] = []
        column = 1
        for cell in row:
            name = local(cell)
            if name not in ("table-cell", "covered-table-cell"):
                continue
            times = whole_number(attribute(cell, "number-columns-repeated")) or 1
            value = _cell_value(cell)
            if isinstance(value, str):
                value = self.cleaner.clean(value) or None
            if value is not None:
                if column - 1 + times > _CELLS_LIMIT:
                    raise Refused("R204", TOO_LARGE)
                values += [None] * (column - 1 - len(values))
                values += [value] * times
            if self.struck_styles and value is not None and self._is_struck(cell):
                self.struck.add((self.row + 1, column))
            if len(cell):
                self._read_notes(cell, cell_name(self.row + 1, column))
            across = whole_number(attribute(cell, "number-columns-spanned")) or 1
            down = whole_number(attribute(cell, "number-rows-spanned")) or 1
            if name == "table-cell" and (across > 1 or down > 1):
                top = self.row + 1
                self.merges.append(Area(top, column, top + down - 1, column + across - 1))
            column += times
        return tuple(values)

    def _read_notes(self, cell: etree._Element, place: str) -> None:
        for child in cell:
            if local(child) == "annotation":
                self._add_note(Note("comment", place, _paragraphs(child)))
            elif local(child) != "p":
                self.read_shape(child, place)

    def _is_struck(self, cell: etree._Element) -> bool:
        """Tell whether a cell's text, or a part of it, is struck out."""
        spans = (attribute(span, "style-name") for span in cell.iter("{*}span"))
        return any(style in self.struck_styles for style in (attribute(cell, "style-name"), *spans))

    def read_shape(self, shape: etree._Element, place: str | None) -> None:
        """Keep the text that stands in a drawing object, and take note of its pictures."""
        if not any(True for _ in shape.iter("{*}object")):  # a chart is drawn from cells
            for _ in shape.iter("{*}object-ole"):
                self.embedded.append(Embedded("file", place, place))
                break
            else:
                for image in shape.iter("{*}image"):
                    self.embedded.append(self._picture(attribute(image, "href"), place))
        self._add_note(Note("text box", place, "\n".join(_text(p) for p in shape.iter("{*}p"))))

    def _picture(self, path: str | None, place: str | None) -> Embedded:
        content = None
        with contextlib.suppress(Refused):  # a picture that is damaged is there all the same
            content = self.read_part(path.removeprefix("./")) if path else None
        digest = hashlib.sha256(content).hexdigest() if content else ""
        return Embedded("picture", place, place, digest)

    def _add_note(self, note: Note) -> None:
        text = self.cleaner.clean(note.text).strip()
        if text:
            self.notes.append(Note(note.kind, note.cell, text))

    def finish(self) -> Sheet:
        """Return the sheet as it was gathered."""
        return Sheet(
            self.cleaner.clean(self.name),
            tuple(self.rows),
            tuple(self.merges),
            "hidden" if self.hidden else "visible",
            frozenset(self.hidden_rows),
            frozenset(self.hidden_columns),
            tuple(self.notes),
            embedded=tuple(self.embedded),
            struck=frozenset(self.struck),
        )


def _read_sheets(
    data: bytes, cleaner: Cleaner, read_part: Callable[[str], bytes | None]
) -> Iterator[Sheet]:
    names = ("table", "table-row", "table-column", "shapes", "table-properties", "text-properties")
    unseen_styles: set[str | None] = set()
    struck_styles: set[str] = set()
    tables: list[_Table] = []  # a table may stand in a cell of another
    for event, element in etree.iterparse(
        io.BytesIO(data), events=("start", "end"), tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    ):  # fmt: skip
        name = local(element)
        if event == "start":
            if name == "table":
                hidden = attribute(element, "style-name") in unseen_styles
                struck = frozenset(struck_styles)
                called = attribute(element, "name") or ""
                tables.append(_Table(called, hidden, cleaner, read_part, struck))
            continue
        if name == "text-properties":
            style = element.getparent()
            called = attribute(style, "name") or "" if style is not None else ""
            # Some versions of LibreOffice write the type of the line alone.
            lines = [attribute(element, f"text-line-through-{what}") for what in ("style", "type")]
            told = [line for line in lines if line is not None]
            if called and told and "none" not in told:
                struck_styles.add(called)
            continue
        if name == "table-properties":
            style = element.getparent()
            if attribute(element, "display") == "false" and style is not None:
                unseen_styles.add(attribute(style, "name"))
        elif not tables:
            continue
        elif name == "table":
            table = tables.pop()
            if not tables:
                yield table.finish()
        elif name == "table-column":
            tables[-1].read_column(element)
        elif name == "shapes":
            for shape in element:
                tables[-1].read_shape(shape, None)
        elif len(tables) == 1:
            tables[-1].read_row(element)
            # Rows are dropped once read, so that memory follows the grid and not the XML.
            element.clear(keep_tail=False)
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]


def _cell_value(cell: etree._Element) -> Value:
    kind = shown_kind = formula = None
    values: dict[str, str] = {}
    for key, value in cell.items():
        match str(key).rpartition("}")[2]:
            case "value-type" if "calcext" in str(key):
                shown_kind = value
            case "value-type":
                kind = value
            case "formula":
                formula = value
            case other:
                values[other] = str(value)
    if kind is None and formula is None and not len(cell):
        return None
    text = _paragraphs(cell)
    if shown_kind == "error" or (formula is not None and _ERROR.fullmatch(text)):
        return CellError(text)
    if kind is None:
        return text or (CellError("") if formula is not None else None)
    try:
        match kind:
            case "float" | "percentage" | "currency":
                return _shown_number(float(values["value"]), text.strip())
            case "boolean":
                return values["boolean-value"] == "true"
            case "date":
                moment = datetime.fromisoformat(values["date-value"]).replace(tzinfo=None)
                return moment.date() if moment.time() == time(0) else moment
            case "time":
                return _clock(values["time-value"])
    except (KeyError, ValueError):
        return text or None  # what is shown, where what is stored cannot be understood
    return text or values.get("string-value") or None


def _shown_number(number: float, text: str) -> Value:
    """Return a number with the text beside it; where that only rounds it, the number alone."""
    if not text or text == value_text(number):
        return number
    rounded = _ROUNDED.fullmatch(text) and float(text) != number
    return number if rounded else ShownNumber(number, text)


def _clock(text: str) -> Value:
    """Return a time of day; a span of more than a day as the text a person sees."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise ValueError(text)
    hours, minutes, seconds = (int(part) for part in found.groups())
    return time(hours, minutes, seconds) if hours < 24 else f"{hours}:{minutes:02}"


def _paragraphs(element: etree._Element) -> str:
    return "\n".join(_text(child) for child in element if local(child) == "p")


def _text(element: etree._Element) -> str:
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: etree._Element, pieces: list[str]) -> None:
    pieces.append(element.text or "")
    for child in element:
        match local(child):
            case "s":
                pieces.append(" " * min(whole_number(attribute(child, "c")) or 1, _BLANKS))
            case "tab":
                pieces.append("\t")
            case "line-break":
                pieces.append("\n")
            case "annotation" | "ruby-text" | "note":
                pass
            case _:
                _collect(child, pieces)
        pieces.append(child.tail or "")
