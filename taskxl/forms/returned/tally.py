"""The account of a returned book: which cells are accounted for, and what is left over."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Literal

from taskxl.a1 import cell_name
from taskxl.findings import Finding, rule
from taskxl.forms.returned.catalog import Catalog
from taskxl.intake.grids import Book, Note, Sheet, Value, value_text
from taskxl.model import Attached, Unplaced, Wording
from taskxl.text import is_blank, quote, show, squeeze
from taskxl.words import FORM_LABELS

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

BEYOND = rule(
    "E312",
    "清单以外的工作",
    "info",
    what="股室在“清单以外的其他工作”下面写了内容。",
    why="表上请股室写，股室写了，没有什么要改的；只是汇总表里没有它的位置，列在“未归位内容”里。",
    cure="请看“未归位内容”；要列入清单的，请在主清单里增加任务。",
    listed_in="unplaced",
)

PICTURES = rule(
    "E309",
    "有图片或嵌入的文件",
    "info",
    what="表里有图片（签名、盖章、截图）或嵌入的文件，它们里面的字程序读不出来。",
    why="签名、盖章和写在图片里的内容都算数，不能当作空白；但只有人看得见。",
    cure="请打开原件看一看；要汇总的文字，请股室直接写在单元格里。",
)

FROM_PDF = rule(
    "E311",
    "读自 PDF",
    "info",
    what="股室发来的是 PDF，填报内容是按版面认出来的。",
    why="PDF 不记录单元格和换行，认出来的字可能接错、漏字。",
    cure="请把这一项与原件核对；最好请股室发回填好的 Excel 表。",
    partial="有 {} 项读自 PDF，请核对原件",
)
STRUCK = rule(
    "E310",
    "有划掉或隐藏的字",
    "info",
    what="填报的文字带删除线，或在 Word 里设成了隐藏。",
    why="可能是股室不要了的话，也可能只是格式带错了；程序不替它删，照写了的算。",
    cure="请与股室核实；作废的请在汇总里改掉。",
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


_WHAT = {"picture": "图片", "file": "嵌入的文件"}


def find_attached(book: Book, file: str, own: Set[str]) -> tuple[Attached, ...]:
    """Return the pictures and files in a book; `own` are the digests of the form's own pictures."""
    found = [
        Attached(
            file,
            sheet.name or None,
            one.cell,
            "单元格里的图片" if one.inside else _WHAT[one.kind],
            one.last,
        )
        for sheet in book.sheets
        for one in sheet.embedded
        if one.digest not in own or not one.digest
    ]
    found += [Attached(file, None, one.cell, _WHAT[one.kind], one.last) for one in book.embedded]
    return tuple(dict.fromkeys(found))


def tell_attached(attached: Iterable[Attached], office: str | None) -> Iterator[Finding]:
    """Yield one finding a sheet that names its pictures and files."""
    sheets: dict[str | None, list[Attached]] = {}
    for one in attached:
        sheets.setdefault(one.sheet, []).append(one)
    for sheet, several in sheets.items():
        inside = [one.cell for one in several if one.what == "单元格里的图片"]
        where = _name_cells(one.cell for one in several)
        kinds = "和".join(dict.fromkeys(one.what for one in several))
        verb = f"{where} 单元格里是图片" if len(inside) == len(several) else f"{where}有{kinds}"
        yield PICTURES.found(
            f"{verb}，共 {len(several)} 处，里面的字程序读不出。请看原件。",
            office=office,
            file=several[0].file,
            sheet=sheet,
            cell=several[0].cell,
        )


_LABELS = sorted((word for words in FORM_LABELS.values() for word in words), key=len, reverse=True)
_RUN_TOGETHER = re.compile(rf"(?<=[^\s,，;；、|])(?=(?:{'|'.join(_LABELS)})[:：])")
_DAY_RUN_ON = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{1,2}月\d{1,2}日)(?=[^\s\d日])")


def part_run_together(line: str) -> str:
    """Return a line of a PDF, in which the cells of a row run together, parted at its labels.

    >>> part_run_together("填报股室：基教股填报人：王五填报日期：2021-04-22灰底不用改")
    '填报股室：基教股 填报人：王五 填报日期：2021-04-22 灰底不用改'
    """
    return _DAY_RUN_ON.sub(r"\1 ", _RUN_TOGETHER.sub(" ", line))


