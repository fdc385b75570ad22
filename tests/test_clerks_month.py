"""What clerks do to a form before they send it back, each told in a sentence, and what comes of it."""

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl.comments import Comment

from taskxl.desk.issuing import issue_forms
from taskxl.model import Period
from tests.clerks import form_columns, task_rows
from tests.month_of_clerks import (
    APRIL,
    MAIN,
    MASTER_LIST,
    MILESTONES,
    OFFICES,
    Edit,
    Outcome,
    Post,
    Words,
    fill_words,
    fresh_post,
    make_post,
    make_workspace,
)
from tests.proofs import doubts

Check = Callable[[Outcome], None]
TITLES = ("编制教育事业发展规划", "推进政务公开", "信访事项限时办结")


@dataclass(frozen=True)
class Case:
    """`verdict` is that of `file`, `codes` are all that the month has but milestones' lights."""

    sentence: str
    deed: Callable[[Post], Check | None]
    verdict: str
    codes: frozenset[str]
    file: str


CASES: list[Case] = []


def clerk(
    sentence: str, verdict: str = "accepted", *codes: str, file: str = "附件2-办公室-2021年4月.xlsx"
) -> Callable[[Callable[[Post], Check | None]], Callable[[Post], Check | None]]:
    """Enter what a clerk does into the table."""

    def enter(deed: Callable[[Post], Check | None]) -> Callable[[Post], Check | None]:
        CASES.append(Case(sentence, deed, verdict, frozenset(codes), file))
        return deed

    return enter


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Post:
    """The month before anybody spoilt anything: every form filled."""
    return make_post(tmp_path_factory.mktemp("made"))


# ---------------------------------------------------------------- rows


@clerk("inserts a blank row and a row of work that is in no list", "partial", "E303")
def insert_rows(post: Post) -> None:
    with post.edit() as form:
        row = form.row("2")
        form.sheet.insert_rows(row, 2)
        form.sheet.cell(row, 2).value = post.words()
        form.sheet.cell(row, 6).value = post.words()


@clerk("deletes a task's row", "partial", "E302")
def delete_row(post: Post) -> Check:
    with post.edit() as form:
        form.sheet.delete_rows(form.row("2"))

    def check(outcome: Outcome) -> None:
        (gone,) = (f for f in outcome.document["findings"] if f["code"] == "E302")
        assert (gone["office"], gone["task"], gone["severity"]) == ("办公室", "2", "error")

    return check


@clerk("sorts the whole rows")
def sort_rows(post: Post) -> None:
    with post.edit() as form:
        swap(form, "1", "3", 9)


@clerk("sorts the visible columns; the hidden one with the ids stays behind")
def sort_visible(post: Post) -> None:
    # A bug: the ids left behind came out as words the office had typed.
    with post.edit() as form:
        swap(form, "1", "3", 8)


@clerk("goes on in a new row below; an editor that leaves merges behind inserts it", "accepted")
def continue_below(post: Post) -> Check:
    # A bug: the last task, now below a stale merge, was said to be blank (G404).
    with post.edit() as form:
        row = form.row("2")
        form.sheet.insert_rows(row + 1)
        form.sheet.cell(row + 1, 6).value = post.words()
    return lambda outcome: blank_nowhere(outcome, "3")


@clerk("copies a task's row and writes another text into the copy", "partial", "E303")
def copy_row(post: Post) -> None:
    with post.edit() as form:
        row = form.row("2")
        form.sheet.insert_rows(row + 1)
        for column in range(1, 10):
            form.sheet.cell(row + 1, column).value = form.sheet.cell(row, column).value
        form.sheet.cell(row + 1, 6).value = post.words()


