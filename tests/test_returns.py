"""What lies under 回收/, read: every file once, and every file of a zip once."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from taskxl.desk import return_files
from taskxl.desk.return_files import read_returns
from taskxl.intake.gate import Refusal
from taskxl.merge.month import merge_month
from taskxl.model import FileVerdict, Return
from taskxl.workspace.folder import list_returns
from tests.packages import pack
from tests.returned_support import EXPECTED, HEADER, MASTER, PERIOD
from tests.support import make_workbook


def make_return(office: str = "办公室", progress: str = "已完成选址。") -> bytes:
    """Write an office's form, retyped into an empty workbook."""
    rows = [("填报股室：", office), HEADER[:8]]
    for task in MASTER.tasks:
        if task.lead_offices == (office,):
            rows.append((task.id, task.title or "", "", office, "正常推进", progress, "无", ""))
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return make_workbook({"进展情况表": table})


def read_folder(folder: Path, files: Mapping[str, bytes], **options: Any) -> dict[str, Return]:
    """Read a 回收 folder that holds `files`; each result by its name, which no two share."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found = list(read_returns(folder, list_returns(folder), EXPECTED, **options))
    assert len({ret.file for ret in found}) == len(found)
    return {ret.file: ret for ret in found}


def judge(found: Mapping[str, Return]) -> dict[str, FileVerdict]:
    """Return the verdict of each file of a month that these returns make."""
    month = merge_month(MASTER, PERIOD, PERIOD.last_day, list(found.values()))
    assert [one.file for one in month.files] == sorted(found)
    return {one.file: one for one in month.files}


def texts(ret: Return) -> list[str]:
    return [entry.progress for form in ret.submissions for entry in form.entries]


def test_a_zip_is_skipped_itself_and_its_files_are_returns(tmp_path: Path) -> None:
    one, other = make_return(), make_return("基教股", "已拟定方案。")
    archive = pack({"四月/办公室.xlsx": one, "基教股.xlsx": other, "说明.txt": "详见附件。"})
    found = read_folder(tmp_path, {"报送/包.zip": archive})
    files = judge(found)
    itself = files["报送/包.zip"]
    assert (itself.verdict, itself.code) == ("skipped", None)
    assert itself.reason == "压缩包，已打开，里面的 3 个文件各有登记"
    assert itself.sha256 == sha256(archive).hexdigest()
    inside = files["报送/包.zip/四月/办公室.xlsx"]
    assert (inside.verdict, inside.office) == ("accepted", "办公室")
    assert inside.sha256 == sha256(one).hexdigest()
    assert files["报送/包.zip/基教股.xlsx"].office == "基教股"
    assert files["报送/包.zip/说明.txt"].code == "R203"
    assert set(texts(found["报送/包.zip/四月/办公室.xlsx"])) == {"已完成选址。"}


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_zip_in_a_zip_is_opened_down_to_the_third(tmp_path: Path, depth: int) -> None:
    content, path = make_return(), "办公室.xlsx"
    for level in range(depth):
        content = pack({path.split("/")[0]: content})
        path = f"包{level}.zip/{path}"
    name, _, inner = path.partition("/")
    files = judge(read_folder(tmp_path, {name: content}))
    assert len(files) == min(depth, 3) + 1
    if depth <= 3:
        assert files[f"{name}/{inner}"].office == "办公室"
    else:
        (refused,) = [file for file in files.values() if file.code]
        assert (refused.code, "请解压" in (refused.reason or "")) == ("R203", True)


def test_excels_own_password_is_no_password(tmp_path: Path) -> None:
    import msoffcrypto

    for word, code in (("VelvetSweatshop", None), ("另一个", "R202")):
        locked = io.BytesIO()
        msoffcrypto.OfficeFile(io.BytesIO(make_return())).encrypt(word, locked)
        content = locked.getvalue()
        (ret,) = read_folder(tmp_path / word, {"表.xlsx": content}).values()
        assert (ret.code, ret.sha256) == (code, sha256(content).hexdigest())
        assert bool(ret.submissions) is (code is None)


def test_excel_2003_xml_is_a_workbook(tmp_path: Path) -> None:
    cells = (
        ("填报股室：办公室",),
        ("编号", "项目名称", "进度状态", "进展情况"),
        *(
            (task.number or "", task.title or "", "正常推进", "已完成选址。")
            for task in MASTER.tasks[:1]
        ),
    )
    rows = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{t}</Data></Cell>' for t in row) + "</Row>"
        for row in cells
    )
    content = (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="Sheet1"><Table>{rows}</Table></Worksheet></Workbook>'
    )
    (ret,) = read_folder(tmp_path, {"表.xls": content.encode()}).values()
    assert [e.progress for e in ret.submissions[0].entries] == ["已完成选址。"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_names_inside_are_read_as_packed(tmp_path: Path, encoding: str) -> None:
    buffer = io.BytesIO()
    name = "四月/基教股进展.xlsx"
    plain = "x" * len(name.encode(encoding))
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(plain if encoding == "gbk" else name, make_return("基教股"))
    content = buffer.getvalue().replace(plain.encode(), name.encode(encoding))
    assert judge(read_folder(tmp_path, {"包.zip": content}))[f"包.zip/{name}"].office == "基教股"


def test_a_file_packed_with_a_password_costs_only_itself(tmp_path: Path) -> None:
    content = bytearray(pack({"密.xlsx": make_return(), "基教股.xlsx": make_return("基教股")}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    files = judge(read_folder(tmp_path, {"包.zip": bytes(content)}))
    assert (files["包.zip/密.xlsx"].verdict, files["包.zip/密.xlsx"].code) == ("rejected", "R202")
    assert files["包.zip/基教股.xlsx"].verdict == "accepted"


def test_a_bomb_beside_a_zip_and_one_inside_it_cost_a_line_each(tmp_path: Path) -> None:
    bomb = pack({"a.csv": b"0" * (8 << 20)})  # a thousandfold
    honest = pack({"办公室.xlsx": make_return(), "弹.xlsx": pack({"xl/a.xml": b" " * (8 << 20)})})
    found = read_folder(tmp_path, {"弹.zip": bomb, "包.zip": honest})
    files = judge(found)
    assert files["弹.zip"].code == "R204"
    assert files["包.zip/弹.xlsx"].code == "R204"
    assert files["包.zip/办公室.xlsx"].verdict == "accepted"


def test_two_files_of_one_name_in_a_zip_are_two(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("进展.xlsx", make_return())
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("进展.xlsx", make_return("基教股"))
        archive.writestr("../进展.xlsx", b"x")
    files = judge(read_folder(tmp_path, {"包.zip": buffer.getvalue()}))
    assert files.pop("包.zip").verdict == "skipped"
    assert {name: file.office for name, file in files.items()} == {
        "包.zip/进展.xlsx": "办公室",
        "包.zip/进展（同名第2个）.xlsx": "基教股",
        "包.zip/进展（同名第3个）.xlsx": None,
    }


def test_the_same_file_beside_a_zip_and_in_it_counts_once(tmp_path: Path) -> None:
    form = make_return()
    found = read_folder(tmp_path, {"a.xlsx": form, "b.zip": pack({"c.xlsx": form})})
    files = judge(found)
    assert sorted(file.verdict for file in files.values()) == ["accepted", "duplicate", "skipped"]
    assert [file.code for file in files.values() if file.verdict == "duplicate"] == ["R207"]


@pytest.mark.parametrize(
    ("content", "code"),
    [(pack({"空/": b""}), "R201"), (pack({"a.xlsx": b"x"})[:-8], "R201"), (b"PK\x05\x06", "R201")],
)
def test_a_zip_that_cannot_be_opened_has_one_verdict(
    tmp_path: Path, content: bytes, code: str
) -> None:
    files = judge(read_folder(tmp_path, {"包.zip": content}))
    assert [(file.verdict, file.code) for file in files.values()] == [("rejected", code)]


def test_what_is_skipped_by_name_is_skipped_inside_too(tmp_path: Path) -> None:
    inner = {"~$a.xlsx": b"x", "__MACOSX/._a.xlsx": b"x", "a.xlsx.crdownload": b"x", "b": b"x,y"}
    files = judge(read_folder(tmp_path, {"包.zip": pack(inner)}))
    skipped = {name for name, file in files.items() if file.code == "R211"}
    assert skipped == {f"包.zip/{name}" for name in inner if name != "b"}
    assert all(files[name].verdict == "skipped" for name in skipped)


def test_a_packed_file_bears_its_own_time_and_else_the_zips(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.xlsx", (2021, 4, 20, 9, 30, 0)), make_return())
        # 1980-01-01 is what packers write that know no time.
        archive.writestr(zipfile.ZipInfo("b.xlsx"), make_return("基教股"))
    found = read_folder(tmp_path, {"包.zip": buffer.getvalue()})
    assert found["包.zip/a.xlsx"].received_at == datetime(2021, 4, 20, 9, 30)
    assert found["包.zip/b.xlsx"].received_at == found["包.zip"].received_at


def test_progress_counts_every_file_to_the_last(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    inner = {f"{n}.csv": b"a,b\n" for n in range(3)}
    files = {"a.csv": b"a,b\n", "b.zip": pack(inner), "c.csv": b"a,b\n"}
    read_folder(tmp_path, files, progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == [1, 2, 3, 4, 5, 6]
    assert told[-1] == (6, 6)
    assert all(done < total for done, total in told[:-1] if done > 1)


def test_a_zip_changed_between_listing_and_reading_is_not_mixed(tmp_path: Path) -> None:
    path = tmp_path / "包.zip"
    path.write_bytes(pack({"a.xlsx": make_return()}))
    job = return_files._Job("包.zip/a.xlsx", path, "a.xlsx", "0" * 64)
    read = return_files._read_inside(EXPECTED, job)
    assert read.code == "R201"
    assert "被改动" in (read.reason or "")


@pytest.mark.usefixtures("in_workers")
def test_no_content_of_a_zip_enters_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_at_home(function: Any, context: Any, jobs: Sequence[Any], **limits: Any) -> Any:
        monkeypatch.setattr(return_files, "read_once", fail)
        return workers(function, context, jobs, **limits)

    def fail(*_: object) -> None:
        raise AssertionError("the content was read here")

    workers = return_files.read_isolated
    monkeypatch.setattr(return_files, "read_isolated", read_at_home)
    inner = {"a.xlsx": make_return(), "b.xlsx": b"x" * 999, "~$c": b""}
    found = read_folder(tmp_path, {"包.zip": pack(inner), "~$d": b"", "e.pdf": b"%PDF-1.4"})
    assert len(found) == 6


def test_a_file_whose_reader_died_keeps_its_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = make_return()

    def die(function: Any, context: Any, jobs: Sequence[Any], **_: Any) -> Any:
        for job in jobs:
            listed = job.file == "包.zip"
            yield job, function(context, job) if listed else Refusal("R204", "没有读完。")

    monkeypatch.setattr(return_files, "read_isolated", die)
    found = read_folder(tmp_path, {"包.zip": pack({"a.xlsx": form}), "b.xlsx": form})
    digest = sha256(form).hexdigest()
    for name in ("包.zip/a.xlsx", "b.xlsx"):
        assert (found[name].code, found[name].sha256) == ("R204", digest)
