"""What a fresh user met at the desk: `taskxl` alone, forms in odd places, 定稿, new offices."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from taskxl.desk.merging import look_at_month
from taskxl.desk.standing import find_standing
from taskxl.workspace.folder import Workspace
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import send

BEFORE, AFTER = date(2021, 4, 20), date(2021, 4, 26)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """April issued to three offices, of which the 办公室 has reported."""
    workspace = make_workspace(tmp_path_factory.mktemp("walk"))
    send(workspace, "办公室")
    return workspace


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    """A copy of its own."""
    shutil.copytree(made.root, tmp_path / "工作区")
    return Workspace(tmp_path / "工作区")


def stand(workspace: Workspace, today: date) -> str:
    """Return what `taskxl` alone says on a day, with the next commands."""
    standing = find_standing(workspace, today)
    return "\n".join((*standing.lines, *(command for command, _ in standing.steps)))


# ---------------------------------------------------------------- `taskxl` alone


def test_before_the_report_day_nobody_is_said_to_owe(workspace: Workspace) -> None:
    """`taskxl` alone counts offices and gaps as `status` does on the same day."""
    early, late = stand(workspace, BEFORE), stand(workspace, AFTER)
    assert "已报送 1，未到期限 2（" in early
    assert "未报送" not in early
    assert "须处理 0" in early
    assert "mail remind 4 --before 5" in early
    assert "未报送 2（" in late
    assert "须处理 0" not in late
    month = look_at_month(workspace, APRIL, today=BEFORE)
    assert all(state.word in early for state in month.offices)


@pytest.mark.parametrize("moved", ["4月", "2021年4月", None])
def test_a_month_that_is_not_in_its_place_is_not_issued_anew(
    workspace: Workspace, moved: str | None
) -> None:
    """`taskxl` alone says where the latest month is, as `status` does."""
    folder = workspace.month_folder(APRIL)
    if moved:
        folder.rename(workspace.root / moved)
    else:
        shutil.rmtree(folder)
    told = stand(workspace, AFTER)
    assert "没有文件夹“2021年04月”" in told
    assert (f"但有“{moved}”" if moved else "找回它") in told
    assert "issue" not in told
