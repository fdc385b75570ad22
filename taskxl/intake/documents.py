"""Word documents: tables as sheets, paragraphs as lines, in the order of the body."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from taskxl.a1 import cell_name
from taskxl.intake.cleaning import Cleaner
from taskxl.intake.extents import bound_cells
from taskxl.intake.grids import Area, Book, Embedded, Kind, Line, Sheet, Value
from taskxl.intake.numbering import BULLET, Numbering
from taskxl.intake.openxml import Package
from taskxl.intake.refusals import Refused
from taskxl.xml import attribute, child_value, first_child, local, whole_number

UNREADABLE = "文件已损坏，打不开。请用 Word 或 WPS 打开原件，确认内容后另存为 .docx，重新发来。"
# Elements that only wrap what they hold; what tracked changes inserted counts as text.
_WRAPPERS = frozenset(
    ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "hyperlink", "fldSimple",
     "r", "AlternateContent", "Choice", "ruby", "rubyBase", "dir", "bdo")
)  # fmt: skip
# Symbols of the picture fonts that stand for ticks and boxes; others show nothing a text can hold.
_SYMBOLS = {0xFC: "√", 0x52: "☑", 0xFE: "☑", 0xA8: "□", 0x6F: "□", 0xFB: "×", 0x78: "☒"}
_PAGE_WORDS = re.compile(r"[第共页/\s\-—–_0-9·.,，]*")
# Word allows 63 columns; a span beyond it is damage and must not widen the grid.
_WIDEST = 63


def read_document(content: bytes, name: str, kind: Kind) -> Book:
    """Read a .docx: tables become sheets 表1, 表2, …, paragraphs lines.

    Footnotes and comments follow as lines of the styles `footnote` and `comment`.
    Raises Refused: R201 when it cannot be read, R204 when its tables have too many cells.
    """
    try:
        package = Package(content)
        part = next(iter(package.related("", "officeDocument")), "word/document.xml")
        document = package.tree(part)
        body = first_child(document, "body")
        if body is None:
            raise Refused("R201", UNREADABLE)
        walk = _Walk(package, part)
        walk.read_body(body)
        for kind_of_note in ("footnotes", "comments"):
            for target in package.related(part, kind_of_note):
                walk.read_notes(package.tree(target), kind_of_note.removesuffix("s"))
        for kind_of_edge in ("header", "footer"):
            for target in package.related(part, kind_of_edge):
                walk.read_edge(package.tree(target), kind_of_edge)
        properties = package.custom_properties()
    except Refused as refused:
        if refused.code != "R201":
            raise
        raise Refused("R201", UNREADABLE) from refused
    return Book(
        name,
        kind,
        tuple(walk.sheets),
        tuple(walk.lines),
        properties,
        walk.cleaner.remarks,
        tuple(walk.embedded),
        tuple(walk.edges),
    )


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style says, its parents' word included."""

    name: str = ""
    outline: int | None = None
    list_id: str | None = None
    list_level: int | None = None


@dataclass(slots=True)
class _Cell:
    """A cell of a table on its way into the grid: `column` counts grid columns from 1."""

    column: int
    span: int
    text: str
    goes_on_down: bool
    starts_down: bool
    goes_on_right: bool


@dataclass(slots=True)
class _Marks:
    """What a table's cells hold beside their texts: pictures, and words struck out or hidden."""

    embedded: list[Embedded] = field(default_factory=list)
    struck: set[tuple[int, int]] = field(default_factory=set)

    def take(self, row: etree._Element, number: int, cells: Sequence[_Cell]) -> None:
        """Take what stands in a row's cells, which are given in the order of its elements."""
        for element, cell in zip(_children(row, "tc"), cells, strict=True):
            self.embedded += _embedded(element, cell_name(number, cell.column))
            if any(_is_struck(run) for run in element.iter("{*}r")):
                self.struck.add((number, cell.column))


