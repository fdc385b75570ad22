"""A drawn sheet made ready for filling: text that stays, and slots where something depends."""

import re
from collections.abc import Mapping, Sequence
from html import escape

from lxml import etree

from taskxl.a1 import column_letters, column_number
from taskxl.forms.template.filling import Filling, Line, Marks, Measure, Piece, Slot, render
from taskxl.forms.template.heights import Style, count_columns, read_widths, row_height
from taskxl.forms.template.placeholders import (
    TextTemplate,
    find_words,
    item_text,
    make_template,
    split_text,
)
from taskxl.forms.template.row_following import (
    Context,
    expand_shared_formulas,
    follow_areas,
    follow_formulas,
    read_merges,
    write_merges,
)
from taskxl.ooxml.package import DECLARATION
from taskxl.ooxml.references import Range, Zone, read_formula
from taskxl.xml import local

_HEADER_LIMIT = 255


def number_cells(root: etree._Element) -> None:
    """Write the row numbers and cell names that a file may leave out."""
    row_number = 0
    for row in root.iterfind("{*}sheetData/{*}row"):
        row_number = int(row.get("r") or row_number + 1)
        row.set("r", str(row_number))
        column = 0
        for cell in row:
            if local(cell) == "c":
                name = cell.get("r")
                column = column_number(name.rstrip("0123456789")) if name else column + 1
                cell.set("r", f"{column_letters(column)}{row_number}")


def cell_item(cell: etree._Element, strings: Sequence[etree._Element]) -> etree._Element | None:
    """Return the string item of a cell that holds text, or None."""
    if cell.get("t") == "inlineStr":
        return next((child for child in cell if local(child) == "is"), None)
    if cell.get("t") == "s":
        number = next((child.text or "" for child in cell if local(child) == "v"), "").strip()
        return strings[int(number)] if number.isdigit() and int(number) < len(strings) else None
    return None