@clerk("merges the progress of two tasks", "accepted", "E307", "G404")
def merge_rows(post: Post) -> Check:
    with post.edit() as form:
        form.sheet.merge_cells(start_row=7, end_row=8, start_column=6, end_column=6)

    def check(outcome: Outcome) -> None:
        (blank,) = (f for f in outcome.document["findings"] if f["code"] == "G404")
        assert (blank["task"], blank["severity"]) == ("2", "info")

    return check


@clerk("hides a row and a column")
def hide(post: Post) -> None:
    with post.edit() as form:
        form.sheet.row_dimensions[form.row("2")].hidden = True
        form.sheet.column_dimensions["G"].hidden = True


@clerk("writes work of its own below 清单以外", "partial", "E312")
def beyond_the_list(post: Post) -> Check:
    with post.edit() as form:
        row = next(c.row for c in form.sheet["A"] if "清单以外" in str(c.value))
        form.sheet.cell(row + 1, 2).value = post.words()
        form.sheet.cell(row + 1, 6).value = post.words()
    return lambda outcome: says(outcome, "E312", "清单以外的工作")


@clerk("appends another office's tasks below its own", "partial", "E303")
def add_foreign_rows(post: Post) -> Check:
    # A bug: they were called 清单以外的工作.
    with post.edit() as form:
        for task in ("5", "6"):
            form.sheet.append([int(task), {"5": "规范阳光招生", "6": "提升课后服务质量"}[task]])
            form.sheet.cell(form.sheet.max_row, 6).value = post.words()
    return lambda outcome: says(outcome, "E303", "别的股室的任务")


# ---------------------------------------------------------------- columns and headers


@clerk("inserts a column with a header of its own", "partial", "E303")
def insert_column(post: Post) -> None:
    # A bug: 填报日期 and 审定, moved from their stale merges, were said to be blank (G403, G412).
    with post.edit() as form:
        form.sheet.insert_cols(6)
        form.sheet.cell(form_columns(form.sheet)[0], 6).value = "本股室意见"
        for task in "123":
            form.sheet.cell(form.row(task), 6).value = post.words()


@clerk("deletes 编号 and 主要内容")
def delete_columns(post: Post) -> None:
    with post.edit() as form:
        form.sheet.delete_cols(3)
        form.sheet.delete_cols(1)


@clerk("exchanges two columns")
def swap_columns(post: Post) -> None:
    with post.edit() as form:
        for row in (5, 7, 8, 9):
            one, other = form.sheet.cell(row, 6), form.sheet.cell(row, 7)
            one.value, other.value = other.value, one.value


@clerk("adds a second column for progress", "partial", "E303")
def second_progress(post: Post) -> None:
    with post.edit() as form:
        form.sheet.cell(5, 10).value = "进展情况（补充）"
        for task in "123":
            form.sheet.cell(form.row(task), 10).value = post.words()


@clerk("calls the columns 工作推进落实情况 and 困难及下步安排", "partial")
def rename_headers(post: Post) -> Check:
    # A bug: 困难及下步安排 was no column for obstacles, and its texts had no place.
    with post.edit() as form:
        form.sheet["F5"].value, form.sheet["G5"].value = "工作推进落实情况（4月）", "困难及下步安排"
    return lambda outcome: equal(outcome.unplaced(), "工作推进落实情况（4月）")


@clerk("deletes the header row")
def delete_header(post: Post) -> Check:
    # A bug: the columns were known, but only by the header: all was without a place and blank.
    with post.edit() as form:
        form.sheet.delete_rows(5)
    return lambda outcome: equal(outcome.unplaced(), "")


# ---------------------------------------------------------------- fixed texts


@clerk("writes 一 for a number, and into a title and a plan", "accepted", "E301")
def change_fixed(post: Post) -> Check:
    # A bug: the row of the leader was taken for a second header, and numbers were not read at all.
    with post.edit() as form:
        form.cell("1", "编号").value = "一"
        form.cell("2", "项目名称").value += post.words()
        form.cell("3", "主要内容和关键时间节点计划").value = post.words()

    def check(outcome: Outcome) -> None:
        changed = {(a["task"], a["field"]) for a in outcome.document["altered"]}
        plan = "主要内容和关键时间节点计划"
        assert changed == {("1", "编号"), ("2", "项目名称"), ("3", plan)}

    return check


