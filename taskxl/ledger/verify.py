"""The ledger proved whole: SQLite's own checks, every reference, every stored byte."""

import sqlite3
import zlib
from collections.abc import Iterator
from hashlib import sha256

from taskxl.errors import TaskxlError
from taskxl.ledger.outgoing import verify_letters
from taskxl.ledger.store import Ledger
from taskxl.ledger.values import read_master, read_month

_MOST = 20


def verify_ledger(ledger: Ledger) -> tuple[str, ...]:
    """Return what is wrong with a ledger, a Chinese line each; nothing where it is whole.

    Checked are the file (`PRAGMA integrity_check`), the references (`PRAGMA foreign_key_check`),
    the digest of everything stored, and that every month and master list can still be read.
    """
    try:
        return tuple(_find_faults(ledger))
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        return (f"数据库文件已损坏，检查没有做完（{name}）。请从备份中找回台账。",)


def _find_faults(ledger: Ledger) -> Iterator[str]:
    rows = ledger.connection.execute(f"PRAGMA integrity_check({_MOST})").fetchall()
    if rows != [("ok",)]:
        yield f"数据库文件有 {len(rows)} 处损坏。请从备份中找回台账。"
    for table, number, target, _ in ledger.connection.execute("PRAGMA foreign_key_check"):
        yield f"表 {table} 第 {number} 条记录所指的内容（{target}）不在台账里。"
    for digest, size, content in ledger.connection.execute(
        "SELECT digest, size, content FROM blobs"
    ):
        found = _unpack(content)
        if found is None or len(found) != size or sha256(found).hexdigest() != digest:
            yield f"存下的一份内容（{digest[:12]}）与它的摘要不符，已损坏。"
    query = "SELECT id, period, master, month FROM merges ORDER BY id"
    for number, period, master, month in ledger.connection.execute(query).fetchall():
        try:
            read_month(ledger.content(month), read_master(ledger.content(master)))
        except (TaskxlError, ValueError):
            yield f"第 {number} 次汇总（{period}）的记录读不出来。"
    yield from verify_letters(ledger)

    query = "SELECT digest FROM master_lists ORDER BY digest"
    for (digest,) in ledger.connection.execute(query).fetchall():
        try:
            read_master(ledger.content(digest))
        except (TaskxlError, ValueError):
            yield f"一版清单（{digest[:12]}）的记录读不出来。"


def _unpack(content: bytes) -> bytes | None:
    try:
        return zlib.decompress(content)
    except zlib.error:
        return None


def count_ledger(ledger: Ledger) -> str:
    """Return a Chinese line that counts what a ledger holds."""
    counts = [
        ledger.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
        for table in ("merges", "forms", "files", "letters", "messages", "blobs", "master_lists")
    ]
    words = (
        "汇总 {} 次",
        "下发的表 {} 份",
        "收到的文件 {} 个",
        "去信 {} 封",
        "来信 {} 封",
        "存下的内容 {} 份",
        "清单 {} 版",
    )
    return "，".join(word.format(count) for word, count in zip(words, counts, strict=True))
