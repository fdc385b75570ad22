"""XML read without trusting it, and the names, values and links of Office Open XML's parts."""

import io
import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from lxml import etree

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


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


def parse_xml(data: bytes, *, whole: bool = False) -> etree._Element:
    """Parse a small part; no entity is resolved, nothing is fetched.

    `whole` keeps comments and processing instructions, for a part that is written again.
    Raises etree.XMLSyntaxError.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=not whole, remove_pis=not whole,
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


class Relation(NamedTuple):
    """A link between parts: `kind` is the last word of its type, `target` a part's name."""

    id: str
    kind: str
    target: str


def relations_part(part: str) -> str:
    """Return the name of the part that holds a part's links; "" names the package itself."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def read_links(root: etree._Element, part: str) -> list[Relation]:
    """Return the links inside the package that `part` has; `root` is its part of links."""
    folder = posixpath.dirname(part)
    found = []
    for element in root:
        target = element.get("Target")
        if target is None or element.get("TargetMode") == "External":
            continue
        path = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
        kind = (element.get("Type") or "").rpartition("/")[2]
        found.append(Relation(element.get("Id") or "", kind, path))
    return found