class _Walk:
    """One walk through a document's body; the automatic numbers depend on its order."""

    def __init__(self, package: Package, part: str) -> None:
        links = {r.kind: r.target for r in package.relations(part).values()}
        styles = package.tree(links.get("styles", "word/styles.xml"))
        self._styles = _read_styles(styles)
        self._numbering = Numbering(
            package.tree(links.get("numbering", "word/numbering.xml")), styles
        )
        self.cleaner = Cleaner()
        self.sheets: list[Sheet] = []
        self.lines: list[Line] = []
        self.embedded: list[Embedded] = []
        self.edges: list[Line] = []
        self._number = 0
        self._cells = 0

    def read_body(self, body: etree._Element) -> None:
        """Read the blocks of a body, in order."""
        for block in _blocks(body):
            if local(block) == "p":
                self._read_paragraph(block)
            else:
                start = self._number + 1
                rows, merges, marks = self._read_table(block)
                name = f"表{len(self.sheets) + 1}"
                embedded, struck = tuple(marks.embedded), frozenset(marks.struck)
                self.sheets.append(
                    Sheet(name, rows, merges, line=start, embedded=embedded, struck=struck)
                )
                self._read_text_boxes(block)

    def read_notes(self, root: etree._Element | None, style: str) -> None:
        """Read footnotes or comments; Word's own separators have a type and are left out."""
        for note in () if root is None else root:
            if attribute(note, "type") is None:
                for paragraph in note.iter("{*}p"):
                    self._add_lines(_text(paragraph), "", None, style)

    def read_edge(self, root: etree._Element | None, style: str) -> None:
        """Read a part of page headers or footers; page numbers are nobody's words."""
        known = {line.text for line in self.edges}
        for paragraph in () if root is None else root.iter("{*}p"):
            text = self.cleaner.clean(_text(paragraph)).strip()
            if text and not _PAGE_WORDS.fullmatch(text) and text not in known:
                known.add(text)
                self._number += 1
                self.edges.append(Line(self._number, text, style=style))
        if root is not None:
            self.embedded += _embedded(root, None)

    def _read_paragraph(self, paragraph: etree._Element) -> None:
        style, outline, list_level, label = self._describe(paragraph)
        level = outline if outline is not None else list_level
        self._add_lines(_text(paragraph), label, level, style)
        self._read_text_boxes(paragraph)
        self.embedded += _embedded(paragraph, None)

    def _add_lines(self, text: str, label: str, level: int | None, style: str) -> None:
        for piece in self.cleaner.clean(text).split("\n"):
            self._number += 1
            if piece.strip() or label:
                self.lines.append(Line(self._number, piece.strip(), label, level, style))
            label, level = "", None

    def _read_text_boxes(self, block: etree._Element) -> None:
        for box in block.iter("{*}txbxContent"):
            if not any(local(above) == "Fallback" for above in box.iterancestors()):
                for paragraph in box.iter("{*}p"):
                    self._add_lines(_text(paragraph), "", None, "text box")

    def _describe(self, paragraph: etree._Element) -> tuple[str, int | None, int | None, str]:
        """Return style name, outline level, list level and label, counting the paragraph."""
        settings = first_child(paragraph, "pPr")
        style_id = child_value(settings, "pStyle") or ""
        style = self._styles.get(style_id, _Style())
        outline = whole_number(child_value(settings, "outlineLvl"))
        outline = style.outline if outline is None else outline
        outline = None if outline is not None and outline > 8 else outline
        own = first_child(settings, "numPr")
        list_id = child_value(own, "numId")
        level = whole_number(child_value(own, "ilvl"))
        if list_id is None:
            list_id = style.list_id
            if level is None and list_id is not None:
                level = style.list_level
                if level is None:
                    level = self._numbering.level_of_style(list_id, style_id)
        if list_id in (None, "0") or not _is_kept(settings):
            return style.name, outline, None, ""
        level = level or 0
        return style.name, outline, level, self._numbering.next_label(list_id or "", level)

    # ------------------------------------------------------------ tables

    def _cell_text(self, cell: etree._Element) -> str:
        """Return a cell's paragraphs by lines, automatic numbers shown, nested tables kept."""
        lines = []
        for block in _blocks(cell):
            if local(block) == "p":
                *_, label = self._describe(block)
                lines.append(_join_label(label, _text(block)))
            else:
                rows, *_ = self._read_table(block)
                lines += ["\t".join(str(v or "") for v in row) for row in rows]
        return self.cleaner.clean("\n".join(lines)).strip("\n")

    def _read_row(self, row: etree._Element) -> list[_Cell]:
        settings = first_child(row, "trPr")
        column = 1 + min(whole_number(child_value(settings, "gridBefore")) or 0, _WIDEST)
        cells = []
        for cell in _children(row, "tc"):
            about = first_child(cell, "tcPr")
            span = max(1, min(whole_number(child_value(about, "gridSpan")) or 1, _WIDEST))
            down, right = _merge_word(about, "vMerge"), _merge_word(about, "hMerge")
            cells.append(
                _Cell(
                    column, span, self._cell_text(cell), down == "continue", down == "restart",
                    right == "continue",
                )
            )  # fmt: skip
            column += span
        return cells

    def _read_table(
        self, table: etree._Element
    ) -> "tuple[tuple[tuple[Value, ...], ...], tuple[Area, ...], _Marks]":
        grid = []
        marks = _Marks()
        for row in _children(table, "tr"):
            if not _is_deleted_row(row):
                grid.append(self._read_row(row))
                marks.take(row, len(grid), grid[-1])
                # A cell of a few bytes may claim to be many columns wide.
                self._cells += 1 + (grid[-1][-1].column + grid[-1][-1].span if grid[-1] else 0)
                bound_cells(self._cells)
        rows = []
        for cells in grid:
            width = max((cell.column + cell.span - 1 for cell in cells), default=0)
            values: list[Value] = [None] * width
            for cell in cells:
                values[cell.column - 1] = cell.text or None
            rows.append(tuple(values))
        return tuple(rows), tuple(_merges(grid)), marks


