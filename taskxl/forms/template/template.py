"""A drawn form (附件2.xlsx): compiled once, filled for each office, all else left untouched."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from taskxl.a1 import cell_name, column_number
from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.forms.identity import Identity, Layout
from taskxl.forms.template.attachments import anchor_cell, follow_attachment
from taskxl.forms.template.drawn_places import count_parts, fill_layout, read_layout
from taskxl.forms.template.filling import (
    Measure,
    Piece,
    Record,
    StringTable,
    render,
    start_filling,
)
from taskxl.forms.template.heights import read_styles
from taskxl.forms.template.placeholders import find_words
from taskxl.forms.template.row_following import Context
from taskxl.forms.template.sheets import SheetCompiler, number_cells
from taskxl.forms.template.survey import F503, survey_sheets
from taskxl.forms.template.workbook_parts import (
    TemplateWorkbook,
    compile_properties,
    compile_strings,
    compile_workbook,
    drop_calculation_chain,
    drop_sheet,
    open_workbook,
    property_text,
    read_bound_cells,
    refers_to,
    write_identity_sheet,
)
from taskxl.ooxml.package import Packed, parse_part, read_parts, read_relations, write_parts
from taskxl.ooxml.references import Formula, Zone, read_formula, read_range
from taskxl.xml import local

# What may hang on a sheet with texts in it, by its kind.
_ATTACHED = {
    "drawing": "文本框或图形",
    "comments": "批注",
    "table": "套用了表格格式的表头",
}
_FAST = 2  # zlib's level for what is made anew: half the time of 6, a tenth larger


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A package ready to be filled.

    `packed` are the parts as drawn, in their order. Of the others, `sheets` are pieces by part,
    `attachments` pieces by part with the sheet they hang on, `properties` the part's name and its
    text before and after the value.
    """

    packed: Mapping[str, Packed]
    zones: Mapping[str, Sequence[Zone]]
    sheets: Mapping[str, Sequence[Piece]]
    attachments: Mapping[str, tuple[str, Sequence[Piece]]]
    workbook: tuple[str, Sequence[Piece]]
    strings: tuple[str, Sequence[Piece]]
    string_count: int
    string_prefix: str
    identity_part: str
    namespace: str
    properties: tuple[str, str, str]
    layout: Layout
    measures: Mapping[str, Sequence[Measure]]

    def fill(
        self,
        values: Mapping[str, str],
        blocks: Mapping[str, Sequence[Record]],
        identity: Identity,
    ) -> bytes:
        strings = StringTable(self.string_count, self.string_prefix)
        filling = start_filling(self.zones, values, blocks, strings, self.measures)
        made = {part: render(pieces, filling) for part, pieces in self.sheets.items()}
        for part, (sheet, pieces) in self.attachments.items():
            if filling.maps[sheet].moved:
                made[part] = render(pieces, filling)
        identity = replace(
            identity,
            layout=fill_layout(self.layout, filling),
            rows=count_parts(identity.rows, filling),
        )
        made[self.identity_part] = write_identity_sheet(identity, self.namespace, strings)
        part, before, after = self.properties
        made[part] = f"{before}{property_text(identity)}{after}"
        for part, pieces in (self.workbook, self.strings):  # strings last: all are known by now
            made[part] = render(pieces, filling)
        return write_parts(
            Packed.pack(name, made[name].encode("utf-8", "surrogateescape"), _FAST)
            if name in made
            else packed
            for name, packed in self.packed.items()
        )