@clerk("drags a title down over the next task's", "accepted", "E301")
def drag_title(post: Post) -> None:
    # A bug: the title alone outvoted id, number and plan, and task 2's words came under task 3.
    with post.edit() as form:
        form.cell("2", "项目名称").value = TITLES[2]


# ---------------------------------------------------------------- books


@clerk("copies both sheets into a new book")
def copy_book(post: Post) -> None:
    write_book(post.path(), 进展情况表=rows_of(post), 节点完成情况=rows_of(post, sheet=MILESTONES))


@clerk(
    "pastes the table alone, without the lines above, into an empty book",
    "accepted",
    "G403",
    "G412",
)
def paste_table(post: Post) -> None:
    write_book(post.path(), Sheet1=[row[:8] for row in rows_of(post)[4:]])


@clerk("retypes the table in an empty book", "accepted", "G403", "G412", "G415")
def retype(post: Post) -> None:
    rows = [["填报股室", "办公室", "填报人", post.words()]]
    rows.append(["序号", "任务名称", "完成情况", "存在的问题及下一步打算"])
    for number, title in enumerate(TITLES, 1):
        said = [post.words(("办公室", str(number), f)) for f in ("progress", "obstacles")]
        rows.append([str(number), title, *said])
    write_book(post.path(), Sheet1=rows)


@clerk("retypes it with slips and a header 进展", "partial", "E301", "G403", "G412", "G415")
def retype_with_slips(post: Post) -> None:
    # A bug: 进展 was no header; the file was refused and its words were nowhere.
    rows = [["填报单位：办公室"], ["序号", "工作任务", "进展"]]
    for number, title in enumerate(("编制教育发展规划", "推进政务公开工作", "信访限时办结"), 1):
        rows.append([str(number), title, post.words(("办公室", str(number), "progress"))])
    write_book(post.path(), Sheet1=rows)


@clerk("writes of other things, but names its office", "rejected", "R205", "G401")
def other_things(post: Post) -> None:
    # A bug: where an office of the bureau was named, the words were dropped all the same.
    rows = [["填报股室：办公室"], [post.words()], ["设备", "数量"], [post.words(), "3"]]
    write_book(post.path(), Sheet1=rows)


@clerk("puts two offices into one book")
def two_offices(post: Post) -> None:
    book = openpyxl.load_workbook(post.path())
    for name in (MAIN, MILESTONES):
        sheet = book.create_sheet(f"{name}（基教股）")
        for row in rows_of(post, "基教股", name):
            sheet.append(row)
    book.save(post.path())
    post.path("基教股").unlink()


@clerk("puts two offices onto one sheet, one below the other")
def two_on_a_sheet(post: Post) -> None:
    # A bug: the second heading came out as words the office had typed.
    write_book(post.path(), Sheet1=[*rows_of(post), [], *rows_of(post, "基教股")])
    post.path("基教股").unlink()


@clerk("puts two offices side by side on a sheet")
def side_by_side(post: Post) -> Check:
    # Two bugs: the right-hand 存在问题 went to the left-hand office's tasks, and a line with two
    # 分管负责同志审定 was taken for a header, so that the approval was not seen (G403).
    left, right = ([[*row, *[None] * 9][:9] for row in rows_of(post, o)] for o in OFFICES[:2])
    right += [[None] * 9] * (len(left) - len(right))
    left += [[None] * 9] * (len(right) - len(left))
    write_book(post.path(), Sheet1=[[*a, None, *b] for a, b in zip(left, right, strict=True)])
    post.path("基教股").unlink()
    return lambda outcome: equal(
        {o["office"]: o["state"] for o in outcome.document["offices"]}["基教股"], "submitted"
    )


