"""Many bureaus counted and pivoted by pandas."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from taskxl.merge.counts import NOT_YET, UNSAID, Rate
from taskxl.reports.rollup.bureau_years import BureauMonth, BureauYear
from taskxl.text import squeeze
from taskxl.words import BEHIND, DONE, LIGHTS, OFFICE_STATES, STATUSES

if TYPE_CHECKING:
    import pandas

RATES = {
    "任务完成率": "completion",
    "节点完成率": "milestone_completion",
    "按时报送率": "punctuality",
    "报送完整率": "completeness",
}
LIGHTS_SHOWN = {f"节点{LIGHTS[light]}": str(light) for light in ("done", "overdue", "severe")}
_DONE, _OF = "：分子", "：分母"


def count_months(bureaus: Sequence[BureauYear]) -> "pandas.DataFrame":
    """Return one row a bureau and month: `bureau` (its place from 0), `period`, and its numbers.

    Rates are there as numerator and denominator, so that sums over bureaus are rates again.
    """
    import pandas

    rows = [
        {"bureau": place, "period": month.key, **_numbers(month)}
        for place, one in enumerate(bureaus)
        for month in one.months
    ]
    return pandas.DataFrame(rows)


def _numbers(month: BureauMonth) -> dict[str, int]:
    numbers = {"汇总的单位": 1, "应报股室": sum(month.offices.values())}
    numbers |= {word: month.offices.get(state, 0) for state, word in OFFICE_STATES.items()}
    numbers["未到报送期限"] = month.offices.get(NOT_YET, 0)
    numbers["任务"] = sum(month.tasks.values())
    numbers |= {f"任务{word}": month.tasks.get(word, 0) for word in (*STATUSES, UNSAID)}
    numbers["节点"] = sum(month.milestones.values())
    numbers |= {word: month.milestones.get(light, 0) for word, light in LIGHTS_SHOWN.items()}
    numbers |= {"须处理": month.findings.get("error", 0)}
    numbers |= {"请注意": month.findings.get("warning", 0)}
    for word, name in RATES.items():
        done, of = month.rates.get(name, (0, 0))
        numbers |= {f"{word}{_DONE}": done, f"{word}{_OF}": of}
    return numbers


def with_rates(frame: "pandas.DataFrame") -> "pandas.DataFrame":
    """Return counts with rates in place of their numerators and denominators; None without one."""
    frame = frame.copy()
    for word in RATES:
        done, of = frame.pop(f"{word}{_DONE}"), frame.pop(f"{word}{_OF}")
        pairs = zip(done.tolist(), of.tolist(), strict=True)
        frame[word] = [Rate(int(d), int(o)).rate for d, o in pairs]
    return frame


def sum_months(frame: "pandas.DataFrame") -> "pandas.DataFrame":
    """Return the sums over all bureaus: one row a number, one column a month (its key)."""
    summed = frame.drop(columns="bureau").groupby("period", sort=True).sum()
    return with_rates(summed).astype(object).T


def count_bureaus(
    frame: "pandas.DataFrame", bureaus: int, key: str
) -> "tuple[pandas.DataFrame, pandas.Series]":
    """Return a month's numbers of every bureau, in their order, and their sum.

    Of a bureau without that month all is missing.
    """
    own = frame[frame["period"] == key].drop(columns="period").set_index("bureau")
    total = with_rates(own.sum().to_frame().T).astype(object).iloc[0]
    rows = with_rates(own).astype(object).reindex(range(bureaus))
    return rows.where(rows.notna(), None), total


def count_lines(bureaus: Sequence[BureauYear], key: str) -> "pandas.DataFrame":
    """Return one row a task line: tasks of the same title, over the bureaus that have that month.

    White space and width do not count in titles. Lines are in the order in which bureaus' lists
    have them, first the first bureau's. Columns: `title`, `单位`, `任务`, the four states and 未填,
    `完成率`, `逾期节点`, `节点`, `节点已完成`, and `滞后`: in which bureaus it is 进度滞后.
    """
    import pandas

    rows = [
        (squeeze(task.title), task.title, one.bureau, task.status, task.steps, task.done, task.over)
        for one in bureaus
        if one.month(key) is not None and one.months[-1].key == key
        for task in one.tasks
    ]
    columns = ["line", "title", "bureau", "status", "节点", "节点已完成", "逾期节点"]
    frame = pandas.DataFrame(rows, columns=columns)
    grouped = frame.groupby("line", sort=False)
    made = grouped.agg({"title": "first", "节点": "sum", "节点已完成": "sum", "逾期节点": "sum"})
    made["单位"] = grouped["bureau"].nunique()
    made["任务"] = grouped.size()
    states = frame.groupby(["line", "status"], sort=False).size().unstack(fill_value=0)
    states = states.reindex(columns=[*STATUSES, UNSAID], fill_value=0)
    made = made.join(states)
    behind = frame[frame["status"] == BEHIND].groupby("line", sort=False)["bureau"].agg("、".join)
    made["滞后"] = behind.reindex(made.index).fillna("") if len(made) else ""
    made["完成率"] = [
        Rate(int(d), int(n)).rate for d, n in zip(made[DONE], made["任务"], strict=True)
    ]
    return made.reset_index(drop=True)


def pivot_bureaus(
    frame: "pandas.DataFrame", bureaus: int, keys: Sequence[str], column: str
) -> "pandas.DataFrame":
    """Return a number of every bureau by month: bureaus down, `keys` across, None where missing."""
    pivoted = frame.pivot_table(index="bureau", columns="period", values=column, aggfunc="first")
    pivoted = pivoted.reindex(index=range(bureaus), columns=list(keys)).astype(object)
    return pivoted.where(pivoted.notna(), None)
