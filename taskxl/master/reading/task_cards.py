"""Lists of which each task has a card of its own: labels beside or above what they name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from taskxl.a1 import cell_name, parse_reference
from taskxl.findings import Finding
from taskxl.intake.grids import Book, Sheet, Value, value_text
from taskxl.master.reading.drafts import Part, is_note
from taskxl.master.reading.fields import split_number
from taskxl.master.reading.header import Grid, is_stage, read_header_word
from taskxl.master.reading.number_marks import read_mark
from taskxl.master.reading.responsibility import answers_label, unfold_labels
from taskxl.master.reading.row_kinds import section_level
from taskxl.model import Place
from taskxl.text import is_blank, squeeze, tidy

_ANSWERS = {"lead", "responsible", "supporting", "leader", "person", "due"}
_NAMES = {"title", "content"}
_MOST_LABEL = 8  # characters of a label that no known word is
_INLINE = re.compile(r"(?P<label>[^：:\n]{2,12})[：:]\s*(?P<value>\S.*)", re.DOTALL)
_CAPTION = re.compile(
    r"(?:项目|任务|事项|实事|工程|问题|卡片?)?[(（]?第?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[号项张件]?[)）]?"
    r"(?:项目|任务|事项|实事|工程|问题|推进|责任)?[卡表单]?片?"
)
_COUNT = re.compile(r"[\d０-９一二三四五六七八九十]+")
_GUIDE = re.compile("说明|须知|字典|样例|示例")
_TITLE, _NUMBER = "任务名称", "序号"
_Cell = tuple[int, int]  # row, column


@dataclass(slots=True)
class _Entry:
    """What stands by one label of a card: its cells in order, with the label's own place."""

    at: _Cell
    cells: list[tuple[_Cell, Value]] = field(default_factory=list)


