"""What an office is asked to mend in its return: a text ready to be pasted into a chat or letter.

Only what the office itself can mend, as each rule says (`Rule.mender`): nothing of the list (M1xx),
nothing of who owes or is late, nothing that only the 办公室 decides.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from taskxl.findings import Finding
from taskxl.model import Month
from taskxl.rules import rule_of
from taskxl.text import call_offices, show
from taskxl.words import MILESTONE_STATES

_SAMPLE = re.compile(r"，如“(.+?)”。")


def send_back_text(month: Month, office: str, names: Mapping[str, str] | None = None) -> str:
    """Return what an office should mend in its return, with cells; "" where there is nothing.

    What is certain comes first, then what is only to be checked (请核实). A place is said without
    the file where all is in one file. `names` are what the office called its files when it sent
    them, by their names under 回收/.
    """
    own = [f for f in month.findings if f.office == office]
    is_mendable = _tell_mendable(month, own)
    findings = [f for f in own if is_mendable(f)]
    if not findings:
        return ""
    files = list(dict.fromkeys(f.file for f in findings if f.file))
    sent = {file: (names or {}).get(file, file) for file in files}
    if len(set(sent.values())) < len(files):
        sent = {file: file for file in files}  # two of one name: only ours tells them apart
    placed = sent if len(files) > 1 else {}
    certain = [f for f in findings if f.severity != "info"]
    doubtful = [f for f in findings if f.severity == "info"]
    lines = []
    for title, some in (("请更正", certain), ("请核实", doubtful)):
        told = list(dict.fromkeys(_describe(month, f, placed) for f in some))
        if told:
            lines += [f"{title} {len(told)} 处：", *(f"{n}. {t}" for n, t in enumerate(told, 1))]
    named = f"（{show(sent[files[0]])}）" if len(files) == 1 else ""
    contact = show(month.master.settings.contact)
    return "\n".join(
        [
            f"【{office}】{month.period.label}进展情况表{named}",
            *lines,
            ("" if certain else "核实无误的不必重报。")
            + "改好并经分管负责同志审定后，请把整份表重新报送办公室"
            + (f"（联系人：{contact}）。" if contact else "。"),
        ]
    )


def list_menders(month: Month) -> tuple[str, ...]:
    """Return the offices that have something to mend in their returns, in the month's order."""
    is_mendable = _tell_mendable(month, month.findings)
    asked = {f.office for f in month.findings if f.office and is_mendable(f)}
    return tuple(one.office for one in month.offices if one.office in asked)


def _tell_mendable(month: Month, findings: Sequence[Finding]) -> Callable[[Finding], bool]:
    """Return what tells of some findings of a month whether the office itself can mend them."""
    named, last_day = {one.task for one in findings if one.task}, month.period.last_day
    # Of a closed task nobody is asked anything.
    closed = {
        task.id for task in month.master.tasks if task.id in named and task.is_closed(last_day)
    }
    # An overdue milestone that has been spoken of: the office asks for more time.
    postponed = {
        (entry.file, entry.sheet, entry.cells.get("state"))
        for entry in (state.entry for state in month.milestones)
        if entry and entry.state == MILESTONE_STATES[2]
    }

    # What another return has taken the place of: the office has done its part already.
    aside = {file.file for file in month.files if file.verdict in ("superseded", "duplicate")}

    def is_mendable(finding: Finding) -> bool:
        if finding.task in closed or (finding.severity == "info" and finding.file in aside):
            return False
        mender = rule_of(finding.code).mender
        if mender == "office unless said":
            place = (finding.file, finding.sheet, finding.cell)
            return finding.severity == "warning" and place not in postponed
        return mender == "office"

    return is_mendable


def _describe(month: Month, finding: Finding, names: Mapping[str, str]) -> str:
    said = call_offices(rule_of(finding.code).said_to_office, month.master.settings.office_word)
    message = said or finding.message
    if said and not finding.cell and (sample := _SAMPLE.search(finding.message)):
        message = f"{said}（写的是“{sample[1]}”）"  # a document has no cells to go to
    task = month.master.task(finding.task) if finding.task else None
    if task and task.label not in message:
        message = f"{task.label}：{message}"
    file = names.get(finding.file or "")
    place = finding.at(file=file).place
    return f"{place}{'：' if place else ''}{message}"
