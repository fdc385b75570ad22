"""The gate: every file ends as a kind or as a refusal with a fitting code, and nothing waits."""

import codecs
import csv
import io
import os
import struct
import zipfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taskxl.findings import declared_rules
from taskxl.intake.gate import (
    Limits,
    Refusal,
    Refused,
    admit,
    check_content,
    inspect_package,
    is_archive,
    open_archive,
    read_return_book,
    skip_by_name,
)
from tests.support import make_workbook

WORKBOOK = make_workbook({"进展情况表": "| 编号 | 进展情况 |\n| 1 | 已完成招标 |"})
SHEET = "xl/worksheets/sheet1.xml"
posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes as POSIX has them")
SMALL = Limits(entries=30, inflated=4 << 20, file_bytes=1 << 20, cell_area=10_000, spaces=1_000)


def code_of(content: bytes, name: str = "表.xlsx", limits: Limits = SMALL) -> str:
    """Return the kind of a content, or the code with which it is refused."""
    try:
        return check_content(content, name, limits)
    except Refused as refused:
        code, reason = refused.code, refused.reason
    assert reason.endswith("。")
    return code


def repack(
    content: bytes, change: Mapping[str, bytes | None] | None = None, method: int = 8
) -> bytes:
    """Write a zip anew with some parts replaced, added, or (None) left out."""
    change = dict(change or {})
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", method) as new,
    ):
        for name in old.namelist():
            data = change.pop(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in change.items():
            if data is not None:
                new.writestr(name, data)
    return buffer.getvalue()


def part(name: str, content: bytes = WORKBOOK) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def make_zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def make_ods(body: str, manifest: str = "") -> bytes:
    media = "application/vnd.oasis.opendocument.spreadsheet"
    return make_zip(
        {
            "mimetype": media.encode(),
            "content.xml": f'<o xmlns:table="t" xmlns:text="x"><table:table table:name="表">'
            f"{body}</table:table></o>".encode(),
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="m">{manifest}</m:manifest>'.encode(),
        }
    )


def make_sheet(cells: str) -> bytes:
    return repack(
        WORKBOOK, {SHEET: f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode()}
    )


# ---------------------------------------------------------------- the corpus

# What each kind of the real corpus must end as. Files that only a parser can find broken pass.
REAL = {
    "ooxml-xlsx": {"xlsx", "xlsm"},
    "ooxml-docx": {"docx"},
    "ooxml-pptx": {"R203"},
    "xlsb": {"xlsb"},
    "odf:spreadsheet": {"ods", "R204"},
    "ole2-workbook(BIFF8)": {"xls", "R202"},
    "ole2-book(BIFF5)": {"xls", "R202"},
    "ole2-encrypted-ooxml": {"R202"},
    "ole2-other": {"doc", "R203"},
    "biff2-4-raw": {"R203"},
    "spreadsheetml2003": {"xml"},
    "sylk": {"R203"},
    "gzip": {"R203"},
    "rar": {"R203"},
    "zip-broken": {"R201"},
    "zip-other": {"R203", "ods"},
    "pdf": {"pdf"},
    "rtf": {"rtf"},
    "html": {"html", "R203"},
    "empty": {"R201"},
    "text-utf8": {"csv"},
    "binary-nul": {"R203"},
    "binary-or-text": {"csv", "html"},
}
# Where the fault is beyond the gate: the reader refuses these (or reads them, and says so).
FOR_THE_READER = {
    "ole_fat_count_huge.xls",
    "zip_no_sheets.xlsx",
    "zip_target_traversal.xlsx",
}
OTHER_KINDS = {"doc": {"doc"}, "docx": {"docx"}}


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def ending_of(path: Path) -> str:
    try:
        return admit(path).kind
    except Refused as refused:
        code, reason = refused.code, refused.reason
    assert reason.endswith("。")
    return code


def test_every_real_file_is_of_the_kind_it_is_known_to_be(shared: Path) -> None:
    wrong = {}
    for row in read_table(shared / "corpus" / "REAL.tsv"):
        ending = ending_of(shared / "corpus" / "real" / row["file"])
        if ending not in REAL[row["kind"]]:
            wrong[row["file"]] = (row["kind"], ending)
    assert wrong == {}


def test_every_hostile_file_ends_as_its_list_says(shared: Path) -> None:
    wrong = {}
    for row in read_table(shared / "corpus" / "HOSTILE.tsv"):
        path = shared / "corpus" / "hostile" / row["file"]
        if not path.exists() or row["file"] in FOR_THE_READER:
            continue
        if path.name == "noperm.xlsx" and os.access(path, os.R_OK):
            continue  # root may read it all the same
        expected, _, detail = row["expected"].partition(":")
        ending = ending_of(path)
        refused = ending.startswith("R2")
        fits = {
            "accept": not refused,
            "warn": not refused,
            "accept-warn": not refused,
            "reject": refused or ending in OTHER_KINDS.get(detail, ()),
            "skip": ending == "R211",
        }.get(expected, True)
        codes = {"dtd": "R204", "bomb": "R204", "archive": "R203", "empty": "R201", "pptx": "R203"}
        if not fits or (refused and ending != codes.get(detail, ending)):
            wrong[row["file"]] = (row["expected"], ending)
    assert wrong == {}


def test_every_input_is_of_a_kind_that_can_be_read(shared: Path) -> None:
    kinds = {path.name: ending_of(path) for path in (shared / "inputs").iterdir() if path.is_file()}
    assert kinds["台山2021_重点工作任务通知.docx"] == "docx"
    assert kinds["台山2021_附件1_规范.xlsx"] == "xlsx"
    assert kinds["东莞2024_工作要点.txt"] == "text"
    assert not [name for name, kind in kinds.items() if kind.startswith("R2")]


# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (WORKBOOK, "改名.doc", "xlsx"),
        (b"", "空.xlsx", "R201"),
        (b" \r\n\0\0", "空白.csv", "R201"),
        ("编号,进展情况\n1,已完成\n".encode("gb18030"), "表.xls", "csv"),
        (codecs.BOM_UTF16_LE + "编号\t进展\r\n1\t完成\r\n".encode("utf-16-le"), "表.xls", "csv"),
        ("编号\n1\n".encode(), "一列.csv", "csv"),
        ("一、抓好招生工作，6月底前完成。\n".encode(), "要点.txt", "text"),
        ("一、抓好招生工作，6月底前完成。\n".encode(), "要点.xlsx", "R201"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "表.xls", "html"),
        (codecs.BOM_UTF8 + b"<!-- a --><!-- b -->\n<table></table>", "表.xls", "html"),
        (b"%PDF-1.7\n\x80", "表.xlsx", "pdf"),
        (b"{\\rtf1\\ansi}", "说明.doc", "rtf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "表.xlsx", "R203"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "照片.jpg", "R203"),
        (b"BM" + bytes(range(256)), "图.bmp", "R203"),
        (b"BM,1\nMZ,2\n", "表.csv", "csv"),
        (b"Rar!\x1a\x07\x00" + bytes(60), "表.rar", "R203"),
        (b"PK\x05\x06" + bytes(18), "空.zip", "R203"),
        (b"MIME-Version: 1.0\nFrom: a\nSubject: b\n\nx", "信.eml", "R203"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><a/>', "表.xls", "R203"),
        (bytes(range(1, 256)) * 9, "表.xlsx", "R201"),
        (bytes(range(1, 256)) * 9, "未知", "R203"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "表.xls", "R201"),
    ],
)
def test_a_kind_comes_from_the_content(content: bytes, name: str, expected: str) -> None:
    assert code_of(content, name) == expected


def test_a_return_is_a_table_whatever_wrote_it() -> None:
    for content, name, kind in (
        ("编号\t进展\t备注\n1\t已完成\t无\n2\t正在办\t无".encode(), "a.txt", "text"),
        ("编号,进展\n1,已完成".encode(), "a.csv", "csv"),
    ):
        assert read_return_book(content, name, kind).sheets
    for content, name, kind in (
        ("已完成。".encode(), "a.txt", "text"),
        (b"%PDF-1.4", "a.pdf", "pdf"),
    ):
        with pytest.raises(Refused) as caught:
            read_return_book(content, name, kind)
        assert caught.value.code == "R203"
        assert caught.value.reason.startswith("这是")
        assert ".xlsx" in caught.value.reason


def test_an_old_word_file_of_wps_is_called_wps(shared: Path) -> None:
    content = (shared / "corpus/hostile/doc_real.doc").read_bytes()
    assert check_content(content, "进展.doc") == "doc"
    assert check_content(content, "进展.wps") == "wps"


def test_encrypted_files_of_any_age_are_refused_for_their_password(shared: Path) -> None:
    for name in (
        "hostile/enc_real_rc4cryptoapi_password.xls",
        "hostile/encrypted_velvet.xlsx",
        "real/ExcelDataReader+ExcelDataReader__Test_git_issue_242_xor_pwd_password.xls",
        "real/decalage2+oletools__autostart-encrypt-standardpassword.xls",
    ):
        assert ending_of(shared / "corpus" / name) == "R202", name


def test_an_encrypted_opendocument_file_is_refused_for_its_password() -> None:
    assert code_of(make_ods("")) == "ods"
    assert code_of(make_ods("", "<m:file-entry><m:encryption-data/></m:file-entry>")) == "R202"


def test_a_thousand_comments_before_a_page_cost_no_time() -> None:
    assert code_of(b"<!-- -->" * 5000 + b"x", "表.html") == "text"


# ---------------------------------------------------------------- limits


def test_more_entries_than_the_limit_are_refused() -> None:
    assert code_of(repack(WORKBOOK, {f"xl/media/{n}.png": b"x" for n in range(30)})) == "R204"


def test_a_part_that_swells_more_than_the_ratio_is_refused() -> None:
    assert code_of(repack(WORKBOOK, {"xl/media/1.bin": bytes(2 << 20)})) == "R204"


def test_parts_that_swell_to_more_than_the_limit_together_are_refused() -> None:
    parts = {f"xl/media/{n}.bin": os.urandom(4096) * 200 for n in range(6)}
    assert code_of(repack(WORKBOOK, parts), limits=Limits(inflated=4 << 20)) == "R204"


def test_a_file_over_the_size_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    path.write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(Refused, match="R204"):
        admit(path, SMALL)


def lie_about_size(content: bytes, name: str, size: int) -> bytes:
    """Make a zip's directory promise another inflated size for one of its entries."""
    at = content.index(b"PK\x01\x02")
    while content[at + 46 : at + 46 + len(name)] != name.encode():
        at = content.index(b"PK\x01\x02", at + 4)
    return content[: at + 24] + struct.pack("<I", size) + content[at + 28 :]


def test_a_directory_that_promises_less_than_there_is_is_not_believed() -> None:
    huge = repack(WORKBOOK, {"xl/media/1.bin": bytes(900_000)})
    assert code_of(huge) == "xlsx"
    assert code_of(lie_about_size(huge, "xl/media/1.bin", 10)) == "R201"


def test_two_entries_over_the_same_bytes_are_refused() -> None:
    content = make_zip({"a.txt": b"1234", "b.txt": b"1234"})
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 4)
    both = bytearray(content)
    both[second + 42 : second + 46] = content[first + 42 : first + 46]
    both[second + 46 : second + 51] = b"a.txt"
    with pytest.raises(Refused, match="R204"):
        list(open_archive(bytes(both), "两份.zip"))


