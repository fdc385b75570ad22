"""The month as frames: what an analyst finds in them."""

from dataclasses import replace

import pandas
from reports_support import make_empty_month, make_month

from taskxl.frames import to_frames
from taskxl.model import Period


def test_there_is_a_frame_for_every_noun_with_its_period() -> None:
    frames = to_frames(make_month())
    assert {name: len(frame) for name, frame in frames.items()} == {
        "tasks": 12,
        "milestones": 21,
        "entries": 12,
        "offices": 7,
        "files": 9,
        "unplaced": 2,
        "altered": 1,
        "findings": 17,
    }
    assert all(set(frame["period"]) == {"2026-04"} for frame in frames.values())


def test_milestones_pivot_by_light_and_office() -> None:
    frames = to_frames(make_month())
    milestones = frames["milestones"].merge(frames["tasks"], on="task")
    counted = milestones.groupby(["lead_office", "light"]).size()
    assert counted["计财股", "severe"] == 2
    assert str(milestones["due"].dtype).startswith("datetime64")
    assert milestones.loc[milestones["light"] == "severe", "days_over"].max() == 56


def test_months_stand_under_one_another() -> None:
    months = [replace(make_month(), period=Period(2026, month)) for month in (3, 4)]
    entries = pandas.concat([to_frames(month)["entries"] for month in months])
    assert entries.groupby("period").size().to_dict() == {"2026-03": 12, "2026-04": 12}


def test_an_empty_month_has_empty_frames_with_their_columns() -> None:
    frames = to_frames(make_empty_month())
    assert all(frame.empty for frame in frames.values())
    assert "progress" in frames["entries"].columns
