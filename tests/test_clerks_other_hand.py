"""What clerks and their programs do to a form, seen by another pair of eyes: kinds, not cases."""

import io
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from taskxl.dates import read_date
from taskxl.desk.return_files import read_returns
from taskxl.forms.returned.columns import recognise_header
from taskxl.intake.convert import find_office
from taskxl.intake.grids import Book, Sheet
from taskxl.intake.reading import read_book
from taskxl.mail.courtesies import told_words
from taskxl.merge.likeness import find_done_clause
from taskxl.model import MAIL_TEXT, Month, Return
from taskxl.prove.books import read_file
from taskxl.statements import read_state, read_status
from tests.packages import pack
from tests.returned_support import (
    EXPECTED,
    MAIN,
    MILESTONES,
    Draft,
    draft_form,
    fill_form,
    texts,
)
from tests.test_returns_justice import OWN, blamed, merge, table
from tests.test_returns_letters import workbook

NOON = datetime.fromisoformat("2021-04-22T12:00")

# ---------------------------------------------------------------- a few words


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *((word, "正常推进") for word in ("序时推进", "按序时推进", "正在序时推进中")),
        *((word, "已完成") for word in ("✅", "✔\ufe0f", "已完成（超前）", "超前完成")),
        *((word, "尚未启动") for word in ("待启动", "等待实施")),
        *(
            (word, "进度滞后")
            for word in ("未按计划推进", "未达序时进度", "未达到序时进度要求", "未能按节点推进")
        ),
    ],
)
def test_a_choice_in_words_of_ones_own_is_understood(said: str, meant: str) -> None:
    assert read_status(said) == (meant, True)


@pytest.mark.parametrize("said", ["未按要求完成", "已落实", "未达标", "待"])
def test_what_may_mean_either_is_not_guessed(said: str) -> None:
    assert read_status(said) == (said, False)


@pytest.mark.parametrize("said", ["Y", "✅", "✔\ufe0f", "已完成（超前）"])
def test_a_milestone_is_done_in_marks_and_letters_too(said: str) -> None:
    assert read_state(said, 2021) == ("已完成", None, True)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from("-/.、。"))
def test_a_day_is_read_whatever_key_stood_between_its_figures(day: date, key: str) -> None:
    assert read_date(f"{day.year}{key}{day.month}{key}{day.day}", 1999) == day


@pytest.mark.parametrize("back", ["该节点", "该项工作", "此项任务", "目前该任务"])
def test_a_clause_may_refer_to_the_one_before_it(back: str) -> None:
    milestone = "四是12月15日前完成第一期主体工程。"
    said = f"整改5处，12月15日前完成第一期主体工程，{back}已于12月3日完成。"
    assert find_done_clause(milestone, said) is not None
    assert find_done_clause(milestone, said.replace("已于12月3日", "未按时")) is None
    assert find_done_clause(milestone, f"印发培训通知，{back}已于12月3日完成。") is None


# ---------------------------------------------------------------- columns and cells


@pytest.mark.parametrize("told", ["本月工作开展情况", "工作推进情况说明", "主要工作落实情况"])
@pytest.mark.parametrize("said", ["正常推进", "进行中", "已完成"])
def test_a_column_of_choices_is_the_status_where_another_tells_what_was_done(
    told: str, said: str
) -> None:
    header = ("编号", "项目名称", "责任股室", "完成情况", told, "存在困难及下一步计划")
    answers = {"完成情况": said, told: "走访#所学校，形成报告。", "存在困难及下一步计划": "无"}
    ret = table(header, OWN, answers, ["填报股室：办公室"]).read()
    (form,) = ret.submissions
    assert {e.status for e in form.entries} == {read_status(said)[0]}
    assert [e.progress for e in form.entries] == [f"走访{n}所学校，形成报告。" for n in OWN]
    assert set(texts(ret.unplaced)) <= {told}  # an unusual caption is kept as it was written
    assert "E303" not in {f.code for f in ret.findings}


def test_other_things_are_remarks_alone_and_not_at_the_end_of_another_caption() -> None:
    assert recognise_header("其他", "task") == ("remarks", True)
    assert recognise_header("其它", "task") == ("remarks", True)
    assert (recognise_header("工作进展及其他", "task") or ("",))[0] == "progress"
    assert (recognise_header("存在问题及其他", "task") or ("",))[0] == "obstacles"


