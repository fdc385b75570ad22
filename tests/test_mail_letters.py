"""Letters as mail programs read them, the bureau's texts, and addresses as people type them."""

import email
import email.policy
import re
import unicodedata
import zipfile
from dataclasses import replace
from datetime import date, datetime
from email.header import decode_header, make_header
from io import BytesIO
from pathlib import Path

import fast_mail_parser
import mailparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.desk import composing, drafting
from taskxl.desk.issuing import issue_forms
from taskxl.desk.lists import check_workspace, load_master
from taskxl.desk.merging import merge_returns
from taskxl.errors import TaskxlError
from taskxl.forms.issue import compose_form
from taskxl.ledger import LetterKind
from taskxl.mail.addresses import Recipients, read_address, read_recipients, split_mails
from taskxl.mail.letters import Attachment, Letter, write_draft, write_letter
from taskxl.mail.texts import NAMES, TEMPLATES, LetterText, check_text, clean_line, render_text
from taskxl.model import Office
from taskxl.resources import template
from taskxl.workspace.folder import Workspace
from tests.clerks import begin_form
from tests.mail_support import (
    APRIL,
    NOW,
    OFFICES,
    SETTINGS,
    change_bureau,
    make_bureau,
    make_letters_master,
)

LONG = "学生资助与教育装备勤工俭学领导小组办公室协调处"
LETTER = Letter(
    "基教股",
    "bgs@yunxi.example.com",
    "云溪县教育局办公室",
    ("jj@yunxi.example.com", "jj2@yunxi.example.com"),
    ("chen@yunxi.example.com",),
    "hui@yunxi.example.com",
    LetterText("请报送1-4月重点工作进展情况表（基教股）", "基教股：\n\n.点在行首\n“引号”与𠮷字\n"),
    "钥匙",
    (Attachment("附件2-基教股-2021年4月.xlsx", b"PK\x03\x04" + bytes(range(256)) * 9),),
)
TODAY = NOW.date()
HEADERS = ["From", "To", "Cc", "Reply-To", "Subject", "Message-ID", "Date", "MIME-Version"]
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\r\n\0\t\x0b\x1c\x85\u2028\u202e\u2066\ufeff:;,<>\"'\\()=?@. "),
        st.characters(),
    ),
    max_size=60,
)


def read(content: bytes) -> email.message.EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    return message


def test_a_letter_says_who_it_is_for_and_carries_the_form_byte_for_byte() -> None:
    message = read(write_letter(LETTER, NOW))
    assert [name for name in message if name != "Content-Type"] == HEADERS
    assert message["From"].addresses[0].display_name == "云溪县教育局办公室"
    assert [a.addr_spec for a in message["To"].addresses] == list(LETTER.to)
    assert message["Cc"] == "chen@yunxi.example.com"
    assert message["Subject"] == LETTER.text.subject
    assert message["Date"].datetime.astimezone() == NOW.astimezone()
    body = message.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == LETTER.text.body
    (part,) = message.iter_attachments()
    assert part.get_content() == LETTER.attachments[0].content
    assert not any(one.defects for one in message.walk())


@pytest.mark.parametrize("office", ["基教股", LONG, "plain", "A&B“引号”%25"])
def test_the_attachments_name_is_read_by_every_parser(office: str) -> None:
    name = f"附件2-{office}-2021年4月.xlsx"
    content = write_letter(replace(LETTER, attachments=(Attachment(name, b"x"),)), NOW)
    modern = next(read(content).iter_attachments())
    classic = email.message_from_bytes(content, policy=email.policy.compat32).get_payload()[1]
    of_mailparser = mailparser.parse_from_bytes(content).attachments
    of_rust = fast_mail_parser.parse_email(content).attachments
    found = [
        modern.get_filename(),
        classic.get_filename(),
        *(one["filename"] for one in of_mailparser),
        *(one.filename for one in of_rust),
    ]
    assert found == [name] * 4
    # What QQ mail and 163 look at: the other name, by RFC 2047.
    old = str(make_header(decode_header(re.sub(r"\r?\n ", " ", classic.get_param("name")))))
    assert old == name