class Template:
    """A template ready to be filled; made by `compile_template`."""

    def __init__(self, content: bytes, name: str, compiled: _Compiled) -> None:
        self._content = content
        self._name = name
        # One for each set of sheets left out: mostly two, with and without 协办任务.
        self._compiled = {frozenset[str](): compiled}

    def fill(
        self,
        values: Mapping[str, str],
        blocks: Mapping[str, Sequence[Record]],
        identity: Identity,
    ) -> bytes:
        """Return the workbook for one office, the same bytes for the same arguments.

        `values` are by placeholder (`标题`); `blocks` hold the records of each repeating row, whose
        keys are the words behind the dot (`编号`) and `分组`, the heading a record belongs under.
        A block without records leaves a blank row. The sheet of a block that is not given is left
        out, unless something else repeats on it or formulas elsewhere refer to it.
        All of it is text: nothing becomes a formula, whatever it begins with.
        """
        absent = frozenset(
            sheet
            for sheet, zones in self._compiled[frozenset()].zones.items()
            if not any(zone.block in blocks for zone in zones)
        )
        if absent not in self._compiled:
            self._compiled[absent] = _read(self._content, self._name, absent)[1]
        return self._compiled[absent].fill(values, blocks, identity)


def compile_template(content: bytes, name: str = "附件2.xlsx") -> Template:
    """Make a template ready for filling; `name` is the file's name for messages.

    Raises TaskxlError, with sheet and cell, when a placeholder or a prototype row is not right.
    """
    faults, compiled = _read(content, name)
    serious = [fault for fault in faults if fault.severity == "error"]
    if serious:
        more = f"（另有 {len(serious) - 1} 处，可用 taskxl check 查看）" if serious[1:] else ""
        raise TaskxlError(f"{serious[0]}{more}")
    return Template(content, name, compiled)


def drawn_layout(content: bytes, name: str = "附件2.xlsx") -> Layout:
    """Return which column and cell of a template is which answer.

    Raises TaskxlError when it is no workbook at all.
    """
    return _read(content, name)[1].layout


def check_template(content: bytes, name: str = "附件2.xlsx") -> tuple[Finding, ...]:
    """Return what is wrong or doubtful in a template.

    Raises TaskxlError when it is no workbook at all.
    """
    return tuple(_read(content, name)[0])


def _read(content: bytes, name: str, absent: Iterable[str] = ()) -> tuple[list[Finding], _Compiled]:
    """Return the faults of a template and what fills it, `absent` sheets left out if possible."""
    try:
        workbook = open_workbook(read_parts(content))
        for sheet in absent:
            if not _is_referred_to(workbook, sheet):
                drop_sheet(workbook, sheet)
        return _compile(workbook, name)
    except (ValueError, KeyError, StopIteration, etree.XMLSyntaxError) as error:
        raise TaskxlError(
            f"{name}：不是 .xlsx 工作簿，或已损坏。请用 Excel 或 WPS 打开模板，另存为 .xlsx 格式。"
        ) from error


def _compile(workbook: TemplateWorkbook, name: str) -> tuple[list[Finding], _Compiled]:
    """Return the faults of a template and, as far as it has none, what fills it."""
    parts = workbook.parts
    roots = {sheet: parse_part(parts[part]) for sheet, part in workbook.sheets.items()}
    for root in roots.values():
        number_cells(root)
    survey = survey_sheets(name, roots, workbook.items)
    faults = survey.faults + _check_attachments(workbook, name)
    layout = read_layout(roots, survey.zones, workbook.items)
    prefix = f"{workbook.strings.prefix}:" if workbook.strings.prefix else ""
    links = read_relations(parts, workbook.part)
    styles = next((link.target for link in links if link.kind == "styles"), "")
    context = Context(
        workbook.items,
        prefix,
        *read_styles(parts.get(styles)),
        survey.zones,
        frozenset(survey.filled),
        read_bound_cells(workbook),
    )
    if any(_has_moving_formulas(root, survey.zones.get(sheet)) for sheet, root in roots.items()):
        drop_calculation_chain(workbook)
    sheets: dict[str, Sequence[Piece]] = {}
    measures: dict[str, Sequence[Measure]] = {}
    if all(fault.severity != "error" for fault in survey.faults):
        for sheet, root in roots.items():
            if sheet in survey.filled or _needs_filling(root, sheet, context):
                compiler = SheetCompiler(root, sheet, context)
                sheets[workbook.sheets[sheet]] = compiler.compile()
                measures |= compiler.measures
    properties = compile_properties(workbook)
    compiled = _Compiled(
        packed={},
        zones=survey.zones,
        sheets=sheets,
        attachments=_compile_attachments(workbook, survey.zones),
        workbook=(workbook.part, compile_workbook(workbook, context)),
        string_count=len(workbook.items),
        strings=(workbook.strings_part, compile_strings(workbook)),
        string_prefix=prefix,
        identity_part=workbook.identity_part,
        namespace=etree.QName(workbook.root).namespace or "",
        properties=properties,
        layout=layout,
        measures=measures,
    )
    return faults, replace(compiled, packed={p: Packed.pack(p, parts[p]) for p in parts})


