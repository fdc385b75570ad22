"""What follows the rows of a sheet that were moved: formulas, areas, comments, shapes, names."""

import re
from collections.abc import Mapping

from lxml import etree

from taskxl.ooxml.package import parse_part, read_relations, serialize_part
from taskxl.ooxml.references import (
    RowShift,
    move_formula,
    read_formula,
    read_range,
    read_ranges,
    references,
    write_formula,
)
from taskxl.xml import local

# Attributes that hold areas of the sheet in which they stand.
_AREAS = ("ref", "sqref")
_FORMULAS = {"f", "formula", "formula1", "formula2", "calculatedColumnFormula", "totalsRowFormula"}
# Parts hanging on a sheet in which `ref` is an area of that sheet.
_HANGING = {"table", "comments", "threadedComment"}
_CLIENT_DATA = re.compile(rb"<(\w+:)?ClientData\b.*?</(?:\w+:)?ClientData>", re.DOTALL)
_VML_ROW = re.compile(rb"(<(?:\w+:)?Row>\s*)(\d+)(\s*</)")
_VML_ANCHOR = re.compile(rb"(<(?:\w+:)?Anchor>)([^<]*)(</)")


def follow_rows(
    parts: dict[str, bytes], sheets: Mapping[str, str], shifts: Mapping[str, RowShift]
) -> None:
    """Let everything in a package follow the rows of `shifts`, which are by sheet name.

    `sheets` are the parts of all sheets by name. The rows themselves have their new numbers.
    """
    done: set[str] = set()
    for name, part in sheets.items():
        root = parse_part(parts[part])
        if _follow_in_sheet(root, name, shifts):
            parts[part] = serialize_part(root)
        shift = shifts.get(name)
        if shift is None:
            continue
        for relation in read_relations(parts, part):
            if relation.target not in parts or relation.target in done:
                continue
            done.add(relation.target)
            _follow_hanging(parts, relation.target, relation.kind, name, shifts)
    for part in [part for part in parts if part not in sheets.values()]:
        if part.endswith(".xml"):
            _follow_elsewhere(parts, part, shifts)


# ---------------------------------------------------------------- a sheet


def _follow_in_sheet(root: etree._Element, home: str, shifts: Mapping[str, RowShift]) -> bool:
    """Let all that stands in a sheet's own part follow; tell whether anything changed."""
    shift = shifts.get(home)
    risen = _find_risen(root, shift) if shift else {}
    changed = False
    for element in list(root.iter()):
        kind = local(element)
        if kind in _FORMULAS and element.text:
            owner = next((one for one in element.iterancestors() if one in risen), None)
            up = risen[owner] if owner is not None else 0
            changed |= _follow_formula(element, home, shifts, up)
        # What a person sees of the sheet stays as it is.
        if shift is None or kind in ("c", "row", "dimension", "selection", "pane", "sheetView"):
            continue
        changed = True
        if kind == "sqref" and element.text:  # of an extension, where areas are texts
            element.text = _areas(element.text, shift) or element.text
        if kind == "brk":
            element.set("id", str(shift.place(int(element.get("id") or 0) + 1) - 1))
        if kind == "mergeCell":
            _follow_merge(element, shift)
            continue
        for name in _AREAS:
            text = element.get(name)
            if text and not (areas := _areas(text, shift)):
                _drop(element)
                break
            if text:
                element.set(name, areas)
    return changed


def _find_risen(root: etree._Element, shift: RowShift) -> dict[etree._Element, int]:
    """Return the rules whose area takes in rows above it, with how many.

    Their formulas are stated for the area's first row.
    """
    risen = {}
    for element in root.iter("{*}conditionalFormatting", "{*}dataValidation"):
        text = element.get("sqref") or element.findtext("{*}sqref") or ""
        for area in (read_ranges(text) or [])[:1]:
            up = shift.first(area.top) - shift.span(area.top, area.bottom)[0]
            if up:
                risen[element] = up
    return risen