def test_every_encoded_word_keeps_to_the_length_that_rfc_2047_sets() -> None:
    text = LetterText("请" * 110, "正文")
    name = f"附件2-{LONG}-2021年4月.xlsx"
    letter = replace(LETTER, text=text, attachments=(Attachment(name, b"x"),))
    content = write_letter(letter, NOW)
    assert read(content)["Subject"] == text.subject
    words = re.findall(rb"=\?[^?]+\?[bq]\?[^?]*\?=", content)
    assert len(words) > 4
    assert max(map(len, words)) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.isascii()


def test_the_same_letter_gives_the_same_bytes_and_another_basis_another_id() -> None:
    assert write_letter(LETTER, NOW) == write_letter(LETTER, NOW)
    assert write_draft(LETTER) == write_draft(LETTER)
    assert replace(LETTER, key="另一把").message_id != LETTER.message_id
    assert re.fullmatch(r"<[0-9a-f]{32}@yunxi\.example\.com>", LETTER.message_id)


def test_a_draft_is_opened_to_be_sent_and_has_no_date_yet() -> None:
    message = read(write_draft(LETTER))
    assert message["X-Unsent"] == "1"
    assert message["Date"] is None
    bare = read(write_draft(replace(LETTER, sender="", to=(), copies=(), reply_to="")))
    assert not {"From", "To", "Cc", "Reply-To"} & set(bare)


@settings(deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_nothing_in_a_text_becomes_a_header(name: str, subject: str, body: str, file: str) -> None:
    letter = replace(
        LETTER,
        sender_name=name,
        text=LetterText(subject, body.encode("utf-8", "ignore").decode()),
        attachments=(Attachment(file, b"x"),),
    )
    content = write_letter(letter, NOW)
    head, _, _ = content.partition(b"\r\n\r\n")
    names = [line.split(b":")[0].decode() for line in head.split(b"\r\n") if line[:1] != b" "]
    assert names == [*HEADERS, "Content-Type"]
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    parts = message.get_payload()
    assert parts[0].get_content_type() == "text/plain"
    assert len(parts) == 2
    assert [key for part in parts for key in part] == [
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Content-Disposition",
        "Content-Transfer-Encoding",
    ]
    shown = str(make_header(decode_header(re.sub(r"\r\n ", " ", message["Subject"] or ""))))
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in shown)
    found = parts[1].get_filename()
    assert "/" not in found
    assert "\\" not in found


