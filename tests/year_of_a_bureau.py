"""A bureau's year as data: its list and how that was revised, who sent what when, what was done by hand.

`run_year` lets it happen, month by month, with every command twice. What must come of it is written
by hand in expected/year-*.txt. Every text of an office names its month, office and task:
`3月基教股办阅读3件`; that of a return which replaced an earlier one ends in （更正）.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from taskxl.desk import yearbook
from taskxl.desk.issuing import issue_forms
from taskxl.desk.merging import merge_returns
from taskxl.desk.taking_over import init_workspace, update_workspace
from taskxl.ledger import open_ledger
from taskxl.model import Month, Period
from taskxl.workspace.folder import Workspace
from tests.clerks import convert, form_columns, set_beside, task_rows
from tests.crashes import read_records, read_tree
from tests.support import make_workbook, parse_table

YEAR = 2021
PEN_PROGRESS = "已完成选点12所，报局党组会审定。"
PEN_MAY = "招聘工作完成，新进教师23人。"
INSTRUCTION = "请办公室会同计财股加快测算。"
# What an office says, month by month, in the row of an instruction.
ANSWERED = {str(month): "正" for month in range(1, 13)} | {"简称": "批示"}
CLOSING = "县招委会验收通报"

LIST = r"""
| 云溪县教育局2021年重点工作任务一览表 | | | | |
| 序号 | 任务名称 | 主要内容和关键时间节点计划 | 责任股室 | 备注 |
| 何立文同志负责项目 | | | | |
| 1 | 编制教育事业发展规划 | 摸清底数，测算学位。\n关键时间节点：\n一是3月底前完成规划初稿。\n二是6月底前报批。 | 办公室\n计财股 | |
| 2 | 落实教育经费保障 | 严格执行预算。\n关键时间节点：\n一是3月底前下达预算。\n二是11月底前完成绩效评价。 | 计财股 | |
| 3 | 教师招聘和交流轮岗 | 按编制补足教师。\n关键时间节点：\n一是5月底前完成招聘。\n二是8月底前完成轮岗。 | 人事股 | |
| 陈知秋同志负责项目 | | | | |
| 4 | 校园阅读工程 | 每校建成一处读书角。\n关键时间节点：\n一是4月底前完成选点。\n二是11月底前建成读书角。 | 基教股\n教研室 | |
| 5 | 规范幼儿园办园行为 | 逐园检查，限期整改。\n关键时间节点：\n一是6月15日前完成排查。\n二是10月底前验收整改。 | 基教股 | |
| 6 | 提升课后服务质量 | 义务教育学校全覆盖。\n关键时间节点：\n一是2月底前印发方案。\n二是9月底前全部开课。 | 教研室 | |
| 7 | 规范阳光招生 | 科学划定学区。\n关键时间节点：\n一是5月15日前公布方案。\n二是8月底前完成录取。 | 招生办 | |
| 8 | 职业教育校企合作 | 引企入校，共建基地。\n关键时间节点：\n一是4月底前签订协议。\n二是7月底前实训基地开工。\n三是12月15日前通过验收。 | 职成教股 | |
| 9 | 督导反馈问题整改 | 建立问题清单，逐项销账。\n关键时间节点：\n一是5月底前完成自查。\n二是10月底前整改完毕。 | 督导室 | |
| 苏明远同志负责项目 | | | | |
| 10 | 校园安全专项整治 | 排查消防、校舍、校车隐患。\n关键时间节点：\n一是3月15日前完成摸排。\n二是9月底前消除隐患。 | 安全股 | |
| 11 | 增强学生体质 | 开足体育课，办好运动会。\n关键时间节点：\n一是4月底前完成初测。\n二是11月底前完成复测。 | 体卫艺股 | |
| 12 | 规范校服选用 | 公开选用程序。\n关键时间节点：\n一是6月底前印发办法。 | 督导室 | |
| 13 | 创建义务教育优质均衡县 | 对照指标补齐短板。\n关键时间节点：\n一是7月底前通过市级评估。\n二是12月底前报送省级材料。 | 督导室 | |
| 14 | 困难学生资助 | 应助尽助，不漏一人。\n关键时间节点：\n一是4月20日前完成春季认定。\n二是10月20日前完成秋季认定。 | 资助中心 | |
"""
# 附件1 as revised before April: a date postponed, a task given away, one dropped, two renumbered, one new.
APRIL_REVISION = (
    ("二是6月底前报批", "二是9月底前报批"),
    ("整改完毕。 | 督导室", "整改完毕。 | 教研室"),
    (
        r"| 12 | 规范校服选用 | 公开选用程序。\n关键时间节点：\n一是6月底前印发办法。 | 督导室 | |"
        "\n",
        "",
    ),
    ("| 13 | 创建", "| 12 | 创建"),
    ("| 14 | 困难", "| 13 | 困难"),
    (
        "秋季认定。 | 资助中心 | |",
        "秋季认定。 | 资助中心 | |\n"
        r"| 14 | 心理健康教育 | 建好辅导室，配齐教师。\n关键时间节点：\n一是5月底前完成普查。"
        r"\n二是10月底前建成辅导室。 | 体卫艺股 | |",
    ),
)
# 附件1 as revised before September: dates moved both ways, one renamed, one dropped, one in its
# number, one new in the number that this had; 基教股 under its new name.
SEPTEMBER_REVISION = (
    ("二是11月底前完成绩效评价", "二是12月15日前完成绩效评价"),
    (
        r"| 5 | 规范幼儿园办园行为 | 逐园检查，限期整改。\n关键时间节点：\n一是6月15日前完成排查。"
        r"\n二是10月底前验收整改。 | 基教股 | |",
        r"| 5 | 困难学生资助 | 应助尽助，不漏一人。\n关键时间节点：\n一是4月20日前完成春季认定。"
        r"\n二是10月20日前完成秋季认定。 | 资助中心 | |",
    ),
    ("提升课后服务质量", "提升课后服务水平"),
    ("二是12月底前报送省级材料", "二是11月底前报送省级材料"),
    (
        r"| 13 | 困难学生资助 | 应助尽助，不漏一人。\n关键时间节点：\n一是4月20日前完成春季认定。"
        r"\n二是10月20日前完成秋季认定。 | 资助中心 | |",
        r"| 13 | 深化教育评价改革 | 清理不合理评价。\n关键时间节点：\n一是11月底前出台方案。"
        r"\n二是12月20日前报送总结。 | 督导室 | |",
    ),
    ("基教股", "基础教育股"),
)

# What each office says of each of its tasks, by 标识: 正常推进, 进度滞后, 尚未启动, 已完成; ○ says
# 尚未启动 and leaves 进展情况 blank, · is not asked. Of an office that sends nothing nothing is said.
SAID = """
| 标识 | 股室     | 简称 | 1  | 2  | 3  | 4  | 5  | 6  | 7  | 8  | 9  | 10 | 11 | 12 |
| 1    | 办公室   | 规划 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 滞 | 完 | 完 | 完 |
| 1    | 计财股   | 规划 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 完 | 完 | 完 |
| 2    | 计财股   | 经费 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 完 |
| 3    | 人事股   | 招聘 | 未 | 正 | 正 | 正 | 正 | 正 | 正 | 完 | 完 | 完 | 完 | 完 |
| 4    | 基教股   | 阅读 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 滞 | 完 |
| 4    | 教研室   | 阅读 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 完 |
| 5    | 基教股   | 办园 | 正 | 正 | 正 | 正 | 正 | 滞 | 正 | 正 | ·  | ·  | ·  | ·  |
| 6    | 教研室   | 课后 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 完 | 完 | 完 | 完 |
| 7    | 招生办   | 招生 | 未 | 未 | 正 | 正 | 正 | 正 | 正 | 完 | ·  | ·  | ·  | ·  |
| 8    | 职成教股 | 校企 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 滞 | 正 | 滞 | 正 | 滞 |
| 9    | 督导室   | 整改 | 正 | 正 | 正 | ·  | ·  | ·  | ·  | ·  | ·  | ·  | ·  | ·  |
| 9    | 教研室   | 整改 | ·  | ·  | ·  | 正 | 正 | 正 | 正 | 正 | 正 | 完 | 完 | 完 |
| 10   | 安全股   | 安全 | 正 | 正 | 滞 | 正 | 正 | 正 | 正 | 正 | 滞 | 滞 | 正 | 完 |
| 11   | 体卫艺股 | 体质 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 滞 | 完 | 完 |
| 12   | 督导室   | 校服 | 未 | ○  | 未 | ·  | ·  | ·  | ·  | ·  | ·  | ·  | ·  | ·  |
| 13   | 督导室   | 均衡 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 滞 | 完 |
| 14   | 资助中心 | 资助 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 正 | 完 | 完 |
| 14-2 | 体卫艺股 | 心理 | ·  | ·  | ·  | 未 | 正 | 正 | 正 | 正 | 正 | 正 | 完 | 完 |
| 13-2 | 督导室   | 评价 | ·  | ·  | ·  | ·  | ·  | ·  | ·  | ·  | 未 | 正 | 正 | 滞 |
"""
# The day on which each return came and that it bears: after the 25th is late; × nothing came,
# a second day is that of a return that replaces the first; 5-12 is a day of a later month.
SENT = """
| 股室     | 1  | 2  | 3     | 4     | 5  | 6  | 7  | 8  | 9  | 10    | 11 | 12 |
| 办公室   | 20 | 20 | 20    | 20    | 20 | 20 | 20 | 20 | 20 | 20    | 20 | 20 |
| 计财股   | 20 | 20 | 20,24 | 20    | 20 | 20 | 20 | 20 | 20 | 20    | 20 | 20 |
| 人事股   | 20 | 20 | 20    | 5-12  | 20 | 20 | 20 | 20 | 20 | 20    | 20 | 20 |
| 基教股   | 20 | 20 | 20    | 20,24 | 20 | 20 | 20 | 20 | 20 | 20    | 20 | 20 |
| 教研室   | 20 | 20 | 20    | 20    | 20 | 20 | 20 | 20 | 20 | 20    | 26 | 20 |
| 招生办   | 20 | 20 | 20    | 20    | 20 | 28 | 20 | 20 | ·  | ·     | ·  | ·  |
| 职成教股 | 20 | 20 | 20    | 20    | ×  | ×  | ×  | 20 | 20 | 20    | 20 | 20 |
| 督导室   | 20 | 20 | 20    | 20    | 20 | 20 | 20 | 20 | 20 | 20    | 20 | 20 |
| 安全股   | 20 | 27 | 20    | 20    | 20 | 20 | 20 | 20 | 20 | 20    | 20 | 20 |
| 体卫艺股 | 20 | 20 | 20    | 20    | 20 | 20 | 20 | 20 | 20 | 22,27 | 20 | 20 |
| 资助中心 | 20 | 20 | 20    | 20    | 20 | 20 | 20 | 20 | 20 | 20    | 20 | ×  |
"""
# What the first of two returns says otherwise: the status of a task, milestones as 未完成.
FIRST = """
| 月 | 股室     | 标识 | 状态 | 未完成 |
| 3  | 计财股   | 2    | 滞   | 2/1    |
| 4  | 基教股   | 4    | 正   | 4/1    |
| 10 | 体卫艺股 | 11   | 正   |        |
"""
# When each milestone was done; from that day on its office says so, before it says 未完成.
DONE = """
| 1/1    | 03-18 | 1/2    | 10-12 | 2/1  | 03-23 | 2/2  | 12-14 | 3/1  | 05-19 | 3/2    | 08-18 |
| 4/1    | 04-22 | 4/2    | 12-10 | 5/1  | 07-10 | 6/1  | 03-05 | 6/2  | 09-18 | 7/1    | 05-12 |
| 7/2    | 08-19 | 8/1    | 08-05 | 8/2  | 11-08 | 9/1  | 05-19 | 9/2  | 10-19 | 10/1   | 04-02 |
| 10/2   | 11-15 | 11/1   | 04-16 | 11/2 | 11-19 | 13/1 | 07-15 | 13/2 | 12-18 | 14/1   | 04-19 |
| 14/2   | 10-18 | 14-2/1 | 05-18 | 14-2/2 | 11-05 | 13-2/1 | 11-19 | | | | |
"""
# What is said of a milestone in a month where it is neither done nor simply 未完成.
SAID_OTHERWISE = {(8, "8/2"): "申请延期", (10, "10/2"): ""}
# Returns that were opened in LibreOffice and saved again, as what.
RESAVED = {(5, "体卫艺股"): "xlsx", (6, "资助中心"): "xls"}

STATUS = {"正": "正常推进", "滞": "进度滞后", "未": "尚未启动", "○": "尚未启动", "完": "已完成"}


def period_of(month: int) -> Period:
    """Return a month of the year."""
    return Period(YEAR, month)


def read_rows(table: str) -> list[dict[str, str]]:
    """Read a table whose first line names the columns."""
    header, *rows = parse_table(table)
    return [{str(name): cell or "" for name, cell in zip(header, row, strict=True)} for row in rows]


def make_list(*revisions: tuple[tuple[str, str], ...]) -> bytes:
    """Return 附件1 as revised."""
    text = LIST
    for revision in revisions:
        for old, new in revision:
            assert old in text, old
            text = text.replace(old, new)
    return make_workbook({"附件1": text})


def done_days() -> dict[str, date]:
    """Return the day on which each milestone was done."""
    days = {}
    for row in parse_table(DONE):
        for step, day in zip(row[::2], row[1::2], strict=True):
            if step and day:
                days[step] = date.fromisoformat(f"{YEAR}-{day}")
    return days


def office_name(office: str, month: int) -> str:
    """Return what an office is called in a month: 基教股 has another name from July on."""
    return "基础教育股" if office == "基教股" and month >= 7 else office


# ---------------------------------------------------------------- offices


@dataclass(frozen=True)
class Mail:
    """A return: whose, of which month, the day that it bears, whether it is the first of two."""

    office: str
    month: int
    day: date
    is_first: bool = False
    is_second: bool = False


def mails_of(month: int) -> list[Mail]:
    """Return what offices send for a month, in no order of arrival."""
    mails = []
    for row in read_rows(SENT):
        days = [cell for cell in row[str(month)].split(",") if cell not in ("×", "·", "")]
        for number, cell in enumerate(days):
            when = cell if "-" in cell else f"{month}-{cell}"
            day = date(YEAR, *map(int, when.split("-")))
            two = len(days) == 2
            mails.append(Mail(row["股室"], month, day, two and number == 0, two and number == 1))
    return mails


def fill_form(source: Path, target: Path, mail: Mail) -> None:
    """Fill a form as the tables say."""
    rows = read_rows(SAID)
    said = {(row["标识"], row["股室"]): row for row in rows}
    first = {
        row["标识"]: row
        for row in read_rows(FIRST)
        if mail.is_first and (row["月"], row["股室"]) == (str(mail.month), mail.office)
    }
    undone = {row["未完成"] for row in first.values()}
    book = openpyxl.load_workbook(source)
    sheet = book["进展情况表"]
    set_beside(sheet, "填报人", "林一帆")
    set_beside(sheet, "填报日期", f"{mail.day.year}年{mail.day.month}月{mail.day.day}日")
    set_beside(sheet, "分管负责同志审定", "同意。")
    _, columns = form_columns(sheet)
    for row in task_rows(sheet):
        task = str(sheet.cell(row, columns["标识"]).value)
        own = said.get((task, mail.office), ANSWERED)
        letter = first[task]["状态"] if task in first else own[str(mail.month)]
        text = f"{mail.month}月{mail.office}办{own['简称']}{mail.month}件"
        text += "（更正）" if mail.is_second else ""
        behind = letter == "滞"
        sheet.cell(row, columns["进度状态"]).value = STATUS[letter]
        sheet.cell(row, columns["进展情况"]).value = None if letter == "○" else text
        sheet.cell(row, columns["存在问题和下一步工作计划"]).value = (
            "人手不足，下月补上" if behind else "继续办理"
        )
    sheet = book["节点完成情况"]
    _, columns = form_columns(sheet)
    days = done_days()
    for row in task_rows(sheet):
        step = str(sheet.cell(row, columns["标识"]).value)
        day = days.get(step)
        done = day is not None and day <= mail.day and step not in undone
        word = SAID_OTHERWISE.get((mail.month, step), "已完成" if done else "未完成")
        sheet.cell(row, columns["完成情况"]).value = word or None
        if done and day is not None:
            sheet.cell(row, columns["完成日期"]).value = f"{day.month}月{day.day}日"
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)


# ---------------------------------------------------------------- the 办公室


@dataclass
class Bureau:
    """The year as it goes: the workspace, and each merged month as it stood at each merge."""

    root: Path
    workspace: Workspace
    merges: dict[tuple[str, int], Month] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def now(self, month: int, day: int) -> datetime:
        """Return the moment at which something is recorded."""
        return datetime(YEAR, month, day, 10, 0)

    def update(self, month: int, content: bytes) -> None:
        """Take a revised 附件1 over."""
        path = self.root / "来文" / f"附件1（{month}月修订）.xlsx"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

        def take_over() -> None:
            report = update_workspace(self.workspace.root, [path], self.now(month, 1))
            self.notes += report.notes

        self.twice(f"init --update {month}月", take_over)

    def issue(self, month: int) -> None:
        """Issue the forms of a month."""

        def issue() -> None:
            issue_forms(self.workspace, period_of(month), now=self.now(month, 10))

        self.twice(f"issue {month}月", issue)

    def receive(self, *mails: Mail) -> None:
        """Put returns into 回收 with the times at which they came."""
        for mail in mails:
            period = period_of(mail.month)
            form = self.workspace.form_path(office_name(mail.office, mail.month), period)
            stem = form.stem + ("（更正）" if mail.is_second else "")
            target = self.workspace.returns_folder(period) / f"{stem}.xlsx"
            fill_form(form, target, mail)
            kind = RESAVED.get((mail.month, mail.office))
            if kind:
                target = self.resave(target, kind)
            came = datetime.combine(mail.day, datetime.min.time()).timestamp() + 9 * 3600
            os.utime(target, (came, came))

    def resave(self, path: Path, kind: str = "xlsx") -> Path:
        """Let LibreOffice open a file and save it."""
        saved = convert(path, kind, self.root / "另存", self.root / "profile")
        path.unlink()
        return Path(shutil.move(saved, path.with_suffix(f".{kind}")))

    def merge(self, month: int, at: tuple[int, int]) -> None:
        """Merge a month on a day (month, day), and keep what the merge gave."""

        def merge() -> None:
            period, now = period_of(month), self.now(*at)
            before = self.numbers()
            report = merge_returns(self.workspace, period, now=now)
            self.notes += report.notes
            for key in self.numbers() - before:
                self.merges[key] = self.recall(key)
                if key[0] == period.key:
                    assert self.merges[key] == report.month

        self.twice(f"merge {month}月", merge)

    def close_month(self, month: int) -> None:
        """Write the year's workbook, and have the ledger proved whole."""

        def write() -> None:
            self.notes += yearbook.write_year(self.workspace).notes

        self.twice(f"ledger {month}月", write)
        faults, _ = yearbook.verify_year(self.workspace)
        self.faults += faults

    def numbers(self) -> set[tuple[str, int]]:
        """Return every merge that the ledger knows: period and number."""
        with open_ledger(self.workspace.ledger_path) as ledger:
            return {(one.period, one.number) for one in ledger.merges()}

    def recall(self, key: tuple[str, int]) -> Month:
        """Return a month as it stood at a merge."""
        with open_ledger(self.workspace.ledger_path) as ledger:
            month = ledger.month(period_of(int(key[0][-2:])), key[1])
        assert month is not None
        return month

    def twice(self, what: str, command: Callable[[], object]) -> None:
        """Run a command, and once more; the second time must change neither file nor record."""
        command()
        before = read_tree(self.workspace), read_records(self.workspace)
        notes = len(self.notes)
        command()
        del self.notes[notes:]
        tree, records = read_tree(self.workspace), read_records(self.workspace)
        changed = [name for name in tree | before[0] if tree.get(name) != before[0].get(name)]
        if changed or records != before[1]:
            self.faults.append(f"{what}：再运行一次改动了{changed or '台账'}")

    @contextmanager
    def summary(self, month: int) -> Iterator[Any]:
        """Open 汇总表 of a month as a person does; saved at the end."""
        path = self.workspace.summary_path(period_of(month))
        book = openpyxl.load_workbook(path)
        yield book["汇总表"]
        book.save(path)

    @contextmanager
    def master(self) -> Iterator[Any]:
        """Open 主清单.xlsx as a person does; saved at the end."""
        book = openpyxl.load_workbook(self.workspace.master_path)
        yield book
        book.save(self.workspace.master_path)


