"""The folders of a mailbox, as its server lists them."""

from contextlib import suppress
from dataclasses import dataclass

from taskxl.mail.imap import Account, explained, log_in


@dataclass(frozen=True, slots=True)
class MailFolder:
    """A folder by the name that people see; `is_sent`: copies of sent letters go there."""

    name: str
    is_sent: bool


def list_folders(account: Account, password: str) -> list[MailFolder]:
    """Return the folders of a mailbox, by name; what is in them is not looked at.

    Names come out of modified UTF-7 (RFC 3501, 5.1.3); the sent one is told by RFC 6154.
    Raises TaskxlError, one Chinese line without the password, for all that stands in the way.
    """
    client = log_in(account, password)
    try:
        with explained(account):
            found = client.list_folders()
    finally:
        with suppress(Exception):
            client.logout()
    folders = (MailFolder(str(name), rb"\Sent" in flags) for flags, _, name in found)
    return sorted(folders, key=lambda one: one.name)