def test_an_entry_that_two_readers_would_call_differently_is_refused() -> None:
    content = make_zip({"甲.csv": b"1,2"})
    with pytest.raises(Refused, match="R201"):
        list(open_archive(content.replace("甲".encode(), "乙".encode(), 1), "包.zip"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused_because_readers_disagree() -> None:
    buffer = io.BytesIO(WORKBOOK)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(SHEET.upper(), part(SHEET))
    assert code_of(buffer.getvalue()) == "R204"


DTD = '<!DOCTYPE x [<!ENTITY a "b">]>'


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "docProps/app.xml", "xl/styles.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_a_dtd_in_any_part_is_refused(name: str, encoding: str) -> None:
    text = part(name).decode().partition("?>")[2]
    declared = f'<?xml version="1.0" encoding="{encoding[:6].rstrip("-")}"?>'
    content = repack(WORKBOOK, {name: (declared + DTD + text).encode(encoding)})
    assert code_of(content) == "R204"


@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "hz", "utf-32"])
def test_a_dtd_does_not_hide_in_a_strange_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{DTD}<a/>'
    assert code_of(repack(WORKBOOK, {"docProps/app.xml": text.encode(encoding)})).startswith("R20")


def test_a_drawing_that_is_no_xml_passes_but_a_dtd_before_it_does_not() -> None:
    drawing = "xl/drawings/vmlDrawing1.vml"
    assert code_of(repack(WORKBOOK, {drawing: b"<xml><br></xml>"})) == "xlsx"
    assert code_of(repack(WORKBOOK, {drawing: DTD.encode() + b"<xml><br></xml>"})) == "R204"
    assert code_of(repack(WORKBOOK, {drawing: b"<?br ?><!bad" + DTD.encode()})) == "R201"


