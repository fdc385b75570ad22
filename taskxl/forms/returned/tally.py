"""The account of a returned book: which cells are accounted for, and what is left over."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from taskxl.a1 import cell_name
from taskxl.findings import Finding, rule
from taskxl.forms.returned.catalog import Catalog
from taskxl.intake.grids import Book, Sheet, Value, value_text
from taskxl.model import Unplaced
from taskxl.text import is_blank, show

NO_PLACE = rule(
    "E303",
    "没有归处的内容",
    "warning",
    what="股室写了字，但不在任何一项任务的填报栏里：多出来的行或列、表外的说明、批注、文本框、别的工作表。",
    why="汇总表没有地方放它，但一个字也不能丢，所以列在“未归位内容”里。",
    cure="请看“未归位内容”，需要的请移到相应任务；或请股室写进填报栏后重发。",
    mark=("progress", "另有内容"),
    follows_cell=True,
    listed_in="unplaced",
    mender="office",
    said_to_office="这里写的内容没有对应的任务或栏目。属于某项任务的，请移到它的填报栏里。",
    partial="有 {} 处文字列在未归位内容",
)

Why = Literal[
    "row",
    "other",
    "dropped",
    "beyond",
    "column",
    "merged",
    "duplicate",
    "note",
    "table",
    "text",
    "reported",
]
_WHY: dict[Why, str] = {
    "row": "{cells} 所在的行对不上下发的任何一项任务",
    "other": "{cells} 所在的行是清单里别的股室的任务",
    "dropped": "{cells} 所在的行是下发过、主清单里现在没有的任务",
    "beyond": "{cells} 是清单以外的工作",
    "column": "{cells} 在填报栏以外的列里",
    "merged": "{cells} 被合并单元格盖住，看不见但还有内容",
    "duplicate": "{cells} 是同一任务的另一行，内容与采用的一行不同",
    "note": "有批注、文本框或页眉页脚写了内容{at}",
    "table": "{cells} 所在的表没有采用",
    "text": "{cells} 的文字在表格以外",
}
_CELLS_NAMED = 8
LINES = ""  # the name under which a document's paragraphs are taken as a sheet


def lay_out_sheets(book: Book) -> tuple[Sheet, ...]:
    """Return the sheets of a book, and its paragraphs (if any) as one more, a line a row."""
    if not book.lines:
        return book.sheets
    rows: list[tuple[Value, ...]] = [()] * max(line.number for line in book.lines)
    for line in book.lines:
        rows[line.number - 1] = (f"{line.label}{line.text}",)
    return (*book.sheets, Sheet(LINES, tuple(rows)))


@dataclass(slots=True)
class Tally:
    """What has been taken from a book so far; sheets by their place, cells from 1.

    Whatever is not `take`n and is not the form's own text ends in `unplaced`.
    """

    file: str
    sheets: tuple[Sheet, ...]
    taken: set[tuple[int, int, int]] = field(default_factory=set)
    left: list[tuple[tuple[int, int, int], Why, Unplaced]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def take(self, sheet: int, row: int, column: int) -> None:
        """Mark a cell as accounted for."""
        self.taken.add((sheet, row, column))

    def keep(self, why: Why, sheet: int, row: int, column: int, text: str | None = None) -> None:
        """Put a cell's text (or `text`, a part of it) among what is left over."""
        self.take(sheet, row, column)
        if text is None:
            text = self.sheets[sheet].text(row, column)
        if not is_blank(text):
            name = self.sheets[sheet].name
            cell = cell_name(row, column) if name != LINES else None
            kept = Unplaced(self.file, name or None, cell, text.strip())
            self.left.append(((sheet, row, column), why, kept))

    def keep_rest(self, catalog: Catalog, why_of: "dict[tuple[int, int], Why]") -> None:
        """Put every cell that nobody took among what is left over, save the form's own texts.

        `why_of` gives, by (sheet, row), why the rest of a row has no place.
        """
        for index, sheet in enumerate(self.sheets):
            for row, column, value in sheet.cells():
                if (index, row, column) in self.taken or is_blank(value):
                    continue
                text = value_text(value)
                if isinstance(value, int | float) and self._is_count(catalog, sheet, row, column):
                    continue
                if text and not catalog.is_form_text(text) and not catalog.is_title(text):
                    area = sheet.merge_at(row, column)
                    hidden = area is not None and (area.top, area.left) != (row, column)
                    why = "merged" if hidden else why_of.get((index, row), "text")
                    self.keep(why, index, row, column)
            for note in sheet.notes:
                if not is_blank(note.text) and not catalog.is_form_text(note.text):
                    kept = Unplaced(self.file, sheet.name or None, note.cell, note.text.strip())
                    self.left.append(((index, len(sheet.rows) + 1, 0), "note", kept))

    @staticmethod
    def _is_count(catalog: Catalog, sheet: Sheet, row: int, column: int) -> bool:
        """Tell whether a number is one the form counts itself: it stands beside its own caption."""
        return column > 1 and catalog.is_fixed_text(sheet.text(row, column - 1))

    def explain_rest(self, office: str | None) -> tuple[Finding, ...]:
        """Return one finding per sheet and reason for what is left over."""
        groups: dict[tuple[str | None, Why], list[Unplaced]] = {}
        for _, why, kept in sorted(self.left, key=lambda item: item[0]):
            if why in _WHY:
                groups.setdefault((kept.sheet, why), []).append(kept)
        return tuple(
            NO_PLACE.found(
                _explain(why, kept),
                severity="info" if why == "beyond" else None,
                office=office,
                file=self.file,
                sheet=sheet,
                cell=kept[0].cell,
            )
            for (sheet, why), kept in groups.items()
        )

    @property
    def unplaced(self) -> tuple[Unplaced, ...]:
        """What is left over, each text once, in the order of the book."""
        return tuple(
            dict.fromkeys(kept for *_, kept in sorted(self.left, key=lambda item: item[0]))
        )


def _explain(why: Why, kept: list[Unplaced]) -> str:
    cells = _name_cells(item.cell for item in kept)
    where = _WHY[why].format(cells=cells or "正文", at=f"（{cells}）" if cells else "")
    sample = show(kept[0].text, 24)
    return (
        f"{where}，共 {len(kept)} 处，如“{sample}”。已原样列入“未归位内容”，"
        "请核对要不要并入某项任务。"
    )


def _name_cells(cells: Iterable[str | None]) -> str:
    named = list(dict.fromkeys(cell for cell in cells if cell))
    more = f" 等 {len(named)} 格" if len(named) > _CELLS_NAMED else ""
    return "、".join(named[:_CELLS_NAMED]) + more