def _compile_attachments(
    workbook: TemplateWorkbook, zones: Mapping[str, Sequence[Zone]]
) -> dict[str, tuple[str, Sequence[Piece]]]:
    found: dict[str, tuple[str, Sequence[Piece]]] = {}
    for sheet, drawn in zones.items():
        for link in read_relations(workbook.parts, workbook.sheets[sheet]):
            if link.target in workbook.parts:
                content = workbook.parts[link.target]
                pieces = follow_attachment(link.kind, content, sheet, drawn[0].item)
                if pieces:
                    found[link.target] = (sheet, pieces)
    return found


def _formulas(root: etree._Element) -> Iterator[Formula]:
    for element in root.iter():
        if local(element) in ("f", "formula", "formula1", "formula2") and element.text:
            yield read_formula(element.text)


def _has_moving_formulas(root: etree._Element, zones: Sequence[Zone] | None) -> bool:
    """Tell whether a sheet has formula cells in or below a prototype row."""
    rows = root.iterfind("{*}sheetData/{*}row") if zones else ()
    return any(
        zones and int(row.get("r", "0")) >= zones[0].top and row.find("{*}c/{*}f") is not None
        for row in rows
    )


def _needs_filling(root: etree._Element, sheet: str, context: Context) -> bool:
    """Tell whether a sheet without placeholders has formulas about sheets that have some."""
    return any(context.depends(f, sheet) or context.follows(f, sheet) for f in _formulas(root))


def _is_referred_to(workbook: TemplateWorkbook, name: str) -> bool:
    """Tell whether formulas on other sheets refer to a sheet."""
    return any(
        name in refers_to(formula)
        for sheet, part in workbook.sheets.items()
        if sheet != name
        for formula in _formulas(parse_part(workbook.parts[part]))
    )


def _check_attachments(workbook: TemplateWorkbook, name: str) -> list[Finding]:
    """Return the placeholders in shapes, comments, tables and names, which stay as they are."""
    faults = []

    def report(what: str, text: str, sheet: str | None, cell: str | None) -> None:
        for word in find_words(text)[:1]:
            message = f"{what}里的占位符 {{{{{word}}}}} 填不了。请把它移到单元格、页眉或页脚里。"
            faults.append(F503.found(message, file=name, sheet=sheet, cell=cell))

    for sheet, part in workbook.sheets.items():
        for link in read_relations(workbook.parts, part):
            what = _ATTACHED.get(link.kind)
            if what is None or link.target not in workbook.parts:
                continue
            root = parse_part(workbook.parts[link.target])
            for owner in root.iter():
                if local(owner) in ("twoCellAnchor", "oneCellAnchor", "absoluteAnchor", "comment"):
                    shown = [
                        element.text or "" for element in owner.iter() if local(element) == "t"
                    ]
                    report(what, "".join(shown), sheet, owner.get("ref") or anchor_cell(owner))
                elif local(owner) == "tableColumn":
                    report(what, owner.get("name", ""), sheet, _header_cell(root, owner))
    for defined in workbook.root.iterfind("{*}definedNames/{*}definedName"):
        report(f"名称“{defined.get('name')}”", defined.text or "", None, None)
    return faults


def _header_cell(table: etree._Element, column: etree._Element) -> str | None:
    """Return the cell (A1) of a column's header in a table part."""
    area = read_range(table.get("ref", ""))
    if area is None:
        return None
    before = sum(1 for _ in column.itersiblings(preceding=True))
    return cell_name(area.top, column_number(area.left) + before)