@given(
    st.dates(date(2021, 1, 1), date(2021, 4, 22)),
    st.sampled_from(["已完成", "已办结", "√", "未完成"]),
)
def test_state_and_day_of_a_milestone_may_have_changed_places(day: date, state: str) -> None:
    draft = fill_form()
    for row in draft.sheets[MILESTONES][3:]:
        if row[7]:
            row[4], row[5] = day, state
    (form,) = draft.read().submissions
    assert {(m.state, m.done_on) for m in form.milestones} == {(read_state(state, 2021)[0], day)}
    assert not [f for f in draft.read().findings if f.code in ("E304", "E305")]


@pytest.mark.parametrize("day", ["2021年4月21日", "4月21日", "2021-4-21"])
@pytest.mark.parametrize("label", ["审定", "分管领导审定", "审核人"])
def test_a_label_may_follow_a_value_in_its_cell(day: str, label: str) -> None:
    draft = fill_form()
    draft.sheets[MAIN][2][6] = f"{day}　{label}：何立文"
    draft.sheets[MAIN][3][6] = None
    ret = draft.read()
    (form,) = ret.submissions
    assert (form.reported_on, form.approval) == (date(2021, 4, 21), "何立文")
    assert texts(ret.unplaced) == []


# ---------------------------------------------------------------- nobody is called blank

WORK = "组织培训3场，走访学校12所，已印发实施方案。"


@pytest.mark.parametrize("column", ["进度状态", "存在问题和下一步工作计划", "备注"])
def test_progress_in_another_cell_of_its_row_is_not_called_blank(column: str) -> None:
    draft = fill_form()
    for row in draft.sheets[MAIN][5:]:
        row[5] = None
        row[draft.at(MAIN, column)[1]] = WORK
    found = [f for f in merge(draft.read()).findings if f.code == "G404"]
    assert found
    assert {f.severity for f in found} == {"info"}


def test_progress_below_the_plan_is_not_called_blank() -> None:
    draft = fill_form()
    for row in draft.sheets[MAIN][5:]:
        row[5], row[2] = None, f"{row[2]}\n进展：{WORK}"
    assert {f.severity for f in merge(draft.read()).findings if f.code == "G404"} == {"info"}


def test_obstacles_that_tell_of_nothing_done_are_no_progress() -> None:
    draft = fill_form()
    for row in draft.sheets[MAIN][5:]:
        row[5], row[6] = None, "资金缺口较大，拟于下月提请局务会研究。"
    assert {f.severity for f in merge(draft.read()).findings if f.code == "G404"} == {"error"}


# ---------------------------------------------------------------- what comes beside a form


def forms(*offices: str) -> list[Return]:
    made = []
    for office in offices:
        (one,) = (fill_form(office).read(),)
        made.append(
            Return(
                f"{office}.xlsx", office, NOON, submissions=one.submissions, findings=one.findings
            )
        )
    return made


def companion(file: str, code: str) -> Return:
    return Return(file, f"sha of {file}", NOON, code=code, reason="这是图片，不能汇总。请重发。")


def severity(month: Month, file: str) -> set[str]:
    return {f.severity for f in month.findings if f.file == file}


@settings(deadline=None)
@given(
    st.sampled_from(["签字页.jpg", "IMG_0001.jpg", "情况说明.docx", "审签单.png"]),
    st.sampled_from(["R203", "R205"]),
    st.sampled_from(["{}{}", "{}/{}", "{}.zip/{}"]),
)
def test_what_comes_beside_a_form_that_counts_asks_nothing(name: str, code: str, at: str) -> None:
    file = at.format("办公室", name)
    month = merge(*forms("办公室"), companion(file, code))
    assert severity(month, file) == {"info"}
    alone = merge(*forms("办公室"))
    assert blamed(month) == blamed(alone)


@pytest.mark.parametrize("name", ["IMG_0001.jpg", "扫描件.png"])
def test_a_page_without_a_name_asks_nothing_where_no_form_is_wanting(name: str) -> None:
    everybody = forms("办公室", "基教股", "计财股")
    assert severity(merge(*everybody, companion(name, "R203")), name) == {"info"}
    # One office has sent nothing: it may be its form that somebody photographed.
    assert severity(merge(*everybody[:2], companion(name, "R203")), name) == {"error"}


