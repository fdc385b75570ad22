"""Several returns of one office: which text stands, which was replaced, where nobody can tell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import TypeVar

from taskxl.model import Entry, MilestoneEntry, Return, Submission
from taskxl.text import is_blank, squeeze

# China keeps one time: a mail's moment is turned into it before its day is asked.
_CHINA = timezone(timedelta(hours=8))
# Files copied or unpacked together get times that say nothing of their order.
_COPIED_TOGETHER = timedelta(minutes=10)

Statement = Entry | MilestoneEntry
S = TypeVar("S", Entry, MilestoneEntry)


@dataclass(frozen=True, slots=True)
class Version:
    """One office's form in one returned file."""

    source: Return
    submission: Submission

    @property
    def received(self) -> datetime | None:
        """When the file came, in China's time; None where nothing tells it."""
        return local_moment(self.source.received_at)

    @property
    def blank(self) -> bool:
        """Whether the office wrote nothing about any task or milestone."""
        return not any(speaks(one) for one in self.statements)

    @property
    def empty(self) -> bool:
        """Whether the office wrote nothing at all since the form was issued to it.

        Its name and the leader's at the head are no report; a word that stands anywhere else is.
        """
        texts = any(texts_of(one) for one in self.statements)
        broken = any(finding.code.startswith("E30") for finding in self.source.findings)
        left = bool(self.source.unplaced or self.submission.altered or broken)
        return not left and (not texts or self.submission.untouched)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All that it says of tasks and milestones."""
        return statements_of(self.submission)


@dataclass(frozen=True, slots=True)
class Loss:
    """A statement that does not stand: `by` is the version whose text stands instead.

    `certain` is False where nothing tells which of the two is newer.
    """

    version: Version
    statement: Statement
    by: Version
    stands: Statement
    certain: bool

    @property
    def texts(self) -> tuple[tuple[str, str | None], ...]:
        """The texts that the one which stands does not have, each with its cell."""
        kept = {squeeze(text) for _, text in texts_of(self.stands)}
        cells: dict[str, str] = dict(self.statement.cells)  # type: ignore[arg-type]
        return tuple(
            (text, cells.get(name))
            for name, text in texts_of(self.statement)
            if squeeze(text) not in kept
        )


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands of an office's versions.

    `standing` are the versions of which something stands, the likeliest newest first;
    `duplicates` pairs a version with the one that says the same; `replaced` pairs a version of
    which nothing stands with the one that replaced it, and whether that is certain.
    """

    standing: tuple[Version, ...]
    entries: tuple[Entry, ...]
    milestones: tuple[MilestoneEntry, ...]
    duplicates: tuple[tuple[Version, Version], ...] = ()
    replaced: tuple[tuple[Version, Version, bool], ...] = ()
    losses: tuple[Loss, ...] = ()


def local_moment(moment: datetime | None) -> datetime | None:
    """Return a moment without its zone, in China's time."""
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(_CHINA).replace(tzinfo=None)


def statements_of(form: Submission) -> tuple[Statement, ...]:
    """Return all that a form says of tasks and milestones."""
    return *form.entries, *form.milestones


def texts_of(statement: Statement) -> tuple[tuple[str, str], ...]:
    """Return the non-blank texts of a statement by field, as typed."""
    if isinstance(statement, Entry):
        texts = {
            "status": statement.status,
            "progress": statement.progress,
            "obstacles": statement.obstacles,
            "remarks": statement.remarks,
        }
    else:
        done = statement.done_text or (statement.done_on.isoformat() if statement.done_on else "")
        texts = {"state": statement.state, "done_on": done, "note": statement.note}
    return tuple((name, text) for name, text in texts.items() if not is_blank(text))


def speaks(statement: Statement) -> bool:
    """Tell whether an office wrote of a task or milestone; remarks may be the list's own."""
    return any(name != "remarks" for name, _ in texts_of(statement))


def find_newer(one: Version, other: Version, issued: str | None = None) -> Version | None:
    """Return the newer of two versions by their own evidence, or None where it is unclear.

    Evidence, all of which must agree: 填报日期; the moments of receipt (a file's time only where
    the two are over ten minutes apart); and which of them is the form that was issued last
    (`issued`: its form id). No evidence, or evidence that conflicts, makes it unclear.
    """
    votes = {_vote(one.submission.reported_on, other.submission.reported_on)}
    first, second = one.received, other.received
    if first and second:
        by_mail = one.source.receipt == other.source.receipt == "mail"
        if by_mail or abs(first - second) > _COPIED_TOGETHER:
            votes.add(_vote(first, second))
    forms = (one.submission.form_id, other.submission.form_id)
    if issued and None not in forms and issued in forms:
        votes.add(_vote(forms[0] == issued, forms[1] == issued))
    votes.discard(0)
    if len(votes) != 1:
        return None
    return one if votes.pop() > 0 else other


