"""Which captions of a drawing could not be read, should the marks of a form be lost."""

from collections.abc import Iterator

from taskxl.a1 import cell_name
from taskxl.findings import Finding, rule
from taskxl.forms.identity import Identity, Layout
from taskxl.forms.returned.columns import find_tables
from taskxl.forms.returned.drawn import DrawnTable, head_field, read_drawing
from taskxl.forms.returned.head_lines import split_labels
from taskxl.intake.grids import Sheet
from taskxl.text import quote, show
from taskxl.words import FIELD_NAMES

F505 = rule(
    "F505",
    "表头只有靠标识才认得出",
    "info",
    what="模板里某一栏的栏名（或填报人等的标签）不是程序认得的说法，或者没有栏名。",
    why="下发的表里带着标识，照样读得准；但股室若把内容另抄到一张新表里，标识就没有了，"
    "那时只能按栏名辨认。",
    cure="可以不改；想更稳妥，请用提示里的说法作栏名，样子、次序不受影响。",
)
_NAMES = FIELD_NAMES | {
    "content": "主要内容和关键时间节点计划",
    "obstacles": "存在问题和下一步工作计划",
    "responsible": "责任股室",
    "milestone": "节点",
    "state": "完成情况",
    "done_on": "完成日期",
    "note": "说明",
    "title": "项目名称",
    "office": "填报股室",
    "reporter": "填报人",
    "reported_on": "填报日期",
}
# Without these a row still finds its task and its answers.
_NOT_NEEDED = frozenset(("id", "responsible", "due", "number", "content"))


def check_headings(layout: Layout, name: str = "附件2.xlsx") -> Iterator[Finding]:
    """Yield one finding for each column and head line of a drawing that only its marks tell."""
    drawing = read_drawing([Identity("", "", "", layout=layout)])
    for sheet, tables in drawing.tables.items():
        for table in tables:
            if table.is_answered:
                yield from _check_table(name, sheet, table)
    for cell in drawing.cells:
        field = head_field(cell)
        if field is None or field == "reported_on":
            continue
        if not split_labels(cell.label):
            called = f"左边写的是{quote(cell.label, 20)}" if cell.label else "左边没有标签"
            yield F505.found(
                f"这一格填{_NAMES[field]}，{called}，标识丢失后认不出。"
                f"建议在左边写“{_NAMES[field]}：”。",
                file=name,
                sheet=cell.sheet,
                cell=cell.cell,
            )


def _check_table(name: str, sheet: str, table: DrawnTable) -> Iterator[Finding]:
    captions = {field: caption for caption, field in table.captions.items()}
    widest = max(table.places.values())
    row: list[str | None] = [None] * widest
    for field, place in table.places.items():
        row[place - 1] = captions.get(field)
    found = next(iter(find_tables(Sheet(sheet, (tuple(row),)))), None)
    read: dict[str, tuple[int, ...]] = {}
    if found and found.kind == table.kind:
        read = {one: at for one, at in found.columns.items() if one not in found.placed}
    for field, place in table.places.items():
        if field in _NOT_NEEDED or place in read.get(field, ()):
            continue
        caption = captions.get(field)
        called = f"叫{quote(show(caption), 20)}" if caption else "没有自己的栏名"
        yield F505.found(
            f"{_NAMES[field]}这一栏{called}，标识丢失后认不出。建议栏名写“{_NAMES[field]}”。",
            file=name,
            sheet=sheet,
            cell=cell_name(1, place).rstrip("1"),
        )
