"""`taskxl mail check`: both servers are tried, nothing is sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from taskxl.desk.mail_checking import check_mail
from taskxl.mail import imap
from tests.imap_script import ImapScript, run_imap_script
from tests.mail_support import (
    PASSWORD,
    SETTINGS,
    Mailroom,
    make_authority,
    make_bureau,
    run_server,
)


def test_both_servers_are_tried_and_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority(tmp_path)
    with (
        run_server(authority.context()) as (port, room),
        run_imap_script(ImapScript({}), tmp_path) as script,
    ):
        both = tmp_path / "both.pem"
        both.write_text(Path(authority.file).read_text() + script.authority.read_text())
        monkeypatch.setattr(imap, "TLS_PORT", script.port)
        settings = replace(
            SETTINGS,
            mail_port=port,
            inbox_server="localhost",
            inbox_port=script.port,
            sent_folder="Sent",
        )
        workspace = make_bureau(tmp_path / "w", settings)
        trials = list(check_mail(workspace, lambda user, server: PASSWORD, str(both)))
    assert [(one.what, one.works) for one in trials] == [
        ("发信", True),
        ("收信", True),
        ("文件夹", True),
        ("已发送文件夹", False),
    ]
    assert "改为：INBOX.Sent" in trials[-1].detail
    assert room.received == []
    assert isinstance(room, Mailroom)
    assert not any(c.startswith(("SELECT", "APPEND", "UID STORE")) for c in script.commands)


def test_what_is_not_filled_in_is_said(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path / "w", replace(SETTINGS, mail_server="", inbox_server=""))
    trials = list(check_mail(workspace, lambda user, server: PASSWORD, None))
    assert [one.works for one in trials] == [False, False]
    assert "发信服务器" in trials[0].detail
