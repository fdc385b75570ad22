"""Edges of the ledger: which of several counts, what is told apart, what each check names."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from taskxl.errors import TaskxlError
from taskxl.ledger import (
    IssuedForm,
    Ledger,
    ReceivedFile,
    Topic,
    count_ledger,
    find_letter,
    mark_of,
    open_ledger,
    record_event,
    record_letter,
    verify_ledger,
)
from taskxl.ledger.incoming import (
    CollectedFile,
    CollectedMessage,
    is_issued_form,
    list_collected,
    list_hung,
    record_messages,
)
from taskxl.ledger.looking import look_into_ledger
from taskxl.model import Period, Revision
from taskxl.workspace.folder import Workspace
from tests.reports_support import make_month

NOW = datetime(2026, 4, 26, 9, 30, 15)
MARCH, APRIL = Period(2026, 3), Period(2026, 4)
LETTER = "Message-ID: <{}@例>\r\n\r\n正文"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "台账.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with open_ledger(path) as opened:
        yield opened


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


# ---------------------------------------------------------------- forms and lists


def test_forms_are_told_apart_by_period_and_office_and_the_last_one_counts(ledger: Ledger) -> None:
    month = make_month()
    other = replace(month.master, title="另一版")
    ledger.record_forms(MARCH, other, [IssuedForm("基教股", "m", b"march")], NOW)
    forms = [IssuedForm("基教股", "a", b"one"), IssuedForm("计财股", "b", b"two")]
    ledger.record_forms(APRIL, month.master, forms, NOW + timedelta(days=1))
    assert ledger.issued(APRIL) == {"基教股": "a", "计财股": "b"}
    assert ledger.issued(MARCH) == {"基教股": "m"}
    assert ledger.issued_by(MARCH) == other
    assert ledger.issued_by(APRIL) == month.master
    assert ledger.issued_by(Period(2026, 5)) is None
    assert ledger.issued_lists(APRIL) == (month.master,)
    assert set(ledger.issued_lists(MARCH)) == {other}
    assert list(ledger.master_lists()) == [other, month.master]
    assert is_issued_form(ledger, digest_of(b"one"))
    assert not is_issued_form(ledger, digest_of(b"three"))


def test_forms_first_went_out_on_the_day_of_the_first_run_that_said_so(ledger: Ledger) -> None:
    master = make_month().master
    early = NOW - timedelta(days=9)
    ledger.record_forms(APRIL, master, [IssuedForm("甲", "1", b"1")], early, "folder")
    assert ledger.first_issued(APRIL) is None
    ledger.record_forms(APRIL, master, [IssuedForm("乙", "2", b"2")], NOW + timedelta(days=1))
    ledger.record_forms(APRIL, master, [IssuedForm("甲", "3", b"3")], NOW)
    assert ledger.first_issued(APRIL) == date(2026, 4, 26)
    assert ledger.first_issued(MARCH) is None


def test_an_import_that_equals_the_last_one_adds_nothing_and_one_that_comes_back_does(
    ledger: Ledger,
) -> None:
    first = make_month().master
    second = replace(first, title="第二稿")
    assert ledger.last_import() is None
    for stated in (first, first, second, first):
        ledger.record_import(stated, "附件1\udcff.xlsx", NOW)
        assert ledger.last_import() == stated
    rows = ledger.connection.execute("SELECT source, recorded_at FROM imports").fetchall()
    assert rows == [("附件1\\udcff.xlsx", "2026-04-26T09:30:15")] * 3


# ---------------------------------------------------------------- merges, files, corrections


def test_merges_are_numbered_through_the_year_and_asked_for_by_period(ledger: Ledger) -> None:
    april = make_month()
    march = replace(april, period=MARCH)
    ledger.record_merge(march, (), NOW, "folder")
    ledger.record_merge(april, (), NOW)
    ledger.record_merge(march, (), NOW)
    told = [(one.number, one.period, one.origin) for one in ledger.merges()]
    assert told == [(1, "2026-03", "folder"), (2, "2026-04", "run")]
    assert [one.number for one in ledger.merges(APRIL)] == [2]
    assert ledger.month(APRIL, 1) is None
    assert ledger.month(MARCH, 1) == march


def test_a_merge_is_found_by_its_mark_in_its_period_only(ledger: Ledger) -> None:
    first = make_month()
    second = replace(first, entries=first.entries[1:])
    for month in (first, second):
        ledger.record_merge(month, (), NOW)
    assert len(mark_of(first)) == 32
    assert mark_of(first) != mark_of(second)
    assert ledger.marked_month(APRIL, mark_of(first)) == first
    assert ledger.marked_month(APRIL, mark_of(second)) == second
    assert ledger.marked_month(MARCH, mark_of(first)) is None
    assert ledger.marked_month(APRIL, mark_of(first)[:31] + "x") is None


def test_a_summary_is_known_in_its_period_by_every_byte(ledger: Ledger) -> None:
    ledger.record_summary(APRIL, b"early", NOW)  # no merge yet: nothing to record it of
    assert not ledger.knows_summary(APRIL, b"early")
    ledger.record_merge(make_month(), (), NOW)
    for _ in range(2):
        ledger.record_summary(APRIL, b"summary", NOW)
    assert ledger.knows_summary(APRIL, b"summary")
    assert not ledger.knows_summary(APRIL, b"summary.")
    assert not ledger.knows_summary(MARCH, b"summary")
    count = ledger.connection.execute("SELECT count(*) FROM summaries").fetchone()
    assert count == (1,)


def test_a_correction_is_known_by_task_office_field_and_text(ledger: Ledger) -> None:
    one = Revision("3", "计财股", "progress", "原。", "改\udcff。")
    ledger.record_merge(make_month(), (), NOW, changes=[one])
    assert ledger.knows_revision(APRIL, one)
    assert ledger.knows_revision(APRIL, replace(one, was="别的"))
    assert not ledger.knows_revision(MARCH, one)
    for change in ({"task": "4"}, {"office": "办公室"}, {"field": "status"}, {"now": "改。"}):
        assert not ledger.knows_revision(APRIL, replace(one, **change))  # type: ignore[arg-type]


def test_the_originals_are_what_came_itself_and_not_what_was_in_a_zip(ledger: Ledger) -> None:
    one, packed = digest_of(b"one"), digest_of(b"zip")
    files = [
        ReceivedFile("甲.xlsx", one, b"one", None, NOW, "mail"),
        ReceivedFile("包.zip", packed, b"zip", None, None, "file"),
        ReceivedFile("包.zip/乙.xlsx", digest_of(b"in"), None, packed, NOW, "file"),
    ]
    ledger.record_merge(make_month(), files, NOW)
    assert ledger.originals(APRIL) == (("甲.xlsx", one), ("包.zip", packed))
    assert ledger.originals(MARCH) == ()
    assert set(ledger.files(APRIL)) == {"甲.xlsx", "包.zip", "包.zip/乙.xlsx"}
    assert not ledger.holds(digest_of(b"in"))
    rows = ledger.connection.execute("SELECT received_at, receipt FROM files ORDER BY id")
    assert rows.fetchall() == [
        ("2026-04-26T09:30:15", "mail"),
        (None, "file"),
        ("2026-04-26T09:30:15", "file"),
    ]


def test_a_content_that_is_not_there_is_one_line_with_its_name_and_the_next_step(
    ledger: Ledger,
) -> None:
    stored = ledger.store(b"here")
    assert ledger.is_whole(stored)
    absent = digest_of(b"absent")
    assert not ledger.is_whole(absent)
    with pytest.raises(TaskxlError) as caught:
        ledger.content(absent)
    assert f"一份内容（{absent[:12]}）缺失或已损坏" in str(caught.value)


# ---------------------------------------------------------------- letters that go out


def test_letters_on_one_topic_are_counted_and_the_last_event_of_the_last_one_counts(
    ledger: Ledger,
) -> None:
    topic = Topic(APRIL, "remind", "基教股", "basis")
    assert find_letter(ledger, topic) is None
    numbers = [
        record_letter(ledger, topic, f"<{n}@例>", ("a@b.cn", "c@d.cn"), "催报", b"%d" % n, NOW)
        for n in (1, 2)
    ]
    found = find_letter(ledger, topic)
    assert found is not None
    assert (found.number, found.copy, found.message_id) == (numbers[1], 2, "<2@例>")
    assert (found.event, found.detail, found.event_at, found.is_pending) == (None, "", None, True)
    assert found.recorded_at == NOW
    assert ledger.content(found.digest) == b"2"
    for event, pending in (("refused", True), ("deferred", True), ("sending", False)):
        record_event(ledger, numbers[1], event, "说明", NOW)  # type: ignore[arg-type]
        found = find_letter(ledger, topic)
        assert found is not None
        assert (found.event, found.detail, found.event_at) == (event, "说明", NOW)
        assert found.is_pending is pending
    record_event(ledger, numbers[1], "sent", "", NOW)
    found = find_letter(ledger, topic)
    assert found is not None
    assert not found.is_pending
    for other in (
        replace(topic, period=MARCH),
        replace(topic, kind="issue"),
        replace(topic, office="计财股"),
        replace(topic, basis="other"),
    ):
        assert find_letter(ledger, other) is None


@pytest.mark.parametrize(
    ("events", "fault"),
    [
        (("sending", "sent"), False),
        (("sending", "deferred", "sending", "sent"), False),
        (("sending", "sent", "sending"), True),
        (("sent", "sent"), True),
        ((), False),
    ],
)
def test_nothing_is_tried_again_after_a_letter_went_out(
    ledger: Ledger, events: tuple[str, ...], fault: bool
) -> None:
    topic = Topic(APRIL, "issue", "基教股", "form")
    content = LETTER.format("1").encode()
    number = record_letter(ledger, topic, "<1@例>", ("a@b.cn",), "下发", content, NOW)
    for event in events:
        record_event(ledger, number, event, "", NOW)  # type: ignore[arg-type]
    said = verify_ledger(ledger)
    line = f"第 {number} 封信件（基教股）的发送记录前后不符。"
    assert (line in said) is fault


def test_a_letter_whose_content_is_another_letter_is_named(ledger: Ledger) -> None:
    for number, name in ((1, "<right@x>"), (2, "<wrong@x>")):
        topic = Topic(APRIL, "issue", f"股{number}", "form")
        record_letter(ledger, topic, name, ("a@b.cn",), "下发", b"Message-ID: <right@x>\n\n", NOW)
    assert verify_ledger(ledger) == ("第 2 封信件（股2）存下的内容不是这一封。",)


# ---------------------------------------------------------------- letters that came in


def message(key: str, at: datetime | None, *files: CollectedFile) -> CollectedMessage:
    return CollectedMessage(
        "邮箱", key, f"<{key}@x>", "a@b.cn", "报送\udcff", NOW, at, "taken", files
    )


def test_letters_are_recorded_once_and_their_files_by_where_they_lie(ledger: Ledger) -> None:
    kept = CollectedFile("表.xlsx", "1" * 64, "基教股.xlsx", "taken")
    left = CollectedFile("图.png", "2" * 64, "", "left")
    later = CollectedFile("表.xlsx", "1" * 64, "基教股（2）.xlsx", "taken")
    told = [message("1", NOW, kept, left), message("2", NOW, later)]
    for _ in range(2):
        record_messages(ledger, APRIL, told, NOW)
    count = ledger.connection.execute("SELECT count(*) FROM messages").fetchone()
    assert count == (2,)
    hung = ledger.connection.execute("SELECT count(*) FROM attachments").fetchone()
    assert hung == (3,)
    assert list_collected(ledger, APRIL) == {"1" * 64: "基教股.xlsx"}
    assert list_collected(ledger, MARCH) == {}
    assert list_hung(ledger, APRIL) == {("<1@x>", "1" * 64), ("<2@x>", "1" * 64)}
    assert list_hung(ledger, MARCH) == frozenset()


# ---------------------------------------------------------------- counting, looking


def test_what_a_ledger_holds_is_counted_in_words(ledger: Ledger) -> None:
    month = make_month()
    forms = [IssuedForm(name, name, name.encode()) for name in "甲乙丙"]
    ledger.record_forms(APRIL, month.master, forms, NOW)
    files = [ReceivedFile("a", digest_of(b"a"), b"a", None, NOW, "file")]
    ledger.record_merge(month, files, NOW)
    ledger.record_merge(replace(month, entries=()), (), NOW)
    record_messages(ledger, APRIL, [message("1", NOW)], NOW)
    assert count_ledger(ledger) == (
        "汇总 2 次，下发的表 3 份，收到的文件 1 个，去信 0 封，来信 1 封，存下的内容 7 份，清单 1 版"
    )


def test_looking_into_a_ledger_that_is_not_there_makes_none(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with look_into_ledger(workspace) as found:
        assert found is None
    assert not workspace.ledger_path.exists()
    with open_ledger(workspace.ledger_path) as ledger:
        ledger.record_merge(make_month(), (), NOW)
    with look_into_ledger(workspace) as found:
        assert found is not None
        assert len(found.merges()) == 1


@pytest.mark.parametrize("change", ["size = size + 1", "content = x'789c030000000001'"])
def test_a_content_of_another_size_or_text_than_recorded_is_named(path: Path, change: str) -> None:
    with open_ledger(path) as ledger:
        digest = ledger.store(b"x")
        assert verify_ledger(ledger) == ()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER blobs_never_UPDATE")
        connection.execute(f"UPDATE blobs SET {change}")
    with open_ledger(path) as ledger:
        assert verify_ledger(ledger) == (
            f"存下的一份内容（{digest[:12]}）与它的摘要不符，已损坏。",
        )
