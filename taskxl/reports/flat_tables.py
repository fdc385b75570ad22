"""Months as flat tables in files: csv, json, xlsx; what the columns hold is `frames.COLUMNS`."""

import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from taskxl.frames import COLUMNS, stack_months
from taskxl.model import Month
from taskxl.reports.paper import clean_text
from taskxl.reports.styles import DATE, MOMENT, workbook_options

if TYPE_CHECKING:
    import pandas

Kind = Literal["csv", "json", "xlsx"]
_ACTING = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that Excel takes for a formula when it opens a csv."""
_CELL_LIMIT = 32_767
"""Characters of a cell; Excel's own limit."""


def write_flat(months: Sequence[Month], kind: Kind) -> dict[str, bytes]:
    """Return the files of some months by name; json and xlsx are one file, whose name is "".

    In csv a text that Excel would take for a formula has an apostrophe before it; json and xlsx
    hold it as it is.
    """
    return write_frames(stack_months(months), kind)


def write_frames(frames: "dict[str, pandas.DataFrame]", kind: Kind) -> dict[str, bytes]:
    """Return the files of frames as `taskxl.frames` makes them: see `write_flat`."""
    if kind == "csv":
        return {f"{name}.csv": _write_csv(frame) for name, frame in frames.items()}
    records = {name: _records(frame) for name, frame in frames.items()}
    if kind == "json":
        return {"": (json.dumps(records, ensure_ascii=False, indent=1) + "\n").encode()}
    return {"": _write_workbook(frames)}


def _records(frame: "pandas.DataFrame") -> list[dict[str, Any]]:
    return [
        dict(zip(frame.columns, map(_plain, row), strict=True))
        for row in frame.itertuples(index=False, name=None)
    ]


def _plain(value: Any) -> Any:
    """Return a frame's value as JSON has it: what is missing is None, days and times as ISO."""
    value = _native(value)
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _native(value: Any) -> Any:
    """Return a value of Python's own."""
    import pandas

    if isinstance(value, tuple | list):
        return [_native(one) for one in value]
    if pandas.isna(value):
        return None
    if isinstance(value, pandas.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def _write_csv(frame: "pandas.DataFrame") -> bytes:
    import csv

    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(frame.columns)
    for record in _records(frame):
        writer.writerow([_harmless(value) for value in record.values()])
    # With the mark by which Excel knows what it is.
    return buffer.getvalue().encode("utf-8-sig", "backslashreplace")


def _harmless(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and value.startswith(_ACTING) else value


def _write_workbook(frames: "dict[str, pandas.DataFrame]") -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, workbook_options()) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - no moment at all
        day, moment = book.add_format({"num_format": DATE}), book.add_format({"num_format": MOMENT})
        head = book.add_format({"bold": True, "bottom": 1})
        for name, frame in frames.items():
            sheet = book.add_worksheet(name)
            for place, column in enumerate(frame.columns):
                sheet.write_string(0, place, column, head)
            for row, values in enumerate(frame.itertuples(index=False, name=None), 1):
                for place, held in enumerate(map(_native, values)):
                    if held is None or held == "":
                        continue
                    if isinstance(held, bool):
                        sheet.write_boolean(row, place, held)
                    elif isinstance(held, datetime):
                        whole = held.time() == datetime.min.time()
                        sheet.write_datetime(row, place, held, day if whole else moment)
                    elif isinstance(held, int | float):
                        sheet.write_number(row, place, held)
                    else:
                        text = "; ".join(map(str, held)) if isinstance(held, list) else str(held)
                        sheet.write_string(row, place, _fit(clean_text(text)))
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(len(frame), 1), len(frame.columns) - 1)
        sheet = book.add_worksheet("columns")
        for row, (column, said) in enumerate(COLUMNS.items()):
            sheet.write_string(row, 0, column, head)
            sheet.write_string(row, 1, said)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 80)
    return buffer.getvalue()


def _fit(text: str) -> str:
    """Return a text that a cell can hold; one that is longer says where all of it is."""
    return text if len(text) <= _CELL_LIMIT else f"{text[: _CELL_LIMIT - 20]}……（全文见 json）"
