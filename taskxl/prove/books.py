"""A workbook as openpyxl reads it: every text with its place. Runs where it may die."""

import email
import email.policy
import io
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from taskxl.a1 import cell_name
from taskxl.prove.spelling import fold, spell

IDENTITY_SHEET = "_taskxl"
DEEPEST = 3
"""So many zips or letters in one another are opened."""
LETTER_HEAD = 64 << 10
_LETTER = re.compile(rb"^(?:content-type|mime-version)[ \t]*:", re.IGNORECASE | re.MULTILINE)
MEMBER_BYTES = 64 << 20
"""A file in a zip that is larger is not read."""
_THREAD = re.compile(r"^\[[^\]]*\].*?(?:Comment|Reply|批注|注释|回复)\s*[:：]", re.DOTALL)
_LITERAL = re.compile(r'"([^"]*)"')
_PARTS_OF_WORKBOOK = ("[Content_Types].xml", "xl/")


class Unread(Exception):  # noqa: N818 — named for what happened to the file
    """A file openpyxl does not read; the message is Chinese and says why."""


Place = tuple[str, int, int]
"""Sheet, row and column, counted from 1."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one cell shows: all spellings of its value; row and column counted from 1.

    `note` says that it is not in the cell but in the comment on it, `formula` that it was
    calculated.
    """

    sheet: str
    row: int
    column: int
    texts: tuple[str, ...]
    note: bool = False
    formula: bool = False

    @property
    def cell(self) -> str:
        """The cell's name, `E7`."""
        return cell_name(self.row, self.column)

    @property
    def text(self) -> str:
        """The plainest spelling."""
        return self.texts[0]

    @property
    def key(self) -> str:
        """The text for comparison."""
        return fold(self.texts[0])


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file by its digest: its words, or why it was not read.

    `literals` are the texts in its formulas, which show one of them.
    """

    digest: str
    words: tuple[Word, ...] = ()
    formulas: frozenset[Place] = frozenset()
    unread: str = ""
    literals: frozenset[str] = frozenset()


def read_words(content: bytes, formulas: Collection[Place] = ()) -> tuple[Word, ...]:
    """Return every text in the cells of a workbook (.xlsx, .xlsm), hidden ones too, by rows.

    A formula is what it showed when it was saved; where nothing was saved, there is no word.
    `_taskxl` is nobody's writing and left out. `formulas` are the places of the formulas. Raises
    Unread where openpyxl finds no workbook in it.
    """
    return tuple(
        Word(sheet, row, column, texts, formula=(sheet, row, column) in formulas)
        for sheet, row, column, cell in _read_cells(content, calculated=True)
        if (texts := spell(cell.value, cell.number_format))
    )


def read_form(_: None, content: bytes) -> ReadFile:
    """Return a form as it went out: its texts, and where it has formulas."""
    words: list[Word] = []
    formulas: set[Place] = set()
    literals: set[str] = set()
    for sheet, row, column, cell in _read_cells(content, calculated=False):
        if cell.data_type == "f":
            formulas.add((sheet, row, column))
            literals |= {fold(text) for text in _LITERAL.findall(str(cell.value))} - {""}
        elif texts := spell(cell.value, cell.number_format):
            words.append(Word(sheet, row, column, texts))
    digest = sha256(content).hexdigest()
    return ReadFile(digest, tuple(words), frozenset(formulas), literals=frozenset(literals))


def read_return(content: bytes) -> ReadFile:
    """Return an office's workbook: its texts, those of comments too."""
    cells = _read_cells(content, calculated=False)
    formulas = {(sheet, row, column) for sheet, row, column, one in cells if one.data_type == "f"}
    words = read_words(content, formulas)
    if _has_comments(content):
        words += tuple(_read_comments(content))
    return ReadFile(sha256(content).hexdigest(), words)


def _read_cells(content: bytes, calculated: bool) -> Iterator[tuple[str, int, int, Any]]:
    """Yield the cells that have a value, or, not `calculated`, those that have a formula too."""
    # Reading row by row keeps what lies under a merge; the stated size of a sheet may be wrong.
    book = _open(content, read_only=True, calculated=calculated)
    try:
        for sheet in book.worksheets:
            if sheet.title == IDENTITY_SHEET:
                continue
            sheet.reset_dimensions()
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        yield sheet.title, cell.row, cell.column, cell
    finally:
        book.close()


def _read_comments(content: bytes) -> Iterator[Word]:
    # Only the other way of reading, ten times as large in memory, knows of comments.
    for sheet in _open(content, read_only=False).worksheets:
        if sheet.title == IDENTITY_SHEET:
            continue
        for row in sheet.iter_rows():
            for cell in row:
                note = getattr(cell, "comment", None)
                text = _THREAD.sub("", note.text).strip() if note and note.text else ""
                if fold(text):
                    yield Word(sheet.title, cell.row, cell.column, (text,), note=True)


def _open(content: bytes, read_only: bool, calculated: bool = True) -> Any:
    import warnings

    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on what it will not keep: nothing is saved here
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=read_only, data_only=calculated, keep_links=False
            )
    except MemoryError:
        raise
    except Exception as error:
        raise Unread("openpyxl 打不开它") from error
    if not book.worksheets:
        raise Unread("openpyxl 在里面没有看到工作表")
    return book


def _has_comments(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return any("comment" in name.lower() for name in package.namelist())


# ---------------------------------------------------------------- files, and files in zips


def read_file(wanted: frozenset[str], content: bytes, depth: int = DEEPEST) -> tuple[ReadFile, ...]:
    """Return what is in a file, or in those it holds, of those whose SHA-256 is wanted.

    A zip holds files, an Office document those put into it as objects, a letter what hangs on it.
    """
    own = _read_one(wanted, content)  # an .ods is a zip, too
    if own or depth == 0:
        return own
    found: list[ReadFile] = []
    for inner in _held(content):
        found += read_file(wanted, inner, depth - 1)
    return tuple(found)


def _held(content: bytes) -> Iterator[bytes]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            office = _PARTS_OF_WORKBOOK[0] in names
            for member in archive.infolist():
                if member.is_dir() or member.file_size > MEMBER_BYTES:
                    continue
                if office and "/embeddings/" not in member.filename:
                    continue
                try:
                    yield archive.read(member)
                except (OSError, RuntimeError, zipfile.BadZipFile, NotImplementedError):
                    continue  # whoever is missing in the end is named as not proved
    elif _LETTER.search(content[:LETTER_HEAD]):
        letter = email.message_from_bytes(content, policy=email.policy.compat32)
        for part in letter.walk():
            if not part.is_multipart() and isinstance(held := part.get_payload(decode=True), bytes):
                yield held


def _read_one(wanted: frozenset[str], content: bytes) -> tuple[ReadFile, ...]:
    digest = sha256(content).hexdigest()
    if digest not in wanted:
        return ()
    if not is_package(content):
        return (ReadFile(digest, unread="不是 .xlsx 工作簿"),)
    try:
        return (read_return(content),)
    except Unread as unread:
        return (ReadFile(digest, unread=str(unread)),)


def is_package(content: bytes) -> bool:
    """Tell whether a file is an Office package with a workbook in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    types, folder = _PARTS_OF_WORKBOOK
    return types in names and any(name.startswith(folder) for name in names)
