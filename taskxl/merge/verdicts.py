"""Every returned file exactly one verdict, and of every office what stands."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from taskxl.findings import Finding
from taskxl.merge.fates import (
    EMPTY,
    SAME_CONTENT,
    Fate,
    combine_fates,
    covered_rows,
    judge_versions,
    report_versions,
)
from taskxl.merge.leftovers import form_texts, gather_leftovers, head_texts, statement_texts
from taskxl.merge.versions import (
    Head,
    Settled,
    Version,
    likelihood,
    local_moment,
    rename_office,
    settle_head,
    settle_versions,
)
from taskxl.model import (
    Altered,
    Entry,
    FileVerdict,
    MasterList,
    MilestoneEntry,
    Period,
    Return,
    Submission,
    Unplaced,
    Wording,
    period_name,
)
from taskxl.roster import Roster, divide_tasks
from taskxl.rules import rule_of
from taskxl.text import show

_UNKNOWN = "没有认出是哪个股室的表。请股室在下发的表里填写后再报。"


@dataclass(frozen=True, slots=True)
class Counted:
    """The returns of a month, counted: what stands, and what became of the rest.

    `versions` are all readable forms of each office for the period, whether they stand or not;
    `refused` gives the files of each office that do not count at all, where it can be named;
    `heads` what stands above each office's tables, `about` the files that hold rows of its tasks
    without being taken for its own; `notes` tell of files how they came, as was registered.
    """

    files: tuple[FileVerdict, ...]
    standing: Mapping[str, tuple[Version, ...]]
    versions: Mapping[str, tuple[Version, ...]]
    refused: Mapping[str, tuple[str, ...]]
    entries: tuple[Entry, ...]
    milestones: tuple[MilestoneEntry, ...]
    unplaced: tuple[Unplaced, ...]
    altered: tuple[Altered, ...]
    findings: tuple[Finding, ...]
    heads: Mapping[str, Head] = field(default_factory=dict)
    about: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    wordings: tuple[Wording, ...] = ()


def count_returns(
    master: MasterList,
    period: Period,
    returns: Sequence[Return],
    issued: Mapping[str, str] | None = None,
    before: Mapping[tuple[str, str], Entry] = MappingProxyType({}),
    finished: Set[tuple[str, str]] = frozenset(),
) -> Counted:
    """Give every file its verdict and gather what stands.

    A file is `rejected` when it was refused at the door or is of another period, `skipped` when
    it is no return at all (R211), `duplicate` (R207), `superseded` when nothing of it stands
    beside a newer one (R208), else `accepted`, or `partial` when some of its text found no place,
    a task row is gone, or a part gave way to another return. `issued` gives the id of the form
    that each office was issued last, `before` what each office last said of a task, by task and
    office; `finished` are the tasks, each with its office, of which nothing need be written any
    more. Whatever does not stand is in `unplaced`.
    """
    readable, copies = _part_copies(sorted(returns, key=lambda ret: ret.file))
    taken = _take_in(readable, period, Roster(master.offices))
    _refuse_empty(taken, finished)
    settled = {
        office: settle_versions(
            versions,
            (issued or {}).get(office),
            {task: entry for (task, name), entry in before.items() if name == office},
        )
        for office, versions in taken.by_office.items()
    }
    fates, findings = taken.fates, taken.findings
    _excuse_companions(master, period, readable, taken, settled)
    for office, one in settled.items():
        findings += _standing_findings(one)
        findings += report_versions(one)
        for fate, source in judge_versions(office, one):
            fates[id(source)].append(fate)
    verdicts = {id(ret): combine_fates(ret, fates[id(ret)]) for ret in readable}
    files = list(verdicts.values())
    for ret, original in copies:
        verdict, title = verdicts[id(original)], show(original.file)
        reason = f"与“{title}”是同一个文件"
        files.append(FileVerdict(ret.file, ret.sha256, "duplicate", verdict.office, "R207", reason))
        message = f"这份{reason}，按一份计，不用处理。"
        findings.append(SAME_CONTENT.found(message, office=verdict.office, file=ret.file))

    entries, milestones, strays = _part_strays(master, settled)
    heads = {
        office: settle_head(
            sorted(versions, key=lambda v: likelihood(v, (issued or {}).get(v.submission.office)))
        )
        for office, versions in taken.by_office.items()
    }
    leftovers = gather_leftovers(readable, taken.by_return, settled, heads)
    about: dict[str, list[str]] = {}
    for ret in readable:
        for office in ret.about:
            about.setdefault(Roster(master.offices).present_name(office), []).append(ret.file)
    return Counted(
        tuple(sorted(files, key=lambda verdict: verdict.file)),
        {office: one.standing for office, one in settled.items()},
        {office: tuple(versions) for office, versions in taken.by_office.items()},
        {office: tuple(dict.fromkeys(names)) for office, names in taken.refused.items()},
        entries,
        milestones,
        tuple(sorted((*taken.unplaced, *leftovers, *strays), key=lambda one: one.file)),
        tuple(a for s in settled.values() for v in s.standing for a in v.submission.altered),
        tuple(dict.fromkeys(findings)),
        heads,
        {office: tuple(names) for office, names in about.items()},
        {ret.file: ret.note for ret in returns if ret.note},
        tuple(w for s in settled.values() for v in s.standing for w in v.submission.wordings),
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    """The forms that may count, by office and by return, and what is said of those that cannot.

    Returns are known by their `id()`.
    """

    by_office: dict[str, list[Version]] = field(default_factory=dict)
    by_return: dict[int, list[Version]] = field(default_factory=dict)
    fates: dict[int, list[Fate]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    unplaced: list[Unplaced] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def _take_in(returns: Sequence[Return], period: Period, roster: Roster) -> _Taken:
    """Part the forms that may count for the period from those that cannot."""
    taken = _Taken()
    present = {
        roster.present_name(form.office)
        for ret in returns
        for form in ret.submissions
        if not ret.code and form.period in (None, period.key)
    }
    for ret in returns:
        fates = taken.fates.setdefault(id(ret), [])
        forms = [rename_office(s, roster.present_name(s.office)) for s in ret.submissions]
        counting = {f.office for f in forms if not ret.code and f.period in (None, period.key)}
        for form in forms:
            refusal = _refuse_form(ret, form, period, counting, present)
            if refusal is None:
                version = Version(ret, form)
                taken.by_office.setdefault(form.office, []).append(version)
                taken.by_return.setdefault(id(ret), []).append(version)
            else:
                fates.append(refusal)
                taken.unplaced.extend(form_texts(form))
                taken.refused.setdefault(form.office, []).append(ret.file)
        if not ret.submissions:
            fates.append(_refuse_file(ret))
        if id(ret) not in taken.by_return:
            taken.unplaced.extend(ret.unplaced)
        taken.findings.extend(_refusal_findings(ret, fates, counting))
    return taken


def _refuse_empty(taken: _Taken, finished: Set[tuple[str, str]]) -> None:
    """Refuse the forms of those offices of which nothing else came than forms nobody filled.

    Where all of a form's tasks are `finished`, nothing had to be filled.
    """
    for office, versions in list(taken.by_office.items()):
        tasks = {task for version in versions for task in version.submission.tasks}
        owed = not tasks or any((task, office) not in finished for task in tasks)
        if not owed or not all(version.empty for version in versions):
            continue
        del taken.by_office[office]
        for version in versions:
            ret = version.source
            taken.by_return[id(ret)] = [v for v in taken.by_return[id(ret)] if v is not version]
            if not taken.by_return[id(ret)]:
                taken.unplaced.extend(ret.unplaced)
            reason = "表里没有填写内容，还是下发时的样子。请填写后重新报送。"
            if version.slip:
                reason = "只有审定，没有进展情况表。请把填好的表一并报送。"
            taken.fates[id(ret)].append(Fate(ret.file, "rejected", office, EMPTY.code, reason))
            taken.refused.setdefault(office, []).append(ret.file)
            taken.unplaced.extend(head_texts(version.submission))
            found = EMPTY.found(reason, office=office, file=ret.file)
            taken.findings.append(found.at(sheet=version.submission.sheet))


_COMPANIONS = ("R203", "R205")
"""What is no form: a picture, a document with no task in it."""


def _excuse_companions(
    master: MasterList,
    period: Period,
    returns: Sequence[Return],
    taken: _Taken,
    settled: Mapping[str, Settled],
) -> None:
    """Ask nothing for what came beside a form that counts: a signed page, an explaining letter.

    It came beside it when it or its folder bears the name of an office whose form counts, when it
    came in a parcel or a letter in which the forms are of one office alone, or when it bears
    nobody's name and nobody's form is wanting. In a folder of several it may be anybody's.
    """
    parcels = {ret.file for ret in returns}
    came: dict[str, set[str]] = {}
    for office, one in settled.items():
        for version in one.standing:
            came.setdefault(_holder(version.source.file), set()).add(office)
    wanting = [office for office in divide_tasks(master, period) if office not in settled]
    roster = Roster(master.offices)
    for ret in returns:
        if ret.submissions or ret.code not in _COMPANIONS:
            continue
        named = roster.find_in(ret.file)
        holder = _holder(ret.file)
        mates = came.get(holder, set()) if holder in parcels else set()
        mates = mates if len(mates) == 1 else set()
        if named - settled.keys() or not (named or mates or not wanting):
            continue
        who = "、".join(sorted(named or mates))
        what = (ret.reason or _UNKNOWN).partition("。")[0].partition("，")[0]
        came_too = f"{who or '各股室'}的表另已收到，不用重报"
        reason = f"{what}，没有汇总；{came_too}。请看一看是不是签字页或说明。"
        taken.fates[id(ret)] = [Fate(ret.file, "rejected", "", ret.code, reason)]
        taken.findings[:] = [
            replace(one, severity="info", message=reason)
            if one.file == ret.file and one.code == ret.code
            else one
            for one in taken.findings
        ]


def _holder(file: str) -> str:
    """Return the folder, parcel or letter in which a file came; "" for none."""
    return file.rpartition("/")[0]


def _part_copies(returns: Sequence[Return]) -> tuple[list[Return], list[tuple[Return, Return]]]:
    """Part the returns from byte-for-byte copies, each with its original: the first to come."""

    def is_form(ret: Return) -> bool:
        return bool(ret.sha256 and ret.submissions and not ret.code)

    first: dict[str, Return] = {}
    for ret in filter(is_form, returns):
        known = first.setdefault(ret.sha256, ret)
        one, other = local_moment(ret.received_at), local_moment(known.received_at)
        if one and other and one < other:
            first[ret.sha256] = ret
    copies = [
        (ret, first[ret.sha256]) for ret in filter(is_form, returns) if ret is not first[ret.sha256]
    ]
    apart = {id(ret) for ret, _ in copies}
    return [ret for ret in returns if id(ret) not in apart], copies


def _refuse_file(ret: Return) -> Fate:
    if ret.reason and not ret.code:  # an archive: its files have verdicts of their own
        return Fate(ret.file, "skipped", "", None, ret.reason)
    code = ret.code or "R205"
    return Fate(ret.file, rule_of(code).verdict, "", code, ret.reason or _UNKNOWN)


def _refuse_form(
    ret: Return, form: Submission, period: Period, counting: Set[str], present: Set[str]
) -> Fate | None:
    """Return the fate of a form that cannot count, None where it can.

    `counting` are the offices of which the same file has a form that counts, `present` those of
    which any file has: an old form that comes along with the new one asks nothing of anybody.
    """
    if ret.code == "R206" and form.office in present and form.period not in (None, period.key):
        month = show(period_name(form.period or ""))
        # One of a later month is not left over: it is waited for there.
        later = form.period > period.key
        what = f"放错了地方，请移到{month}的“回收”再汇总" if later else "本期的表另有一份，不用处理"
        reason = f"这是{month}的表，{what}；文字列在未归位内容"
        return Fate(ret.file, "superseded", form.office, "R206", reason)
    if ret.code:
        return Fate(ret.file, "rejected", form.office, ret.code, ret.reason or _UNKNOWN)
    if form.period in (None, period.key):
        return None
    month = show(period_name(form.period))
    reason = f"这是{month}的表，本期是{period.name}。请用本期下发的表重新填报。"
    if form.office in counting:
        reason = f"文件里还有一张{month}的表，没有采用，文字列在未归位内容。"
    return Fate(ret.file, "rejected", form.office, "R206", reason)


def _refusal_findings(ret: Return, fates: Sequence[Fate], counting: Set[str]) -> list[Finding]:
    """Return one finding for each reason to refuse, and what the reader adds to it.

    An old form beside one of the same office that counts (`counting`) is only to be known.
    """
    codes = {fate.code for fate in fates}
    said = [finding for finding in ret.findings if finding.code in codes]
    for fate in fates:
        if fate.code is None:
            continue
        code, reason = fate.code, fate.reason or ""
        if not any((finding.code, finding.message) == (code, reason) for finding in said):
            known = fate.office in counting or fate.verdict == "superseded"
            severity = "info" if known else rule_of(code).severity
            said.append(Finding(code, severity, reason, fate.office or None, file=ret.file))
    return said


def _standing_findings(settled: Settled) -> list[Finding]:
    """Return what the reader found in the returns that stand; the rest concerns nobody now."""
    findings = []
    for version in settled.standing:
        covered = covered_rows(version, settled)
        findings += [f for f in version.source.findings if f not in covered]
    return findings


def _part_strays(
    master: MasterList, settled: Mapping[str, Settled]
) -> tuple[tuple[Entry, ...], tuple[MilestoneEntry, ...], list[Unplaced]]:
    """Part what is said of tasks in the list from what is said of tasks it does not have (now)."""
    tasks = {task.id for task in master.tasks}
    steps = {milestone.id for task in master.tasks for milestone in task.milestones}
    entries: list[Entry] = []
    milestones: list[MilestoneEntry] = []
    strays: list[Unplaced] = []
    for one in settled.values():
        for entry in one.entries:
            if entry.task in tasks:
                entries.append(entry)
            else:
                strays += statement_texts(entry)
        for step in one.milestones:
            if step.milestone in steps:
                milestones.append(step)
            else:
                strays += statement_texts(step)
    return tuple(entries), tuple(milestones), strays