class SheetCompiler:
    """Turns the XML of one sheet into pieces; `root` is changed on the way."""

    def __init__(self, root: etree._Element, name: str, context: Context) -> None:
        self._root = root
        self._name = name
        self._context = context
        self._zones = context.zones.get(name, ())
        self._marks = Marks()
        self._mark = self._marks.mark
        self._prefix = f"{root.prefix}:" if root.prefix else ""
        self._widths = read_widths(root, context.unit)
        self.measures: dict[str, list[Measure]] = {}

    def compile(self) -> list[Piece]:
        """Return the sheet's pieces. `number_cells` has been called before."""
        expand_shared_formulas(self._root)
        merges = read_merges(self._root)
        for row in list(self._root.iterfind("{*}sheetData/{*}row")):
            self._compile_row(row, merges)
        self._compile_headers()
        follow_formulas(self._root, self._name, self._context, self._mark)
        if self._zones:
            follow_areas(self._root, self._name, self._mark)
            found = next(self._root.iterfind("{*}mergeCells"), None)
            if found is not None:
                self._replace(found, write_merges(merges, self._name, self._zones, self._prefix))
        return self._split(etree.tostring(self._root, encoding="unicode"))

    # ------------------------------------------------------------ marks

    def _put_mark(self, element: etree._Element, slot: Slot | str, after: bool = False) -> None:
        """Put a mark just before an element or, `after`, just behind it."""
        if after:
            element.tail = self._mark(slot) + (element.tail or "")
            return
        previous, parent = element.getprevious(), element.getparent()
        if previous is not None:
            previous.tail = (previous.tail or "") + self._mark(slot)
        elif parent is not None:
            parent.text = (parent.text or "") + self._mark(slot)

    def _replace(self, element: etree._Element, slot: Slot) -> None:
        self._put_mark(element, slot)
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    def _split(self, xml: str) -> list[Piece]:
        """Cut the XML at its marks; what lies between `row …` and `end` marks repeats."""
        pieces: list[Piece] = [DECLARATION]
        repeated: dict[int, list[Piece]] = {}
        inside: list[Piece] | None = None
        for is_mark, piece in self._marks.cut(xml):
            if is_mark and isinstance(piece, str):
                command, _, rest = piece.partition(" ")
                if command == "row":
                    inside = repeated[int(rest)] = []
                elif command == "end":
                    inside = None
                else:
                    pieces.append(_repeat(rest, repeated))
                    repeated = {}
            else:
                (pieces if inside is None else inside).append(piece)
        return pieces

    # ------------------------------------------------------------ rows and cells

    def _compile_row(self, row: etree._Element, merges: Sequence[Range]) -> None:
        number = int(row.get("r", "0"))
        zone = next((z for z in self._zones if z.top <= number <= z.item), None)
        measured = []
        for cell in [cell for cell in row if local(cell) == "c"]:
            letters = (cell.get("r") or "").rstrip("0123456789")
            item = cell_item(cell, self._context.strings)
            if item is not None and find_words(item_text(item)):
                template = make_template(item, self._context.prefix)
                measured.append((template, column_number(letters), int(cell.get("s", "0"))))
                self._replace(cell, self._text_cell(cell, letters, template, number, zone))
            elif any(local(child) == "f" for child in cell):
                self._compile_formula_cell(cell, number, zone)
            if zone is not None:
                cell.set("r", letters + self._mark(_line_row))
            elif self._zones and number > self._zones[0].item:
                cell.set("r", letters + self._mark(self._moved_row(number)))
        if zone is not None:
            cells = self._set_height(row, measured, merges)
            if number == zone.item:
                self.measures[zone.block] = [
                    (only, size, columns) for only, _, size, columns in cells if only
                ]
            row.set("r", self._mark(_line_row))
            self._put_mark(row, f"row {number}")
            if number == zone.item:
                self._put_mark(row, f"zone {zone.block}", after=True)
            self._put_mark(row, "end", after=True)
        elif self._zones and number > self._zones[0].item:
            row.set("r", self._mark(self._moved_row(number)))

    def _moved_row(self, row: int) -> Slot:
        name = self._name
        return lambda filling, line: str(filling.maps[name].first(row))

    def _text_cell(
        self,
        cell: etree._Element,
        letters: str,
        template: TextTemplate,
        number: int,
        zone: Zone | None,
    ) -> Slot:
        kept = {k: v for k, v in cell.attrib.items() if k not in ("r", "t")}
        attributes = "".join(f' {name}="{escape(str(value))}"' for name, value in kept.items())
        p, home, only = self._prefix, self._name, template.only
        moves = bool(self._zones) and number > self._zones[0].item and zone is None

        def write_cell(filling: Filling, line: Line | None) -> str:
            values = filling.values if line is None else line.values
            row = line.row if line else filling.maps[home].first(number) if moves else number
            text = values.get(only, "") if only else template.text(values)
            if not text.strip():
                return f'<{p}c r="{letters}{row}"{attributes}/>'
            strings = filling.strings
            index = strings.add_text(text) if only else strings.add(template.item(values))
            return f'<{p}c r="{letters}{row}"{attributes} t="s"><{p}v>{index}</{p}v></{p}c>'

        return write_cell

    def _compile_formula_cell(self, cell: etree._Element, number: int, zone: Zone | None) -> None:
        """Take out a stored result that the filling makes stale, or bind it to a value."""
        text = next((child.text or "" for child in cell if local(child) == "f"), "")
        word = self._context.bound.get((self._name, cell.get("r") or ""))
        formula = read_formula(text)
        if word is None and zone is None and not self._context.depends(formula, self._name):
            return
        result = next((child for child in cell if local(child) == "v"), None)
        if result is None:
            result = etree.SubElement(cell, cell.tag)
            result.tag = f"{{{etree.QName(cell).namespace}}}v"
        cell.attrib.pop("t", None)
        if word is None:
            cell.remove(result)
            return
        cell.set("t", self._mark(lambda f, line: "n" if _is_number(f.values.get(word)) else "str"))
        result.text = self._mark(lambda f, line: escape(f.values.get(word, ""), quote=False))

    def _set_height(
        self,
        row: etree._Element,
        measured: Sequence[tuple[TextTemplate, int, int]],
        merges: Sequence[Range],
    ) -> list[tuple[str | None, TextTemplate, float, int]]:
        """Make a slot of a row's height; return the cells that it depends on."""
        number, widths, styles = int(row.get("r", "0")), self._widths, self._context.styles
        cells: list[tuple[str | None, TextTemplate, float, int]] = []
        merged = False
        for template, column, style_number in measured:
            style = styles[style_number] if style_number < len(styles) else Style(False, 11.0)
            last = column
            for merge in merges:
                if merge.top == merge.bottom == number and column_number(merge.left) == column:
                    last = column_number(merge.right)
            width = sum(widths.get(n, widths[0]) for n in range(column, last + 1))
            if style.wrap and width:
                columns = count_columns(width, style.size)
                cells.append((template.only, template, style.size, columns))
                merged = merged or last > column
        plain = next(self._root.iterfind("{*}sheetFormatPr"), None)
        usual = "15" if plain is None else plain.get("defaultRowHeight", "15")
        least = float(row.get("ht", usual))
        if not cells:
            return cells
        if merged:
            # Programs fit a row to its own cells only, never to merged ones.
            row.set("customHeight", "1")

        def write_height(filling: Filling, line: Line | None) -> str:
            values = filling.values if line is None else line.values
            texts = [
                (values.get(only, "") if only else template.text(values), size, columns)
                for only, template, size, columns in cells
            ]
            return f"{row_height(texts, least):g}"

        row.set("ht", self._mark(write_height))
        return cells

    def _compile_headers(self) -> None:
        """Make slots of the placeholders in headers and footers."""
        for part in self._root.iterfind("{*}headerFooter/*"):
            if part.text and find_words(part.text):
                part.text = self._mark(_fill_header(part.text))


def _fill_header(drawn: str) -> Slot:
    pieces = split_text(drawn)

    def write_header(filling: Filling, line: Line | None) -> str:
        text = ""
        for n, piece in enumerate(pieces):
            if n % 2 == 0:
                text += piece
                continue
            value = " ".join(filling.values.get(piece, "").split()).replace("&", "&&")
            # A digit right behind a font size (&12) would become part of it.
            joins = value[:1].isdigit() and re.search(r"&\d+$", text)
            text += f" {value}" if joins else value
        return escape(text[:_HEADER_LIMIT], quote=False)

    return write_header


def _is_number(value: str | None) -> bool:
    return bool(value) and re.fullmatch(r"-?\d+(\.\d+)?", value or "") is not None


def _line_row(filling: Filling, line: Line | None) -> str:
    return str(line.row) if line else ""


def _repeat(block: str, templates: Mapping[int, Sequence[Piece]]) -> Slot:
    def write_rows(filling: Filling, line: Line | None) -> str:
        lines = filling.lines[block]
        return "".join([render(templates[one.drawn], filling, one) for one in lines])

    return write_rows