def test_a_sheet_cut_off_is_damaged_and_not_silently_shorter() -> None:
    assert code_of(repack(WORKBOOK, {SHEET: part(SHEET)[:-40]})) == "R201"


# ---------------------------------------------------------------- cells


def extent_of(cells: str, limits: Limits = SMALL) -> tuple[int, int, int]:
    extent = inspect_package(make_sheet(cells), limits).extents[SHEET]
    return extent.rows, extent.columns, extent.cells


def test_only_cells_with_something_in_them_are_measured() -> None:
    cells = (
        '<row r="2"><c r="B2"><v>1</v></c><c r="XFD2" s="1"/></row>'
        '<row r="1048576"><c r="C1048576" s="3"/></row>'
    )
    assert extent_of(cells) == (2, 2, 4)


def test_cells_without_references_are_counted_where_they_stand() -> None:
    cells = "<row><c><v>1</v></c><c><f>A1</f></c></row><row/><row><c/><c/><c><is/></c></row>"
    assert extent_of(cells) == (3, 3, 8)


def test_two_cells_at_far_corners_pass_as_ragged_rows_and_show_how_far_they_reach() -> None:
    cells = (
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    extent = inspect_package(make_sheet(cells), Limits()).extents[SHEET]
    assert (extent.rows, extent.columns) == (1_048_576, 16_384)
    assert extent.cells == 1 + 16_384 + 1_048_576


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ('<row><c r="XFE1"><v>1</v></c></row>', "R204"),
        ('<row><c r="A1048577"><v>1</v></c></row>', "R204"),
        ('<row r="99999999"><c><v>1</v></c></row>', "R204"),
        ('<row><c r="A0"><v>1</v></c></row>', "R201"),
        ('<row><c r="第一格"><v>1</v></c></row>', "R201"),
        ('<row><c r="A20000"><v>1</v></c></row>', "R204"),
        ("".join(f'<row><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 5)), "R204"),
    ],
)
def test_cells_that_no_sheet_has_or_that_reach_too_far_are_refused(
    cells: str, expected: str
) -> None:
    assert code_of(make_sheet(cells)) == expected


def test_sheets_within_the_limit_may_not_pass_it_together() -> None:
    sheet = b'<worksheet><row><c r="A6000"><v>1</v></c></row></worksheet>'
    assert code_of(repack(WORKBOOK, {SHEET: sheet})) == "xlsx"
    assert code_of(repack(WORKBOOK, {SHEET: sheet, "xl/worksheets/sheet2.xml": sheet})) == "R204"


CELL = '<table:table-cell v:value-type="float" xmlns:v="v"{}/>'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<table:table-row>{CELL.format('')}</table:table-row>", (1, 1, 2)),
        (
            '<table:table-row table:number-rows-repeated="3"><table:table-cell/>'
            + CELL.format(' table:number-columns-repeated="4"')
            + "</table:table-row>",
            (3, 5, 18),
        ),
        (
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
            'table:number-columns-repeated="16384"/></table:table-row>',
            (0, 0, 0),
        ),
        (
            '<table:table-row><table:covered-table-cell table:number-columns-repeated="2"/>'
            "<table:table-cell><text:p>字</text:p></table:table-cell></table:table-row>",
            (1, 3, 4),
        ),
    ],
)
def test_repeated_cells_of_opendocument_are_counted(
    body: str, expected: tuple[int, int, int]
) -> None:
    extent = inspect_package(make_ods(body), SMALL).extents["表"]
    assert (extent.rows, extent.columns, extent.cells) == expected