@pytest.mark.parametrize("at", ["各股室", "4月"])
def test_a_folder_of_several_says_nothing_of_a_nameless_page(at: str) -> None:
    """It may be the form of who has sent none; a parcel of one office is that office's."""
    (form,) = forms("办公室")
    there = replace(form, file=f"{at}/{form.file}")
    page = companion(f"{at}/IMG_2031.jpg", "R203")
    assert severity(merge(there, page), page.file) == {"error"}


@pytest.mark.parametrize(
    ("offices", "wanted"), [(["办公室"], "info"), (["办公室", "基教股"], "error")]
)
def test_in_a_parcel_a_nameless_page_is_whose_the_forms_are(
    offices: list[str], wanted: str
) -> None:
    parcel = Return("回.zip", "z", NOON, reason="压缩包，已打开")
    inside = [replace(form, file=f"回.zip/{form.file}") for form in forms(*offices)]
    page = companion("回.zip/IMG_2031.jpg", "R203")
    assert severity(merge(parcel, *inside, page), page.file) == {wanted}


def test_a_picture_of_an_office_that_sent_no_form_is_still_asked_for() -> None:
    month = merge(*forms("办公室"), companion("计财股.jpg", "R203"))
    assert severity(month, "计财股.jpg") == {"error"}


@pytest.mark.parametrize("heading", ["{}审签单", "{}重点工作报送审批单", "附件2（{}）签字页"])
def test_an_approval_by_itself_is_whose_its_heading_says(heading: str) -> None:
    said = heading.format("基教股"), "分管负责同志审定意见：同意上报。王立 2021年4月22日"
    slip = Draft({"Sheet1": [[line] for line in said]}).read()
    form = draft_form("基教股")
    for row in form.sheets[MAIN][5:]:
        row[4], row[5] = "正常推进", f"走访{row[0]}所学校，形成报告。"
    form.sheets[MAIN][2][4], form.sheets[MAIN][2][6] = "周晓禾", "2021-4-22"
    ret = form.read()
    whole = [Return("表.xlsx", "a", NOON, submissions=ret.submissions), slip]
    month = merge(*whole)
    assert not [f for f in month.findings if f.code == "G403" and f.office == "基教股"]


def say_twice(first: str, second: str) -> Month:
    """Return a month in which an office says two things of its tasks and nobody knows when."""
    both = []
    for name, said in (("乙.xlsx", first), ("甲.xlsx", second)):
        draft = fill_form()
        for row in draft.sheets[MAIN][5:]:
            row[5] = said or None
        both.append(Return(name, name, NOON, submissions=draft.read().submissions))
    return merge(*both)


@pytest.mark.parametrize("begun", ["", "完成选址", "完成选址，报"])
def test_a_text_that_another_version_goes_on_with_is_no_second_opinion(begun: str) -> None:
    whole = "完成选址，报县政府审定。"
    month = say_twice(begun, whole)
    assert {e.progress for e in month.entries if e.office == "办公室"} == {whole}
    assert "R209" not in {finding.code for finding in month.findings}


@pytest.mark.parametrize("other", ["完成选址", "报县政府审定", "选址"])
def test_a_text_that_stands_within_another_may_say_the_contrary(other: str) -> None:
    month = say_twice(other, "未完成选址，未报县政府审定。")
    assert "R209" in {finding.code for finding in month.findings}


# ---------------------------------------------------------------- headings


@pytest.mark.parametrize(
    "line",
    [
        "教育局2021年重点工作任务进展情况表（1-4月）",
        "2021年重点工作任务进展情况表（4月）",
        "办公室补报",
        "局办补充材料",
    ],
)
def test_a_heading_that_somebody_typed_anew_asks_nothing(line: str) -> None:
    header = ("编号", "项目名称", "责任股室", "进度状态", "进展情况")
    answers = {"进度状态": "正常推进", "进展情况": "走访#所学校。"}
    ret = table(header, OWN, answers, [line, "填报股室：办公室"]).read()
    assert texts(ret.unplaced) == []
    assert "E303" not in {f.code for f in ret.findings}


@pytest.mark.parametrize("line", ["办公室补报，请以此为准", "请计财股协调", "3所学校情况"])
def test_a_line_that_says_more_than_a_heading_is_kept(line: str) -> None:
    header = ("编号", "项目名称", "责任股室", "进度状态", "进展情况")
    answers = {"进度状态": "正常推进", "进展情况": "走访#所学校。"}
    ret = table(header, OWN, answers, [line, "填报股室：办公室"]).read()
    assert texts(ret.unplaced) == [line]


