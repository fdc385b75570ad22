"""The second look at an .xls (and .et): what python-calamine hides, read from its BIFF records.

Records and their fields: [MS-XLS], section 2.4. Only headers are walked, so that a large sheet
costs little; a record that is too short for its own fields is passed over.
"""

import io
import re
import struct
from collections.abc import Iterator, Set
from enum import IntEnum
from typing import Literal, NamedTuple

import olefile

from taskxl.a1 import cell_name
from taskxl.intake.formats import BUILT_IN, changes_look, show_number
from taskxl.intake.grids import Area, CellError, Embedded, Note, Value
from taskxl.intake.notes import page_note
from taskxl.intake.workbooks import Look, State, is_date_format


class _Kind(IntEnum):
    """The numbers of the records that are looked at."""

    FORMULA = 0x0006
    SST = 0x00FC
    MULRK = 0x00BD
    FONT = 0x0031
    RSTRING = 0x00D6
    XF = 0x00E0
    LABELSST = 0x00FD
    NUMBER = 0x0203
    LABEL = 0x0204
    RK = 0x027E
    FORMAT = 0x041E
    EOF = 0x000A
    HEADER = 0x0014
    FOOTER = 0x0015
    NOTE = 0x001C
    CONTINUE = 0x003C
    CODEPAGE = 0x0042
    OBJ = 0x005D
    COLINFO = 0x007D
    BOUNDSHEET = 0x0085
    MERGECELLS = 0x00E5
    DRAWING = 0x00EC
    TXO = 0x01B6
    BOOLERR = 0x0205
    ROW = 0x0208
    BOF = 0x0809


_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
           0x24: "#NUM!", 0x2A: "#N/A"}  # fmt: skip
_STATES: dict[int, State] = {1: "hidden", 2: "very hidden"}
_PLAIN_SHEET = 0
_STRUCK_OUT = 0x08  # of a font's flags: [MS-XLS] 2.4.122
_NO_FONT = 4  # fonts are counted 0 1 2 3 5 6: [MS-XLS] 2.5.129
# The kind of an object that is a picture, and the sub-record that tells of an embedded file:
# [MS-XLS] 2.5.143 (FtCmo) and 2.5.150 (FtPictFmla).
_PICTURE = 0x0008
_PICTURE_FORMULA = b"\x09\x00"
# Where a shape hangs: OfficeArtClientAnchorSheet, [MS-XLS] 2.5.193: flags, left column, its
# offset, top row.
_ANCHOR = re.compile(rb"\x00\x00\x10\xf0\x12\x00\x00\x00..(..)..(..)", re.DOTALL)


class SheetRecord(NamedTuple):
    """A sheet as the workbook's globals list it; `start` is where its records begin."""

    name: str
    state: State
    start: int


class _Record(NamedTuple):
    kind: int
    data: bytes


