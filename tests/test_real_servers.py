"""A month's letters by servers that bureaus really have: Exim takes them, Cyrus keeps the returns."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from taskxl.desk import collecting
from taskxl.desk.came_back import note_returned
from taskxl.desk.mail_checking import check_mail
from taskxl.errors import TaskxlError
from taskxl.mail import imap, outbox
from taskxl.workspace.folder import Workspace
from tests.letters import make_letter
from tests.mail_support import (
    APRIL,
    OFFICES,
    PASSWORD,
    SENDER,
    SETTINGS,
    Keyboard,
    change_bureau,
    make_bureau,
)
from tests.real_servers import (
    RealServer,
    check_each_letter_goes_once,
    put_letters,
    read_marks,
    run_cyrus,
    run_exim,
    wait_for,
)

NOW = datetime(2021, 4, 28, 9, 0)
BOXES = ("bgs", "bgs-a", "jj", "jj2", "jc")
BOX = ("bgs@yunxi.example.com", PASSWORD)


@pytest.fixture(scope="module")
def exim() -> Iterator[RealServer]:
    with run_exim("yunxi.example.com", BOXES, SENDER, PASSWORD) as server:
        yield server


@pytest.fixture(scope="module")
def cyrus() -> Iterator[RealServer]:
    with run_cyrus(*BOX) as server:
        yield server


# ---------------------------------------------------------------- Exim


def test_exim_takes_each_letter_once_and_byte_for_byte(exim: RealServer, tmp_path: Path) -> None:
    check_each_letter_goes_once(exim, tmp_path)


def test_exim_on_the_other_port_and_with_a_wrong_password(
    exim: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "SSL_PORT", exim.tls_port)
    workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=exim.tls_port))
    with pytest.raises(TaskxlError, match=r"不接受登录名.*535"):
        Keyboard(str(exim.authority), password="wrong").send(workspace)
    report = Keyboard(str(exim.authority)).send(workspace, "issue", "计财股")
    assert [one.outcome.result for one in report.deliveries] == ["sent"]


def test_what_exim_refuses_and_what_it_sends_back_is_named(
    exim: RealServer, tmp_path: Path
) -> None:
    wrong = tuple(
        replace(one, mails=(address,)) if one.name == name else one
        for one, name, address in zip(
            OFFICES,
            ("办公室", "基教股", ""),
            ("nobody-here@yunxi.example.com", "gone@yunxi.example.com", ""),
            strict=True,
        )
    )
    workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_port=exim.port), wrong)
    before = len(list((exim.mail / "bgs").glob("new/*")))
    report = Keyboard(str(exim.authority)).send(workspace)
    said = {one.letter.office: one.outcome for one in report.deliveries}
    assert said["办公室"].result == "refused"
    assert "no such user" in said["办公室"].detail
    assert said["基教股"].result == "sent"
    saved = tmp_path / "saved"
    saved.mkdir()
    for number, letter in enumerate(wait_for(exim.mail / "bgs", before + 1)[before:]):
        (saved / f"{number}.eml").write_bytes(letter)
    line = collecting.collect_folder(workspace, APRIL, saved, NOW).lines[0]
    assert line.outcome.startswith("被退回：2021年4月写给基教股的下发信没有送到")
    assert [note.split("：")[0] for note in note_returned(workspace, APRIL)] == ["基教股"]
    assert "no such address here" in note_returned(workspace, APRIL)[0]


# ---------------------------------------------------------------- Cyrus


@pytest.fixture
def bureau(cyrus: RealServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(imap, "TLS_PORT", cyrus.tls_port)
    monkeypatch.setenv("TASKXL_CA_FILE", str(cyrus.authority))
    settings = replace(
        SETTINGS,
        mail_server="",
        mail_user="bgs@yunxi.example.com",
        inbox_server="localhost",
        inbox_port=cyrus.tls_port,
        sent_folder="已发",
    )
    return make_bureau(tmp_path / "w", settings)


def test_cyrus_gives_each_return_once_and_nothing_is_touched(
    bureau: Workspace, cyrus: RealServer
) -> None:
    names = ["附件2-基教股.xlsx", "附件2-计财股.xlsx", "附件2（修改）.xlsx"]
    put_letters(
        cyrus,
        *BOX,
        *(
            make_letter((name, b"PK%d" % n), sender="jj@yunxi.example.com", message_id=f"<{n}@x>")
            for n, name in enumerate(names)
        ),
        make_letter(sender="other@x.example", message_id="<9@x>"),
    )
    report = collecting.collect_mail(bureau, APRIL, PASSWORD, NOW)
    assert report.broken == ""
    assert [(line.attachment, line.fate) for line in report.lines] == [
        *((name, "taken") for name in names),
        ("", "none"),
    ]
    assert report.lines[0].at == datetime(2021, 4, 20, 9, 0)
    assert collecting.collect_mail(bureau, APRIL, PASSWORD, NOW).lines == ()
    assert not any(b"Seen" in one for one in read_marks(cyrus, *BOX))


def test_cyrus_shows_its_folders_and_which_is_for_sent_letters(
    bureau: Workspace, cyrus: RealServer
) -> None:
    trials = {one.what: one for one in check_mail(bureau, lambda user, server: PASSWORD, None)}
    assert not trials["收信"].works, "its authority is not known"
    authority = str(cyrus.authority)
    trials = {one.what: one for one in check_mail(bureau, lambda user, server: PASSWORD, authority)}
    assert trials["收信"].works
    assert "INBOX/Sent" in trials["文件夹"].detail
    assert "邮箱里没有“已发”" in trials["已发送文件夹"].detail


def test_cyrus_and_a_wrong_password_is_one_line(bureau: Workspace, cyrus: RealServer) -> None:
    with pytest.raises(TaskxlError, match=r"不接受.*的登录"):
        collecting.collect_mail(bureau, APRIL, "wrong", NOW)


def test_cyrus_over_starttls(
    bureau: Workspace, cyrus: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before TLS it takes no log-in at all; after, it does."""
    monkeypatch.setattr(imap, "TLS_PORT", 993)
    settings = replace(
        SETTINGS,
        mail_user="bgs@yunxi.example.com",
        inbox_server="localhost",
        inbox_port=cyrus.port,
    )
    change_bureau(bureau, settings)
    asked: list[int] = []
    collecting.collect_mail(bureau, APRIL, lambda: asked.append(1) or PASSWORD, NOW)
    assert asked == [1]
