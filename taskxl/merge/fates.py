"""What became of each of an office's returns, in a word and in a sentence (R207–R209)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taskxl.findings import Finding, rule
from taskxl.merge.versions import Loss, Settled, Version, find_newer
from taskxl.model import FileVerdict, Return, Verdict
from taskxl.rules import rule_of
from taskxl.text import show

SAME_CONTENT = rule(
    "R207",
    "内容重复",
    "info",
    what="同一份表交了两次：文件完全相同，或者每一项填写的文字都相同。",
    why="重复的表只计一次，免得把一个股室算成两个，也免得怀疑漏收。",
    cure="不用处理。两份的审定、填报人不同时，取填写较全的一份，另一份的不同之处列在未归位内容。",
    listed_in="files",
    urgency=4,
    together=True,
)
SUPERSEDED = rule(
    "R208",
    "已有较新的一份",
    "info",
    what="同一股室同一报告期交了不止一份，按填报日期、收到时间和表内标识，能看出哪一份较新。",
    why="股室改正、补报后应以新的为准；旧表里与新表不同的文字也不丢，列在未归位内容。",
    cure="一般不用处理。若旧表的文字才是准的，请把它改到汇总表里，或请股室重报。",
    listed_in="files",
    urgency=4,
    together=True,
)
UNCLEAR = rule(
    "R209",
    "两份不一致，先后不明",
    "warning",
    what="同一股室同一报告期交了两份不同的表，从填报日期、收到时间和表内标识看不出哪一份较新。",
    why="随意取一份，可能把股室已经改正的内容又改回去；所以两份的文字都留着，由人来定。",
    cure="请问清股室以哪一份为准，把另一份移出回收文件夹后重新汇总。",
    listed_in="files",
    mender="office",
    said_to_office="收到的两份表不一致，看不出哪份在后。请告知以哪一份为准。",
    urgency=4,
    together=True,
)
EMPTY = rule(
    "R212",
    "表没有填写",
    "error",
    what="收回的表还是下发时的样子：没有一处填报内容，或者只有带出的上期文字，一个字也没有改。",
    why="没有填写的表不算报送，汇总里这个股室的任务都是空白。",
    cure="请股室填写后重新报送；如果是发错了文件，请把填好的那份发来。",
    mender="office",
    urgency=4,
    together=True,
    listed_in="files",
)

_NO_PLACE = "E303"  # counted by the texts that found no place, whatever findings say of them
# Of the fates of several forms in one file the first of these is the file's verdict.
_ORDER: tuple[Verdict, ...] = ("partial", "accepted", "superseded", "duplicate", "rejected")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one form of a file."""

    file: str
    verdict: Verdict
    office: str
    code: str | None = None
    reason: str | None = None


def judge_versions(office: str, settled: Settled) -> Iterator[tuple[Fate, Return]]:
    """Yield the fate of each of an office's versions, with the return it came in."""
    for version in settled.standing:
        lost = [loss for loss in settled.losses if loss.version is version]
        gone = covered_rows(version, settled)
        rival = next((x.version for x in settled.losses if x.by is version and not x.certain), None)
        yield _judge_standing(version, lost, gone, rival), version.source
    for version, best in settled.duplicates:
        reason = f"填写的内容与“{_title(best, version)}”相同"
        yield Fate(version.source.file, "duplicate", office, "R207", reason), version.source
    for version, by, certain in settled.replaced:
        title = _title(by, version)
        if version.blank:
            reason = f"这份没有填写，采用已填写的“{title}”"
        elif certain:
            reason = f"已由“{title}”代替"
        else:
            reason = f"与“{title}”不一致，看不出哪份在后；两份的文字都留着"
        sure = certain or version.blank
        verdict: Verdict = "superseded" if sure else "partial"
        code = "R208" if sure else "R209"
        yield Fate(version.source.file, verdict, office, code, reason), version.source


def covered_rows(version: Version, settled: Settled) -> tuple[Finding, ...]:
    """Return the findings of rows gone from this version that stand in another one.

    A form split over two files lacks in each half the rows of the other; nothing is gone.
    """
    told = {entry.task for entry in settled.entries}
    return tuple(f for f in version.source.findings if f.code == "E302" and f.task in told)


def _judge_standing(
    version: Version, lost: Sequence[Loss], covered: Sequence[Finding], rival: Version | None
) -> Fate:
    ret = version.source
    disputed: tuple[str, ...] = ()
    if rival:
        disputed = ("R209", f"与“{_title(rival, version)}”不一致，看不出哪份在后，暂取这份的文字")
    codes = [f.code for f in ret.findings if rule_of(f.code).partial and f not in covered]
    counts = Counter(code for code in codes if code != _NO_PLACE)
    reasons = []
    if lost:
        codes.insert(0, "R208" if all(loss.certain for loss in lost) else "R209")
        reasons.append(f"有 {len(lost)} 项另取自“{_title(lost[0].by, version)}”")
    reasons += [rule_of(code).partial.format(count) for code, count in sorted(counts.items())]
    if ret.unplaced:
        codes.append(_NO_PLACE)
        reasons.append(rule_of(_NO_PLACE).partial.format(len(ret.unplaced)))
    if not codes:
        return Fate(ret.file, "accepted", version.submission.office, *disputed)
    reason = "；".join(reasons) or "有内容没有归位"
    return Fate(ret.file, "partial", version.submission.office, codes[0], reason)


