"""缺口 for the page: each finding with the text that it is about, by office and severity."""

from collections.abc import Iterator
from dataclasses import dataclass

from taskxl.desk.deciding import mark_seen
from taskxl.desk.settling import mark_reason
from taskxl.findings import Finding
from taskxl.merge.settled import key_of_finding
from taskxl.model import Month, Task
from taskxl.reports.send_back import send_back_text
from taskxl.rules import rule_of
from taskxl.text import call_offices, is_blank, show

Place = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class GapLine:
    """A finding as a person looks at it.

    `token` tells it from all others of its month; `text` is what stands in its cell, "" where it
    has none; `reason` says why it does not count, "" for one that does.
    """

    token: str
    finding: Finding
    name: str
    cure: str
    task: str
    text: str
    reason: str = ""

    @property
    def seen(self) -> str:
        """What goes along with a decision on it."""
        return mark_reason(self.reason)

    @property
    def has_row(self) -> bool:
        """Whether it is about a place in a file that came."""
        return bool(self.finding.file and self.finding.cell)


def token_of(finding: Finding) -> str:
    """Return what tells a finding from all others of its month, fit for an address."""
    return mark_seen(*key_of_finding(finding))[:20]


def list_gaps(month: Month, office: str = "", severity: str = "") -> list[GapLine]:
    """Return a month's findings, of one office or severity only where those are given.

    They stand in the month's order, the gravest first; what does not count comes last.
    """
    texts, tasks = dict(_texts_of(month)), {one.id: one for one in month.master.tasks}
    word = month.master.settings.office_word
    pairs = [(one, "") for one in month.findings]
    pairs += [(one.finding, one.reason) for one in month.settled]
    return [
        _make_line(word, tasks, texts, finding, reason)
        for finding, reason in pairs
        if office in ("", finding.office) and severity in ("", finding.severity)
    ]


def find_gap(month: Month, token: str) -> Finding | None:
    """Return the finding of a token, whether it counts or not; None where it is there no more."""
    found = (*month.findings, *(one.finding for one in month.settled))
    return next((one for one in found if token_of(one) == token), None)


def paste_send_back(month: Month, office: str) -> str:
    """Return what an office is asked to mend, ready to be pasted; "" where there is nothing."""
    return send_back_text(month, office)


def list_offices(month: Month) -> tuple[str, ...]:
    """Return the offices of which anything was found, in the order in which it stands."""
    found = (*month.findings, *(one.finding for one in month.settled))
    return tuple(dict.fromkeys(one.office for one in found if one.office))


def _make_line(
    word: str, tasks: dict[str, Task], texts: dict[Place, str], finding: Finding, reason: str
) -> GapLine:
    rule = rule_of(finding.code)
    task = tasks.get(finding.task or "")
    text = texts.get((finding.file or "", finding.sheet, finding.cell), "") if finding.cell else ""
    return GapLine(
        token_of(finding),
        finding,
        call_offices(rule.name, word),
        call_offices(rule.cure, word),
        task.label if task else finding.task or "",
        show(text, 400),
        reason,
    )


def _texts_of(month: Month) -> Iterator[tuple[Place, str]]:
    """Yield what stands in each cell of the returns that the month knows of."""
    for unplaced in month.unplaced:
        yield (unplaced.file, unplaced.sheet, unplaced.cell), unplaced.text
    for altered in month.altered:
        yield (altered.file, altered.sheet, altered.cell), altered.now
    for state in month.milestones:
        entry = state.entry
        for field, cell in entry.cells.items() if entry else ():
            assert entry is not None  # noqa: S101 - it has cells
            value = {"state": entry.state, "done_on": entry.done_text, "note": entry.note}[field]
            if not is_blank(value):
                yield (entry.file, entry.sheet, cell), value
    for one in (*month.entries, *month.replies):
        for name, cell in one.cells.items():
            value = getattr(one, name)
            if not is_blank(value):
                yield (one.file, one.sheet, cell), value
