"""The rows and cells of a sheet's XML: set, cloned, taken out, numbered anew."""

import re
from collections.abc import Collection, Mapping
from datetime import date

from lxml import etree

from taskxl.a1 import area_name, cell_name, parse_reference
from taskxl.ooxml.references import RowShift, move_formula, read_formula, write_formula
from taskxl.row_heights import HIGHEST
from taskxl.xml import local

CellValue = str | int | date | None

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DAY_ZERO = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class SheetCells:
    """The cells of one sheet, being changed.

    Rows and cells that do not say where they stand are made to; `close` when all is done.
    Raises ValueError for a sheet without cells.
    """

    def __init__(
        self, root: etree._Element, date_styles: Collection[int], since_1904: bool
    ) -> None:
        data = next((child for child in root if local(child) == "sheetData"), None)
        if data is None:
            raise ValueError("no cells")
        self.root, self.data = root, data
        self.namespace = etree.QName(root).namespace
        self.date_styles, self.since_1904 = date_styles, since_1904
        self.rows: dict[int, etree._Element] = {}
        number = 0
        for row in self.data:
            if local(row) != "row":
                continue
            number = int(row.get("r") or number + 1)
            row.set("r", str(number))
            self.rows[number] = row
            column = 0
            for cell in row:
                if local(cell) == "c":
                    place = parse_reference(cell.get("r") or "")
                    column = place[1] if place else column + 1
                    cell.set("r", cell_name(number, column))

    # ------------------------------------------------------------ one cell

    def put(self, row: int, column: int, value: CellValue) -> None:
        """Set a cell to a value, in the look that it has, or that its column has."""
        self._fill(self._cell(row, column), value)

    def _cell(self, row: int, column: int) -> etree._Element:
        element = self.rows.get(row)
        if element is None:
            element = etree.Element(self._tag("row"), r=str(row))
            before = [number for number in self.rows if number < row]
            if before:
                self.rows[max(before)].addnext(element)
            else:
                self.data.insert(0, element)
            self.rows[row] = element
        element.attrib.pop("spans", None)
        place = 0
        for cell in element:
            there = _column_of(cell)
            if there == column:
                return cell
            place += there < column
        new = etree.Element(self._tag("c"), r=cell_name(row, column))
        style = element.get("s") if element.get("customFormat") else self._column_style(column)
        if style:
            new.set("s", style)
        element.insert(place, new)
        return new

    def _fill(self, cell: etree._Element, value: CellValue) -> None:
        for name in ("t", "cm", "vm"):
            cell.attrib.pop(name, None)
        for child in list(cell):
            cell.remove(child)
        if isinstance(value, date):
            style = self._date_style(cell)
            if style is not None:
                cell.set("s", style)
            days = (value - _DAY_ZERO[self.since_1904]).days
            value = value.isoformat() if style is None else days
        if isinstance(value, int):
            etree.SubElement(cell, self._tag("v")).text = str(value)
        elif value:
            cell.set("t", "inlineStr")
            text = etree.SubElement(etree.SubElement(cell, self._tag("is")), self._tag("t"))
            text.set(_SPACE, "preserve")
            text.text = _LOOKS_ESCAPED.sub("_x005F_", _CONTROL.sub("", value))

    def _date_style(self, cell: etree._Element) -> str | None:
        """Return a style that shows dates: the cell's, its column's, that of a cell in it."""
        column = _column_of(cell)
        for style in (
            cell.get("s"),
            self._column_style(column),
            *(one.get("s") for row in self.data for one in row if _column_of(one) == column),
        ):
            if style and int(style) in self.date_styles:
                return style
        return None

    def _column_style(self, column: int) -> str | None:
        for group in self.root.iterfind("{*}cols/{*}col"):
            if int(group.get("min", "0")) <= column <= int(group.get("max", "0")):
                return group.get("style")
        return None

    def raise_height(self, row: int, height: float) -> None:
        """Let a row be at least so high, unless a person chose its height."""
        element = self.rows.get(row)
        if element is None or element.get("customHeight") in ("1", "true"):
            return
        if float(element.get("ht") or 0) < height:
            element.set("ht", f"{min(height, HIGHEST):g}")

    # ------------------------------------------------------------ rows

    def part_shared_formulas(self) -> None:
        """Give each cell its own formula where several share one, so that rows may move."""
        masters: dict[str, tuple[int, int, str]] = {}
        for formula in self.data.iterfind("{*}row/{*}c/{*}f"):
            if formula.get("t") != "shared":
                continue
            cell = formula.getparent()
            place = parse_reference((cell.get("r") if cell is not None else None) or "")
            key = formula.get("si", "")
            if place is None:
                continue
            if formula.text:
                masters[key] = (*place, formula.text)
            elif key in masters:
                row, column, text = masters[key]
                moved = move_formula(read_formula(text), place[0] - row, place[1] - column)
                formula.text = write_formula(moved, "", {})
            for name in ("t", "si", "ref"):
                formula.attrib.pop(name, None)

    def renumber(self, shift: RowShift) -> None:
        """Take out the rows that are gone and give the others their new numbers."""
        renumbered: dict[int, etree._Element] = {}
        for number, row in self.rows.items():
            if number in shift.removed:
                self.data.remove(row)
                continue
            self._number(row, shift.place(number))
            renumbered[shift.place(number)] = row
        self.rows = renumbered

    def add_row(
        self,
        number: int,
        like: int,
        cells: Mapping[int, CellValue],
        results: Mapping[int, str],
        height: float,
    ) -> None:
        """Add a row where none is, in the look of row `like`, whose formulas it takes over.

        `results` are by column what these formulas result in.
        """
        row = etree.Element(self._tag("row"), r=str(number))
        source = self.rows.get(like)
        if source is not None:
            for name, said in source.items():
                if name in ("s", "customFormat") or name.endswith("dyDescent"):
                    row.set(name, said)
            for cell in source:
                if local(cell) == "c":
                    row.append(self._clone(cell, number, number - like))
        row.set("ht", f"{min(height, HIGHEST):g}")
        before = [there for there in self.rows if there < number]
        if before:
            self.rows[max(before)].addnext(row)
        else:
            self.data.insert(0, row)
        self.rows[number] = row
        for column, value in cells.items():
            self._fill(self._cell(number, column), value)
        for column, result in results.items():
            cell = self._cell(number, column)
            if any(local(child) == "f" for child in cell):
                cell.set("t", "str")
                etree.SubElement(cell, self._tag("v")).text = _CONTROL.sub("", result)

    def _clone(self, cell: etree._Element, number: int, down: int) -> etree._Element:
        copy = etree.Element(self._tag("c"), r=cell_name(number, _column_of(cell)))
        if cell.get("s"):
            copy.set("s", cell.get("s", ""))
        formula = next((f for f in cell if local(f) == "f" and f.text), None)
        if formula is not None and formula.get("t") in (None, "normal"):
            parts = move_formula(read_formula(formula.text or ""), down, 0)
            etree.SubElement(copy, self._tag("f")).text = write_formula(parts, "", {})
        return copy

    def _number(self, row: etree._Element, number: int) -> None:
        row.set("r", str(number))
        for cell in row:
            if local(cell) == "c":
                cell.set("r", cell_name(number, _column_of(cell)))

    def close(self) -> None:
        """Let the sheet say how far its cells reach."""
        places = [place for cell in self.data.iterfind("{*}row/{*}c") if (place := _place_of(cell))]
        dimension = next((child for child in self.root if local(child) == "dimension"), None)
        if dimension is not None and places:
            rows, columns = zip(*places, strict=True)
            dimension.set("ref", area_name(min(rows), min(columns), max(rows), max(columns)))

    def _tag(self, name: str) -> str:
        return f"{{{self.namespace}}}{name}"


def _place_of(cell: etree._Element) -> tuple[int, int] | None:
    return parse_reference(cell.get("r") or "")


def _column_of(cell: etree._Element) -> int:
    place = _place_of(cell)
    return place[1] if place else 0
