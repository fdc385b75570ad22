"""Office packages (OOXML, ODF): which kind they are, and one streaming pass before any parser."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal
from xml.parsers import expat

from taskxl.intake.archives import RESAVE, Entry, inflate, list_entries
from taskxl.intake.extents import (
    Extent,
    SheetCells,
    TableCells,
    bound_area,
    local_name,
    measure_plain,
)
from taskxl.intake.grids import Kind
from taskxl.intake.refusals import DAMAGED, NOT_A_TABLE, OVER_LIMIT, PASSWORD, Limits, Refused
from taskxl.intake.slimming import SHEETS, is_worth, slim_sheet
from taskxl.text import show

CONTENT_TYPES = "[Content_Types].xml"
# A sheet up to this size (bytes) is held as a whole, to be scanned.
_SCANNED = 32 << 20

_MAIN_TYPES: tuple[tuple[re.Pattern[str], Kind | Literal["slides", "drawing"]], ...] = (
    (re.compile(r"ms-excel\.sheet\.binary\.macroenabled\.main"), "xlsb"),
    (re.compile(r"ms-excel\.\w+\.macroenabled\.main\+xml"), "xlsm"),
    (re.compile(r"spreadsheetml\.(?:sheet|template)\.main\+xml"), "xlsx"),
    (re.compile(r"wordprocessingml\.\w+\.main\+xml|ms-word\.\w+\.\w+\.main\+xml"), "docx"),
    (re.compile(r"presentationml\.\w+\.main\+xml|ms-powerpoint\.\w+\.\w+\.main\+xml"), "slides"),
    (re.compile(r"ms-visio\.\w+(?:\.\w+)?\.main\+xml"), "drawing"),
)


@dataclass(frozen=True, slots=True)
class InspectedPackage:
    """An office package that passed: its kind, and the extent of each sheet.

    `extents` is keyed by part name in lower case in .xlsx and .xlsm (`xl/worksheets/sheet1.xml`),
    by the table's name in .ods, and empty for what has no sheets or binary ones.
    """

    kind: Kind
    extents: Mapping[str, Extent] = field(default_factory=dict)


def is_package(names: frozenset[str]) -> bool:
    """Tell by the names of its files whether a zip is (or was) one document, not an archive."""
    lowered = {name.lower() for name in names}
    return bool(
        lowered & {CONTENT_TYPES.lower(), "mimetype", "meta-inf/manifest.xml", "ofd.xml"}
    ) or any(name.startswith(("xl/", "word/", "ppt/")) for name in lowered)


@lru_cache(maxsize=1)  # the gate asks first, then the reader of the same file
def inspect_package(content: bytes, limits: Limits) -> InspectedPackage:
    """Find a package's kind and read every part once, building nothing.

    Every entry is inflated under its own promise and checked by its checksum; XML parts must be
    well formed and without a DTD; cells must lie inside Excel's sheet and within
    `limits.cell_area`. Raises Refused R201, R202, R203 or R204.
    """
    entries = list_entries(content, limits)
    parts: dict[str, Entry] = {}
    for entry in entries:
        if entry.name.lower() in parts:
            raise Refused(
                OVER_LIMIT.code,
                f"内部有两个同名部件“{show(entry.name, 60)}”，"
                f"不同软件会读出不同内容，没有采用。{RESAVE}",
            )
        parts[entry.name.lower()] = entry
    if CONTENT_TYPES.lower() in parts:
        return _inspect_ooxml(content, parts, limits)
    if "content.xml" in parts:
        return _inspect_odf(content, parts, limits)
    if "ofd.xml" in parts:
        raise Refused(NOT_A_TABLE.code, "这是 OFD 版式文件，不是表格。请发回填好的 Excel 表。")
    raise Refused(DAMAGED.code, f"文件缺少必要的部件，可能已损坏。{RESAVE}")


# ---------------------------------------------------------------- Open XML


def _inspect_ooxml(content: bytes, parts: Mapping[str, Entry], limits: Limits) -> InspectedPackage:
    types: dict[str, str] = {}
    defaults: dict[str, str] = {}

    def note_type(name: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "").lower()
        if local_name(name) == "Override":
            types[attributes.get("PartName", "").lstrip("/").lower()] = kind
        elif local_name(name) == "Default":
            defaults[attributes.get("Extension", "").lower()] = kind

    _scan(content, parts[CONTENT_TYPES.lower()], note_type)
    kind = _main_kind(types, defaults, parts)
    extents: dict[str, Extent] = {}
    for name, entry in parts.items():
        type_of = types.get(name) or defaults.get(name.rpartition(".")[2], "")
        if not (name.endswith((".xml", ".rels", ".vml")) or type_of.endswith(("+xml", "/xml"))):
            for _ in inflate(content, entry):
                pass  # only to hold it to its size and checksum
        elif name.endswith(".vml") or name.startswith(("docprops/", "customxml/")):
            # Excel itself writes drawings in VML that are no XML; no table is in any of these.
            _scan(content, entry, lenient=True)
        else:
            # By its root and not by its type: a parser follows the workbook's links to it.
            plain = _measure_plain(content, entry) if name.startswith(SHEETS) else None
            cells = SheetCells()
            if plain is not None:
                extents[name] = plain
            elif _scan(content, entry, cells.start_element, root="worksheet"):
                extents[name] = cells.extent()
    bound_area(extents, limits)
    return InspectedPackage(kind, extents)


def _main_kind(
    types: Mapping[str, str], defaults: Mapping[str, str], parts: Mapping[str, Entry]
) -> Kind:
    for part, told in [*types.items(), *(("", told) for told in defaults.values())]:
        kind = next((kind for pattern, kind in _MAIN_TYPES if pattern.search(told)), None)
        if kind == "slides":
            raise Refused(NOT_A_TABLE.code, "这是演示文稿，不是表格。请发回填好的 Excel 表。")
        if kind == "drawing":
            raise Refused(NOT_A_TABLE.code, "这是绘图文件，不是表格。请发回填好的 Excel 表。")
        if kind and part and part not in parts:
            raise Refused(DAMAGED.code, f"文件里缺少工作簿的正文，已损坏。{RESAVE}")
        if kind:
            return kind
    raise Refused(DAMAGED.code, f"文件里找不到表格或文档的正文，可能已损坏。{RESAVE}")


def _measure_plain(content: bytes, entry: Entry) -> Extent | None:
    """Return how far the cells of a sheet reach, where a scan can tell; None where it cannot.

    What is not well formed, too, is left to be followed element by element: that has the verdict.
    """
    if entry.size > _SCANNED:
        return None
    try:
        data = b"".join(inflate(content, entry))
        data = slim_sheet(data) if is_worth(entry.name, entry.size) else data
        is_sheet = _scan(content, entry, root="worksheet", data=data)
    except Refused:
        return None
    return measure_plain(data) if is_sheet else None


# ---------------------------------------------------------------- OpenDocument


def _inspect_odf(content: bytes, parts: Mapping[str, Entry], limits: Limits) -> InspectedPackage:
    media: list[str] = []

    def note_manifest(name: str, attributes: dict[str, str]) -> None:
        if local_name(name) == "encryption-data":
            raise Refused(PASSWORD.code, "文件设了打开密码。请取消密码，另存为 .xlsx 后重新发来。")
        told = {local_name(key): value for key, value in attributes.items()}
        if told.get("full-path") == "/":
            media.append(told.get("media-type", ""))

    if "mimetype" in parts and parts["mimetype"].size < 200:
        media.append(b"".join(inflate(content, parts["mimetype"])).decode("ascii", "replace"))
    if "meta-inf/manifest.xml" in parts:
        # An encrypted part cannot be read as XML: the manifest has the first word.
        _scan(content, parts["meta-inf/manifest.xml"], note_manifest, lenient=True)
    told = " ".join(media)
    is_text = "opendocument.text" in told
    if media and "opendocument.spreadsheet" not in told and not is_text:
        raise Refused(
            NOT_A_TABLE.code,
            "这是 OpenDocument 文件，不是表格。请发回填好的 Excel 表（.xlsx）。",
        )
    cells = TableCells(limits)
    for name, entry in parts.items():
        if name == "content.xml":
            _scan(content, entry, cells.start_element)
        elif name in ("styles.xml", "meta.xml", "settings.xml"):
            _scan(content, entry, lenient=True)
        else:  # LibreOffice's own macro parts do declare a DTD; no reader looks at them
            for _ in inflate(content, entry):
                pass
    extents = cells.extents()
    bound_area(extents, limits)
    return InspectedPackage("odt" if is_text else "ods", extents)


# ---------------------------------------------------------------- XML


def _scan(
    content: bytes,
    entry: Entry,
    start_element: Callable[[str, dict[str, str]], None] | None = None,
    *,
    root: str | None = None,
    lenient: bool = False,
    data: bytes | None = None,
) -> bool:
    """Stream one XML part through expat: well formed, no DTD, in an encoding that all know.

    `start_element` is told of every element; with `root` only if that is the root's name, and
    whether it was is what is returned. `lenient` lets a fault pass that comes after the root has
    begun, where no DTD can stand any more. `data` is the part's content, where it is at hand.
    Raises Refused R201 or R204, and what `start_element` raises.
    """
    parser = expat.ParserCreate()
    begun = followed = False

    def refuse_doctype(*_: object) -> None:
        raise Refused(
            OVER_LIMIT.code,
            f"文件内部（{show(entry.name, 60)}）有 DTD 声明，正常的办公文件不会有，没有打开。"
            "请把填报内容复制到新的空白表，另存为 .xlsx 后重新发来。",
        )

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal begun, followed
        begun, followed = True, root in (None, local_name(name))
        parser.StartElementHandler = start_element if followed else None
        if start_element and followed:
            start_element(name, attributes)

    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = begin
    fault: Exception | None = None
    pieces: Iterable[bytes] = inflate(content, entry) if data is None else (data,)
    if data is None and is_worth(entry.name, entry.size):
        pieces = (slim_sheet(b"".join(pieces)),)
    for piece in pieces:  # to its end, whatever the XML is like
        fault = fault or _feed(parser, piece)
    fault = fault or _feed(parser, b"", last=True)
    if fault and not (lenient and (begun or not entry.size)):
        raise Refused(
            DAMAGED.code,
            f"文件内部（{show(entry.name, 60)}）内容残缺或编码不对，读下去会漏字。{RESAVE}",
        ) from fault
    return followed


def _feed(parser: expat.XMLParserType, piece: bytes, *, last: bool = False) -> Exception | None:
    try:
        parser.Parse(piece, last)
    except (expat.ExpatError, ValueError, LookupError) as error:
        return error  # the last two: an encoding that expat or Python does not have
    return None
