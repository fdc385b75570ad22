"""A task list for the page: its source as it stands beside what was read of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from taskxl.a1 import cell_name, column_letters
from taskxl.dates import Calendar, is_recurring
from taskxl.desk.lists import count_tasks, list_sources, load_master, read_lists
from taskxl.errors import TaskxlError
from taskxl.findings import Finding
from taskxl.intake.gate import Limits, Refusal, admit
from taskxl.intake.reading import read_book
from taskxl.intake.workers import read_isolated
from taskxl.master.reading.hints import FIELD_WORDS, NO_HINTS, Hints, read_hints
from taskxl.model import Task, TaskList, Understood
from taskxl.text import show
from taskxl.workspace.folder import Workspace

_LIMITS = Limits(memory=4 << 30, seconds=180.0)
ROWS, COLUMNS = 400, 30
"""How much of a source is shown at most."""
COLUMN_WORDS: tuple[str, ...] = tuple(words[0] for words in FIELD_WORDS.values())
"""What a person can say that a column is, as `--column` takes it."""
_LONGEST_NAME = 20


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of a source and what it was taken as; `asked` is what a person said that it is."""

    letters: str
    header: str
    taken: str
    how: str
    sure: bool
    asked: str = ""

    @property
    def name(self) -> str:
        """What a person calls it when they say what it is: its header where that is short."""
        return self.header if 0 < len(self.header) <= _LONGEST_NAME else self.letters


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A cell of a source, with what is doubtful of it."""

    text: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceSheet:
    """A table or a text as it stands; of a text each row is a line in one cell."""

    file: str
    sheet: str | None
    columns: tuple[SourceColumn, ...]
    levels: tuple[Understood, ...]
    rows: tuple[tuple[int, tuple[SourceCell, ...]], ...]
    is_cut: bool

    @property
    def width(self) -> int:
        """Cells of the widest row; rows that end in blanks have fewer."""
        return max((len(cells) for _, cells in self.rows), default=0)


@dataclass(frozen=True, slots=True)
class StepRead:
    """A milestone as it was read: `when` its date or why there is none, `sure` whether it is."""

    text: str
    when: str
    sure: bool


@dataclass(frozen=True, slots=True)
class TaskRead:
    """A task as it was read, with what is doubtful of it."""

    task: Task
    steps: tuple[StepRead, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """A list as it was read, beside its sources; `amount` and `told` say how much it is."""

    task_list: TaskList
    findings: tuple[Finding, ...]
    sources: tuple[SourceSheet, ...]
    tasks: tuple[TaskRead, ...]
    amount: str
    told: tuple[str, ...]


def view_lists(paths: Sequence[Path], hints: Hints = NO_HINTS) -> ListView:
    """Return task lists as they are read, each beside its source; writes nothing.

    Raises TaskxlError as `read_lists` does.
    """
    return _view(paths, hints, *read_lists(paths, hints=hints))


def view_revised(workspace: Workspace, paths: Sequence[Path], hints: Hints = NO_HINTS) -> ListView:
    """Return a revised list as it is read for a workspace, with what 设置 knows of reading."""
    settings = load_master(workspace)[0].settings
    calendar = Calendar(settings.spring_term, settings.autumn_term, settings.year_end)
    said = hints.over(read_hints(settings.reading))
    return _view(paths, said, *read_lists(paths, None, calendar, said))


def _view(
    paths: Sequence[Path], hints: Hints, task_list: TaskList, findings: tuple[Finding, ...]
) -> ListView:
    grids: list[tuple[str, str | None, list[list[str]]]] = []
    for path, read in read_isolated(_read_source, None, list(paths), limits=_LIMITS):
        if isinstance(read, Refusal):
            raise TaskxlError(f"{show(path.name)}：{read.reason}（{read.code}）")
        grids += read
    doubts = _gather_doubts(findings)
    word = task_list.office_word or "股室"
    return ListView(
        task_list,
        findings,
        tuple(_make_source(grid, task_list.understood, doubts, hints) for grid in grids),
        tuple(_make_task(task, findings, word) for task in task_list.tasks),
        count_tasks(task_list.tasks, word),
        tuple(list_sources(task_list.tasks)),
    )


def _read_source(_: None, path: Path) -> list[tuple[str, str | None, list[list[str]]]]:
    """Return the texts of a file's sheets, else its lines. Runs in a worker."""
    admitted = admit(path)
    book = read_book(admitted.content, path.name, admitted.kind)
    found: list[tuple[str, str | None, list[list[str]]]] = []
    for sheet in book.sheets:
        rows = [
            [sheet.text(row, column) for column in range(1, min(len(cells), COLUMNS) + 1)]
            for row, cells in enumerate(sheet.rows[: ROWS + 1], 1)
        ]
        if any(any(row) for row in rows):
            found.append((path.name, sheet.name, rows))
    lines = [[f"{line.label}{line.text}"] for line in book.lines[: ROWS + 1]]
    if any(any(row) for row in lines):
        found.append((path.name, None, lines))
    return found


def _gather_doubts(findings: Sequence[Finding]) -> dict[tuple[str, str | None, str], list[str]]:
    doubts: dict[tuple[str, str | None, str], list[str]] = {}
    for one in findings:
        if one.cell:
            doubts.setdefault((one.file or "", one.sheet, one.cell), []).append(one.message)
    return doubts


def _make_source(
    grid: tuple[str, str | None, list[list[str]]],
    understood: Sequence[Understood],
    doubts: Mapping[tuple[str, str | None, str], list[str]],
    hints: Hints,
) -> SourceSheet:
    file, name, rows = grid
    own = [one for one in understood if (one.file, one.sheet) == (file, name)]
    width = max((len(row) for row in rows), default=0)
    known = {one.name: one for one in own}
    columns = []
    for number in range(1, width + 1) if name is not None else ():
        one = known.get(column_letters(number))
        letters, header = column_letters(number), one.header if one else ""
        column = SourceColumn(
            letters,
            header,
            one.taken if one else "",
            one.how if one else "没有内容",
            one.sure if one else True,
        )
        field = hints.field_of(header, letters)
        asked = "" if field is None else FIELD_WORDS[field][0]
        columns.append(replace(column, asked=asked))
    cells = tuple(
        (
            place,
            tuple(
                SourceCell(text, tuple(doubts.get((file, name, cell_name(place, column)), ())))
                for column, text in enumerate(row, 1)
            ),
        )
        for place, row in enumerate(rows[:ROWS], 1)
        if any(row)
    )
    levels = tuple(one for one in own if one.name.startswith("第"))
    return SourceSheet(file, name, tuple(columns), levels, cells, len(rows) > ROWS)


def _make_task(task: Task, findings: Sequence[Finding], word: str) -> TaskRead:
    steps = []
    for one in task.milestones:
        endless = is_recurring(one.vague)
        day = f"{one.due.month}月{one.due.day}日" if one.due else ""
        when = day or ("长期" if endless else "日期未定")
        steps.append(StepRead(one.text, when, endless or (day != "" and one.vague is None)))
    doubts = [] if task.lead_offices else [f"没有牵头{word}"]
    if task.place:
        mine = (task.place.file, task.place.sheet)
        doubts += [
            one.message
            for one in findings
            if (one.file, one.sheet) == mine and one.cell and _row_of(one.cell) == task.place.row
        ]
    return TaskRead(task, tuple(steps), tuple(dict.fromkeys(doubts)))


def _row_of(cell: str) -> int:
    return int("".join(letter for letter in cell if letter.isdigit()) or 0)
