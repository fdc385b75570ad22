"""A letter's bytes: what hangs on it, under which name, and what bytes that nobody should send do."""

import base64
from datetime import date
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskxl.intake.gate import Limits, Refusal
from taskxl.intake.workers import read_isolated
from taskxl.mail.messages import ReceivedLetter, open_letter, read_headers, read_letter
from taskxl.mail.names import mark_copy, name_attachment, name_saved
from tests.letters import (
    RETURN,
    XLSX,
    gbk_words,
    hostile_letters,
    make_letter,
    make_part,
    make_raw,
    make_tnef,
    named,
    split_words,
    uuencode,
    wrap_letters,
)

NAME = "附件2-基教股-2021年4月进展情况表.xlsx"


def names(letter: ReceivedLetter) -> list[str]:
    return [one.name for one in letter.attachments if not one.ignored]


def test_a_letter_says_who_sent_it_when_and_what_hangs_on_it() -> None:
    letter = read_letter(make_letter((NAME, RETURN), ("说明.docx", b"PK")))
    assert (letter.sender_name, letter.sender) == ("周晓禾", "zxh@yunxi.example")
    assert letter.subject == "4月进展"
    assert letter.sent_at is not None
    assert letter.sent_at.isoformat() == "2021-04-20T09:30:00+08:00"
    assert names(letter) == [NAME, "说明.docx"]
    assert letter.attachments[0].content == RETURN


@pytest.mark.parametrize(
    ("said", "name"),
    [
        pytest.param(f'attachment; filename="{gbk_words(NAME)}"', NAME, id="qq"),
        pytest.param(f'attachment; filename="{split_words(NAME, "gbk", 7)}"', NAME, id="split gbk"),
        pytest.param(
            f'attachment; filename="{split_words(NAME, "utf-8", 5)}"', NAME, id="split utf-8"
        ),
        pytest.param(
            f"attachment; filename={split_words(NAME, 'utf-8', 5, 'Q')}",
            NAME,
            id="split Q, unquoted",
        ),
        pytest.param("attachment; filename*=utf-8''%E8%A1%A8.xlsx", "表.xlsx", id="rfc 2231"),
        pytest.param("attachment; filename*=gb2312''%B1%ED.xlsx", "表.xlsx", id="rfc 2231 gb2312"),
        pytest.param(
            "attachment; filename*0*=utf-8''%E8%A1;\r\n filename*1*=%A8.xl; filename*2=sx",
            "表.xlsx",
            id="rfc 2231 in pieces",
        ),
        pytest.param("attachment; filename*=utf-8''%B1%ED.xlsx", "表.xlsx", id="false charset"),
        pytest.param(
            'attachment; filename="%E8%A1%A8%E5%8D%95.xlsx"', "表单.xlsx", id="percent, undeclared"
        ),
        pytest.param('attachment; filename="100%.xlsx"', "100%.xlsx", id="a percent sign"),
        pytest.param('attachment; filename="a;b=c.xlsx"', "a;b=c.xlsx", id="semicolon in quotes"),
        pytest.param(b'attachment; filename="' + NAME.encode("gbk") + b'"', NAME, id="raw gbk"),
        pytest.param(b'attachment; filename="' + NAME.encode() + b'"', NAME, id="raw utf-8"),
        pytest.param(b"attachment; filename=" + NAME.encode("gbk"), NAME, id="raw gbk, unquoted"),
        pytest.param(b"attachment", "未命名-1", id="no name at all"),
        pytest.param(b"ATTACHMENT; FileName=A.XLSX", "A.XLSX", id="capitals"),
    ],
)
def test_a_name_is_read_however_it_was_encoded(said: bytes | str, name: str) -> None:
    assert names(read_letter(named(said))) == [name]


def test_the_name_of_content_type_serves_where_the_other_is_broken_or_absent() -> None:
    only = make_part(name='; name="表.xlsx"', disposition="attachment")
    assert names(read_letter(make_raw(only))) == ["表.xlsx"]
    bare = make_part(disposition="")
    assert names(read_letter(make_raw(bare))) == ["未命名-1.xlsx"]


@given(st.text(min_size=1, max_size=60), st.sampled_from(["utf-8", "gb18030"]), st.integers(1, 40))
def test_any_name_split_anywhere_comes_back(name: str, charset: str, size: int) -> None:
    try:
        said = split_words(name, charset, size)
    except UnicodeEncodeError:
        return  # half a surrogate pair
    wanted = " ".join(name.split()).replace("\0", "")
    found = names(read_letter(named(f'attachment; filename="{said}"')))
    assert len(found) == 1
    if wanted and wanted.isprintable() and "=?" not in wanted and "%" not in wanted:
        assert found == [wanted]


def test_pictures_of_the_text_and_signatures_are_no_returns() -> None:
    logo = make_part(
        b"\x89PNG" + bytes(9000),
        "image/png",
        '; name="logo.png"',
        'attachment; filename="logo.png"',
        b"Content-ID: <logo@x>\r\n",
    )
    page = b'Content-Type: text/html\r\n\r\n<img src="cid:logo@x">'
    photo = make_part(b"\xff\xd8" + bytes(9000), "image/jpeg", '; name="表.jpg"')
    tiny = make_part(b"GIF89a", "image/gif", '; name="dot.gif"')
    seal = make_part(b"seal", "application/pkcs7-signature", '; name="smime.p7s"')
    letter = read_letter(make_raw(page, logo, photo, tiny, seal, make_part(name="; name=a.xlsx")))
    assert [(one.name, one.ignored) for one in letter.attachments] == [
        ("logo.png", "正文里的图片"),
        ("表.jpg", ""),
        ("dot.gif", "正文里的图片"),
        ("smime.p7s", "签名或名片"),
        ("a.xlsx", ""),
    ]