@pytest.mark.parametrize(
    "body",
    [
        '<table:table-row table:number-rows-repeated="4000000000"/>',
        '<table:table-row table:number-rows-repeated="-1"/>',
        '<table:table-row table:number-rows-repeated="101">'
        + CELL.format(' table:number-columns-repeated="100"')
        + "</table:table-row>",
        '<text:s text:c="2000000000"/>',
        '<text:s text:c="600"/><text:s text:c="600"/>',
    ],
)
def test_bombs_of_repeats_are_refused(body: str) -> None:
    assert code_of(make_ods(body)) == "R204"


# ---------------------------------------------------------------- files


def test_a_file_is_admitted_with_its_digest_and_its_own_time(tmp_path: Path) -> None:
    path = tmp_path / "进展.xlsx"
    path.write_bytes(WORKBOOK)
    when = datetime.fromisoformat("2021-04-20T15:30").timestamp()
    os.utime(path, (when, when))
    admitted = admit(path)
    assert (admitted.name, admitted.kind, admitted.content) == ("进展.xlsx", "xlsx", WORKBOOK)
    assert admitted.modified == datetime.fromisoformat("2021-04-20T15:30")
    assert len(admitted.sha256) == 64


def make_link(path: Path) -> None:
    (path.parent / "原件").write_bytes(WORKBOOK)
    path.symlink_to("原件")


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


