"""Bureaus that differ by seed: other offices, tasks, plans, statuses, texts; some silent or late.

A bureau costs about a quarter of a second of processor time: its list, its forms issued by taskxl,
and the forms filled in by way of their XML.
"""

import os
import random
import re
from datetime import date
from html import escape
from pathlib import Path

from benchmarks.merge_thousand import rewrite_rows
from taskxl.desk.issuing import issue_forms
from taskxl.master.book.making import make_master, write_master
from taskxl.model import Milestone, Period, Settings, Task, TaskList
from taskxl.workspace.folder import Workspace
from tests.bureaus import NOW

PLACES = (
    "云溪",
    "清河",
    "东岭",
    "石桥",
    "南湖",
    "白沙",
    "青坪",
    "高塘",
    "双江",
    "龙泉",
    "平远",
    "梅山",
    "古田",
    "安和",
    "长宁",
    "望江",
)
OFFICES = (
    "办公室",
    "人事股",
    "计财股",
    "基教股",
    "职成股",
    "体卫艺股",
    "安全股",
    "督导室",
    "招生办",
    "教研室",
    "项目办",
    "资助中心",
    "电教站",
    "法规股",
    "民办股",
    "审计股",
    "信息中心",
    "老干股",
    "机关党委",
    "团工委",
)
LEADERS = ("何立文", "沈知远", "罗定远", "梁若溪", "周明哲")
DEEDS = ("推进", "落实", "规范", "改造", "新建", "创建", "开展", "完善")
THINGS = (
    "公办幼儿园学位建设",
    "校园食品安全整治",
    "教师轮岗交流",
    "薄弱学校校舍",
    "课后服务",
    "阳光招生",
    "学生体质监测",
    "校车安全排查",
    "职业学校实训基地",
    "困难学生资助",
    "责任督学挂牌",
    "教研片区联动",
    "信息化设备更新",
    "教育经费审计",
    "心理健康教育",
    "控辍保学",
)
STEPS = ("印发工作方案", "完成摸底排查", "完成招标采购", "组织中期检查", "完成整改", "报送总结")
STATUSES = ("正常推进",) * 6 + ("进度滞后", "已完成", "尚未启动", "")
PLACES_FILLED = re.compile(r'<c r="([EFGH])([0-9]+)"( s="[0-9]+")?/>')
MARKED = re.compile(r'<c r="I[0-9]+"[^>]*>')


def make_varied_bureau(root: Path, number: int, offices: int, seed: int = 1) -> Workspace:
    """Make the workspace of bureau `number`: April's forms issued, most of them back in 回收/."""
    chance = random.Random(f"{seed} {number}")
    name = f"{chance.choice(PLACES)}{number:04}县教育局"
    workspace = Workspace(root / name / "2021年重点工作")
    workspace.root.mkdir(parents=True)
    names = chance.sample(OFFICES, min(offices, len(OFFICES)))
    names += [f"第{n}股" for n in range(len(names) + 1, offices + 1)]
    tasks = [
        _make_task(chance, n, names[(n - 1) % offices])
        for n in range(1, chance.randint(offices, offices * 3 // 2) + 1)
    ]
    title = f"{name}2021年重点工作任务一览表"
    master = make_master(TaskList(title, 2021, tuple(tasks)), Settings(name, 2021))
    workspace.master_path.write_bytes(write_master(master))
    issued = issue_forms(workspace, Period(2021, 4), now=NOW)
    for form in sorted(issued.written):
        if chance.random() < 0.1:
            continue
        day = 28 if chance.random() < 0.08 else chance.randint(12, 24)
        path = issued.returns / form.name
        path.write_bytes(_fill(chance, form.read_bytes()))
        moment = NOW.replace(day=day, hour=chance.randint(8, 17)).timestamp()
        os.utime(path, (moment, moment))
    return workspace


def _make_task(chance: random.Random, number: int, office: str) -> Task:
    months = sorted(chance.sample(range(2, 13), chance.randint(2, 5)))
    steps = tuple(
        Milestone(f"{place}. {month}月底前{chance.choice(STEPS)}。", date(2021, month, 28))
        for place, month in enumerate(months, 1)
    )
    return Task(
        number=str(number),
        title=f"{chance.choice(DEEDS)}{chance.choice(THINGS)}（{number}）",
        leader=chance.choice(LEADERS),
        content=f"年内涉及{chance.randint(2, 90)}所学校，分批推进，逐校销号。\n关键节点：",
        lead_offices=(office,),
        milestones=steps,
    )


def _fill(chance: random.Random, content: bytes) -> bytes:
    """Return a form with most answers on its first sheet filled in, by way of its XML."""

    def fill_row(row: re.Match[str]) -> str:
        if not MARKED.search(row[0]):
            return row[0]
        done = chance.randint(1, 60)
        texts = {
            "E": chance.choice(STATUSES),
            "F": f"4月{chance.randint(1, 20)}日完成{done}所，累计投入{done * 3}万元。"
            if chance.random() > 0.05
            else "",
            "G": f"还有{chance.randint(1, 9)}处场地未定，5月中旬前协调解决。",
            "H": "",
        }
        return PLACES_FILLED.sub(
            lambda cell: (
                f'<c r="{cell[1]}{cell[2]}"{cell[3] or ""} t="inlineStr"><is><t>'
                f"{escape(texts[cell[1]])}</t></is></c>"
                if texts[cell[1]]
                else cell[0]
            ),
            row[0],
        )

    return rewrite_rows(content, fill_row)
