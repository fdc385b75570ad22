"""All that lies under 回收/, read: one `Return` a file, one for each file in a zip or letter."""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Literal, TypeVar

from taskxl.desk.containers import (
    LETTER_PAGE,
    Container,
    holds_embedded,
    holds_files,
    open_container,
    refuse_bare_letter,
)
from taskxl.desk.kept_returns import KeptReturns
from taskxl.forms.returned.reader import Expected, Sent, read_return
from taskxl.intake.gate import (
    Refusal,
    Refused,
    check_content,
    read_once,
    read_return_book,
    skip_by_name,
)
from taskxl.intake.grids import Kind
from taskxl.intake.refusals import DAMAGED, Limits
from taskxl.intake.unlocking import unlock
from taskxl.intake.workers import read_isolated
from taskxl.ledger.receipts import KnownArrivals
from taskxl.merge.versions import local_moment
from taskxl.model import MAIL_TEXT, Return, Submission, Unplaced

Progress = Callable[[int, int], None] | None
_Read = TypeVar("_Read")
READING = ("taskxl.desk.return_files", "taskxl.intake.spreadsheets", "rapidfuzz.distance.Indel")
"""What a process loads that reads returns: see `keep_readers_warm`."""
_LIMITS = Limits()
# LibreOffice starts anew for each file, on a machine that may be busy.
_PATIENT = replace(_LIMITS, seconds=180.0)
_DEEPEST = 3  # zips or letters in one another
_OLD: frozenset[Kind] = frozenset(("doc", "wps", "rtf", "odt"))


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to read: the one at `path`, or what is called `inside` in the zip at `path`.

    Of several names `inside` all but the last are of zips in one another. `file` is the name it
    bears in the month; `archive` the digest of the outer zip when it was opened.
    """

    file: str
    path: Path
    inside: tuple[str, ...] = ()
    archive: str = ""
    told: tuple[str, str] = ("", "")
    """The office that a person registered for it, and the SHA-256 of the content they meant."""


@dataclass(frozen=True, slots=True)
class _Old:
    """A file that only LibreOffice reads: it takes longer than others are given."""

    job: _Job


@dataclass(frozen=True, slots=True)
class _Opened:
    """A zip of returns or a letter: what is said of itself, and the files in it, now to be read."""

    itself: Return
    inside: tuple[_Job, ...]


def read_returns(
    folder: Path,
    files: Sequence[str],
    expected: Expected,
    progress: Progress = None,
    known: KnownArrivals = KnownArrivals(),  # noqa: B008 - frozen, a value
    kept: KeptReturns | None = None,
) -> Iterator[Return]:
    """Yield what was read of each file, in processes of their own.

    `files` are paths relative to `folder`. A zip yields a return of its own without a code, whose
    reason says that it was opened; one for each file inside, named `包.zip/里面的名字`, comes
    after all files of the folder. No file's content is parsed in this process: at most its digest
    is made here, where its reader died, or to find what it was found to say before (`kept`).
    `progress` is told how many files are done, of how many known so far. `known`
    is what the ledger knows of when files came and whose they are; those in a zip came when the zip
    did. What was registered by hand goes before what a mail says, that before a file's time; and a
    file's time gives way to an earlier one that was recorded for the same bytes.
    """
    told = {name: (one.office, digest) for (name, digest), one in known.registered.items()}
    jobs = [_Job(file, folder / file, told=told.get(file, ("", ""))) for file in files]
    inside: list[_Job] = []
    old: list[_Job] = []
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, len(jobs) + len(inside))

    def date(job: _Job, result: Return | Refusal) -> Return:
        ret = _refuse(job, result) if isinstance(result, Refusal) else result
        zipped = (job.path.relative_to(folder).as_posix(), job.archive)
        return _say_receipt(ret, known, zipped if job.inside else None)

    with _Readers(expected) as readers:
        for job, result in _read_all(readers, jobs, kept):
            if isinstance(result, _Old):
                old.append(job)
            elif isinstance(result, _Opened):
                inside += result.inside
                yield _say_receipt(result.itself, known)
                count()
            else:
                yield date(job, result)
                count()
        for depth in range(_DEEPEST):
            level = [job for job in inside if len(job.inside) == depth + 1]
            for job, result in readers.read(_read_inside, level):
                if isinstance(result, _Old):
                    old.append(job)
                elif isinstance(result, _Opened):
                    inside += result.inside
                    yield date(job, result.itself)
                    count()
                else:
                    yield date(job, result)
                    count()
        for job, result in readers.read(_read_old, old, _PATIENT):
            yield date(job, result)
            count()


class _Readers(contextlib.ExitStack):
    """Those who read the files of one month, and what they are sent, once there is any to read."""

    def __init__(self, expected: Expected) -> None:
        super().__init__()
        self._expected = expected
        self._sent: Expected | Sent | None = None

    def read(
        self,
        function: "Callable[[Expected | Sent, _Job], _Read]",
        jobs: Sequence[_Job],
        limits: Limits = _LIMITS,
    ) -> "Iterator[tuple[_Job, _Read | Refusal]]":
        if jobs:
            if self._sent is None:
                self._sent = self.enter_context(self._expected.sent())
            yield from read_isolated(function, self._sent, jobs, limits=limits)


def _read_all(
    readers: _Readers, jobs: Sequence[_Job], kept: KeptReturns | None
) -> Iterator[tuple[_Job, Return | _Opened | _Old | Refusal]]:
    """Yield each file of the folder, read in a worker where nothing is kept of it."""
    if kept is None or not kept.is_of_use:
        yield from readers.read(_read_one, jobs)
        return
    questions: dict[_Job, tuple[str, str]] = {}
    found: dict[_Job, Return | _Opened | _Old] = {}
    for job in jobs:
        if (named := _read_named(job)) is not None:
            found[job] = named
            continue
        with contextlib.suppress(Refused):
            content, modified = read_once(job.path)
            digest = hashlib.sha256(content).hexdigest()
            office, meant = job.told
            question = kept.question(job.file, digest, office if meant == digest else "")
            questions[job] = question, digest
            if (ret := kept.find(question)) is not None and ret.sha256 == digest:
                found[job] = replace(ret, received_at=modified)
    left = [job for job in jobs if job not in found]
    answers = readers.read(_read_one, left)
    for job in jobs:
        if job in found:
            yield job, found[job]
            continue
        _, result = next(answers)
        question, digest = questions.get(job, ("", ""))
        # Not what a reader's end or another content says: only what these bytes do.
        if isinstance(result, Return) and digest and result.sha256 == digest:
            kept.keep(question, result)
        yield job, result
    kept.finish()


def _say_receipt(
    ret: Return, known: KnownArrivals, came_as: tuple[str, str] | None = None
) -> Return:
    """Return a file with the best account of when it came, and refused as whose."""
    key = came_as or (ret.file, ret.sha256)
    told = known.registered.get(key)
    if told and told.office and ret.code and not ret.submissions:
        form = Submission(told.office, None, "hand", ret.file)
        ret = replace(ret, submissions=(form,))
    ret = replace(ret, note=told.note) if told and told.note else ret
    if told and told.received_at:
        return replace(ret, received_at=told.received_at, receipt="hand")
    if moment := known.mailed.get(key):
        return replace(ret, received_at=moment, receipt="mail")
    if ret.receipt == "mail":
        return ret
    seen, now = known.recall(ret.file, ret.sha256), local_moment(ret.received_at)
    if seen is None:
        return ret
    before = local_moment(seen.received_at)
    # Recorded moments are whole seconds.
    if now is None or (before is not None and before < now.replace(microsecond=0)):
        return replace(ret, received_at=seen.received_at, receipt=seen.receipt)
    return ret


def _read_named(job: _Job) -> Return | None:
    """Return a file whose name tells that it is not read, None for any other."""
    skipped = skip_by_name(job.path.name)
    if skipped is None:
        return None
    try:
        content, modified = read_once(job.path)
    except Refused:
        return _say_no(job.file, "", None, skipped)
    return _say_no(job.file, hashlib.sha256(content).hexdigest(), modified, skipped)


def _read_one(expected: Expected | Sent, job: _Job) -> Return | _Opened | _Old:
    """Read one file, or list what is in it where it is a zip of files. Runs in a worker."""
    if (named := _read_named(job)) is not None:
        return named
    try:
        content, modified = read_once(job.path)
    except Refused as refused:
        return _say_no(job.file, "", None, refused)
    digest = hashlib.sha256(content).hexdigest()
    if not holds_files(content, job.path.name, _LIMITS):
        return _read_content(expected, job, content, digest, modified)
    return _open(replace(job, archive=digest), content, digest, modified)


def _open(job: _Job, content: bytes, digest: str, modified: datetime | None) -> Return | _Opened:
    try:
        found = open_container(content, job.file, _LIMITS)
    except Refused as refused:
        return _say_no(job.file, digest, modified, refused)
    reason = f"{found.what}，已打开，里面的 {len(found.inside)} 个文件各有登记"
    inside = (
        _Job(f"{job.file}/{name}", job.path, (*job.inside, name), job.archive)
        for name in found.inside
    )
    said = tuple(Unplaced(job.file, MAIL_TEXT, None, line) for line in found.words)
    itself = Return(job.file, digest, found.arrived_at or modified, reason=reason, unplaced=said)
    return _Opened(itself, tuple(inside))


def _read_inside(expected: Expected | Sent, job: _Job) -> Return | _Old | _Opened:
    """Read one file of a zip. Runs in a worker."""
    try:
        content, modified, mailed = _take_out(job)
    except Refused as refused:
        return _say_no(job.file, "", None, refused)
    digest = hashlib.sha256(content).hexdigest()
    if len(job.inside) < _DEEPEST and holds_files(content, job.inside[-1], _LIMITS):
        return _open(job, content, digest, modified)
    read = _read_content(expected, job, content, digest, modified, mailed=mailed)
    if job.inside[-1] == LETTER_PAGE and isinstance(read, Return) and read.code == "R205":
        # Programs put letterheads and signatures into tables: this one is no form.
        return _say_no(job.file, digest, modified, refuse_bare_letter())
    return read


def _read_old(expected: Expected | Sent, job: _Job) -> Return:
    """Read one file by way of LibreOffice. Runs in a worker."""
    try:
        content, modified, mailed = _take_out(job) if job.inside else (*read_once(job.path), False)
    except Refused as refused:
        return _say_no(job.file, "", None, refused)
    digest = hashlib.sha256(content).hexdigest()
    read = _read_content(expected, job, content, digest, modified, patient=True, mailed=mailed)
    return read if isinstance(read, Return) else Return(job.file, digest, modified, code="R201")


def _read_content(
    expected: Expected | Sent,
    job: _Job,
    content: bytes,
    digest: str,
    modified: datetime | None,
    patient: bool = False,
    mailed: bool = False,
) -> Return | _Old | _Opened:
    try:
        content = unlock(content)
        kind = check_content(content, PurePosixPath(job.file).name, _LIMITS)
        if kind in _OLD and not patient:
            return _Old(job)
        book = read_return_book(content, job.file, kind)
        office, meant = job.told
        read = read_return(expected, book, job.file, office if meant == digest else "")
    except Refused as refused:
        return _say_no(job.file, digest, modified, refused)
    receipt: Literal["mail", "file"] = "mail" if mailed else "file"
    deep = len(job.inside) >= _DEEPEST
    if read.code == "R205" and not deep and holds_embedded(content, job.file, _LIMITS):
        # A letter of the office's with its form in it as an object.
        return _open(replace(job, archive=job.archive or digest), content, digest, modified)
    return replace(read, sha256=digest, received_at=modified, receipt=receipt)


def _say_no(file: str, digest: str, modified: datetime | None, why: Refusal | Refused) -> Return:
    return Return(file, digest, modified, code=why.code, reason=why.reason)


@lru_cache(maxsize=1)  # the files of one zip are read one after the other
def _open_again(path: Path, digest: str) -> tuple[Container, datetime]:
    content, modified = read_once(path)
    if hashlib.sha256(content).hexdigest() != digest:
        raise Refused(DAMAGED.code, "文件在读取的时候被改动了，里面的没有读。请重新运行。")
    return open_container(content, path.name, _LIMITS), modified


def _take_out(job: _Job) -> tuple[bytes, datetime, bool]:
    """Return one file of a zip or a letter, its time, and whether that is the letter's.

    Of a file that states none the time is that of what holds it.
    """
    held, moment = _open_again(job.path, job.archive)
    mailed, content = False, b""
    for depth, name in enumerate(job.inside, 1):
        taken, own = held.inside[name]()
        mailed = held.arrived_at is not None or mailed
        if isinstance(taken, Refusal):
            raise Refused(taken.code, taken.reason)
        content = taken
        moment = held.arrived_at or (moment if mailed else own) or moment
        if depth < len(job.inside):
            held = open_container(content, name, _LIMITS)
    return content, moment, mailed


def _refuse(job: _Job, refusal: Refusal) -> Return:
    """Return a file whose reader died, with its digest where it can be read at all."""
    digest, modified = "", None
    try:
        content, modified = _take_out(job)[:2] if job.inside else read_once(job.path)
        digest = hashlib.sha256(content).hexdigest()
    except Refused:
        pass  # the refusal that there is says why
    finally:
        _open_again.cache_clear()
    return _say_no(job.file, digest, modified, refusal)
