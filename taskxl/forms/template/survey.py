"""What is drawn where: the placeholders of a template, its prototype rows, and its faults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from taskxl.findings import Finding, Rule, rule
from taskxl.forms.template.placeholders import BLOCKS, GROUP, explain_fault, find_words, item_text
from taskxl.forms.template.row_following import read_merges
from taskxl.forms.template.sheets import cell_item
from taskxl.ooxml.references import LAST_ROW, Zone
from taskxl.xml import local

F501 = rule(
    "F501",
    "模板里的占位符看不懂",
    "error",
    what="模板（附件2.xlsx）的单元格、页眉或页脚里写了程序不认识的占位符，或花括号没有写完整。",
    why="看不懂的占位符填不进内容，会原样印在下发的表上。",
    cure="按提示改成正确的写法，例如 {{标题}}、{{任务.名称}}；不需要的请整个删掉。",
)
F502 = rule(
    "F502",
    "模板里的样板行不对",
    "error",
    what="模板里缺任务的样板行，或同一种样板行有两处，或样板行与别的行合并在一起。",
    why="程序按样板行逐项生成任务行，样板行只能有一行，而且要独立成行。",
    cure="每种只留一行：任务的样板行写 {{任务.编号}}、{{任务.名称}} 等，各占一个单元格。",
)
F503 = rule(
    "F503",
    "占位符写在不能填的地方",
    "error",
    what="占位符写在公式、条件格式、输入提示、超链接、名称、文本框、批注、套用了表格格式的表头或工作表名称里。",
    why="程序只填单元格、页眉和页脚，其余部分原样保留，占位符会原样留在表上。",
    cure="把占位符移到单元格、页眉或页脚里。",
)
F504 = rule(
    "F504",
    "模板没有标识列",
    "info",
    what="样板行里没有 {{任务.标识}}（节点表为 {{节点.标识}}）。",
    why="有了这一列（可以隐藏），填报人挪动、增减行以后，程序仍能准确认出每一行是哪项任务。",
    cure="在表的最右边加一列，表头写“标识”，样板行写 {{任务.标识}}，然后把这一列隐藏。",
)

# Below it nothing may stand that would have to move: room for more records than a bureau has.
_LAST_MOVING = LAST_ROW - 10_000
_SETTINGS = {
    "dataValidation": "下拉选项或输入提示",
    "conditionalFormatting": "条件格式",
    "hyperlink": "超链接",
}


@dataclass(slots=True)
class Survey:
    """What was found: zones by sheet from top to bottom, sheets with placeholders, faults."""

    file: str
    zones: dict[str, list[Zone]] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)
    faults: list[Finding] = field(default_factory=list)

    def report(self, fault: Rule, message: str, sheet: str | None, cell: str | None = None) -> None:
        """Add a fault."""
        self.faults.append(fault.found(message, file=self.file, sheet=sheet, cell=cell))


def survey_sheets(
    file: str, sheets: Mapping[str, etree._Element], strings: Sequence[etree._Element]
) -> Survey:
    """Look through the sheets of a template, given by name; `number_cells` has been called."""
    found = Survey(file)
    prototypes: dict[str, tuple[str, str]] = {}  # block → sheet and cell
    for sheet, root in sheets.items():
        rows: dict[int, dict[str, str]] = {}  # row → block → its first cell
        groups: dict[int, str] = {}
        words: set[str] = set()
        for cell in root.iterfind("{*}sheetData/{*}row/{*}c"):
            name = cell.get("r") or ""
            _check_formula(found, sheet, cell)
            item = cell_item(cell, strings)
            text = "" if item is None else item_text(item)
            fault = explain_fault(text)
            if fault:
                found.report(F501, fault, sheet, name)
            row = int("".join(c for c in name if c.isdigit()) or 0)
            for word in find_words(text):
                found.filled.add(sheet)
                words.add(word)
                block = word.partition(".")[0]
                if word == GROUP:
                    groups.setdefault(row, name)
                elif block in BLOCKS:
                    rows.setdefault(row, {}).setdefault(block, name)
        _check_headers(found, sheet, root)
        _check_settings(found, sheet, root)
        if find_words(sheet):
            message = "工作表名称里的占位符填不了。请把工作表改成固定的名称。"
            found.report(F503, message, sheet)
        zones = _find_zones(found, sheet, rows, groups, prototypes)
        if zones:
            found.zones[sheet] = zones
            _check_merges(found, sheet, root, zones)
            _check_room(found, sheet, root, zones)
        for zone in zones:
            if f"{zone.block}.标识" not in words and zone.block != "协办":
                message = (
                    f"样板行里没有 {{{{{zone.block}.标识}}}}，行被挪动后只能按编号和名称辨认。"
                )
                place = f"A{zone.item}"
                found.report(F504, message, sheet, place)
    if "任务" not in prototypes:
        message = (
            "没有任务的样板行。请在表头下面留一行，写上 {{任务.编号}}、{{任务.名称}} 等占位符。"
        )
        first = next(iter(sheets), None)
        found.report(F502, message, first, "A1")
    return found


def _find_zones(
    found: Survey,
    sheet: str,
    rows: Mapping[int, Mapping[str, str]],
    groups: Mapping[int, str],
    prototypes: dict[str, tuple[str, str]],
) -> list[Zone]:
    zones = []
    for row, blocks in sorted(rows.items()):
        if len(blocks) > 1 or row in groups:
            names = "、".join([*blocks, *(["分组"] if row in groups else [])])
            message = f"一行里写了几种样板（{names}）。请一种样板占一行。"
            cell = list(blocks.values())[-1]
            found.report(F502, message, sheet, cell)
            prototypes |= {block: (sheet, first) for block, first in blocks.items()}
            continue
        ((block, cell),) = blocks.items()
        if block in prototypes:
            other = "〔{}〕{}".format(*prototypes[block])
            message = f"“{block}”的样板行有两处，另一处在{other}。请只留一行。"
            found.report(F502, message, sheet, cell)
            continue
        prototypes[block] = (sheet, cell)
        zones.append(Zone(block, row, row - 1 if row - 1 in groups else None))
    used = {zone.group for zone in zones}
    for row, cell in groups.items():
        if row not in used and row not in rows:
            message = (
                f"{{{{{GROUP}}}}} 所在的分组行下面不是样板行。请把分组行放在紧挨样板行的上一行。"
            )
            found.report(F502, message, sheet, cell)
    return zones


def _check_merges(found: Survey, sheet: str, root: etree._Element, zones: Sequence[Zone]) -> None:
    for merge in read_merges(root):
        for zone in zones:
            inside = [row for row in (merge.top, merge.bottom) if zone.top <= row <= zone.item]
            if inside and merge.top != merge.bottom:
                message = "样板行与上下行合并了单元格。请取消跨行的合并，只合并同一行里的单元格。"
                place = f"{merge.left}{merge.top}"
                found.report(F502, message, sheet, place)
                break


def _check_room(found: Survey, sheet: str, root: etree._Element, zones: Sequence[Zone]) -> None:
    """Find what has no room to move down; blank rows at the sheet's end give way, as in Excel."""
    for row in list(root.iterfind("{*}sheetData/{*}row")):
        number = int(row.get("r", "0"))
        if number <= _LAST_MOVING:
            continue
        full = next((cell for cell in row if len(cell)), None)
        parent = row.getparent()
        if full is not None:
            message = (
                f"第 {number} 行太靠近表的末尾，样板行生成的行没有地方放。"
                "请把这一行的内容移到上面。"
            )
            found.report(F502, message, sheet, full.get("r"))
            break
        if parent is not None and number not in {zone.item for zone in zones}:
            parent.remove(row)


