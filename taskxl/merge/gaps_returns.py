"""Gaps in the returns as such: missing, late, not approved, without name or date."""

from collections.abc import Iterator

from taskxl.approval import is_approval
from taskxl.findings import Finding, Rule, Severity
from taskxl.merge.evidence import HeadField, files_named_after, may_head, name_texts
from taskxl.merge.registry import View, gap_rule
from taskxl.merge.states import Arrival, find_arrival, is_late
from taskxl.merge.versions import Head, Version
from taskxl.model import OfficeState
from taskxl.text import is_blank, quote, show
from taskxl.words import OFFICE_STATES

_SOURCES = {"hand": "手工登记", "mail": "邮件时间", "file": "文件时间", "form": "填报日期"}


@gap_rule(
    "G401",
    "未报送",
    "error",
    what="应报送的股室本期没有一份可用的表。",
    why="汇总缺这个股室的全部任务，领导看到的进度不完整。",
    cure="请催报；若已经交来，请把文件放进本月的回收文件夹后重新汇总。",
    mark=("progress", OFFICE_STATES["missing"]),
    urgency=2,
    together=True,
    good="""
        | 股室   | 收到 |
        | 基教股 | 2021-04-20 |
    """,
    bad="""
        | 股室   | 收到 |
        | 基教股 | 2021-04-20 |
        | 计财股 | |
    """,
)
def find_missing(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield the offices that owe and of which nothing came that counts.

    A refused file that could be named has a finding of its own; one that merely bears the office's
    name in its file name is pointed to, for a file name proves nothing.
    """
    for state in view.month.offices:
        if not state.owes or state.state != "missing" or not state.due:
            continue
        head = f"没有收到可用的{view.month.period.label}进展情况表，涉及任务 {state.tasks} 项。"
        hints = files_named_after(view.month, view.roster, state.office)
        if hints:
            files = "、".join(f"“{show(file)}”" for file in hints)
            yield rule.found(
                f"{head}但收到的{files}像是这个股室的，没有采用。请核实，并请其按要求重报。",
                severity="info",
                office=state.office,
            )
            continue
        elif told := view.about.get(state.office):
            files = "、".join(f"“{show(file)}”" for file in dict.fromkeys(told))
            yield rule.found(
                f"{head}但{files}里有这个股室的任务，可能就是它报的。请核实。",
                severity="info",
                office=state.office,
            )
            continue
        else:
            tail = "请于近日报送；如已报送，请告知办公室核对。"
        yield rule.found(head + tail, office=state.office)


@gap_rule(
    "G402",
    "迟报",
    "warning",
    what="表在报送截止日（当天算按时）之后才收到。先看邮件时间，再看文件时间，最后看填报日期。",
    why="迟报会拖后整个汇总。文件时间会因另存、拷贝而变，所以只有它说迟时，只作提示，不计迟报。",
    cure="请核对收到时间；确属迟报的，提醒股室下月按时报送。先报后改的，以第一次收到为准。",
    office_column="moment",
    urgency=7,
    together=True,
    good="""
        | 股室   | 收到 |
        | 基教股 | 2021-04-25 |
    """,
    bad="""
        | 股室   | 收到 |
        | 基教股 | 2021-04-26 |
    """,
)
def find_late(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield late offices with the source; where the time is doubtful, only info."""
    for state in view.month.offices:
        version = view.arrivals.get(state.office)
        if not state.owes or version is None or state.state not in ("submitted", "late"):
            continue
        day = view.month.deadline or view.month.as_of
        late, arrival = is_late(version, day), find_arrival(version)
        if late is False or arrival is None:
            continue
        over = f"晚了 {(arrival.day - day).days} 天"
        message = f"{_tell(arrival)}，截止日是{day:%Y-%m-%d}，{over}。"
        place = {
            "office": state.office,
            "file": version.source.file,
            "sheet": version.submission.sheet,
        }
        if late:
            yield rule.found(message + "请说明情况，下期按时报送。").at(**place)
        else:
            dated = version.submission.reported_on
            form = f"表上的填报日期是{dated:%Y-%m-%d}" if dated else "表上没有填报日期"
            yield rule.found(
                f"{message}但{form}，文件时间可能因另存或拷贝而变，暂不计迟报。请核实是否迟报。",
                severity="info",
            ).at(**place)


def _tell(arrival: Arrival) -> str:
    when = f"{arrival.moment:%Y-%m-%d %H:%M}" if arrival.moment else f"{arrival.day:%Y-%m-%d}"
    return f"收到时间（据{_SOURCES[arrival.receipt]}）是{when}"


@gap_rule(
    "G403",
    "未经审定",
    "warning",
    what="表上“分管负责同志审定”一栏是空的，或写的是不同意、退回、待审、请领导审定之类。",
    why="进展情况须经分管负责同志审定后报送，没有审定的内容不宜上报、通报。",
    cure="请分管负责同志审定签名后重新报送，或由办公室与分管负责同志核实。",
    office_column="approved",
    mender="office",
    said_to_office="“分管负责同志审定”是空的。请分管负责同志审定后填上姓名。",
    together=True,
    good="""
        | 股室   | 审定 |
        | 基教股 | 同意报送。何远山 |
    """,
    bad="""
        | 股室   | 审定 |
        | 基教股 | |
    """,
)
def find_unapproved(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield each office of whose forms none bears the leader's approval.

    Only info where the original must be seen: a picture, （签名）, a text without a place that may
    be the signature.
    """
    for office, version in _ordered(view):
        head = view.heads.get(office.office, Head())
        where = head.approval or version
        form = where.submission
        if form.approved or not _is_asked(view, office.office, "approval"):
            continue
        severity: Severity | None = None
        found = may_head(view, office.office, "approval")
        if is_approval(form.approval) is None:
            message = f"“分管负责同志审定”写的是{quote(form.approval, 20)}，看不出是谁。请看原件。"
            severity = "info"
        elif is_blank(form.approval) and found:
            message = (
                f"“分管负责同志审定”没有文字，但有{name_texts(found)}，可能就是审定。"
                "请看原件，请核实。"
            )
            severity = "info"
        elif is_blank(form.approval):
            message = "“分管负责同志审定”是空的。请分管负责同志审定后填上姓名，再报送。"
        else:
            message = (
                f"“分管负责同志审定”写的是{quote(form.approval, 20)}，还不是审定同意。"
                "请分管负责同志审定后填上姓名，再报送。"
            )
        yield rule.found(
            message,
            severity=severity,
            office=office.office,
            file=where.source.file,
            sheet=form.sheet,
            cell=form.cells.get("approval"),
        )


@gap_rule(
    "G412",
    "填报人或填报日期空白",
    "warning",
    what="表头的填报人或填报日期没有填。",
    why="没有填报人，有疑问时找不到人；没有填报日期，两份表分不出先后。",
    cure="请补填后重新报送，或电话问清后由办公室补上。",
    office_column="reporter",
    mender="office",
    together=True,
    good="""
        | 股室   | 填报人 | 填报日期 |
        | 基教股 | 周晓禾 | 2021-04-20 |
    """,
    bad="""
        | 股室   | 填报人 | 填报日期 |
        | 基教股 |        | 2021-04-20 |
        | 计财股 | 林一帆 | |
    """,
)
def find_unsigned(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield each office of whose forms none has a reporter or a date.

    A date that is no date is E305 already; only info where a text without a place may be either.
    """
    for office, version in _ordered(view):
        head = view.heads.get(office.office, Head())
        forms = view.standing[office.office]
        unreadable = {
            (f.file, f.cell) for one in forms for f in one.source.findings if f.code == "E305"
        }
        dated = head.reported_on is not None or any(
            (one.source.file, cell) in unreadable
            for one in forms
            if (cell := one.submission.cells.get("reported_on"))
        )
        blank: list[tuple[str, HeadField]] = []
        if head.reporter is None and _is_asked(view, office.office, "reporter"):
            blank.append(("填报人", "reporter"))
        if not dated and _is_asked(view, office.office, "reported_on"):
            blank.append(("填报日期", "reported_on"))
        if not blank:
            continue
        names = "和".join(name for name, _ in blank)
        found = [one for _, name in blank for one in may_head(view, office.office, name)]
        tail = f"，但{name_texts(found)}可能就是。请核实。" if found else "。请补填。"
        yield rule.found(
            f"{names}没有填{tail}",
            severity="info" if found else None,
            office=office.office,
            file=version.source.file,
            sheet=version.submission.sheet,
            cell=version.submission.cells.get(blank[0][1]),
        )


def _is_asked(view: View, office: str, field: HeadField) -> bool:
    """Tell whether a form that counts for an office has such a field at all."""
    return any(field in version.submission.asked for version in view.standing[office])


def _ordered(view: View) -> Iterator[tuple[OfficeState, Version]]:
    """Yield each office with its first standing form, but for those on closed tasks alone."""
    for state in view.month.offices:
        for version in view.standing.get(state.office, ()):
            tasks = set(version.submission.tasks)
            if not tasks or tasks - view.closed:
                yield state, version
                break


@gap_rule(
    "G414",
    "连续多月未报送",
    "error",
    what="连同本期，股室已连续两个月以上没有报送。中间没有下发的月份不算在内，连续到此为止。",
    why="一次未报可能是疏忽，连续未报说明任务无人跟进，需要领导过问。",
    cure="请与股室负责人当面核对，必要时报分管负责同志。",
    mark=("progress", "连续未报"),
    office_column="months",
    urgency=1,
    together=True,
    covers=("G401",),
    good="""
        | 股室   | 收到 | 上月收到 |
        | 计财股 |      | 2021-03-20 |
    """,
    bad="""
        | 股室   | 收到 | 上月收到 |
        | 计财股 | | |
    """,
)
def find_running(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield offices missing now and in the month or months right before, all of them merged."""
    last = view.month.period.month
    for state in view.month.offices:
        count = state.months_missing
        if state.owes and count > 1:
            named = "、".join(f"{number}月" for number in range(last - count + 1, last + 1))
            yield rule.found(
                f"已连续 {count} 个月（{named}）没有报送。请与股室负责人核对原因，尽快补报。",
                office=state.office,
            )
