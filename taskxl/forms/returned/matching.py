"""Which task a row speaks of: by its id, its number, its title nearly; never its place."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from taskxl.forms.identity import RowMark, digest_text
from taskxl.text import likeness, squeeze

_SAME = 0.8  # a title changed by a word or two
_ALIKE = 0.6  # enough where the number or the plan says the same
_NOT_FOREIGN = 0.5  # below this a row's title is another's, whatever id stands beside it
_AHEAD = 0.08  # the best must lead the next by this much


@dataclass(frozen=True, slots=True)
class RowKeys:
    """What a row says of whose it is, as typed; blank where the table has no such column.

    For a task `text` is its title and `other` its plan; for a milestone its text and its task.
    In a register all texts are squeezed, save the id; `also` is the title as the list has it, where
    the form shows a shorter one.
    """

    id: str = ""
    number: str = ""
    text: str = ""
    other: str = ""
    also: str = ""

    def resembles(self, text: str, least: float) -> float:
        """Return how alike a squeezed text is to the title, 0 where `least` is out of reach."""
        title = likeness(text, self.text, least)
        return max(title, likeness(text, self.also, least)) if self.also else title


class Register:
    """Tasks (or milestones) to look rows up in."""

    def __init__(self, items: Iterable[RowKeys]) -> None:
        found: dict[str, RowKeys] = {}
        self.items: Mapping[str, RowKeys] = found
        self._by_text: dict[str, list[RowKeys]] = {}
        self._by_other: dict[str, list[RowKeys]] = {}
        self._by_squeezed_id: dict[str, RowKeys] = {}
        for item in items:
            found[item.id] = item
            self._by_squeezed_id[squeeze(item.id)] = item
            for text in {item.text, item.also} - {""}:
                self._by_text.setdefault(text, []).append(item)
            if item.other:
                self._by_other.setdefault(item.other, []).append(item)

    def find(self, row: RowKeys, marks: Mapping[str, RowMark] | None = None) -> str | None:
        """Return the id of the task that a row speaks of; None where that is not certain.

        `marks` tell, by id, what a row said when issued, should 主清单 have changed since.

        An id is believed unless the row's own texts say another task or none: who sorts or
        overwrites the visible columns leaves the hidden one behind.
        """
        keys = squeeze_keys(row)
        marked = self._find_marked(keys.id) if keys.id else None
        if marked is not None:
            if self._agrees(marked, row, keys, (marks or {}).get(marked.id)):
                return marked.id
            exact = self._find_exact(keys)
            if exact is not None:
                outvoted = self._outvotes(marked, exact, keys, (marks or {}).get(marked.id), row)
                return marked.id if outvoted else exact.id
            if self._resembles(marked, keys):
                return marked.id
        found = self._find_exact(keys) or self._find_like(keys)
        return found.id if found else None

    def has_text(self, text: str) -> bool:
        """Tell whether a text is an item's own: a task's title, a milestone's text."""
        return squeeze(text) in self._by_text

    def has_plan(self, text: str) -> bool:
        """Tell whether a text is a task's plan, or the task of a milestone."""
        return squeeze(text) in self._by_other

    def is_sure(self, row: RowKeys, found: str) -> bool:
        """Tell whether a row names the found task by its id or in its very words."""
        keys = self.items[found]
        title = squeeze(row.text)
        return squeeze(row.id) == squeeze(found) or title in {keys.text, keys.also} - {""}

    @staticmethod
    def _outvotes(
        marked: RowKeys, titled: RowKeys, keys: RowKeys, mark: RowMark | None, row: RowKeys
    ) -> bool:
        """Tell whether only a row's title speaks for another task: its id, plan and number do not.

        So it is when a title was copied down a column by mistake; a row that was moved whole brings
        its plan and number along.
        """
        plans = mark.digests.values() if mark else ()
        own_plan = keys.other == marked.other or digest_text(row.other) in plans
        apart = marked.other != titled.other and keys.other != titled.other
        return bool(keys.other) and own_plan and apart and keys.number in ("", marked.number)

    @staticmethod
    def _agrees(item: RowKeys, row: RowKeys, keys: RowKeys, mark: RowMark | None) -> bool:
        issued = mark.digests.values() if mark else ()
        if keys.text:
            return keys.text in (item.text, item.also) or digest_text(row.text) in issued
        if keys.other:
            return keys.other == item.other or digest_text(row.other) in issued
        return keys.number in ("", item.number)

    def _resembles(self, item: RowKeys, keys: RowKeys) -> bool:
        title = item.resembles(keys.text, _NOT_FOREIGN)
        plan = likeness(keys.other, item.other, _ALIKE) if keys.other else 0.0
        if title < _NOT_FOREIGN and plan < _ALIKE:
            return False
        best = max(
            (other.resembles(keys.text, _SAME) for other in self._rivals(item, keys.text, _SAME)),
            default=0.0,
        )
        return best < _SAME or title >= best

    def _find_marked(self, squeezed_id: str) -> RowKeys | None:
        return self._by_squeezed_id.get(squeezed_id)

    def _rivals(self, item: RowKeys, text: str, least: float) -> Iterable[RowKeys]:
        """Return the other items whose title may be at least so like a text."""
        return (other for other in self.items.values() if other is not item)

    def _find_exact(self, keys: RowKeys) -> RowKeys | None:
        if keys.text:
            found = self._by_text.get(keys.text, [])
        else:  # the column of titles is gone: the plan's very words tell too
            found = self._by_other.get(keys.other, [])
        if len(found) > 1 and keys.number:
            found = [item for item in found if item.number == keys.number] or found
        if len(found) > 1 and keys.other:
            found = [item for item in found if item.other == keys.other]
        return found[0] if len(found) == 1 else None

    def _find_like(self, keys: RowKeys) -> RowKeys | None:
        if self.has_text(keys.text):
            return None  # several bear this very title and nothing tells them apart
        scored = []
        for item in self._nearest(keys):
            same_number = bool(keys.number) and item.number == keys.number
            title = item.resembles(keys.text, _NOT_FOREIGN) if keys.text else 0.0
            if keys.text and title < _NOT_FOREIGN:
                continue
            plan = 0.0
            if keys.other and (title < _SAME or same_number):
                plan = likeness(keys.other, item.other, _SAME)
            known = (
                title >= _SAME
                or (title >= _ALIKE and same_number)
                or (plan >= _SAME and (same_number or title >= _NOT_FOREIGN))
            )
            if known:
                scored.append((title + plan / 10 + same_number / 10, item))
        scored.sort(key=lambda pair: -pair[0])
        if len(scored) > 1 and scored[0][0] - scored[1][0] < _AHEAD:
            return None
        return scored[0][1] if scored else None

    def _nearest(self, keys: RowKeys) -> Iterable[RowKeys]:
        """Return the items whose title (without one: whose plan) can be alike enough at all."""
        if keys.text:
            return self._nearest_to(keys.text, _NOT_FOREIGN, True)
        return self._nearest_to(keys.other, _SAME, False) if keys.other else ()

    def _nearest_to(self, asked: str, least: float, titles: bool) -> Iterable[RowKeys]:
        """Return the items whose title (or plan) is at least so like a squeezed text.

        It is `likeness` over all items at once: a list of thousands is passed in no time.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        texts = self._titles if titles else self._plans
        found = process.extract(
            asked, texts, scorer=Indel.normalized_similarity, score_cutoff=least, limit=None
        )
        near = {item_id for _, _, (item_id, _) in found}
        return (item for item in self.items.values() if item.id in near)

    @cached_property
    def _titles(self) -> dict[tuple[str, int], str]:
        """Every title by its item's id, both spellings of it: made once, asked for many rows."""
        texts = {(i.id, 0): i.text for i in self.items.values()}
        return texts | {(i.id, 1): i.also for i in self.items.values() if i.also}

    @cached_property
    def _plans(self) -> dict[tuple[str, int], str]:
        return {(i.id, 0): i.other for i in self.items.values()}


def squeeze_number(number: str) -> str:
    """Return a task's number for comparison: 第, brackets, dots and leading noughts do not count.

    >>> squeeze_number("（03）"), squeeze_number("3."), squeeze_number("第3项")
    ('3', '3', '3')
    """
    bare = squeeze(number).strip("().、,第项条")
    return bare.lstrip("0") or bare


def squeeze_keys(row: RowKeys) -> RowKeys:
    """Return what a row says of whose it is, for comparison."""
    return RowKeys(
        squeeze(row.id),
        squeeze_number(row.number),
        squeeze(row.text),
        squeeze(row.other),
        squeeze(row.also),
    )
