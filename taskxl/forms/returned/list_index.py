"""The list laid out in a file for look-ups: who reads returns asks it, and holds little of it.

A list of a thousand offices takes a hundred megabytes as objects, and a return speaks of twenty of
its tasks. So the side that asks for returns to be read lays the list out once, in a file of its own
that ends with the run, and every reader opens that. It is no format to be kept.
"""

import json
import math
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Generic, TypeVar

from taskxl.forms.identity import Block
from taskxl.forms.returned.matching import Register, RowKeys, squeeze_number
from taskxl.ledger.scratch import Scratch
from taskxl.model import MasterList, Milestone, Period, Task
from taskxl.roster import Roster, divide_tasks
from taskxl.tasks import plan_text, short_label, shown_plan, shown_title
from taskxl.text import squeeze

V = TypeVar("V")
_KEYS_OF: dict[Block, str] = {"task": "task_keys", "milestone": "step_keys"}
_RESPONSIBLE, _REPORTED = 0, 1
_TABLES = """
CREATE TABLE tasks (place INTEGER PRIMARY KEY, id BLOB UNIQUE, content BLOB);
CREATE TABLE steps (place INTEGER PRIMARY KEY, id BLOB UNIQUE, task INTEGER, step INTEGER);
CREATE TABLE offices (what INTEGER, place INTEGER, name BLOB, PRIMARY KEY (what, place));
CREATE TABLE shares (what INTEGER, task BLOB, office INTEGER, PRIMARY KEY (what, task, office))
    WITHOUT ROWID;
CREATE TABLE titles (title BLOB PRIMARY KEY, said BLOB, task BLOB) WITHOUT ROWID;
CREATE TABLE texts (text BLOB PRIMARY KEY) WITHOUT ROWID;
"""
_KEYS = """
CREATE TABLE {0} (
    place INTEGER PRIMARY KEY, said BLOB, id BLOB, number BLOB, text BLOB, other BLOB, also BLOB,
    text_length INTEGER, also_length INTEGER, other_length INTEGER
);
"""
_KEY_INDEXES = """
CREATE INDEX {0}_id ON {0} (id);
CREATE INDEX {0}_text ON {0} (text, number, other);
CREATE INDEX {0}_also ON {0} (also) WHERE also IS NOT NULL;
CREATE INDEX {0}_other ON {0} (other, number);
CREATE INDEX {0}_text_length ON {0} (text_length);
CREATE INDEX {0}_also_length ON {0} (also_length) WHERE also IS NOT NULL;
CREATE INDEX {0}_other_length ON {0} (other_length);
"""
_INDEXES = """
CREATE INDEX shares_office ON shares (what, office);
"""
_TITLE_LENGTH, _TEXT_LENGTH = 4, 6
"""Shorter titles and texts tell nothing by themselves."""
_TEXTS_HELD = 60_000
"""So many texts a reader holds at most, to find those that are like another."""


