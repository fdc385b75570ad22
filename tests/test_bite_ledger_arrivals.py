"""Edges of the ledger's arrivals: what came when, what lies unread, and what is taskxl's own."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from taskxl.ledger import (
    IssuedForm,
    Ledger,
    ReceivedFile,
    Topic,
    open_ledger,
    record_letter,
    verify_ledger,
)
from taskxl.ledger.incoming import (
    OPEN,
    CollectedFile,
    CollectedMessage,
    list_arrivals,
    list_open,
    list_senders,
    list_unread,
    record_messages,
)
from taskxl.ledger.outgoing import find_written
from taskxl.ledger.own import LedgerRecords
from taskxl.ledger.receipts import KnownArrivals, Receipt, know_arrivals, record_receipt
from taskxl.model import Period
from tests.reports_support import make_month

NOW = datetime(2026, 4, 26, 9, 30, 15)
MARCH, APRIL = Period(2026, 3), Period(2026, 4)
HOUR = timedelta(hours=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "台账.db") as opened:
        yield opened


def letter(
    key: str,
    outcome: str = "taken",
    *files: CollectedFile,
    source: str = "邮箱",
    sent: datetime | None = NOW,
    received: datetime | None = None,
    sender: str = "a@b.cn",
) -> CollectedMessage:
    bare = key.removeprefix(OPEN)
    return CollectedMessage(
        source, key, f"<{bare}@x>", sender, "报送", sent, received, outcome, files
    )


# ---------------------------------------------------------------- letters not brought


def test_a_letter_kept_open_is_open_until_it_is_brought_and_in_its_own_mailbox(
    ledger: Ledger,
) -> None:
    kept = [
        letter(f"{OPEN}1", "没有取到"),
        letter(f"{OPEN}2", "没有取到"),
        letter(f"{OPEN}1", "没有取到", source="另一个邮箱"),
    ]
    record_messages(ledger, APRIL, kept, NOW)
    assert [(m.source, m.key) for m in list_open(ledger, "邮箱")] == [("邮箱", "1"), ("邮箱", "2")]
    record_messages(ledger, APRIL, [letter("1")], NOW)
    assert [m.key for m in list_open(ledger, "邮箱")] == ["2"]
    assert [m.key for m in list_open(ledger, "另一个邮箱")] == ["1"]
    assert [m.message_id for m in list_open(ledger, "邮箱")] == ["<2@x>"]


def test_unread_are_open_letters_and_those_that_nobody_could_read_since_a_day(
    ledger: Ledger,
) -> None:
    told = [
        letter(f"{OPEN}a", "没有取到"),
        letter("b", "太大，没有取"),
        letter("c", "读不出来"),
        letter("d", "结构残缺，附件可能没有取全"),
        letter("e", "taken"),
        letter("f", "太大", sent=NOW, received=NOW - timedelta(days=2)),
        letter("g", "太大", sent=None),
        letter("h", "太大", sent=NOW - timedelta(days=2)),
    ]
    record_messages(ledger, APRIL, told, NOW)
    found = list_unread(ledger, date(2026, 4, 26))
    assert [m.key for m in found] == ["a", "b", "c", "d", "g"]
    assert (found[0].sent_at, found[0].received_at) == (NOW, None)
    assert [m.key for m in list_unread(ledger, date(2026, 4, 24))] == list("abcdfgh")
    assert [m.key for m in list_unread(ledger, date(2026, 4, 27))] == ["g"]


# ---------------------------------------------------------------- when files came


def test_a_file_came_when_the_first_letter_with_it_did_and_from_whom(ledger: Ledger) -> None:
    digest = "1" * 64
    hung = CollectedFile("表.xlsx", digest, "基教股.xlsx", "taken")
    told = [
        letter("1", "taken", hung, received=NOW),
        letter("2", "taken", hung, received=NOW - HOUR),
        letter("3", "taken", hung, received=NOW + HOUR),
        letter("4", "taken", CollectedFile("图.png", "2" * 64, "", "left"), received=NOW),
    ]
    record_messages(ledger, APRIL, told, NOW)
    assert list_arrivals(ledger, APRIL) == {("基教股.xlsx", digest): NOW - HOUR}
    assert list_arrivals(ledger, MARCH) == list_arrivals(None, APRIL) == {}
    assert list_senders(ledger, APRIL) == {("基教股.xlsx", digest): "a@b.cn"}
    assert list_senders(ledger, MARCH) == list_senders(None, APRIL) == {}


def test_bytes_are_recalled_under_their_name_else_as_they_were_first_seen(ledger: Ledger) -> None:
    month = make_month()

    def came(name: str, content: bytes, at: datetime | None) -> ReceivedFile:
        return ReceivedFile(name, sha256(content).hexdigest(), content, None, at, "file")

    one = sha256(b"one").hexdigest()
    ledger.record_merge(
        month, [came("甲.xlsx", b"one", NOW), came("乙.xlsx", b"one", NOW + HOUR)], now=NOW
    )
    known = know_arrivals(ledger, month.period)
    told = [known.recall(name, one) for name in ("甲.xlsx", "乙.xlsx", "丙.xlsx")]
    assert [seen and seen.received_at for seen in told] == [NOW, NOW + HOUR, NOW]
    assert known.recall("甲.xlsx", "0" * 64) is None
    assert know_arrivals(None, month.period) == KnownArrivals()


def test_what_a_person_registered_last_counts_and_said_twice_is_one(ledger: Ledger) -> None:
    first = Receipt("甲.xlsx", "1" * 64, "基教股", NOW, "微信")
    later = Receipt("甲.xlsx", "1" * 64, "计财股", None, "当面")
    for receipt in (first, first, later, later):
        record_receipt(ledger, APRIL, receipt, NOW)
    assert ledger.connection.execute("SELECT count(*) FROM receipts").fetchone() == (2,)
    known = know_arrivals(ledger, APRIL)
    assert dict(known.registered) == {("甲.xlsx", "1" * 64): later}
    assert not know_arrivals(ledger, MARCH).registered


# ---------------------------------------------------------------- letters of ours


def test_a_letter_of_ours_is_known_by_its_message_id(ledger: Ledger) -> None:
    topic = Topic(APRIL, "issue", "基教股", "0")
    content = b"Message-ID: <ours@x>\r\n\r\n"
    record_letter(ledger, topic, "<ours@x>", ("a@b.cn",), "下发", content, NOW)
    found = find_written(ledger, ["<theirs@x>", "<ours@x>"])
    assert found is not None
    assert (found.period, found.kind, found.office) == (APRIL.key, "issue", "基教股")
    assert found.recipients == ("a@b.cn",)
    assert find_written(ledger, ["<theirs@x>"]) is None


# ---------------------------------------------------------------- what is taskxl's own


def test_what_was_written_is_our_own_and_what_a_person_made_is_kept_for_good(
    ledger: Ledger,
) -> None:
    records = LedgerRecords(ledger, NOW)
    ours, theirs = sha256(b"ours").hexdigest(), sha256(b"theirs").hexdigest()
    assert not records.wrote(ours)
    for _ in range(2):
        records.record("下发/催报.txt", ours)
        records.keep("下发/催报.txt", b"theirs")
    assert records.wrote(ours)
    assert not records.wrote(theirs)
    assert ledger.content(theirs) == b"theirs"
    kept = ledger.connection.execute("SELECT name, digest, recorded_at FROM kept").fetchall()
    assert kept == [("下发/催报.txt", theirs, "2026-04-26T09:30:15")]


def test_a_form_of_a_run_is_our_own_and_one_found_in_its_folder_is_not(ledger: Ledger) -> None:
    month = make_month()
    ledger.record_forms(APRIL, month.master, [IssuedForm("基教股", "a", b"one")], NOW)
    records = LedgerRecords(ledger, None)
    assert records.wrote(sha256(b"one").hexdigest())
    assert not records.wrote(sha256(b"two").hexdigest())


# ---------------------------------------------------------------- damage is named


def test_a_list_that_cannot_be_read_is_named_by_twelve_digits(ledger: Ledger) -> None:
    month = make_month()
    ledger.record_forms(APRIL, month.master, [IssuedForm("基教股", "a", b"one")], NOW)
    digest = ledger.store(b'{"no": "list"}')
    connection = ledger.connection
    columns = [row[1] for row in connection.execute("PRAGMA table_info(master_lists)")]
    values = ", ".join("?" if name == "digest" else name for name in columns)
    connection.execute(
        f"INSERT INTO master_lists ({', '.join(columns)}) SELECT {values} FROM master_lists",
        (digest,),
    )
    assert verify_ledger(ledger) == (f"一版清单（{digest[:12]}）的记录读不出来。",)