@posix
@pytest.mark.parametrize("make", [make_link, make_pipe, Path.mkdir])
def test_what_is_no_regular_file_is_refused_at_once(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "表.xlsx")
    with pytest.raises(Refused, match="R210"):
        admit(tmp_path / "表.xlsx")


@posix
def test_a_pipe_put_in_a_files_place_after_the_look_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, pipe = tmp_path / "表.xlsx", tmp_path / "管道.xlsx"
    file.write_bytes(WORKBOOK)
    os.mkfifo(pipe)
    seen = file.lstat()
    monkeypatch.setattr(Path, "lstat", lambda self: seen)
    with pytest.raises(Refused, match="R210"):
        admit(pipe)


@posix
def test_a_file_that_was_swapped_after_the_look_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "甲.xlsx", tmp_path / "乙.xlsx"
    first.write_bytes(WORKBOOK)
    second.write_bytes(WORKBOOK)
    seen = first.lstat()
    monkeypatch.setattr(Path, "lstat", lambda self: seen)
    assert admit(first).kind == "xlsx"
    with pytest.raises(Refused, match="R210"):
        admit(second)


def test_a_file_that_is_gone_is_a_refusal_and_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="R201"):
        admit(tmp_path / "没有.xlsx")


@pytest.mark.parametrize(
    "name",
    [
        "~$进展.xlsx",
        ".~lock.进展.ods#",
        ".~进展.xlsx",
        "进展.xlsx.crdownload",
        "进展.xlsx.icloud",
        "进展.xlsx.PART",
        "Thumbs.db",
        "desktop.ini",
        ".DS_Store",
        "._进展.xlsx",
        "进展.tmp",
        "~WRL0001.tmp",
    ],
)
def test_leftovers_of_programs_are_skipped_by_name(name: str) -> None:
    refusal = skip_by_name(name)
    assert refusal is not None
    assert refusal.code == "R211"