def test_the_contents_of_a_book_saved_as_a_page_are_nobodys_words() -> None:
    page = (
        '<html><body><p><center><h1>Overview</h1><A HREF="#table0">进展</A><br></center></p>'
        '<A NAME="table0"><h1>Sheet 1: <em>进展</em></h1></A>'
        "<table><tr><td>甲</td></tr></table><p>表下的话</p></body></html>"
    )
    book = read_book(page.encode(), "表.xls", "html")
    assert [line.text for line in book.lines] == ["表下的话"]
    assert book.sheets[0].rows == (("甲",),)
    plain = page.replace("#table0", "http://example.com/").replace('NAME="table0"', "")
    assert "Overview" in [line.text for line in read_book(plain.encode(), "表.xls", "html").lines]


# ---------------------------------------------------------------- letters and documents


def letter(text: str, *files: tuple[str, bytes], page: str = "") -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "clerk@example.com", "office@example.com"
    message["Subject"], message["Date"] = "报送", "Tue, 20 Apr 2021 09:10:00 +0800"
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    for name, content in files:
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def read_folder(folder: Path) -> dict[str, Return]:
    files = sorted(path.name for path in folder.iterdir())
    return {ret.file: ret for ret in read_returns(folder, files, EXPECTED)}


POLITE = ("您好", "各位领导", "附件是我股的表", "请查收", "谢谢", "现报上", "祝工作顺利", "")
TELLING = ("表已经王立同志审定", "第2项的数字以这里为准", "其中3所学校月底才完成")


@given(
    st.lists(st.sampled_from(POLITE)),
    st.lists(st.sampled_from(TELLING), unique=True),
    st.sampled_from(["，", "。", "\n"]),
)
def test_of_a_letter_all_is_kept_but_courtesies(
    polite: Sequence[str], telling: Sequence[str], mark: str
) -> None:
    kept = "\n".join(told_words(f"{mark.join(polite)}\n{mark.join(telling)}"))
    assert all(one in kept for one in telling)
    assert bool(kept) == bool(telling)
    answered = f"{mark.join(telling)}\n-----原始邮件-----\n发件人：办公室\n请于25日前报送"
    assert "25日" not in "\n".join(told_words(answered))


ROUTINE = (
    "您好，4月份报表见附件，请查收。",
    "现将本股4月重点工作进展情况表报送，请审阅。",
    "2021年1-4月重点工作任务进展情况表报上",
    "附件2见附件，谢谢！",
)
SIGNED = (
    "云溪县教育局 基教股",
    "电话：0750-5551234 13800138000",
    "地址：云溪县人民路12号",
    "邮编：529200",
    "联系人：林一帆",
    "发自我的iPhone",
    "13800138000",
)


@given(
    st.lists(st.sampled_from(ROUTINE), max_size=2),
    st.lists(st.sampled_from(TELLING), max_size=2),
    st.lists(st.sampled_from(SIGNED), max_size=5),
)
def test_who_signs_and_what_is_sent_every_month_says_nothing(
    routine: list[str], telling: list[str], signed: list[str]
) -> None:
    told = told_words("\n".join((*routine, *telling, *signed)))
    assert told == tuple(dict.fromkeys(telling))


def test_a_letter_that_excuses_nothing_leaves_a_blank_answer_blank(tmp_path: Path) -> None:
    """What stands in a letter may be an approval; it is no progress of this task or that."""
    draft = fill_form()
    draft.sheets[MAIN][5][5] = None
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in draft.sheets[MAIN]:
        sheet.append([str(value) if value else None for value in row[:8]])
    held = io.BytesIO()
    book.save(held)
    for name, said in (("甲.eml", ""), ("乙.eml", "本月工作较多，其中3所学校月底才完成。")):
        (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / name).write_bytes(letter(said, ("表.xlsx", held.getvalue())))
        month = merge(*read_folder(tmp_path).values())
        assert [f.severity for f in month.findings if f.code == "G404"] == ["error"], name
        (tmp_path / name).unlink()


@pytest.mark.parametrize(
    "page", ["", "<table><tr><td>报送</td></tr><tr><td>0750</td></tr></table>"]
)
def test_a_letter_without_its_form_is_told_so_however_it_is_laid_out(
    tmp_path: Path, page: str
) -> None:
    (tmp_path / "来信.eml").write_bytes(letter("报表见附件，请查收。", page=page))
    (said,) = [ret for ret in read_folder(tmp_path).values() if ret.code]
    assert said.code == "R203"
    assert "里面没有附件" in (said.reason or "")


