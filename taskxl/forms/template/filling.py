"""One filling of a template: its values, where rows go, and pieces of XML that depend on them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from taskxl.forms.template.heights import cut_text
from taskxl.forms.template.placeholders import GROUP, clean_text, plain_item
from taskxl.ooxml.references import RowMap, Zone

Record = Mapping[str, str]
# A word that alone fills a cell whose text wraps, its size (points) and columns (half-width).
Measure = tuple[str, float, int]
# The key of a record under which it names the group it belongs to.
GROUP_KEY = "分组"


@dataclass(frozen=True, slots=True)
class Line:
    """A row made from a prototype: where it stands, and what its placeholders mean.

    `part` is 0, or counts the rows in which a record too high for one row goes on.
    """

    row: int
    drawn: int
    values: Mapping[str, str]
    part: int = 0


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
    measures: Mapping[str, Sequence[Measure]] = MappingProxyType({}),
) -> Filling:
    """Lay out the rows of all sheets for these records; `zones` are by sheet, top to bottom.

    `measures` tell by block which words alone fill a cell that parts its text into lines.
    """
    values = {word: clean_text(value) for word, value in values.items()}
    lines: dict[str, list[Line]] = {}
    maps: dict[str, RowMap] = {}
    for sheet, drawn in zones.items():
        kinds = []
        gained = 0
        for zone in drawn:
            records = blocks.get(zone.block, ())
            made = _make_lines(
                zone, zone.top + gained, records, values, measures.get(zone.block, ())
            )
            lines[zone.block] = made
            kinds.append([line.drawn != zone.item for line in made])
            gained += len(made) - (zone.item - zone.top + 1)
        maps[sheet] = RowMap(drawn, kinds)
    return Filling(values, lines, maps, strings)


def _make_lines(
    zone: Zone,
    row: int,
    records: Sequence[Record],
    values: dict[str, str],
    measures: Sequence[Measure],
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
        for part, texts in enumerate(_cut_record(own, measures)):
            lines.append(Line(row + len(lines), zone.item, values | texts, part))
    return lines


def _cut_record(own: dict[str, str], measures: Sequence[Measure]) -> list[dict[str, str]]:
    """Return a record in as many rows as its highest text needs; only the first is whole.

    The others hold what goes on, and nothing that would make them a task of their own.
    """
    cut = {word: cut_text(own.get(word, ""), size, columns) for word, size, columns in measures}
    more = max(map(len, cut.values()), default=1)
    if more == 1:
        return [own]
    first = own | {word: pieces[0] for word, pieces in cut.items()}
    rest = [
        dict.fromkeys(own, "")
        | {word: pieces[n] for word, pieces in cut.items() if n < len(pieces)}
        for n in range(1, more)
    ]
    return [first, *rest]
