"""One filling of a template: its values, where rows go, and pieces of XML that depend on them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from taskxl.forms.template.placeholders import GROUP, clean_text, plain_item
from taskxl.ooxml.references import RowMap, Zone

Record = Mapping[str, str]
# The key of a record under which it names the group it belongs to.
GROUP_KEY = "分组"


@dataclass(frozen=True, slots=True)
class Line:
    """A row made from a prototype: where it stands, and what its placeholders mean."""

    row: int
    drawn: int
    values: Mapping[str, str]


@dataclass(slots=True)
class StringTable:
    """The string items that a filling adds to the `start` ones of the template, each once.

    `prefix` is that of the strings part's elements, such as `x:`.
    """

    start: int
    prefix: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    _texts: dict[str, int] = field(default_factory=dict)

    def add(self, item: str) -> int:
        """Return the number of a string item, given as XML."""
        return self.numbers.setdefault(item, self.start + len(self.numbers))

    def add_text(self, text: str) -> int:
        """Return the number of a clean text without formats."""
        number = self._texts.get(text)
        if number is None:
            number = self._texts[text] = self.add(plain_item(text, self.prefix))
        return number


@dataclass(frozen=True, slots=True)
class Filling:
    """All that a piece may depend on. Texts are clean; `lines` are by block, `maps` by sheet."""

    values: Mapping[str, str]
    lines: Mapping[str, Sequence[Line]]
    maps: Mapping[str, RowMap]
    strings: StringTable


Slot = Callable[[Filling, Line | None], str]
Piece = str | Slot


def render(pieces: Sequence[Piece], filling: Filling, line: Line | None = None) -> str:
    """Return the pieces put together."""
    return "".join([p if isinstance(p, str) else p(filling, line) for p in pieces])


# Noncharacters of Unicode: legal in XML 1.0, never in anybody's text.
_OPEN, _CLOSE = "\ufdd2", "\ufdd3"
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


class Marks:
    """Marks put into a tree of XML where a slot belongs, found again once it is text.

    A mark stands for a slot, or for a command (a str) to whoever cuts the text.
    """

    def __init__(self) -> None:
        self._meant: list[Slot | str] = []

    def mark(self, meaning: Slot | str) -> str:
        """Return a mark to put into a text or an attribute."""
        self._meant.append(meaning)
        return f"{_OPEN}{len(self._meant) - 1}{_CLOSE}"

    def cut(self, xml: str) -> Iterator[tuple[bool, Slot | str]]:
        """Yield what lies between marks as (False, text) and marks as (True, meaning)."""
        for n, text in enumerate(_MARK.split(xml)):
            if n % 2:
                yield True, self._meant[int(text)]
            elif text:
                yield False, text


def start_filling(
    zones: Mapping[str, Sequence[Zone]],
    values: Mapping[str, str],
    blocks: Mapping[str, Sequence[Record]],
    strings: StringTable,
) -> Filling:
    """Lay out the rows of all sheets for these records; `zones` are by sheet, top to bottom."""
    values = {word: clean_text(value) for word, value in values.items()}
    lines: dict[str, list[Line]] = {}
    maps: dict[str, RowMap] = {}
    for sheet, drawn in zones.items():
        kinds = []
        gained = 0
        for zone in drawn:
            made = _make_lines(zone, zone.top + gained, blocks.get(zone.block, ()), values)
            lines[zone.block] = made
            kinds.append([line.drawn != zone.item for line in made])
            gained += len(made) - (zone.item - zone.top + 1)
        maps[sheet] = RowMap(drawn, kinds)
    return Filling(values, lines, maps, strings)


def _make_lines(
    zone: Zone, row: int, records: Sequence[Record], values: dict[str, str]
) -> list[Line]:
    """Return a zone's rows from `row` on; without records one that is blank."""
    lines: list[Line] = []
    group = ""
    names = {word: f"{zone.block}.{word}" for record in records for word in record}
    for record in records or ({},):
        named = clean_text(record.get(GROUP_KEY, ""))
        if zone.group is not None and named and named != group:
            lines.append(Line(row + len(lines), zone.group, {**values, GROUP: named}))
        group = named
        own = {names[word]: clean_text(text) for word, text in record.items()}
        lines.append(Line(row + len(lines), zone.item, values | own))
    return lines