def _merges(grid: Sequence[Sequence[_Cell]]) -> Iterator[Area]:
    """Yield the merged areas: spans, `vMerge` runs downwards, the old `hMerge` runs."""
    by_column = [{cell.column: cell for cell in cells} for cells in grid]
    for top, cells in enumerate(grid, 1):
        for position, cell in enumerate(cells):
            if cell.goes_on_right or (cell.goes_on_down and _has_start(by_column, top, cell)):
                continue
            right = cell.column + cell.span - 1
            after = position + 1
            while after < len(cells) and cells[after].goes_on_right:
                right = cells[after].column + cells[after].span - 1
                after += 1
            bottom = top
            if cell.starts_down or cell.goes_on_down:
                while bottom < len(grid):
                    below = by_column[bottom].get(cell.column)
                    if below is None or not below.goes_on_down:
                        break
                    bottom += 1
            if bottom > top or right > cell.column:
                yield Area(top, cell.column, bottom, right)


def _has_start(by_column: Sequence[Mapping[int, _Cell]], top: int, cell: _Cell) -> bool:
    """Tell whether the row above carries the merge that this cell goes on with."""
    above = by_column[top - 2].get(cell.column) if top > 1 else None
    return above is not None and (above.starts_down or above.goes_on_down)


def _embedded(block: etree._Element, cell: str | None) -> Iterator[Embedded]:
    """Yield the pictures and files in a block, each once: old and new programs have their own."""
    for element in block.iter("{*}blip", "{*}imagedata", "{*}OLEObject"):
        above = {local(up) for up in element.iterancestors()}
        # A picture shows what an embedded file is; the file itself counts.
        if "Fallback" in above or ("object" in above and local(element) != "OLEObject"):
            continue
        kind: Literal["picture", "file"] = "file" if local(element) == "OLEObject" else "picture"
        yield Embedded(kind, cell, cell)


