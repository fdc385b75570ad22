"""The nouns as canonical JSON: the same value gives the same bytes, and comes back the same."""

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, Union

from taskxl.model import MasterList, MilestoneEntry, MilestoneState, Month

Noun = TypeVar("Noun")
_STATE_FIELDS = ("light", "days_over")


def write_master(master: MasterList) -> bytes:
    """Return a master list as canonical JSON in UTF-8."""
    return _write(_encode(master))


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


def _write(document: object) -> bytes:
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # A stranger's text may hold half a surrogate pair, which UTF-8 cannot.
    return text.encode("utf-8", "surrogatepass")


def _encode(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        # What is as a fresh value has it need not be said; a field added later reads as absent.
        return {
            field.name: _encode(given)
            for field in dataclasses.fields(value)
            if (given := getattr(value, field.name)) != _default(field)
        }
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _encode(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return value


def _default(field: "dataclasses.Field[Any]") -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _read(kind: Callable[..., Noun], document: Any) -> Noun:
    if not isinstance(document, dict):
        raise ValueError(f"not a {kind}")
    hints = _hints(kind)
    known = {name: _decode(hints[name], item) for name, item in document.items() if name in hints}
    try:
        return kind(**known)
    except TypeError as error:
        raise ValueError(f"a {kind} with something missing") from error


@cache
def _hints(kind: Callable[..., Any]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _decode(hint: Any, item: Any) -> Any:
    """Return a JSON value as the type that a field says; what is decoded already stays."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        kinds = [kind for kind in arguments if kind is not type(None)]
        return None if item is None else _decode(kinds[0], item)
    if origin is tuple and isinstance(item, list):
        return tuple(_decode(arguments[0], one) for one in item)
    if origin is Mapping:
        return {key: _decode(arguments[1], one) for key, one in item.items()}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and isinstance(item, dict):
        return _read(hint, item)
    if hint in (date, datetime) and isinstance(item, str):
        return hint.fromisoformat(item)
    return item
