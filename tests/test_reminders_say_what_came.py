"""A reminder to an office whose file came and could not be used says that it came, and why."""

from datetime import date, datetime
from pathlib import Path

import pytest

from taskxl.desk.composing import compose_letters
from taskxl.desk.lists import load_master
from taskxl.ledger import open_ledger
from taskxl.ledger.incoming import CollectedFile, CollectedMessage, record_messages
from taskxl.workspace.folder import Workspace
from tests.mail_support import APRIL, make_bureau

TODAY = date(2021, 4, 27)
BROKEN = b"PK\x03\x04 cut off"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """April issued to a bureau with addresses; nothing came."""
    return make_bureau(tmp_path)


def remind(workspace: Workspace, office: str) -> str:
    batch = compose_letters(workspace, APRIL, "remind", office, today=TODAY)
    (item,) = batch.items
    letter = batch.text(item, TODAY)
    return f"{letter.subject}\n{letter.body}"


def test_nothing_came_and_that_is_what_is_said(workspace: Workspace) -> None:
    assert "尚未收到" in remind(workspace, "基教股")


def test_a_file_that_bears_the_offices_name_is_named_with_the_reason(workspace: Workspace) -> None:
    (workspace.returns_folder(APRIL) / "基教股4月.xlsx").write_bytes(BROKEN)
    said = remind(workspace, "基教股")
    assert "尚未收到" not in said
    assert "收到了像是基教股报来的文件，但无法使用：基教股4月.xlsx：" in said
    assert "损坏" in said
    assert said.startswith("请重新报送")
    assert "尚未收到" in remind(workspace, "办公室"), "another office's file is not theirs"


def test_a_file_that_its_address_sent_is_named_too(workspace: Workspace) -> None:
    from hashlib import sha256

    (workspace.returns_folder(APRIL) / "表.xlsx").write_bytes(BROKEN)
    mails = next(o.mails for o in load_master(workspace)[0].offices if o.name == "基教股")
    sender = next(mail for mail in mails if "@" in mail and "：" not in mail)
    came = datetime(2021, 4, 24, 9, 0)
    file = CollectedFile("表.xlsx", sha256(BROKEN).hexdigest(), "表.xlsx", "收下")
    message = CollectedMessage("信", "1", "", sender.upper(), "报送", came, came, "", (file,))
    with open_ledger(workspace.ledger_path) as ledger:
        record_messages(ledger, APRIL, [message], came)
    assert "但无法使用：表.xlsx：" in remind(workspace, "基教股")
    assert "尚未收到" in remind(workspace, "办公室")