def test_letters_within_letters_are_opened_and_so_are_attached_ones() -> None:
    letter = read_letter(wrap_letters(3))
    assert [(one.name, one.inner, one.content == RETURN) for one in letter.attachments] == [
        ("套.xlsx", True, True)
    ]
    attached = read_letter(make_letter(("转.eml", make_letter((NAME, RETURN)))))
    assert names(attached) == [NAME]


def test_a_letter_within_that_was_coded_against_the_rules_is_opened_too() -> None:
    coded = base64.encodebytes(make_letter((NAME, RETURN)))
    head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    (found,) = read_letter(make_raw(head + coded)).attachments
    assert (found.name, found.inner, found.content == RETURN) == (NAME, True, True)


def test_a_bounce_brings_no_return_though_our_own_form_hangs_on_it() -> None:
    form = make_letter((NAME, RETURN))
    bounce = make_raw(
        b"Content-Type: text/plain\r\n\r\nuser unknown",
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n",
        b"Content-Type: message/rfc822\r\n\r\n" + form,
        kind=b"multipart/report; report-type=delivery-status",
    )
    letter = read_letter(bounce)
    assert letter.returned
    assert letter.attachments == ()


def test_winmail_dat_is_opened() -> None:
    content = make_tnef(("表.xlsx".encode("gbk"), RETURN), (b"b.xlsx", b"two"))
    letter = read_letter(make_letter(("winmail.dat", content)))
    assert [(one.name, one.content) for one in letter.attachments] == [
        ("表.xlsx", RETURN),
        ("b.xlsx", b"two"),
    ]


def test_a_file_written_into_the_text_is_found() -> None:
    letter = read_letter(b"Subject: uu\r\n\r\nSee:\n" + uuencode("旧.xlsx", RETURN))
    assert [(one.name, one.content) for one in letter.attachments] == [("旧.xlsx", RETURN)]


def test_a_link_to_a_cloud_drive_is_said_and_not_followed() -> None:
    letter = read_letter(make_letter(text="表在网盘：https://pan.baidu.com/s/1 提取码 abcd"))
    assert letter.attachments == ()
    assert letter.note == "正文里有网盘或超大附件的链接，请打开邮件下载"


def test_the_moment_of_arrival_is_that_of_the_last_server() -> None:
    letter = read_letter(
        b"Received: from a by b; Sun, 25 Apr 2021 23:59:00 +0800\r\n"
        b"Received: from c by a; Sun, 25 Apr 2021 23:00:00 +0800\r\n" + make_letter()
    )
    assert letter.arrived_at is not None
    assert letter.arrived_at.isoformat() == "2021-04-25T23:59:00+08:00"


def test_headers_alone_tell_the_sender() -> None:
    assert read_headers(make_letter()).sender_name == "周晓禾"


def test_each_of_the_hostile_letters_is_read_or_refused_in_bounded_time() -> None:
    letters = hostile_letters()
    assert len(letters) >= 60
    results = dict(
        zip(
            letters,
            read_isolated(open_letter, False, list(letters.values()), limits=Limits(seconds=20.0)),
            strict=True,
        )
    )
    for what, (_, result) in results.items():
        assert isinstance(result, ReceivedLetter | Refusal), what
    refused = {what for what, (_, result) in results.items() if isinstance(result, Refusal)}
    assert refused <= {
        "nested 500",
        "nested 3000",
        "letters 200 deep",
        "10,000 parts",
        "500 attachments",
    }
    for what in ("subject of 4 MB", "from twice", "bare line feeds", "boundary of 60 kB"):
        _, letter = results[what]
        assert [one.content for one in letter.attachments] == [RETURN], what


@pytest.mark.parametrize("what", ["nested 50", "letters 5 deep"])
def test_deep_but_honest_nesting_still_yields_the_return(what: str) -> None:
    letter = read_letter(hostile_letters()[what])
    assert [one.content for one in letter.attachments] == [RETURN]


# ---------------------------------------------------------------- names of files


@given(st.text(max_size=400), st.text(max_size=400), st.dates() | st.none())
def test_a_name_is_one_safe_name_whatever_it_was(sender: str, name: str, day: date | None) -> None:
    made = name_attachment(day, sender, name)
    assert PurePosixPath(made).name == made
    assert 0 < len(made.encode()) <= 200
    assert not set(made) & set('<>:"/\\|?*\0\r\n\u202e')
    assert made == made.strip(" .")
    assert made.encode().decode() == made


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5))
def test_a_saved_path_never_leaves_its_folder(parts: list[str]) -> None:
    path = PurePosixPath("/".join(parts))
    if path.parts:
        made = name_saved(path)
        assert not made.is_absolute()
        assert ".." not in made.parts
        assert len(made.parts) == len(path.parts)


def test_the_ending_survives_the_cut() -> None:
    made = name_attachment(date(2021, 4, 20), "周" * 100, "进" * 300 + ".xlsx")
    assert made.endswith("进.xlsx")
    assert str(mark_copy(PurePosixPath("邮件", made), 3)).endswith("进（3）.xlsx")


def test_the_part_kind_names_a_nameless_attachment() -> None:
    assert names(read_letter(make_raw(make_part(kind=XLSX, disposition="attachment")))) == [
        "未命名-1.xlsx"
    ]
