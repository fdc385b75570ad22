"""A letter is called damaged where it breaks off, and not where a program was only careless."""

import base64

import pytest

from taskxl.mail.messages import ReceivedLetter, read_letter
from tests.letters import make_letter

HEAD = 'From: jj@x\nSubject: s\nContent-Type: multipart/mixed; boundary="B"\n\n'
TEXT = "--B\nContent-Type: text/plain\n\nhello\n"
CODED = base64.encodebytes(b"PK\x03\x04" + bytes(range(200))).decode()
FILE = (
    '--B\nContent-Type: application/octet-stream; name="form.xlsx"\n'
    "Content-Transfer-Encoding: base64\n\n"
)
HTML = "--B\nContent-Type: text/html\n\n<html><body>x</body></html>\n"


def read(text: str) -> ReceivedLetter:
    return read_letter(text.encode())


def is_damaged(letter: ReceivedLetter) -> bool:
    return "结构残缺" in letter.note


@pytest.mark.parametrize(
    "end",
    ["--B--", "--B--\n", "--B\n", "--B\n\n\n", "--B-\n", "--B-->\n", "", "\n\n"],
)
def test_a_file_that_shows_its_own_end_is_whole(end: str) -> None:
    letter = read(HEAD + TEXT + FILE + CODED + end)
    assert not is_damaged(letter)
    assert [len(one.content) for one in letter.attachments] == [204]


@pytest.mark.parametrize("left", [3, 70, 77, 140])
def test_a_file_that_breaks_off_is_said(left: int) -> None:
    letter = read(HEAD + TEXT + FILE + CODED[:left])
    assert is_damaged(letter)
    assert [one.name for one in letter.attachments] == ["form.xlsx"]


def test_a_text_that_is_not_closed_may_be_the_first_of_more() -> None:
    assert is_damaged(read(HEAD + TEXT))
    assert not is_damaged(read(HEAD + TEXT + HTML))
    assert is_damaged(read(HEAD + TEXT + HTML.replace("</body></html>", "")))


def test_what_the_outer_boundary_closes_is_whole() -> None:
    inner = '--B\nContent-Type: multipart/alternative; boundary="C"\n\n--C\n\nhello\n'
    assert not is_damaged(read(HEAD + inner + FILE + CODED + "--B--\n"))
    assert is_damaged(read(HEAD + inner))


def test_a_header_that_names_another_boundary_costs_nothing() -> None:
    head = HEAD.replace('"B"', '"simple\n boundary') + "\nfor those who see this\n"
    letter = read(head + (TEXT + FILE + CODED + "--B--\n").replace("--B", '--a "b" c'))
    assert not is_damaged(letter)
    assert [len(one.content) for one in letter.attachments] == [204]


def test_a_letter_that_calls_itself_many_parts_and_is_a_text_is_a_text() -> None:
    letter = read(HEAD + "请看网盘 pan.baidu.com/s/1\n\n--\n此致\n")
    assert letter.attachments == ()
    assert letter.note == "正文里有网盘或超大附件的链接，请打开邮件下载"
    assert is_damaged(read(HEAD + "Content-Type: application/pdf\n\nx"))
    assert is_damaged(read(HEAD + CODED))


def test_of_two_content_types_the_one_with_parts_counts() -> None:
    head = HEAD.replace("Content-Type", "Content-Type: text/plain\nContent-Type", 1)
    letter = read(head + TEXT + FILE + CODED + "--B--\n")
    assert not is_damaged(letter)
    assert [one.name for one in letter.attachments] == ["form.xlsx"]


def test_two_dispositions_on_one_part_are_one_file() -> None:
    twice = FILE.replace("--B\n", "--B\nContent-Disposition: inline\n") + ""
    twice = twice.replace("\n\n", "\nContent-Disposition: attachment\n\n")
    letter = read(HEAD + TEXT + twice + CODED + "--B--\n")
    assert not is_damaged(letter)
    assert len(letter.attachments) == 1


def test_a_second_letter_behind_the_first_is_not_passed_over_in_silence() -> None:
    second = make_letter(("表.xlsx", b"x"), subject="第二封")
    letter = read_letter((HEAD + TEXT + "--B--\n\nFrom jj\n").encode() + second)
    assert is_damaged(letter)