@pytest.mark.parametrize("name", ["进展.xlsx", "~进展.xlsx", "part.xlsx", "thumbs.xlsx", "tmp"])
def test_names_that_only_resemble_leftovers_are_not_skipped(name: str) -> None:
    assert skip_by_name(name) is None


# ---------------------------------------------------------------- archives of returns


def test_an_archive_yields_each_file_with_its_own_fate() -> None:
    inner = {
        "基教股/进展.xlsx": WORKBOOK,
        "~$进展.xlsx": b"x",
        "__MACOSX/._进展.xlsx": b"x",
        "../../逃.xlsx": WORKBOOK,
        "又一包.zip": make_zip({"a.xlsx": WORKBOOK}),
    }
    archive = make_zip(inner)
    assert is_archive(archive, SMALL)
    assert code_of(archive) == "R203"
    found = {name: content for name, content, _ in open_archive(archive, "报送.zip", SMALL)}
    assert found["基教股/进展.xlsx"] == WORKBOOK
    assert found["逃.xlsx"] == WORKBOOK
    assert isinstance(found["~$进展.xlsx"], Refusal)
    assert isinstance(found["__MACOSX/._进展.xlsx"], Refusal)
    nested = found["又一包.zip"]
    assert isinstance(nested, bytes)
    assert code_of(nested, "又一包.zip") == "R203"


def test_names_packed_on_chinese_windows_are_read_as_gbk() -> None:
    name = "进展.xlsx".encode("gbk")
    content = make_zip({"x" * len(name): WORKBOOK}).replace(b"x" * len(name), name)
    assert [found for found, _, _ in open_archive(content, "报送.zip")] == ["进展.xlsx"]


def test_the_time_of_a_packed_file_is_the_zips() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("甲.xlsx", (2021, 4, 20, 9, 30, 0)), WORKBOOK)
    [(_, _, modified)] = open_archive(buffer.getvalue(), "报送.zip")
    assert modified == datetime.fromisoformat("2021-04-20T09:30")


def test_a_packed_file_with_a_password_costs_only_itself() -> None:
    content = bytearray(make_zip({"甲.xlsx": WORKBOOK, "乙.xlsx": WORKBOOK}))
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    first, second = (fate for _, fate, _ in open_archive(bytes(content), "报送.zip"))
    assert isinstance(first, Refusal)
    assert first.code == "R202"
    assert second == WORKBOOK


def test_a_packed_file_without_a_name_is_yielded_like_any_other() -> None:
    content = make_zip({"QQQ": b"1,2", "空文件夹/": b""}).replace(b"QQQ", b"\0\0\0")
    assert [(name, fate) for name, fate, _ in open_archive(content, "包.zip")] == [
        ("未命名", b"1,2")
    ]


def test_a_document_is_no_archive_and_neither_is_a_broken_zip() -> None:
    assert not is_archive(WORKBOOK, SMALL)
    assert not is_archive(repack(WORKBOOK, {"[Content_Types].xml": None}), SMALL)
    assert not is_archive(make_zip({"a": b"1"})[:-5], SMALL)
    assert not is_archive(b"x", SMALL)


# ---------------------------------------------------------------- anything at all


def test_every_code_of_the_door_is_declared_with_its_cure() -> None:
    declared = {rule.code: rule for rule in declared_rules()}
    for code in ("R201", "R202", "R203", "R204", "R210", "R211"):
        assert declared[code].cure


@given(st.binary(max_size=300), st.sampled_from(["表.xlsx", "表.csv", "表.txt", "表"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_end_as_a_kind_or_a_refusal(content: bytes, name: str) -> None:
    assert code_of(content, name)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_workbook_with_any_bytes_changed_ends_as_a_kind_or_a_refusal(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([WORKBOOK, make_ods("<table:table-row/>")])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    assert code_of(bytes(content))
    for _, fate, _ in open_or_nothing(bytes(content)):
        assert isinstance(fate, bytes | Refusal)


def open_or_nothing(content: bytes) -> list[tuple[str, bytes | Refusal, datetime | None]]:
    try:
        return list(open_archive(content, "包.zip", SMALL))
    except Refused:
        return []
