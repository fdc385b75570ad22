"""The second look at an .xlsx: what python-calamine hides, read from the package's own parts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Literal

from lxml import etree

from taskxl.a1 import cell_name, parse_area, parse_reference
from taskxl.intake.formats import BUILT_IN, changes_look, show_number
from taskxl.intake.grids import Area, CellError, Embedded, Note, Value
from taskxl.intake.notes import (
    comments,
    embedded_file,
    page_notes,
    pictures,
    text_boxes,
    threaded_comments,
)
from taskxl.intake.openxml import UNREADABLE, Package
from taskxl.intake.refusals import Limits, Refused
from taskxl.xml import (
    attribute,
    decode_escapes,
    is_true,
    iterate_xml,
    local,
    parse_xml,
    string_text,
    whole_number,
)

State = Literal["visible", "hidden", "very hidden"]
Cells = dict[tuple[int, int], Value]

# A cheap scan says which sheets deserve a parse: those with error cells or formulas …
_ODD_CELL = (b'"e"', b"'e'", b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/", b"f\n", b"f\r", b"f\t")
# … and the rest; a sheet in another encoding than UTF-8 shows no such tag and is always parsed.
_ODD_SHEET = (b"hidden", b"mergeCell", b"headerFooter", b"oleObject")
_CELL_REFERENCE = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{1,3})\$?([0-9]{1,7})["']""")
_AREA_LIMIT = Limits().cell_area
_SLICE = 1 << 20
_STYLE = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\bs=["'](\d+)["']""")
_ODD_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*\bhidden\s*=")
_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData(?:\s[^>]*)?/?>")
# Ids that mean a date without a format of their own: ECMA-376 part 1, 18.8.30 (27-36 and 50-58
# are the Chinese and Japanese ones).
_DATE_IDS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_NOT_A_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet as the workbook part lists it; `part` is where its XML lies."""

    name: str
    state: State
    part: str
    kind: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the second look found on one sheet; `cells` replaces what calamine said of them."""

    cells: Mapping[tuple[int, int], Value] = field(default_factory=dict)
    merges: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    notes: tuple[Note, ...] = ()
    remarks: tuple[str, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    struck: frozenset[tuple[int, int]] = frozenset()


def is_date_format(code: str) -> bool:
    """Tell whether a number format shows a date or a time.

    >>> is_date_format('yyyy"年"m"月"d"日";@'), is_date_format('0"天";[Red]0.00')
    (True, False)
    """
    bare = _NOT_A_FORMAT.sub("", code.split(";")[0]).lower()
    return "general" not in bare and bool(re.search(r"[ymdhs]|a/p", bare))


def date_value(number: float, since_1904: bool = False) -> Value:
    """Return the date or time that a serial number means in Excel; the number where none.

    Below 60 Excel's calendar of 1900 is a day off (it knows 29 February 1900); nobody's due date
    lies there, and a number below 1 is a time of day.
    """
    days, seconds = divmod(round(number * 86_400), 86_400)
    clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    if 0 <= number < 1:
        return clock
    try:
        day = (_EPOCH_1904 if since_1904 else _EPOCH_1900) + timedelta(days=days)
    except OverflowError:
        return number
    return datetime.combine(day, clock) if seconds else day


class _RichError(CellError):
    """An error cell that stands for a rich value, which only new programs show."""

    __slots__ = ()


class SecondLook:
    """The parts of an .xlsx that say what calamine does not.

    Raises Refused (R201) when the package or its workbook part cannot be read.
    """

    def __init__(self, content: bytes) -> None:
        self.package = Package(content)
        self.part = next(iter(self.package.related("", "officeDocument")), "xl/workbook.xml")
        root = self.package.tree(self.part)
        if root is None:
            raise Refused("R201", UNREADABLE)
        relations = self.package.relations(self.part)
        self.since_1904 = any(is_true(e.get("date1904")) for e in root if local(e) == "workbookPr")
        self.sheets: list[SheetPart] = []
        for element in root.iter("{*}sheet"):
            relation = relations.get(attribute(element, "id") or "")
            state = _state(element.get("state"))
            name = decode_escapes(element.get("name") or "")
            if relation is not None:
                self.sheets.append(SheetPart(name, state, relation.target, relation.kind))
        self._relations = relations
        self._last: tuple[str, bytes] = ("", b"")
        self._strings: list[str] | None = None
        self._date_styles: frozenset[int] | None = None
        self._shown_styles: dict[int, str] | None = None
        self._digests: dict[str, str] = {}
        self._struck: tuple[frozenset[int], frozenset[int]] | None = None

    def is_bulky(self, sheet: SheetPart) -> bool:
        """Tell whether the rectangle from A1 to a sheet's last cell is too large to be built.

        Two cells at far corners make 17 billion, and python-calamine asks for all of them at once.
        A sheet that cannot be scanned as UTF-8 counts as bulky too: it is read cell by cell.
        """
        data = self._data(sheet)
        if not _SHEET_DATA.search(data):
            return True
        last_row, columns = 0, {b"A"}
        for start in range(0, len(data), _SLICE):
            # By slices, so that the references of a large sheet are never all in memory.
            found = _CELL_REFERENCE.findall(data, start, start + _SLICE + 32)
            columns.update(letters for letters, _ in found)
            last_row = max(last_row, *(int(row) for _, row in found), 0)
        widest = max(columns, key=lambda letters: (len(letters), letters.upper()))
        place = parse_reference(f"{widest.decode()}{last_row}")
        return place is None or place[0] * place[1] > _AREA_LIMIT

    def _data(self, sheet: SheetPart) -> bytes:
        """Return a sheet's XML; the last one stays at hand, as it is scanned and then looked at."""
        if self._last[0] != sheet.part:
            self._last = (sheet.part, self.package.read(sheet.part) or b"")
        return self._last[1]

    def look(self, sheet: SheetPart, *, every_cell: bool = False) -> Look:
        """Look at a sheet's own XML: odd cells (or all of them), merges, what is hidden, notes.

        Raises Refused (R201) when the sheet's XML cannot be read to its end.
        """
        data = self._data(sheet)
        plain = _SHEET_DATA.search(data) is not None
        odd_cells = every_cell or not plain or any(sign in data for sign in _ODD_CELL)
        odd_cells = odd_cells or self._shows_formats(data)
        marked = self._has_struck_words or b"strike" in data
        notes: tuple[Note, ...] = ()
        remarks: tuple[str, ...] = ()
        embedded: list[Embedded] = []
        try:
            notes, pictured = self._notes(sheet)
            embedded += pictured
        except Refused:
            remarks = (f"“{sheet.name}”的批注或文本框部分已损坏，没有读出。",)
        if not (odd_cells or marked or any(sign in data for sign in _ODD_SHEET)):
            return Look(notes=notes, remarks=remarks, embedded=tuple(embedded))
        if not (odd_cells or marked or (b"hidden" in data and _ODD_ROW.search(data))):
            data = _without_cells(data)
        cells: Cells = {}
        merges: list[Area] = []
        hidden_rows: set[int] = set()
        hidden: list[tuple[int, int]] = []
        row_number = 0
        objects: dict[str, Embedded] = {}
        struck: set[tuple[int, int]] = set()
        try:
            parts = ("row", "col", "mergeCell", "headerFooter", "oleObject")
            for element in iterate_xml(data, parts):
                match local(element):
                    case "row":
                        row_number = whole_number(element.get("r")) or row_number + 1
                        if is_true(element.get("hidden")):
                            hidden_rows.add(row_number)
                        if marked:
                            struck.update(self._find_struck(element, row_number))
                        if odd_cells:
                            self._read_row(element, row_number, cells, every_cell)
                    case "col" if is_true(element.get("hidden")):
                        first = whole_number(element.get("min")) or 1
                        hidden.append((first, whole_number(element.get("max")) or first))
                    case "mergeCell":
                        corners = parse_area(element.get("ref") or "")
                        if corners is not None and corners[:2] != corners[2:]:
                            merges.append(Area(*corners))
                    case "headerFooter":
                        notes += tuple(page_notes(element))
                    case "oleObject":  # once for new programs, once for old ones
                        number = element.get("shapeId") or str(len(objects))
                        found = embedded_file(element)
                        if number not in objects or found.cell:
                            objects[number] = found
        except (etree.XMLSyntaxError, ValueError) as error:
            raise Refused("R201", UNREADABLE) from error
        columns = frozenset(
            column for low, high in set(hidden) for column in range(low, min(high, 16_384) + 1)
        )
        cells, inside = self._part_pictures(cells)
        return Look(
            cells,
            tuple(merges),
            frozenset(hidden_rows),
            columns,
            notes,
            remarks,
            (*embedded, *objects.values(), *inside),
            frozenset(struck),
        )

    def _part_pictures(self, cells: Cells) -> tuple[Cells, list[Embedded]]:
        """Part the cells whose content is a picture: Excel shows them to old programs as #VALUE!.

        Source: [MS-XLSX] 2.2.4, rich values; a local image is linked from richValueRel.
        """
        if not any(isinstance(value, _RichError) for value in cells.values()):
            return cells, []
        part = "xl/richData/richValueRel.xml"
        local_images = any(r.kind == "image" for r in self.package.relations(part).values())
        kept: Cells = {}
        inside = []
        for place, value in cells.items():
            if isinstance(value, _RichError) and local_images:
                kept[place] = None
                inside.append(Embedded("picture", cell_name(*place), inside=True))
            else:
                kept[place] = CellError(value.text) if isinstance(value, _RichError) else value
        return kept, inside

    # ------------------------------------------------------------ words struck out

    @property
    def _has_struck_words(self) -> bool:
        """Whether any style or any string of the workbook strikes words out."""
        if self._struck is None:
            styles = self.package.read(self._part("styles", "xl/styles.xml")) or b""
            strings = self.package.read(self._part("sharedStrings", "xl/sharedStrings.xml")) or b""
            root = parse_xml(styles) if b"strike" in styles else None
            found = frozenset(_struck_styles(root)) if root is not None else frozenset[int]()
            items = iterate_xml(strings, ("si",)) if b"strike" in strings else iter(())
            runs = frozenset(n for n, item in enumerate(items) if _is_struck(item))
            self._struck = (found, runs)
        return any(self._struck)

    def _find_struck(self, row: etree._Element, number: int) -> Iterator[tuple[int, int]]:
        """Yield the cells of a row that have words struck out."""
        styles, strings = self._struck or (frozenset(), frozenset())
        column = 0
        for cell in row:
            place = parse_reference(cell.get("r") or "")
            number, column = place or (number, column + 1)
            texts = [child for child in cell if local(child) in ("v", "is")]
            if not texts:
                continue
            shared = whole_number((texts[0].text or "").strip()) if cell.get("t") == "s" else None
            inline = local(texts[0]) == "is" and _is_struck(texts[0])
            if (whole_number(cell.get("s")) or 0) in styles or shared in strings or inline:
                yield number, column

    # ------------------------------------------------------------ cells

    def _read_row(self, row: etree._Element, number: int, cells: Cells, every: bool) -> None:
        column = 0
        for cell in row:
            place = parse_reference(cell.get("r") or "")
            number, column = place or (number, column + 1)
            kind = cell.get("t")
            formula = value = inline = None
            for child in cell:
                match local(child):
                    case "f":
                        formula = child
                    case "v":
                        value = child.text
                        if value is None and kind == "str":
                            value = ""  # a formula whose result is an empty text, not a lost one
                    case "is":
                        inline = child
            if kind == "e":
                rich = cell.get("vm") and (value or "").strip() == "#VALUE!"
                error = _RichError if rich else CellError
                cells[number, column] = error((value or "").strip())
            elif formula is not None and value is None and inline is None:
                cells[number, column] = CellError("")
            elif every or (kind in (None, "n") and value and self._code_of(cell)):
                found = self._value(kind, value, inline, cell.get("s"))
                if isinstance(found, float):
                    found = show_number(found, self._code_of(cell))
                if found is not None:
                    cells[number, column] = found

    def _value(
        self, kind: str | None, text: str | None, inline: etree._Element | None, style: str | None
    ) -> Value:
        if inline is not None:
            return string_text(inline)
        if not text:
            return None
        match kind:
            case "s":
                index = whole_number(text.strip())
                strings = self.strings
                return strings[index] if index is not None and index < len(strings) else None
            case "str":
                return decode_escapes(text)
            case "b":
                return is_true(text.strip())
        try:
            if kind == "d":
                moment = datetime.fromisoformat(text.strip())
                return moment.date() if moment.time() == time(0) else moment
            number = float(text) if len(text) < 400 else float("nan")
        except ValueError:
            return text
        if number != number or abs(number) == float("inf"):
            return text
        if (whole_number(style) or 0) in self.date_styles:
            return date_value(number, self.since_1904)
        return number

    def _code_of(self, cell: etree._Element) -> str:
        """Return the format of a cell's style, "" for one that changes nothing."""
        return self.shown_styles.get(whole_number(cell.get("s")) or 0, "")

    def _shows_formats(self, data: bytes) -> bool:
        """Tell whether some cell of a sheet's XML has a style that shows numbers otherwise."""
        styles = {b"%d" % number for number in self.shown_styles}
        return bool(styles) and any(found in styles for found in _STYLE.findall(data))

    @property
    def shown_styles(self) -> dict[int, str]:
        """The formats, by number of cell style, that show numbers otherwise; no dates."""
        if self._shown_styles is None:
            root = self.package.tree(self._part("styles", "xl/styles.xml"))
            self._shown_styles = dict(_shown_styles(root)) if root is not None else {}
        return self._shown_styles

    @property
    def strings(self) -> list[str]:
        """The shared strings, read when first asked for."""
        if self._strings is None:
            part = self._part("sharedStrings", "xl/sharedStrings.xml")
            data = self.package.read(part)
            try:
                items = iterate_xml(data, ("si",)) if data else iter(())
                self._strings = [string_text(item) for item in items]
            except (etree.XMLSyntaxError, ValueError) as error:
                raise Refused("R201", UNREADABLE) from error
        return self._strings

    @property
    def date_styles(self) -> frozenset[int]:
        """The numbers of the cell styles that show a date, read when first asked for."""
        if self._date_styles is None:
            root = self.package.tree(self._part("styles", "xl/styles.xml"))
            self._date_styles = frozenset(_date_styles(root) if root is not None else ())
        return self._date_styles

    def _part(self, kind: str, usual: str) -> str:
        return next((r.target for r in self._relations.values() if r.kind == kind), usual)

    # ------------------------------------------------------------ notes

    def _notes(self, sheet: SheetPart) -> tuple[tuple[Note, ...], list[Embedded]]:
        notes: list[Note] = []
        embedded: list[Embedded] = []
        threads: list[Note] = []
        # Each part once, however often it is linked.
        relations = self.package.relations(sheet.part).values()
        for kind, target in dict.fromkeys((link.kind, link.target) for link in relations):
            if kind in ("comments", "threadedComment", "drawing"):
                root = self.package.tree(target)
                if root is None:
                    continue
                if kind == "comments":
                    notes += comments(root)
                elif kind == "threadedComment":
                    threads += threaded_comments(root)
                else:
                    notes += text_boxes(root)
                    notes += self._chart_words(target)
                    links = self.package.relations(target)
                    for picture, link in pictures(root):
                        found = links.get(link or "")
                        digest = self._digest(found.target) if found else ""
                        embedded.append(replace(picture, digest=digest))
        # Excel leaves a copy of each thread among the old comments, behind a note in English.
        threaded = {note.cell for note in threads}
        kept = (n for n in notes if n.kind != "comment" or n.cell not in threaded)
        return (*threads, *kept), embedded

    def _chart_words(self, drawing: str) -> Iterator[Note]:
        """Yield the words that a person wrote on the charts of a drawing: titles and labels."""
        for part in dict.fromkeys(self.package.related(drawing, "chart")):
            root = self.package.tree(part)
            for body in () if root is None else root.iter("{*}rich"):
                text = "".join(t.text or "" for t in body.iter("{*}t")).strip()
                if text:
                    yield Note("text box", None, text)

    def _digest(self, part: str) -> str:
        """Return the SHA-256 of a part's bytes, each read once; "" where it is not there."""
        if part not in self._digests:
            data = self.package.read(part)
            self._digests[part] = sha256(data).hexdigest() if data is not None else ""
        return self._digests[part]


def _without_cells(data: bytes) -> bytes:
    """Return a sheet's XML without its rows, the bulk of it; all of it where that is not plain."""
    start = _SHEET_DATA.search(data)
    end = data.rfind(b"</", 0, data.rfind(b"sheetData>"))
    if start is None or end < start.end():
        return data
    return data[: start.end()] + data[end:]


def _state(word: str | None) -> State:
    match word:
        case "hidden":
            return "hidden"
        case "veryHidden":
            return "very hidden"
    return "visible"


def _shown_styles(root: etree._Element) -> Iterator[tuple[int, str]]:
    """Yield the number and the format of each cell style that shows numbers otherwise."""
    formats = {e.get("numFmtId"): e.get("formatCode") or "" for e in root.iter("{*}numFmt")}
    for styles in root:
        if local(styles) != "cellXfs":
            continue
        for position, style in enumerate(styles.iterchildren("{*}xf")):
            identifier = style.get("numFmtId")
            code = formats.get(identifier) or BUILT_IN.get(whole_number(identifier) or 0, "")
            is_date = whole_number(identifier) in _DATE_IDS and identifier not in formats
            if changes_look(code) and not is_date and not is_date_format(code):
                yield position, code


def _is_struck(element: etree._Element) -> bool:
    """Tell whether a font, or a run of a text, strikes its words out."""
    marks = (e for e in element.iter("{*}strike") if e.get("val") not in ("0", "false"))
    return next(marks, None) is not None


def _struck_styles(root: etree._Element) -> Iterator[int]:
    fonts = [_is_struck(font) for font in root.iterfind("{*}fonts/{*}font")]
    for position, style in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        number = whole_number(style.get("fontId")) or 0
        if number < len(fonts) and fonts[number]:
            yield position


def _date_styles(root: etree._Element) -> Iterator[int]:
    formats = {e.get("numFmtId"): e.get("formatCode") or "" for e in root.iter("{*}numFmt")}
    for styles in root:
        if local(styles) != "cellXfs":
            continue
        for position, style in enumerate(styles.iterchildren("{*}xf")):
            identifier = style.get("numFmtId")
            if identifier in formats:
                shows_date = is_date_format(formats[identifier])
            else:
                shows_date = whole_number(identifier) in _DATE_IDS
            if shows_date:
                yield position
