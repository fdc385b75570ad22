"""Letters that keep to no rule: what hangs on them is taken, or the letter is named as damaged."""

import codecs
from binascii import b2a_uu

import pytest

from taskxl.mail.addresses import Recipients, read_recipients, split_mails
from taskxl.mail.messages import ReceivedLetter, read_letter
from taskxl.mail.outbox import is_limit
from tests.letters import RETURN, make_letter, make_part, make_raw

NAME = "form.xlsx"
PART = make_part(name=f'; name="{NAME}"')
TEXT = b"Content-Type: text/plain\r\n\r\nhi\r\n"
DAMAGED = "结构残缺，附件可能没有取全"
JPEG = b"\xff\xd8\xff\xe0" + b"x" * 60000


def taken(letter: ReceivedLetter) -> list[tuple[str, bytes]]:
    return [(one.name, one.content) for one in letter.attachments if not one.ignored]


@pytest.mark.parametrize(
    "before", [codecs.BOM_UTF8, b"\r\n\r\n", b">From x@y Mon\r\n", b"From x@y Mon\n\n"]
)
def test_what_stands_before_the_headers_hides_nothing(before: bytes) -> None:
    letter = read_letter(before + make_letter((NAME, RETURN)))
    assert taken(letter) == [(NAME, RETURN)]
    assert (letter.subject, letter.note) == ("4月进展", "")


def test_a_letter_saved_as_utf_16_is_read() -> None:
    content = make_letter((NAME, RETURN)).decode().encode("utf-16")
    assert taken(read_letter(content)) == [(NAME, RETURN)]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\r\n"])
def test_however_lines_end_a_letter_is_read(end: bytes) -> None:
    letter = read_letter(make_letter((NAME, RETURN)).replace(b"\r\n", end))
    assert taken(letter) == [(NAME, RETURN)]
    assert (letter.subject, letter.note) == ("4月进展", "")


def test_parts_after_the_closing_boundary_are_taken() -> None:
    whole = make_raw(TEXT, PART)
    closed = whole.replace(b"hi\r\n", b"hi\r\n--==part--\r\n")
    assert taken(read_letter(closed)) == [(NAME, RETURN)]


def test_a_boundary_shared_by_two_levels_hides_nothing() -> None:
    inner = b'Content-Type: multipart/alternative; boundary="==part"\r\n\r\n--==part\r\n' + TEXT
    letter = read_letter(make_raw(inner + b"--==part--\r\n", PART))
    assert taken(letter) == [(NAME, RETURN)]


def test_a_header_that_goes_on_without_an_indent_is_read() -> None:
    broken = PART.replace(b"; name=", b";\r\nname=")
    assert taken(read_letter(make_raw(TEXT, broken))) == [(NAME, RETURN)]


@pytest.mark.parametrize("gone", [b"Content-Type: multipart/mixed", b' boundary="==part"'])
def test_parts_are_found_where_the_header_does_not_tell_of_them(gone: bytes) -> None:
    whole = make_raw(TEXT, PART)
    start = whole.index(gone)
    end = whole.index(b"\r\n", start)
    cut = (
        whole[:start].rstrip(b"\r\n") + whole[end:]
        if gone[0:1] == b"C"
        else (whole[:start] + whole[end:])
    )
    assert taken(read_letter(cut)) == [(NAME, RETURN)]


def test_a_letter_that_breaks_off_is_kept_and_named() -> None:
    whole = make_raw(TEXT, PART)
    assert DAMAGED in read_letter(whole[: whole.rindex(b"--==part--") - 40]).note
    assert read_letter(whole).note == ""


def test_a_part_that_nobody_finds_is_named() -> None:
    letter = read_letter(make_raw(TEXT + b"--other\r\n" + PART))
    assert taken(letter) == []
    assert DAMAGED in letter.note


