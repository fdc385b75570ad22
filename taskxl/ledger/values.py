"""The nouns as canonical JSON: the same value gives the same bytes, and comes back the same."""

import dataclasses
import json
import types
import typing
from collections import deque
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, Union

from taskxl.model import MasterList, MilestoneEntry, MilestoneState, Month

Noun = TypeVar("Noun")
_STATE_FIELDS = ("light", "days_over")
_written: deque[tuple[MasterList, bytes]] = deque(maxlen=3)
_PLAIN = frozenset((str, int, float, bool, type(None)))


def write_master(master: MasterList) -> bytes:
    """Return a master list as canonical JSON in UTF-8."""
    # One merge asks for the same few lists again and again: its mark, its record, its readings.
    for known, content in _written:
        if known is master:
            return content
    written = _write(_encode(master))
    _written.append((master, written))  # a page has threads: the last one may be another's by now
    return written


def read_master(content: bytes) -> MasterList:
    """Return the master list that `write_master` wrote; raises ValueError for anything else."""
    return _read(MasterList, json.loads(content))


def write_month(month: Month) -> bytes:
    """Return a month as canonical JSON in UTF-8, without its master list.

    A milestone's state names task and milestone by their ids, which the master list resolves.
    """
    document = {
        field.name: _encode(getattr(month, field.name))
        for field in dataclasses.fields(Month)
        if field.name not in ("master", "milestones")
    }
    document["milestones"] = [
        [state.task.id, state.milestone.id, _encode(state.entry)]
        + [getattr(state, name) for name in _STATE_FIELDS]
        for state in month.milestones
    ]
    return _write(document)


def read_month(content: bytes, master: MasterList) -> Month:
    """Return the month that `write_month` wrote; raises ValueError for anything else."""
    document = json.loads(content)
    if not isinstance(document, dict):
        raise ValueError("not a month")
    tasks = {task.id: task for task in master.tasks}
    milestones = {m.id: m for task in master.tasks for m in task.milestones}
    try:
        document["milestones"] = tuple(
            MilestoneState(
                milestones[milestone],
                tasks[task],
                light,
                days,
                None if entry is None else _read(MilestoneEntry, entry),
            )
            for task, milestone, entry, light, days in document["milestones"]
        )
    except (KeyError, TypeError) as error:
        raise ValueError("a milestone that the master list does not have") from error
    return _read(Month, document | {"master": master})


def write_noun(noun: object) -> bytes:
    """Return any noun as JSON in UTF-8, its mappings in their own order."""
    return json.dumps(_encode(noun), separators=(",", ":")).encode("ascii")


def read_noun(kind: Callable[..., Noun], content: bytes) -> Noun:
    """Return the noun that `write_noun` wrote; raises ValueError for anything else."""
    return _read(kind, json.loads(content))


def _write(document: object) -> bytes:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # A stranger's text may hold half a surrogate pair, which UTF-8 cannot.
    return text.encode("utf-8", "surrogatepass")


def _encode(value: Any) -> Any:
    kind: Any = type(value)
    if kind in _PLAIN:
        return value
    fields = _fields(kind)
    if fields is not None:
        # What is as a fresh value has it need not be said; a field added later reads as absent.
        said = {}
        for name, default in fields:
            given = getattr(value, name)
            if given is not default and given != default:
                said[name] = given if type(given) in _PLAIN else _encode(given)
        return said
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _encode(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(_encode(item) for item in value)
    return value


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...] | None:
    """Return the fields of a dataclass, each with what a fresh value has there; else None."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple((field.name, _default(field)) for field in dataclasses.fields(kind))


def _default(field: "dataclasses.Field[Any]") -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _read(kind: Callable[..., Noun], document: Any) -> Noun:
    if not isinstance(document, dict):
        raise ValueError(f"not a {kind}")
    decoders = _decoders(kind)
    known = {
        name: decode(item) if (decode := decoders[name]) else item
        for name, item in document.items()
        if name in decoders
    }
    try:
        return kind(**known)
    except TypeError as error:
        raise ValueError(f"a {kind} with something missing") from error


@cache
def _decoders(kind: Callable[..., Any]) -> dict[str, Callable[[Any], Any] | None]:
    return {name: _decoder(hint) for name, hint in typing.get_type_hints(kind).items()}


@cache
def _decoder(hint: Any) -> Callable[[Any], Any] | None:
    """Return what makes of a JSON value the type that a field says; None where that is the same.

    What is decoded already stays.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        inner = _decoder(next(kind for kind in arguments if kind is not type(None)))
        return _unless_none(inner) if inner else None
    if origin is tuple:
        each = _decoder(arguments[0])
        if each is None:
            return lambda item: tuple(item) if isinstance(item, list) else item
        return lambda item: tuple(map(each, item)) if isinstance(item, list) else item
    if origin is frozenset:
        return lambda item: frozenset(item) if isinstance(item, list) else item
    if origin is Mapping:
        value = _decoder(arguments[1]) or _same
        return lambda item: {key: value(said) for key, said in item.items()}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return lambda item: _read(hint, item) if isinstance(item, dict) else item
    if hint in (date, datetime):
        return lambda item: hint.fromisoformat(item) if isinstance(item, str) else item
    return None


def _unless_none(decode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda item: None if item is None else decode(item)


def _same(item: Any) -> Any:
    return item