def combine_fates(ret: Return, fates: Sequence[Fate]) -> FileVerdict:
    """Return the one verdict of a file whose forms met these fates."""
    offices = "、".join(dict.fromkeys(fate.office for fate in fates if fate.office))
    kinds = {fate.verdict for fate in fates}
    verdict = next((v for v in _ORDER if v in kinds), fates[0].verdict)
    if verdict == "accepted" and len(kinds) > 1:
        verdict = "partial"  # another form in the same file does not count
    told = [fate for fate in fates if fate.code] or fates
    told = [fate for fate in told if fate.verdict == verdict] or told
    reasons = "；".join(dict.fromkeys(fate.reason for fate in told if fate.reason))
    if ret.attached:
        reasons = "；".join(filter(None, (reasons, tell_attached(ret))))
    return FileVerdict(
        ret.file, ret.sha256, verdict, offices or None, told[0].code, reasons or None
    )


def tell_attached(ret: Return) -> str:
    """Say where the pictures and files in a return lie, for its line in the register."""
    places: dict[str, list[str]] = {}
    for one in ret.attached:
        at = f"〔{show(one.sheet)}〕" if one.sheet else ""
        places.setdefault(one.what, []).append(f"{at}{one.cell or ''}" or "正文")
    named = [
        f"{what} {len(cells)} 处（{'、'.join(dict.fromkeys(cells))}）"
        for what, cells in places.items()
    ]
    return f"有{'、'.join(named)}，请看原件"


def report_versions(settled: Settled) -> Iterator[Finding]:
    """Yield R207 for a version that says the same as another, R208 or R209 for one that differs."""
    for version, best in settled.duplicates:
        message = f"填写的内容与“{_title(best, version)}”相同，按一份计，不用处理。"
        yield _place(SAME_CONTENT.found(message), version)
    pairs: dict[tuple[int, int], tuple[Version, Version, list[Loss]]] = {}
    for version, by, _ in settled.replaced:
        pairs[id(version), id(by)] = (version, by, [])
    for loss in settled.losses:
        key = (id(loss.version), id(loss.by))
        pairs.setdefault(key, (loss.version, loss.by, []))[2].append(loss)
    for version, by, losses in pairs.values():
        yield _place(_report_pair(version, by, losses), version)


def _report_pair(version: Version, by: Version, losses: Sequence[Loss]) -> Finding:
    title = _title(by, version)
    count = sum(len(loss.texts) for loss in losses)
    kept = f"有 {count} 处不同的文字列在未归位内容，请过目。" if count else ""
    if not all(loss.certain for loss in losses):
        return UNCLEAR.found(
            f"这份与“{title}”不一致，看不出哪份在后（{_compare(version, by)}）。"
            f"汇总暂取“{title}”的文字，这份{kept}请与股室核实以哪份为准。"
        )
    if version.blank:
        return SUPERSEDED.found(f"这份没有填写内容，采用已填写的“{title}”。不用处理。")
    if losses or find_newer(by, version) is by:
        return SUPERSEDED.found(
            f"另有较新的“{title}”，以新的为准（{_compare(version, by)}）。"
            + (f"这份{kept}" if kept else "这份没有别的文字，不用处理。")
        )
    return SUPERSEDED.found(f"这份的文字都在“{title}”里，采用那一份。不用处理。")


def _compare(version: Version, by: Version) -> str:
    facts = []
    days = (version.submission.reported_on, by.submission.reported_on)
    if any(days):
        one, other = (f"{day:%Y-%m-%d}" if day else "没有填" for day in days)
        facts.append(f"填报日期：这份{one}，那份{other}")
    moments = (version.received, by.received)
    if any(moments):
        one, other = (f"{at:%Y-%m-%d %H:%M}" if at else "不明" for at in moments)
        facts.append(f"收到时间：这份{one}，那份{other}")
    return "；".join(facts) or "两份都没有填报日期和收到时间"


def _title(version: Version, beside: Version) -> str:
    """Return how a version is named: its file; its sheet too where both are in one file."""
    same_file = version.source.file == beside.source.file
    sheet = f"〔{show(version.submission.sheet)}〕" if same_file else ""
    return show(version.source.file) + sheet


def _place(finding: Finding, version: Version) -> Finding:
    form = version.submission
    return finding.at(office=form.office, file=version.source.file, sheet=form.sheet)
