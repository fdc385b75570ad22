"""Findings that the 办公室 looked into (已核实，不算): out of the count, and never out of sight."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from taskxl.findings import Finding
from taskxl.model import FindingKey, Month, Settled

_STANDING = ("accepted", "partial")


def key_of_finding(finding: Finding) -> FindingKey:
    """Return what tells a finding from the others of its month.

    Its message is part of that: where an office has since sent something else, that was not looked
    into. So is its place: of two that are alike each was looked into, or was not.
    """
    place = (finding.file or "", finding.sheet or "", finding.cell or "")
    told = (finding.code, finding.office or "", finding.task or "", finding.message)
    return FindingKey(*told, place)


def find_reasons(month: Month, settlements: Mapping[FindingKey, str]) -> dict[FindingKey, str]:
    """Return the reasons for which findings of a month do not count, by the findings' keys.

    `settlements` are what was recorded, "" where it was taken back. A reason goes with its finding
    where the same return comes again under another name: its file counts no more, and one other
    finding in that very cell is alike. What is found of a file itself (R2xx) is about no other.
    """
    keys = dict.fromkeys(map(key_of_finding, _list_findings(month)))
    reasons = {key: settlements[key] for key in keys if key in settlements}
    standing = {one.file for one in month.files if one.verdict in _STANDING}
    for known, reason in settlements.items():
        if known in keys or (known.place and known.place[0] in standing):
            continue
        like = [key for key in keys if key not in reasons and _is_like(key, known)]
        if known.place is None:  # then all that are alike were one
            reasons |= dict.fromkeys(like, reason)
        elif len(like) == 1 and known.place[0] and not known.code.startswith("R"):
            reasons[like[0]] = reason
    return {key: reason for key, reason in reasons.items() if reason}


def _is_like(key: FindingKey, known: FindingKey) -> bool:
    if key[:4] != known[:4]:
        return False
    return known.place is None or (key.place is not None and key.place[1:] == known.place[1:])


def _list_findings(month: Month) -> Iterable[Finding]:
    return (*month.findings, *(one.finding for one in month.settled))


def settle_month(month: Month, settlements: Mapping[FindingKey, str]) -> Month:
    """Return a month in which only what has no reason to be let pass counts as a finding.

    What was settled before and has no reason any more counts again. Findings that come back stand
    after the rest of their severity.
    """
    reasons = find_reasons(month, settlements)
    back = [one.finding for one in month.settled if key_of_finding(one.finding) not in reasons]
    known = {key_of_finding(one): one for one in _list_findings(month)}
    order = {"error": 0, "warning": 1, "info": 2}
    left = [one for one in month.findings if key_of_finding(one) not in reasons]
    if back:
        left = sorted((*left, *back), key=lambda one: order[one.severity])
    settled = tuple(Settled(one, reasons[key]) for key, one in known.items() if key in reasons)
    return replace(month, findings=tuple(left), settled=settled)