@settings(deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_cell_of_the_list_becomes_a_header(
    office: str, bureau: str, title: str, contact: str, mails: str
) -> None:
    told = replace(SETTINGS, bureau=bureau, contact=contact, mail_copy_leader=True)
    offices = (Office(office, person=title, mails=split_mails(mails)),)
    master = make_letters_master(told, offices)
    task = replace(master.tasks[0], title=title, lead_offices=(office,))
    master = replace(master, title=title, tasks=(task,))
    form = compose_form(master, office, APRIL, date(2021, 4, 25))
    for name, kind in zip(TEMPLATES, ("issue", "remind", "send-back"), strict=True):
        values = composing._values(master, APRIL, office, form, None) | {"退回原因": title}
        item = composing._make_item(
            master, office, "x", values, (Attachment(f"{office}.xlsx", b"x"),)
        )
        batch = composing.Batch(kind, APRIL, master, template(name), (item,), ())  # type: ignore[arg-type]
        content = write_letter(batch.letter(item, TODAY), NOW)
        head = content.partition(b"\r\n\r\n")[0]
        names = [line.split(b":")[0] for line in head.split(b"\r\n") if line[:1] != b" "]
        assert set(names) <= {name.encode() for name in (*HEADERS, "Content-Type")}
        assert len(set(names)) == len(names)
        assert content.isascii()


@settings(deadline=None)
@given(HOSTILE)
def test_what_passes_for_an_address_can_do_no_harm_in_a_header(text: str) -> None:
    found = read_recipients(split_mails(text))
    for address in (*found.to, *found.copies):
        assert re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+", address)
        assert not set(address) & set('<>()[]:;,"\\')
        assert read_address(address) == address


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("jj@yunxi.example.com", "jj@yunxi.example.com"),
        ("ｊｊ＠yunxi．example．com", "jj@yunxi.example.com"),
        ("a+b@x-y.example", "a+b@x-y.example"),
        ("a@教育.例子.example", "a@xn--wcvs22d.xn--fsqu00a.example"),
        ("jj", None), ("@a.example", None), ("a@", None), ("a@b", None), ("a@1.2.3.4", None),
        ("a@@b.example", None), ("a..b@c.example", None), (".a@c.example", None),
        ("张三@c.example", None), ("a@-b.example", None), ("a@b..example", None),
        ("a\nBcc:x@b.example", None), ('"a b"@c.example', None), ("a@b.example>", None),
        ("a@b.example\u202e", None), ("x" * 65 + "@b.example", None),
        ("a@" + ".".join(["b" * 60] * 5), None),
    ],
)  # fmt: skip
def test_an_address_is_one_or_is_not(typed: str, read_as: str | None) -> None:
    assert read_address(typed) == read_as


def test_one_mailbox_gets_one_letter_however_often_it_is_named() -> None:
    typed = (
        "jc@y.example",
        "抄送：JC@y.example",
        "Jc@Y.example",
        "抄送：a@y.example",
        "抄送：A@y.example",
    )
    assert read_recipients(typed) == Recipients(("jc@y.example",), ("a@y.example",))


def test_a_wrong_address_is_told_with_its_cell(tmp_path: Path) -> None:
    offices = (*OFFICES[:2], replace(OFFICES[2], mails=("jc.example.com", "抄送：也不是")))
    workspace = make_bureau(tmp_path, offices=offices)
    _, findings = load_master(workspace)
    assert [str(finding) for finding in findings] == [
        f"主清单.xlsx〔股室〕E4：“{typed}”不是邮箱地址，信件发不到。"
        "请改成 name@example.com 的样子；几个地址之间换行或用顿号隔开。（M140）"
        for typed in ("jc.example.com", "抄送：也不是")
    ]
    batch = composing.compose_letters(workspace, APRIL, "issue")
    assert batch.notes[:2] == tuple(map(str, findings))
    assert batch.notes[2].startswith("没有邮箱的股室 1 个：计财股。")


def test_a_senders_address_that_is_none_is_told_and_not_used(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path, replace(SETTINGS, mail_sender="bgs"))
    master, findings = load_master(workspace)
    assert master.settings.mail_sender == ""
    assert [f.code for f in findings] == ["M124"]
    assert "name@example.com" in findings[0].message


