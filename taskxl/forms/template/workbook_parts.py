"""The parts of a template that belong to no sheet: workbook, strings, identity, properties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from lxml import etree

from taskxl.forms.identity import PROPERTY, SHEET, Identity
from taskxl.forms.template.filling import Filling, Line, Marks, Piece, Slot, StringTable
from taskxl.forms.template.placeholders import clean_text, encode_text, find_words, item_text
from taskxl.forms.template.row_following import Context
from taskxl.ooxml.package import (
    DECLARATION,
    add_content_type,
    add_relation,
    drop_content_type,
    drop_part,
    parse_part,
    read_content_type,
    read_relations,
)
from taskxl.ooxml.references import Formula, read_formula, references, write_formula
from taskxl.xml import Relation, local, relations_part

# A defined name that begins so names formula cells whose stored result is the value of that name.
BOUND = "还差"

_TYPES = "application/vnd.openxmlformats-officedocument"
_SHEET_TYPE = f"{_TYPES}.spreadsheetml.worksheet+xml"
_STRINGS_TYPE = f"{_TYPES}.spreadsheetml.sharedStrings+xml"
_PROPERTIES_TYPE = f"{_TYPES}.custom-properties+xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument"
_PROPERTY_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


@dataclass(slots=True)
class TemplateWorkbook:
    """A drawing's package, opened: its parts, and where in them the sheets are.

    `sheets` are the parts of the worksheets by name, in the workbook's order.
    """

    parts: dict[str, bytes]
    part: str
    root: etree._Element
    sheets: dict[str, str]
    strings_part: str
    strings: etree._Element
    identity_part: str

    @property
    def items(self) -> list[etree._Element]:
        """The string items."""
        return [item for item in self.strings if local(item) == "si"]

    @property
    def strict(self) -> bool:
        """Whether the template was saved as Strict Open XML."""
        return "purl.oclc.org" in (etree.QName(self.root).namespace or "")


def open_workbook(parts: dict[str, bytes]) -> TemplateWorkbook:
    """Find a drawing's sheets and strings, and make room for the identity.

    Raises ValueError when the package is no workbook.
    """
    found = [r.target for r in read_relations(parts, "") if r.kind == "officeDocument"]
    if not found or found[0] not in parts:
        raise ValueError("no workbook")
    part = found[0]
    root = parse_part(parts[part])
    # A workbook with macros or a template of Excel's does not open under the name .xlsx.
    if local(root) != "workbook" or not read_content_type(parts, part).endswith("sheet.main+xml"):
        raise ValueError("no workbook")
    links = {relation.id: relation for relation in read_relations(parts, part)}
    workbook = TemplateWorkbook(parts, part, root, {}, "", root, "")
    base = _STRICT_RELATIONS if workbook.strict else _RELATIONS
    old_marks: list[str] = []
    for sheet in root.iterfind("{*}sheets/{*}sheet"):
        link = links.get(_relation_id(sheet))
        if link is None or link.kind != "worksheet" or link.target not in parts:
            continue
        if sheet.get("name", "").startswith(SHEET):
            # Drawn in a copy of an issued form: its old marks give way to the new ones.
            if workbook.identity_part:
                old_marks.append(sheet.get("name", ""))
                workbook.sheets[old_marks[-1]] = link.target
                continue
            workbook.identity_part = link.target
            sheet.set("state", "veryHidden")
        else:
            workbook.sheets[sheet.get("name", "")] = link.target
    for name in old_marks:
        drop_sheet(workbook, name)
    _open_strings(workbook, list(links.values()), base)
    if not workbook.identity_part:
        _add_identity_sheet(workbook, base)
    return workbook


def _relation_id(sheet: etree._Element) -> str:
    return next((str(v) for k, v in sheet.items() if k.endswith("}id")), "")


def _folder(workbook: TemplateWorkbook) -> str:
    return workbook.part.rpartition("/")[0] or "xl"


def _open_strings(workbook: TemplateWorkbook, links: Sequence[Relation], base: str) -> None:
    parts = workbook.parts
    strings = next((r.target for r in links if r.kind == "sharedStrings"), "")
    if strings in parts:
        workbook.strings_part = strings
        workbook.strings = parse_part(parts[strings])
        return
    namespace = etree.QName(workbook.root).namespace
    workbook.strings_part = f"{_folder(workbook)}/sharedStrings.xml"
    workbook.strings = etree.fromstring(f'<sst xmlns="{namespace}"/>')
    parts[workbook.strings_part] = b""
    add_relation(parts, workbook.part, f"{base}/sharedStrings", workbook.strings_part)
    add_content_type(parts, workbook.strings_part, _STRINGS_TYPE)


def _add_identity_sheet(workbook: TemplateWorkbook, base: str) -> None:
    parts = workbook.parts
    part = f"{_folder(workbook)}/worksheets/sheet_taskxl.xml"
    parts[part] = b""
    link = add_relation(parts, workbook.part, f"{base}/worksheet", part)
    add_content_type(parts, part, _SHEET_TYPE)
    sheets = next(workbook.root.iterfind("{*}sheets"))
    taken = [int(sheet.get("sheetId", "0")) for sheet in sheets]
    namespace = etree.QName(sheets).namespace
    sheet = etree.SubElement(sheets, f"{{{namespace}}}sheet")
    sheet.set("name", SHEET)
    sheet.set("sheetId", str(max(taken, default=0) + 1))
    sheet.set("state", "veryHidden")
    sheet.set(f"{{{base}}}id", link)
    workbook.identity_part = part


def drop_sheet(workbook: TemplateWorkbook, name: str) -> None:
    """Take a sheet out of the package, with what hangs on it and the names that point to it."""
    before = _reachable(workbook.parts)
    root = workbook.root
    names = [sheet.get("name", "") for sheet in root.iterfind("{*}sheets/{*}sheet")]
    gone = names.index(name)
    sheets = next(root.iterfind("{*}sheets"))
    sheets.remove(sheets[gone])
    for defined in list(root.iterfind("{*}definedNames/{*}definedName")):
        place = int(defined.get("localSheetId", "-1"))
        if place == gone or name in refers_to(read_formula(defined.text or "")):
            parent = defined.getparent()
            if parent is not None:
                parent.remove(defined)
        elif place > gone:
            defined.set("localSheetId", str(place - 1))
    for view in root.iterfind("{*}bookViews/{*}workbookView"):
        for attribute in ("activeTab", "firstSheet"):
            place = int(view.get(attribute, "0"))
            if place >= gone and place:
                view.set(attribute, str(place - 1))
    drop_part(workbook.parts, workbook.part, workbook.sheets.pop(name))
    for part in before - _reachable(workbook.parts):
        workbook.parts.pop(part, None)
        workbook.parts.pop(relations_part(part), None)
        drop_content_type(workbook.parts, part)


def _reachable(parts: Mapping[str, bytes]) -> set[str]:
    found: set[str] = set()
    waiting = [""]
    while waiting:
        for relation in read_relations(parts, waiting.pop()):
            if relation.target in parts and relation.target not in found:
                found.add(relation.target)
                waiting.append(relation.target)
    return found


def refers_to(formula: Formula) -> set[str]:
    """Return the names of the sheets that a formula names."""
    return {part.sheet for part in references(formula) if part.sheet is not None}


def read_bound_cells(workbook: TemplateWorkbook) -> dict[tuple[str, str], str]:
    """Return the words of the defined names that name results, by sheet and cell."""
    bound = {}
    for name in workbook.root.iterfind("{*}definedNames/{*}definedName"):
        if name.get("name", "").startswith(BOUND):
            for place in references(read_formula(name.text or "")):
                if place.sheet is not None:
                    cell = f"{place.left.lstrip('$')}{place.top_row}"
                    bound[place.sheet, cell] = name.get("name", "")
    return bound


def compile_workbook(workbook: TemplateWorkbook, context: Context) -> list[Piece]:
    """Return the pieces of the workbook part."""
    root, marks = workbook.root, Marks()
    for defined in root.iterfind("{*}definedNames/{*}definedName"):
        formula = read_formula(defined.text or "")
        if context.follows(formula, ""):
            defined.text = marks.mark(_follow_name(formula))
    _ask_for_calculation(root)
    return _pieces(root, marks)


def _follow_name(formula: Formula) -> Slot:
    return lambda filling, line: escape(write_formula(formula, "", filling.maps), quote=False)


def _pieces(root: etree._Element, marks: Marks) -> list[Piece]:
    xml = etree.tostring(root, encoding="unicode")
    return [DECLARATION, *(piece for _, piece in marks.cut(xml))]


def _ask_for_calculation(root: etree._Element) -> None:
    """Have programs compute all formulas on opening: stored results may be the drawing's."""
    setting = next(root.iterfind("{*}calcPr"), None)
    if setting is None:
        setting = etree.Element(f"{{{etree.QName(root).namespace}}}calcPr")
        before = {"externalReferences", "definedNames", "sheets", "functionGroups"}
        last = [element for element in root if local(element) in before][-1]
        last.addnext(setting)
    setting.set("fullCalcOnLoad", "1")


