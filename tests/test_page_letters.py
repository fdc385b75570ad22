"""信件 on the page: seen before they go, sent after a clear question, none twice."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from taskxl.desk.letter_views import view_letters
from taskxl.workspace.folder import Workspace
from tests.clerks import fill_form
from tests.mail_support import (
    APRIL,
    NOW,
    PASSWORD,
    SETTINGS,
    Mailroom,
    change_bureau,
    make_authority,
    make_bureau,
    run_server,
)
from tests.page_support import Browser, form_of, said

# aiosmtpd 1.4.6 warns of its own past once a session is logged in to.
pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_bureau(tmp_path / "地")


@pytest.fixture
def browser(tmp_path: Path, workspace: Workspace) -> Browser:
    return Browser(tmp_path / "state", workspace)


@pytest.fixture
def mailroom(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mailroom]:
    authority = make_authority(tmp_path)
    monkeypatch.setenv("TASKXL_CA_FILE", authority.file)
    monkeypatch.delenv("TASKXL_MAIL_PASSWORD", raising=False)
    with run_server(authority.context()) as (port, room):
        change_bureau(workspace, replace(SETTINGS, mail_port=port, mail_pause=0))
        yield room


def seen_of(browser: Browser) -> str:
    """Return the mark of the letters as the question before sending shows them."""
    return form_of(browser.get(f"{browser.month}letters/remind/ask").text, "发出")["seen"]


def test_letters_are_shown_as_they_would_go_out(browser: Browser, workspace: Workspace) -> None:
    view = view_letters(workspace, APRIL, "remind", NOW.date())
    assert [one.office for one in view.lines] == ["办公室", "基教股", "计财股"]
    page = browser.get(f"{browser.month}letters/remind").text
    for one in view.lines:
        assert one.subject in page
        assert one.to[0] in page
        assert f"附件2-{one.office}-2021年4月.xlsx" in page
    assert view.group
    only = browser.get(f"{browser.month}letters/remind?office=基教股").text
    assert "催报的信 1 封" in only
    assert browser.get(f"{browser.month}letters/x").status_code == 404


def test_looking_writes_and_sends_nothing(browser: Browser, workspace: Workspace) -> None:
    before = {p: p.read_bytes() for p in workspace.root.rglob("*") if p.is_file()}
    for kind in ("issue", "remind", "send-back"):
        assert browser.get(f"{browser.month}letters/{kind}").status_code == 200
        assert browser.get(f"{browser.month}letters/{kind}/ask").status_code == 200
    assert {p: p.read_bytes() for p in workspace.root.rglob("*") if p.is_file()} == before


def test_drafts_are_written_with_what_can_be_pasted(browser: Browser, workspace: Workspace) -> None:
    page = browser.get(f"{browser.month}letters/remind").text
    lines = said(browser.do(f"{browser.month}letters/remind/draft", form_of(page, "写成草稿")))
    assert lines[0].startswith("草稿 3 封")
    assert len(list(workspace.letters_folder(APRIL).glob("催报-*.eml"))) == 3
    assert (workspace.issue_folder(APRIL) / "催报.txt").exists()


def test_letters_go_out_after_the_question_and_never_twice(
    browser: Browser, mailroom: Mailroom
) -> None:
    page = browser.get(f"{browser.month}letters/remind/ask").text
    assert "真的要发出这 3 封催报的信吗？" in page
    assert 'type="password"' in page
    unsure = browser.post(f"{browser.month}letters/remind/send", {"password": PASSWORD})
    assert unsure.status_code == 400
    assert not mailroom.received
    fields = {"password": PASSWORD, "sure": "1", "seen": seen_of(browser)}
    lines = said(browser.do(f"{browser.month}letters/remind/send", fields))
    assert lines[:3] == ["办公室 已发出", "基教股 已发出", "计财股 已发出"]
    assert len(mailroom.received) == 3
    page = browser.get(f"{browser.month}letters/remind").text
    assert page.count("已发出") == 3
    assert "其中 0 封可以发" in page
    lines = said(browser.do(f"{browser.month}letters/remind/send", fields))
    assert len(mailroom.received) == 3
    assert lines == [f"{one} 以前已发，没有再发" for one in ("办公室", "基教股", "计财股")]


def test_a_wrong_password_or_none_is_said_and_the_password_is_nowhere(
    browser: Browser, mailroom: Mailroom, workspace: Workspace
) -> None:
    none = browser.do(
        f"{browser.month}letters/remind/send", {"sure": "1", "seen": seen_of(browser)}
    )
    assert "没有邮箱 bgs@yunxi.example.com 的密码" in said(none)[0]
    fields = {"sure": "1", "password": "Falsch9x", "seen": seen_of(browser)}
    wrong = browser.do(f"{browser.month}letters/remind/send", fields)
    assert said(wrong)
    assert not mailroom.received
    good = browser.do(f"{browser.month}mailbox/check", {"password": PASSWORD})
    assert "发信 可以：" in said(good)[0]
    for page in (none, wrong, good):
        assert PASSWORD not in page
        assert "Falsch9x" not in page
    for path in workspace.root.rglob("*"):
        assert path.is_dir() or PASSWORD.encode() not in path.read_bytes()


def test_sending_that_is_stopped_goes_on_where_it_ended(
    browser: Browser, mailroom: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taskxl.page.jobs import Job, StoppedError

    def stop(self: Job, done: int, total: int) -> None:
        if done == 1:
            raise StoppedError

    monkeypatch.setattr(Job, "report", stop)
    fields = {"password": PASSWORD, "sure": "1", "seen": seen_of(browser)}
    assert "已停下" in said(browser.do(f"{browser.month}letters/remind/send", fields))[0]
    assert len(mailroom.received) == 1
    monkeypatch.undo()
    monkeypatch.setenv("TASKXL_CA_FILE", str(Path(browser.root or "").parent / "root.pem"))
    lines = said(browser.do(f"{browser.month}letters/remind/send", fields))
    assert "办公室 以前已发，没有再发" in lines
    assert len(mailroom.received) == 3


def test_without_a_server_it_says_what_is_missing(browser: Browser, workspace: Workspace) -> None:
    change_bureau(workspace, replace(SETTINGS, mail_server=""))
    page = browser.get(f"{browser.month}letters/remind").text
    assert "设置里没有填发信服务器，不能从这里发信" in page
    lines = said(browser.do(f"{browser.month}mailbox/collect", {"password": "x"}))
    assert lines


def test_no_letter_goes_out_that_was_not_seen(
    browser: Browser, mailroom: Mailroom, workspace: Workspace
) -> None:
    """A return comes while the question is open: two letters are left, and she is asked anew."""
    fields = {"password": PASSWORD, "sure": "1", "seen": seen_of(browser)}
    drafted = form_of(browser.get(f"{browser.month}letters/remind").text, "写成草稿")
    form = workspace.form_path("基教股", APRIL)
    fill_form(form, workspace.returns_folder(APRIL) / form.name)
    for address, told in (("send", fields), ("draft", drafted), ("send", fields | {"seen": ""})):
        page = browser.do(f"{browser.month}letters/remind/{address}", told)
        assert "催报的信刚才变了" in said(page)[0]
    assert not mailroom.received
    assert not workspace.letters_folder(APRIL).exists()
    page = browser.do(f"{browser.month}letters/remind/send", fields)
    assert "真的要发出这 2 封催报的信吗？" in page
    assert PASSWORD not in page
    again = fields | {"seen": form_of(page, "发出")["seen"]}
    browser.do(f"{browser.month}letters/remind/send", again)
    assert len(mailroom.received) == 2
