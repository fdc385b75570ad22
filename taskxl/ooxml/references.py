"""Where rows go when a form is filled, and the references that must follow them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from taskxl.a1 import column_letters, column_number

LAST_ROW = 1_048_576


class Rows(Protocol):
    """Where the rows of a sheet stand after it was changed."""

    def first(self, row: int) -> int:
        """Return the first new row that stands for a row."""

    def last(self, row: int) -> int:
        """Return the last new row that stands for a row."""

    def areas(self, top: int, bottom: int) -> list[tuple[int, int]]:
        """Return the new (top, bottom) areas that stand for the rows `top` to `bottom`."""

    def span(self, top: int, bottom: int) -> tuple[int, int]:
        """Return the first and last new row of what stands for the rows `top` to `bottom`."""


@dataclass(frozen=True, slots=True)
class Zone:
    """The rows of a drawing that repeat: a prototype row, and the group row just above it.

    `item` and `group` are rows of the drawing; `group` is None where none is drawn.
    """

    block: str
    item: int
    group: int | None = None

    @property
    def top(self) -> int:
        """The zone's first row in the drawing."""
        return self.item if self.group is None else self.group


class RowMap:
    """Where each row of a drawn sheet stands in the filled one.

    `zones` go from top to bottom; `kinds[n]` lists for zone n its new rows, True for a group row.
    """

    def __init__(self, zones: Sequence[Zone], kinds: Sequence[Sequence[bool]]) -> None:
        self._spans: list[tuple[Zone, int, int]] = []  # zone, first new row, rows gained so far
        self._rows: dict[int, list[int]] = {}
        gained = 0
        for zone, groups in zip(zones, kinds, strict=True):
            first = zone.top + gained
            self._rows[zone.item] = [first + n for n, group in enumerate(groups) if not group]
            if zone.group is not None:
                self._rows[zone.group] = [first + n for n, group in enumerate(groups) if group]
            gained += len(groups) - (zone.item - zone.top + 1)
            self._spans.append((zone, first, gained))
        self.moved = any(gained for _, _, gained in self._spans)

    def _shift(self, row: int) -> int:
        gained = 0
        for zone, _, after in self._spans:
            if row > zone.item:
                gained = after
        return min(row + gained, LAST_ROW)

    def rows(self, row: int) -> list[int]:
        """Return the new rows of a row: one, or in a zone as many as were made from it."""
        return self._rows.get(row) or ([] if row in self._rows else [self._shift(row)])

    def first(self, row: int) -> int:
        """Return the first new row of a row; where none was made, the zone's first."""
        if row in self._rows:
            return self._rows[row][0] if self._rows[row] else self._zone_first(row)
        return self._shift(row)

    def last(self, row: int) -> int:
        """Return the last new row of a row; where none was made, the zone's first."""
        if row in self._rows:
            return self._rows[row][-1] if self._rows[row] else self._zone_first(row)
        return self._shift(row)

    def span(self, top: int, bottom: int) -> tuple[int, int]:
        """Return the first and last new row of the rows `top` to `bottom`."""
        return self.first(top), max(self.first(top), self.last(bottom))

    def _zone_first(self, row: int) -> int:
        return next(first for zone, first, _ in self._spans if zone.top <= row <= zone.item)

    def areas(self, top: int, bottom: int) -> list[tuple[int, int]]:
        """Return the new (top, bottom) areas of the rows `top` to `bottom`.

        They are several where group rows part the rows made from one prototype.
        Rows from which nothing was made leave no area.
        """
        pieces: list[tuple[int, int]] = []
        row = top
        for zone, first, after in self._spans:
            if zone.item < row or zone.top > bottom:
                continue
            if row < zone.top:
                pieces.append((self._shift(row), self._shift(zone.top - 1)))
                row = zone.top
            if row == zone.top and bottom >= zone.item:
                pieces.append((first, zone.item + after))
            else:
                pieces += [(new, new) for new in self.rows(row)]
            row = min(bottom, zone.item) + 1
        if row <= bottom:
            pieces.append((self._shift(row), self._shift(bottom)))
        joined: list[tuple[int, int]] = []
        for piece in pieces:
            if joined and joined[-1][1] + 1 >= piece[0]:
                joined[-1] = (joined[-1][0], piece[1])
            else:
                joined.append(piece)
        return joined


