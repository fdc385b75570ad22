"""All rules of a month: importing this module declares them, `find_gaps` runs them."""

from collections.abc import Iterator

from taskxl.findings import Finding
from taskxl.merge import (
    fates,
    gaps_milestones,
    gaps_orders,
    gaps_returns,
    gaps_texts,
    revisions,
)
from taskxl.merge.registry import GapRule, View, gap_rule, gap_rules

__all__ = ["GapRule", "View", "find_gaps", "gap_rule", "gap_rules"]

# Named so that the modules which declare rules count as used.
RULE_MODULES = (fates, gaps_returns, gaps_texts, gaps_milestones, gaps_orders, revisions)


def find_gaps(view: View) -> Iterator[Finding]:
    """Yield what every gap rule finds in a month, by code."""
    for one in gap_rules():
        yield from one.check(one.rule, view)
