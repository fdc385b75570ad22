"""Copies of sent letters in the mailbox's own folder, so that they are seen where mail is read."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from taskxl.errors import TaskxlError
from taskxl.mail.folders import advise, find_near, read_folders
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
        self._folder = account.folder
        self._password = password
        self._client: IMAPClient | None = None

    def keep(self, content: bytes, at: datetime) -> None:
        """Put a copy of a letter into the folder, marked as read."""
        if self.note or not self.account.folder:
            return
        try:
            if self._client is None:
                self._client = log_in(self.account, self._password)
            with explained(self.account):
                self._put(self._client, content, at)
        except TaskxlError as error:
            self.note = f"信件已发出，但没能存进邮箱的文件夹{quote(self.account.folder)}：{error}"

    def _put(self, client: "IMAPClient", content: bytes, at: datetime) -> None:
        from imapclient.exceptions import IMAPClientError

        try:
            client.append(self._folder, content, (rb"\Seen",), at)
            return
        except client.AbortError:
            raise
        except IMAPClientError:
            pass  # a server's words may hold what it was told, so none of them are shown
        folders = read_folders(client)
        near = find_near(self._folder, folders)
        if near and near != self._folder:  # the same one by its whole name
            self._folder = near
            self._put(client, content, at)
            return
        if any(one.name == self._folder for one in folders):
            raise TaskxlError("文件夹在，但邮箱不收。请看看邮箱满了没有。")
        raise TaskxlError(f"没有这个文件夹。{advise('已发送文件夹', self._folder, folders, True)}")

    def close(self) -> None:
        """Take leave."""
        if self._client is not None:
            with suppress(Exception):
                self._client.logout()
            self._client = None