@clerk("keeps a sheet a month in the same book, the old one first", "partial", "R206")
def year_in_a_book(post: Post) -> Check:
    # A bug: under this month's marks, last month's texts stood for this month.
    march = Period(2021, 3)
    issue_forms(post.workspace, march)
    aside = post.workspace.root / "三月.xlsx"
    fill_words(post.workspace.form_path("办公室", march), aside, "办公室", post.words)
    book = openpyxl.load_workbook(post.path())
    old = openpyxl.load_workbook(aside)
    for place, name in enumerate((MAIN, MILESTONES)):
        sheet = book.create_sheet(f"{name}（3月）", place)
        for row in old[name].iter_rows(values_only=True):
            sheet.append(row)
    book.save(post.path())

    def check(outcome: Outcome) -> None:
        assert outcome.entry("1")["sheet"] == MAIN
        assert all(f["severity"] != "error" for f in outcome.document["findings"])
        (state,) = (o for o in outcome.document["offices"] if o["office"] == "办公室")
        assert (state["state"], state["filled"]) == ("submitted", 3)

    return check


@clerk(
    "fills another office's form in its own name",
    "partial",
    "R205",
    "G401",
    file="附件2-基教股-2021年4月.xlsx",
)
def borrowed_form(post: Post) -> None:
    with Edit(post.path("基教股")) as form:
        form.sheet["A3"].value = "填报股室：办公室"
    post.path().unlink()


@clerk("fills last month's form", "rejected", "R206")
def old_form(post: Post) -> Check:
    fill_march(post)
    return lambda outcome: says(outcome, "R206", "这是2021年3月的表，本期是2021年4月")


@clerk("fills last month's form and puts this month into the heading", "accepted", "R206")
def old_form_new_heading(post: Post) -> Check:
    # A bug: the sheet of milestones, whose heading still says March, was refused.
    fill_march(post)
    with post.edit() as form:
        form.sheet["A2"].value = form.sheet["A2"].value.replace("1-3月", "1-4月")
    return lambda outcome: equal(outcome.unplaced(), "")


@clerk("sends a form of another bureau whose tasks are much like ours", "accepted", "R205")
def foreign_form(post: Post) -> Check:
    # A bug: tasks that were only alike were taken for ours.
    other = MASTER_LIST.replace("云溪县", "青川县").replace("公开", "服务").replace("办结", "督办")
    other = other.replace("发展规划", "装备采购")
    there = make_workspace(post.workspace.root.parent / "别处", other)
    fill_words(there.form_path("办公室", APRIL), post.folder / "别处.xlsx", "办公室", Words())
    return lambda outcome: equal(outcome.file("别处.xlsx")["verdict"], "rejected")


@clerk("sends the form after the bureau's name was mended in 设置")
def renamed_bureau(post: Post) -> None:
    there = make_workspace(post.workspace.root.parent / "别处", MASTER_LIST.replace("云溪", "云西"))
    for office in OFFICES:
        form = there.form_path(office, APRIL)
        fill_words(form, post.path(office), office, post.words)


# ---------------------------------------------------------------- what is typed


@clerk("writes status words of its own", "accepted", "E304")
def status_words(post: Post) -> Check:
    with post.edit() as form:
        form.cell("1", "进度状态").value = "基本" + post.words(("办公室", "1", "status"))
        form.cell("2", "进度状态").value = "顺利推进"
        form.cell("3", "进度状态").value = " 已 完 成 。"
    return lambda outcome: equal(
        [outcome.entry(task)["status"] for task in "23"], ["正常推进", "已完成"]
    )


