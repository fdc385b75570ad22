"""Both mail servers tried: reached, logged in to, their folders looked at; nothing is sent."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from taskxl.desk.lists import load_master
from taskxl.errors import TaskxlError
from taskxl.mail.folders import advise, list_folders
from taskxl.mail.imap import Account
from taskxl.mail.outbox import Outbox, Server, UnreachableError
from taskxl.model import Settings
from taskxl.text import show
from taskxl.workspace.folder import Workspace

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was tried: what, whether it works, and a Chinese line on it."""

    what: str
    works: bool
    detail: str


def check_mail(
    workspace: Workspace, ask_password: Callable[[str, str], str], ca_file: str | None
) -> Iterator[Trial]:
    """Try the server that letters go out by, then the mailbox; yield what works and what to change.

    Raises TaskxlError where 主清单.xlsx cannot be read or there is no password.
    """
    settings = load_master(workspace)[0].settings
    yield _try_sending(settings, ask_password, ca_file)
    yield from _try_mailbox(settings, ask_password, ca_file)


def _try_sending(
    settings: Settings, ask_password: Callable[[str, str], str], ca_file: str | None
) -> Trial:
    missing = [
        word
        for word, value in (
            ("发信服务器", settings.mail_server),
            ("发件邮箱", settings.mail_sender),
        )
        if not value
    ]
    if missing:
        return Trial("发信", False, f"设置里没有填：{'、'.join(missing)}。不用邮件发信的可以不填。")
    user = settings.mail_user or settings.mail_sender
    server = Server(settings.mail_server, settings.mail_port, user, ca_file)
    outbox = Outbox(server, lambda: ask_password(user, server.host), lambda seconds: None)
    with closing(outbox):
        try:
            outbox.open()
        except UnreachableError as error:
            return Trial("发信", False, str(error))
    return Trial("发信", True, f"{show(server.host)}:{server.port} 连上了，已登录，没有发信。")


def _try_mailbox(
    settings: Settings, ask_password: Callable[[str, str], str], ca_file: str | None
) -> Iterator[Trial]:
    user = settings.mail_user or settings.mail_sender
    if not settings.inbox_server or not user:
        yield Trial("收信", False, "设置里没有填收信服务器或邮箱。不从邮箱收表的可以不填。")
        return
    account = Account(settings.inbox_server, settings.inbox_port, user, ca_file=ca_file)
    try:
        folders = list_folders(account, lambda: ask_password(user, account.server))
    except TaskxlError as error:
        yield Trial("收信", False, str(error))
        return
    yield Trial("收信", True, f"{show(account.server)}:{account.port} 连上了，已登录。")
    named = "、".join(show(one.name, 30) for one in folders[:_SHOWN])
    more = f"等 {len(folders)} 个" if len(folders) > _SHOWN else ""
    yield Trial("文件夹", bool(folders), f"{named}{more}" if folders else "服务器一个也没有列出。")
    names = {one.name for one in folders}
    for word, wanted in (("收件夹", settings.inbox_folder), ("已发送文件夹", settings.sent_folder)):
        if not wanted or wanted.upper() == "INBOX":
            continue
        if wanted in names:
            yield Trial(word, True, f"“{show(wanted, 30)}”有。")
        else:
            advice = advise(word, wanted, folders, sent=word == "已发送文件夹")
            yield Trial(word, False, f"邮箱里没有“{show(wanted, 30)}”。{advice}")
