"""Findings that the 办公室 looked into (已核实，不算): out of the count, and never out of sight."""

from collections.abc import Mapping
from dataclasses import replace

from taskxl.findings import Finding
from taskxl.model import FindingKey, Month, Settled


def key_of_finding(finding: Finding) -> FindingKey:
    """Return what tells a finding from the others of its month.

    Its message is part of that: where an office has since sent something else, that was not looked
    into. The file is not, for the same return may come again under another name.
    """
    return finding.code, finding.office or "", finding.task or "", finding.message


def settle_month(month: Month, settlements: Mapping[FindingKey, str]) -> Month:
    """Return a month in which only what has no reason to be let pass counts as a finding.

    Reasons are by the finding's key; what was settled before and has none any more counts again.
    Findings that come back stand after the rest of their severity.
    """
    back = [one.finding for one in month.settled if key_of_finding(one.finding) not in settlements]
    known = {key_of_finding(one.finding): one.finding for one in month.settled}
    known |= {key_of_finding(one): one for one in month.findings}
    order = {"error": 0, "warning": 1, "info": 2}
    left = [one for one in month.findings if key_of_finding(one) not in settlements]
    if back:
        left = sorted((*left, *back), key=lambda one: order[one.severity])
    settled = tuple(
        Settled(one, settlements[key]) for key, one in known.items() if key in settlements
    )
    return replace(month, findings=tuple(left), settled=settled)
