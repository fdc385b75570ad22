"""What lies in 回收/ inside of something else: letters that were saved whole, zips in letters."""

import io
import zipfile
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from taskxl.desk.return_files import read_returns
from taskxl.intake.convert import find_office
from taskxl.model import Return
from tests.returned_support import EXPECTED, fill_form
from tests.support import make_workbook

SENT = "Tue, 20 Apr 2021 09:10:00 +0800"


def workbook(office: str = "办公室") -> bytes:
    """Return a filled form as a workbook without marks."""
    rows = fill_form(office).sheets["进展情况表"]
    lines = [
        "| " + " | ".join(str(v or "").replace("\n", "\\n") for v in row) + " |" for row in rows
    ]
    return make_workbook({"进展情况表": "\n".join(lines)})


def letter(*files: tuple[str, bytes], date: str = SENT) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "clerk@example.com", "office@example.com"
    message["Subject"], message["Date"] = "报送进展情况表", date
    message.set_content("请查收附件。")
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def zipped(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, content)
    return held.getvalue()


def read(folder: Path) -> dict[str, Return]:
    files = sorted(path.name for path in folder.iterdir())
    return {ret.file: ret for ret in read_returns(folder, files, EXPECTED)}


def offices(ret: Return) -> list[str]:
    return [form.office for form in ret.submissions]


def test_a_saved_letter_is_opened_and_its_moment_is_when_the_form_came(tmp_path: Path) -> None:
    (tmp_path / "来信.eml").write_bytes(letter(("附件2.xlsx", workbook())))
    found = read(tmp_path)
    assert sorted(found) == ["来信.eml", "来信.eml/附件2.xlsx"]
    assert (found["来信.eml"].code, "邮件，已打开" in (found["来信.eml"].reason or "")) == (
        None,
        True,
    )
    form = found["来信.eml/附件2.xlsx"]
    assert (offices(form), form.receipt) == (["办公室"], "mail")
    assert form.received_at is not None
    assert (
        form.received_at.astimezone().timestamp()
        == datetime.fromisoformat("2021-04-20T09:10:00+08:00").timestamp()
    )


def test_two_attachments_of_one_name_are_two_returns(tmp_path: Path) -> None:
    both = letter(("表.xlsx", workbook()), ("表.xlsx", workbook("计财股")))
    (tmp_path / "来信.eml").write_bytes(both)
    found = read(tmp_path)
    assert len(found) == 3
    assert sorted(name for ret in found.values() for name in offices(ret)) == ["办公室", "计财股"]


@pytest.mark.parametrize("outer", ["来信.eml", "材料.zip"])
def test_zips_and_letters_in_one_another_are_opened(tmp_path: Path, outer: str) -> None:
    form = workbook()
    content = (
        letter(("包.zip", zipped("表.xlsx", form)))
        if outer.endswith("eml")
        else zipped("来信.eml", letter(("表.xlsx", form)))
    )
    (tmp_path / outer).write_bytes(content)
    found = read(tmp_path)
    assert [name for ret in found.values() for name in offices(ret)] == ["办公室"]
    assert {ret.receipt for ret in found.values() if ret.submissions} == {"mail"}


def test_a_letter_without_a_form_says_so(tmp_path: Path) -> None:
    (tmp_path / "来信.eml").write_bytes(letter())
    (ret,) = read(tmp_path).values()
    assert ret.code == "R203"
    assert "没有附件" in (ret.reason or "")


@pytest.mark.parametrize("broken", [b"", b"MIME-Version: 1.0\n\n", b"\0" * 300])
def test_a_broken_letter_has_a_verdict_and_stops_nothing(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "坏.eml").write_bytes(broken)
    (tmp_path / "表.xlsx").write_bytes(workbook())
    found = read(tmp_path)
    assert found["坏.eml"].code
    assert offices(found["表.xlsx"]) == ["办公室"]


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_an_odt_is_read_like_a_word_document(tmp_path: Path) -> None:
    table = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{value or ""}</text:p>'
            "</table:table-cell>"
            for value in row[:8]
        )
        + "</table:table-row>"
        for row in fill_form().sheets["进展情况表"][4:]
    )
    names = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for n in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names} '
        'office:version="1.2"><office:body><office:text>'
        "<text:p>填报股室：办公室　填报人：王五　填报日期：2021-4-22</text:p>"
        f'<table:table table:name="表"><table:table-column table:number-columns-repeated="8"/>{table}'
        "</table:table>"
        "</office:text></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" '
        'manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(tmp_path / "表.odt", "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    (ret,) = read(tmp_path).values()
    assert (ret.code, offices(ret)) == (None, ["办公室"])
    assert [entry.progress for entry in ret.submissions[0].entries] == [
        f"填写{n}进展" for n in "123"
    ]


def test_an_odt_without_libreoffice_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taskxl.intake import convert
    from taskxl.intake.refusals import Refused

    monkeypatch.setattr(convert, "find_office", lambda: None)
    with pytest.raises(Refused) as refused:
        convert.convert_to_docx(b"", "odt")
    assert ".odt" in refused.value.reason
    assert "另存为 .docx" in refused.value.reason
