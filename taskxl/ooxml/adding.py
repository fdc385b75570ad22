"""A sheet added to a workbook that is there: behind all others, in the looks of cells it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from lxml import etree

from taskxl.a1 import area_name, cell_name
from taskxl.ooxml.package import (
    DECLARATION,
    Packed,
    add_content_type,
    add_relation,
    parse_part,
    read_parts,
    read_relations,
    serialize_part,
    write_parts,
)
from taskxl.xml import local

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_OFFERED = 300
"""Rows that a drop-down reaches."""
_NOTE_LIMIT = 255  # what an input message may hold: ECMA-376 part 1, 18.3.1.32
_STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"

Place = tuple[str, int, int]
"""A cell by the name of its sheet, its row and its column, counted from 1."""


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column of a new sheet: its header, its width, and the cell whose look it takes.

    `note` is shown beside the header when somebody selects it; `source` is the range, as formulas
    name it, whose cells a drop-down offers: anything else may stand, too.
    """

    header: str
    width: float
    like: Place | None = None
    note: str = ""
    source: str = ""


def add_sheet(
    content: bytes, name: str, columns: tuple[NewColumn, ...], header_like: Place | None
) -> bytes:
    """Return a workbook with a sheet that has a header row and nothing below it.

    The header looks like the cell `header_like`; its row stays in sight. Every other part stays
    byte for byte but for the workbook's own list of sheets. Raises ValueError when the workbook
    cannot be edited.
    """
    try:
        parts = read_parts(content)
        part = next(r.target for r in read_relations(parts, "") if r.kind == "officeDocument")
        root = parse_part(parts[part])
        sheets = next(root.iterfind("{*}sheets"))
        styles = _Styles(parts, part, sheets)
        place = f"{part.rpartition('/')[0] or 'xl'}/worksheets"
        target = next(
            free for n in range(1, 10_000) if (free := f"{place}/sheet_taskxl{n}.xml") not in parts
        )
        namespace = etree.QName(root).namespace or ""
        base = _STRICT_RELATIONS if "purl.oclc.org" in namespace else _RELATIONS
        looks = [styles.of_column(column.like) for column in columns]
        header = styles.of_cell(header_like)
        parts[target] = _write_sheet(namespace, columns, looks, header).encode()
        link = add_relation(parts, part, f"{base}/worksheet", target)
        add_content_type(parts, target, _SHEET_TYPE)
        new = etree.SubElement(sheets, f"{{{namespace}}}sheet")
        new.set("name", name)
        new.set("sheetId", str(1 + max(int(one.get("sheetId", "0")) for one in sheets)))
        new.set(f"{{{base}}}id", link)
        parts[part] = serialize_part(root)
    except (etree.XMLSyntaxError, KeyError, StopIteration) as error:
        raise ValueError("no workbook that can be edited") from error
    return write_parts(Packed.pack(one, data) for one, data in parts.items())


class _Styles:
    """The styles of cells that are there, by place."""

    def __init__(self, parts: Mapping[str, bytes], part: str, sheets: etree._Element) -> None:
        links = {relation.id: relation.target for relation in read_relations(parts, part)}
        self._parts = parts
        self._targets = {
            one.get("name", ""): links.get(
                next((str(v) for k, v in one.items() if k.endswith("}id")), ""), ""
            )
            for one in sheets
        }
        self._roots: dict[str, etree._Element | None] = {}

    def of_cell(self, place: Place | None) -> str:
        """Return the style of a cell, "" where it has none of its own."""
        root = self._root(place)
        if root is None or place is None:
            return ""
        wanted = cell_name(place[1], place[2])
        cells = (c for c in root.iterfind("{*}sheetData/{*}row/{*}c") if c.get("r") == wanted)
        return next((cell.get("s", "") for cell in cells), "")

    def of_column(self, place: Place | None) -> str:
        """Return the style of a cell's column, else of the cell."""
        root = self._root(place)
        if root is None or place is None:
            return ""
        for group in root.iterfind("{*}cols/{*}col"):
            if int(group.get("min", "0")) <= place[2] <= int(group.get("max", "0")):
                return group.get("style") or self.of_cell(place)
        return self.of_cell(place)

    def _root(self, place: Place | None) -> etree._Element | None:
        if place is None:
            return None
        name = place[0]
        if name not in self._roots:
            content = self._parts.get(self._targets.get(name, ""))
            root = None if content is None else parse_part(content)
            self._roots[name] = root if root is not None and local(root) == "worksheet" else None
        return self._roots[name]


def _write_sheet(
    namespace: str, columns: tuple[NewColumn, ...], looks: list[str], header: str
) -> str:
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{column.width:g}" customWidth="1"'
        f"{_style(look, 'style')}/>"
        for n, (column, look) in enumerate(zip(columns, looks, strict=True), 1)
    )
    cells = "".join(
        f'<c r="{cell_name(1, n)}"{_style(header, "s")} t="inlineStr">'
        f"<is><t>{escape(column.header, quote=False)}</t></is></c>"
        for n, column in enumerate(columns, 1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    return (
        f'{DECLARATION}<worksheet xmlns="{namespace}">'
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"<cols>{widths}</cols>"
        f'<sheetData><row r="1" ht="30" customHeight="1">{cells}</row></sheetData>'
        f"{_write_help(columns)}"
        '<pageMargins left="0.5" right="0.5" top="0.8" bottom="0.7" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )


def _write_help(columns: tuple[NewColumn, ...]) -> str:
    """Return what helps to fill the columns: notes on headers, drop-downs below them."""
    helps = []
    for n, column in enumerate(columns, 1):
        if column.note:
            note = escape(column.note[:_NOTE_LIMIT])
            helps.append(
                f'<dataValidation allowBlank="1" showInputMessage="1" prompt="{note}"'
                f' sqref="{cell_name(1, n)}"/>'
            )
        if column.source:
            area = area_name(2, n, 1 + _OFFERED, n)
            helps.append(
                f'<dataValidation type="list" allowBlank="1" sqref="{area}">'
                f"<formula1>{escape(column.source, quote=False)}</formula1></dataValidation>"
            )
    if not helps:
        return ""
    return f'<dataValidations count="{len(helps)}">{"".join(helps)}</dataValidations>'


def _style(look: str, name: str) -> str:
    return f' {name}="{look}"' if look else ""