def _mark(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _pack(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _unpack(content: bytes) -> Any:
    return json.loads(content.decode("utf-8", "surrogatepass"))


def _read_task(content: bytes) -> Task:
    task: Task = pickle.loads(content)  # noqa: S301 - written by our own parent, for us alone
    return task


# ---------------------------------------------------------------- laid out


def lay_out_list(
    database: Scratch,
    master: MasterList,
    period: Period,
    issued_lists: Iterable[MasterList],
) -> None:
    """Fill an empty database with what readers ask of a list and of those that forms went out by.

    Of rows with the same id the last one counts, as in a mapping.
    """
    database.script(_TABLES)
    for table in _KEYS_OF.values():
        database.script(_KEYS.format(table))
    database.all("BEGIN")
    tasks = {task.id: task for task in master.tasks}
    database.many(
        "INSERT INTO tasks VALUES (?, ?, ?)",
        ((n, _mark(task.id), pickle.dumps(task)) for n, task in enumerate(tasks.values())),
    )
    database.many(
        "INSERT INTO steps (id, task, step) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET task = excluded.task, step = excluded.step",
        (
            (_mark(step.id), place, n)
            for place, task in enumerate(tasks.values())
            for n, step in enumerate(task.milestones)
        ),
    )
    insert = "INSERT OR REPLACE INTO {} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    database.many(insert.format("task_keys"), _task_rows(tasks.values()))
    places = dict(database.each("SELECT id, place FROM steps"))
    database.many(insert.format("step_keys"), _step_rows(tasks.values(), places))
    del places
    _lay_out_shares(database, master, tasks, period)
    database.many(
        "INSERT INTO titles VALUES (?, ?, ?) ON CONFLICT (title) DO UPDATE SET task = NULL",
        (
            (_mark(title), _pack(title), _mark(task.id))
            for task in master.tasks
            for title in {squeeze(task.title), squeeze(shown_title(task))}
            if len(title) >= _TITLE_LENGTH
        ),
    )
    for table, column in (("task", "text"), ("task", "also"), ("task", "other"), ("step", "text")):
        database.all(
            f"INSERT OR IGNORE INTO texts SELECT {column} FROM {table}_keys"  # noqa: S608
            f" WHERE {column}_length >= {_TEXT_LENGTH}"
        )
    database.many(
        "INSERT OR IGNORE INTO texts VALUES (?)",
        (
            (_mark(text),)
            for text in map(squeeze, _other_texts(master, issued_lists))
            if len(text) >= _TEXT_LENGTH
        ),
    )
    database.all("COMMIT")
    database.script(_INDEXES)
    for table in _KEYS_OF.values():
        database.script(_KEY_INDEXES.format(table))


def _task_rows(tasks: Iterable[Task]) -> Iterator[tuple[object, ...]]:
    for place, task in enumerate(tasks):
        title = shown_title(task)
        also = (task.title or "") if task.title != title else ""
        number = squeeze_number(task.number or "")
        said = (number, squeeze(title), squeeze(shown_plan(task)), squeeze(also))
        yield _key_row(place, task.id, said, [_mark(text) for text in said])


def _step_rows(tasks: Iterable[Task], places: Mapping[bytes, int]) -> Iterator[tuple[object, ...]]:
    also = _mark("")
    for task in tasks:
        number, label = squeeze_number(task.number or ""), squeeze(short_label(task))
        numbered, labelled = _mark(number), _mark(label)
        for step in task.milestones:
            text = squeeze(step.text)
            marks = [numbered, _mark(text), labelled, also]
            yield _key_row(places[_mark(step.id)], step.id, (number, text, label, ""), marks)


def _key_row(
    place: int,
    identity: str,
    said: tuple[str, str, str, str],
    marks: list[bytes],
) -> tuple[object, ...]:
    """Return a row of keys: the id as it is, number, text, other and also squeezed."""
    _, text, other, also = said
    return (
        place,
        _pack([identity, *said]),
        _mark(squeeze(identity)),
        marks[0],
        marks[1] if text else None,
        marks[2] if other else None,
        marks[3] if also else None,
        len(text),
        len(also),
        len(other),
    )


def _lay_out_shares(
    database: Scratch,
    master: MasterList,
    tasks: Mapping[str, Task],
    period: Period,
) -> None:
    roster = Roster(master.offices)
    responsible: dict[str, set[str]] = {}
    for task in master.tasks:
        for office in roster.spell_out(task.offices):
            responsible.setdefault(office, set()).add(task.id)
    # Of no period: an office that reports without owing is asked for all of its rows, too.
    closed = {task.id for task in master.tasks if task.is_closed(period.last_day)}
    reported = {
        office: {task.id for task in own} - closed
        for office, (own, _) in divide_tasks(master).items()
    }
    for what, shares in ((_RESPONSIBLE, responsible), (_REPORTED, reported)):
        database.many(
            "INSERT INTO offices VALUES (?, ?, ?)",
            ((what, place, _pack(office)) for place, office in enumerate(shares)),
        )
        database.many(
            "INSERT INTO shares VALUES (?, ?, ?)",
            (
                (what, _mark(task), place)
                for place, ids in enumerate(shares.values())
                for task in ids
                if task in tasks
            ),
        )


def _other_texts(master: MasterList, issued_lists: Iterable[MasterList]) -> Iterator[str]:
    """Yield the texts of lists beside those of `master` that its tasks' rows are known by."""
    for task in master.tasks:
        yield plan_text(task)
        yield short_label(task)
        yield from (step.text for step in task.milestones)
    for listed in {id(one): one for one in issued_lists if one is not master}.values():
        for task in listed.tasks:
            yield plan_text(task)
            yield shown_plan(task)
            yield shown_title(task)
            yield short_label(task)
            yield task.title or ""
            yield from (step.text for step in task.milestones)


# ---------------------------------------------------------------- looked up


class _Lookup(Mapping[str, V], Generic[V]):
    """A mapping whose values are looked up when asked for; the last ones are held."""

    def __init__(
        self,
        find: Callable[[str], V | None],
        names: Callable[[], Iterable[str]],
        held: int = 512,
    ) -> None:
        self._find = lru_cache(held)(find)
        self._names = names

    def __getitem__(self, name: str) -> V:
        found = self._find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return sum(1 for _ in self._names())


class Shares(_Lookup[frozenset[str]]):
    """The ids of the tasks of each office, offices in their order."""

    def __init__(self, index: "ListIndex", what: int) -> None:
        self._index, self._what = index, what
        names = index.all("SELECT name FROM offices WHERE what = ? ORDER BY place", what)
        self._offices = [str(_unpack(name)) for (name,) in names]
        self._places = {name: place for place, name in enumerate(self._offices)}
        super().__init__(self._ids, lambda: self._offices, held=64)

    def _ids(self, office: str) -> frozenset[str] | None:
        place = self._places.get(office)
        if place is None:
            return None
        rows = self._index.all(
            "SELECT content FROM shares JOIN tasks ON tasks.id = shares.task"
            " WHERE what = ? AND office = ?",
            self._what,
            place,
        )
        return frozenset(_read_task(content).id for (content,) in rows)

    def having(self, tasks: Set[str]) -> list[str]:
        """Return the offices of which all of some tasks are, in their order."""
        places = set(range(len(self._offices)))
        for task in tasks:
            rows = self._index.all(
                "SELECT office FROM shares WHERE what = ? AND task = ?", self._what, _mark(task)
            )
            places.intersection_update(place for (place,) in rows)
            if not places:
                break
        return [self._offices[place] for place in sorted(places)]


class ListIndex:
    """A list as `lay_out_list` laid it out."""

    def __init__(self, database: Scratch) -> None:
        self.all, self.one, self.each = database.all, database.one, database.each
        self.tasks: Mapping[str, Task] = _Lookup(self._task, self._task_ids)
        self.plans: Mapping[str, str] = _Lookup(self._plan, self._task_ids)
        self.milestones: Mapping[str, tuple[Task, Milestone]] = _Lookup(self._step, self._step_ids)
        self.responsible = Shares(self, _RESPONSIBLE)
        self.reported = Shares(self, _REPORTED)
        self.telling_texts: Mapping[str, str] = _Lookup(self._told, self._telling)
        self._at_place = lru_cache(512)(self._task_at)
        self.knows_text = lru_cache(4096)(self._knows_text)

    def all_tasks(self) -> Iterator[Task]:
        """Yield every task, in the order of the list; each anew."""
        for (content,) in self.each("SELECT content FROM tasks ORDER BY place"):
            yield _read_task(content)

    def in_order(self, tasks: Iterable[str]) -> list[Task]:
        """Return tasks by their ids, in the order of the list; unknown ids name none."""
        marks = (_mark(task) for task in tasks)
        found = (self.one("SELECT place FROM tasks WHERE id = ?", mark) for mark in marks)
        return [self._at_place(place) for (place,) in sorted(filter(None, found))]

    def is_id(self, text: str) -> bool:
        """Tell whether a squeezed text is the id of a task or a milestone."""
        mark = _mark(text)
        tables = _KEYS_OF.values()
        return any(self.one(f"SELECT 1 FROM {one} WHERE id = ?", mark) for one in tables)  # noqa: S608

    def _knows_text(self, text: str) -> bool:
        """Tell whether a squeezed text is a title, a plan or a milestone of one of the lists."""
        if len(text) < _TEXT_LENGTH:
            return False
        return self.one("SELECT 1 FROM texts WHERE text = ?", _mark(text)) is not None

    def _task_ids(self) -> Iterator[str]:
        return (task.id for task in self.all_tasks())

    def _step_ids(self) -> Iterator[str]:
        for (said,) in self.all("SELECT said FROM step_keys ORDER BY place"):
            yield _unpack(said)[0]

    def _task_at(self, place: int) -> Task:
        ((content,),) = self.all("SELECT content FROM tasks WHERE place = ?", place)
        return _read_task(content)

    def _task(self, identity: str) -> Task | None:
        row = self.one("SELECT place FROM tasks WHERE id = ?", _mark(identity))
        return self._at_place(row[0]) if row else None

    def _plan(self, identity: str) -> str | None:
        task = self.tasks.get(identity)
        return shown_plan(task) if task else None

    def _step(self, identity: str) -> tuple[Task, Milestone] | None:
        row = self.one("SELECT task, step FROM steps WHERE id = ?", _mark(identity))
        if row is None:
            return None
        task = self._at_place(row[0])
        return task, task.milestones[row[1]]

    def _told(self, title: str) -> str | None:
        row = self.one(
            "SELECT content FROM titles JOIN tasks ON tasks.id = titles.task WHERE title = ?",
            _mark(title),
        )
        return _read_task(row[0]).id if row else None

    def _telling(self) -> Iterator[str]:
        for (said,) in self.all("SELECT said FROM titles WHERE task IS NOT NULL"):
            yield str(_unpack(said))

    def register(self, kind: Block, ids: Iterable[str] | None = None) -> Register:
        """Return a register of the tasks (or milestones) of `ids`; None: of all."""
        if ids is None:
            return StoredRegister(self, kind)
        tasks = self.in_order(ids)
        wanted = [step.id for t in tasks for step in t.milestones]
        if kind == "task":
            wanted = [task.id for task in tasks]
        items = StoredRegister(self, kind).items
        return Register(items[one] for one in wanted)


class StoredRegister(Register):
    """The register of all tasks (or milestones) of a list: it answers as `Register` does."""

    def __init__(self, index: ListIndex, kind: Block) -> None:
        self._index, self._table = index, _KEYS_OF[kind]
        self._places = "tasks" if kind == "task" else "steps"
        self.items: Mapping[str, RowKeys] = _Lookup(self._item, self._names)
        self._near = lru_cache(256)(self._look_for_near)
        self._held: dict[tuple[str, int], tuple[list[int], list[str]]] = {}
        self._lengths: dict[str, list[int]] = {}
        self._count = 0

    def has_text(self, text: str) -> bool:
        """Tell whether a text is an item's own: a task's title, a milestone's text."""
        mark = _mark(squeeze(text))
        return any(self._rows(f"{column} = ?", mark) for column in ("text", "also"))

    def has_plan(self, text: str) -> bool:
        """Tell whether a text is a task's plan, or the task of a milestone."""
        return bool(self._rows("other = ?", _mark(squeeze(text))))

    def _rows(self, where: str, *values: object) -> list[RowKeys]:
        """Return the rows that are so, two of them at most: more nobody asks for."""
        query = f"SELECT said FROM {self._table} WHERE {where} LIMIT 2"  # noqa: S608
        return [RowKeys(*_unpack(said)) for (said,) in self._index.all(query, *values)]

    def _names(self) -> Iterator[str]:
        query = f"SELECT said FROM {self._table} ORDER BY place"  # noqa: S608
        return (_unpack(said)[0] for (said,) in self._index.all(query))

    def _item(self, identity: str) -> RowKeys | None:
        query = f"SELECT place FROM {self._places} WHERE id = ?"  # noqa: S608
        found = self._index.one(query, _mark(identity))
        return next(self._at(found), None) if found else None

    def _find_marked(self, squeezed_id: str) -> RowKeys | None:
        query = f"SELECT said FROM {self._table} WHERE id = ? ORDER BY place DESC LIMIT 1"  # noqa: S608
        row = self._index.one(query, _mark(squeezed_id))
        return RowKeys(*_unpack(row[0])) if row else None

    def _find_exact(self, keys: RowKeys) -> RowKeys | None:
        values: tuple[bytes, ...]
        if keys.text:
            where, values = "(text = ? OR also = ?)", (_mark(keys.text),) * 2
        elif keys.other:
            where, values = "other = ?", (_mark(keys.other),)
        else:
            return None
        found = self._rows(where, *values)
        if len(found) > 1 and keys.number:
            numbered = self._rows(f"{where} AND number = ?", *values, _mark(keys.number))
            if numbered:
                found = numbered
                where, values = f"{where} AND number = ?", (*values, _mark(keys.number))
        if len(found) > 1 and keys.other:
            found = self._rows(f"{where} AND other = ?", *values, _mark(keys.other))
        return found[0] if len(found) == 1 else None

    def _rivals(self, item: RowKeys, text: str, least: float) -> Iterable[RowKeys]:
        near = self._at(self._near(text, least, ("text", "also"))) if text else ()
        return (other for other in near if other.id != item.id)

    def _nearest_to(self, text: str, least: float, titles: bool) -> Iterable[RowKeys]:
        return self._at(self._near(text, least, ("text", "also") if titles else ("other",)))

    def _at(self, places: Sequence[int]) -> Iterator[RowKeys]:
        query = f"SELECT said FROM {self._table} WHERE place = ?"  # noqa: S608
        for place in places:
            for (said,) in self._index.all(query, place):
                yield RowKeys(*_unpack(said))

    def _look_for_near(self, text: str, least: float, columns: tuple[str, ...]) -> tuple[int, ...]:
        """Return the places of the items one of whose texts is at least so like another.

        What is much shorter or longer cannot be.
        """
        from rapidfuzz import process
        from rapidfuzz.distance import Indel

        low = math.floor(len(text) * least / (2 - least)) - 1
        high = math.ceil(len(text) * (2 - least) / least) + 1
        near: set[int] = set()
        for column in columns:
            for length in self._known_lengths(column):
                if not max(1, low) <= length <= high:
                    continue
                places, texts = self._of_length(column, length)
                found = process.extract(
                    text,
                    texts,
                    scorer=Indel.normalized_similarity,
                    score_cutoff=least,
                    limit=None,
                )
                near.update(places[at] for _, _, at in found)
        return tuple(sorted(near))

    def _known_lengths(self, column: str) -> list[int]:
        if column not in self._lengths:
            query = f"SELECT DISTINCT {column}_length FROM {self._table}"  # noqa: S608
            self._lengths[column] = [n for (n,) in self._index.all(query)]
        return self._lengths[column]

    def _of_length(self, column: str, length: int) -> tuple[list[int], list[str]]:
        if (column, length) not in self._held:
            query = f"SELECT place, said FROM {self._table} WHERE {column}_length = ?"  # noqa: S608
            which = {"text": 2, "other": 3, "also": 4}[column]
            places: list[int] = []
            texts: list[str] = []
            for place, said in self._index.each(query, length):
                places.append(place)
                texts.append(_unpack(said)[which])
            self._count += len(texts)
            if self._count > _TEXTS_HELD:
                self._held.clear()
                self._count = len(texts)
            self._held[column, length] = places, texts
        return self._held[column, length]
