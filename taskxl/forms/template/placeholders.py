"""The placeholders of a template: which words they know, and texts that have some in them."""

import copy
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from lxml import etree

from taskxl.text import closest
from taskxl.xml import local

# What may stand between braces. A word with a dot repeats: its row is cloned for each record.
VALUES = (
    "标题",
    "单位",
    "年度",
    "股室",
    "报告期",
    "报告年月",
    "填报人",
    "填报日期",
    "分管负责同志",
    "报送期限",
    "联系人",
    "报送须知",
    "称谓",
)
BLOCKS: dict[str, tuple[str, ...]] = {
    "任务": ("编号", "名称", "计划", "股室", "状态", "进展", "问题", "备注", "标识"),
    "节点": ("编号", "名称", "内容", "时限", "状态", "完成日期", "说明", "标识"),
    "协办": ("编号", "名称", "计划", "股室", "标识"),
}
GROUP = "分组.名称"
KNOWN = (*VALUES, *(f"{block}.{word}" for block in BLOCKS for word in BLOCKS[block]), GROUP)

# Chinese input methods type full-width braces; they count the same.
_PLACEHOLDER = re.compile(r"[{｛]{2}([^{}｛｝]*)[}｝]{2}")
_BRACES = re.compile(r"[{｛]{2}|[}｝]{2}")
_LINE_END = re.compile(r"\r\n|[\r\x0b\x0c\u2028\u2029\x85]")
# Control characters, half characters and what XML 1.0 forbids.
_FORBIDDEN = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
_NOT_TEXT = re.compile(f"[{_FORBIDDEN}]")
_UNCLEAN = re.compile(rf"[\x0b\x0c\r\x85\u2028\u2029{_FORBIDDEN}]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
CELL_LIMIT = 32_767
_CUT = "……（文字过长，未全部列出）"


def word_of(name: str) -> str:
    """Return the word between braces as `KNOWN` writes it: no white space, usual dot."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).replace("。", ".")


def find_words(text: str) -> list[str]:
    """Return the words of the placeholders in a text, in order."""
    if "{" not in text and "｛" not in text:
        return []
    return [word_of(name) for name in _PLACEHOLDER.findall(text)]


def split_text(text: str) -> tuple[str, ...]:
    """Return a text cut at its placeholders: odd pieces are their words."""
    pieces = enumerate(_PLACEHOLDER.split(text))
    return tuple(word_of(piece) if n % 2 else piece for n, piece in pieces)


def explain_fault(text: str) -> str | None:
    """Say in Chinese what is wrong with the placeholders of a text; None when nothing is."""
    if _BRACES.search(_PLACEHOLDER.sub("", text)):
        shown = text if len(text) <= 30 else text[:29] + "…"
        return f"“{shown}”里的占位符没有写完整。请写成 {{{{标题}}}} 的样子，两边各两个花括号。"
    for word in find_words(text):
        if word in KNOWN:
            continue
        close = closest(word, KNOWN)
        hint = f"是不是 {{{{{close}}}}}？" if close else f"可用的有：{'、'.join(KNOWN)}。"
        return f"占位符 {{{{{word}}}}} 不认识。{hint}"
    return None


def clean_text(text: str) -> str:
    """Return a text as a cell may hold it: line ends unified, no control characters, not too long.

    The limit of 32,767 characters is Excel's; a text past it ends with words that say so.
    """
    if _UNCLEAN.search(text):
        text = _NOT_TEXT.sub("", _LINE_END.sub("\n", text))
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(_CUT)] + _CUT


def encode_text(text: str) -> str:
    """Return a clean text as XML content; what looks like an escape (`_x000D_`) stays as it reads.

    Source: ISO/IEC 29500-1, 22.9.2.19 (ST_Xstring).
    """
    if "_x" in text:
        text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return escape(text, quote=False)


# ---------------------------------------------------------------- a text with placeholders

# Noncharacters of Unicode: legal in XML 1.0, never in anybody's text.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_DECLARATION = re.compile(r' xmlns(?::\w+)?="[^"]*"')


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A string item (`si`, `is`) with placeholders: odd `pieces` are words, even ones XML.

    `plain` holds the same for the bare text, to measure it and to see whether it is blank.
    """

    pieces: tuple[str, ...]
    plain: tuple[str, ...]
    rich: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The words in it."""
        return self.plain[1::2]

    @property
    def only(self) -> str | None:
        """The word of a template that is nothing but one placeholder, without formats inside."""
        alone = len(self.plain) == 3 and not self.plain[0] and not self.plain[2]
        return self.plain[1] if alone and not self.rich else None

    def text(self, values: Mapping[str, str]) -> str:
        """Return the filled text as a reader sees it."""
        return _fill(self.plain, values)

    def item(self, values: Mapping[str, str]) -> str:
        """Return the filled string item as XML; `values` are clean texts."""
        pieces = list(self.pieces)
        pieces[1::2] = [encode_text(values.get(word, "")) for word in pieces[1::2]]
        return "".join(pieces)


def _fill(pieces: tuple[str, ...], values: Mapping[str, str]) -> str:
    if len(pieces) == 3 and not pieces[0] and not pieces[2]:
        return values.get(pieces[1], "")
    filled = list(pieces)
    filled[1::2] = [values.get(word, "") for word in pieces[1::2]]
    return "".join(filled)


def text_elements(item: etree._Element) -> Iterator[etree._Element]:
    """Yield the `t` elements of a string item that are shown (not the phonetic ones)."""
    for element in item.iter():
        if local(element) == "t" and not any(local(up) == "rPh" for up in element.iterancestors()):
            yield element


def item_text(item: etree._Element) -> str:
    """Return the text of a string item, its formats left aside."""
    return "".join(element.text or "" for element in text_elements(item))


def make_template(item: etree._Element, prefix: str) -> TextTemplate:
    """Return the template of a string item; `prefix` is that of the strings part, such as `x:`.

    A placeholder that is split over differently formatted runs (programs split Chinese from
    digits) takes the format of its first character.
    """
    item = copy.deepcopy(item)
    shown = list(text_elements(item))
    whole = "".join(element.text or "" for element in shown)
    _join_split_placeholders(shown, whole)
    plain = split_text(whole)
    same_prefix = (f"{item.prefix}:" if item.prefix else "") == prefix
    if same_prefix and any(local(child) == "r" for child in item):
        for element in shown:
            element.text = _PLACEHOLDER.sub(
                lambda found: f"{_OPEN}{word_of(found[1])}{_CLOSE}", element.text or ""
            )
            element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        namespace = etree.QName(item).namespace
        item.tag = f"{{{namespace}}}si" if namespace else "si"
        item.tail = None
        xml = _DECLARATION.sub("", etree.tostring(item, encoding="unicode"))
        return TextTemplate(tuple(_MARK.split(xml)), plain, rich=True)
    start, end = plain_item(_OPEN, prefix).split(_OPEN)
    # What the template itself says keeps its escapes as they are.
    pieces = [piece if n % 2 else escape(piece, quote=False) for n, piece in enumerate(plain)]
    pieces[0], pieces[-1] = start + pieces[0], pieces[-1] + end
    return TextTemplate(tuple(pieces), plain)


def _join_split_placeholders(shown: Iterable[etree._Element], whole: str) -> None:
    """Move each placeholder's characters to the element in which it begins."""
    spans = [found.span() for found in _PLACEHOLDER.finditer(whole)]
    texts: list[tuple[etree._Element, list[str]]] = [(element, []) for element in shown]
    place = 0
    owner_of_span: dict[int, list[str]] = {}
    for element, characters in texts:
        for character in element.text or "":
            inside = next((start for start, end in spans if start <= place < end), None)
            if inside is None:
                characters.append(character)
            else:
                owner_of_span.setdefault(inside, characters).append(character)
            place += 1
    for element, characters in texts:
        element.text = "".join(characters)


def plain_item(text: str, prefix: str) -> str:
    """Return the XML of a string item that holds one plain text."""
    xml = encode_text(text)
    return f'<{prefix}si><{prefix}t xml:space="preserve">{xml}</{prefix}t></{prefix}si>'
