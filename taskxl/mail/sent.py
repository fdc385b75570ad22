"""Copies of sent letters in the mailbox's own folder, so that they are seen where mail is read."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from taskxl.errors import TaskxlError
from taskxl.mail.imap import Account, explained, log_in
from taskxl.text import quote

if TYPE_CHECKING:
    from imapclient import IMAPClient


class SentFolder:
    """Puts copies into the account's folder over one connection; the first failure is the last try.

    Without a folder no copies are kept.
    `note` is that failure as one Chinese line: a copy that is not kept is no letter that is lost.
    """

    def __init__(self, account: Account, password: Callable[[], str]) -> None:
        self.account = account
        self.note = ""
        self._password = password
        self._client: IMAPClient | None = None

    def keep(self, content: bytes, at: datetime) -> None:
        """Put a copy of a letter into the folder, marked as read."""
        if self.note or not self.account.folder:
            return
        try:
            if self._client is None:
                self._client = log_in(self.account, self._password())
            with explained(self.account):
                self._put(self._client, content, at)
        except TaskxlError as error:
            self.note = f"信件已发出，但没能存进邮箱的文件夹{quote(self.account.folder)}：{error}"

    def _put(self, client: "IMAPClient", content: bytes, at: datetime) -> None:
        from imapclient.exceptions import IMAPClientError

        try:
            client.append(self.account.folder, content, (rb"\Seen",), at)
        except client.AbortError:
            raise
        except IMAPClientError:
            # A server's words may hold what it was told, so none of them are shown.
            raise TaskxlError("邮箱不收。请核对“设置”里的已发送文件夹。") from None

    def close(self) -> None:
        """Take leave."""
        if self._client is not None:
            with suppress(Exception):
                self._client.logout()
            self._client = None
