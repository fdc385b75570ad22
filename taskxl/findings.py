"""Findings about somebody's data, and the registry of the rules that raise them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, asdict, dataclass, replace
from typing import Literal, ParamSpec

from taskxl.text import show

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
SEVERITY_WORDS: dict[Severity, str] = {"error": "须处理", "warning": "请注意", "info": "请核实"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, with its place.

    `message` says what is there, what is wanted and what to do, in Chinese, without place or code.
    `task` is the task's id; `cell` is in A1 notation; `file` is a path as the user knows it.
    """

    code: str
    severity: Severity
    message: str
    office: str | None = None
    task: str | None = None
    file: str | None = None
    sheet: str | None = None
    cell: str | None = None

    @property
    def place(self) -> str:
        """Where it is, as `文件〔表〕单元格`; empty when the finding has no place in a file."""
        sheet = f"〔{show(self.sheet)}〕" if self.sheet else ""
        return f"{show(self.file or '')}{sheet}{self.cell or ''}"

    def __str__(self) -> str:
        place = self.place or self.office or ""
        return f"{place}{'：' if place else ''}{self.message}（{self.code}）"

    def to_json(self) -> dict[str, str | None]:
        """Return the JSON object of design.md (FINDING), the message last."""
        values = asdict(self)
        message = values.pop("message")
        return values | {"message": message}

    def at(self, **place: str | None) -> "Finding":
        """Return this finding with some of its place filled in or changed."""
        return replace(self, **place)  # type: ignore[arg-type]


MarkColumn = Literal["number", "title", "plan", "offices", "status", "progress", "obstacles"]
"""The columns of 汇总表 that a finding of a task can mark."""
OfficeColumn = Literal["state", "moment", "reporter", "approved", "filled", "months"]
"""The columns of 报送情况 in which a finding of an office can show."""
Mender = Literal["bureau", "office", "office unless said"]
"""Who can mend what a rule finds: the 办公室, the office that filled the form, or that office as
long as it has not spoken of it (a milestone for which it asks more time is the 办公室's matter)."""
_PER_FAMILY: Mapping[str, tuple[MarkColumn, str]] = {
    "M": ("plan", "清单待核"),
    "": ("progress", "请核实"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared code: all that is known of it stands here and nowhere else (texts in Chinese).

    `what` it finds, `why` that matters, the `cure`; `good` and `bad` are small tables of a month
    (one row a task of an office, columns as in `tests/months.py`) on which a gap rule is silent and
    speaks.

    `mark` is the column of 汇总表 that a finding of a task marks, and the word in 【】; with
    `follows_cell` a finding about one cell of a form marks the column that this cell is in.
    `office_column` is where a finding of an office shows in 报送情况. `listed_in` names the sheet
    that shows the very text or file which is meant.

    `mender` says whether the office is asked to mend it (taskxl send-back); `said_to_office` is
    what it is told then, where the finding's message speaks to the 办公室.

    `urgency` orders 总览's list of urgent things, 1 first; `together` counts a finding once,
    however many offices it is said of; `covers` are the codes that need not be told of an office
    beside this one.

    `verdict` is what becomes of a file that is refused with this code; `partial` the words in the
    verdict of a file that counts although this was found so many times in it, with `{}`.
    """

    code: str
    name: str
    severity: Severity
    _: KW_ONLY
    what: str
    why: str
    cure: str
    good: str = ""
    bad: str = ""
    mark: tuple[MarkColumn, str] | None = None
    follows_cell: bool = False
    office_column: OfficeColumn = "state"
    listed_in: Literal["", "altered", "unplaced", "files"] = ""
    mender: Mender = "bureau"
    said_to_office: str = ""
    urgency: int = 99
    together: bool = False
    covers: tuple[str, ...] = ()
    verdict: Literal["rejected", "skipped"] = "rejected"
    partial: str = ""

    @property
    def marks(self) -> tuple[MarkColumn, str]:
        """Return the column of 汇总表 and the word: its own, else those of all such codes."""
        return self.mark or _PER_FAMILY.get(self.code[0], _PER_FAMILY[""])

    def found(
        self,
        message: str,
        *,
        severity: Severity | None = None,
        office: str | None = None,
        task: str | None = None,
        file: str | None = None,
        sheet: str | None = None,
        cell: str | None = None,
    ) -> Finding:
        """Return a finding of this rule; `severity` lowers it where the rule is unsure."""
        return Finding(
            self.code, severity or self.severity, message, office, task, file, sheet, cell
        )


_REGISTRY: dict[str, Rule] = {}
_Parameters = ParamSpec("_Parameters")


def _declaring(make: Callable[_Parameters, Rule]) -> Callable[_Parameters, Rule]:
    def declare(*args: _Parameters.args, **more: _Parameters.kwargs) -> Rule:
        declared = make(*args, **more)
        if declared.code in _REGISTRY:
            first = _REGISTRY[declared.code].name
            raise ValueError(f"code {declared.code} is declared twice, first as {first}")
        _REGISTRY[declared.code] = declared
        return declared

    return declare


rule = _declaring(Rule)
"""Declare a rule, once, in the module that raises it; takes what `Rule` takes.

Raises ValueError when the code is taken. `taskxl.rules` lists the modules that declare rules.
"""


def declared_rules() -> list[Rule]:
    """Return the rules of every module imported so far (of all modules: taskxl.rules), by code."""
    return [_REGISTRY[code] for code in sorted(_REGISTRY)]


def declared_rule(code: str) -> Rule | None:
    """Return the rule of a code, None where no module imported so far declares it."""
    return _REGISTRY.get(code)


def count_by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity, all three always present."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return {str(severity): number for severity, number in counts.items()}