def test_a_piece_of_a_letter_is_said_to_be_one() -> None:
    head = b'Content-Type: message/partial; id="a"; number=1; total=2\r\n\r\n'
    letter = read_letter(b"From: a@b.cn\r\n" + head + make_letter((NAME, RETURN)))
    assert "第 1 部分，共 2 部分" in letter.note
    assert letter.attachments == ()


def _uu() -> bytes:
    lines = b"".join(b2a_uu(RETURN[at : at + 45]) for at in range(0, len(RETURN), 45))
    return b"begin 644 form.xlsx\n" + lines + b"`\nend\n"


def test_files_written_into_a_page_are_taken() -> None:
    escaped = _uu().replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    page = b"Content-Type: text/html\r\n\r\n<html><body><pre>\n" + escaped + b"</pre></body></html>"
    assert taken(read_letter(b"From: a@b.cn\r\n" + page)) == [(NAME, RETURN)]


def test_a_file_in_yenc_is_taken_and_a_cut_one_is_named() -> None:
    special = b"\x00\n\r="
    coded = b"".join(
        b"=" + bytes(((o + 64) % 256,)) if bytes((o,)) in special else bytes((o,))
        for o in ((byte + 42) % 256 for byte in RETURN)
    )
    text = b"=ybegin line=128 size=%d name=form.xlsx\r\n" % len(RETURN)
    whole = b"From: a@b.cn\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text + coded
    assert taken(read_letter(whole + b"\r\n=yend size=1\r\n")) == [(NAME, RETURN)]
    assert DAMAGED in read_letter(whole[:-9] + b"\r\n=yend size=1\r\n").note


def test_parts_without_a_name_are_numbered_and_a_table_is_one() -> None:
    table = make_part(b"a,b", "text/csv", disposition="")
    letter = read_letter(make_raw(TEXT, PART, table, make_part(b"x", "application/x-y")))
    assert [name for name, _ in taken(letter)] == [NAME, "未命名-1.csv", "未命名-2"]


def test_what_a_mac_adds_never_takes_the_name_of_the_form() -> None:
    double = make_part(b"\0\5\x16\7" + b"x" * 40, "application/applefile", f'; name="{NAME}"')
    assert taken(read_letter(make_raw(double, PART))) == [(NAME, RETURN)]


@pytest.mark.parametrize(("size", "kept"), [(60000, True), (3000, False)])
def test_a_photographed_form_within_the_text_is_taken_where_no_text_shows_it(
    size: int, kept: bool
) -> None:
    photo = make_part(JPEG[:size], "image/jpeg", '; name="IMG_1.jpg"', "inline")
    assert bool(taken(read_letter(make_raw(TEXT, photo)))) is kept
    shown = make_part(JPEG, "image/jpeg", "", "inline", b"Content-ID: <p1>\r\n")
    page = b'Content-Type: text/html\r\n\r\n<img src="cid:p1">\r\n'
    assert taken(read_letter(make_raw(page, shown))) == []


@pytest.mark.parametrize(
    "typed",
    [
        "抄送：b@x.cn",
        "抄送 b@x.cn",
        "抄送b@x.cn",
        "CC:b@x.cn",
        "Cc：b@x.cn",
        "ＣＣ： b@x.cn",
        "Bcc: b@x.cn",
    ],
)
def test_a_copy_stays_one_however_it_is_typed(typed: str) -> None:
    found = read_recipients(split_mails(f"a@x.cn; {typed}"))
    assert found == Recipients(("a@x.cn",), ("b@x.cn",))
    assert read_recipients(split_mails("cc@x.cn bcc@x.cn")).to == ("cc@x.cn", "bcc@x.cn")


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        (b"Connection frequency limited", True),
        (b"DT:SPM 163 smtp8", True),
        ("发信频率过高".encode("gbk"), True),
        (b"5.1.1 user unknown", False),
        (b"mailbox quota exceeded limit", False),
    ],
)
def test_a_limit_of_the_provider_is_told_from_a_refusal(said: bytes, limit: bool) -> None:
    assert is_limit(said) is limit
