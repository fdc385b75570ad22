"""The registry of the summary's sheets: a module `sheet_*.py` declares what it makes of a month."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from taskxl import reports
from taskxl.reports.tables import Table
from taskxl.reports.view import MonthView

Maker = Callable[[MonthView], Table | None]
_MAKERS: dict[str, Maker] = {}


def month_sheet(make: Maker) -> Maker:
    """Declare a sheet of the summary: a function from a month to its table, one a module.

    It returns None in a month in which there is nothing of its kind.
    """
    _MAKERS[make.__module__] = make
    return make


@cache
def _load() -> None:
    for module in iter_modules(reports.__path__, f"{reports.__name__}."):
        if module.name.startswith(f"{reports.__name__}.sheet_"):
            import_module(module.name)


def month_sheets() -> list[Maker]:
    """Return what makes the sheets, by module; their order in the book is `Table.place`."""
    _load()
    return [_MAKERS[name] for name in sorted(_MAKERS)]