def test_what_a_letter_says_is_kept_and_its_approval_is_not_overlooked(tmp_path: Path) -> None:
    rows = [row[:] for row in fill_form().sheets[MAIN]]
    rows[3][6] = None
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([str(value) if value else None for value in row[:8]])
    held = io.BytesIO()
    book.save(held)
    said = "表见附件，已经王立同志审定。"
    (tmp_path / "来信.eml").write_bytes(letter(said, ("表.xlsx", held.getvalue())))
    month = merge(*read_folder(tmp_path).values())
    assert [(one.sheet, one.text) for one in month.unplaced if one.file == "来信.eml"] == [
        (MAIL_TEXT, said)
    ]
    assert {f.severity for f in month.findings if f.code == "G403" and f.office == "办公室"} == {
        "info"
    }


def test_a_table_in_the_letter_itself_is_a_form(tmp_path: Path) -> None:
    rows = fill_form().sheets[MAIN][2:]
    cells = "".join(
        f"<tr>{''.join(f'<td>{v or str()}</td>' for v in row[:8])}</tr>" for row in rows
    )
    page = f"<html><body><table>{cells}</table></body></html>"
    (tmp_path / "来信.eml").write_bytes(letter("表在正文里", page=page))
    found = read_folder(tmp_path)
    assert [f.office for ret in found.values() for f in ret.submissions] == ["办公室"]


def document_with(inner: bytes, name: str = "Microsoft_Excel_Sheet1.xlsx") -> bytes:
    document = docx.Document()
    document.add_paragraph("报送材料，表见附件对象。")
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made, "a") as package:
        package.writestr(f"word/embeddings/{name}", inner)
    return made.getvalue()


def test_a_form_put_into_a_document_as_an_object_is_read(tmp_path: Path) -> None:
    (tmp_path / "报送.docx").write_bytes(document_with(workbook()))
    found = read_folder(tmp_path)
    assert found["报送.docx"].code is None
    inner = found["报送.docx/Microsoft_Excel_Sheet1.xlsx"]
    assert [form.office for form in inner.submissions] == ["办公室"]


@pytest.mark.parametrize("order", [("zip", "eml"), ("eml", "zip"), ("zip", "zip"), ("docx",), ()])
def test_the_second_reader_opens_what_holds_a_form(order: tuple[str, ...]) -> None:
    form = workbook()
    content = form
    for kind in order:
        if kind == "zip":
            content = pack({"表": content})
        elif kind == "eml":
            content = letter("见附件", ("表", content))
        else:
            content = document_with(content)
    digest = sha256(form).hexdigest()
    (one,) = read_file(frozenset((digest,)), content)
    assert (one.digest, one.unread) == (digest, "")
    assert one.words


# ---------------------------------------------------------------- words struck out in a cell


def struck_book() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    struck, bold = InlineFont(strike=True), InlineFont(b=True)
    sheet["A1"] = CellRichText(TextBlock(struck, "尚未开会。"), "已开会。")
    sheet["A2"] = CellRichText("已开会。", TextBlock(bold, "已印发。"))
    for row in range(3, 300):  # the table of texts goes on in further records
        sheet.cell(row, 1, f"第{row}行的文字，" * 30)
    sheet["B300"] = CellRichText("前面的字", TextBlock(struck, "划掉的字"), "𠮷后面的字")
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def struck_cells(book: Book) -> frozenset[tuple[int, int]]:
    sheet: Sheet = book.sheets[0]
    return sheet.struck


def test_a_struck_part_of_a_cell_is_seen_in_an_xlsx() -> None:
    assert struck_cells(read_book(struck_book(), "表.xlsx", "xlsx")) == {(1, 1), (300, 2)}


@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_a_struck_part_of_a_cell_is_seen_in_other_formats(tmp_path: Path, kind: str) -> None:
    source = tmp_path / "表.xlsx"
    source.write_bytes(struck_book())
    subprocess.run(
        [
            str(find_office()),
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            *("--headless", "--convert-to", kind, "--outdir", str(tmp_path), str(source)),
        ],
        check=True,
        capture_output=True,
    )
    content = (tmp_path / f"表.{kind}").read_bytes()
    book = read_book(content, f"表.{kind}", "xls" if kind == "xls" else "ods")
    assert struck_cells(book) == {(1, 1), (300, 2)}
