"""The zip package of a workbook: read once, written fast, what is not changed left as it is."""

import io
import struct
import zipfile
import zlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from taskxl.xml import Relation, parse_xml, read_links, relations_part

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CONTENT_TYPES = "[Content_Types].xml"
# A drawing is a form with perhaps a logo in it; more than this is no drawing.
_SIZE_LIMIT = 200_000_000
_DEFLATED = 8
_UTF8_NAME = 0x800
_FIRST_DAY = 0x21  # 1980-01-01, the zip format's first day: the same bytes from run to run


@dataclass(frozen=True, slots=True)
class Packed:
    """A part as it lies in the zip: compressed once, however often it is written."""

    name: str
    data: bytes
    size: int
    checksum: int

    @classmethod
    def pack(cls, name: str, content: bytes, level: int = 6) -> "Packed":
        """Compress a part; `level` is zlib's, from 1 (fast) to 9 (small)."""
        squeezer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
        data = squeezer.compress(content) + squeezer.flush()
        return cls(name, data, len(content), zlib.crc32(content))


def read_parts(content: bytes) -> dict[str, bytes]:
    """Return the parts of a package by name, in the order of the zip.

    Raises ValueError when `content` is no readable zip or too large to be a drawing.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = [entry for entry in package.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > _SIZE_LIMIT:
                raise ValueError("too large")
            return {entry.filename: package.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        raise ValueError("no readable zip") from error


def write_parts(parts: Iterable[Packed]) -> bytes:
    """Return a zip of packed parts, the same bytes for the same parts.

    `zipfile` would compress every part anew for every form; this only lays them side by side.
    Source of the layout: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
    """
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for part in parts:
        name = part.name.encode()
        flags = 0 if name.isascii() else _UTF8_NAME
        common = struct.pack(
            "<HHHHHIIIHH", 20, flags, _DEFLATED, 0, _FIRST_DAY,
            part.checksum, len(part.data), part.size, len(name), 0,
        )  # fmt: skip
        body += [b"PK\x03\x04", common, name, part.data]
        rest = struct.pack("<HHHII", 0, 0, 0, 0, offset)
        directory.append(b"PK\x01\x02" + struct.pack("<H", 20) + common + rest + name)
        offset += 4 + len(common) + len(name) + len(part.data)
    index = b"".join(directory)
    counts = (0, 0, len(directory), len(directory), len(index), offset, 0)
    return b"".join([*body, index, b"PK\x05\x06", struct.pack("<HHHHIIH", *counts)])


def parse_part(content: bytes) -> etree._Element:
    """Parse a part, keeping all of it; no entity is resolved, nothing is fetched.

    Raises etree.XMLSyntaxError, or ValueError for a part with a document type.
    """
    root = parse_xml(content, whole=True)
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type")
    return root


def serialize_part(root: etree._Element) -> bytes:
    """Return a part's bytes as office programs write them."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def read_relations(parts: Mapping[str, bytes], part: str) -> list[Relation]:
    """Return the links inside the package that a part has."""
    content = parts.get(relations_part(part))
    return [] if content is None else read_links(parse_part(content), part)


def add_relation(parts: dict[str, bytes], part: str, kind: str, target: str) -> str:
    """Add a link from `part` to the part `target` and return its id; `kind` is the whole type."""
    name = relations_part(part)
    root = parse_part(parts[name])
    taken = {element.get("Id") for element in root}
    new = next(free for n in range(1, len(taken) + 2) if (free := f"rIdTaskxl{n}") not in taken)
    element = etree.SubElement(root, f"{{{etree.QName(root).namespace}}}Relationship")
    element.set("Id", new)
    element.set("Type", kind)
    element.set("Target", f"/{target}")
    parts[name] = serialize_part(root)
    return new


def read_content_type(parts: Mapping[str, bytes], part: str) -> str:
    """Return the content type of a part, its own or that of its file ending; "" without one."""
    types = {
        (element.get("PartName") or f".{element.get('Extension')}").casefold(): element
        for element in parse_part(parts[CONTENT_TYPES])
        if isinstance(element.tag, str)
    }
    own = types.get(f"/{part}".casefold(), types.get(f".{part.rpartition('.')[2]}".casefold()))
    return "" if own is None else own.get("ContentType", "")


def add_content_type(parts: dict[str, bytes], part: str, content_type: str) -> None:
    """Declare the content type of a new part."""
    root = parse_part(parts[CONTENT_TYPES])
    element = etree.SubElement(root, f"{{{etree.QName(root).namespace}}}Override")
    element.set("PartName", f"/{part}")
    element.set("ContentType", content_type)
    parts[CONTENT_TYPES] = serialize_part(root)


def drop_part(parts: dict[str, bytes], owner: str, part: str) -> None:
    """Take a part out of the package, with the links from `owner` and its content type."""
    gone = {relation.id for relation in read_relations(parts, owner) if relation.target == part}
    _remove_children(parts, relations_part(owner), "Id", gone)
    drop_content_type(parts, part)
    parts.pop(part, None)


def drop_content_type(parts: dict[str, bytes], part: str) -> None:
    """Take out the content type of a part that is gone."""
    _remove_children(parts, CONTENT_TYPES, "PartName", {f"/{part}"})


def _remove_children(
    parts: dict[str, bytes], name: str, attribute: str, values: Container[str | None]
) -> None:
    root = parse_part(parts[name])
    for element in list(root):
        if element.get(attribute) in values:
            root.remove(element)
    parts[name] = serialize_part(root)