# ---------------------------------------------------------------- the bureau's texts


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_shipped_texts_are_in_order_and_say_everything(name: str) -> None:
    assert check_text(name, template(name)) == ()
    source = template(name).decode()
    assert source.startswith("主题：")


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("请报送", 1, "第一行要以“主题：”开头"),
        ("主题：报送\n\n{{ 股市 }}：", 3, "没有“股市”这个名称。可用：单位、落款、股室"),
        ("主题：{{ 股市 }}\n\n", 1, "没有“股市”这个名称"),
        ("主题：报送\n\n你好\n{{ 股室", 4, "看不懂，或没有写完整"),
        ("主题：报送\n\n{% if 节点 %}\n\n有", 4, "看不懂，或没有写完整"),
        ("主题：报送\n\n\n{{ 任务数 + 股室 }}", 4, "填不了"),
        ("主题：报送\n\n\n{{ 股室.里面.没有 }}", 4, "填不了"),
        ("主题：报送\n\n{{ 股室.__class__.__mro__ }}", 3, "填不了"),
        ("主题：报送\n\n{% include '/etc/passwd' %}", 3, "信件里用不上"),
        ("主题：报送\n\n{% import 'os' as o %}", 3, "信件里用不上"),
        ("主题：报送\n\n\n{% for 一 in range(9) %}多{% endfor %}", 4, "信件里用不上"),
        ("主题：报送\n\n{{ lipsum.__globals__ }}", 3, "没有“lipsum”这个名称"),
        ("主题：报送\n\n{{ '%999999999d' % 1 }}", 3, "信件里用不上"),
        ("主题：报送\n\n{{ 股室 * 999999999 }}", 3, "信件里用不上"),
        ("主题：{{ 9 ** 9 ** 9 }}\n\n正文", 1, "信件里用不上"),
        ("主题：报送\n\n{{ '{0.__class__}'.format(股室) }}", 3, "信件里用不上"),
        ("主题：报送\n\n{{ 股室|center(999999999) }}", 3, "看不懂，或没有写完整"),
        ("主题：报送\n\n{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 3, "信件里用不上"),
        ("主题：报送\n\n{% set 多 = 更正 ~ 更正 %}", 3, "信件里用不上"),
        (
            "主题：报送\n\n{% for 一 in 更正 %}\n{% for 二 in 更正 %}{% endfor %}{% endfor %}",
            4,
            "信件里用不上",
        ),
        ("主题：报送\n\n" + "{% if 1 %}" * 999 + "{% endif %}" * 999, 0, "看不懂，或没有写完整"),
        ("主题：报送\n\n" + "长" * 200_001, 0, "正文超过 200000 字"),
        ("主题：{# 空 #}\n\n正文", 1, "主题是空的"),
        ("主题：报送\n\n \n", 0, "没有正文"),
    ],
    ids=lambda value: value[6:40] if isinstance(value, str) else str(value),
)
def test_a_wrong_text_is_told_with_file_and_line(source: str, line: int, said: str) -> None:
    (finding,) = check_text("邮件-下发.txt", source.encode())
    place = f"邮件-下发.txt 第{line}行" if line else "邮件-下发.txt"
    assert (finding.code, finding.file) == ("F520", place)
    assert said in finding.message
    assert "jinja" not in finding.message.lower()


def test_the_bureaus_own_text_is_used_whatever_notepad_saved_it_as(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path)
    own = tmp_path / "模板" / "邮件-下发.txt"
    own.parent.mkdir()
    for encoding in ("gb18030", "utf-8-sig", "utf-16"):
        own.write_bytes("主题: 表 {{ 月份 }}\r\n\r\n请查收。\r\n".encode(encoding))
        batch = composing.compose_letters(workspace, APRIL, "issue")
        assert batch.text(batch.items[0], TODAY) == LetterText("表 2021年4月", "请查收。\n")
    own.write_bytes("主题：{{ 什么 }}\n".encode())
    assert [f.code for f in check_workspace(workspace) if f.code[0] == "F"] == ["F520"]
    with pytest.raises(TaskxlError, match=r"^邮件-下发\.txt 第1行：没有“什么”这个名称"):
        drafting.draft_letters(workspace, APRIL, "issue", None, NOW)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([n for n in NAMES if n != "节点"]), HOSTILE))
def test_no_value_gets_out_of_its_place_in_a_text(values: dict[str, str]) -> None:
    values = dict.fromkeys(NAMES, "") | {"任务数": 0, "欠报月数": 0} | values  # type: ignore[assignment]
    source = "主题：报送{{ 股室 }}{{ 标题 }}\n\n{{ 单位 }}：\n完\n".encode()
    text = render_text("邮件-下发.txt", source, values)
    assert "\n" not in text.subject
    assert text.subject == clean_line(text.subject)
    assert text.body.endswith("完\n")