def summary_cell(sheet: Any, task: str, header: str) -> Any:
    """Return the cell of a task in 汇总表."""
    _, columns = form_columns(sheet)
    row = next(
        row
        for row in range(1, sheet.max_row + 1)
        if str(sheet.cell(row, columns["标识"]).value) == task
    )
    return sheet.cell(row, columns[header])


def row_of(sheet: Any, column: int, text: str) -> int:
    """Return the first row that has a text in a column."""
    return next(r for r in range(1, sheet.max_row + 1) if str(sheet.cell(r, column).value) == text)


# ---------------------------------------------------------------- the year


def start(root: Path) -> Bureau:
    """Make the workspace; offices report on what they support, too."""
    path = root / "附件1.xlsx"
    path.write_bytes(make_list())
    bureau = Bureau(root, Workspace(root / "2021年重点工作"))
    init_workspace(bureau.workspace.root, [path], YEAR, bureau.now(1, 4))
    with bureau.master() as book:
        sheet = book["设置"]
        sheet.cell(row_of(sheet, 1, "协办任务也填报"), 2).value = "是"
        sheet.cell(row_of(sheet, 1, "单位名称"), 2).value = "云溪县教育局"
    return bureau


def run_year(root: Path) -> Bureau:
    """Let the whole year happen in a folder."""
    bureau = start(root)
    for month in range(1, 13):
        _before_issue(bureau, month)
        bureau.issue(month)
        _after_issue(bureau, month)
        mails = [mail for mail in mails_of(month) if not mail.is_second and mail.day.month == month]
        bureau.receive(*mails)
        if month != 8:
            bureau.merge(month, (month, 29 if month != 2 else 28))
            _after_merge(bureau, month)
        bureau.close_month(month)
    return bureau