class RowShift:
    """Where each row of a sheet stands after rows were added and taken out.

    `added` says below which row how many were added, `removed` which rows are gone; what was added
    below a row of `above` belongs to what stands below it, such as the first row of a table.
    """

    def __init__(
        self,
        added: Mapping[int, int],
        removed: Collection[int] = (),
        above: Collection[int] = (),
    ) -> None:
        self.added, self.removed = dict(added), frozenset(removed)
        self.above = frozenset(above)

    def place(self, row: int) -> int:
        """Return where a row stands now; of one that is gone, where the next one does."""
        more = sum(count for after, count in self.added.items() if after < row)
        return min(row + more - sum(gone < row for gone in self.removed), LAST_ROW)

    def first(self, row: int) -> int:
        """Return the new row of a row that begins an area."""
        return self.place(row)

    def last(self, row: int) -> int:
        """Return the new row of a row that ends an area: where it is gone, the one before it."""
        return max(self.place(row) - (row in self.removed), 1)

    def areas(self, top: int, bottom: int) -> list[tuple[int, int]]:
        """Return the new area of the rows `top` to `bottom`, none where all of them are gone.

        What was added right below several rows belongs to them, as it does when it is typed there.
        """
        first, last = self.first(top), self.last(bottom)
        if bottom > top:
            first -= self.added.get(top - 1, 0) * (top - 1 in self.above)
            last += self.added.get(bottom, 0) * (bottom not in self.above)
        return [(first, min(last, LAST_ROW))] if first <= last else []

    def span(self, top: int, bottom: int) -> tuple[int, int]:
        """Return the first and last new row of the area of the rows `top` to `bottom`."""
        first = self.first(top)
        return next(iter(self.areas(top, bottom)), (first, first))


# ---------------------------------------------------------------- areas such as A1:B2


_AREA = re.compile(r"\$?([A-Z]{1,3})?\$?(\d+)?(?::\$?([A-Z]{1,3})?\$?(\d+)?)?$")


@dataclass(frozen=True, slots=True)
class Range:
    """An area of a sheet as `ref` and `sqref` write it; a side without letters is whole rows."""

    left: str
    top: int
    right: str
    bottom: int

    def write(self, top: int, bottom: int) -> str:
        """Return the area with other rows."""
        if (self.left, top) == (self.right, bottom):
            return f"{self.left}{top}"
        return f"{self.left}{top}:{self.right}{bottom}"

    def spread(self, rows: Rows) -> list[str]:
        """Return the areas that stand for this one in the filled sheet."""
        return [self.write(top, bottom) for top, bottom in rows.areas(self.top, self.bottom)]

    def stretch(self, rows: Rows) -> str:
        """Return the one area from the first to the last row that stand for this one."""
        return self.write(*rows.span(self.top, self.bottom))


def read_range(text: str) -> Range | None:
    """Read `A1`, `A1:B2` or `$A$1:$B$2`; None for whole columns and anything else."""
    found = _AREA.match(text)
    if not found or not found.group(2):
        return None
    left, top, right, bottom = found.groups()
    if ":" in text and not bottom:
        return None
    return Range(left or "", int(top), right or left or "", int(bottom or top))


def read_ranges(text: str) -> list[Range] | None:
    """Read a list of areas parted by blanks; None where one of them has no rows."""
    ranges = [read_range(word) for word in text.split()]
    known = [area for area in ranges if area is not None]
    return known if ranges and len(known) == len(ranges) else None


# ---------------------------------------------------------------- formulas


