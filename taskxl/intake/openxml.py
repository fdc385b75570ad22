"""The parts of an Office Open XML file (.xlsx, .docx), and XML read without trusting it."""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

from taskxl.intake.refusals import Limits, Refused

UNREADABLE = "文件已损坏，打不开。请用 Excel 或 WPS 打开原件，确认内容后另存为 .xlsx，重新发来。"
# The gate has measured the whole file before; this only keeps one part from surprising us.
_PART_LIMIT = Limits().inflated
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Relation(NamedTuple):
    """A link from one part to another: `kind` is the last word of the relationship's type."""

    kind: str
    target: str


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace, so that Strict files read like others."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str | None:
    """Return an attribute by its local name, whatever namespace it was written in."""
    value = element.get(name)
    if value is not None:
        return value
    return next((str(v) for k, v in element.items() if str(k).rpartition("}")[2] == name), None)


def child_value(element: etree._Element | None, name: str) -> str | None:
    """Return the `val` of the first child of that name; None where there is none."""
    if element is None:
        return None
    return next((attribute(e, "val") for e in element.iterchildren(f"{{*}}{name}")), None)


def first_child(element: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child of that local name, or None."""
    return None if element is None else next(element.iterchildren(f"{{*}}{name}"), None)


def is_true(value: str | None) -> bool:
    """Tell whether an XML boolean is set, in the spellings `1`, `true`, `on`."""
    return value in ("1", "true", "on")


def whole_number(text: str | None) -> int | None:
    """Return an attribute's value as a number of at most nine digits; None where it is none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def decode_escapes(text: str) -> str:
    r"""Return `text` with the escapes of Office Open XML (ST_Xstring) decoded.

    >>> decode_escapes("a_x000D_b _x005F_x000D_")
    'a\rb _x000D_'
    """
    if "_x" not in text:
        return text
    decoded = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def string_text(item: etree._Element) -> str:
    """Return the text of a SpreadsheetML string; phonetic runs (`rPh`) are readings, not text."""
    pieces = []
    for child in item:
        if local(child) == "t":
            pieces.append(child.text or "")
        elif local(child) == "r":
            pieces += [t.text or "" for t in child if local(t) == "t"]
    return decode_escapes("".join(pieces))


def parse_xml(data: bytes) -> etree._Element:
    """Parse a small part; no entity is resolved, nothing is fetched.

    Raises etree.XMLSyntaxError.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    return etree.fromstring(data, parser)


def iterate_xml(data: bytes, names: Sequence[str]) -> Iterator[etree._Element]:
    """Yield the elements of those local names as they end; each is dropped when the next is asked.

    Raises etree.XMLSyntaxError.
    """
    for _, element in etree.iterparse(
        io.BytesIO(data), tag=[f"{{*}}{name}" for name in names], resolve_entities=False,
        no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
    ):  # fmt: skip
        yield element
        element.clear(keep_tail=False)
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


class Package:
    """An opened package; part names are compared without case, as the standard wants it.

    Every method raises Refused (R201) when a part that is there cannot be inflated or parsed.
    """

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise Refused("R201", UNREADABLE) from error
        # Some programs write `\` between folders.
        self._entries = {
            entry.filename.replace("\\", "/").lstrip("/").lower(): entry
            for entry in self._zip.infolist()
        }

    def read(self, part: str) -> bytes | None:
        """Return a part's bytes; None where there is no such part."""
        entry = self._entries.get(part.lower())
        if entry is None:
            return None
        try:
            with self._zip.open(entry) as stream:
                data = stream.read(_PART_LIMIT + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
            raise Refused("R201", UNREADABLE) from error
        if len(data) > _PART_LIMIT:
            raise Refused("R201", UNREADABLE)
        return data

    def tree(self, part: str) -> etree._Element | None:
        """Return a small part parsed; None where there is no such part."""
        data = self.read(part)
        if data is None:
            return None
        try:
            return parse_xml(data)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise Refused("R201", UNREADABLE) from error

    def relations(self, part: str) -> dict[str, Relation]:
        """Return a part's links by id; "" names the package itself. Outside links are left out."""
        folder, name = posixpath.split(part)
        root = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, Relation] = {}
        for element in root if root is not None else ():
            target = element.get("Target")
            if target is None or element.get("TargetMode") == "External":
                continue
            path = posixpath.normpath(posixpath.join("/", folder, unquote(target)))
            kind = (element.get("Type") or "").rpartition("/")[2]
            found[element.get("Id") or str(len(found))] = Relation(kind, path.lstrip("/"))
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """Return the parts that `part` is linked to by relationships of that kind."""
        return [r.target for r in self.relations(part).values() if r.kind == kind]

    def custom_properties(self) -> dict[str, str]:
        """Return the custom document properties, as texts."""
        root = self.tree("docProps/custom.xml")
        if root is None:
            return {}
        return {
            name: decode_escapes("".join(str(text) for text in element.itertext()).strip())
            for element in root
            if (name := element.get("name"))
        }
