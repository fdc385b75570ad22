"""Summary workbooks that bureaus mailed: read in processes of their own, and put to their bureaus.

They are strangers' files: nothing that is in one of them stops the others.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from taskxl.desk.summary_files import SUMMARY_LIMITS
from taskxl.findings import Finding
from taskxl.intake.gate import Refusal, admit, skip_by_name
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Refused
from taskxl.intake.workers import read_isolated
from taskxl.model import Period, period_name
from taskxl.reports.rollup.bureau_gaps import U602, U605, U606, U607, U608
from taskxl.reports.rollup.bureau_years import BureauYear
from taskxl.reports.rollup.mailed_month import ROLLED_UP, MailedMonth, read_mailed
from taskxl.text import quote, show, squeeze

_TABLES = ("xlsx", "xlsm", "xlsb", "xls", "ods")
_IN_NAME = re.compile(r"\d{4}年(?:\d{1,2}-)?\d{1,2}月|重点工作|进展情况|汇总表?|（手工改过\d*）")
_NO_TABLE = Refused(U606.code, "不是表格，没有算进去。")
_EDGES = " \t　-—_（）()【】"


@dataclass(frozen=True, slots=True)
class Mailed:
    """A summary workbook with the name of its bureau; `modified` is the file's time."""

    path: Path
    bureau: str
    told: MailedMonth
    modified: datetime


def read_summaries(
    files: Sequence[Path], named: Iterable[Path] = ()
) -> tuple[list[Mailed], list[Finding]]:
    """Read workbooks; return those that are summaries, and a finding on each of the others.

    `named` are those that a person named one by one: of a workbook that already is one of many
    bureaus, and was only found in a folder, nothing is said.
    """
    wanted = [path for path in files if not skip_by_name(path.name)]
    mailed, faults = [], []
    results = read_isolated(_read, None, [str(path) for path in wanted], limits=SUMMARY_LIMITS)
    for path, (_, read) in zip(wanted, results, strict=True):
        if isinstance(read, Refusal):
            expected = (read.code, read.reason) != (ROLLED_UP.code, ROLLED_UP.reason)
            if expected or path in named:
                rule = U606 if read.code in (U606.code, "R203") else U605
                faults.append(rule.found(read.reason, file=show(path)))
            continue
        told, modified = read
        bureau = told.bureau or _name_from(path)
        unsure = [] if told.bureau else [f"没有写单位名称，按文件名、文件夹名算作{quote(bureau)}。"]
        unsure += told.unsure
        if unsure:
            faults.append(U608.found("".join(unsure), office=bureau, file=show(path)))
        mailed.append(Mailed(path, bureau, told, modified))
    return mailed, faults


def _read(_: None, name: str) -> tuple[MailedMonth, datetime]:
    admitted = admit(Path(name), SUMMARY_LIMITS)
    if admitted.kind not in _TABLES:
        raise _NO_TABLE
    book = read_book(admitted.content, admitted.name, admitted.kind)
    return read_mailed(book), admitted.modified


def _name_from(path: Path) -> str:
    """Return what a bureau is called whose summary does not say: its file's name, or its folder's.

    >>> _name_from(Path("全市/云溪县2021年1-4月汇总.xlsx")), _name_from(Path("云溪县/4月汇总.xlsx"))
    ('云溪县', '云溪县')
    """
    for name in (path.stem, path.absolute().parent.name):
        bare = _IN_NAME.sub("", name).strip(_EDGES)
        if bare and not re.fullmatch(r"(?:\d{1,2}-)?\d{1,2}月|\d*", bare):
            return bare
    return path.stem


# ---------------------------------------------------------------- put to their bureaus


def leave_out_other_years(
    mailed: Sequence[Mailed], year: int
) -> tuple[list[Mailed], list[Finding]]:
    """Return the summaries of a year, and a finding on each of another one."""
    faults = [
        U602.found(
            f"是{one.told.period.year}年的汇总，这里汇总的是 {year} 年。没有算进去。",
            office=one.bureau,
            file=show(one.path),
        )
        for one in mailed
        if one.told.period.year != year
    ]
    return [one for one in mailed if one.told.period.year == year], faults