def _follow_merge(element: etree._Element, shift: RowShift) -> None:
    """Let a merge keep its rows: what is added below it does not belong to it."""
    area = read_range(element.get("ref") or "")
    if area is None:
        return
    top, bottom = shift.first(area.top), shift.last(area.bottom)
    if top > bottom or (top == bottom and area.left == area.right):
        _drop(element)
    else:
        element.set("ref", area.write(top, bottom))


def _drop(element: etree._Element) -> None:
    """Take out an element whose rows are gone; its list keeps its count, or goes when empty."""
    parent = element.getparent()
    if parent is None:
        return
    parent.remove(element)
    if parent.get("count"):
        parent.set("count", str(len(parent)))
    if len(parent) == 0 and local(parent) not in ("worksheet", "sheetView"):
        grand = parent.getparent()
        if grand is not None:
            grand.remove(parent)


def _areas(text: str, shift: RowShift) -> str:
    """Return areas with their new rows; "" where all rows are gone."""
    ranges = read_ranges(text)
    if ranges is None:
        return text  # whole columns
    return " ".join(area for one in ranges for area in one.spread(shift))


def _follow_formula(
    element: etree._Element, home: str, shifts: Mapping[str, RowShift], up: int = 0
) -> bool:
    """Let an element's formula follow; then state it for a row so many rows further up."""
    formula = read_formula(element.text or "")
    if not any((one.sheet or home) in shifts for one in references(formula)):
        return False
    text = write_formula(formula, home, shifts)
    element.text = write_formula(move_formula(read_formula(text), -up, 0), "", {}) if up else text
    return True


# ---------------------------------------------------------------- what hangs on a sheet


def _follow_hanging(
    parts: dict[str, bytes],
    part: str,
    kind: str,
    home: str,
    shifts: Mapping[str, RowShift],
) -> None:
    shift = shifts[home]
    if kind == "vmlDrawing":
        parts[part] = _CLIENT_DATA.sub(lambda found: _follow_shape(found[0], shift), parts[part])
    elif kind in _HANGING:
        root = parse_part(parts[part])
        for element in list(root.iter()):
            if text := element.get("ref"):
                areas = _areas(text, shift)
                if areas:
                    element.set("ref", areas)
                else:
                    _drop(element)
        parts[part] = serialize_part(root)
    elif kind == "drawing":
        root = parse_part(parts[part])
        for element in root.iter("{*}row"):
            row = int(element.text or 0)
            element.text = str(shift.first(row + 1) - 1)
        parts[part] = serialize_part(root)


def _follow_shape(block: bytes, shift: RowShift) -> bytes:
    """Move a comment's box with its row; rows are counted from 0 here."""

    def move(row: int) -> int:
        return shift.first(row + 1) - 1

    def anchor(found: re.Match[bytes]) -> bytes:
        numbers = found[2].split(b",")
        if len(numbers) != 8:
            return found[0]
        top, bottom = int(numbers[2]), int(numbers[6])
        numbers[2] = b" %d" % move(top)
        numbers[6] = b" %d" % (move(top) + bottom - top)
        return found[1] + b",".join(numbers) + found[3]

    block = _VML_ROW.sub(lambda f: f[1] + b"%d" % move(int(f[2])) + f[3], block)
    return _VML_ANCHOR.sub(anchor, block)


# ---------------------------------------------------------------- names, charts, pivot tables


def _follow_elsewhere(parts: dict[str, bytes], part: str, shifts: Mapping[str, RowShift]) -> None:
    """Let defined names, the series of charts and the sources of pivot tables follow."""
    signs = (b"definedName", b":f>", b"worksheetSource")
    if not any(sign in parts[part] for sign in signs):
        return
    root = parse_part(parts[part])
    changed = False
    for element in root.iter():
        kind = local(element)
        if kind in ("definedName", "f") and element.text:
            changed |= _follow_formula(element, "", shifts)
        elif kind == "worksheetSource" and (shift := shifts.get(element.get("sheet") or "")):
            element.set("ref", _areas(element.get("ref") or "", shift) or element.get("ref", ""))
            changed = True
    if changed:
        parts[part] = serialize_part(root)