def lay_out_sheets(book: Book) -> tuple[Sheet, ...]:
    """Return the sheets of a book, and its paragraphs (if any) as one more, a line a row."""
    lines = (*book.lines, *book.edges)
    if not lines:
        return book.sheets
    rows: list[tuple[Value, ...]] = [()] * max(line.number for line in lines)
    for line in lines:
        text = f"{line.label}{line.text}"
        rows[line.number - 1] = (part_run_together(text) if book.kind == "pdf" else text,)
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
    read_notes: set[tuple[int, Note]] = field(default_factory=set)
    """Notes (by the sheet's place) of which every word is understood."""
    moved: dict[int, Mapping[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    """Of sheets that were laid out anew, where each cell stands in the file."""
    wordings: list[Wording] = field(default_factory=list)
    """What was said in other words than those that stand for it."""

    def replace_sheet(
        self, index: int, sheet: Sheet, places: Mapping[tuple[int, int], tuple[int, int]]
    ) -> None:
        """Read a sheet as it was laid out anew; what it says keeps its places in the file."""
        self.sheets = (*self.sheets[:index], sheet, *self.sheets[index + 1 :])
        self.moved[index] = places

    def place(self, sheet: int, row: int, column: int) -> tuple[int, int]:
        """Return where a cell stands in the file."""
        return self.moved.get(sheet, {}).get((row, column), (row, column))

    def cell(self, sheet: int, row: int, column: int) -> str:
        """Return a cell's A1 name in the file; "" in a document's paragraphs."""
        if self.sheets[sheet].name == LINES:
            return ""
        return cell_name(*self.place(sheet, row, column))

    def take(self, sheet: int, row: int, column: int) -> None:
        """Mark a cell as accounted for."""
        self.taken.add((sheet, row, column))

    def record_wording(self, wording: Wording, sheet: int, row: int, column: int) -> None:
        """Record what an office said in other words than those that stand for it; with its cell."""
        if squeeze(wording.said) != squeeze(wording.taken):
            name, cell = self.sheets[sheet].name, self.cell(sheet, row, column)
            self.wordings.append(
                replace(wording, file=self.file, sheet=name or None, cell=cell or None)
            )

    def keep(self, why: Why, sheet: int, row: int, column: int, text: str | None = None) -> None:
        """Put a cell's text (or `text`, a part of it) among what is left over."""
        self.take(sheet, row, column)
        if text is None:
            text = self.sheets[sheet].text(row, column)
        if not is_blank(text):
            name = self.sheets[sheet].name
            cell = self.cell(sheet, row, column) or None
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
                is_number = isinstance(value, int | float) or text.strip().isdecimal()
                if is_number and self._is_count(catalog, sheet, row, column):
                    continue
                known = catalog.is_form_text(text) or catalog.is_title(text)
                if sheet.name == LINES and not known:
                    known = catalog.is_run_together(text)
                if text and not known:
                    area = sheet.merge_at(row, column)
                    hidden = area is not None and (area.top, area.left) != (row, column)
                    why = "merged" if hidden else why_of.get((index, row), "text")
                    self.keep(why, index, row, column)
            for note in sheet.notes:
                if (index, note) in self.read_notes:
                    continue
                if not is_blank(note.text) and not catalog.is_form_text(note.text):
                    kept = Unplaced(self.file, sheet.name or None, note.cell, note.text.strip())
                    self.left.append(((index, len(sheet.rows) + 1, 0), "note", kept))

    @staticmethod
    def _is_count(catalog: Catalog, sheet: Sheet, row: int, column: int) -> bool:
        """Tell whether a number is one the form counts itself: it stands beside its own caption."""
        return column > 1 and catalog.is_fixed_text(sheet.text(row, column - 1))

    def tell_struck(self, catalog: Catalog, office: str | None) -> Iterator[Finding]:
        """Yield one finding for each sheet in which words are struck out or hidden."""
        for index, sheet in enumerate(self.sheets):
            cells = [
                (row, column)
                for row, column in sorted(sheet.struck)
                if (text := sheet.text(row, column)) and not catalog.is_form_text(text)
            ]
            if cells:
                names = _name_cells(self.cell(index, *cell) for cell in cells)
                sample = quote(sheet.text(*cells[0]), 20)
                yield STRUCK.found(
                    f"{names} 有划掉（删除线）或隐藏的字，如{sample}，仍按写了计。请核实是否作废。",
                    office=office,
                    file=self.file,
                    sheet=sheet.name or None,
                    cell=self.cell(index, *cells[0]) or None,
                )

    def explain_rest(self, office: str | None) -> tuple[Finding, ...]:
        """Return one finding per sheet and reason for what is left over."""
        groups: dict[tuple[str | None, Why], list[Unplaced]] = {}
        for _, why, kept in sorted(self.left, key=lambda item: item[0]):
            if why in _WHY:
                groups.setdefault((kept.sheet, why), []).append(kept)
        return tuple(
            (BEYOND if why == "beyond" else NO_PLACE).found(
                _explain(why, kept),
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
    if why == "beyond":
        return f"{where}，共 {len(kept)} 处，如“{sample}”。已原样列入“未归位内容”。"
    return (
        f"{where}，共 {len(kept)} 处，如“{sample}”。已原样列入“未归位内容”，"
        "请核对要不要并入某项任务。"
    )


def _name_cells(cells: Iterable[str | None]) -> str:
    named = list(dict.fromkeys(cell for cell in cells if cell))
    more = f" 等 {len(named)} 格" if len(named) > _CELLS_NAMED else ""
    return "、".join(named[:_CELLS_NAMED]) + more
