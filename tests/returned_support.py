"""Forms as they come back: a small list, its forms as grids, and the edits clerks make to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from taskxl.forms.identity import PROPERTY, SHEET, Identity
from taskxl.forms.issue import Form, compose_form
from taskxl.forms.returned.reader import Expected, read_return
from taskxl.intake.grids import Area, Book, Note, Sheet, Value
from taskxl.model import (
    MasterList,
    Milestone,
    Office,
    Period,
    Return,
    Settings,
    Task,
    Unplaced,
    with_ids,
)

BUREAU = "云溪县教育局"
PERIOD = Period(2021, 4)
MAIN, MILESTONES = "进展情况表", "节点完成情况"
HEADER = (
    *("编号", "项目名称", "主要内容和关键时间节点计划", "责任股室", "进度状态", "进展情况"),
    *("存在问题和下一步工作计划", "备注", "标识"),
)
ANSWER_COLUMNS = (4, 5, 6, 7)
WORDS = ("编号", "名称", "计划", "股室", "状态", "进展", "问题", "备注", "标识")
MILESTONE_HEADER = (
    *("编号", "项目名称", "节点", "完成时限", "完成情况", "完成日期", "说明", "标识"),
)
MILESTONE_WORDS = ("编号", "名称", "内容", "时限", "状态", "完成日期", "说明", "标识")


def _task(number: str, title: str, leader: str, offices: str, *due: tuple[int, int]) -> Task:
    lead, *supporting = offices.split()
    steps = tuple(
        Milestone(
            f"{'一二三'[n]}是{month}月{day}日前完成{title[2:6]}第{n + 1}步。",
            date(2021, month, day),
        )
        for n, (month, day) in enumerate(due)
    )
    content = f"围绕{title}，健全制度，明确责任。\n关键节点："
    return Task(number, title, None, leader, content, (lead,), tuple(supporting), milestones=steps)


MASTER = MasterList(
    f"{BUREAU}2021年重点工作任务一览表",
    with_ids(
        (
            _task("1", "加强校园安全管理", "王立", "办公室 基教股", (3, 31), (11, 30)),
            _task("2", "推进机关作风建设", "王立", "办公室", (4, 20)),
            _task("3", "完善公文流转制度", "王立", "办公室", (12, 15)),
            _task("4", "推进集团化办学", "赵明", "基教股 计财股", (4, 30), (9, 30)),
            _task("5", "提升课后服务质量", "赵明", "基教股", (3, 31)),
            _task("6", "新建城南小学（一期）", "赵明", "计财股", (4, 15)),
            _task("7", "新建城南小学（二期）", "赵明", "计财股 办公室", (10, 31)),
        )
    ),
    (Office("办公室", ("局办",)), Office("基教股", ("基础教育股",)), Office("计财股")),
    Settings(BUREAU, 2021),
)
EXPECTED = Expected(MASTER, PERIOD, frozenset({"附件2", "保持表头不变,逐项填写。"}))


@dataclass
class Draft:
    """A workbook that is still being edited: cells as lists, one list a row."""

    sheets: dict[str, list[list[Value]]]
    identity: Identity | None = None
    in_property: bool = True
    in_sheet: bool = True
    merges: dict[str, list[Area]] = field(default_factory=dict)
    notes: dict[str, list[Note]] = field(default_factory=dict)
    hidden_rows: dict[str, set[int]] = field(default_factory=dict)
    others: list[Identity] = field(default_factory=list)

    def at(self, sheet: str, text: str) -> tuple[int, int]:
        """Return the place (from 0) of the first cell with that text."""
        for r, row in enumerate(self.sheets[sheet]):
            for c, value in enumerate(row):
                if value == text:
                    return r, c
        raise AssertionError(f"no cell {text}")

    def put(self, title: str, column: str, value: Value, sheet: str = MAIN) -> None:
        """Write a value into the row with a title, under a header."""
        self.sheets[sheet][self.at(sheet, title)[0]][self.at(sheet, column)[1]] = value

    def book(self) -> Book:
        """Return the workbook as a reader gives it."""
        sheets = [
            Sheet(
                name,
                tuple(tuple(row) for row in rows),
                tuple(self.merges.get(name, ())),
                hidden_rows=frozenset(self.hidden_rows.get(name, ())),
                notes=tuple(self.notes.get(name, ())),
            )
            for name, rows in self.sheets.items()
        ]
        hidden = [self.identity] if self.identity and self.in_sheet else []
        for n, identity in enumerate([*hidden, *self.others]):
            table = tuple(tuple[Value, ...](row) for row in identity.to_table())
            name = SHEET if n == 0 else f"{SHEET} ({n + 1})"
            sheets.append(Sheet(name, table, state="very hidden"))
        marked = self.identity if self.in_property else None
        properties = {PROPERTY: marked.to_property()} if marked else {}
        return Book("表.xlsx", "xlsx", tuple(sheets), properties=properties)

    def read(self, expected: Expected = EXPECTED) -> Return:
        """Read the workbook as a return."""
        return read_return(expected, self.book(), "回来的表.xlsx")


def compose(office: str = "办公室", month: int = 4, master: MasterList = MASTER) -> Form:
    """Return the form of an office."""
    return compose_form(master, office, Period(2021, month), date(2021, month, 25))


def draft_form(office: str = "办公室", month: int = 4, master: MasterList = MASTER) -> Draft:
    """Return a form as issued, as a draft to fill and to spoil."""
    form = compose(office, month, master)
    main: list[list[Value]] = [
        ["附件2"],
        [form.values["标题"]],
        [f"填报股室：{office}", None, None, "填报人：", None, "填报日期：", None],
        ["保持表头不变，逐项填写。", None, None, None, None, "分管负责同志审定：", None],
        list(HEADER),
        *([record[word] or None for word in WORDS] for record in form.blocks["任务"]),
    ]
    milestones: list[list[Value]] = [
        [f"关键时间节点完成情况（{form.values['报告期']}）"],
        [f"填报股室：{office}"],
        list(MILESTONE_HEADER),
        *([record.get(word) or None for word in MILESTONE_WORDS] for record in form.blocks["节点"]),
    ]
    return Draft({MAIN: main, MILESTONES: milestones}, form.identity)


def fill_form(
    office: str = "办公室",
    month: int = 4,
    token: Callable[[str], str] = lambda place: f"填写{place}",
) -> Draft:
    """Return a form filled in; `token` makes the text for a place such as `1进展`."""
    draft = draft_form(office, month)
    main = draft.sheets[MAIN]
    main[2][4], main[2][6], main[3][6] = token("填报人"), "2021-4-22", token("审定")
    for row in main[5:]:
        row[4] = "正常推进"
        for column in ANSWER_COLUMNS[1:]:
            row[column] = token(f"{row[8]}{WORDS[column]}")
    for row in draft.sheets[MILESTONES][3:]:
        if row[7]:
            row[4], row[5], row[6] = "未完成", "4.20", token(f"{row[7]}说明")
    return draft


def join(*drafts: Draft, suffixes: Sequence[str] = ("", " (2)", " (3)")) -> Draft:
    """Return one workbook with the sheets of several; the first one's property stays."""
    sheets = {
        name + suffix: rows
        for draft, suffix in zip(drafts, suffixes, strict=False)
        for name, rows in draft.sheets.items()
    }
    first, *rest = drafts
    return replace(first, sheets=sheets, others=[d.identity for d in rest if d.identity])


def codes(ret: Return) -> list[str]:
    """Return the codes of a return's findings, sorted."""
    return sorted(finding.code for finding in ret.findings)


def texts(unplaced: Sequence[Unplaced]) -> list[str]:
    """Return the texts of what is left over."""
    return [item.text for item in unplaced]


def kept_texts(ret: Return) -> list[str]:
    """Return every text that a return's reading holds, wherever it put it."""
    held = texts(ret.unplaced)
    for form in ret.submissions:
        held += [form.reporter, form.approval, str(form.reported_on)]
        for entry in form.entries:
            held += [entry.status, entry.progress, entry.obstacles, entry.remarks]
        for milestone in form.milestones:
            held += [milestone.state, milestone.done_text, milestone.note]
        held += [change.now for change in form.altered]
    return held
