"""A month proved: what the second reader finds of the returns in the summary, and what it misses.

The returns, the issued forms and the summary are read by `taskxl.prove` in processes of their own;
which returns count is what 来稿登记 of the summary says, by their digests.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from taskxl.desk.lists import load_master
from taskxl.desk.return_files import Progress
from taskxl.errors import TaskxlError
from taskxl.intake.gate import Refused, read_once
from taskxl.intake.refusals import Limits, Refusal
from taskxl.intake.workers import read_isolated
from taskxl.ledger import Ledger
from taskxl.ledger.looking import look_into_ledger
from taskxl.model import Period
from taskxl.prove.books import ReadFile, Unread, Word, read_file, read_form
from taskxl.prove.counting import Miscount, recount
from taskxl.prove.placing import FORM, Forms, Found, gather_forms, place_words
from taskxl.prove.summary_tables import REGISTER, Line, Summary, read_summary
from taskxl.text import quote, show
from taskxl.workspace.files import read_whole
from taskxl.workspace.folder import Workspace

_LIMITS = Limits(seconds=60.0)
# The summary of a thousand offices is far larger than any return.
_SUMMARY_LIMITS = Limits(memory=4 << 30, seconds=600.0)
_ACCEPTED = ("采用", "部分采用")
_DIGEST = "内容指纹（SHA-256）"


@dataclass(frozen=True, slots=True)
class Lost:
    """A text of a return that the summary does not have in its place."""

    file: str
    word: Word


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of a month.

    `files` counts the returns read, `places` the typed words by the sheet in which they stand,
    `numbers` those of 总览 that were counted again. `unread` are the accepted files that could not
    be proved, each with the reason; `unmerged` those in 回收/ of which the summary knows nothing.
    """

    summary: str
    files: int
    places: Mapping[str, int]
    lost: tuple[Lost, ...]
    numbers: int
    miscounts: tuple[Miscount, ...]
    unread: tuple[tuple[str, str], ...]
    unmerged: tuple[str, ...]
    touched: bool
    """Whether somebody has saved the summary since it was written."""

    @property
    def holds(self) -> bool:
        """Whether nothing is lost, miscounted or unknown to the summary."""
        return not (self.lost or self.miscounts or self.unmerged)


def prove_month(workspace: Workspace, period: Period, progress: Progress = None) -> Proof:
    """Read a month's accepted returns and its summary a second time, and compare them.

    Raises TaskxlError where there is no summary, or none that can be read.
    """
    with look_into_ledger(workspace) as ledger:
        name, content, summary = _open_summary(workspace, period)
        lines = summary.tables[REGISTER]
        accepted = {line[_DIGEST]: line for line in lines if line["结论"] in _ACCEPTED}
        known = {line[_DIGEST] for line in lines} | {line["文件"] for line in lines}
        read, unmerged = _read_folder(workspace, period, frozenset(accepted), known, progress)
        if ledger is not None:
            read |= _read_kept(ledger, period, frozenset(accepted.keys() - read.keys()))
        forms = _read_forms(workspace, ledger, period)
        counted = recount(summary)
        found, unread = _place_all(accepted, read, summary, forms)
        if not all(one.sheet for _, one in found):
            # An office may have filled in a form of an earlier month.
            months = [replace(period, month=month) for month in range(1, period.month + 1)]
            forms = _read_forms(workspace, ledger, *months)
            found, unread = _place_all(accepted, read, summary, forms)
        touched = ledger is not None and not ledger.knows_summary(period, content)
    places = Counter(one.sheet for _, one in found)
    lost = [Lost(file, one.word) for file, one in found if not one.sheet]
    return Proof(
        name,
        len(accepted) - len(unread),
        {sheet: count for sheet, count in places.most_common() if sheet not in ("", FORM)},
        tuple(lost),
        counted.numbers,
        counted.wrong,
        tuple(unread),
        tuple(unmerged),
        touched,
    )


def describe_faults(proof: Proof, period: Period) -> Iterator[str]:
    """Yield a line for each text that is lost, number that is wrong and file left out."""
    for lost in proof.lost:
        where = f"{show(lost.file)}〔{show(lost.word.sheet)}〕{lost.word.cell}"
        what = "的批注" if lost.word.note else ""
        yield f"{where}{what}：{quote(lost.word.text, 60)}在汇总里没有找到。"
    for wrong in proof.miscounts:
        shown = f"写的是 {show(wrong.shown, 60)}" if wrong.shown else "没有写"
        yield f"总览 {wrong.cell}：“{wrong.label}”{shown}，从其他各表数出来是 {wrong.counted}。"
    for name in proof.unmerged:
        yield f"{show(name)}：汇总里没有登记。请再运行 taskxl merge --month {period.month}。"
    for file, why in proof.unread:
        yield f"{show(file)}：没有核对（{show(why, 60)}）。请打开它，对照汇总看一遍。"
    if proof.touched and not proof.holds:
        yield (
            f"{quote(proof.summary)}写好以后有人保存过。如果是您在里面修订的，"
            f"请先运行 taskxl merge --month {period.month}，再核对。"
        )