_TOKEN = re.compile(
    r"""
    "(?:[^"]|"")*"                                    # a text
  | \[[^\]]*\](?:[\w.]*!\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)?   # another book, a table
  | (?P<sheet>'(?:[^']|'')+'!|[^\W\d][\w.]*!)?
    (?:
      (?P<left>\$?[A-Z]{1,3})(?P<top>\$?\d{1,7})
      (?::(?P<right>\$?[A-Z]{1,3})(?P<bottom>\$?\d{1,7}))?(?![\w(.!])
    | (?P<first>\$?\d{1,7}):(?P<last>\$?\d{1,7})(?![\w(.!])
    )
  | '(?:[^']|'')+'!?                                  # a sheet before something else
  | [^\W\d][\w.]*                                     # a function, a name
  | \d+(?:\.\d*)?(?:[Ee][+-]?\d+)?
  | .
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference inside a formula. Rows keep their `$`; `right` is None for a single cell.

    `sheet` is None for the formula's own sheet; `prefix` is how the formula writes it.
    """

    prefix: str
    sheet: str | None
    left: str
    top: str
    right: str | None = None
    bottom: str = ""

    @property
    def top_row(self) -> int:
        """The first row."""
        return int(self.top.lstrip("$"))

    @property
    def bottom_row(self) -> int:
        """The last row."""
        return int((self.bottom or self.top).lstrip("$"))

    def write(self, top: int, bottom: int) -> str:
        """Return the reference with other rows, `$` where it stood."""
        start = f"{self.prefix}{self.left}{'$' * self.top.startswith('$')}{top}"
        if self.right is None:
            return start
        return f"{start}:{self.right}{'$' * self.bottom.startswith('$')}{bottom}"

    def moved(self, down: int, across: int) -> "Reference":
        """Return the reference as copying the formula by so many rows and columns makes it."""
        return replace(
            self,
            left=_move_letters(self.left, across),
            top=_move_digits(self.top, down),
            right=None if self.right is None else _move_letters(self.right, across),
            bottom=_move_digits(self.bottom, down),
        )


def _move_digits(row: str, by: int) -> str:
    return row if not row or row.startswith("$") else str(max(1, int(row) + by))


def _move_letters(letters: str, by: int) -> str:
    if not letters or letters.startswith("$"):
        return letters
    return column_letters(max(1, column_number(letters) + by))


Formula = tuple[str | Reference, ...]


def read_formula(text: str) -> Formula:
    """Split a formula into its references and what stands between them.

    >>> [part.top for part in read_formula('LOG10(A$7)&"B8"') if isinstance(part, Reference)]
    ['$7']
    """
    parts: list[str | Reference] = []
    for token in _TOKEN.finditer(text):
        if token["left"] or token["first"]:
            prefix = token["sheet"] or ""
            sheet = prefix[:-1].strip("'").replace("''", "'") if prefix else None
            if token["left"]:
                corners = (token["left"], token["top"], token["right"], token["bottom"] or "")
            else:
                corners = ("", token["first"], "", token["last"])
            parts.append(Reference(prefix, sheet, *corners))
        elif parts and isinstance(parts[-1], str):
            parts[-1] += token.group()
        else:
            parts.append(token.group())
    return tuple(parts)


def references(formula: Formula) -> Iterator[Reference]:
    """Yield the references of a formula."""
    return (part for part in formula if isinstance(part, Reference))


def move_formula(formula: Formula, down: int, across: int) -> Formula:
    """Return a formula as copying it by so many rows and columns makes it."""
    return tuple(p.moved(down, across) if isinstance(p, Reference) else p for p in formula)


def write_formula(
    formula: Formula, home: str, maps: Mapping[str, Rows], own: tuple[int, int] | None = None
) -> str:
    """Return a formula whose references followed their rows.

    A range grows with the rows in it; a single cell of a prototype row stays the first of them.
    `own` = (prototype row, new row) is for a formula in a cloned row (or a rule that is stated for
    the first cell of its area): like a copied formula, it then means its own row, and relative
    rows above move with it.
    """
    parts = []
    for part in formula:
        if isinstance(part, str):
            parts.append(part)
            continue
        rows = maps.get(home if part.sheet is None else part.sheet)
        if rows is None:
            parts.append(part.write(part.top_row, part.bottom_row))
        elif own is not None and part.sheet in (None, home):
            top = _own_row(part.top, rows, own, end=False)
            bottom = _own_row(part.bottom or part.top, rows, own, end=True)
            parts.append(part.write(top, max(top, bottom)))
        else:
            parts.append(part.write(*rows.span(part.top_row, part.bottom_row)))
    return "".join(parts)


def _own_row(digits: str, rows: Rows, own: tuple[int, int], end: bool) -> int:
    row = int(digits.lstrip("$"))
    drawn, new = own
    if digits.startswith("$"):
        return rows.last(row) if end else rows.first(row)
    if row == drawn:
        return new
    place = rows.first(row)
    return place + new - rows.first(drawn) if row < drawn else place
