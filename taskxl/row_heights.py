"""How high a row must be for its texts: one model, with what each kind of sheet makes of it.

Excel allows 409 points; what needs more is cut when printed. Fonts may be missing: programs put
others in their place that take more room, so each kind of sheet has its own line height, found by
looking at what Excel, WPS and LibreOffice make of it.
"""

import math
from dataclasses import dataclass

HIGHEST = 409.0
BODY_SIZE = 10.5


def text_units(line: str) -> int:
    """Return the width of a line: ASCII one unit a character, everything else two.

    >>> text_units("4月底前"), text_units("April 30")
    (7, 8)
    """
    return 2 * len(line) - len(line.encode("ascii", "ignore"))


def count_lines(text: str, room: float, loose: float = 1.0) -> int:
    r"""Return how many lines a wrapped text takes where a line has room for so many units.

    `loose` is how much longer a text that is wrapped gets: 。 never begins a line.

    >>> count_lines("一是完成编制。\n二是上报", 8)
    3
    """
    if "\n" not in text and 2 * len(text) <= room:
        return 1
    lines = 0
    for line in text.split("\n"):
        taken = text_units(line)
        lines += max(1, math.ceil(taken * (loose if taken > room else 1) / room))
    return lines


@dataclass(frozen=True, slots=True)
class RowModel:
    """What a kind of sheet makes of so many lines.

    `line` is the height of a line and `padding` what a row has besides, in points, `line` at
    `BODY_SIZE`; heights are multiples of `step`, the nearest or, with `up`, the next one.
    """

    line: float
    padding: float
    step: float
    up: bool = False

    def needs(self, lines: int, size: float = BODY_SIZE) -> float:
        """Return the points that so many lines of a font size (points) need."""
        return lines * self.line * size / BODY_SIZE + self.padding

    def fit(self, points: float) -> float:
        """Return the height that a row is given for so many points."""
        steps = points / self.step
        # What is a whole number of steps but for the last bits of a float is one.
        whole = math.ceil(round(steps, 6)) if self.up else round(steps)
        return min(whole * self.step, HIGHEST)

    def height(self, lines: int, size: float = BODY_SIZE) -> float:
        """Return the height in points of a row of so many lines, never above Excel's limit."""
        return self.fit(self.needs(lines, size))