def _before_issue(bureau: Bureau, month: int) -> None:
    if month == 4:
        bureau.update(4, make_list(APRIL_REVISION))
    if month == 7:
        with bureau.master() as book:  # 基教股 gets another name; the old one stays as an alias
            sheet = book["股室"]
            row = row_of(sheet, 1, "基教股")
            sheet.cell(row, 1).value = "基础教育股"
            sheet.cell(row, 2).value = "基教股"
    if month == 9:
        with bureau.master() as book:
            steps, tasks = book["节点"], book["任务"]
            row = row_of(steps, 1, "8/2")  # 职成教股 asked for it in August
            steps.cell(row, 4).value = "二是10月底前实训基地开工。"
            steps.cell(row, 5).value = datetime(YEAR, 10, 31)
            row = row_of(tasks, 1, "7")
            tasks.cell(row, 11).value = datetime(YEAR, 9, 10)
            tasks.cell(row, 12).value = CLOSING
        bureau.update(9, make_list(APRIL_REVISION, SEPTEMBER_REVISION))


def _after_issue(bureau: Bureau, month: int) -> None:
    if month == 5:  # 人事股 sends April's form when May's are out
        (late,) = (mail for mail in mails_of(4) if mail.day.month == 5)
        bureau.receive(late)
        bureau.merge(4, (5, 13))
    if month == 6:  # found by the next merge, which is that of June
        with bureau.summary(5) as sheet:
            summary_cell(sheet, "3", "进展情况").value = PEN_MAY
    if month == 10:  # nobody has merged August so far
        bureau.merge(8, (10, 11))


def _after_merge(bureau: Bureau, month: int) -> None:
    second = [mail for mail in mails_of(month) if mail.is_second]
    if month == 4:
        with bureau.summary(4) as sheet:
            cell = summary_cell(sheet, "4", "进展情况")
            cell.value = cell.value.replace("4月基教股办阅读4件", PEN_PROGRESS)
            summary_cell(sheet, "1", "批示").value = INSTRUCTION
        bureau.resave(bureau.workspace.summary_path(period_of(4)))
        bureau.merge(4, (4, 29))
    if second:
        bureau.receive(*second)
        bureau.merge(month, (month, 30))
    if month == 3:
        with bureau.summary(3) as sheet:
            cell = summary_cell(sheet, "4", "进度状态")
            cell.value = cell.value.replace("正常推进", "进度滞后", 1)
        bureau.merge(3, (3, 31))
