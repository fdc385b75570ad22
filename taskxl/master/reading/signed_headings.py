"""Headings that a sign marks and no number: ▲民生战线 above numbered items."""

import re
from collections.abc import Sequence

from taskxl.intake.grids import Line
from taskxl.master.reading.number_marks import NUMBER, read_mark
from taskxl.master.reading.responsibility import take_duties
from taskxl.text import squeeze

_SIGN = re.compile(r"([●○◆◇■□▪➢▲△★☆])\s*(?=\w)")
_INSIDE = re.compile(r"[，。；：:,;]")  # what a heading has none of
_LONGEST = 24


def find_signed_headings(lines: Sequence[Line]) -> frozenset[int]:
    """Return the numbers of short lines behind a sign (▲民生战线) that head numbered items.

    Each line with that sign does, there are several, all different (●工作措施 comes in each task),
    and no Chinese numeral heads anything.
    """
    said = [line for line in lines if squeeze(line.text)]
    marks = [read_mark(line.text, {}, line.label) for line in said]
    if any(mark and mark.family < NUMBER for mark in marks):
        return frozenset()
    heads: dict[str, list[int]] = {}
    texts: dict[str, set[str]] = {}
    for at, line in enumerate(said):
        sign = _SIGN.match(line.text.strip()) if not line.label else None
        if sign is None:
            continue
        below = marks[at + 1] if at + 1 < len(said) else None
        short = len(squeeze(line.text)) <= _LONGEST and not _INSIDE.search(line.text)
        is_head = short and below is not None and not take_duties(line.text)[1]
        heads.setdefault(sign[1], []).append(line.number if is_head else 0)
        texts.setdefault(sign[1], set()).add(squeeze(line.text))
    return frozenset(
        number
        for sign, found in heads.items()
        if all(found) and len(found) == len(texts[sign]) > 1
        for number in found
    )
