"""附件2 back: submissions out of any returned book, and every word of the rest kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from taskxl.approval import is_approval
from taskxl.findings import Finding
from taskxl.forms.identity import PARTS, ROW_KINDS, SHEET, Block, RowMark, read_sheet
from taskxl.forms.returned.answers import COLUMN_PLACED, Answered, AnswerReader
from taskxl.forms.returned.beside import Sided, read_beside, read_told
from taskxl.forms.returned.catalog import Catalog, Expected, Sent, form_texts
from taskxl.forms.returned.head_lines import read_labels
from taskxl.forms.returned.layouts import lay_out_records, stack_tables
from taskxl.forms.returned.matching import Register
from taskxl.forms.returned.own_books import A_MASTER, name_own_book
from taskxl.forms.returned.parts import (
    PARTING,
    Part,
    Row,
    add_head_columns,
    find_parts,
    take_written,
)
from taskxl.forms.returned.submitting import OfficeRows, Placed, make_submission
from taskxl.forms.returned.tally import (
    FROM_PDF,
    LINES,
    NO_PLACE,
    Tally,
    Why,
    find_attached,
    lay_out_sheets,
    tell_attached,
)
from taskxl.forms.returned.whose import (
    OFFICE_UNKNOWN,
    OTHER_PERIOD,
    Claim,
    FormMarks,
    claim_by_hand,
    decide_office,
    decide_period,
    issued_tasks,
    read_marks,
    read_months,
    reporters_of,
)
from taskxl.intake.grids import Book, value_text
from taskxl.model import Period, Return, Submission, Task, period_name
from taskxl.text import is_blank, quote, show, squeeze
from taskxl.words import BEYOND_LIST

__all__ = ["Expected", "Sent", "form_texts", "read_return"]

_LONGEST_HEADING = 24
_A_LIST = (
    "这是任务清单（附件1），没有“进展情况”一类要填的栏，不是进展情况表。请核对是不是放错了文件。"
)
_A_NOTICE = (
    "这是任务清单（附件1），后面的进展情况表是空白的，没有填写内容。请核对是不是放错了文件。"
)


def read_return(expected: Expected | Sent, book: Book, file: str, office: str = "") -> Return:
    """Read what a returned file says, and of whom.

    `file` is the path that findings and entries bear; `office` is whose it is as a person says, who
    knows better than the file. The result is refused with R205 where no
    office can be told and R206 where all of it is of another period (its submissions are given
    all the same); never raises on a book that is odd.
    """
    return _Reader(expected.catalog, book, file, office).read()


class _Reader:
    """Reads one book; made for one call of `read_return`."""

    def __init__(self, catalog: Catalog, book: Book, file: str, told: str) -> None:
        self.catalog = catalog
        self.told = told
        self.tally = Tally(file, lay_out_sheets(book))
        self.marks: FormMarks = read_marks(book, catalog)
        self.drawing = self.marks.drawing
        self.answers = AnswerReader(catalog, self.tally)
        self.kind = book.kind
        self.own_book = name_own_book(book, catalog.settings.bureau)
        self.attached = find_attached(book, file, catalog.form_pictures)
        self.placed: set[tuple[int, int]] = set()
        self.why: dict[tuple[int, int], Why] = {}
        self.offices: list[OfficeRows] = []
        self.refused: list[tuple[Part | None, Claim]] = []
        self.loose: list[Placed] = []
        self.headed: Period | None = None
        self.headings: set[str] = set()
        self.beyond: dict[tuple[int, int, int], int] = {}

    def read(self) -> Return:
        parts = self._find_parts()
        if (ours := self._name_own(parts)) is not None:
            return Return(self.tally.file, code="R205", reason=ours)
        filled = [part for part in parts if part.is_filled]
        self.headings = {part.headed.key for part in filled if part.headed}
        decided: dict[int, Claim] = {}
        for part in filled:
            before = decided.get(part.follows or 0) if part.follows is not None else None
            if before is not None:
                self._settle(part, before)
                continue
            for own, claim in self._split(part) or [(part, self._decide(part, "task"))]:
                self._settle(own, claim)
                decided[part.sheet] = claim
        if not filled:
            self._settle_without_table(parts)
        for part in parts:
            if not part.is_filled and part.has_milestones:
                for own, claim in self._split_milestones(part):
                    self._settle(own, claim)
        for office in self.offices:
            for part in office.parts:
                self._read_rows(office, part)
        for part in parts:
            self._read_listings(part)
        return self._conclude(self._submit(), parts)

    # ------------------------------------------------------------ parts and whose they are

    def _find_parts(self) -> list[Part]:
        parts: list[Part] = []
        tableless = []
        for index, sheet in enumerate(self.tally.sheets):
            if sheet.name.startswith(SHEET) and read_sheet(sheet) is not None:
                self._take_marks(index)
                continue
            trusted = self.marks.foreign is None
            before = parts[-1] if parts and parts[-1].sheet == index - 1 else None
            if (stacked := stack_tables(sheet)) is not None:
                self.tally.replace_sheet(index, stacked.sheet, stacked.places)
            found = find_parts(self.catalog, self.tally, index, trusted, self.drawing, before)
            if not found and (laid := lay_out_records(self.catalog, sheet)) is not None:
                self.tally.replace_sheet(index, laid.sheet, laid.places)
                found = find_parts(self.catalog, self.tally, index, trusted, self.drawing)
                if laid.guessed:
                    self._tell_headerless(sheet.name)
            parts += found
            if not found:
                tableless.append(index)
        alone = sum(part.is_filled and part.follows is None for part in parts) <= 1
        for index in tableless:
            # Above several tables a document may name their one office, or each one's own.
            if alone or (self.tally.sheets[index].name == LINES and self._names_one(index)):
                self._read_loose(index)
        return parts

    def _tell_headerless(self, sheet: str) -> None:
        message = "没有表头，各栏按内容和次序认作进度状态、进展情况、存在问题等。请核对。"
        self._remark(COLUMN_PLACED.found(message, file=self.tally.file, sheet=sheet or None))

    def _names_one(self, index: int) -> bool:
        sheet = self.tally.sheets[index]
        facts = read_labels(sheet, range(1, len(sheet.rows) + 1)).facts
        return sum(fact.field == "office" for fact in facts) <= 1

    def _take_marks(self, index: int) -> None:
        """Take an identity sheet's own cells; what somebody wrote beside them stays."""
        sheet = self.tally.sheets[index]
        for row, column, _ in sheet.cells():
            if column <= 6 and (row <= 6 or sheet.text(row, 1) in ROW_KINDS):
                self.tally.take(index, row, column)

    def _read_loose(self, index: int) -> None:
        """Read labels and heading of a sheet (or of paragraphs) that has no table."""
        sheet = self.tally.sheets[index]
        rows = range(1, len(sheet.rows) + 1)
        drawn = self.drawing.cells
        labelled = read_labels(sheet, rows, self.catalog.is_fixed_text, drawn)
        take_written(self.tally, index, rows, self.drawing)
        self.loose += [(index, fact) for fact in labelled.facts]
        for row, column in labelled.seen:
            self.tally.take(index, row, column)
        for row, column, text in labelled.rests:
            if not self.catalog.is_form_text(text):
                self.tally.keep("text", index, row, column, text)
        for row in rows if sheet.name == LINES else ():
            if self.catalog.is_title(text := sheet.text(row, 1)):
                self.headed = self.headed or read_months(text, self.catalog.period.year)
                self.tally.take(index, row, 1)

    def _decide(self, part: Part, kind: Block) -> Claim:
        if self.told:
            return claim_by_hand(self.catalog, self.marks, self.told)
        rows = [row for row in part.rows if row.table.kind == kind and row.table.is_answered]
        known = [row for row in rows if not self.marks.foreign or self._is_sure(row)]
        tasks = {task for row in known if (task := self._task_of(row)) is not None}
        untold = [
            row
            for row in part.others
            if row.table.is_answered and row.keys.text and (row.keys.id or row.keys.number)
        ]
        office = part.said("office") or self._loosely("office")
        titled = len({self._task_of(row) for row in rows}) + len(untold)
        return decide_office(self.catalog, self.marks, office, tasks, titled, part.ours)

    def _split(self, part: Part) -> list[tuple[Part, Claim]]:
        """Part a table of several offices into what each of them leads; [] where it is one's own.

        Rows go by their own column 责任股室, or where there is none by the list. One that the two
        tell differently, or that several offices report on, is given to nobody.
        """
        rows = [row for row in part.rows if row.table.kind == "task" and row.table.is_answered]
        tasks = {task for row in rows if (task := self._task_of(row)) is not None}
        named = self.told or part.said("office") or self._loosely("office")
        several = [one for one in PARTING.split(named) if one.strip()]
        if (
            not self.told
            and len(several) > 1
            and all(self.catalog.office_named(one) for one in several)
        ):
            named = ""  # 教研室、计财股: several offices report together
        if self.marks.is_ours or self.marks.foreign or squeeze(named) or len(tasks) < 2:
            return []
        if 2 * len(tasks) < len(rows) + len(part.others) or reporters_of(self.catalog, tasks):
            return []
        by_office: dict[str | None, list[Row]] = {}
        for row in part.rows:
            by_office.setdefault(self._lead_of(row), []).append(row)
        doubtful = by_office.pop(None, [])
        parts = [
            (replace(part, rows=tuple(own), others=()), Claim(office, "tasks"))
            for office, own in by_office.items()
            if office is not None
        ]
        if doubtful:
            ids = {task for row in doubtful if (task := self._task_of(row)) is not None}
            names = dict.fromkeys(n for t in sorted(ids) for n in self.catalog.leads(t))
            labels = "、".join(self.catalog.tasks[task].label for task in sorted(ids)[:3])
            who = f"，可能是：{'、'.join(names)}" if names else ""
            reason = f"几个股室合在一张表里，{labels}看不出是谁报的{who}。请写明填报股室后重发。"
            for row in doubtful:
                self.why[part.sheet, row.row] = "table"
            self._remark(
                OFFICE_UNKNOWN.found(reason, severity="info").at(
                    file=self.tally.file, sheet=part.name or None
                )
            )
        return parts

    def _lead_of(self, row: Row) -> str | None:
        """Return the office that leads a row's task, as the row itself and the list say alike."""
        task = self._task_of(row)
        leads = self.catalog.leads(task or "")
        reporters = self.catalog.reported.having({task or ""})
        said = [self.catalog.office_named(name) for name in row.offices]
        if said and said[0] is not None:
            alone = len(said) == 1 or len(reporters) <= 1
            return said[0] if said[0] in leads and alone else None
        return leads[0] if len(leads) == 1 and len(reporters) <= 1 else None

    def _is_sure(self, row: Row) -> bool:
        """Tell whether a row bears the very words of its task; its id may be another list's."""
        register = self.catalog.registers()[row.table.kind]
        return row.item is not None and register.is_sure(replace(row.keys, id=""), row.item)

    def _task_of(self, row: Row) -> str | None:
        if row.item is None or row.table.kind == "task":
            return row.item
        return self.catalog.milestones[row.item][0].id

    def _names_office(self, parts: Sequence[Part]) -> bool:
        """Tell whether 填报股室 names one of the bureau's offices, in a book of no other bureau."""
        if self.marks.foreign:
            return False
        facts = [fact for part in parts for fact in part.facts] + [fact for _, fact in self.loose]
        named = (fact.text for fact in facts if fact.field == "office" and fact.text)
        return any(self.catalog.office_named(text) is not None for text in named)

    def _loosely(self, field: str) -> str:
        return next((fact.text for _, fact in self.loose if fact.field == field and fact.text), "")

    def _split_milestones(self, part: Part) -> list[tuple[Part, Claim]]:
        """Part a sheet of milestones among the offices of the book, by whose tasks they are."""
        claims = {office.name: office.claim for office in self.offices}
        owners: dict[str, list[Row]] = {}
        for row in part.rows:
            task = self._task_of(row)
            own = [name for name, claim in claims.items() if task in self._own(claim)]
            leads = [name for name in own if name in self.catalog.leads(task or "")]
            one = own if len(own) == 1 else leads
            if len(one) != 1:
                return [(part, self._decide_milestones(part))]
            owners.setdefault(one[0], []).append(row)
        if len(owners) < 2:
            return [(part, self._decide_milestones(part))]
        return [
            (replace(part, rows=tuple(rows), others=(), facts=()), claims[name])
            for name, rows in owners.items()
        ]

    def _decide_milestones(self, part: Part) -> Claim:
        """Decide whose a sheet of milestones is: one of the offices found in the same book."""
        tasks = {task for row in part.rows if (task := self._task_of(row)) is not None}
        if not self.offices and self.refused:
            return self.refused[0][1]
        if not self.offices or (not tasks and part.others):
            return self._decide(part, "milestone")
        said = self.catalog.office_named(part.said("office"))
        able = [
            office.claim
            for office in self.offices
            if tasks <= self._own(office.claim) and said in (None, office.name)
        ]
        if len({claim.office for claim in able}) == 1:
            return able[0]
        return Claim(None, reason="看不出这张节点表是哪个股室的。请写明填报股室后重发。")

    def _own(self, claim: Claim) -> frozenset[str]:
        """Return the tasks an office may report on: its own now, or when the form was issued."""
        now = self.catalog.responsible.get(claim.office or "", frozenset())
        return now | issued_tasks(claim.identity)

    def _settle(self, part: Part, claim: Claim) -> None:
        """Give a part to its office and period, or put all of it among what is left over."""
        if claim.office is None:
            self.refused.append((part, claim))
            for row in range(part.top, part.bottom + 1):
                self.why[part.sheet, row] = "table"
            for fact in part.facts:
                self.tally.keep("text", part.sheet, fact.row, fact.column, fact.text)
            return
        part = add_head_columns(part, self.tally)
        mark = claim.identity
        headed = part.headed or self.headed
        if headed is None and not part.is_filled:
            headed = next((p.headed for o in self.offices for p in o.parts), None)
        period, note = decide_period(self.catalog.period, mark.period if mark else None, headed)
        if self._is_of_other_month(part):
            period, note = (headed.key if headed else None), ""
        of_same = [office.period for office in self.offices if office.name == claim.office]
        if not part.is_filled and headed and headed.key in of_same:
            period = headed.key
        elif not part.is_filled and len(of_same) == 1:
            period = of_same[0]  # who brings an old form up to date changes one heading only
        place = {"office": claim.office, "file": self.tally.file, "sheet": part.name or None}
        if note and part.is_filled:
            self._remark(OTHER_PERIOD.found(f"{note}。请核实。", severity="info").at(**place))
        if claim.note and part.is_filled:
            message = f"{claim.note}，按“{claim.office}”收下。请核实。"
            self._remark(OFFICE_UNKNOWN.found(message, severity="info").at(**place))
        self._tell_placed(part, place)
        for office in self.offices:
            if (office.name, office.period) == (claim.office, period):
                office.parts.append(part)
                return
        self.offices.append(OfficeRows(claim, period, [part]))

    def _is_of_other_month(self, part: Part) -> bool:
        """Tell whether a table's heading names another month, beside one that names this month.

        Some keep the whole year in one book, a sheet a month, all under the marks of one form.
        """
        now = self.catalog.period.key
        headed = part.headed and part.is_filled and part.headed.key != now
        return bool(headed) and now in self.headings

    def _tell_placed(self, part: Part, place: Mapping[str, str | None]) -> None:
        """Say once of which columns only their place tells what they are."""
        sheet = self.tally.sheets[part.sheet]
        for table in part.tables:
            for name in sorted(table.placed):
                column = table.columns[name][0]
                called = next(
                    text
                    for row in range(table.bottom, table.top - 1, -1)
                    if not is_blank(text := sheet.text(row, column))
                )
                meant = "进展情况" if name == "progress" else "完成情况"
                message = f"{quote(called, 20)}这一栏按位置认作“{meant}”。请核对。"
                cell = self.tally.cell(part.sheet, table.bottom, column) or None
                self._remark(COLUMN_PLACED.found(message).at(**place, cell=cell))

    def _remark(self, finding: Finding) -> None:
        self.tally.findings.append(finding)

    def _settle_without_table(self, parts: Sequence[Part]) -> None:
        """Tell whose a book is whose table has lost its header; nothing of it finds a place."""
        told = self.catalog.telling_texts
        named = {
            (index, told[text])
            for index, sheet in enumerate(self.tally.sheets)
            for _, _, value in sheet.cells()
            for text in (squeeze(value), squeeze(str(value).replace("：", ":").rpartition(":")[2]))
            if text in told
        }
        tasks = {task for _, task in named}
        claim = decide_office(self.catalog, self.marks, self._loosely("office"), tasks, 0)
        if office := self._approval_of(parts, tasks):
            self.offices.append(OfficeRows(Claim(office, "office cell"), self._loose_period()))
            for index, sheet in enumerate(self.tally.sheets):
                for row, column, value in sheet.cells():
                    if (index, row, column) not in self.tally.taken and not is_blank(value):
                        self.tally.keep("reported", index, row, column)
            return
        answered = {part.sheet for part in parts if part.has_milestones}
        if claim.office is None or (not tasks and not self.marks.is_ours):
            if not answered:
                self.refused.append((None, claim))
            return
        if answered and not any(index not in answered for index, _ in named):
            return  # the sheet of milestones came alone
        if not answered:
            mark = claim.identity
            told_by = mark.period if mark else None
            period, _ = decide_period(self.catalog.period, told_by, self.headed)
            self.offices.append(OfficeRows(claim, period))
        self._remark(
            NO_PLACE.found(
                "没有找到进展情况表的表头，全部文字都列入“未归位内容”。"
                "请股室在下发的表上填写，保留表头，重新报送。",
                office=claim.office,
                file=self.tally.file,
            )
        )

    def _approval_of(self, parts: Sequence[Part], tasks: Set[str]) -> str | None:
        """Return whose form a leader has approved, as a book without a table says: 审签单."""
        if parts or tasks or self.marks.foreign:
            return None
        if is_approval(self._loosely("approval")) is not True:
            return None
        named = self.catalog.office_named(self._loosely("office"))
        return self.told or named or self._office_in_heading()

    def _office_in_heading(self) -> str | None:
        """Return the one office that short lines of a book name: 基教股审签单."""
        short = (
            squeezed
            for sheet in self.tally.sheets
            for _, _, value in sheet.cells()
            if len(squeezed := squeeze(value_text(value))) <= _LONGEST_HEADING
        )
        offices = self.catalog.offices_in("|".join(short))
        return offices.pop() if len(offices) == 1 else None

    def _loose_period(self) -> str | None:
        return self.headed.key if self.headed else None

    def _name_own(self, parts: Sequence[Part]) -> str | None:
        """Return why this is the 办公室's own workbook and no return; None where it may be one.

        Whoever writes its own report in such a book names itself, or leaves only its own rows.
        """
        if self.own_book is None or self.told or self.marks.is_ours or self._names_office(parts):
            return None
        rows = [row for part in parts for row in part.rows]
        found = [self.catalog.tasks[task] for row in rows if (task := self._task_of(row))]
        alone = len(self.catalog.reported) > 1 and len(self._leads_of(found)) == 1
        return None if alone and self.own_book != A_MASTER else self.own_book

    # ------------------------------------------------------------ rows

    def _read_rows(self, office: OfficeRows, part: Part) -> None:
        """Read the rows of a part; those of another office's tasks are left over."""
        own = self._own(office.claim)
        identity = office.claim.identity
        marks = {row.id: row for row in identity.rows} if identity else {}
        registers = self.catalog.registers(own)
        beyond = self._find_beyond(part)
        for below in range(beyond + 1, part.bottom + 1):
            if not any(map(value_text, self.tally.sheets[part.sheet].rows[below - 1])):
                break  # what stands further down is no more work
            self.why.setdefault((part.sheet, below), "beyond")
        goes_on: set[int] = set()
        for row in (*part.rows, *part.others):
            if not row.table.is_answered or row.row in goes_on:
                continue
            register = registers[row.table.kind]
            item = self._find_own(register, row, marks)
            if item is None:
                mark = marks.get(row.keys.id) if row.item is None else None
                self.why[part.sheet, row.row] = _why_left(row, mark, row.row > beyond)
                self.answers.take_issued(part.sheet, row.row, row.table, mark)
                continue
            self.why[part.sheet, row.row] = "column"
            self.placed.add((part.sheet, row.row))
            mark = marks.get(item)
            sure = register.is_sure(row.keys, item)
            more = self._find_more(part, row, item, mark)
            goes_on.update(more)
            at = Answered(office.name, item, part.sheet, row.table, row.row, mark, sure, more)
            office.altered += self.answers.read_fixed(at)
            office.typed = office.typed or self.answers.is_typed(at)
            if row.table.kind == "task":
                office.entries.append((self.answers.read_entry(at), at))
            else:
                office.milestones.append((self.answers.read_milestone(at), at))

    def _find_more(self, part: Part, row: Row, item: str, mark: RowMark | None) -> tuple[int, ...]:
        """Return the rows below a row in which its texts go on, as they were issued.

        The mark tells how many there are; without marks the plan does, a piece of which they bear.
        """
        sheet = self.tally.sheets[part.sheet]
        keys = [row.table.column(name) for name in ("id", "number", "title", "milestone")]
        told = mark.digests.get(PARTS, "") if mark else ""
        most = int(told) if told.isdigit() else 0
        found: list[int] = []
        for below in range(row.row + 1, row.table.last + 1):
            named = any(column and sheet.text(below, column).strip() for column in keys)
            if (named or len(found) >= most) and not self._goes_on(part, row, item, found, below):
                break
            found.append(below)
        return tuple(found)

    def _goes_on(self, part: Part, row: Row, item: str, before: Sequence[int], below: int) -> bool:
        """Tell whether a row goes on with the one above, whose texts found no room in it.

        It names no task of its own: what stands in its fixed columns, if anything, goes on with a
        fixed text that the rows above have only begun. It has an answer, or a piece of the plan.
        """
        if row.table.kind != "task" or below > self._find_beyond(part):
            return False
        sheet = self.tally.sheets[part.sheet]
        fields = {c: name for name, columns in row.table.columns.items() for c in columns}
        listed = self.catalog.fixed_texts(item)
        said = False
        for column, value in enumerate(sheet.rows[below - 1], 1):
            text = squeeze(value_text(value))
            if not text:
                continue
            name = fields.get(column, "")
            if name in ("progress", "obstacles", "remarks"):
                said = True
                continue
            pieces = [squeeze(sheet.text(n, column)) for n in (row.row, *before)]
            joined = "".join((*pieces, text)).replace("、", "")
            if name in ("status", "state"):
                if text not in pieces:
                    return False
            elif name in ("id", "number") or not listed.get(name, "").startswith(joined):
                return False
            else:
                said = said or name == "content"
        return said

    def _find_beyond(self, part: Part) -> int:
        """Return the row below which the form itself asks for work that is not in the list."""
        key = (part.sheet, part.tables[0].bottom, part.bottom)
        if key not in self.beyond:  # asked for every row of the part
            rows = self.tally.sheets[part.sheet].rows
            self.beyond[key] = next(
                (
                    row
                    for row in range(key[1] + 1, key[2] + 1)
                    if any(squeeze(value).startswith(BEYOND_LIST) for value in rows[row - 1])
                ),
                part.bottom,
            )
        return self.beyond[key]

    def _find_own(self, register: Register, row: Row, marks: Mapping[str, RowMark]) -> str | None:
        """Return the office's task of a row; None where another office's fits it better."""
        if row.item is None:
            return register.find(row.keys, marks)
        return row.item if row.item in register.items else None

    def _read_listings(self, part: Part) -> None:
        """Take from tables that are only to be read (协办任务) what 主清单 has too."""
        for row in part.rows:
            if not row.table.is_answered and row.item is not None:
                more = self._find_more(part, row, row.item, None)
                at = Answered("", row.item, part.sheet, row.table, row.row, more=more)
                self.answers.take_fixed(at)

    # ------------------------------------------------------------ the end

    def _submit(self) -> tuple[Submission, ...]:
        loose: list[Placed] = []
        if len(self.offices) == 1:
            loose, self.loose = self.loose, []
        forms = []
        for office in self.offices:
            own = self._own(office.claim)
            alone = len(self.offices) == 1
            sided = Sided(self.catalog, self.tally, self.placed, own, alone)
            read_told(sided, office)
            beside = read_beside(sided, office, loose)
            forms.append(make_submission(self.catalog, self.tally, office, [*loose, *beside]))
        return tuple(forms)

    def _conclude(self, submissions: tuple[Submission, ...], parts: Sequence[Part]) -> Return:
        """Keep what is left over and give the file its code, if it must have one.

        A book that has no trace of a form (marks, tasks, an office of the bureau after 填报股室) is
        no return: none of its texts is taken in.
        """
        for index, fact in self.loose:
            self.tally.keep("text", index, fact.row, fact.column, fact.text)
        reason = next((claim.reason for _, claim in self.refused), "")
        listed = _tell_list(parts)
        if listed and not self.marks.is_ours and not self._names_office(parts):
            reason = listed
        told = self.marks.is_ours or self._names_office(parts) or any(part.rows for part in parts)
        if not submissions and not told:
            return Return(self.tally.file, code="R205", reason=reason)
        self.tally.keep_rest(self.catalog, self.why)
        if not submissions:
            return Return(
                self.tally.file,
                code="R205",
                reason=reason,
                unplaced=tuple(
                    one
                    for one in self.tally.unplaced
                    if reason not in (_A_LIST, _A_NOTICE) or not self.catalog.is_listed(one.text)
                ),
                attached=self.attached,
                about=self._others_told(parts),
            )
        left = {kept.sheet for kept in self.tally.unplaced}
        for part, claim in self.refused:
            if part is not None and (part.name or None) in left:
                message = f"{claim.reason}这部分内容先列入“未归位内容”。"
                place = {"file": self.tally.file, "sheet": part.name or None}
                self._remark(OFFICE_UNKNOWN.found(message).at(**place))
        office = submissions[0].office if len(submissions) == 1 else None
        self.tally.findings += self.tally.explain_rest(office)
        self.tally.findings += tell_attached(self.attached, office)
        self.tally.findings += self.tally.tell_struck(self.catalog, office)
        if self.kind == "pdf":
            self.tally.findings += self._doubt_entries(submissions)
        code, refusal = None, None
        periods = {submission.period for submission in submissions}
        if not periods & {None, self.catalog.period.key}:
            code, refusal = "R206", _other_period(periods, self.catalog.period)
        return Return(
            self.tally.file,
            code=code,
            reason=refusal,
            submissions=submissions,
            unplaced=self.tally.unplaced,
            findings=tuple(self.tally.findings),
            attached=self.attached,
            about=self._others_told(parts),
        )

    def _doubt_entries(self, submissions: Sequence[Submission]) -> Iterator[Finding]:
        for form in submissions:
            for entry in form.entries:
                label = self.catalog.tasks[entry.task].label
                yield FROM_PDF.found(
                    f"{label}的填报内容读自 PDF，请核对原件。",
                    office=form.office,
                    task=entry.task,
                    file=entry.file,
                    sheet=entry.sheet,
                    cell=entry.cells.get("progress"),
                )

    def _others_told(self, parts: Sequence[Part]) -> tuple[str, ...]:
        """Return the leading offices of the tasks whose rows were given to nobody."""
        tasks = [
            self.catalog.tasks[task]
            for part in parts
            for row in part.rows
            if row.table.is_answered and (part.sheet, row.row) not in self.placed
            if (task := self._task_of(row)) is not None
        ]
        return self._leads_of(tasks)

    def _leads_of(self, tasks: Iterable[Task]) -> tuple[str, ...]:
        """Return the offices that lead some tasks, each once."""
        names = [self.catalog.roster.spell_out(task.lead_offices) for task in tasks]
        return tuple(dict.fromkeys(name for several in names for name in several))


def _tell_list(parts: Sequence[Part]) -> str | None:
    """Return what a book is whose tables hold tasks and nothing that an office filled: 附件1.

    A notice may have a blank 附件2 behind it, of which no row says anything.
    """
    rows = [row for part in parts for row in (*part.rows, *part.others)]
    if not any(part.rows for part in parts) or any(row.table.is_answered for row in rows):
        return None
    blank = any(table.is_answered for part in parts for table in part.tables)
    return _A_NOTICE if blank else _A_LIST


def _why_left(row: Row, mark: RowMark | None, beyond: bool) -> Why:
    """Return why a row has no place among the office's tasks."""
    if row.item is not None:
        return "other"
    if mark is not None:
        return "dropped"
    return "beyond" if beyond else "row"


def _other_period(periods: Set[str | None], expected: Period) -> str:
    months = "、".join(show(period_name(period)) for period in sorted(filter(None, periods)))
    return f"这是{months}的表，本期是{expected.name}。请用本期下发的表填报后重新报送。"
