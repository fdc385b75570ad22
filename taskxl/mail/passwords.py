"""The mailbox's password: out of the environment or the system's keyring, never kept by us."""

import os
from contextlib import suppress

VARIABLE = "TASKXL_MAIL_PASSWORD"
SERVICE = "taskxl"
"""The keyring's service; the user there is the name one logs in with."""


def find_password(user: str, server: str) -> str | None:
    """Return the password that is laid down for a login name, or None where there is none.

    The environment goes before the keyring: whoever sets it for one run means it.
    `server` is where it is to be used; one keyring entry serves for sending and receiving.
    """
    laid_down = os.environ.get(VARIABLE)
    if laid_down:
        return laid_down
    with suppress(Exception):  # no keyring library, none on this machine, or it stays locked
        import keyring

        return keyring.get_password(SERVICE, user) or keyring.get_password(
            f"{SERVICE}:{server}", user
        )
    return None