class BinaryWorkbook:
    """The records of an .xls that say what calamine does not; raises OSError for no OLE file."""

    def __init__(self, content: bytes) -> None:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            name = next(n for n in ("Workbook", "Book") if file.exists(n))
            self._stream: bytes = file.openstream(name).read()
        self._wide = self._stream[4:6] == b"\x00\x06"  # BIFF8; older ones write in code pages
        self._encoding = "gb18030"
        self.sheets: list[SheetRecord] = []
        codes: dict[int, str] = {}
        formats: list[int] = []  # by number of cell style
        fonts: list[bool] = []  # whether each is struck out; no font has the number 4
        styled: list[int] = []  # the font of each cell style
        strings: list[bytes] = []  # the record of all texts and those that go on with it
        kind_before = 0
        for record in self._records(0):
            if record.kind == _Kind.SST or (
                record.kind == _Kind.CONTINUE and kind_before == _Kind.SST
            ):
                strings.append(record.data)
            kind_before = record.kind if record.kind != _Kind.CONTINUE else kind_before
            if record.kind == _Kind.FORMAT and self._wide and len(record.data) > 5:
                codes[struct.unpack_from("<H", record.data)[0]] = _long_text(record.data[2:])
            elif record.kind == _Kind.XF and len(record.data) >= 4:
                formats.append(struct.unpack_from("<H", record.data, 2)[0])
                styled.append(struct.unpack_from("<H", record.data)[0])
            elif record.kind == _Kind.FONT and len(record.data) >= 4:
                fonts.append(bool(record.data[2] & _STRUCK_OUT))
            elif record.kind == _Kind.CODEPAGE and len(record.data) >= 2:
                self._encoding = _encoding(struct.unpack_from("<H", record.data)[0])
            elif record.kind == _Kind.BOUNDSHEET and len(record.data) >= 7:
                start, state, kind = struct.unpack_from("<IBB", record.data)
                if kind == _PLAIN_SHEET:
                    name = self._short_text(record.data[6:])
                    self.sheets.append(SheetRecord(name, _STATES.get(state & 3, "visible"), start))
        struck = {n + (n >= _NO_FONT) for n, is_struck in enumerate(fonts) if is_struck}
        self._struck = frozenset(n for n, font in enumerate(styled) if font in struck)
        self._struck_runs = (
            _struck_strings(strings, struck) if struck and self._wide else frozenset()
        )
        said = (codes.get(number) or BUILT_IN.get(number, "") for number in formats)
        self._codes = {
            style: code
            for style, code in enumerate(said)
            if changes_look(code) and not is_date_format(code)
        }

    def look(self, sheet: SheetRecord) -> Look:
        """Walk one sheet's records: error cells, merges, what is hidden, comments, text boxes."""
        cells: dict[tuple[int, int], Value] = {}
        merges: list[Area] = []
        hidden_rows: set[int] = set()
        hidden_columns: set[int] = set()
        objects = _Objects(self._wide, self._encoding)
        edges: list[Note] = []
        struck: set[tuple[int, int]] = set()
        for kind, data in self._records(sheet.start):
            match kind:
                case _Kind.FORMULA if len(data) >= 14 and _is_error_result(data[6:14]):
                    row, column = struct.unpack_from("<HH", data)
                    cells[row + 1, column + 1] = _error(data[8])
                case _Kind.FORMULA | _Kind.NUMBER | _Kind.RK | _Kind.MULRK if self._codes:
                    cells |= self._shown_numbers(kind, data)
                case _Kind.BOOLERR if len(data) >= 8 and data[7] == 1:
                    row, column = struct.unpack_from("<HH", data)
                    cells[row + 1, column + 1] = _error(data[6])
                case _Kind.ROW if len(data) >= 14 and data[12] & 0x20:
                    hidden_rows.add(struct.unpack_from("<H", data)[0] + 1)
                case _Kind.COLINFO if len(data) >= 10 and data[8] & 1:
                    first, last = struct.unpack_from("<HH", data)
                    hidden_columns.update(range(first + 1, min(last, 255) + 2))
                case _Kind.HEADER | _Kind.FOOTER if len(data) >= 3:
                    where: Literal["header", "footer"] = (
                        "header" if kind == _Kind.HEADER else "footer"
                    )
                    edges += page_note(where, self._long_text(data))
                case _Kind.MERGECELLS if len(data) >= 2:
                    merges += _merges(data)
                case _Kind.LABELSST | _Kind.LABEL | _Kind.RSTRING if self._any_struck:
                    if len(data) >= 6:
                        row, column, style = struct.unpack_from("<HHH", data)
                        if style in self._struck or self._has_struck_run(kind, data):
                            struck.add((row + 1, column + 1))
                case _:
                    objects.take(kind, data)
        return Look(
            cells,
            tuple(merges),
            frozenset(hidden_rows),
            frozenset(hidden_columns),
            (*objects.notes(), *edges),
            embedded=tuple(objects.embedded),
            struck=frozenset(struck),
        )

    @property
    def _any_struck(self) -> bool:
        return bool(self._struck or self._struck_runs)

    def _has_struck_run(self, kind: int, data: bytes) -> bool:
        """Tell whether a cell's text has a run in a font that is struck out."""
        if kind != _Kind.LABELSST or len(data) < 10:
            return False
        return int(struct.unpack_from("<I", data, 6)[0]) in self._struck_runs

    def _shown_numbers(self, kind: int, data: bytes) -> dict[tuple[int, int], Value]:
        """Return the numbers of a record whose format shows them otherwise."""
        found: dict[tuple[int, int], Value] = {}
        if kind == _Kind.MULRK and len(data) >= 6:
            row, first = struct.unpack_from("<HH", data)
            for number in range((len(data) - 6) // 6):
                style, packed = struct.unpack_from("<HI", data, 4 + 6 * number)
                if style in self._codes:
                    value = show_number(read_packed(packed), self._codes[style])
                    found[row + 1, first + number + 1] = value
        elif len(data) >= 10:
            row, column, style = struct.unpack_from("<HHH", data)
            if style in self._codes and kind == _Kind.RK:
                (packed,) = struct.unpack_from("<I", data, 6)
                found[row + 1, column + 1] = show_number(read_packed(packed), self._codes[style])
            elif style in self._codes and len(data) >= 14 and data[12:14] != b"\xff\xff":
                (value,) = struct.unpack_from("<d", data, 6)
                found[row + 1, column + 1] = show_number(value, self._codes[style])
        return found

    def _records(self, start: int) -> Iterator[_Record]:
        """Yield the records of a substream up to its end, those of embedded charts left out."""
        stream, position, depth = self._stream, start, 0
        while position + 4 <= len(stream):
            kind, length = struct.unpack_from("<HH", stream, position)
            position += 4
            if kind == _Kind.BOF:
                depth += 1
            elif kind == _Kind.EOF:
                depth -= 1
            elif depth == 1:
                yield _Record(kind, stream[position : position + length])
            if depth <= 0:
                return
            position += length

    def _short_text(self, data: bytes) -> str:
        """Return a text whose length stands in its first byte."""
        count = data[0]
        if not self._wide:
            return data[1 : 1 + count].decode(self._encoding, "replace")
        if data[1] & 1:
            return data[2 : 2 + 2 * count].decode("utf-16-le", "replace")
        return data[2 : 2 + count].decode("latin-1")

    def _long_text(self, data: bytes) -> str:
        """Return a text whose length stands in its first two bytes, in BIFF8 at least."""
        if not self._wide:
            return self._short_text(data)
        count = int.from_bytes(data[:2], "little")
        if data[2] & 1:
            return data[3 : 3 + 2 * count].decode("utf-16-le", "replace")
        return data[3 : 3 + count].decode("latin-1")


class _Objects:
    """The comments and text boxes of a sheet, gathered from records that follow each other.

    A drawing record says where a shape hangs, OBJ gives its number, TXO announces its text, which
    stands in CONTINUE records; the NOTE records at the end say which numbers are comments.
    """

    def __init__(self, wide: bool, encoding: str) -> None:
        self._wide, self._encoding = wide, encoding
        self._cells: dict[int, str] = {}
        self._texts: list[tuple[int, str | None, list[str]]] = []
        self._anchor: str | None = None
        self._number = 0
        self._awaited = 0
        self.embedded: list[Embedded] = []

    def take(self, kind: int, data: bytes) -> None:
        """Take the next record of the sheet."""
        if kind != _Kind.CONTINUE:
            self._awaited = 0
        match kind:
            case _Kind.NOTE if len(data) >= 8:
                row, column, length, number = struct.unpack_from("<HHHH", data)
                self._cells[number] = cell_name(row + 1, column + 1)
                if not self._wide:  # older files keep the text in the record itself
                    text = data[6 : 6 + length].decode(self._encoding, "replace")
                    self._texts.append((number, None, [text]))
            case _Kind.DRAWING:
                found = _ANCHOR.findall(data)
                if found:
                    column, row = (int.from_bytes(part, "little") for part in found[-1])
                    self._anchor = cell_name(row + 1, column + 1)
            case _Kind.OBJ if len(data) >= 8 and data[:2] == b"\x15\x00":
                shape, self._number = struct.unpack_from("<HH", data, 4)
                if shape == _PICTURE:  # what was embedded shows itself as a picture, too
                    kind_of: Literal["picture", "file"] = (
                        "file" if _PICTURE_FORMULA in data else "picture"
                    )
                    self.embedded.append(Embedded(kind_of, self._anchor, self._anchor))
            case _Kind.TXO if len(data) >= 12:
                self._awaited = struct.unpack_from("<H", data, 10)[0]
                self._texts.append((self._number, self._anchor, []))
            case _Kind.CONTINUE if self._awaited and data:
                letters = data[1:].decode("utf-16-le" if data[0] & 1 else "latin-1", "replace")
                self._texts[-1][2].append(letters[: self._awaited])
                self._awaited -= min(len(letters), self._awaited)

    def notes(self) -> Iterator[Note]:
        """Yield what was gathered; texts that no NOTE claims are text boxes."""
        for number, anchor, pieces in self._texts:
            text = "".join(pieces)
            if number in self._cells:
                yield Note("comment", self._cells[number], text)
            else:
                yield Note("text box", anchor, text)


def read_packed(packed: int) -> float:
    """Return the number that an RkNumber packs: [MS-XLS] 2.5.217, [MS-XLSB] 2.5.122."""
    if packed & 2:
        number = float((packed >> 2) - (1 << 30 if packed & 0x80000000 else 0))
    else:
        number = float(struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0])
    return number / 100 if packed & 1 else number


