"""Letters and files that somebody saved into a folder, opened. Hostile input: runs in a worker."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from taskxl.intake.gate import (
    Refusal,
    is_archive,
    list_archive,
    read_archived,
    read_once,
    skip_by_name,
)
from taskxl.intake.refusals import Limits, Refused
from taskxl.mail.messages import ReceivedLetter, read_headers, read_letter
from taskxl.mail.outlook import OLE_MARK, TNEF_MARK

_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SavedLetter:
    """A saved letter: the name of its file inside a zip ("" outside), its digest, what it holds.

    `head` is what its headers say where the letter itself is refused.
    """

    name: str
    digest: str
    letter: ReceivedLetter | Refusal
    head: ReceivedLetter = field(default_factory=ReceivedLetter)


@dataclass(frozen=True, slots=True)
class Saved:
    """A file of the folder: the letters in it, or else its own content, which is to be copied."""

    modified: datetime
    content: bytes | None
    letters: tuple[SavedLetter, ...] = ()


def open_saved(_: None, path: Path) -> Saved:
    """Open one file: .eml, .msg, winmail.dat, a zip with such in it, or a file like any other.

    Raises Refused as the gate does: R201 it cannot be opened, R204 too large, R210 no regular
    file, R211 a temporary one.
    """
    skipped = skip_by_name(path.name)
    if skipped:
        raise Refused(skipped.code, skipped.reason)
    content, modified = read_once(path)
    if is_letter(path.name, content):
        return Saved(modified, None, (_open("", content),))
    letters: tuple[SavedLetter, ...] = ()
    whole: bytes | None = content
    if is_archive(content, _LIMITS):
        try:
            letters, others = _open_archive(content, path.name)
        except Refused:
            letters, others = (), True
        # What else is in it is for merge to open, as any zip's files are.
        whole = content if others else None
    return Saved(modified, whole, letters)


def is_letter(name: str, content: bytes) -> bool:
    """Tell whether a file is a letter that somebody saved, or an envelope of Outlook's."""
    suffix = PurePosixPath(name).suffix.lower()
    return (
        suffix == ".eml"
        or (suffix == ".msg" and content.startswith(OLE_MARK))
        or content.startswith(TNEF_MARK)
    )


def _open(name: str, content: bytes) -> SavedLetter:
    digest = hashlib.sha256(content).hexdigest()
    try:
        return SavedLetter(name, digest, read_letter(content))
    except Refused as refused:
        refusal = Refusal(refused.code, refused.reason)
    head = ReceivedLetter() if content.startswith((OLE_MARK, TNEF_MARK)) else read_headers(content)
    return SavedLetter(name, digest, refusal, head)


def _open_archive(content: bytes, name: str) -> tuple[tuple[SavedLetter, ...], bool]:
    """Return the letters in a zip, and whether there is anything else in it."""
    letters, others = [], False
    for archived in list_archive(content, name, _LIMITS):
        if PurePosixPath(archived.name).suffix.lower() not in (".eml", ".msg", ".dat"):
            others = True
            continue
        taken = read_archived(content, archived, _LIMITS)
        if isinstance(taken, Refusal):
            letters.append(SavedLetter(archived.name, "", taken))
        elif is_letter(archived.name, taken):
            letters.append(_open(archived.name, taken))
        else:
            others = True
    return tuple(letters), others
