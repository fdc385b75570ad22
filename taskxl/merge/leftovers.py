"""Words of returns that stand in no table, each kept with its place: nothing is dropped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from taskxl.merge.versions import Head, Settled, Statement, Version, statements_of, texts_of
from taskxl.model import Return, Submission, Unplaced
from taskxl.text import is_blank, squeeze


def form_texts(form: Submission) -> Iterator[Unplaced]:
    """Yield everything an office typed in one form, for a form of which nothing counts."""
    yield from head_texts(form)
    for statement in statements_of(form):
        yield from statement_texts(statement)
    yield from altered_texts(form)


def head_texts(form: Submission) -> Iterator[Unplaced]:
    """Yield what stands above the table: 填报人, 填报日期, 审定."""
    day = form.reported_on.isoformat() if form.reported_on else ""
    for name, text in (
        ("reporter", form.reporter),
        ("reported_on", day),
        ("approval", form.approval),
    ):
        if not is_blank(text):
            yield Unplaced(form.file, form.sheet, form.cells.get(name), text)


def statement_texts(statement: Statement) -> Iterator[Unplaced]:
    """Yield the texts of one row."""
    cells: Mapping[str, str] = {str(name): cell for name, cell in statement.cells.items()}
    for name, text in texts_of(statement):
        yield Unplaced(statement.file, statement.sheet, cells.get(name), text)


def altered_texts(form: Submission) -> Iterator[Unplaced]:
    """Yield what an office wrote in place of a fixed text."""
    for change in form.altered:
        if not is_blank(change.now):
            yield Unplaced(change.file, change.sheet, change.cell, change.now)


def newest_day(versions: Sequence[Version]) -> date | None:
    """Return the latest 填报日期 of an office's standing versions."""
    days = [v.submission.reported_on for v in versions if v.submission.reported_on]
    return max(days, default=None)


def gather_leftovers(
    returns: Iterable[Return],
    versions: Mapping[int, Sequence[Version]],
    settled: Mapping[str, Settled],
    heads: Mapping[str, Head],
) -> Iterator[Unplaced]:
    """Yield what the returns with forms that may count hold beside what stands.

    `versions` gives those forms by the `id()` of their return, `settled` the settlement of each
    office, `heads` where its head lines stand. A text of a return that does not stand is left
    out where a standing one of the same office has it too: a copy adds nothing.
    """
    # An office with one return has nothing to compare it with.
    several = {
        o for o, one in settled.items() if len(one.standing) > 1 or one.duplicates or one.replaced
    }
    kept = {office: _kept_texts(settled[office], heads.get(office, Head())) for office in several}
    standing = {id(v) for one in settled.values() for v in one.standing}
    lost: dict[int, list[Unplaced]] = {}
    for one in settled.values():
        for loss in one.losses:
            lost.setdefault(id(loss.version), []).extend(
                Unplaced(loss.statement.file, loss.statement.sheet, cell, text)
                for text, cell in loss.texts
            )
    for ret in returns:
        here = versions.get(id(ret), ())
        if not here:
            continue
        known: set[str] = set()
        for version in here:
            form = version.submission
            if form.office not in several:
                continue
            texts = kept[form.office]
            known |= texts
            yield from (one for one in head_texts(form) if squeeze(one.text) not in texts)
            if id(version) not in standing:
                yield from (one for one in altered_texts(form) if squeeze(one.text) not in texts)
            yield from lost.get(id(version), ())
        if any(id(version) in standing for version in here):
            yield from ret.unplaced
        else:
            yield from (one for one in ret.unplaced if squeeze(one.text) not in known)


def _kept_texts(settled: Settled, head: Head) -> set[str]:
    statements: tuple[Statement, ...] = (*settled.entries, *settled.milestones)
    texts = {squeeze(text) for one in statements for _, text in texts_of(one)}
    for version in settled.standing:
        form = version.submission
        texts |= {squeeze(form.reporter), squeeze(form.approval)}
        texts |= {squeeze(one.text) for one in version.source.unplaced}
        texts |= {squeeze(change.now) for change in form.altered}
    texts |= {squeeze(v.submission.reporter) for v in (head.reporter,) if v}
    texts |= {squeeze(v.submission.approval) for v in (head.approval,) if v}
    day = newest_day(settled.standing) or (
        head.reported_on.submission.reported_on if head.reported_on else None
    )
    if day:
        texts.add(day.isoformat())
    return texts
