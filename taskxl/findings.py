"""Findings about somebody's data, and the registry of the rules that raise them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

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


@dataclass(frozen=True, slots=True)
class Rule:
    """A declared code: what it finds, why that matters and how to mend it (all Chinese)."""

    code: str
    name: str
    severity: Severity
    what: str
    why: str
    cure: str

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


def rule(code: str, name: str, severity: Severity, *, what: str, why: str, cure: str) -> Rule:
    """Declare a rule; each code is declared once, in the module that raises it.

    Raises ValueError when the code is taken.
    """
    if code in _REGISTRY:
        raise ValueError(f"code {code} is declared twice")
    _REGISTRY[code] = Rule(code, name, severity, what, why, cure)
    return _REGISTRY[code]


def declared_rules() -> list[Rule]:
    """Return the rules of every module imported so far, by code."""
    return [_REGISTRY[code] for code in sorted(_REGISTRY)]


def count_by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity, all three always present."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return {str(severity): number for severity, number in counts.items()}