def test_the_document_lists_every_name_a_text_may_use() -> None:
    document = (Path(__file__).resolve().parent.parent / "docs" / "mail.md").read_text("utf-8")
    rows = re.findall(r"^\| (\S+) \| (.+) \|$", document.partition("| 名称 | 内容 |")[2], re.M)
    assert dict(rows) == NAMES


# ---------------------------------------------------------------- what is in the letters


def letters(workspace: Workspace, kind: LetterKind, on: date = TODAY) -> dict[str, LetterText]:
    batch = composing.compose_letters(workspace, APRIL, kind)
    return {item.office: batch.text(item, on) for item in batch.items}


def test_the_letter_of_issue_says_deadline_and_what_is_due(tmp_path: Path) -> None:
    said = letters(make_bureau(tmp_path), "issue")
    assert list(said) == ["办公室", "基教股", "计财股"]
    text = said["基教股"]
    assert text.subject == "请报送云溪县教育局2021年1-4月重点工作进展情况表（基教股）"
    assert "2021年4月25日（星期日）" in text.body
    assert "需填报任务 1 项，到期、尚未办结的节点 1 个：" in text.body
    assert "1. 第2项“任务之2”：一是完成可行性研究和风险评估（时限：2021年3月31日" in text.body
    assert "附件2-基教股-2021年4月.xlsx" in text.body
    assert text.body.endswith("联系人：周晓禾 0571-000\n\n云溪县教育局办公室\n")
    assert "没有到期、尚未办结的节点。" in said["计财股"].body


def test_a_reminder_goes_only_to_those_who_owe_and_says_for_how_long(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path)
    march = replace(APRIL, month=3)
    issue_forms(workspace, march, now=NOW)
    merge_returns(workspace, march, now=NOW)
    form = workspace.form_path("计财股", APRIL)
    (workspace.returns_folder(APRIL) / form.name).write_bytes(begin_form(form.read_bytes()))
    (workspace.returns_folder(APRIL) / "附件2-基教股-2021年4月.pdf").write_bytes(b"%PDF-1.4\n")
    said = letters(workspace, "remind")
    assert "计财股" not in said
    body = said["办公室"].body
    assert said["办公室"].subject == "催报：云溪县教育局2021年1-4月重点工作进展情况表（办公室）"
    assert "报送期限是2021年4月25日（星期日），现已超过" in body
    assert "已连续 2 个月没有收到可用的表" in body
    early = letters(workspace, "remind", date(2021, 4, 24))["办公室"].body
    assert "现已超过" not in early
    assert "按期直接回复本邮件报送" in early
    batch = composing.compose_letters(workspace, APRIL, "remind", "计财股")
    assert (batch.items, batch.notes) == ((), ("计财股2021年4月的表已经收到，不用催报。",))


def test_an_office_whose_return_was_rejected_is_told_why(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path)
    old = workspace.form_path("基教股", replace(APRIL, month=3))
    issue_forms(workspace, replace(APRIL, month=3), now=NOW)
    (workspace.returns_folder(APRIL) / "基教股.xlsx").write_bytes(old.read_bytes())
    text = letters(workspace, "remind")["基教股"]
    assert text.subject == "请重新报送云溪县教育局2021年1-4月重点工作进展情况表（基教股）"
    assert "无法使用：基教股.xlsx：这是2021年3月的表" in text.body
    assert "尚未收到" not in text.body


def test_what_is_sent_back_is_the_text_of_send_back_and_nobody_elses(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path)
    for office in ("基教股", "计财股"):
        form = workspace.form_path(office, APRIL)
        (workspace.returns_folder(APRIL) / form.name).write_bytes(form.read_bytes())
    said = letters(workspace, "send-back")
    assert list(said) == ["基教股", "计财股"]
    assert "【基教股】1-4月进展情况表（附件2-基教股-2021年4月.xlsx）\n请更正" in said["基教股"].body
    assert "〔进展情况表〕" in said["基教股"].body
    assert "计财股" not in said["基教股"].body