@clerk("writes the day of completion as 4.20, 4月20日, 20210420, a date, 昨天", "accepted", "E305")
def days(post: Post) -> Check:
    typed = {
        "基教股": ("4.20", "20210420", "昨天"),
        "办公室": (datetime(2021, 4, 20), "4月20日", ""),
    }
    for office, texts in typed.items():
        book = openpyxl.load_workbook(post.path(office))
        sheet = book[MILESTONES]
        column = form_columns(sheet)[1]["完成日期"]
        for row, text in zip(task_rows(sheet), texts, strict=False):
            sheet.cell(row, column).value = text
        book.save(post.path(office))

    def check(outcome: Outcome) -> None:
        read = [m["done_on"] for m in outcome.document["milestones"] if m["done_text"] != "4.12"]
        assert sorted(filter(None, read)) == ["2021-04-20"] * 4
        assert "昨天" in [m["done_text"] for m in outcome.document["milestones"]]

    return check


@clerk("begins texts with = - + @ and writes links")
def active_texts(post: Post) -> None:
    texts = {
        ("1", "progress"): "=1+1",
        ("2", "progress"): "-缺口",
        ("3", "progress"): "+补充",
        ("1", "remarks"): "@SUM(A1)",
        ("2", "remarks"): '=HYPERLINK("http://x.example","点")',
        ("3", "remarks"): "http://x.example/",
        ("3", "obstacles"): "file:///etc/passwd ",
        ("2", "obstacles"): "=cmd|'/C calc'!A0",
    }
    headers = {"progress": "进展情况", "remarks": "备注", "obstacles": "存在问题和下一步工作计划"}
    with post.edit() as form:
        for (task, name), text in texts.items():
            cell = form.cell(task, headers[name])
            cell.value = text + post.words(("办公室", task, name))
            cell.data_type = "s"


@clerk("pastes 5,000 characters with emoji, bidi controls, _x000D_ and CRLF")
def long_text(post: Post) -> None:
    with post.edit() as form:
        text = "😀" * 500 + "\u202e右到左\u202c_x000D_第\r\n二行\t" + "很长的进展。" * 750
        form.cell("1", "进展情况").value = text + post.words(("办公室", "1", "progress"))
        form.cell("2", "进展情况").value = "_x0041_" + post.words(("办公室", "2", "progress"))


@clerk("fills a cell to Excel's limit")
def longest_text(post: Post) -> None:
    with post.edit() as form:
        form.cell("1", "进展情况").value = "长" * 32000 + post.words(("办公室", "1", "progress"))


@clerk("leaves a space, a wide space and nothing for progress", "accepted", "G404")
def spaces(post: Post) -> Check:
    with post.edit() as form:
        for task, text in zip("123", (" ", "\u3000\u200b", None), strict=True):
            form.cell(task, "进展情况").value = text
    return lambda outcome: equal(
        [o["filled"] for o in outcome.document["offices"] if o["office"] == "办公室"], [0]
    )


@clerk("leaves a formula and #REF! in cells", "partial", "E306", "G415")
def broken_cells(post: Post) -> None:
    with post.edit() as form:
        form.cell("1", "进展情况").value = "=A1"
        form.cell("2", "进展情况").value = "#REF!"
        form.cell("2", "进展情况").data_type = "e"
        form.cell("3", "进度状态").value = "=#REF!"


@clerk("writes notes wherever there is room", "partial", "E303", "E312")
def notes(post: Post) -> None:
    with post.edit() as form:
        form.sheet.cell(form.sheet.max_row + 3, 1).value = "注：" + post.words()
        form.sheet["L2"].value = post.words()
        form.cell("1", "编号").comment = Comment(post.words(), "x")
        form.cell("1", "进展情况").comment = Comment(post.words(), "x")
        form.sheet.oddHeader.center.text = post.words()
        form.sheet.oddFooter.left.text = post.words()
        form.book.create_sheet("说明")["B3"].value = post.words()
        form.book.create_sheet("隐").sheet_state = "veryHidden"
        form.book["隐"]["A1"].value = post.words()
        for name, cell in (("填报说明", "A9"), ("协办任务", "A12"), ("_taskxl", "H1")):
            form.book[name][cell].value = post.words()


