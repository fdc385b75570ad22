"""Zip files, distrusted: a checked directory, and entries inflated no further than they may."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from taskxl.intake.refusals import DAMAGED, MB, OVER_LIMIT, PASSWORD, Limits, Refused
from taskxl.text import show

_LOCAL = struct.Struct("<4s22xHH")
_CHUNK = 64 << 10
_ENCRYPTED, _UTF8 = 0x1, 0x800
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # what programs write that state no time: the first there is
RESAVE = "请用 Excel 或 WPS 打开，另存为 .xlsx 后重新发来。"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a zip: `start` and `packed` bound its bytes, `size` is what it inflates to.

    `modified` is the local time that the zip states, None where it states no date.
    """

    name: str
    start: int
    packed: int
    size: int
    method: int
    checksum: int
    encrypted: bool
    modified: datetime | None


def looks_zipped(content: bytes) -> bool:
    """Tell whether a zip's directory ends this content (something may stand before the zip)."""
    return content[:4] == b"PK\x03\x04" or b"PK\x05\x06" in content[-65_557:]


def list_entries(content: bytes, limits: Limits) -> tuple[Entry, ...]:
    """Return the files of a zip, folders left out, after checking the directory's own claims.

    Bounds the number of entries, the inflated sizes and the ratio; entries may not overlap, and
    each must stand where the directory says under the name it gives.
    Raises Refused R201 (not a whole zip) or R204 (over a limit).
    """
    # Counted before the library builds an object for each of what may be millions.
    if content.count(b"PK\x01\x02") > limits.entries:
        raise _over(f"压缩结构里有超过 {limits.entries} 个部件")
    try:
        with zipfile.ZipFile(io.BytesIO(content), metadata_encoding="gb18030") as archive:
            infos, directory = archive.infolist(), archive.start_dir
    except Exception as error:
        # zipfile raises whatever a broken directory makes it stumble over.
        raise Refused(DAMAGED.code, f"文件没有传完或已损坏，打不开。{RESAVE}") from error
    files = [info for info in infos if info.file_size or not info.filename.endswith("/")]
    if sum(info.file_size for info in files) > limits.inflated:
        raise _over(f"解开后超过 {limits.inflated // MB} MB")
    for info in files:
        if info.file_size > max(limits.ratio_above, limits.ratio * info.compress_size):
            raise _over(f"部件“{show(info.filename, 60)}”解开后膨胀超过 {limits.ratio} 倍")
    entries = [_locate(content, info, directory) for info in files]
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        if entry.start < end:
            raise _over("压缩结构里的部件互相重叠")
        end = entry.start + entry.packed
    return tuple(entries)


def _over(what: str) -> Refused:
    return Refused(
        OVER_LIMIT.code,
        f"{what}，超出安全限度，没有打开。请把填报内容复制到新的空白表，另存为 .xlsx 后重新发来。",
    )


def _locate(content: bytes, info: zipfile.ZipInfo, directory: int) -> Entry:
    """Find an entry's bytes by its local header, which must bear the directory's name for it."""
    damaged = Refused(DAMAGED.code, f"文件内部的目录与内容对不上，可能没有传完。{RESAVE}")
    try:
        signature, name_length, extra_length = _LOCAL.unpack_from(content, info.header_offset)
        name = content[info.header_offset + 30 : info.header_offset + 30 + name_length]
        told = name.decode("utf-8" if info.flag_bits & _UTF8 else "gb18030")
    except (struct.error, UnicodeDecodeError) as error:
        raise damaged from error
    start = info.header_offset + 30 + name_length + extra_length
    if (
        signature != b"PK\x03\x04"
        or told != info.orig_filename
        or start + info.compress_size > directory
    ):
        raise damaged
    try:
        modified = datetime(*info.date_time)  # noqa: DTZ001 — a zip states local time
    except ValueError:
        modified = None
    if info.date_time == _NO_TIME:
        modified = None
    return Entry(
        info.filename.replace("\\", "/"),
        start,
        info.compress_size,
        info.file_size,
        info.compress_type,
        info.CRC,
        bool(info.flag_bits & _ENCRYPTED),
        modified,
    )


def inflate(content: bytes, entry: Entry) -> Iterator[bytes]:
    """Yield an entry's bytes in pieces, never more than its directory entry promised.

    Raises Refused R201 where size, checksum or stream do not agree, R202 where it is encrypted.
    """
    if entry.encrypted:
        raise Refused(PASSWORD.code, "压缩时设了密码，打不开。请取消密码后重新发来。")
    if entry.method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(DAMAGED.code, f"用了办公软件不用的压缩方式，打不开。{RESAVE}")
    size = checksum = 0
    try:
        for piece in _pieces(content, entry):
            size += len(piece)
            checksum = zlib.crc32(piece, checksum)
            if size > entry.size:
                break
            yield piece
    except zlib.error as error:
        raise Refused(DAMAGED.code, f"内容没有传完或已损坏，读不出来。{RESAVE}") from error
    if size != entry.size or checksum != entry.checksum:
        raise Refused(DAMAGED.code, f"内容与校验码对不上，文件已损坏。{RESAVE}")


def _pieces(content: bytes, entry: Entry) -> Iterator[bytes]:
    packed = memoryview(content)[entry.start : entry.start + entry.packed]
    if entry.method == zipfile.ZIP_STORED:
        for at in range(0, len(packed), _CHUNK):
            yield bytes(packed[at : at + _CHUNK])
        return
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), _CHUNK):
        rest: bytes | memoryview = packed[at : at + _CHUNK]
        while rest and not stream.eof:
            piece = stream.decompress(rest, MB)
            if piece:
                yield piece
            rest = stream.unconsumed_tail
    # Bytes after the stream's end, or an end that never came, show up in size and checksum.
