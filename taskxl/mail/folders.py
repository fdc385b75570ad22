"""The folders of a mailbox, as its server lists them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taskxl.intake.encodings import decode_text
from taskxl.mail.imap import Account, explained, log_in
from taskxl.mail.passwords import Secret
from taskxl.text import show

if TYPE_CHECKING:
    from imapclient import IMAPClient

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class MailFolder:
    """A folder by the name that people see; `is_sent`: copies of sent letters go there."""

    name: str
    is_sent: bool


def list_folders(account: Account, password: Secret) -> list[MailFolder]:
    """Return the folders of a mailbox, by name; what is in them is not looked at.

    Raises TaskxlError, one Chinese line without the password, for all that stands in the way.
    """
    client = log_in(account, password)
    try:
        with explained(account):
            return read_folders(client)
    finally:
        with suppress(Exception):
            client.logout()


def read_folders(client: "IMAPClient") -> list[MailFolder]:
    """Return the folders that a server lists, by name.

    Names come out of modified UTF-7 (RFC 3501, 5.1.3); the sent one is told by RFC 6154, which
    some servers do only where they are asked for it.
    """
    found = client.list_folders()
    sent = {name for flags, _, name in found if rb"\Sent" in flags}
    if not sent and client.has_capability("SPECIAL-USE"):
        with suppress(Exception):  # it is only to help
            # The library has no such question; this is how it puts its own.
            said = client._imap._simple_command("LIST", "(SPECIAL-USE)", '""', '"*"')
            _, answer = client._imap._untagged_response(*said, "LIST")
            special = client._proc_folder_list(answer)
            sent = {name for flags, _, name in special if rb"\Sent" in flags}
    folders = (MailFolder(_repair(str(name)), name in sent) for _, _, name in found)
    return sorted(folders, key=lambda one: one.name)


def _repair(name: str) -> str:
    """Return a name as it is meant where a server sends it bare; the library reads each byte."""
    if name.isascii() or max(name) > "\xff":
        return name
    return decode_text(name.encode("latin-1"))[0]


def find_near(wanted: str, folders: Sequence[MailFolder]) -> str:
    """Return the folder that is meant: below INBOX, or in other letters of case; "" for none."""
    return next((one.name for one in folders if _bare(one.name) == _bare(wanted)), "")


def _bare(name: str) -> str:
    return name.casefold().removeprefix("inbox.").removeprefix("inbox/")


def advise(item: str, wanted: str, folders: Sequence[MailFolder], sent: bool = False) -> str:
    """Return what to fill into an item of 设置 whose folder is not there, and which there are.

    `sent` tells that the item is for copies of sent letters.
    """
    near = find_near(wanted, folders)
    if sent and not near:
        near = next((one.name for one in folders if one.is_sent), "")
    advice = f"请把设置里的“{item}”改为：{show(near, 30)}" if near else f"请核对设置里的“{item}”"
    named = "、".join(show(one.name, 30) for one in folders[:_SHOWN])
    more = f"等 {len(folders)} 个" if len(folders) > _SHOWN else ""
    return f"{advice}；邮箱里有：{named}{more}。" if named else f"{advice}。"