@clerk("writes 填报人, its telephone and 审定 into one line", "partial", "E303")
def head_lines(post: Post) -> Check:
    with post.edit() as form:
        reporter, approval = post.words(), post.words()
        form.sheet["D3"].value = f"填报人：{reporter} 联系电话：{post.words()}"
        form.sheet["F4"].value = f"分管负责同志审定：同意，{approval}"

    def check(outcome: Outcome) -> None:
        (state,) = (o for o in outcome.document["offices"] if o["office"] == "办公室")
        assert (state["reporter"], state["approval"]) == (reporter, f"同意，{approval}")

    return check


# ---------------------------------------------------------------- several files


@clerk("sends the same file twice", "duplicate", "R207", file="附件2-办公室-2021年4月.xlsx")
def twice(post: Post) -> None:
    shutil.copy2(post.path(), post.folder / "再发一次.xlsx")


@clerk("sends a newer form, dated", "superseded", "R208")
def newer(post: Post) -> Check:
    word = second_version(post, "2021年4月23日")
    return lambda outcome: equal(outcome.entry("1")["progress"], word)


@clerk("sends another form of the same day", "accepted", "R209")
def unclear(post: Post) -> None:
    second_version(post, "2021年4月20日")


@clerk(
    "sends two forms with nothing but remarks in them", "accepted", "R208", "G404", "G403", "G412"
)
def remarks_only(post: Post) -> None:
    # A bug: the merge of such a month ended with an IndexError.
    for path in (post.path(), post.folder / "又一份.xlsx"):
        shutil.copy2(post.blank(), path)
        with Edit(path) as form:
            form.cell("1", "备注").value = post.words()


@clerk("splits the form over two files")
def split(post: Post) -> None:
    other = post.folder / "后半.xlsx"
    shutil.copy2(post.path(), other)
    with post.edit() as form:
        form.sheet.delete_rows(form.row("3"))
    with Edit(other) as form:
        form.sheet.delete_rows(form.row("1"))
        form.sheet.delete_rows(form.row("2"))


@clerk("zips the returns of all", "skipped", "R203", file="打包.zip")
def zipped(post: Post) -> None:
    with zipfile.ZipFile(post.folder / "打包.zip", "w") as archive:
        for office in OFFICES:
            info = zipfile.ZipInfo(post.path(office).name, (2021, 4, 20, 9, 0, 0))
            archive.writestr(info, post.path(office).read_bytes())
            post.path(office).unlink()
        archive.writestr("说明.txt", "请查收")


@clerk("saves it as CSV in GBK", "accepted", file="办公室.csv")
def saved_as_csv(post: Post) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows_of(post, formulas=False))
    (post.folder / "办公室.csv").write_bytes(text.getvalue().encode("gb18030"))
    post.path().unlink()


@clerk("saves a page of HTML as .xls", "accepted", file="办公室.xls")
def saved_as_page(post: Post) -> None:
    rows = "".join(
        "<tr>" + "".join(f"<td>{cell or ''}</td>" for cell in row) + "</tr>"
        for row in rows_of(post, formulas=False)
    )
    page = f'<html><meta charset="gb2312"><table>{rows}</table></html>'
    (post.folder / "办公室.xls").write_bytes(page.encode("gb18030"))
    post.path().unlink()


@clerk("pastes the table into Word", "partial", "E303", "G412", file="办公室.docx")
def pasted_into_word(post: Post) -> None:
    rows, document = rows_of(post), docx.Document()
    document.add_paragraph(str(rows[1][0]))
    document.add_paragraph(f"填报股室：办公室　填报人：{post.words()}")
    table = document.add_table(0, 8)
    for row in rows[4:]:
        for cell, value in zip(table.add_row().cells, row, strict=False):
            cell.text = str(value or "")
    document.add_paragraph(f"分管负责同志审定：{post.words()}")
    document.add_paragraph(post.words())
    document.save(str(post.folder / "办公室.docx"))
    post.path().unlink()


