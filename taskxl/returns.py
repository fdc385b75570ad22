"""Everything that lies under 回收/, read: one `Return` a file, and one for each file in a zip."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from taskxl.forms.returned import Expected, read_return
from taskxl.intake.gate import (
    Refusal,
    Refused,
    check_content,
    is_archive,
    open_archive,
    read_once,
    require_return_kind,
    skip_by_name,
)
from taskxl.intake.reading import read_book
from taskxl.intake.refusals import Limits
from taskxl.intake.workers import read_isolated
from taskxl.model import Return

Progress = Callable[[int, int], None] | None
_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class _Job:
    """A file to read: from `path`, or with its `content` where that came out of an archive."""

    file: str
    path: Path | None = None
    content: bytes | Refusal = b""
    modified: datetime | None = None


def read_returns(
    folder: Path, files: Sequence[str], expected: Expected, progress: Progress = None
) -> Iterator[Return]:
    """Yield what was read of each file, in processes of their own.

    `files` are paths relative to `folder`. A zip yields a return of its own without a code, whose
    reason says that it was opened, and then one for each file inside, named `包.zip/里面的名字`.
    `progress` is told how many files are done, of how many.
    """
    for done, (file, read) in enumerate(_read_all(folder, files, expected), 1):
        if read is None:
            yield from _read_archive(folder / file, file, expected)
        else:
            yield read
        if progress:
            progress(done, len(files))


def _read_all(
    folder: Path, files: Sequence[str], expected: Expected
) -> Iterator[tuple[str, Return | None]]:
    jobs = [_Job(file, folder / file) for file in files]
    for job, result in read_isolated(_read_one, expected, jobs):
        yield job.file, _refuse(job, result) if isinstance(result, Refusal) else result


def _read_one(expected: Expected, job: _Job) -> Return | None:
    """Read one file; None for an archive that is to be opened. Runs in a worker."""
    content, modified = _content_of(job)
    if job.path is not None and is_archive(content, _LIMITS):
        return None
    digest = hashlib.sha256(content).hexdigest()
    try:
        kind = check_content(content, job.file, _LIMITS)
        require_return_kind(kind)
        read = read_return(expected, read_book(content, job.file, kind), job.file)
    except Refused as refused:
        return Return(job.file, digest, modified, code=refused.code, reason=refused.reason)
    return replace(read, sha256=digest, received_at=modified)


def _content_of(job: _Job) -> tuple[bytes, datetime | None]:
    if job.path is None:
        if isinstance(job.content, Refusal):
            raise Refused(job.content.code, job.content.reason)
        return job.content, job.modified
    skipped = skip_by_name(job.path.name)
    if skipped:
        raise Refused(skipped.code, skipped.reason)
    return read_once(job.path)


def _refuse(job: _Job, refusal: Refusal) -> Return:
    """Return a refused file with its digest, where it can be read at all."""
    digest, modified = "", job.modified
    try:
        content, modified = read_once(job.path) if job.path else (job.content, job.modified)
        if isinstance(content, bytes):
            digest = hashlib.sha256(content).hexdigest()
    except Refused:
        pass  # the refusal that there is says why
    return Return(job.file, digest, modified, code=refusal.code, reason=refusal.reason)


def _read_archive(path: Path, file: str, expected: Expected) -> Iterator[Return]:
    """Yield the archive itself, then each file in it."""
    job = _Job(file, path)
    try:
        content, modified = read_once(path)
        inside = [
            _Job(f"{file}/{name}", None, inner, time or modified)
            for name, inner, time in open_archive(content, file)
        ]
    except Refused as refused:
        yield _refuse(job, Refusal(refused.code, refused.reason))
        return
    reason = f"压缩包，已打开，里面的 {len(inside)} 个文件各有登记"
    yield Return(file, hashlib.sha256(content).hexdigest(), modified, reason=reason)
    for inner_job, result in read_isolated(_read_one, expected, inside):
        if isinstance(result, Refusal):
            yield _refuse(inner_job, result)
        elif result is not None:
            yield result