def settle_versions(versions: Iterable[Version], issued: str | None = None) -> Settled:
    """Decide, task by task, which of an office's versions speaks.

    For each task and milestone the newest version that says anything of it stands; so a form split
    over two files is joined, and a second return that only adds task 5 leaves the rest as it was.
    Where versions differ and nothing tells the newer one, the likelier one stands and the
    loss is marked as uncertain. Versions that say the same throughout count as one.
    """
    ranked = sorted(versions, key=lambda version: _likelihood(version, issued), reverse=True)
    if len(ranked) == 1:
        return _stand_alone(ranked[0], ())
    groups: dict[object, list[Version]] = {}
    for version in ranked:
        groups.setdefault(_content(version), []).append(version)
    distinct, duplicates = [], []
    for group in groups.values():
        best = max(group, key=_completeness)  # the first of equals: the likeliest newest
        distinct.append(best)
        duplicates += [(version, best) for version in group if version is not best]
    if len(distinct) == 1:
        return _stand_alone(distinct[0], tuple(duplicates))

    losses: list[Loss] = []
    entries = _choose(distinct, lambda v: v.submission.entries, lambda e: e.task, issued, losses)
    milestones = _choose(
        distinct, lambda v: v.submission.milestones, lambda e: e.milestone, issued, losses
    )
    heard = {id(version) for version, entry in entries if speaks(entry)}
    heard |= {id(version) for version, step in milestones if speaks(step)}
    # Where all that was written are remarks, those who wrote them stand.
    heard = heard or {id(version) for version, entry in entries if texts_of(entry)}
    heard = heard or {id(distinct[0])}
    standing = tuple(version for version in distinct if id(version) in heard)
    replaced = []
    for version in distinct:
        if id(version) not in heard:
            own = [loss for loss in losses if loss.version is version]
            by = own[0].by if own else standing[0]
            replaced.append((version, by, all(loss.certain for loss in own if loss.texts)))
    return Settled(
        standing,
        tuple(entry for _, entry in entries),
        tuple(entry for _, entry in milestones),
        tuple(duplicates),
        tuple(replaced),
        tuple(loss for loss in losses if loss.texts),
    )


def _stand_alone(version: Version, duplicates: tuple[tuple[Version, Version], ...]) -> Settled:
    form = version.submission
    return Settled((version,), form.entries, form.milestones, duplicates)


def _choose(
    versions: Sequence[Version],
    statements: Callable[[Version], Sequence[S]],
    key: Callable[[S], str],
    issued: str | None,
    losses: list[Loss],
) -> list[tuple[Version, S]]:
    said: dict[str, list[tuple[Version, S]]] = {}
    for version in versions:
        for statement in statements(version):
            said.setdefault(key(statement), []).append((version, statement))
    chosen = []
    for pairs in said.values():
        speaking = [pair for pair in pairs if speaks(pair[1])] or pairs
        best = next((pair for pair in speaking if _leads(pair, speaking, issued)), speaking[0])
        chosen.append(best)
        for version, statement in pairs:
            if statement is not best[1]:
                newer = find_newer(best[0], version, issued) is best[0]
                certain = newer or not speaks(statement)
                losses.append(Loss(version, statement, best[0], best[1], certain))
    return chosen


def _leads(
    pair: tuple[Version, S], others: Sequence[tuple[Version, S]], issued: str | None
) -> bool:
    version, statement = pair
    return all(
        other is version
        or _folded(said) == _folded(statement)
        or find_newer(version, other, issued) is version
        for other, said in others
    )


def _folded(statement: Statement) -> tuple[tuple[str, str], ...]:
    return tuple((name, squeeze(text)) for name, text in texts_of(statement))


def _content(version: Version) -> object:
    form = version.submission
    return (
        frozenset((entry.task, _folded(entry)) for entry in form.entries if texts_of(entry)),
        frozenset((e.milestone, _folded(e)) for e in form.milestones if texts_of(e)),
    )


def _completeness(version: Version) -> tuple[bool, bool, bool]:
    form = version.submission
    return form.approved, not is_blank(form.reporter), form.reported_on is not None


def _likelihood(version: Version, issued: str | None) -> tuple[object, ...]:
    form = version.submission
    return (
        issued is not None and form.form_id == issued,
        form.reported_on or date.min,
        version.received.isoformat() if version.received else "",
        version.source.file,
        form.sheet or "",
    )


def _vote(one: object, other: object) -> int:
    if one is None or other is None or one == other:
        return 0
    return 1 if one > other else -1  # type: ignore[operator]


def rename_office(submission: Submission, office: str) -> Submission:
    """Return the submission with `office` as the name of its office throughout."""
    if submission.office == office:
        return submission
    return replace(
        submission,
        office=office,
        entries=tuple(replace(entry, office=office) for entry in submission.entries),
        milestones=tuple(replace(entry, office=office) for entry in submission.milestones),
        altered=tuple(replace(change, office=office) for change in submission.altered),
    )