def _is_struck(run: etree._Element) -> bool:
    """Tell whether a run has words that are struck out, or hidden."""
    about = first_child(run, "rPr")
    for name in ("strike", "dstrike", "vanish"):
        mark = first_child(about, name)
        if mark is not None and attribute(mark, "val") not in ("0", "false", "off"):
            return bool(_text(run).strip())
    return False


def _merge_word(about: etree._Element | None, name: str) -> str | None:
    """Return `restart`, `continue` (also where no word stands) or None for no merge."""
    element = first_child(about, name)
    return None if element is None else attribute(element, "val") or "continue"


def _join_label(label: str, text: str) -> str:
    """Put an automatic number before its text; a bullet is an ornament and is left out.

    A blank parts them where they would run together (`1.` and `5公里`).
    """
    if not label or label == BULLET:
        return text
    return label + ("" if not text or label[-1] in "、）)】，：" else " ") + text


def _text(paragraph: etree._Element) -> str:
    """Return a paragraph's text as shown when all tracked changes are accepted."""
    pieces: list[str] = []
    _collect(paragraph, pieces)
    return "".join(pieces)


def _collect(element: etree._Element, pieces: list[str]) -> None:
    for child in element:
        name = local(child)
        match name:
            case "t":
                pieces.append(child.text or "")
            case "tab" | "ptab":
                pieces.append("\t")
            case "br" | "cr":
                pieces.append("\n")
            case "noBreakHyphen":
                pieces.append("-")
            case "sym":
                code = int(attribute(child, "char") or "0", 16)
                pieces.append(_SYMBOLS.get(code & 0xFF, "") if code >= 0xF000 else chr(code))
            case "ruby":
                for base in child.iterchildren("{*}rubyBase"):
                    _collect(base, pieces)
            case _ if name in _WRAPPERS:
                _collect(child, pieces)


def _children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield children of those names, also where content controls or insertions wrap them."""
    for child in element:
        name = local(child)
        if name in names:
            yield child
        elif name in _WRAPPERS:
            yield from _children(child, *names)


def _blocks(element: etree._Element) -> Iterator[etree._Element]:
    return _children(element, "p", "tbl")


def _is_kept(settings: etree._Element | None) -> bool:
    """Tell whether a paragraph's own mark stands: a deleted one shows no number."""
    mark = first_child(settings, "rPr")
    return mark is None or next(mark.iterchildren("{*}del", "{*}moveFrom"), None) is None


def _is_deleted_row(row: etree._Element) -> bool:
    settings = first_child(row, "trPr")
    return settings is not None and first_child(settings, "del") is not None


def _read_styles(root: etree._Element | None) -> dict[str, _Style]:
    """Return every paragraph style by its id, with what it takes from the styles it is based on."""
    elements = {} if root is None else {
        attribute(e, "styleId") or "": e for e in root.iterchildren("{*}style")
    }  # fmt: skip
    found: dict[str, _Style] = {}
    for style_id, element in elements.items():
        outline = list_id = level = None
        current: etree._Element | None = element
        seen: set[int] = set()
        while current is not None and id(current) not in seen:
            seen.add(id(current))
            settings = first_child(current, "pPr")
            own = first_child(settings, "numPr")
            outline = (
                whole_number(child_value(settings, "outlineLvl")) if outline is None else outline
            )
            if list_id is None:
                list_id = child_value(own, "numId")
                level = whole_number(child_value(own, "ilvl")) if level is None else level
            current = elements.get(child_value(current, "basedOn") or "")
        name = (child_value(element, "name") or "").lower()
        found[style_id] = _Style(name, outline, list_id, level)
    return found