def drop_calculation_chain(workbook: TemplateWorkbook) -> None:
    """Take out the list of formula cells, which would be wrong; programs make it anew."""
    for relation in read_relations(workbook.parts, workbook.part):
        if relation.kind == "calcChain" and relation.target in workbook.parts:
            drop_part(workbook.parts, workbook.part, relation.target)


def compile_strings(workbook: TemplateWorkbook) -> list[Piece]:
    """Return the pieces of the strings part: the drawing's own, unless filled in, and new ones."""
    root, marks = workbook.strings, Marks()
    for item in workbook.items:
        if find_words(item_text(item)):
            # Others are known by their place, so that it stays, empty.
            for child in list(item):
                item.remove(child)
            item.text = None
            etree.SubElement(item, f"{{{etree.QName(root).namespace}}}t")
    root.attrib.pop("count", None)
    root.set("uniqueCount", marks.mark(_count_strings))
    mark = marks.mark(lambda filling, line: "".join(filling.strings.numbers))
    if workbook.items:
        workbook.items[-1].tail = mark + (workbook.items[-1].tail or "")
    else:
        root.text = mark
    return [
        DECLARATION,
        *(piece for _, piece in marks.cut(etree.tostring(root, encoding="unicode"))),
    ]


def _count_strings(filling: Filling, line: Line | None) -> str:
    return str(filling.strings.start + len(filling.strings.numbers))


