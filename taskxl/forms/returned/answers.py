"""A row of a returned form: the office's answers, and what became of its fixed texts."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from taskxl.dates import find_impossible, read_date
from taskxl.findings import Finding, rule
from taskxl.forms.identity import Block, RowMark, digest_text
from taskxl.forms.issue import PREVIOUS_OBSTACLES, PREVIOUS_PROGRESS, strip_mark
from taskxl.forms.returned.catalog import Catalog
from taskxl.forms.returned.columns import MILESTONE_ANSWERS, TASK_ANSWERS, Table
from taskxl.forms.returned.drawn import compose_cell
from taskxl.forms.returned.matching import squeeze_number
from taskxl.forms.returned.tally import Tally
from taskxl.intake.grids import Area, CellError, Value, value_text
from taskxl.model import Altered, Entry, MilestoneEntry, Task, Wording
from taskxl.statements import (
    day_of_note,
    day_text,
    find_day,
    find_done_day,
    gives_reason,
    read_state,
    read_status,
    says_more_than_day,
)
from taskxl.tasks import short_label, shown_title
from taskxl.text import is_blank, quote_change, show, squeeze
from taskxl.words import DONE, MILESTONE_STATES, STATUSES

FIXED_CHANGED = rule(
    "E301",
    "固定内容被改动",
    "warning",
    what="编号、项目名称、主要内容、责任股室这些下发时就有的字，回来时不一样了。",
    why="任务以主清单为准，股室在表里改了，主清单并不会跟着变。",
    cure="两处文字都列在汇总里。确需调整的，请在主清单中修改；否则不用处理。",
    mark=("plan", "有改动"),
    follows_cell=True,
    listed_in="altered",
    mender="office",
    said_to_office="下发时的固定内容有改动。请恢复原样；确需调整的，请另行告知办公室。",
)
WORD_UNKNOWN = rule(
    "E304",
    "状态不是可选的词",
    "warning",
    what="进度状态或节点的完成情况写的不是下拉列表里的词，也不是常见的同义词。",
    why="状态要用来统计，认不出的词不能替股室猜。",
    cure="请股室改成下拉列表里的词；原话已照录。",
    mark=("status", "状态不明"),
    follows_cell=True,
    mender="office",
)
DATE_UNKNOWN = rule(
    "E305",
    "日期看不懂",
    "warning",
    what="完成日期或填报日期里写的不是一个确切的日期。",
    why="判断节点是否按时完成要用这个日期。",
    cure="请写成 4月20日 这样，或连年份一起写；原话已照录。",
    mark=("status", "日期不明"),
    follows_cell=True,
    mender="office",
)
CELL_BROKEN = rule(
    "E306",
    "单元格是错误值或没有结果的公式",
    "warning",
    what="填报栏里是 #REF! 之类的错误值，或者是一个没有保存结果的公式。",
    why="看不到股室本来想写什么。",
    cure="请股室在这一格里直接写文字后重发。",
    mark=("progress", "公式出错"),
    follows_cell=True,
    mender="office",
    partial="有 {} 处是错误值或没有结果的公式",
)
CELLS_MERGED = rule(
    "E307",
    "填报栏跨行合并",
    "warning",
    what="几项任务的填报栏被合并成了一格。",
    why="合并后的文字只能算在最上面一项上，下面的项就成了空白。",
    cure="请核对这段话说的是哪几项；请股室取消合并，分别填写。",
    mark=("progress", "跨行合并"),
    follows_cell=True,
    mender="office",
    said_to_office="几项任务的填报栏合并成了一格。请取消合并，分别填写。",
)

COLUMN_PLACED = rule(
    "E308",
    "有一栏按位置认出",
    "info",
    what="栏名不是程序认得的说法，也没有下发时的标识，只能按它在表里的位置认出是哪一栏。",
    why="股室换了栏名，内容仍是它报的，不能当作空白；但认错的可能也是有的。",
    cure="请核对这一栏的内容有没有放对地方；没有问题就不用处理。",
)

_WHITE = " \t\r\n\u3000\u00a0\u200b\u200c\u200d\u2060\ufeff"
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\u2028\u2029]")
_FOLDED = str.maketrans("。、“”‘’《》〈〉【】〔〕「」『』—–－～·•", ".,\"\"''<><>[][][][]---~..")
_LEADING = re.compile(r"^[(（]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）.．、,，:：]+")
_COUNT = re.compile(r"\d{1,3}|[一二三四五六七八九十]{1,3}")
_MARKS = re.compile(r"[\W_]+")
_PARTING = re.compile(r"[、,;/|和及]+")

# A fixed column: the field's word in the form's placeholders, and how a message calls it.
_FIXED: dict[Block, dict[str, tuple[str, str]]] = {
    "task": {
        "number": ("编号", "编号"),
        "title": ("名称", "项目名称"),
        "content": ("计划", "主要内容和关键时间节点计划"),
        "responsible": ("股室", "责任股室"),
        "lead": ("股室", "责任股室"),
    },
    "milestone": {
        "number": ("编号", "编号"),
        "title": ("名称", "项目名称"),
        "milestone": ("内容", "节点"),
        "due": ("时限", "完成时限"),
    },
}


@dataclass(frozen=True, slots=True)
class Answered:
    """Where a row was found and whose it is; `item` is a task's or a milestone's id.

    `sure` where its id or its very title says so, not only one that is like it; `more` are the rows
    below it in which its texts go on.
    """

    office: str
    item: str
    sheet: int
    table: Table
    row: int
    mark: RowMark | None = None
    sure: bool = True
    more: tuple[int, ...] = ()


def as_typed(text: str) -> str:
    r"""Return a text with its line ends unified and the white space around it gone.

    >>> as_typed(" 一 \r\n\r\n二\u3000")
    '一 \n\n二'
    """
    return _LINE_END.sub("\n", text).strip(_WHITE)


class AnswerReader:
    """Reads the rows of one office out of a book; what has no place goes to the tally."""

    def __init__(self, catalog: Catalog, tally: Tally) -> None:
        self.catalog = catalog
        self.tally = tally
        self._merges: dict[int, dict[int, list[Area]]] = {}

    # ------------------------------------------------------------ tasks

    def is_typed(self, at: Answered) -> bool:
        """Tell whether a row has an answer that did not stand in it when it was issued.

        What stood in it: last month's texts under their mark, and 已完成 of a task that was done.
        """
        sheet = self.tally.sheets[at.sheet]
        texts = {
            column: as_typed(value_text(sheet.value(at.row, column)))
            for field in at.table.answers
            for column in at.table.columns[field]
        }
        old = {column for column, text in texts.items() if _is_as_issued(at, text)}
        status = at.table.column("status")
        if old and status and squeeze(texts[status]) == DONE:
            old.add(status)
        broken = (isinstance(sheet.value(at.row, column), CellError) for column in texts)
        return any(broken) or any(text and column not in old for column, text in texts.items())

    def read_entry(self, at: Answered) -> Entry:
        """Return what a row says of its task; its cells are taken."""
        values = {field: self._read_field(at, field) for field in at.table.answers}
        texts = {field: text for field, (text, _) in values.items()}
        typed = texts.get("status", "")
        status, known = read_status(typed)
        if not known:
            self._report_word(at, "status", "进度状态", status, STATUSES)
        elif day_text(typed) or gives_reason(typed):
            self._keep_whole(at, "status")
        elif typed:
            self._record_wording(at, "status", "进度状态", typed, status)
        cells = {f: values[f][1] for f in TASK_ANSWERS if f in values and values[f][1]}
        return Entry(
            at.item,
            at.office,
            status,
            texts.get("progress", ""),
            texts.get("obstacles", ""),
            texts.get("remarks", ""),
            self.tally.file,
            self.tally.sheets[at.sheet].name or None,
            self._file_row(at),
            cells,
            tuple(field for field in cells if self._is_handed_on(at, field)),
        )

    def read_milestone(self, at: Answered) -> MilestoneEntry:
        """Return what a row says of its milestone; its cells are taken."""
        at = self._turn_back(at)
        values = {field: self._read_field(at, field) for field in at.table.answers}
        texts = {field: text for field, (text, _) in values.items()}
        typed, year = texts.get("state", ""), self.catalog.period.year
        state, day, known = read_state(typed, year)
        if not known:
            self._report_word(at, "state", "完成情况", state, MILESTONE_STATES)
        done_text = texts.get("done_on", "")
        done_on = self._read_day(at, done_text)
        if done_on is not None and says_more_than_day(done_text):
            self._record_wording(at, "done_on", "完成日期", done_text, done_on.isoformat())
        if known and day is not None and not done_text:
            done_text, done_on = day_text(typed), day
        elif known and state == MILESTONE_STATES[0] and not done_text:
            done_on = day_of_note(texts.get("note", ""), year)
        if known and not done_text:
            self._doubt_days(at, texts)
        if known and (gives_reason(typed) or (day_text(typed) and day_text(typed) != done_text)):
            self._keep_whole(at, "state")
        elif known and state:
            taken = f"{state}（{done_on:%Y-%m-%d}）" if done_on and day == done_on else state
            self._record_wording(at, "state", "完成情况", typed, taken)
        return MilestoneEntry(
            at.item,
            at.office,
            state,
            done_on,
            done_text,
            texts.get("note", ""),
            self.tally.file,
            self.tally.sheets[at.sheet].name or None,
            self._file_row(at),
            {f: values[f][1] for f in MILESTONE_ANSWERS if f in values and values[f][1]},
        )

    def _turn_back(self, at: Answered) -> Answered:
        """Return a milestone's row with its state and its day where each belongs.

        Who puts the day under 完成情况 and the state under 完成日期 leaves no doubt about either.
        """
        state, day = at.table.column("state"), at.table.column("done_on")
        if state is None or day is None:
            return at
        sheet, year = self.tally.sheets[at.sheet], self.catalog.period.year
        under_state, under_day = sheet.value(at.row, state), sheet.value(at.row, day)
        if not isinstance(under_day, str) or is_blank(under_day) or is_blank(under_state):
            return at
        said, _, known = read_state(under_day, year)
        is_state = known and said and find_day(under_day, year) is None
        if not is_state or read_date(under_state, year) is None:
            return at
        columns = {**at.table.columns, "state": (day,), "done_on": (state,)}
        return replace(at, table=replace(at.table, columns=columns))

    def _file_row(self, at: Answered) -> int:
        """Return the row of the file in which a row's main answer (else its title) stands."""
        columns = [at.table.column(name) for name in ("progress", "state", "title")]
        column = next((column for column in columns if column), 1)
        return self.tally.place(at.sheet, at.row, column)[0]

    def _record_wording(self, at: Answered, field: str, word: str, said: str, taken: str) -> None:
        """Record what a cell says in the office's own words."""
        is_task = at.table.kind == "task"
        task = at.item if is_task else self.catalog.milestones[at.item][0].id
        wording = Wording(at.office, task, "" if is_task else at.item, word, said.strip(), taken)
        self.tally.record_wording(wording, at.sheet, at.row, at.table.columns[field][0])

    def _keep_whole(self, at: Answered, field: str) -> None:
        """Keep a statement that says more than the word it means as it was typed."""
        self.tally.keep("reported", at.sheet, at.row, at.table.columns[field][0])

    def _read_day(self, at: Answered, text: str) -> date | None:
        column = at.table.column("done_on")
        if column is None or not text:
            return None
        value = self.tally.sheets[at.sheet].value(at.row, column)
        year = self.catalog.period.year
        day = read_date(value, year) or find_done_day(text, year)
        if day is None:
            self._report(
                DATE_UNKNOWN.found(
                    f"完成日期写的是“{show(text, 20)}”，不是确切的日期。"
                    f"请写成 {self.catalog.period.year}-4-20 或 4月20日 这样。"
                ),
                at,
                column,
            )
        return day

    def _doubt_days(self, at: Answered, texts: Mapping[str, str]) -> None:
        """Say that what stands beside a blank date names a day that no calendar has."""
        for field in ("state", "note"):
            impossible = find_impossible(texts.get(field, ""), self.catalog.period.year)
            if impossible:
                message = f"写的是“{impossible}”，没有这一天。请核实后改正。"
                self._report(DATE_UNKNOWN.found(message), at, at.table.columns[field][0])

    def _read_field(self, at: Answered, field: str) -> tuple[str, str]:
        """Return a field's text and the cell it stands in; several columns make several lines."""
        columns = at.table.columns[field]
        texts = []
        for column in columns:
            pieces = [self._read_cell(replace(at, row=row), column) for row in (at.row, *at.more)]
            if self._is_choice(at, column):
                pieces = [*dict.fromkeys(pieces)]
            texts.append(join_pieces(pieces))
        return "\n".join(filter(None, texts)), self.tally.cell(at.sheet, at.row, columns[0])

    def _is_handed_on(self, at: Answered, field: str) -> bool:
        """Tell whether a field's first text stands under the mark of an earlier month."""
        sheet = self.tally.sheets[at.sheet]
        values = (sheet.value(at.row, column) for column in at.table.columns[field])
        text = next(filter(None, (as_typed(value_text(value)) for value in values)), "")
        return strip_mark(text, named=_was_handed_on(at)) != text

    def _read_cell(self, at: Answered, column: int) -> str:
        sheet = self.tally.sheets[at.sheet]
        area = self._merge_at(at.sheet, at.row, column)
        row = at.row
        if self._is_below_merge(at, column):
            if area is None or not self._is_choice(at, column):
                return ""
            # One choice over several rows is the choice of each of them.
            if is_blank(sheet.value(row, column)):
                row, column = area.top, area.left
        value = sheet.value(row, column)
        if isinstance(value, CellError):
            self._report_error(at, column, value)
            return ""
        text = strip_mark(as_typed(value_text(value)), named=_was_handed_on(at))
        self.tally.take(at.sheet, row, column)
        ends = max((at.row, *at.more))
        if area is not None and area.bottom > ends and text and not self._is_choice(at, column):
            self._report_merge(at, column, area)
        return text

    def _is_choice(self, at: Answered, column: int) -> bool:
        """Tell whether a column holds a choice or a day, and no text of its own for each row."""
        fields = [name for name, columns in at.table.columns.items() if column in columns]
        return not {"status", "state", "done_on"}.isdisjoint(fields)

    def _is_below_merge(self, at: Answered, column: int) -> bool:
        """Tell whether a merge of several rows hides the cell: that text is left for the tally.

        Under a merge within the row each text still lies in its own column.
        """
        area = self._merge_at(at.sheet, at.row, column)
        return (
            area is not None
            and area.top != area.bottom
            and (area.top, area.left) != (at.row, column)
        )

    def _merge_at(self, sheet: int, row: int, column: int) -> Area | None:
        if sheet not in self._merges:
            rows: dict[int, list[Area]] = {}
            for area in self.tally.sheets[sheet].merges:
                for n in range(area.top, min(area.bottom, len(self.tally.sheets[sheet].rows)) + 1):
                    rows.setdefault(n, []).append(area)
            self._merges[sheet] = rows
        areas = self._merges[sheet].get(row, ())
        return next((area for area in areas if (row, column) in area), None)

    # ------------------------------------------------------------ findings

    def _report(self, finding: Finding, at: Answered, column: int) -> None:
        self.tally.findings.append(
            replace(
                finding,
                office=at.office,
                task=self._task(at).id,
                file=self.tally.file,
                sheet=self.tally.sheets[at.sheet].name or None,
                cell=self.tally.cell(at.sheet, at.row, column) or None,
            )
        )

    def _report_word(
        self, at: Answered, field: str, name: str, text: str, words: Iterable[str]
    ) -> None:
        message = f"{name}写的是“{show(text, 20)}”，不在可选项内。请改为：{'、'.join(words)}。"
        self._report(WORD_UNKNOWN.found(message), at, at.table.columns[field][0])

    def _report_error(self, at: Answered, column: int, error: CellError) -> None:
        if error.text:
            self.tally.keep("reported", at.sheet, at.row, column)
            there = f"单元格是错误值 {show(error.text, 12)}"
        else:
            self.tally.take(at.sheet, at.row, column)
            there = "单元格是公式，但文件里没有保存它的结果"
        self._report(
            CELL_BROKEN.found(f"{there}，看不到填报内容。请直接写文字后重发。"), at, column
        )

    def _report_merge(self, at: Answered, column: int, area: Area) -> None:
        first = self.tally.place(at.sheet, at.row, column)[0]
        self._report(
            CELLS_MERGED.found(
                f"第 {first} 至 {first + area.bottom - at.row} 行的填报栏合并成了一格，"
                f"内容只记在{self._task(at).label}上。请核对它说的是哪几项，并请股室分开填写。"
            ),
            at,
            column,
        )

    def _task(self, at: Answered) -> Task:
        if at.table.kind == "task":
            return self.catalog.tasks[at.item]
        return self.catalog.milestones[at.item][0]

    # ------------------------------------------------------------ fixed texts

    def read_fixed(self, at: Answered) -> tuple[Altered, ...]:
        """Return what was changed in a row's fixed columns; all their cells are taken.

        With the form's marks a text counts as changed when it differs from what was issued,
        otherwise when it differs from 主清单, which may have changed since: then only 请核实.
        """
        altered = []
        for column, field, now in self._check_fixed(at):
            if now or at.mark:
                altered.append(self._report_change(at, column, field, now))
        return tuple(altered)

    def take_fixed(self, at: Answered) -> None:
        """Take the cells of a row's fixed columns that are as 主清单 has them (tables to read).

        Its number too, which may have changed there since: nobody types in such a table.
        """
        for column, field, now in self._check_fixed(at):
            if field == "number" and now.isdigit():
                self.tally.take(at.sheet, at.row, column)

    def take_issued(self, sheet: int, row: int, table: Table, mark: RowMark | None) -> None:
        """Take what a row without a place was issued with: its hidden id and its fixed texts."""
        column = table.column("id")
        if column and self.catalog.is_id(self.tally.sheets[sheet].text(row, column)):
            self.tally.take(sheet, row, column)
        if mark is not None:
            issued = {*mark.digests.values(), digest_text(mark.id)}
            for n, value in enumerate(self.tally.sheets[sheet].rows[row - 1], 1):
                if digest_text(value_text(value)) in issued:
                    self.tally.take(sheet, row, n)

    def _check_fixed(self, at: Answered) -> Iterator[tuple[int, str, str]]:
        """Take what is as it was; yield column, field and text of what is not."""
        sheet = self.tally.sheets[at.sheet]
        named = {c: field for field, columns in at.table.columns.items() for c in columns}
        fixed = _FIXED[at.table.kind]
        for column, value in enumerate(sheet.rows[at.row - 1], 1):
            field = named.get(column, "")
            if field in at.table.answers or self._is_below_merge(at, column):
                continue
            if at.more:
                pieces = [sheet.text(row, column) for row in (at.row, *at.more)]
                value = join_pieces([as_typed(piece) for piece in pieces])
                for row in at.more:
                    self.tally.take(at.sheet, row, column)
            now = as_typed(value_text(value))
            if column in at.table.composed and self._is_as_composed(at, column, now):
                self.tally.take(at.sheet, at.row, column)
            elif field in fixed and not self._is_unchanged(at, field, value):
                yield column, field, now
            elif field in fixed or self._is_known(at, column, field, now):
                self.tally.take(at.sheet, at.row, column)

    def _is_as_composed(self, at: Answered, column: int, now: str) -> bool:
        """Tell whether a cell of several placeholders holds what it was issued with."""
        task = self._task(at)
        values = {
            "编号": task.number or "",
            "名称": task.title or "",
            "计划": self.catalog.plans[task.id],
            "股室": "、".join(task.offices),
            "标识": at.item,
        }
        if at.table.kind == "milestone":
            milestone = self.catalog.milestones[at.item][1]
            due = milestone.due
            words = f"{due.year}年{due.month}月{due.day}日" if due else ""
            values |= {"内容": milestone.text, "时限": words}
        said = squeeze(compose_cell(at.table.composed[column], values))
        return squeeze(now).replace("(已逾期)", "").replace("、", "") == said.replace("、", "")

    def _is_known(self, at: Answered, column: int, field: str, now: str) -> bool:
        """Tell whether a column that a bureau added holds what 主清单 says of the row's task."""
        if field == "id":
            return self.catalog.is_id(now)  # who sorts leaves the hidden column behind
        sheet = self.tally.sheets[at.sheet]
        drawn = any(
            self.catalog.is_fixed_text(sheet.text(row, column))
            for row in range(at.table.top, at.table.bottom + 1)
        )
        return (bool(field) or drawn) and squeeze(now) in self._said_of(at)

    def _is_unchanged(self, at: Answered, field: str, value: Value) -> bool:
        now, key = value_text(value), _FIXED[at.table.kind][field][0]
        if at.mark is not None:
            issued = at.mark.digests
            wanted = {issued[key]} if key in issued else set(issued.values())
            if digest_text(now) in wanted:
                return True
        text = self._listed(at, field)
        if field == "number" and at.mark is None and _COUNT.fullmatch(squeeze_number(now)):
            return True  # a table of the office's own counts as it likes
        if field == "number":
            return squeeze_number(now) == squeeze_number(text)
        if field in ("responsible", "lead"):
            if at.more and squeeze(now).replace("、", "") == squeeze(
                "".join(self._task(at).offices)
            ):
                return True
            return _name_set(now) in (
                _name_set(text),
                frozenset(map(squeeze, self._task(at).lead_offices)),
            )
        if field == "due":
            due = self.catalog.milestones[at.item][1].due
            said = re.sub(r"\(.*", "", squeeze(now)) if isinstance(value, str) else value
            return is_blank(now) or (due is not None and read_date(said, due.year) == due)
        if field == "title" and squeeze(now) == squeeze(self._task(at).title):
            return True
        if at.mark is None and _is_same_shorter(now, text):
            return True
        return fold_marks(now) == fold_marks(text)

    def _listed(self, at: Answered, field: str) -> str:
        """Return a fixed text as 主清单 has it now."""
        task = self._task(at)
        if field == "milestone":
            return self.catalog.milestones[at.item][1].text
        if field == "due":
            due = self.catalog.milestones[at.item][1].due
            return due.isoformat() if due else ""
        if field == "content":
            return self.catalog.plans[task.id]
        if field in ("responsible", "lead"):
            return "、".join(task.offices)
        if field == "number":
            return task.number or ""
        return shown_title(task) if at.table.kind == "task" else short_label(task)

    def _said_of(self, at: Answered) -> frozenset[str]:
        """Return every text that 主清单 has of a row's task, squeezed."""
        task = self._task(at)
        texts = {task.number, task.title, task.section, task.leader, task.content, *task.remarks}
        texts |= {self.catalog.plans[task.id], *task.offices, *(p.name for p in task.persons)}
        texts |= {"、".join(task.offices), "、".join(p.name for p in task.persons)}
        texts |= {"\n".join(task.remarks), "、".join(task.remarks)}
        texts |= {shown_title(task), short_label(task)}
        return frozenset(squeeze(text) for text in texts if text)

    def _report_change(self, at: Answered, column: int, field: str, now: str) -> Altered:
        key, name = _FIXED[at.table.kind][field]
        was, source = self._listed(at, field), "主清单里是"
        if at.mark is not None:
            issued = {"number": at.mark.number, "title": at.mark.title}.get(field, was)
            if digest_text(issued) == at.mark.digests.get(key):
                was, source = issued, "下发时是"
        before, after = quote_change(was, now)
        there = f"现在是{after}" if now else "现在是空白"
        finding = FIXED_CHANGED.found(
            f"{self._task(at).label}的{name}有改动：{source}{before}，{there}。"
            "汇总仍按主清单；确需调整请在主清单中修改。",
            severity=None if at.mark else "info",
        )
        self._report(finding, at, column)
        self.tally.take(at.sheet, at.row, column)
        return Altered(
            self._task(at).id,
            at.office,
            name,
            was,
            now,
            self.tally.file,
            self.tally.sheets[at.sheet].name or None,
            self.tally.cell(at.sheet, at.row, column) or None,
        )


