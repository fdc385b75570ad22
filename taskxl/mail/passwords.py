"""The mailbox's password: from the environment or the system's keyring, in no file or message."""

import os
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from typing import TypeAlias

VARIABLE = "TASKXL_MAIL_PASSWORD"
SERVICE = "taskxl"
"""Under which name of a service the system's keyring keeps it, for the name one logs in with."""


Secret: TypeAlias = str | Callable[[], str]
"""A password, or what asks for it: once a server has shown that it takes one."""

ONLY_TOKENS = frozenset(
    ("XOAUTH2", "XOAUTH", "OAUTHBEARER", "NTLM", "GSSAPI", "GSS-SPNEGO", "SPNEGO", "MSN")
)
"""Ways to log in that want something else than a name and a password."""

ANSWER = 200
"""So many characters of a server's answer are shown: Postfix gives its reason after the address,
which may be long, and QQ lists five before it says where to read on."""


def reveal(secret: Secret) -> str:
    """Return the password, asked for where it must be."""
    return secret if isinstance(secret, str) else secret()


def find_password(user: str, server: str) -> str | None:
    """Return the password for `user`, or None where a person has to be asked.

    The environment (`TASKXL_MAIL_PASSWORD`) goes before the keyring, where an entry for
    `taskxl@server` goes before the one for `taskxl`: sending and receiving may differ.
    """
    given = os.environ.get(VARIABLE)
    if given:
        return given
    try:
        import keyring
    except ImportError:
        return None
    for service in (f"{SERVICE}@{server}", SERVICE):
        # A keyring that is locked, absent or broken is none: then a person is asked.
        with suppress(Exception):
            found = keyring.get_password(service, user)
            if found:
                return str(found)
    return None


def hide_password(text: str, user: str, password: str | None) -> str:
    """Return a text without the password, also as the protocols encode it.

    >>> hide_password("535 no: c2VjcmV0", "bgs", "secret")
    '535 no: ***'
    """
    if not password:
        return text
    raw, name = (part.encode("utf-8", "replace") for part in (password, user))
    coded = (raw, b"\0%b\0%b" % (name, raw))
    forms = {password, *(b64encode(one).decode() for one in coded)}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "***")
    return text
