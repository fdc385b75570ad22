"""Edges of the gate: what each beginning of a file says, and the last size that still passes."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from taskxl.intake.archives import inflate, list_entries, looks_zipped
from taskxl.intake.extents import (
    MAX_COLUMN,
    MAX_ROW,
    Extent,
    SheetCells,
    TableCells,
    bound_area,
    bound_cells,
)
from taskxl.intake.gate import (
    Limits,
    Refusal,
    Refused,
    admit,
    check_content,
    is_archive,
    list_archive,
    read_archived,
    read_once,
    skip_by_name,
)
from taskxl.intake.kinds import sniff_text


def refusal(content: bytes, name: str = "表.xlsx", limits: Limits = Limits()) -> tuple[str, str]:  # noqa: B008
    with pytest.raises(Refused) as caught:
        check_content(content, name, limits)
    return caught.value.code, caught.value.reason


def make_zip(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2021, 4, 20, 9, 30, 0)), data, method)
    return buffer.getvalue()


# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("start", "at", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", 0, "图片"),
        (b"\xff\xd8\xff", 0, "图片"),
        (b"GIF8", 0, "图片"),
        (b"II*\x00", 0, "图片"),
        (b"MM\x00*", 0, "图片"),
        (b"WEBP", 8, "图片"),
        (b"ftypheic", 4, "图片"),
        (b"ftypmif1", 4, "图片"),
        (b"ftypisom", 4, "视频"),
        (b"Rar!\x1a\x07", 0, " RAR 压缩包"),
        (b"7z\xbc\xaf\x27\x1c", 0, " 7z 压缩包"),
        (b"\x1f\x8b", 0, " gzip 压缩文件"),
        (b"BZh", 0, " bzip2 压缩文件"),
        (b"\xfd7zXZ\x00", 0, " xz 压缩文件"),
        (b"\x28\xb5\x2f\xfd", 0, " zstd 压缩文件"),
        (b"MSCF", 0, " CAB 压缩包"),
        (b"ustar", 257, " tar 打包文件"),
        (b"\x09\x00\x04\x00", 0, " Excel 2.0 时代的旧格式"),
        (b"\x09\x02\x06\x00", 0, " Excel 3.0 时代的旧格式"),
        (b"\x09\x04\x06\x00", 0, " Excel 4.0 时代的旧格式"),
        (b"\x09\x08\x08\x00", 0, " Excel 5.0 时代的旧格式"),
        (b"\x00\x00\x02\x00", 0, " Lotus 1-2-3 表格"),
        (b"ID;P", 0, " SYLK 表格"),
        (b"\x7fELF", 0, "程序文件"),
    ],
)
def test_what_begins_as_another_programs_file_is_called_by_its_name(
    start: bytes, at: int, what: str
) -> None:
    code, reason = refusal(b"\x01" * at + start + b"\x02" * 600)
    assert code == "R203"
    assert reason.startswith(f"这是{what}，不能汇总。请")


@pytest.mark.parametrize(("mark", "what"), [(b"BM", "图片"), (b"MZ", "程序文件")])
def test_two_letters_make_a_picture_or_a_program_only_of_what_is_no_text(
    mark: bytes, what: str
) -> None:
    assert refusal(mark + bytes(range(256)) * 2) == (
        "R203",
        f"这是{what}，不能汇总。请发回填好的 Excel 表（.xlsx）。",
    )
    assert check_content(mark + b",1\na,2\n", "表.csv") == "csv"


def test_marks_of_pdf_and_rtf_may_stand_behind_blanks_within_the_first_kilobyte() -> None:
    assert check_content(b"\x80" * 1019 + b"%PDF-1.7", "表") == "pdf"
    assert refusal(b"\x80" * 1020 + b"%PDF-1.7", "表")[0] == "R203"
    assert check_content(b" \n{\\rtf1", "表.doc") == "rtf"


def test_the_size_limit_is_the_last_size_that_passes(tmp_path: Path) -> None:
    limits = Limits(file_bytes=20)
    text = "编号,进展\n".encode()
    content = text + b"1" * (20 - len(text))
    assert check_content(content, "表.csv", limits) == "csv"
    assert refusal(content + b"1", "表.csv", Limits(file_bytes=20))[0] == "R204"
    path = tmp_path / "表.csv"
    path.write_bytes(content)
    assert admit(path, limits).content == content
    path.write_bytes(content + b"1")
    with pytest.raises(Refused, match="R204"):
        read_once(path, limits)
    big = Limits(file_bytes=3 << 20)
    assert "文件超过 3 MB，" in refusal(b"1" * ((3 << 20) + 1), "表.csv", big)[1]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("编号\t进展\n1\t完成\n", "表.txt", "csv"),
        ("编号;进展\n1;完成\n", "表.txt", "csv"),
        ("编号,进展\n1,完成\n", "表.txt", "csv"),
        ("编号,进展\n", "表.txt", "text"),  # one comma is a sentence
        ("编号,进展,备注\n", "表.txt", "csv"),
        ("编号,进展\n没有\n", "表.txt", "text"),
        ("甲,乙,丙,丁,戊\n1,2,3,4\n", "表.txt", "csv"),  # 4 and 3: one in four
        ("甲,乙,丙,丁\n1,2,3\n", "表.txt", "text"),  # 3 and 2: more
        ("一段文字\n", "表.csv", "csv"),
        ("一段文字\n", "表.tab", "csv"),
        ("一段文字\n", "表.txt", "text"),
        ("编号\t进展\n1\t完成\n", "表.doc", "csv"),
    ],
)
def test_a_text_is_a_table_where_its_lines_are_parted_alike_or_its_name_says_so(
    text: str, name: str, kind: str
) -> None:
    assert check_content(text.encode(), name) == kind


def test_only_the_first_twenty_lines_tell_whether_a_text_is_a_table() -> None:
    assert check_content(("1,2\n" * 20 + "没有\n").encode(), "表.txt") == "csv"
    assert check_content(("1,2\n" * 19 + "没有\n").encode(), "表.txt") == "text"


@pytest.mark.parametrize("suffix", [".doc", ".docx", ".wps", ".pdf", ".rtf", ".xlsx", ".et"])
def test_a_text_under_the_name_of_a_binary_kind_is_damaged(suffix: str) -> None:
    code, reason = refusal("一段文字\n".encode(), f"表{suffix}")
    assert code == "R201"
    assert reason.startswith(f"名为 {suffix}，内容却是一段文字，可能已损坏或没有传完。")
    code, reason = refusal(bytes(range(1, 256)) * 9, f"表{suffix.upper()}")
    assert code == "R201"
    assert reason.startswith(f"名为 {suffix}，内容却不是，")


def test_letters_and_pages_saved_as_letters_are_told_apart() -> None:
    head = "From: a@b.cn\nMIME-Version: 1.0\nContent-Type: {}\n\n正文"
    assert "这是邮件，不能汇总。请把其中的附件" in refusal(head.format("text/plain").encode())[1]
    page = refusal(head.format("multipart/related").encode())[1]
    assert page.startswith("这是单个文件网页（MHTML），不能汇总。请用 Excel 或 WPS 打开")
    plain = "股室: 基教股\n日期: 4月20日\n\n正文"
    assert check_content(plain.encode(), "表.txt") == "text"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<?xml version="1.0"?><spreadsheet/>', " XML 文件"),
        ('  <?xml version="1.0"?><a/>', " XML 文件"),
        ('甲<?mso-application progid="Word"?>', " XML 文件"),
    ],
)
def test_xml_is_a_table_only_where_excel_says_so(text: str, what: str) -> None:
    excel = f'{text}<a xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    assert check_content(excel.encode(), "表.xls") == "xml"
    assert refusal(text.encode())[1].startswith(f"这是{what}，不能汇总。")


def test_one_strange_character_in_twenty_still_is_a_text() -> None:
    assert sniff_text(b"a" * 38 + b"\x01\x01") is not None
    assert sniff_text(b"a" * 37 + b"\x01\x01") is None
    assert sniff_text(b"a\x01") is not None  # one alone may be a slip
    cut = b"a\n" * 4 + "好".encode()
    assert sniff_text(cut, limit=10) == "a\n" * 3 + "a"
    assert sniff_text(b"abc", limit=3) == "abc"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(90), "这是快捷方式，"),
        (b"[InternetShortcut]\r\nURL=http://a.b/", "这是网址快捷方式，"),
        (b"\xef\xbb\xbf[InternetShortcut]\r\nURL=http://a.b/", "这是网址快捷方式，"),
    ],
)
def test_a_shortcut_is_told_from_a_file_by_its_content(content: bytes, words: str) -> None:
    code, reason = refusal(content, "表.xlsx")
    assert code == "R210"
    assert reason.startswith(words)


def test_why_a_name_is_skipped_is_said() -> None:
    for name, words in (
        ("~$表.xlsx", "锁文件"),
        (".~lock.表.xlsx#", "锁文件"),
        ("表.xlsx.crdownload", "还没有下载完"),
        ("Thumbs.db", "自动产生"),
    ):
        skipped = skip_by_name(name)
        assert skipped is not None
        assert (skipped.code, words in skipped.reason) == ("R211", True)


def test_a_file_of_a_time_that_no_calendar_has_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems state any time at all."""
    path = tmp_path / "表.csv"
    path.write_bytes(b"1,2")
    seen = list(path.stat())
    seen[8] = 10**18  # st_mtime
    odd = os.stat_result(seen)
    monkeypatch.setattr("taskxl.intake.gate.os.fstat", lambda _: odd)
    assert read_once(path) == (b"1,2", datetime(1970, 1, 1))