def _check_settings(found: Survey, sheet: str, root: etree._Element) -> None:
    """Find placeholders in what belongs to a cell without being its text."""
    for owner in root.iter():
        what = _SETTINGS.get(local(owner))
        if what is None:
            continue
        inside = list(owner.iter())
        texts = [
            text or "" for element in inside for text in (element.text, *element.attrib.values())
        ]
        word = next((word for text in texts for word in find_words(str(text))), None)
        if word is not None:
            areas = [owner.get("sqref") or owner.get("ref") or ""]
            areas += [element.text or "" for element in inside if local(element) == "sqref"]
            cell = " ".join(areas).split()[0].partition(":")[0]
            message = f"{what}里的占位符 {{{{{word}}}}} 填不了。请把它移到单元格、页眉或页脚里。"
            found.report(F503, message, sheet, cell)


def _check_formula(found: Survey, sheet: str, cell: etree._Element) -> None:
    formula = next((child.text or "" for child in cell if local(child) == "f"), "")
    if find_words(formula):
        word = find_words(formula)[0]
        message = (
            f"公式里的占位符 {{{{{word}}}}} 不会被填写。请把它单独放在一个单元格里，由公式引用。"
        )
        found.report(F503, message, sheet, cell.get("r"))


def _check_headers(found: Survey, sheet: str, root: etree._Element) -> None:
    for part in root.iterfind("{*}headerFooter/*"):
        text = part.text or ""
        place = "页脚" if "Footer" in local(part) else "页眉"
        fault = explain_fault(text)
        repeating = [word for word in find_words(text) if "." in word]
        if fault is None and repeating:
            fault = (
                f"占位符 {{{{{repeating[0]}}}}} 逐行不同，不能放在这里。请换成 {{{{标题}}}} 之类。"
            )
        if fault:
            message = f"{place}：{fault}"
            found.report(F501, message, sheet)
        if find_words(text):
            found.filled.add(sheet)
