"""股室报送: of each office, whether it reported in each month, and the milestones it kept."""

from collections import Counter
from collections.abc import Iterable, Iterator

from taskxl.model import MilestoneState, OfficeState
from taskxl.reports.styles import PERCENT
from taskxl.reports.tables import Cell, Column, Content, Row, Table
from taskxl.reports.view import MonthView
from taskxl.reports.year_view import STATE_TONES, Year, pivot_months
from taskxl.words import OFFICE_STATES

SHEET = "股室报送"
_OTHER_STATES = tuple(word for state, word in OFFICE_STATES.items() if state != "submitted")


def make_table(year: Year) -> Table:
    """Return 股室报送: a column a month, then the counts of the year."""
    states = {
        (office, view.month.period.key): state
        for view in year.views
        for office, state in _name_states(year, view)
    }
    offices = _order_offices(year, [office for office, _ in states])
    records = [(office, period, state) for (office, period), state in states.items()]
    frame = pivot_months(year, records, offices)
    milestones = _count_milestones(year.last)
    rows = []
    for office, given in zip(offices, frame.to_numpy().tolist(), strict=True):
        owed = [state for state in given if state is not None and state.owes and state.due]
        counts = Counter(state.state for state in owed)
        due, done, kept = milestones.get(office, (0, 0, 0))
        contents: list[Content] = [
            office,
            *map(_show_state, given),
            len(owed),
            *(counts[word] for word in OFFICE_STATES),
            counts["submitted"] / len(owed) if owed else None,
            due,
            done,
            kept,
        ]
        rows.append(Row(tuple(contents), (SHEET, office)))
    columns = (
        Column("股室", 12),
        *(Column(f"{period.month}月", 7.5) for period in year.periods),
        Column("应报月数", 8, number="0"),
        *(Column(word, 6, number="0") for word in ("按时", *_OTHER_STATES)),
        Column("按时报送率", 10, number=PERCENT),
        Column("到期节点", 8, number="0"),
        Column("已完成", 7, number="0"),
        Column("其中按期", 8, number="0"),
    )
    note = (
        f"{year.note}节点计在牵头股室名下，截至最近一期；"
        "“按期”指所报的完成日期不晚于时限，没有报完成日期的不算。"
    )
    return Table(SHEET, year.heading("股室报送情况"), note, columns, rows, frozen_columns=1)


def _name_states(year: Year, view: MonthView) -> Iterator[tuple[str, OfficeState]]:
    """Yield a month's offices under their present names.

    Offices that have become one since keep their own names: each had reports of its own to make.
    """
    names = [year.office_name(state.office) for state in view.month.offices]
    shared = {name for name, count in Counter(names).items() if count > 1}
    for name, state in zip(names, view.month.offices, strict=True):
        yield (state.office if name in shared else name), state


def _order_offices(year: Year, names: Iterable[str]) -> list[str]:
    """Return names, each once: in the order of sheet 股室, then those that it does not know."""
    places = {office.name: place for place, office in enumerate(year.roster.offices)}
    return sorted(dict.fromkeys(names), key=lambda name: places.get(name, len(places)))


def _show_state(state: OfficeState | None) -> Content:
    if state is None:
        return "—"
    word = state.word + ("" if state.owes else "（不须报送）")
    return Cell(word, STATE_TONES[state.state] if state.due else "")


def _count_milestones(view: MonthView) -> dict[str, tuple[int, int, int]]:
    """Return for each leading office its milestones due so far, those done, those done in time."""
    due: dict[str, list[MilestoneState]] = {}
    for state in view.month.milestones:
        if state.milestone.due and state.milestone.due <= view.month.as_of:
            due.setdefault(view.lead_of(state.task), []).append(state)
    return {
        office: (len(states), sum(s.light == "done" for s in states), sum(map(_is_kept, states)))
        for office, states in due.items()
    }


def _is_kept(state: MilestoneState) -> bool:
    done_on = state.entry.done_on if state.entry else None
    due = state.milestone.due
    return state.light == "done" and done_on is not None and due is not None and done_on <= due
