"""Several returns of one office: which text stands, which was replaced, where nobody can tell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any, TypeVar

from taskxl.model import Entry, MilestoneEntry, Return, Submission
from taskxl.text import is_blank, squeeze

# China keeps one time: a mail's moment is turned into it before its day is asked.
_CHINA = timezone(timedelta(hours=8))
# Files copied or unpacked together get times that say nothing of their order.
_COPIED_TOGETHER = timedelta(minutes=10)

# Of these one text may go on with another: what was only begun is no second opinion.
_TEXTS = ("progress", "obstacles", "remarks", "note")

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
        if self.slip:
            return True
        texts = any(texts_of(one) for one in self.statements)
        broken = any(finding.code.startswith("E30") for finding in self.source.findings)
        left = bool(self.source.unplaced or self.submission.altered or broken)
        return not left and (not texts or self.submission.untouched)

    @property
    def slip(self) -> bool:
        """Whether it is a leader's approval and nothing else: a page that came beside the form."""
        form = self.submission
        told = any(finding.code in ("E303", "E312") for finding in self.source.findings)
        return form.approved and not (form.tasks or self.statements or form.altered or told)

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
class Head:
    """What an office's versions say above their tables, each line from the likeliest newest one.

    The place of a line is that of the version it stands in: `None` where no version has it.
    """

    reporter: Version | None = None
    reported_on: Version | None = None
    approval: Version | None = None


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


def settle_head(versions: Iterable[Version]) -> Head:
    """Return where each head line of an office stands, its versions given likeliest newest last.

    A supplement mostly bears none of them: they count wherever the office wrote them. An approval
    counts before words that are none, however old it is.
    """
    versions = list(versions)[::-1]
    approved = (version for version in versions if version.submission.approved)
    worded = (version for version in versions if not is_blank(version.submission.approval))
    return Head(
        next((v for v in versions if not is_blank(v.submission.reporter)), None),
        next((v for v in versions if v.submission.reported_on is not None), None),
        next(approved, next(worded, None)),
    )


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


def settle_versions(
    versions: Iterable[Version],
    issued: str | None = None,
    before: Mapping[str, Entry] = MappingProxyType({}),
) -> Settled:
    """Decide, cell by cell, which of an office's versions speaks.

    For each field of a task or milestone the newest version that has a text stands: a blank takes
    nothing away, so a form split over two files is joined, and a supplement with one answer, or
    with fewer columns, leaves the rest as it was. Where two texts differ and nothing tells the
    newer one, the likelier one stands and the loss is marked as uncertain. `before` is what stood
    last month, by task: a text that the form brought from there, and that nobody touched, gives way
    to any other.
    Versions that say the same throughout count as one.
    """
    ranked = sorted(versions, key=lambda version: likelihood(version, issued), reverse=True)
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

    settling = _Settling(issued, before)
    entries = settling.choose([(v, v.submission.entries) for v in distinct], lambda e: e.task)
    milestones = settling.choose(
        [(v, v.submission.milestones) for v in distinct], lambda e: e.milestone
    )
    # Where all that was written are remarks, those who wrote them stand.
    heard = settling.heard or settling.remarked or {id(distinct[0])}
    standing = tuple(version for version in distinct if id(version) in heard)
    replaced = []
    for version in distinct:
        if id(version) not in heard:
            own = [loss for loss in settling.losses if loss.version is version]
            by = own[0].by if own else standing[0]
            replaced.append((version, by, all(loss.certain for loss in own if loss.texts)))
    return Settled(
        standing,
        entries,
        milestones,
        tuple(duplicates),
        tuple(replaced),
        tuple(loss for loss in settling.losses if loss.texts),
    )


def _stand_alone(version: Version, duplicates: tuple[tuple[Version, Version], ...]) -> Settled:
    form = version.submission
    return Settled((version,), form.entries, form.milestones, duplicates)


