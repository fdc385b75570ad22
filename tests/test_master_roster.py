"""Whose tasks are whose."""

from dataclasses import replace
from datetime import date

from taskxl.model import MasterList, Milestone, Office, Period, Settings, Task
from taskxl.roster import Roster, divide_tasks, tasks_of

OFFICES = (
    Office("办公室"),
    Office("基教股", aliases=("基础教育股", "业务一股")),
    Office("计财股", aliases=("业务一股",)),
)
TASKS = (
    Task(id="1", lead_offices=("基础教育股",), supporting_offices=("办公室",)),
    Task(id="2", lead_offices=("办公室",), supporting_offices=("各股室",)),
    Task(id="3", lead_offices=("督导室", "办公室")),
    Task(id="4"),
)
MASTER = MasterList("一览表", TASKS, OFFICES, Settings())


def shares(master: MasterList) -> dict[str, tuple[list[str], list[str]]]:
    return {
        office: ([t.id for t in own], [t.id for t in seen])
        for office, (own, seen) in divide_tasks(master).items()
    }


def test_lead_offices_owe_in_the_order_of_the_sheet_and_unknown_ones_after_them() -> None:
    assert shares(MASTER) == {
        "办公室": (["2", "3"], ["1"]),
        "基教股": (["1"], ["2"]),
        "督导室": (["3"], []),
    }


def test_with_all_every_responsible_office_reports_what_it_supports_too() -> None:
    master = replace(MASTER, settings=Settings(reporters="all"))
    assert shares(master) == {
        "办公室": (["1", "2", "3"], []),
        "基教股": (["1", "2"], []),
        "计财股": (["2"], []),
        "督导室": (["3"], []),
    }


def test_with_all_an_office_that_only_supports_owes_where_something_is_due() -> None:
    task = Task(id="1", lead_offices=("基教股",), supporting_offices=("计财股",))
    master = MasterList("一览表", (task,), OFFICES, Settings(reporters="all"))
    march, april = Period(2026, 3), Period(2026, 4)

    def owing(period: Period, *dues: date | None) -> tuple[str, ...]:
        milestones = tuple(Milestone("办结", due) for due in dues)
        listed = replace(master, tasks=(replace(task, milestones=milestones),))
        return tuple(divide_tasks(listed, period))

    assert owing(march, date(2026, 4, 30)) == ("基教股",)
    assert owing(april, date(2026, 4, 30)) == ("基教股", "计财股")
    assert owing(march, date(2026, 2, 1), date(2026, 4, 30)) == ("基教股", "计财股")
    assert owing(march) == owing(march, None) == ("基教股", "计财股")
    assert tuple(divide_tasks(replace(master, settings=Settings()))) == ("基教股",)


def test_supporting_report_adds_tasks_but_no_offices_and_keeps_the_order_of_the_list() -> None:
    master = replace(MASTER, settings=Settings(supporting_report=True))
    assert tuple(divide_tasks(master)) == ("办公室", "基教股", "督导室")
    assert [t.id for t in tasks_of(master, "办公室")[0]] == ["1", "2", "3"]


def test_an_office_that_owes_nothing_still_sees_what_it_supports() -> None:
    assert tasks_of(MASTER, "计财股") == ((), (TASKS[1],))
    assert tasks_of(MASTER, " 基础教育股 ")[0] == (TASKS[0],)


def test_an_alias_of_two_offices_names_neither() -> None:
    assert Roster(OFFICES).resolve("业务一股") is None
    assert Roster(OFFICES).resolve("基础\n教育股") == OFFICES[1]


def test_all_offices_are_spelt_out_only_where_the_offices_are_known() -> None:
    assert Roster(OFFICES).spell_out(("各股室",)) == ("办公室", "基教股", "计财股")
    assert Roster(()).spell_out(("各股室", " ")) == ("各股室",)
