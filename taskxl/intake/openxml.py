"""The parts of an Office Open XML file (.xlsx, .docx) that somebody sent."""

import io
import zipfile
import zlib

from lxml import etree

from taskxl.intake.refusals import Limits, Refused
from taskxl.xml import Relation, decode_escapes, parse_xml, read_links, relations_part

UNREADABLE = "文件已损坏，打不开。请用 Excel 或 WPS 打开原件，确认内容后另存为 .xlsx，重新发来。"
# The gate has measured the whole file before; this only keeps one part from surprising us.
_PART_LIMIT = Limits().inflated


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
        root = self.tree(relations_part(part))
        found: dict[str, Relation] = {}
        for link in read_links(root, part) if root is not None else ():
            found[link.id or str(len(found))] = link
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
