"""The mailbox's password, asked of a person where nothing else has it."""

import sys
from functools import cache

import click

from taskxl.errors import TaskxlError
from taskxl.mail.passwords import SERVICE, VARIABLE, Secret, find_password, reveal
from taskxl.text import show


def ask_password(user: str, server: str) -> str:
    """Return the password from where it is laid down, else from the person at the keyboard.

    Raises TaskxlError where there is neither.
    """
    return reveal(prepare_password(user, server))


def prepare_password(user: str, server: str) -> Secret:
    """Return the password, or what asks the person at the keyboard for it when it is wanted.

    Raises TaskxlError at once where there is neither.
    """
    password = find_password(user, server)
    if password is None and sys.stdin.isatty():
        return lambda: _ask_person(user)
    if not password:
        raise TaskxlError(
            f"没有邮箱 {show(user)} 的密码（授权码）。请在终端里运行，会提示输入；"
            f"或存进系统密码库：pip install 'taskxl[keyring]'，再运行 "
            f"keyring set {SERVICE} {show(user)}；或设环境变量 {VARIABLE}。"
        )
    return password


@cache
def _ask_person(user: str) -> str:
    """Ask once a run: a mailbox has one password, whether it is for sending or for reading."""
    prompt = f"邮箱 {show(user)} 的密码（授权码，输入时不显示）"
    return str(click.prompt(prompt, hide_input=True, err=True))
