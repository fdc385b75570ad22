"""The items of sheet 设置: each field of Settings under its Chinese name, to a cell and back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from taskxl.dates import read_date, read_holidays
from taskxl.intake.grids import Value, value_text
from taskxl.mail.addresses import read_address
from taskxl.model import Settings
from taskxl.text import is_blank, squeeze
from taskxl.words import OFFICE_WORDS

Kind = Literal["text", "count", "date", "choice", "mail", "notice"]
Cell = str | int | date | None

YES_NO: dict[str, object] = {"是": True, "否": False}


@dataclass(frozen=True, slots=True)
class Item:
    """One item: `field` of Settings, its name and explanation, and what values it takes.

    `low` and `high` bound a count; `choices` are the words of a choice with what they stand for;
    an `optional` item may be left blank and is then None.
    """

    field: str
    name: str
    explanation: str
    kind: Kind = "text"
    low: int = 0
    high: int = 0
    choices: Mapping[str, object] | None = None
    optional: bool = False

    @property
    def wanted(self) -> str:
        """What a person may put there, as a message says it."""
        if self.kind == "count":
            return f"{self.low} 到 {self.high} 之间的整数"
        if self.kind == "date":
            return "一个日期，如 2026-02-24"
        if self.kind == "mail":
            return "一个邮箱地址，如 name@example.com"
        if self.kind == "notice":
            return (
                "国务院办公厅节假日安排通知的原文，"
                "如：元旦：1月1日（周五）至3日（周日）放假。1月4日（周一）上班。"
            )
        return "、".join(self.choices or ())


ITEMS = (
    Item("bureau", "单位名称", "本单位的全称，用在表头、信件和通报里。"),
    Item("year", "年份", "这份清单是哪一年的。", "count", 2000, 2100),
    Item(
        "first_month",
        "报告期起始月",
        "报告期从几月算起：填 1，则四月的表写“1-4月”。",
        "count",
        1,
        12,
    ),
    Item(
        "report_day",
        "报送日",
        "每月几日前报送，当天算在内；当月没有这一天的，按月末。",
        "count",
        1,
        31,
    ),
    Item(
        "report_workday",
        "报送日按倒数工作日",
        "填 n，则每月倒数第 n 个工作日为报送日，上一项不再起作用；不用时留空。",
        "count",
        1,
        15,
        optional=True,
    ),
    Item(
        "reporters",
        "由谁报送",
        "牵头股室：只由牵头的股室报送；全部责任股室：牵头和协办的都报送（只协办、还没有到期节点的除外）。",
        "choice",
        choices={"牵头股室": "lead", "全部责任股室": "all"},
    ),
    Item(
        "supporting_report",
        "协办任务也填报",
        "是：报送的股室对自己协办的任务也填进展；否：协办任务只列出供查看。",
        "choice",
        choices=YES_NO,
    ),
    Item("near_days", "临近天数", "离完成时限不超过这么多天的节点算临近。", "count", 0, 60),
    Item("severe_days", "严重滞后天数", "逾期超过这么多天的节点算严重滞后。", "count", 0, 365),
    Item(
        "spring_term",
        "春季开学日期",
        "“春季开学前”按这一天算；留空则这类节点没有确定日期，填上后自动有日期。",
        "date",
        optional=True,
    ),
    Item(
        "autumn_term",
        "秋季开学日期",
        "“秋季开学前”按这一天算；留空则这类节点没有确定日期，填上后自动有日期。",
        "date",
        optional=True,
    ),
    Item(
        "year_end",
        "年底截止日期",
        "“年底前”按这一天算；留空则按 12 月 31 日。改动只影响以后读入的清单。",
        "date",
        optional=True,
    ),
    Item(
        "section_pages",
        "汇总表分节另起页",
        "是：打印汇总表时，每位分管负责同志（每一部分）另起一页；否：接着排，省纸。",
        "choice",
        choices=YES_NO,
    ),
    Item(
        "assessment",
        "考核",
        "是：工作台账里有一张“考核”表，按下面的分值扣分，每一分都写依据；否：没有。通报里任何时候都不写。",
        "choice",
        choices=YES_NO,
    ),
    Item("points_base", "考核基础分", "每个股室从多少分扣起。", "count", 1, 1000),
    Item("points_missing", "未报送扣分", "一个月没有报送扣几分；不扣的填 0。", "count", 0, 100),
    Item("points_late", "迟报扣分", "迟报一次扣几分；不扣的填 0。", "count", 0, 100),
    Item(
        "points_rejected", "须重报扣分", "报来的表用不了一次扣几分；不扣的填 0。", "count", 0, 100
    ),
    Item(
        "points_blank",
        "没有填进展扣分",
        "一项任务一个月没有填进展扣几分；不扣的填 0。",
        "count",
        0,
        100,
    ),
    Item(
        "points_overdue",
        "节点逾期扣分",
        "一个节点没有按期完成扣几分；不扣的填 0。",
        "count",
        0,
        100,
    ),
    Item(
        "reading",
        "清单读法",
        "读清单时说过的话：哪一栏是什么、表头在哪一行、任务在哪一级，如 时序进度=节点；表头行=3。",
    ),
    Item("contact", "联系人及电话", "填报说明和信件里写给填报人的联系方式。"),
    Item(
        "form_columns",
        "表样",
        "八栏：文件规定的七栏加“进度状态”，另有审定和“节点完成情况”表；七栏：只有文件规定的七栏。"
        "“模板”文件夹里有自己的附件2时，用自己的。",
        "choice",
        choices={"八栏": "eight", "七栏": "seven"},
    ),
    Item(
        "office_word",
        "内设机构称谓",
        "本单位的内设机构叫什么；表格、信件和消息里都这样写。",
        "choice",
        choices={word: word for word in OFFICE_WORDS},
    ),
    Item("mail_server", "发信服务器", "如 smtp.example.com；不用邮件时留空。密码不写在这里。"),
    Item("mail_port", "发信端口", "一般是 465（SSL）或 587（STARTTLS）。", "count", 1, 65535),
    Item("mail_sender", "发件邮箱", "用哪个邮箱发出。", "mail"),
    Item("mail_reply_to", "回复邮箱", "请股室把表回到哪个邮箱；留空则回到发件邮箱。", "mail"),
    Item(
        "mail_copy_leader",
        "抄送分管负责同志",
        "是：发给股室的信件同时抄送其分管负责同志，地址写在“股室”表的邮箱一栏，前面加“抄送：”。",
        "choice",
        choices=YES_NO,
    ),
    Item("mail_user", "邮箱登录名", "登录收发邮件的用户名；留空则用发件邮箱。密码不写在这里。"),
    Item(
        "mail_limit",
        "每次最多发几封",
        "一次运行最多发出的信件数，余下的下次接着发。",
        "count",
        1,
        2000,
    ),
    Item("mail_pause", "两封间隔秒数", "每发一封停几秒，免得被邮箱当作群发。", "count", 0, 600),
    Item(
        "sent_folder", "已发送文件夹", "把发出的信件存一份到邮箱的这个文件夹，如 已发送；留空不存。"
    ),
    Item("inbox_server", "收信服务器", "如 imap.example.com；不从邮箱收表时留空。"),
    Item("inbox_port", "收信端口", "一般是 993（SSL）或 143（STARTTLS）。", "count", 1, 65535),
    Item("inbox_folder", "收件夹", "从邮箱的哪个文件夹收表；留空则是收件箱（INBOX）。"),
    Item(
        "inbox_mark",
        "收取后标为已读",
        "是：收过的信件在邮箱里标为已读；否：邮箱里什么都不动。",
        "choice",
        choices=YES_NO,
    ),
    # The last one: a notice pasted into a cell may spread over the rows below it.
    Item(
        "holidays",
        "节假日",
        "报送日按倒数工作日算时用。程序还不知道某年的放假安排时，"
        "把国务院办公厅当年的节假日安排通知全文粘贴到这里；其余年份留空。",
        "notice",
    ),
)
"""Every field of Settings once; a mail password is none of them and never will be."""


def cell_of(item: Item, settings: Settings) -> Cell:
    """Return what stands in the value cell of an item."""
    value = getattr(settings, item.field)
    if item.choices:
        return next(word for word, meant in item.choices.items() if meant == value)
    if value is None or value == "":
        return None
    return value  # type: ignore[no-any-return]


def find_item(name: str) -> Item | None:
    """Return the item of that name; white space and width of letters do not count."""
    return _BY_NAME.get(squeeze(name))


def read_items(
    cells: Mapping[str, Value],
    fault: Callable[[Item, str], None],
) -> Settings:
    """Return the settings that stand in cells keyed by field.

    What is missing or cannot be read keeps the default; `fault` is told of the latter, with the
    text that stands there, or, of a notice, what is amiss in it. The year comes
    first, since dates may be written without one.
    """
    found: dict[str, Any] = {}
    year = 0
    for item in sorted(ITEMS, key=lambda item: item.field != "year"):
        value = cells.get(item.field)
        if is_blank(value):
            if item.kind in ("text", "notice") or item.optional:
                found[item.field] = None if item.optional else ""
            continue
        try:
            found[item.field] = _read_value(item, value, year)
        except ValueError as error:
            fault(item, str(error) if item.kind == "notice" else value_text(value))
        year = found.get("year", 0)
    return replace(Settings(), **found)


def _read_value(item: Item, value: Value, year: int) -> object:
    text = value_text(value).strip()
    if isinstance(value, float) and item.kind == "count":
        text = f"{value:.15g}"  # the number, however its cell shows it
    if item.kind == "count":
        digits = re.fullmatch(r"(\d{1,6})[年月日天号个]?", squeeze(text))
        number = int(digits.group(1)) if digits else -1
        if not item.low <= number <= item.high:
            raise ValueError(text)
        return number
    if item.kind == "date":
        day = read_date(value, year)
        if day is None:
            raise ValueError(text)
        return day
    if item.kind == "mail":
        address = read_address(text)
        if address is None:
            raise ValueError(text)
        return address
    if item.kind == "notice":
        if not read_holidays(text, year):
            raise ValueError("没有写哪些天放假、哪些天上班")
        return text
    if item.choices:
        if isinstance(value, bool):
            text = "是" if value else "否"
        for word, meant in item.choices.items():
            if squeeze(word) == squeeze(text):
                return meant
        raise ValueError(text)
    return text


_BY_NAME = {squeeze(item.name): item for item in ITEMS}
