"""What must follow the rows of a sheet when they move: formulas, areas, merges."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from lxml import etree

from taskxl.a1 import column_number
from taskxl.forms.template.filling import Filling, Line, Slot
from taskxl.forms.template.heights import Style
from taskxl.ooxml.references import (
    Formula,
    Range,
    Zone,
    move_formula,
    read_formula,
    read_range,
    read_ranges,
    references,
    write_formula,
)
from taskxl.xml import local

Mark = Callable[[Slot], str]
# Elements whose `ref` is one area, which grows with the rows in it.
_ONE_AREA = {"dimension", "autoFilter", "sortState", "sortCondition", "hyperlink", "f"}
_ONE_CELL = {"selection": ("sqref", "activeCell"), "pane": ("topLeftCell",)}
_ONE_CELL["sheetView"] = ("topLeftCell",)
_FORMULAS = {"formula", "formula1", "formula2", "f"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a sheet's slots need to know of the rest of the template.

    `zones` are by sheet; `filled` are the sheets in which something is filled in, `bound` the
    words whose values are the stored results of formula cells, by sheet and cell (A1); `unit` is
    a unit of a column's width in pixels.
    """

    strings: Sequence[etree._Element]
    prefix: str
    styles: Sequence[Style]
    unit: int
    zones: Mapping[str, Sequence[Zone]]
    filled: frozenset[str] = frozenset()
    bound: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def follows(self, formula: Formula, home: str) -> bool:
        """Tell whether a reference of a formula has to follow rows that move."""
        return any(
            (zones := self.zones.get(home if part.sheet is None else part.sheet))
            and part.bottom_row >= zones[0].top
            for part in references(formula)
        )

    def depends(self, formula: Formula, home: str) -> bool:
        """Tell whether a formula's result may change by the filling."""
        return any((part.sheet or home) in self.filled for part in references(formula))


def follow_formulas(root: etree._Element, home: str, context: Context, mark: Mark) -> None:
    """Make slots of the formulas, in cells and in rules, whose references move."""
    for element in root.iter():
        if local(element) not in _FORMULAS or not element.text:
            continue
        formula = read_formula(element.text)
        if context.follows(formula, home):
            element.text = mark(_follow_formula(formula, home, _rule_top(element)))
    for link in root.iterfind("{*}hyperlinks/{*}hyperlink"):
        formula = read_formula(link.get("location") or "")
        if context.follows(formula, home):
            link.set("location", mark(_follow_formula(formula, home, None)))


def _follow_formula(formula: Formula, home: str, rule_top: int | None) -> Slot:
    def write(filling: Filling, line: Line | None) -> str:
        own = (line.drawn, line.row) if line else None
        if rule_top is not None and home in filling.maps:
            own = (rule_top, filling.maps[home].first(rule_top))
        return escape(write_formula(formula, home, filling.maps, own), quote=True)

    return write


def _rule_top(element: etree._Element) -> int | None:
    """Return the first row of the area for which a format or validation rule is stated."""
    for owner in element.iterancestors():
        areas = owner.get("sqref")
        if areas is None:
            areas = next((child.text for child in owner if local(child) == "sqref"), None)
        if areas is not None:
            ranges = read_ranges(areas)
            return ranges[0].top if ranges else None
    return None


def expand_shared_formulas(root: etree._Element) -> None:
    """Write out formulas that a file keeps once for several cells, so that each can move."""
    masters: dict[str, tuple[int, int, Formula]] = {}
    for cell in root.iterfind("{*}sheetData/{*}row/{*}c"):
        for element in cell:
            if local(element) != "f" or element.get("t") != "shared":
                continue
            name = cell.get("r") or "A1"
            letters = name.rstrip("0123456789")
            row, column = int(name[len(letters) :]), column_number(letters)
            group = element.get("si") or ""
            if element.text:
                masters[group] = (row, column, read_formula(element.text))
            elif group in masters:
                top, left, formula = masters[group]
                moved = move_formula(formula, row - top, column - left)
                element.text = write_formula(moved, "", {})
            else:
                continue
            for attribute in ("t", "si", "ref"):
                element.attrib.pop(attribute, None)


def follow_areas(root: etree._Element, home: str, mark: Mark) -> None:
    """Make slots of all areas of a sheet that lie at or below a prototype row."""
    for element in root.iter():
        name = local(element)
        if name in _ONE_AREA:
            _follow_attribute(element, "ref", mark, home, one=True)
        elif name in _ONE_CELL:
            for attribute in _ONE_CELL[name]:
                ranges = read_ranges(element.get(attribute) or "")
                if ranges:
                    element.set(attribute, mark(_move_cell(ranges[0], home)))
        elif name == "brk" and (element.get("id") or "").isdigit():
            parent = element.getparent()
            if parent is not None and local(parent) == "rowBreaks":
                element.set("id", mark(_follow_row(int(element.get("id", "0")), home)))
        elif name == "sqref" and (ranges := read_ranges(element.text or "")):
            owner = element.getparent()
            # A sparkline fills one cell; an area there is a damaged file.
            single = owner is not None and local(owner) == "sparkline"
            follow = _move_cell(ranges[0], home) if single else _follow_ranges(ranges, home)
            element.text = mark(follow)
        elif name:
            _follow_attribute(element, "sqref", mark, home, one=False)


def _follow_attribute(
    element: etree._Element, attribute: str, mark: Mark, home: str, one: bool
) -> None:
    ranges = read_ranges(element.get(attribute) or "")
    if ranges and one:
        element.set(attribute, mark(_stretch_range(ranges[0], home)))
    elif ranges:
        element.set(attribute, mark(_follow_ranges(ranges, home)))


def _follow_row(row: int, home: str) -> Slot:
    return lambda filling, line: str(filling.maps[home].last(row))


def _move_cell(cell: Range, home: str) -> Slot:
    return lambda filling, line: f"{cell.left}{filling.maps[home].first(cell.top)}"


def _stretch_range(area: Range, home: str) -> Slot:
    def write(filling: Filling, line: Line | None) -> str:
        if line is not None and area.top == area.bottom == line.drawn:
            return area.write(line.row, line.row)
        return area.stretch(filling.maps[home])

    return write


def _follow_ranges(ranges: Sequence[Range], home: str) -> Slot:
    def write(filling: Filling, line: Line | None) -> str:
        rows = filling.maps[home]
        areas = [area for drawn in ranges for area in drawn.spread(rows)]
        # A rule for a group row alone has no row where there are no groups: it must stay valid.
        return " ".join(areas or [ranges[0].stretch(rows)])

    return write


def read_merges(root: etree._Element) -> list[Range]:
    """Return the merged areas of a sheet."""
    found = root.iterfind("{*}mergeCells/{*}mergeCell")
    return [area for cell in found if (area := read_range(cell.get("ref") or ""))]


def write_merges(merges: Sequence[Range], home: str, zones: Sequence[Zone], prefix: str) -> Slot:
    """Return the slot that writes a sheet's merged areas, those of prototypes in every clone."""
    drawn_rows = {row for zone in zones for row in range(zone.top, zone.item + 1)}

    def write(filling: Filling, line: Line | None) -> str:
        rows = filling.maps[home]
        written = []
        for merge in merges:
            if merge.top == merge.bottom and merge.top in drawn_rows:
                written += [merge.write(row, row) for row in rows.rows(merge.top)]
            else:
                written.append(merge.stretch(rows))
        if not written:
            return ""
        cells = "".join(f'<{prefix}mergeCell ref="{ref}"/>' for ref in written)
        return f'<{prefix}mergeCells count="{len(written)}">{cells}</{prefix}mergeCells>'

    return write
