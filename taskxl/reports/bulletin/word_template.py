"""How a Word template is filled: docxtpl, held to placeholders that stand in the text."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from lxml import etree

from taskxl.errors import TaskxlError
from taskxl.ooxml.package import Packed, read_parts, write_parts
from taskxl.templating import (
    CANNOT_FILL,
    CANNOT_READ,
    find_line,
    find_unknown,
    find_useless,
    make_environment,
)
from taskxl.text import quote, show, squeeze

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DEPTH = 2
"""A list in a list is repeated; there are no deeper ones."""
_PARTS = {"document": "正文", "header": "页眉", "footer": "页脚", "footnotes": "脚注"}
_PRINTED = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SAID = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_MARK = "\ue000"
_UNFILLED = re.compile(r"word/(?:endnotes|comments)\w*\.xml")
_SEE = "请对照自带的模板改正"


def fill_template(name: str, content: bytes, values: Mapping[str, Any]) -> bytes:
    """Return a template filled with cleaned values.

    Raises TaskxlError, one line with file and place, where it cannot be read or filled.
    """
    try:
        parts = read_parts(content)
        template = _Template(io.BytesIO(content))
        template.init_docx()
    except (ValueError, KeyError, AttributeError, OSError, zipfile.BadZipFile) as error:
        raise _unreadable(name) from error
    except (PackageNotFoundError, etree.XMLSyntaxError) as error:
        raise _unreadable(name) from error
    template.name = name
    _require_filled(name, parts)
    try:
        template.render(dict(values), make_environment(escaping=True), autoescape=True)
    except CANNOT_FILL as error:
        # Document properties; what stands in the parts has been told with its place.
        raise TaskxlError(f"{name}〔文档属性〕：花括号里的写法填不了。{_SEE}。") from error
    buffer = io.BytesIO()
    template.save(buffer)
    filled = read_parts(buffer.getvalue())
    return write_parts(Packed.pack(part, held) for part, held in filled.items())


def _unreadable(name: str) -> TaskxlError:
    return TaskxlError(
        f"{name}：打不开，不是 Word 的 .docx 文档，或已经损坏。请用 Word 或 WPS 另存为 .docx。"
    )


def _require_filled(name: str, parts: Mapping[str, bytes]) -> None:
    """Raise TaskxlError where a placeholder stands in a part that is not filled."""
    for part, held in parts.items():
        if _UNFILLED.fullmatch(part) and b"{{" in re.sub(rb"<[^>]*>", b"", held):
            raise TaskxlError(f"{name}〔尾注或批注〕：占位符写在这里填不了。请移到正文里。")


class _Template(DocxTemplate):  # type: ignore[misc]
    """docxtpl, strict: every part is looked at before and after it is filled."""

    name = ""

    def render_xml_part(
        self, src_xml: str, part: Any, context: dict[str, Any], jinja_env: Any = None
    ) -> str:
        # docxtpl reads the same lines: one begins with each paragraph.
        source = re.sub(r"<w:p([ >])", r"\n<w:p\1", src_xml)
        place = _Part(self.name, _part_name(part), tuple(self._paragraphs(part)))
        _require_sound(source, jinja_env, context, place)
        try:
            filled = str(super().render_xml_part(src_xml, part, context, jinja_env))
        except CANNOT_FILL as error:
            found = re.search(r"attribute '([^']+)'", str(error))
            line = _line_of(source, find_line(error))
            if found:
                what = f"没有“{show(found[1], 20)}”这个名称。{_SEE}"
                raise place.fault(f".{found[1]}", what) from error
            raise place.fault(line, f"花括号里的写法填不了。{_SEE}") from error
        try:
            etree.fromstring(filled.encode())
        except etree.XMLSyntaxError as error:
            what = f"重复或条件的开头和结尾不在同一层（如开头在表格的行里、结尾在段落里）。{_SEE}"
            raise place.fault("{%", what) from error
        return filled

    def _paragraphs(self, part: Any) -> Iterator[str]:
        root = getattr(part, "element", None)
        if root is None:
            root = etree.fromstring(part.blob)
        for paragraph in root.iter(f"{_W}p"):
            yield "".join(str(one.text or "") for one in paragraph.iter(f"{_W}t"))


class _Part:
    """A part of a document by what a person calls it, with the texts of its paragraphs."""

    def __init__(self, file: str, word: str, texts: tuple[str, ...]) -> None:
        self.file, self.word, self.texts = file, word, texts

    def fault(self, sought: str, what: str) -> TaskxlError:
        """Return an error that names the first paragraph with braces in which `sought` stands."""
        wanted = squeeze(sought)
        for number, text in enumerate(self.texts, 1):
            if wanted and wanted in squeeze(text) and ("{" in text or "｛" in text):
                said = f"{quote(text, 60)}："
                return TaskxlError(f"{self.file}〔{self.word}第{number}段〕：{said}{what}。")
        return TaskxlError(f"{self.file}〔{self.word}〕：{what}。")


def _part_name(part: Any) -> str:
    stem = re.sub(r"\d+$", "", str(part.partname).rpartition("/")[2].removesuffix(".xml"))
    return _PARTS.get(stem, "正文")


def _require_sound(source: str, environment: Any, names: Mapping[str, Any], place: _Part) -> None:
    """Raise TaskxlError where what stands in braces is not understood, or stands where it must not.

    A placeholder in a field's code or in an attribute would let a text act.
    """
    wide = next((text for text in place.texts if re.search(r"｛｛|｝｝|｛%|%｝", text)), None)
    if wide is not None:
        raise place.fault(wide, "花括号要用半角的 { }")
    try:
        parsed = environment.parse(source)
        useless = next(find_useless(parsed, _DEPTH), None)
        unknown = next(find_unknown(parsed, names), None)
    except CANNOT_READ as error:
        line = _line_of(source, getattr(error, "lineno", 0) or 0)
        raise place.fault(line, f"花括号里的写法看不懂，或没有写完整。{_SEE}") from error
    if useless is not None:
        line = _line_of(source, useless.lineno)
        raise place.fault(line, f"花括号里的这种写法文档里用不上。{_SEE}")
    if unknown is not None:
        what = f"没有“{show(unknown.name, 20)}”这个名称。可用：{'、'.join(names)}"
        raise place.fault(unknown.name, what)
    outside = _find_outside(source)
    if outside is not None:
        what = f"占位符只能写在正文的文字里，不能写在域代码、链接或别的属性里。{_SEE}"
        raise place.fault(outside, what)


def _find_outside(source: str) -> str | None:
    """Return a placeholder that does not stand in plain text, None where all do."""
    printed: list[str] = _PRINTED.findall(source)
    marked = _SAID.sub("", _PRINTED.sub(_MARK, source))
    try:
        root = etree.fromstring(marked.encode())
    except etree.XMLSyntaxError:
        return printed[0] if printed else ""
    seen = 0
    for element in root.iter():
        held = [str(value) for value in element.attrib.values()]
        plain = element.tag == f"{_W}t"
        held += [] if plain else [element.text or ""]
        if any(_MARK in text for text in (*held, element.tail or "")):
            return printed[min(seen, len(printed) - 1)]
        seen += (element.text or "").count(_MARK)
    return None


def _line_of(source: str, number: int) -> str:
    """Return what stands in braces on a line of the source, else its text."""
    lines = source.split("\n")
    if not 1 <= number <= len(lines):
        return ""
    text = unescape(re.sub(r"<[^>]*>", "", lines[number - 1]))
    found = re.search(r"\{[{%]\s*(.*?)\s*[%}]\}", text)
    return found[1] if found else text