class _Cells(dict[str, str]):
    """What stands in a cell after its name, by text: most come again in every row of a task."""

    def __init__(self, strings: StringTable) -> None:
        self._strings = strings

    def __missing__(self, text: str) -> str:
        index = self._strings.add_text(clean_text(text))
        cell = self[text] = f'" t="s"><v>{index}</v></c>'
        return cell


def write_identity_sheet(identity: Identity, namespace: str, strings: StringTable) -> str:
    """Return the XML of the very hidden sheet."""
    cells = _Cells(strings)
    cells[""] = '"/>'

    def write_row(
        n: int, a: str, b: str, c: str = "", d: str = "", e: str = "", f: str = ""
    ) -> str:
        # One piece: there are four such rows or more a task, in every form.
        return (
            f'<row r="{n}"><c r="A{n}{cells[a]}<c r="B{n}{cells[b]}<c r="C{n}{cells[c]}'
            f'<c r="D{n}{cells[d]}<c r="E{n}{cells[e]}<c r="F{n}{cells[f]}</row>'
        )

    rows = [write_row(number, *texts) for number, texts in enumerate(identity.to_table(), 1)]
    data = f"<sheetData>{''.join(rows)}</sheetData>"
    return f'{DECLARATION}<worksheet xmlns="{namespace}">{data}</worksheet>'


def compile_properties(workbook: TemplateWorkbook) -> tuple[str, str, str]:
    """Return the part of the custom properties and what stands in it before and after our value."""
    parts = workbook.parts
    kinds = ("custom-properties", "customProperties")  # the usual and the Strict name
    found = [r.target for r in read_relations(parts, "") if r.kind in kinds]
    namespace, values = _PROPERTIES, _VALUES
    if found and found[0] in parts:
        part = found[0]
        root = parse_part(parts[part])
        for element in list(root):
            if element.get("name") == PROPERTY:
                root.remove(element)
        namespace = etree.QName(root).namespace or namespace
    else:
        part = "docProps/custom.xml"
        if workbook.strict:
            namespace, values = f"{_STRICT}/customProperties", f"{_STRICT}/docPropsVTypes"
        root = etree.fromstring(f'<Properties xmlns="{namespace}" xmlns:vt="{values}"/>')
        parts[part] = b""
        base = _STRICT_RELATIONS if workbook.strict else _RELATIONS
        kind = "customProperties" if workbook.strict else "custom-properties"
        add_relation(parts, "", f"{base}/{kind}", part)
        add_content_type(parts, part, _PROPERTIES_TYPE)
    values = next((uri for prefix, uri in root.nsmap.items() if prefix == "vt"), values)
    taken = [int(element.get("pid", "1")) for element in root]
    new = etree.SubElement(root, f"{{{namespace}}}property")
    new.set("fmtid", _PROPERTY_FORMAT)
    new.set("pid", str(max(taken, default=1) + 1))
    new.set("name", PROPERTY)
    etree.SubElement(new, f"{{{values}}}lpwstr").text = "\ufdd2"
    before, after = etree.tostring(root, encoding="unicode").split("\ufdd2")
    return part, DECLARATION + before, after


def property_text(identity: Identity) -> str:
    """Return the identity's property as XML content."""
    return encode_text(clean_text(identity.to_property()))