# ---------------------------------------------------------------- what comes of it


@pytest.mark.parametrize("case", [pytest.param(case, id=case.sentence) for case in CASES])
def test_a_clerk(case: Case, made: Post, tmp_path: Path) -> None:
    post = fresh_post(made, tmp_path)
    check = case.deed(post)
    outcome = post.merge()
    assert outcome.lost() == []
    assert outcome.misplaced() == []
    # Fixed texts of a form that another workspace issued are nobody's typing; prove cannot know.
    doubtful = doubts(post.workspace, APRIL)
    assert [one for one in doubtful if any(word in str(one) for word in post.words.typed)] == []
    assert outcome.file(case.file)["verdict"] == case.verdict
    assert outcome.codes() == case.codes
    for message in outcome.messages():
        assert "\n" not in message
        assert re.search(r"[\u4e00-\u9fff]", message)
        assert not re.search(r"None|Error|Traceback|\d{4}-\d{2}(?!-\d)", message)
    assert active_parts(outcome.summary) == []
    if check:
        check(outcome)
    assert post.merge().summary == outcome.summary, "a second merge writes something else"


def active_parts(summary: bytes) -> list[str]:
    """Return what a summary runs or fetches: links out of it, and formulas with an office's words."""
    found = []
    with zipfile.ZipFile(io.BytesIO(summary)) as package:
        for name in package.namelist():
            text = package.read(name).decode("utf-8", "replace")
            if name.endswith(".rels") and 'TargetMode="External"' in text:
                found.append(name)
            formulas = re.findall(r"<f[ >].*?</f>", text)
            found += [f for f in formulas if re.search(r"辞.{4}终|x\.example|cmd", f)]
    return found


def swap(form: Edit, one: str, other: str, columns: int) -> None:
    """Exchange two tasks' rows, as far as a column."""
    first, second = form.row(one), form.row(other)
    for column in range(1, columns + 1):
        a, b = form.sheet.cell(first, column), form.sheet.cell(second, column)
        a.value, b.value = b.value, a.value


def rows_of(
    post: Post, office: str = "办公室", sheet: str = MAIN, formulas: bool = True
) -> list[list[object]]:
    """Return a return's rows as values; without `formulas` what they show is left out."""
    rows = openpyxl.load_workbook(post.path(office))[sheet].iter_rows(values_only=True)
    return [
        [None if not formulas and str(cell).startswith("=") else cell for cell in row]
        for row in rows
    ]


def write_book(path: Path, **sheets: list[list[object]] | list[list[str]]) -> None:
    """Write a new workbook that knows nothing of the form."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def fill_march(post: Post) -> None:
    """Let the office fill March's form."""
    march = Period(2021, 3)
    issue_forms(post.workspace, march)
    fill_words(post.workspace.form_path("办公室", march), post.path(), "办公室", post.words)


def second_version(post: Post, day: str) -> str:
    """Add a second form of the office that says something else of task 1."""
    word = post.words(("办公室", "1", "progress"))
    other = post.folder / "改后.xlsx"
    shutil.copy2(post.path(), other)
    with Edit(other) as form:
        form.sheet["G3"].value = day
        form.cell("1", "进展情况").value = word
    return word


def says(outcome: Outcome, code: str, words: str) -> None:
    """Assert that a finding of a code says some words."""
    said = [f["message"] for f in outcome.document["findings"] if f["code"] == code]
    assert any(words in message for message in said), said


def blank_nowhere(outcome: Outcome, task: str) -> None:
    """Assert that a task has its progress."""
    assert outcome.entry(task)["progress"]


def equal(one: object, other: object) -> None:
    """Assert that two values are equal (an assertion that fits into a lambda)."""
    assert one == other