# ---------------------------------------------------------------- zips


def test_the_last_number_of_entries_size_and_ratio_that_pass() -> None:
    content = make_zip({f"{n}.csv": b"1,2" for n in range(3)})
    assert len(list_entries(content, Limits(entries=3))) == 3
    with pytest.raises(Refused, match="超过 2 个部件"):
        list_entries(content, Limits(entries=2))
    assert list_entries(content, Limits(inflated=9))
    with pytest.raises(Refused, match="R204"):
        list_entries(content, Limits(inflated=8))
    zeros = make_zip({"0.csv": bytes(5000)})
    (entry,) = list_entries(zeros, Limits(ratio_above=5000, ratio=1))
    with pytest.raises(Refused, match="膨胀超过 1 倍"):
        list_entries(zeros, Limits(ratio_above=4999, ratio=1))
    times = -(-5000 // entry.packed)
    assert list_entries(zeros, Limits(ratio_above=0, ratio=times))
    with pytest.raises(Refused, match="R204"):
        list_entries(zeros, Limits(ratio_above=0, ratio=times - 1))
    with pytest.raises(Refused, match="解开后超过 1 MB"):
        list_entries(make_zip({"0": bytes((1 << 20) + 1)}), Limits(inflated=1 << 20))


def test_an_entry_tells_its_place_its_sizes_and_its_time() -> None:
    content = make_zip({"夹/": b"", "夹/甲.csv": b"1,2,3,4" * 9})
    (entry,) = list_entries(content, Limits())
    assert (entry.name, entry.size, entry.encrypted) == ("夹/甲.csv", 63, False)
    assert entry.modified == datetime(2021, 4, 20, 9, 30)
    assert entry.checksum == zlib.crc32(b"1,2,3,4" * 9)
    raw = zlib.decompress(content[entry.start : entry.start + entry.packed], -15)
    assert raw == b"1,2,3,4" * 9
    assert b"".join(inflate(content, entry)) == raw


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_entry_of_any_length_comes_out_whole_in_pieces(method: int) -> None:
    data = os.urandom(70_000) + bytes(3 << 20)
    content = make_zip({"大.bin": data}, method)
    (entry,) = list_entries(content, Limits(ratio=10_000))
    pieces = list(inflate(content, entry))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 1 << 20
    assert len(pieces) > 3


def test_what_is_packed_is_held_to_size_checksum_method_and_password() -> None:
    content = make_zip({"甲.csv": b"1,2,3,4"})
    (entry,) = list_entries(content, Limits())
    for change, code in (
        ({"size": 6}, "R201"),
        ({"size": 8}, "R201"),
        ({"checksum": entry.checksum ^ 1}, "R201"),
        ({"method": 12}, "R201"),
        ({"encrypted": True}, "R202"),
        ({"packed": 2}, "R201"),
    ):
        with pytest.raises(Refused, match=code):
            list(inflate(content, replace(entry, **change)))  # type: ignore[arg-type]


def test_the_first_time_there_is_and_a_time_there_is_not_are_no_times() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a"), b"1")
        archive.writestr(zipfile.ZipInfo("b", (1980, 1, 1, 0, 0, 2)), b"1")
    first, second = list_entries(buffer.getvalue(), Limits())
    assert (first.modified, second.modified) == (None, datetime(1980, 1, 1, 0, 0, 2))
    content = bytearray(make_zip({"a": b"1"}))
    at = content.index(b"PK\x01\x02")
    content[at + 14 : at + 16] = struct.pack("<H", (41 << 9) | (13 << 5) | 1)  # month 13
    (odd,) = list_entries(bytes(content), Limits())
    assert odd.modified is None


def test_something_before_a_zip_is_no_hindrance_and_an_end_alone_is_a_zip() -> None:
    content = make_zip({"a": b"1"})
    assert looks_zipped(content)
    assert looks_zipped(b"MZ" + content)
    assert looks_zipped(content + bytes(65_535))
    assert not looks_zipped(b"PK\x03\x05" + bytes(40))
    assert is_archive(content, Limits())
    assert is_archive(make_zip({}), Limits())
    assert not is_archive(b"MZ" + content, Limits())
    assert refusal(b"\x00\x01" + content)[0] in ("R201", "R203")


def test_names_in_a_zip_lose_what_climbs_and_no_two_are_alike() -> None:
    content = make_zip(
        {"../甲.csv": b"1", "/甲.csv": b"2", "./夹/../甲.csv": b"3", "夹\\乙.csv": b"4"}
    )
    names = [one.name for one in list_archive(content, "包.zip")]
    assert names == ["甲.csv", "甲（同名第2个）.csv", "夹/甲.csv", "夹/乙.csv"]
    third = make_zip({"甲.csv": b"1", "../甲.csv": b"2", "/甲.csv": b"3", "..": b"4"})
    names = [one.name for one in list_archive(third, "包.zip")]
    assert names == ["甲.csv", "甲（同名第2个）.csv", "甲（同名第3个）.csv", "未命名"]
    with pytest.raises(Refused, match=r"“空\.zip”是空的"):
        list_archive(make_zip({}), "空.zip")


def test_a_packed_file_up_to_the_size_limit_is_taken_out() -> None:
    content = make_zip({"甲.csv": b"1,2,3,4", "__MACOSX/._甲.csv": b"x", "~$甲.xlsx": b"x"})
    whole, mac, lock = list_archive(content, "包.zip")
    assert read_archived(content, whole, Limits(file_bytes=7)) == b"1,2,3,4"
    over = read_archived(content, whole, Limits(file_bytes=6))
    assert isinstance(over, Refusal)
    assert over.code == "R204"
    for other, words in ((mac, "macOS"), (lock, "锁文件")):
        refused = read_archived(content, other)
        assert isinstance(refused, Refusal)
        assert (refused.code, words in refused.reason) == ("R211", True)


# ---------------------------------------------------------------- extents


def follow(*elements: tuple[str, dict[str, str]]) -> Extent:
    cells = SheetCells()
    for name, attributes in elements:
        cells.start_element(name, attributes)
    return cells.extent()


V = ("v", dict[str, str]())


def cell(reference: str) -> tuple[str, dict[str, str]]:
    return "c", {"r": reference}


def test_a_sheet_reaches_to_its_last_cell_and_each_row_ends_at_its_own() -> None:
    assert follow() == Extent(0, 0, 0)
    assert follow(cell("C2"), V) == Extent(2, 3, 5)
    assert follow(cell("C2"), V, cell("B4"), V) == Extent(4, 3, 9)
    assert follow(cell("C2"), V, cell("A2"), V) == Extent(2, 3, 5)
    assert follow(cell("Z9")) == Extent(0, 0, 0)  # nothing in it
    assert follow(("row", {}), ("x:c", {}), ("f", {}), ("row", {}), ("c", {}), ("is", {})) == (
        Extent(2, 1, 4)
    )
    assert follow(("row", {"r": "5"}), ("c", {}), ("c", {}), V) == Extent(5, 2, 7)
    assert follow(("row", {"r": "x"}), ("c", {}), V) == Extent(1, 1, 2)
    assert follow(("row", {"r": "1234567890"}), ("c", {}), V) == Extent(1, 1, 2)


def test_the_last_cell_of_excel_passes_and_the_next_row_and_column_do_not() -> None:
    assert follow(cell(f"XFD{MAX_ROW}"), V).columns == MAX_COLUMN
    for reference in (f"A{MAX_ROW + 1}", "XFE1"):
        with pytest.raises(Refused, match="R204"):
            follow(cell(reference))
    for reference in ("A0", "$A$1", "1A", ""):
        with pytest.raises(Refused, match="R201"):
            follow(cell(reference))


def tables(
    *elements: tuple[str, dict[str, str]],
    limits: Limits = Limits(),  # noqa: B008
) -> Mapping[str, Extent]:
    cells = TableCells(limits)
    for name, attributes in elements:
        cells.start_element(name, attributes)
    return cells.extents()


def row(times: int | str = 1) -> tuple[str, dict[str, str]]:
    return "t:table-row", {"t:number-rows-repeated": str(times)} if times != 1 else {}


def ods(times: int | str = 1, full: bool = True) -> tuple[str, dict[str, str]]:
    told = {"t:number-columns-repeated": str(times)} if times != 1 else {}
    return "t:table-cell", told | ({"o:value-type": "string"} if full else {})


def table(name: str) -> tuple[str, dict[str, str]]:
    return "t:table", {"t:name": name}


def test_repeats_are_counted_where_something_is_in_them() -> None:
    assert tables(table("甲")) == {"甲": Extent(0, 0, 0)}
    assert tables(table("甲"), row(), ods()) == {"甲": Extent(1, 1, 2)}
    assert tables(table("甲"), row(3), ods(2)) == {"甲": Extent(3, 2, 9)}
    assert tables(table("甲"), row(2), ods(4, full=False), ods()) == {"甲": Extent(2, 5, 12)}
    assert tables(table("甲"), row(9), ods(9, full=False)) == {"甲": Extent(0, 0, 0)}
    assert tables(table("甲"), row(), ods(full=False), ("x:p", {})) == {"甲": Extent(1, 1, 2)}
    assert tables(table("甲"), row(), ods(), row(), ods(3), table("乙"), row(), ods()) == {
        "甲": Extent(2, 3, 6),
        "乙": Extent(1, 1, 2),
    }


def test_the_last_repeats_and_blanks_that_pass() -> None:
    assert tables(table("甲"), row(MAX_ROW), ods())["甲"].rows == MAX_ROW
    assert tables(table("甲"), row(), ods(MAX_COLUMN))["甲"].columns == MAX_COLUMN
    for elements in (
        (row(MAX_ROW + 1),),
        (row(MAX_ROW), ods(), row(), ods()),
        (row(), ods(MAX_COLUMN + 1)),
        (row("x"),),
        (row("9" * 20),),
    ):
        with pytest.raises(Refused, match="R204"):
            tables(table("甲"), *elements)
    blanks = ("x:s", {"x:c": "3"})
    assert tables(table("甲"), blanks, blanks, limits=Limits(spaces=6)) == {"甲": Extent()}
    with pytest.raises(Refused, match="R204"):
        tables(table("甲"), blanks, blanks, limits=Limits(spaces=5))


def test_the_cells_of_all_sheets_together_may_reach_the_limit_and_no_further() -> None:
    extents = {"甲": Extent(1, 1, 4), "乙": Extent(1, 1, 6)}
    bound_area(extents, Limits(cell_area=10))
    with pytest.raises(Refused, match="超过 9 格"):
        bound_area(extents, Limits(cell_area=9))
    bound_cells(10, Limits(cell_area=10))
    with pytest.raises(Refused, match="R204"):
        bound_cells(11, Limits(cell_area=10))