def test_leaders_are_copied_where_the_settings_say_so(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path)
    batch = composing.compose_letters(workspace, APRIL, "issue")
    assert [batch.letter(item, TODAY).copies for item in batch.items] == [(), (), ()]
    change_bureau(workspace, replace(SETTINGS, mail_copy_leader=True))
    batch = composing.compose_letters(workspace, APRIL, "issue")
    copies = [batch.letter(item, TODAY).copies for item in batch.items]
    assert copies == [(), ("chen@yunxi.example.com",), ()]
    assert "没有写抄送邮箱的股室 2 个：办公室、计财股" in batch.notes[-1]


def test_forms_that_the_list_has_overtaken_are_told(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path)
    assert composing.compose_letters(workspace, APRIL, "issue").notes == ()
    change_bureau(workspace, replace(SETTINGS, supporting_report=True))
    (note,) = composing.compose_letters(workspace, APRIL, "issue").notes
    assert note.startswith("下发之后主清单或上月的汇总有变动：基教股。")
    workspace.form_path("基教股", APRIL).unlink()
    with pytest.raises(TaskxlError, match="请先运行 taskxl issue --month 4"):
        composing.compose_letters(workspace, APRIL, "issue")


# ---------------------------------------------------------------- drafts and parcels


def test_drafts_twice_are_the_same_and_those_no_longer_wanted_are_told(tmp_path: Path) -> None:
    workspace = make_bureau(tmp_path)
    first = drafting.draft_letters(workspace, APRIL, "remind", None, NOW)
    assert [path.name for path in first.written] == [
        f"催报-{office}-2021年4月.eml" for office in ("办公室", "基教股", "计财股")
    ]
    later = datetime(2021, 4, 26, 17, 0)
    assert drafting.draft_letters(workspace, APRIL, "remind", None, later).written == ()
    form = workspace.form_path("计财股", APRIL)
    (workspace.returns_folder(APRIL) / form.name).write_bytes(begin_form(form.read_bytes()))
    third = drafting.draft_letters(workspace, APRIL, "remind", None, NOW)
    assert [path.name for path in third.stale] == ["催报-计财股-2021年4月.eml"]
    one = drafting.draft_letters(workspace, APRIL, "remind", "基教股", NOW)
    assert (one.stale, one.written) == ((), ())


def test_a_parcel_holds_form_and_words_with_names_that_windows_reads(tmp_path: Path) -> None:
    settings = replace(SETTINGS, mail_server="", mail_sender="")
    offices = tuple(replace(office, mails=()) for office in OFFICES)
    workspace = make_bureau(tmp_path, settings, offices)
    report = drafting.pack_forms(workspace, APRIL, None, NOW)
    assert report.batch.notes == ()
    path = workspace.parcels_folder(APRIL) / "基教股-2021年4月.zip"
    content = path.read_bytes()
    with zipfile.ZipFile(BytesIO(content)) as parcel:
        assert parcel.testzip() is None
        assert [one.filename for one in parcel.infolist()] == [
            "说明.txt",
            "附件2-基教股-2021年4月.xlsx",
        ]
        assert all(one.flag_bits & 0x800 for one in parcel.infolist())
        form = workspace.form_path("基教股", APRIL).read_bytes()
        assert parcel.read("附件2-基教股-2021年4月.xlsx") == form
        words = parcel.read("说明.txt").decode("utf-8-sig")
    assert words.startswith("请报送云溪县教育局2021年1-4月重点工作进展情况表（基教股）\r\n\r\n")
    assert "本邮件" not in words
    assert drafting.pack_forms(workspace, APRIL, None, NOW).written == ()
    assert path.read_bytes() == content