def join_bureaus(
    bureaus: Sequence[BureauYear], mailed: Sequence[Mailed], until: Period
) -> tuple[list[BureauYear], list[Finding]]:
    """Return bureaus with the months that summaries of theirs have, up to `until`.

    What a workspace has counts before a summary; of several summaries of a month the one with the
    later as-of day, then the later file. A finding says of each what was taken.
    """
    joined: list[BureauYear] = list(bureaus)
    findings: list[Finding] = []
    places = {squeeze(one.bureau): place for place, one in reversed([*enumerate(bureaus)])}
    for name in dict.fromkeys(squeeze(one.bureau) for one in mailed):
        own = [one for one in mailed if squeeze(one.bureau) == name]
        months, told = _choose(own, until)
        findings += told
        place = places.get(name)
        if place is None:
            joined.append(_from_summaries(own[0].bureau, months, own))
            continue
        joined[place], twice = _add_months(joined[place], months)
        findings += twice
    return joined, findings


def _choose(own: Sequence[Mailed], until: Period) -> tuple[list[Mailed], list[Finding]]:
    """Return one summary a month, oldest month first, and findings on those not taken."""
    months, findings = [], []
    for key in sorted({one.told.period.key for one in own}):
        if key > until.key:
            continue
        some = [one for one in own if one.told.period.key == key]
        best, *rest = sorted(
            some, key=lambda one: (one.told.month.as_of, one.modified, str(one.path)), reverse=True
        )
        months.append(best)
        if rest:
            findings.append(_tell_versions(best, rest))
    return months, findings


def _tell_versions(best: Mailed, rest: Sequence[Mailed]) -> Finding:
    others = "、".join(quote(one.path) for one in rest)
    about = f"{best.bureau}的{best.told.period.name}有 {len(rest) + 1} 本汇总工作簿"
    if all(_is_same(one.told, best.told) for one in rest):
        why = "数都一样"
    elif all(one.told.month.as_of < best.told.month.as_of for one in rest):
        day = best.told.month.as_of
        why = f"统计截止{day.month}月{day.day}日，最晚"
    elif all(one.modified < best.modified for one in rest):
        why = f"文件时间 {best.modified:%Y-%m-%d %H:%M}，最晚"
    else:
        why = "分不出先后，按文件名取"
    return U607.found(
        f"{about}，取的是{quote(best.path.name)}（{why}），没有用{others}。",
        severity="info" if why == "数都一样" else None,
        office=best.bureau,
        file=show(best.path),
    )


def _is_same(one: MailedMonth, other: MailedMonth) -> bool:
    return (one.month, one.tasks) == (other.month, other.tasks)


def _from_summaries(name: str, months: Sequence[Mailed], own: Sequence[Mailed]) -> BureauYear:
    """Return a bureau of which there are summaries alone; those of later months are no months."""
    if not months:
        return BureauYear(name, show(own[0].path), "", (), (), ())
    last = months[-1]
    return BureauYear(
        name,
        show(last.path),
        "",
        tuple(one.told.month for one in months),
        last.told.tasks,
        last.told.overdue,
    )


def _add_months(bureau: BureauYear, mailed: Sequence[Mailed]) -> tuple[BureauYear, list[Finding]]:
    """Return a workspace's year with the months that it has not and a summary has."""
    there = {month.key for month in bureau.months}
    more = [one for one in mailed if one.told.period.key not in there]
    twice = [one for one in mailed if one.told.period.key in there]
    months = sorted([*bureau.months, *(one.told.month for one in more)], key=lambda m: m.key)
    joined = replace(bureau, months=tuple(months))
    if more and months[-1] == more[-1].told.month:
        last = more[-1].told
        joined = replace(joined, tasks=last.tasks, overdue=last.overdue)
    return joined, list(_tell_twice(bureau, twice))


def _tell_twice(bureau: BureauYear, twice: Sequence[Mailed]) -> Iterator[Finding]:
    for one in twice:
        is_same = bureau.month(one.told.period.key) == one.told.month
        yield U607.found(
            f"{bureau.bureau}的{period_name(one.told.period.key)}有工作区，又有汇总工作簿，"
            f"取的是工作区{quote(bureau.folder)}，没有用{quote(one.path)}"
            f"（{'数都一样' if is_same else '数不一样，请核对'}）。",
            severity="info" if is_same else None,
            office=bureau.bureau,
            file=show(one.path),
        )
