"""What a fresh user met at the desk: `taskxl` alone, forms in odd places, 定稿, new offices."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from taskxl.desk.drafting import compose_letters
from taskxl.desk.filled_forms import find_filled
from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import look_at_month, note_strays
from taskxl.desk.standing import find_standing
from taskxl.ledger.looking import look_into_ledger
from taskxl.model import Period
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.month_of_clerks import APRIL, make_workspace
from tests.pens import Pen, merge, send

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


# ---------------------------------------------------------------- forms filled in odd places


@pytest.mark.parametrize("place", ["", "2021年04月/汇总", "2021年04月/回收表格", "2021年04月/下发"])
def test_a_filled_form_in_an_odd_place_is_named_and_nobody_is_urged(
    workspace: Workspace, place: str
) -> None:
    """Looking, `taskxl` alone and a reminder say it; the 催报 to that office is held back."""
    form = workspace.form_path("计财股", APRIL)
    folder = workspace.root / place
    folder.mkdir(exist_ok=True)
    fill_form(form, folder / form.name)
    said = f"{folder.name}文件夹里的“{form.name}”已经填了，要当作报送请放进回收。"
    month = look_at_month(workspace, APRIL, today=AFTER)
    assert said in note_strays(workspace, month)
    assert said in stand(workspace, AFTER).splitlines()
    batch = compose_letters(workspace, APRIL, "remind", by_mail=False, today=AFTER)
    assert [item.office for item in batch.items] == ["基教股"]
    (note,) = batch.notes
    assert note.startswith(f"计财股的表在{folder.name}文件夹里已经填了（“{form.name}”），没有写催报")
    batch = compose_letters(workspace, APRIL, "remind", "计财股", by_mail=False, today=AFTER)
    assert [item.office for item in batch.items] == ["计财股"]
    assert "请核实后再发催报" in batch.notes[0]
    shutil.copy(folder / form.name, workspace.returns_folder(APRIL))
    assert note_strays(workspace, look_at_month(workspace, APRIL, today=AFTER)) == []


def test_forms_of_another_month_in_the_root_are_not_this_months(workspace: Workspace) -> None:
    """April's form is nearly May's: its mark tells them apart."""
    may = Period(2021, 5)
    issue_forms(workspace, may)
    form = workspace.form_path("计财股", APRIL)
    fill_form(form, workspace.root / form.name)
    with look_into_ledger(workspace) as ledger:
        assert find_filled(workspace, ledger, may) == {}
        assert find_filled(workspace, ledger, APRIL) == {workspace.root / form.name: "计财股"}


def test_a_corrected_summary_is_nobodys_form(workspace: Workspace) -> None:
    merge(workspace)
    Pen(workspace.summary_path(APRIL)).write("2", "进展情况", "改过").save()
    with look_into_ledger(workspace) as ledger:
        assert find_filled(workspace, ledger, APRIL) == {}