@dataclass(slots=True)
class _Settling:
    """One settlement of an office's versions, and what is learnt on the way.

    `heard` and `remarked` are the `id()`s of versions of which a text stands, or only a remark.
    """

    issued: str | None
    before: Mapping[str, Entry]
    losses: list[Loss] = field(default_factory=list)
    heard: set[int] = field(default_factory=set)
    remarked: set[int] = field(default_factory=set)

    def choose(
        self, said: Sequence[tuple[Version, Sequence[S]]], key: Callable[[S], str]
    ) -> tuple[S, ...]:
        """Return one statement for each task or milestone, put together field by field."""
        by_key: dict[str, list[tuple[Version, S]]] = {}
        for version, statements in said:
            for statement in statements:
                by_key.setdefault(key(statement), []).append((version, statement))
        return tuple(self._put_together(pairs) for pairs in by_key.values())

    def _put_together(self, pairs: Sequence[tuple[Version, S]]) -> S:
        won: dict[str, tuple[Version, S]] = {}
        for name in dict.fromkeys(name for _, one in pairs for name, _ in texts_of(one)):
            won[name] = self._win(name, [pair for pair in pairs if name in dict(texts_of(pair[1]))])
        # The one that has the most to say gives the place; of equals the likeliest newest.
        told = [pair for name, pair in won.items() if name != "remarks"] or list(won.values())
        base = next((p for p in pairs if _is_most(p, told)), pairs[0])
        own = {name: squeeze(text) for name, text in texts_of(base[1])}
        for name, (version, one) in won.items():
            if own.get(name) == squeeze(dict(texts_of(one))[name]):
                version = base[0]
                won[name] = base
            (self.remarked if name == "remarks" else self.heard).add(id(version))
        chosen = _compose(base[1], {n: one for n, (_, one) in won.items() if one is not base[1]})
        for version, statement in pairs:
            if statement is not base[1]:
                self.losses.append(self._lose(version, statement, base, chosen, won))
        if any(pair[1] is not base[1] for pair in won.values()):
            loss = self._lose(base[0], base[1], base, chosen, won)
            if loss.texts:
                self.losses.append(loss)
        return chosen

    def _win(self, name: str, pairs: Sequence[tuple[Version, S]]) -> tuple[Version, S]:
        """Return the pair whose text of a field stands, `pairs` given likeliest newest first."""
        texts = {id(one): squeeze(dict(texts_of(one))[name]) for _, one in pairs}
        pairs = [pair for pair in pairs if not self._is_stale(name, pair[1])] or pairs
        leading = [
            (version, one)
            for version, one in pairs
            if all(
                other is version
                or texts[id(them)] == texts[id(one)]
                or (name in _TEXTS and texts[id(one)].startswith(texts[id(them)]))
                or find_newer(version, other, self.issued) is version
                for other, them in pairs
            )
        ]
        best = (leading or pairs)[0]
        for version, one in leading:
            if find_newer(version, best[0], self.issued) is version:
                best = (version, one)
        return best

    def _is_stale(self, name: str, statement: Statement) -> bool:
        """Tell whether a text is last month's, in the cell into which the form brought it."""
        old = self.before.get(getattr(statement, "task", ""))
        return (
            old is not None
            and name in getattr(statement, "handed_on", ())
            and squeeze(getattr(old, name)) == squeeze(getattr(statement, name))
        )

    def _lose(
        self,
        version: Version,
        statement: S,
        base: tuple[Version, S],
        chosen: S,
        won: Mapping[str, tuple[Version, S]],
    ) -> Loss:
        """Return what a statement loses to those that stand, and whether that is certain."""
        kept = {squeeze(text) for _, text in texts_of(chosen)}
        lost = [name for name, text in texts_of(statement) if squeeze(text) not in kept]
        by = won[lost[0]] if lost else base
        certain = not speaks(statement) or all(
            find_newer(won[name][0], version, self.issued) is won[name][0]
            or self._is_stale(name, statement)
            or (
                name in _TEXTS
                and _text_of(won[name][1], name).startswith(_text_of(statement, name))
            )
            for name in lost
        )
        return Loss(version, statement, by[0], chosen, certain)


def _text_of(statement: Statement, name: str) -> str:
    return squeeze(dict(texts_of(statement)).get(name, ""))


def _is_most(pair: tuple[Version, S], told: Sequence[tuple[Version, S]]) -> bool:
    counts = [sum(other[1] is one[1] for other in told) for one in told]
    return bool(told) and sum(other[1] is pair[1] for other in told) == max(counts)


def _compose(base: S, others: Mapping[str, S]) -> S:
    """Return a statement with some fields of others; of these the base's place says nothing."""
    if not others:
        return base
    values: dict[str, Any] = {}
    for name, other in others.items():
        if isinstance(other, MilestoneEntry) and name == "done_on":
            values |= {"done_on": other.done_on, "done_text": other.done_text}
        else:
            values[name] = getattr(other, name)
    cells = {name: cell for name, cell in base.cells.items() if name not in others}
    if isinstance(base, Entry):
        values["handed_on"] = tuple(name for name in base.handed_on if name not in others)
    return replace(base, **values, cells=cells)


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


def likelihood(version: Version, issued: str | None) -> tuple[object, ...]:
    """Return a key by which an office's versions are put in order, the likeliest newest last."""
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