def _long_text(data: bytes) -> str:
    """Return a text whose length stands in its first two bytes."""
    count, wide = struct.unpack_from("<H", data)[0], data[2] & 1
    if wide:
        return data[3 : 3 + 2 * count].decode("utf-16-le", "replace")
    return data[3 : 3 + count].decode("latin-1")


class _Strings:
    """The bytes of the table of texts, which stand in one record and in those that go on with it.

    Where a text is parted between two records, the second begins with a byte that tells anew
    whether its letters are wide: [MS-XLS] 2.4.265 (SST), 2.5.293 (XLUnicodeRichExtendedString).
    """

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._piece = self._at = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes, none of which are letters."""
        taken = b""
        while len(taken) < count:
            piece = self._pieces[self._piece]  # raises IndexError behind the last one
            taken += piece[self._at : self._at + count - len(taken)]
            self._at += count
            if len(taken) < count:
                self._piece, self._at = self._piece + 1, 0
            else:
                self._at = min(self._at, len(piece))
        return taken

    def take_letters(self, count: int, wide: bool) -> str:
        """Return a text of so many letters."""
        text = ""
        while len(text) < count:
            piece = self._pieces[self._piece]
            width = 2 if wide else 1
            here = min(count - len(text), (len(piece) - self._at) // width)
            part = piece[self._at : self._at + here * width]
            # Letters are counted as UTF-16 does; halves of a pair are one letter each here.
            text += part.decode("utf-16-le" if wide else "latin-1", "replace").ljust(here)[:here]
            self._at += here * width
            if len(text) < count:
                self._piece, self._at = self._piece + 1, 1
                wide = bool(self._pieces[self._piece][0] & 1)
        return text


def _struck_strings(pieces: list[bytes], struck: Set[int]) -> frozenset[int]:
    """Return the numbers of the texts of which a part is written in a struck font."""
    found: set[int] = set()
    stream = _Strings(pieces)
    try:
        count = struct.unpack("<II", stream.take(8))[1]
        for number in range(count):
            length, flags = struct.unpack("<HB", stream.take(3))
            runs = struct.unpack("<H", stream.take(2))[0] if flags & 0x08 else 0
            more = struct.unpack("<I", stream.take(4))[0] if flags & 0x04 else 0
            text = stream.take_letters(length, bool(flags & 1))
            marks = [struct.unpack("<HH", stream.take(4)) for _ in range(runs)]
            stream.take(more)
            ends = [start for start, _ in marks[1:]] + [length]
            for (start, font), end in zip(marks, ends, strict=False):
                if font in struck and text[start:end].strip():
                    found.add(number)
    except (IndexError, struct.error):
        pass  # cut off: what stands before it is known
    return frozenset(found)


def _is_error_result(result: bytes) -> bool:
    """Tell whether a formula's stored result is an error: [MS-XLS] 2.5.133, FormulaValue."""
    return result[6:] == b"\xff\xff" and result[0] == 2


def _error(code: int) -> CellError:
    return CellError(_ERRORS.get(code, "#N/A"))


def _merges(data: bytes) -> Iterator[Area]:
    count = min(struct.unpack_from("<H", data)[0], (len(data) - 2) // 8)
    for number in range(count):
        top, bottom, left, right = struct.unpack_from("<HHHH", data, 2 + 8 * number)
        if top <= bottom and left <= right:
            yield Area(top + 1, left + 1, bottom + 1, right + 1)


def _encoding(code_page: int) -> str:
    if code_page == 936:
        return "gb18030"
    name = {10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252"}.get(code_page)
    name = name or f"cp{code_page}"
    try:
        "".encode(name)
    except LookupError:
        return "gb18030"
    return name