@dataclass(slots=True)
class _Card:
    """One task's labels with what stands by them, and the lines above it that no label names."""

    sheet: Sheet
    above: list[tuple[_Cell | None, str]] = field(default_factory=list)
    entries: dict[str, _Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cards:
    """The cards of a book as one table; `origins` are where its cells stood in the book.

    `taken` are the names of the sheets that held them.
    """

    sheet: Sheet
    taken: frozenset[str]
    origins: dict[_Cell, tuple[str, _Cell]]

    def give_places(self, part: Part) -> None:
        """Give the drafts and findings of a part read from the table the places in the book."""
        columns = {c.field: c.index for header in part.headers for c in reversed(header.columns)}
        wanted = [columns[name] for name in ("title", "number") if name in columns]
        for draft in part.drafts:
            cells = [(draft.place.row or 0, index) for index in wanted]
            found = next((self.origins[cell] for cell in cells if cell in self.origins), None)
            if found:
                sheet, (row, column) = found
                draft.place = Place(draft.place.file, sheet or None, row, column if sheet else 1)
        part.findings = [self._place(finding) for finding in part.findings]
        part.waiting = [(text, self._place(finding)) for text, finding in part.waiting]

    def _place(self, finding: Finding) -> Finding:
        at = parse_reference(finding.cell) if finding.cell else None
        found = self.origins.get(at) if at else None
        if found is None:
            return finding.at(cell=None)
        sheet, at = found
        return finding.at(sheet=sheet or None, cell=cell_name(*at) if sheet else None)


def gather_cards(book: Book) -> Cards | None:
    """Return a book's cards as one table, a row a card, None where it holds none.

    A card names its task and who answers for it or by when, with the labels left of what they
    name, above it, or before a colon in the same cell; several may stand on a sheet, or one. A
    sheet whose labels stand in its first column with a task in each of the others is one too.
    """
    cards: list[_Card] = []
    taken: list[Sheet] = []
    for sheet in book.sheets:
        if sheet.state != "visible" or _GUIDE.search(sheet.name):
            continue
        found = _read_sheet(sheet)
        if found:
            found[0].above[:0] = _lines_above(book, sheet)
            taken.append(sheet)
            cards += found
    return _tabulate(book, cards, taken) if cards else None


def gather_cards_of_lines(book: Book) -> Cards | None:
    """Return the cards that a document's lines hold as one table: 项目名称：…, 责任单位：….

    None where a line names the task by no label, for then its lines are read as prose.
    """
    rows: list[tuple[Value, ...]] = []
    for line in book.lines:
        rows += [()] * (line.number - 1 - len(rows))
        text = unfold_labels(f"{line.label}{line.text}".strip())
        mark = read_mark(text, {})
        rows.append((mark.rest if mark and _split_inline(mark.rest, alone=True) else text,))
    sheet = Sheet("", tuple(rows))
    grid = Grid(sheet)
    reader = _Reader(grid, frozenset(), prose=True)
    reader.read({row: filled for row in range(1, grid.height + 1) if (filled := grid.filled(row))})
    titles = {name for name, (field, known) in reader.kinds.items() if field == "title" and known}
    named = reader.cards and all(titles & card.entries.keys() for card in reader.cards)
    return _tabulate(book, reader.cards, [sheet]) if named and reader.are_cards() else None


def _lines_above(book: Book, sheet: Sheet) -> list[tuple[_Cell | None, str]]:
    """Return the lines of a document between a table and the one above it."""
    if sheet.line is None:
        return []
    ends = (other.line for other in book.sheets if other.line is not None)
    last = max((line for line in ends if line < sheet.line), default=0)
    return [
        (None, f"{line.label}{line.text}".strip())
        for line in book.lines
        if last <= line.number < sheet.line and line.text.strip()
    ]


# ---------------------------------------------------------------- labels


def _read_label(text: str) -> tuple[str, bool] | None:
    """Return the field of a label and whether it is a known word, None for no label."""
    found = read_header_word(text.rstrip("：: "))
    if found:
        return found
    return ("stage", False) if is_stage(text) else None


def _split_inline(value: Value, alone: bool) -> tuple[str, str] | None:
    """Divide a cell that holds a label and what it names: 牵头单位：办公室.

    `alone`: what it names may stand in the next line.
    """
    if alone and isinstance(value, str) and value.strip().endswith(("：", ":")):
        return (_name(value), "") if read_header_word(value.strip().rstrip("：:")) else None
    found = _INLINE.fullmatch(tidy(value)) if isinstance(value, str) else None
    if found is None:
        return None
    label = read_header_word(found["label"])
    return (squeeze(found["label"]), found["value"].strip()) if label else None


def _name(text: str) -> str:
    return squeeze(text).rstrip(":：")


# ---------------------------------------------------------------- a sheet's cards

_Line = Sequence[tuple[int, str]]  # the filled cells of a row: column, text


def _read_sheet(sheet: Sheet) -> list[_Card]:
    """Return the cards of a sheet, none where it holds something else."""
    grid = Grid(sheet)
    lines = {row: grid.filled(row) for row in range(1, grid.height + 1)}
    lines = {row: filled for row, filled in lines.items() if filled}
    across = _read_across(grid, lines)
    if across:
        return across
    reader = _Reader(grid, _find_label_columns(lines))
    reader.read(lines)
    return reader.cards if reader.are_cards() else []


def _find_label_columns(lines: Mapping[int, _Line]) -> frozenset[int]:
    """Return the columns in which words stand that are labels beyond doubt."""
    return frozenset(
        index
        for filled in lines.values()
        for index, text in filled
        if (label := _read_label(text)) and label[1]
    )


def _read_across(grid: Grid, lines: Mapping[int, _Line]) -> list[_Card]:
    """Return the cards of a sheet whose tasks stand side by side, a column each."""
    rows = {row: filled for row, filled in lines.items() if len(filled) > 1}
    labels = {row: _read_label(filled[0][1]) for row, filled in rows.items()}
    fields = {label[0] for label in labels.values() if label and label[1]}
    left = {filled[0][0] for filled in rows.values()}
    inner = (_read_label(text) for filled in rows.values() for _, text in filled[1:])
    several = sum(len(filled) > 2 for filled in rows.values())
    answered = fields & _NAMES and fields & _ANSWERS
    named = all(
        label or len(_name(rows[row][0][1])) <= _MOST_LABEL for row, label in labels.items()
    )
    if len(left) != 1 or len(fields) < 3 or not answered or not named:
        return []
    if several < len(rows) - 1 or any(label and label[1] for label in inner):
        return []
    first = left.pop()
    columns = sorted({index for filled in rows.values() for index, _ in filled} - {first})
    above = [((row, c[0][0]), c[0][1]) for row, c in lines.items() if row < min(rows)]
    cards: list[_Card] = []
    for index in columns:
        card = _Card(grid.sheet, [(at, text) for at, text in above] if not cards else [])
        for row, filled in rows.items():
            area = grid.area(row, index)
            text = grid.shown(row, index)
            if text and area.left > first:
                entry = _Entry((row, first), [((row, index), grid.value(area.top, area.left))])
                card.entries[_name(filled[0][1])] = entry
        cards.append(card)
    return cards


class _Reader:
    """One pass over a sheet's rows, row by row: labels, what they name, lines without any."""

    def __init__(self, grid: Grid, label_columns: frozenset[int], prose: bool = False) -> None:
        self.grid = grid
        self.prose = prose  # its rows are lines, so that a value may go on in the next
        self.label_columns = label_columns
        self.cards: list[_Card] = []
        self.above: list[tuple[_Cell | None, str]] = []
        self.begins: str | None = None  # the label with which every card begins
        self.entry: _Entry | None = None  # of the label read last
        self.label = ""
        self.beside: set[str] = set()  # labels that stand left of what they name
        self.over: set[frozenset[str]] = set()  # rows of labels above what they name
        self.kinds: dict[str, tuple[str, bool]] = {}
        self.labelled = [0, 0]  # rows without and with a label that is one beyond doubt
        self.labels = [0, 0]  # labels read: unknown ones, known ones

    def read(self, lines: Mapping[int, _Line]) -> None:
        """Read the rows from above."""
        rows = sorted(lines)
        at = 0
        while at < len(rows):
            row, filled = rows[at], lines[rows[at]]
            below = lines[rows[at + 1]] if at + 1 < len(rows) else ()
            if self._names_below(row, filled, below):
                self._take_below(row, filled, rows[at + 1])
                at += 2
                continue
            self._take_beside(row, filled)
            at += 1

    def are_cards(self) -> bool:
        """Tell whether what was read are cards and not the rows of a table."""
        sure = {field for field, known in self.kinds.values() if known}
        fields = {field for field, _ in self.kinds.values()}
        if not (fields & _ANSWERS and len(self.kinds) >= 3 and len(sure) >= 2):
            return False
        if not fields & _NAMES and not self._are_headed():
            return False
        if self.labels[0] * 2 > self.labels[1] or self.labelled[0] > self.labelled[1]:
            return False
        beside = len(self.beside & {name for name, (_, known) in self.kinds.items() if known})
        stacked = len(self.over) > 1 and len(self.kinds) >= 4 and not self.labelled[0]
        stages = sum(field == "stage" for field, _ in self.kinds.values())
        return beside >= 3 or (beside == 2 and (bool(self.over) or stages > 1)) or stacked

    def _are_headed(self) -> bool:
        """Tell whether a line above each card may name its task."""
        headed = self.grid.sheet.line is not None
        return all(card.above or (headed and n == 0) for n, card in enumerate(self.cards))

    # ------------------------------------------------------------ rows

    def _names_below(self, row: int, filled: _Line, below: _Line) -> bool:
        """Tell whether a row holds labels only, and the next one what they name."""
        labels = [_read_label(text) for _, text in filled]
        if not all(labels) or not any(label and label[1] for label in labels) or not below:
            return False
        if any((label := _read_label(text)) and label[1] for _, text in below):
            return False
        if len(filled) == 1:
            wide = self.grid.area(row, filled[0][0])
            return wide.right > wide.left and len(below) == 1 and below[0][0] == filled[0][0]
        starts = {index for index, _ in filled}
        return {index for index, _ in below} <= starts

    def _take_below(self, row: int, filled: _Line, below: int) -> None:
        self.over.add(frozenset(_name(said) for _, said in filled))
        self.labelled[1] += 1
        for index, text in filled:
            entry = self._begin(row, index, text)
            value = self.grid.value(below, index)
            if not is_blank(value):
                entry.cells.append(((below, index), value))
        self.entry = None

    def _take_beside(self, row: int, filled: _Line) -> None:
        """Read a row of labels with what they name beside them, or what goes on with the last."""
        inline = [(index, found) for index, _ in filled if (found := self._inline(row, index))]
        if inline and len(inline) == len(filled):
            self.labelled[1] += 1
            for index, (label, value) in inline:
                entry = self._begin(row, index, label)
                if value:
                    entry.cells.append(((row, index), value))
                self.beside.add(label)
            self.entry = entry if self.prose else None
            return
        index, text = filled[0]
        asked = self.prose and answers_label(f"{self.label}：", text)  # 6月底前 is no caption
        if self.prose and self.entry and (asked or not self._ends_card(text)):
            self.entry.cells.append(((row, index), text))
            return
        if not self._is_label(index, text) and self.entry and self._goes_on(self.entry, row, index):
            self._go_on(self.entry, row, filled)
            return
        if len(filled) == 1 and not self._stands_by_blank(row, index, text):
            self.entry = None
            self.above.append(((row, index), text))
            return
        if not self._is_label(index, text):
            self.labelled[0] += 1
            self.above += [((row, index), text) for index, text in filled]
            return
        read = [self._is_label(at, said) and _read_label(said) for at, said in filled]
        if len(filled) > 2 or not is_stage(text):
            self.labelled[any(label and label[1] for label in read)] += 1
        name = _name(filled[0][1])
        for index, text in filled:
            if self._is_label(index, text) and not self._is_value(self.entry, row, index):
                self.entry, name = self._begin(row, index, text), _name(text)
            elif self.entry:
                self.beside.add(name)  # labels only may be a header's row
                self.entry.cells.append(((row, index), self.grid.value(row, index)))

    def _ends_card(self, text: str) -> bool:
        """Tell whether a line below a card is none of its last label: a section, a caption."""
        counts = (
            len(squeeze(text)) <= 16 and _COUNT.search(text) and not re.search("[。；，]", text)
        )
        return bool(counts) or section_level(squeeze(text)) >= 0 or is_note(text)

    def _inline(self, row: int, index: int) -> tuple[str, str] | None:
        return _split_inline(self.grid.value(row, index), self.prose)

    def _is_label(self, index: int, text: str) -> bool:
        if index not in self.label_columns:
            return False
        short = len(_name(text)) <= _MOST_LABEL and not re.search(r"[\d，。；、]", text)
        return _read_label(text) is not None or short

    def _is_value(self, entry: _Entry | None, row: int, index: int) -> bool:
        """Tell whether a text that may be a label stands where the last label's value should."""
        if entry is None:
            return False
        label = self.grid.area(*entry.at)
        sure = _read_label(self.grid.text(row, index))
        beside = label.right + 1 == index and not entry.cells and label.top == row
        return beside and not (sure and sure[1])

    def _stands_by_blank(self, row: int, index: int, text: str) -> bool:
        """Tell whether a label stands alone because nothing is written beside it."""
        label = _read_label(text)
        known = label is not None and label[1] and index in self.label_columns
        area = self.grid.area(row, index)
        return known and area.right < self.grid.width and bool(self.cards)

    def _goes_on(self, entry: _Entry, row: int, index: int) -> bool:
        """Tell whether a row is one more of the last label: a merge over it, or a blank."""
        top, left = entry.at
        last = entry.cells[-1][0][0] if entry.cells else top
        return index > left and (self.grid.area(top, left).bottom >= row or row == last + 1)

    def _go_on(self, entry: _Entry, row: int, filled: _Line) -> None:
        if len(filled) > 1 and all(_read_label(text) for _, text in filled):
            return  # the captions of a small table within the card
        entry.cells += [((row, index), self.grid.value(row, index)) for index, _ in filled]

    def _begin(self, row: int, index: int, text: str) -> _Entry:
        """Begin the entry of a label, and a card where the first label of cards comes again."""
        self.label = name = _name(text)
        kind = _read_label(text)
        self.labels[kind is not None] += 1
        if kind:
            self.kinds.setdefault(name, kind)
        if self.begins is None:
            self.begins = name
        here = self.cards[-1].entries if self.cards else {}
        repeats = name in here and kind is not None and kind[0] in ("number", "title")
        if not self.cards or name == self.begins or repeats:
            self.cards.append(_Card(self.grid.sheet, self.above))
            self.above = []
        elif self.above:
            self.cards[-1].above += self.above
            self.above = []
        return self.cards[-1].entries.setdefault(name, _Entry((row, index)))


# ---------------------------------------------------------------- one table of them all


def _tabulate(book: Book, cards: Sequence[_Card], taken: Sequence[Sheet]) -> Cards:
    """Return cards as one table: a header of all labels, then a row a card."""
    fields = {name: _read_label(name) for card in cards for name in card.entries}
    names = list(fields)
    captions = _find_captions(cards)
    untitled = not any(kind and kind[0] == "title" for kind in fields.values())
    headed = untitled and not any(
        kind and kind[0] == "content" and kind[1] for kind in fields.values()
    )
    # A column for numbers, or for the lines between cards that belong to no label.
    numbered = any(kind and kind[0] == "number" for kind in fields.values())
    unnumbered = not numbered and any(card.above for card in cards)
    first = [_NUMBER] * unnumbered + [_TITLE] * headed
    rows: list[tuple[Value, ...]] = []
    origins: dict[_Cell, tuple[str, _Cell]] = {}

    def note(index: int, sheet: Sheet, at: _Cell | None) -> None:
        if at:
            origins[len(rows) + 1, index] = sheet.name, at

    def add_line(card: _Card, at: _Cell | None, text: str) -> None:
        note(1, card.sheet, at)
        rows.append((text,))

    for at, text in cards[0].above:
        # What stands above the first in a document is found with the other titles.
        if at and text not in captions and not (headed and text == _heading(cards[0], captions)):
            add_line(cards[0], at, text)
    for index, name in enumerate(names, len(first) + 1):
        owner = next(card for card in cards if name in card.entries)
        note(index, owner.sheet, owner.entries[name].at)
    rows.append((*first, *names))
    for card in cards:
        heading = _heading(card, captions) if headed else ""
        if card is not cards[0]:
            for at, text in card.above:
                if text not in captions and text != heading:
                    add_line(card, at, text)
        caption = next((text for _, text in card.above if text in captions), "")
        number, name = split_number(heading) if unnumbered else ("", heading)
        number = _COUNT.findall(caption)[-1] if caption else number
        values: list[Value] = [number or None] * unnumbered
        values += [name] * headed
        begins = next(iter(card.entries.values())).at
        for index in range(1, len(first) + 1):
            note(index, card.sheet, begins)
        for index, name in enumerate(names, len(first) + 1):
            entry = card.entries.get(name)
            note(index, card.sheet, entry.cells[0][0] if entry and entry.cells else None)
            values.append(_join(entry) if entry else None)
        rows.append(tuple(values))
    sheet = replace(taken[0], rows=tuple(rows), merges=(), hidden_columns=frozenset())
    return Cards(sheet, frozenset(sheet.name for sheet in taken), origins)


def _join(entry: _Entry) -> Value:
    """Return what stands by a label: a single value as it is, several rows as lines."""
    if len(entry.cells) == 1:
        return entry.cells[0][1]
    lines: dict[int, list[str]] = {}
    for (row, _), value in entry.cells:
        lines.setdefault(row, []).append(tidy(value_text(value)))
    return "\n".join("：".join(texts) for texts in lines.values()) or None


def _find_captions(cards: Sequence[_Card]) -> frozenset[str]:
    """Return the lines that only count the cards: 项目一, 第2号卡."""
    seen: dict[str, set[str]] = {}
    for card in cards:
        for _, text in card.above:
            plain = squeeze(text)
            if len(plain) <= 16 and _COUNT.search(plain) and section_level(plain) < 0:
                seen.setdefault(_COUNT.sub("#", plain), set()).add(text)
    repeated = (texts for texts in seen.values() if len(texts) > 1)
    alone = (text for texts in seen.values() for text in texts if _CAPTION.fullmatch(squeeze(text)))
    return frozenset((*(text for texts in repeated for text in texts), *alone))


def _heading(card: _Card, captions: frozenset[str]) -> str:
    """Return the line nearest above a card, which names its task."""
    texts = [text for _, text in card.above if text not in captions and not is_note(text)]
    return texts[-1] if texts else ""