def sum_up_proof(proof: Proof, period: Period) -> str:
    """Return in a line how much was proved."""
    found = sum(proof.places.values())
    places = "、".join(f"{sheet} {count}" for sheet, count in proof.places.items())
    words = f"{proof.files} 份来稿写的 {found + len(proof.lost)} 处文字，找到 {found} 处"
    words += f"（{places}）" if places else ""
    lost = f"，没有找到 {len(proof.lost)} 处" if proof.lost else ""
    right = proof.numbers - len(proof.miscounts)
    numbers = f"总览上的 {proof.numbers} 个数，数得出 {right} 个"
    unread = f"；另有 {len(proof.unread)} 份没有核对" if proof.unread else ""
    return f"{period.name}：{words}{lost}；{numbers}{unread}。"


def _place_all(
    accepted: Mapping[str, Line],
    read: Mapping[str, ReadFile],
    summary: Summary,
    forms: Forms,
) -> tuple[list[tuple[str, Found]], list[tuple[str, str]]]:
    """Return where each word of each return stands, and the returns that could not be read."""
    found: list[tuple[str, Found]] = []
    unread: list[tuple[str, str]] = []
    for digest, line in accepted.items():
        file = read.get(digest) or ReadFile(digest, unread="回收文件夹里已没有这份内容")
        if file.unread:
            unread.append((line["文件"], file.unread))
        offices = frozenset(line["股室"].replace("\n", "、").split("、"))
        placed = place_words(file.words, line["文件"], offices, summary, forms)
        found += [(line["文件"], one) for one in placed]
    return found, unread


def _open_summary(workspace: Workspace, period: Period) -> tuple[str, bytes, Summary]:
    """Return the period's summary: the first that can be read, where one lies beside another."""
    refused = None
    for path in workspace.summary_paths(period):
        if not path.is_file():
            break
        content = read_whole(path)
        ((_, result),) = read_isolated(_read_summary, None, [content], limits=_SUMMARY_LIMITS)
        if isinstance(result, Summary):
            return path.name, content, result
        refused = refused or path.name
    if refused:
        raise TaskxlError(f"“{show(refused)}”读不出来。请把它移走，再运行 taskxl merge。")
    raise TaskxlError(
        f"{period.name}还没有汇总。请先运行 taskxl merge --month {period.month}，再核对。"
    )


def _read_summary(_: None, content: bytes) -> Summary | str:
    try:
        return read_summary(content)
    except Unread as unread:
        return str(unread)


# ---------------------------------------------------------------- the returns and the forms


def _read_folder(
    workspace: Workspace,
    period: Period,
    wanted: frozenset[str],
    known: set[str],
    progress: Progress,
) -> tuple[dict[str, ReadFile], list[str]]:
    """Return what was read of 回收/ by digest, and the files that the summary does not know."""
    contents: list[bytes] = []
    unmerged: list[str] = []
    for name in workspace.list_returns(period):
        try:
            content, _ = read_once(workspace.returns_folder(period) / name)
        except Refused:
            unmerged += [] if show(name) in known else [name]
            continue
        unmerged += [] if sha256(content).hexdigest() in known else [name]
        contents.append(content)
    return _read_contents(wanted, contents, progress), unmerged


def _read_kept(ledger: Ledger, period: Period, wanted: frozenset[str]) -> dict[str, ReadFile]:
    """Return of what is wanted what the ledger has kept, though the folder has it no more."""
    if not wanted:
        return {}
    digests = {digest for _, digest in ledger.originals(period)}
    contents = [ledger.content(one) for one in sorted(digests) if ledger.is_whole(one)]
    return _read_contents(wanted, contents, None)


def _read_contents(
    wanted: frozenset[str], contents: Sequence[bytes], progress: Progress
) -> dict[str, ReadFile]:
    found: dict[str, ReadFile] = {}
    results = read_isolated(read_file, wanted, contents, limits=_LIMITS)
    for done, (content, result) in enumerate(results, 1):
        if isinstance(result, Refusal):
            digest = sha256(content).hexdigest()
            found[digest] = ReadFile(digest, unread=result.reason)
        else:
            found |= {one.digest: one for one in result}
        if progress:
            progress(done, len(contents))
    return found


def _read_forms(workspace: Workspace, ledger: Ledger | None, *periods: Period) -> Forms:
    """Read every form that went out in some months, from the ledger, else from 下发/."""
    contents: list[bytes] = []
    for period in periods:
        kept = ledger.issued_contents(period) if ledger else ()
        contents += kept or _list_forms(workspace, period)
    read = read_isolated(read_form, None, contents, limits=_LIMITS)
    master, _ = load_master(workspace)
    persons = {person.name for task in master.tasks for person in task.persons}
    return gather_forms((form for _, form in read if isinstance(form, ReadFile)), persons)


def _list_forms(workspace: Workspace, period: Period) -> Iterator[bytes]:
    for path in sorted(workspace.issue_folder(period).glob("附件2-*.xlsx")):
        try:
            yield read_once(path)[0]
        except Refused:
            continue