def _was_handed_on(at: Answered) -> bool:
    """Tell whether a row was issued with a text of an earlier month."""
    issued = at.mark.digests if at.mark else {}
    return PREVIOUS_PROGRESS in issued or PREVIOUS_OBSTACLES in issued


def _is_as_issued(at: Answered, text: str) -> bool:
    """Tell whether a text is that of an earlier month, with its mark, just as it was issued."""
    bare = strip_mark(text, named=True)
    return (
        at.mark is not None
        and bare != text
        and digest_text(bare)
        in (at.mark.digests.get(PREVIOUS_PROGRESS), at.mark.digests.get(PREVIOUS_OBSTACLES))
    )


def join_pieces(pieces: Sequence[str]) -> str:
    r"""Return the text whose pieces stand below each other.

    Where one ends as a sentence does, a line ended there.

    >>> join_pieces(["一是建校。", "二是招", "生。", ""])
    '一是建校。\n二是招生。'
    """
    text = ""
    for piece in filter(None, pieces):
        text += ("\n" if text and text[-1] in "。；！？;" else "") + piece
    return text


def fold_marks(text: str) -> str:
    """Return a text for comparison, in which a mark of either width or either hand is the same.

    >>> fold_marks("一是“建校”、招生。") == fold_marks('一是 "建校",招生.')
    True
    """
    return squeeze(text).translate(_FOLDED)


def _is_same_shorter(now: str, text: str) -> bool:
    """Tell whether somebody retyped a text more briefly, numbered or quoted: 3.《规划》编制。

    >>> _is_same_shorter("（2）城北幼儿园", "新建城北幼儿园")
    True
    >>> _is_same_shorter("城南幼儿园", "新建城北幼儿园")
    False
    """
    said = _LEADING.sub("", squeeze(now))
    bare, whole = _MARKS.sub("", said), iter(_MARKS.sub("", squeeze(text)))
    numbers = set(re.findall(r"\d+", squeeze(text)))
    # What is left out is left out; nothing is put in, and no number is another one.
    in_order = all(mark in whole for mark in bare)
    return len(bare) >= 4 and in_order and set(re.findall(r"\d+", said)) <= numbers


def _name_set(text: str) -> frozenset[str]:
    parted = _PARTING.sub("\n", re.sub(r"[ \t\u3000]+", "\n", text))
    return frozenset(squeeze(name) for name in parted.split("\n") if squeeze(name))
