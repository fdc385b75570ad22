"""A workspace that an earlier taskxl made, opened by today's: nothing of it is lost."""

import json
import os
import zipfile
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

from taskxl.ledger import open_ledger, verify_ledger
from taskxl.ledger.schema import MIGRATIONS
from taskxl.master.book.rereading import read_master
from taskxl.model import Settings
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL
from tests.support import call_main

OLD = sorted((Path(__file__).parent / "old_workspaces").glob("*.zip"))


@pytest.fixture(params=OLD, ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    """The workspace as it was, its files of that day."""
    with zipfile.ZipFile(request.param) as archive:
        archive.extractall(tmp_path / "2021年重点工作")
    came = datetime(2021, 4, 24, 9, 0).timestamp()
    for path in (tmp_path / "2021年重点工作").rglob("*"):
        os.utime(path, (came, came))
    return Workspace(tmp_path / "2021年重点工作")


def test_there_is_a_workspace_of_every_version_that_was_released() -> None:
    assert [path.stem for path in OLD] == ["0.1.0"]


def test_the_list_is_read_and_what_it_does_not_say_is_as_by_default(old: Workspace) -> None:
    master, findings = read_master(old.read_master_bytes(), "主清单.xlsx")
    assert len(master.tasks) == 8
    assert master.settings.bureau == "云溪县教育局"
    assert master.settings.holidays == Settings().holidays
    assert not [one for one in findings if one.code in ("M124", "M126")]


def test_the_ledger_is_brought_up_and_keeps_all_it_held(old: Workspace) -> None:
    returns = [path.read_bytes() for path in old.returns_folder(APRIL).iterdir()]
    with open_ledger(old.ledger_path) as ledger:
        (version,) = ledger.connection.execute("PRAGMA user_version").fetchone()
        assert version == len(MIGRATIONS)
        assert ledger.connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        assert [one.period for one in ledger.merges()] == [APRIL.key]
        assert sorted(ledger.issued(APRIL)) == ["办公室", "基教股", "计财股"]
        for content in returns:
            assert ledger.content(sha256(content).hexdigest()) == content
        month = ledger.month(APRIL)
        assert month is not None
        assert len(month.entries) > 0
        assert not verify_ledger(ledger)


def test_the_month_goes_on(old: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in old.returns_folder(APRIL).iterdir()}
    with open_ledger(old.ledger_path) as ledger:
        month = ledger.month(APRIL)
        assert month is not None
        said = {(one.task, one.office): (one.status, one.progress) for one in month.entries}

    def run(*arguments: str) -> str:
        status, out, error = call_main(capsys, "-C", old.root, *arguments)
        assert status == 0, error
        return out

    document = json.loads(run("merge", "--month", "4", "--json"))
    now = {
        (one["task"], one["office"]): (one["status"], one["progress"])
        for one in document["entries"]
    }
    assert {key: now[key] for key in said} == said
    assert {one["verdict"] for one in document["files"]} == {"accepted"}
    again = old.summary_path(APRIL).read_bytes()
    run("merge", "--month", "4")
    assert old.summary_path(APRIL).read_bytes() == again
    run("prove", "--month", "4")
    run("issue", "--month", "5")
    run("ledger")
    run("check")
    assert {path: path.read_bytes() for path in before} == before


def test_a_summary_of_before_is_no_persons_correction(
    old: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first ledgers did not record what was written; nobody is said to have typed into it."""
    status, out, error = call_main(capsys, "-C", old.root, "merge", "--month", "4", "--json")
    assert status == 0, error
    assert "手工改过" not in error
    assert json.loads(out)["revisions"] == []
