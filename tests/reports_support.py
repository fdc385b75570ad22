"""A fictional bureau's month with gaps of every kind, and text dumps of what is written of it."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

import openpyxl
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook

from taskxl.findings import Finding
from taskxl.model import (
    Altered,
    Entry,
    FileVerdict,
    MasterList,
    Milestone,
    MilestoneEntry,
    MilestoneState,
    Month,
    Office,
    OfficeState,
    Period,
    Settings,
    Task,
    Unplaced,
    with_ids,
)

AS_OF = date(2026, 4, 25)
LEADERS = ("陈立明", "周若兰", "何志远")
OFFICES = (
    Office("办公室", leader="陈立明"),
    Office("人事股", leader="陈立明"),
    Office("计财股", aliases=("计划财务股",), leader="周若兰"),
    Office("基教股", leader="周若兰"),
    Office("安全股", leader="何志远"),
    Office("职教股", leader="何志远"),
    Office("督导室", leader="何志远"),
)


def _task(
    number: str,
    title: str,
    leader: str,
    offices: str,
    content: str,
    milestones: Iterable[tuple[str, date | None]],
    remarks: str = "",
) -> Task:
    lead, *supporting = offices.split()
    return Task(
        number=number,
        title=title,
        section=f"{leader}同志负责项目",
        leader=leader,
        content=f"{content}\n关键节点：",
        lead_offices=(lead,),
        supporting_offices=tuple(supporting),
        remarks=(remarks,) if remarks else (),
        milestones=tuple(
            Milestone(text, due, None if due else "没有写明日期") for text, due in milestones
        ),
    )


TASKS = with_ids(
    (
        _task(
            "1",
            "编制教育事业发展规划",
            "陈立明",
            "办公室 计财股 基教股",
            "编制云溪县教育事业发展规划，明确今后五年的目标、任务和保障措施，形成送审稿报县政府审定。",
            (
                ("一是2月底前完成调研，形成规划初稿。", date(2026, 2, 28)),
                ("二是4月底前完成专家论证和合法性审查。", date(2026, 4, 30)),
                ("三是6月底前报县政府审定。", date(2026, 6, 30)),
            ),
            "县政府工作报告",
        ),
        _task(
            "2",
            "教师招聘和岗位聘任",
            "陈立明",
            "人事股",
            "面向社会公开招聘教师120名，完成新一轮岗位聘任。",
            (
                ("一是3月底前发布招聘公告。", date(2026, 3, 31)),
                ("二是7月底前完成招聘。", date(2026, 7, 31)),
            ),
        ),
        _task(
            "3",
            "教师周转宿舍改造",
            "陈立明",
            "计财股 办公室",
            "改造乡镇教师周转宿舍200套。",
            (
                ("一是3月底前完成立项和预算评审。", date(2026, 3, 31)),
                ("二是8月底前完成改造。", date(2026, 8, 31)),
            ),
            "县十件民生实事",
        ),
        _task(
            "4",
            "中小学新建扩建工程",
            "周若兰",
            "计财股 基教股 安全股",
            "新建云溪县第三小学、扩建城南初级中学，新增学位3,200个。",
            (
                ("一是1月底前完成用地预审。", date(2026, 1, 31)),
                ("二是3月底前完成施工招标。", date(2026, 3, 31)),
                ("三是9月开学前投入使用。", None),
            ),
            "县十件民生实事",
        ),
        _task(
            "5",
            "普惠性学前教育扩容",
            "周若兰",
            "基教股 计财股",
            "新增公办幼儿园学位900个，普惠性幼儿园覆盖率达到90%以上。",
            (
                ("一是4月底前完成选址。", date(2026, 4, 30)),
                ("二是12月中旬前完成验收。", date(2026, 12, 20)),
            ),
        ),
        _task(
            "6",
            "义务教育学区化办学",
            "周若兰",
            "基教股",
            "组建6个学区，推进教师交流轮岗。",
            (("一是5月底前印发方案。", date(2026, 5, 31)),),
        ),
        _task(
            "7",
            "教育经费审计整改",
            "周若兰",
            "计财股 督导室",
            "完成上年度审计发现问题的整改并建立长效机制。",
            (("一是3月底前完成整改。", date(2026, 3, 31)),),
            "县审计局通报",
        ),
        _task(
            "8",
            "校园安全专项整治",
            "何志远",
            "安全股 基教股 职教股",
            "开展消防、食品、校车、建筑安全专项整治，隐患整改率达到100%。",
            (
                ("一是2月底前完成排查。", date(2026, 2, 28)),
                ("二是4月28日前完成整改“回头看”。", date(2026, 4, 28)),
            ),
        ),
        _task(
            "9",
            "学校食堂“明厨亮灶”全覆盖",
            "何志远",
            "安全股",
            "全县学校食堂实现“互联网+明厨亮灶”全覆盖。",
            (("一是4月底前完成设备安装。", date(2026, 4, 30)),),
        ),
        _task(
            "10",
            "职业学校产教融合实训基地",
            "何志远",
            "职教股 计财股",
            "与三家企业共建实训基地，年培训2,000人次。",
            (
                ("一是2月底前签订合作协议。", date(2026, 2, 28)),
                ("二是10月底前基地投入使用。", date(2026, 10, 31)),
            ),
        ),
        _task(
            "11",
            "职业技能等级认定",
            "何志远",
            "职教股",
            "长期开展学生职业技能等级认定。",
            (("长期推进。", None),),
        ),
        _task(
            "12",
            "教育质量监测",
            "何志远",
            "督导室 基教股",
            "做好国家义务教育质量监测样本县工作。",
            (("一是5月底前完成监测。", date(2026, 5, 28)),),
        ),
    )
)
LONG = "".join(
    f"第{n}个项目已完成立项、预算评审和施工图审查，正在办理施工许可，预计下月中旬进场施工。\n"
    for n in range(1, 41)
).strip()
ENTRIES = (
    ("1", "办公室", "正常推进", "规划初稿已形成，4月12日召开专家论证会，正在按专家意见修改。",
     "部分数据需统计部门核定。下一步：4月底前完成合法性审查。", ""),
    ("1", "计财股", "正常推进", "已提供近五年教育经费数据和今后五年测算表。", "", ""),
    ("1", "基教股", "进度滞后", "学位需求预测尚未完成。", "人手不足。", "请统一口径"),
    ("2", "人事股", "已完成", "招聘公告已于3月20日发布，报名1,460人，资格审查完成。", "无。", ""),
    ("3", "计财股", "进度滞后", "预算评审仍在进行。", "评审资料反复补正，恳请局领导协调财政局加快评审。", ""),
    ("4", "计财股", "正常推进", LONG, "用地预审已批复。下一步抓紧招标。", ""),
    ("4", "安全股", "正常推进", "已对两所学校施工方案提出安全意见。", "", ""),
    ("5", "基教股", "快了", " ", "", ""),
    ("6", "基教股", "正常推进", "按上级要求积极推进相关工作。", "", ""),
    ("7", "计财股", "已完成", "12个问题已全部整改到位，制度汇编已印发。", "无。", ""),
    ("8", "安全股", "进度滞后", "=已排查学校86所，发现隐患214处，整改完成161处。", "", ""),
    ("9", "安全股", "正常推进", "已完成61所学校的设备安装，覆盖率71%。", "下一步：4月底前全部完成。", ""),
)  # fmt: skip


def _entries() -> tuple[Entry, ...]:
    cells = {"status": "E", "progress": "F", "obstacles": "G", "remarks": "H"}
    return tuple(
        Entry(
            task,
            office,
            status,
            progress,
            obstacles,
            remarks,
            file=f"{office}.xlsx",
            sheet="进展情况表",
            row=row,
            cells={field: f"{column}{row}" for field, column in cells.items()},
        )
        for row, (task, office, status, progress, obstacles, remarks) in enumerate(ENTRIES, 6)
    )


def _milestones(tasks: Iterable[Task]) -> tuple[MilestoneState, ...]:
    said = {
        "1/1": MilestoneEntry("1/1", "办公室", "已完成", date(2026, 2, 26), "2.26", "初稿已印发"),
        "2/1": MilestoneEntry("2/1", "人事股", "已完成", date(2026, 3, 20), "3月20日"),
        "3/1": MilestoneEntry("3/1", "计财股", "申请延期", note="评审未完，申请延至5月底"),
        "4/1": MilestoneEntry("4/1", "计财股", "已完成", date(2026, 1, 30), "1.30"),
        "7/1": MilestoneEntry("7/1", "计财股", "已完成", date(2026, 3, 28), "3.28"),
        "8/1": MilestoneEntry("8/1", "安全股", "未完成", note="还有53处在整改"),
    }
    states = []
    for task in tasks:
        for milestone in task.milestones:
            entry = said.get(milestone.id)
            over = (AS_OF - milestone.due).days if milestone.due else None
            if entry and entry.state == "已完成":
                states.append(MilestoneState(milestone, task, "done", None, entry))
            elif over is None:
                states.append(MilestoneState(milestone, task, "unknown", None, entry))
            else:
                light = "severe" if over > 15 else "overdue" if over > 0 else "on time"
                light = "near" if -7 <= over <= 0 else light
                states.append(MilestoneState(milestone, task, light, over, entry))
    return tuple(states)


def _findings() -> tuple[Finding, ...]:
    place = {"sheet": "进展情况表"}
    return (
        Finding("G401", "error", "职教股到4月25日没有报送进展情况表，应报2项任务。请催报。", "职教股"),
        Finding("R202", "error", "文件加了密码，打不开。请去掉密码后重新报送。", "督导室", None, "督导室加密.xlsx"),
        Finding("G404", "error", "进展情况只有一个空格。请补填。", "基教股", "5", "基教股.xlsx", cell="F13", **place),
        Finding("G406", "error", "节点“一是3月底前完成立项和预算评审。”应于2026-03-31完成，已超25天。", "计财股", "3"),
        Finding("G406", "error", "节点“二是3月底前完成施工招标。”应于2026-03-31完成，已超25天。", "计财股", "4"),
        Finding("G406", "error", "节点“一是2月底前完成排查。”应于2026-02-28完成，已超56天。", "安全股", "8"),
        Finding("E302", "error", "第7项这一行不见了。请补报。", "督导室", "7"),
        Finding("G402", "warning", "安全股4月27日才收到（文件时间），晚了2天。", "安全股", None, "安全股.xlsx"),
        Finding("G403", "warning", "没有写分管负责同志审定。请补签。", "安全股", None, "安全股.xlsx", cell="H3", **place),
        Finding("G412", "warning", "填报人空白。请补填。", "安全股", None, "安全股.xlsx", cell="B3", **place),
        Finding("E301", "warning", "项目名称改成了“学区化管理”。", "基教股", "6", "基教股.xlsx", cell="B14", **place),
        Finding("E304", "warning", "进度状态写的是“快了”，不在可选项内。", "基教股", "5", "基教股.xlsx", cell="E13", **place),
        Finding("G410", "warning", "进度滞后，但没有写原因和下一步。请补写。", "安全股", "8", "安全股.xlsx", cell="G16", **place),
        Finding("G411", "warning", "进展情况没有具体内容：“按上级要求积极推进相关工作。”", "基教股", "6"),
        Finding("G413", "info", "办公室报“正常推进”，基教股报“进度滞后”。请核实。", "办公室", "1"),
        Finding("G407", "info", "节点“二是4月28日前完成整改‘回头看’。”还有3天到期。", "安全股", "8"),
        Finding("E303", "info", "表外有一段文字，放在“未归位内容”。", None, None, "计财股.xlsx", "进展情况表", "J20"),
    )  # fmt: skip


def make_month() -> Month:
    """Return the month: 7 offices (one late, one missing, one rejected), 12 tasks, 17 findings."""
    settings = Settings(bureau="云溪县教育局", year=2026, reporters="lead")
    received = datetime(2026, 4, 23, 16, 30)
    states = (
        OfficeState("办公室", "submitted", ("办公室.xlsx",), received, "mail", "李素梅", True, 1, 1,
                    approval="陈立明"),
        OfficeState("人事股", "submitted", ("人事股.xlsx",), received, "mail", "王建国", True, 1, 1),
        OfficeState("计财股", "submitted", ("计财股.xlsx", "计财股补.xlsx"), received, "file", "赵敏", True,
                    3, 3, approval="周若兰"),
        OfficeState("基教股", "submitted", ("基教股.xlsx",), received, "file", "孙倩", True, 2, 1),
        OfficeState("安全股", "late", ("安全股.xlsx",), datetime(2026, 4, 27, 9, 5), "file", "", False,
                    2, 2),
        OfficeState("职教股", "missing", tasks=2, months_missing=2),
        OfficeState("督导室", "rejected", ("督导室加密.xlsx",), tasks=1, months_missing=1),
    )  # fmt: skip
    files = (
        FileVerdict("办公室.xlsx", "0a" * 32, "accepted", "办公室"),
        FileVerdict("人事股.xlsx", "1b" * 32, "accepted", "人事股"),
        FileVerdict("计财股.xlsx", "2c" * 32, "partial", "计财股", "E303", "表外有文字"),
        FileVerdict("计财股旧.xlsx", "3d" * 32, "superseded", "计财股", "R208", "已有较新的一份"),
        FileVerdict("计财股补.xlsx", "2e" * 32, "accepted", "计财股"),
        FileVerdict("基教股.xlsx", "4e" * 32, "accepted", "基教股"),
        FileVerdict("安全股.xlsx", "5f" * 32, "accepted", "安全股"),
        FileVerdict("督导室加密.xlsx", "60" * 32, "rejected", "督导室", "R202", "文件加了密码"),
        FileVerdict("~$办公室.xlsx", "71" * 32, "skipped", None, "R211", "Office 的临时文件"),
    )
    return Month(
        Period(2026, 4),
        AS_OF,
        MasterList("云溪县教育局2026年重点工作任务一览表", TASKS, OFFICES, settings),
        states,
        files,
        _entries(),
        _milestones(TASKS),
        (
            Unplaced("计财股.xlsx", "进展情况表", "J20", "另：城南初中的资金缺口请一并考虑。"),
            Unplaced("基教股.xlsx", "Sheet2", "A1", "=HYPERLINK(\"http://例子\",\"点我\")\n草稿"),
        ),
        (Altered("6", "基教股", "项目名称", "义务教育学区化办学", "学区化管理", "基教股.xlsx", "进展情况表", "B14"),),
        _findings(),
        (
            Entry("1", "办公室", "正常推进", "规划初稿正在起草。"),
            Entry("3", "计财股", "正常推进", "已上报评审资料。"),
            Entry("7", "计财股", "正常推进", "已整改9个。"),
        ),
        {
            "1/1": "done", "2/1": "near", "3/1": "near", "4/1": "done", "4/2": "near",
            "7/1": "near", "8/1": "overdue", "10/1": "overdue",
        },
    )  # fmt: skip


def make_empty_month() -> Month:
    """Return a month in which nothing is owed and nothing has come."""
    return replace(
        make_month(),
        master=MasterList("", (), (), Settings(year=2026)),
        offices=(),
        files=(),
        entries=(),
        milestones=(),
        unplaced=(),
        altered=(),
        findings=(),
        previous=(),
    )


def open_workbook(content: bytes) -> Workbook:
    """Open a written workbook as openpyxl sees it."""
    return openpyxl.load_workbook(io.BytesIO(content))


def links_of(book: Workbook) -> Iterator[tuple[str, int, str, str]]:
    """Yield every link of a summary: sheet, row, target sheet, target cell."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink:
                    assert cell.hyperlink.target is None, "no link leads out of the workbook"
                    found = re.fullmatch(r"'(.+)'!(.+)", cell.hyperlink.location)
                    assert found is not None, cell.hyperlink.location
                    yield sheet.title, cell.row, found[1], found[2]


def dump_workbook(content: bytes) -> str:
    """Return what a person sees of a workbook as text: pages, cells, colours, comments, links."""
    lines: list[str] = []
    for sheet in open_workbook(content).worksheets:
        breaks = ",".join(str(one.id) for one in sheet.row_breaks.brk)
        lines += [
            f"# {sheet.title}",
            f"page {sheet.page_setup.orientation} print {sheet.print_area} "
            f"titles {sheet.print_title_rows or '-'} breaks {breaks or '-'} "
            f"frozen {sheet.freeze_panes or '-'} tables {','.join(sheet.tables) or '-'}",
            f"merged {' '.join(sorted(str(area) for area in sheet.merged_cells.ranges)) or '-'}",
        ]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None or cell.comment:
                    lines.append(_dump_cell(cell))
    return "\n".join(lines) + "\n"


def _dump_cell(cell: Cell) -> str:
    value = cell.value.isoformat() if isinstance(cell.value, datetime) else repr(cell.value)
    words = [f"{cell.coordinate} {value}"]
    if cell.fill.fill_type == "solid":
        words.append(f"fill {cell.fill.fgColor.rgb}")
    if cell.hyperlink:
        words.append(f"-> {cell.hyperlink.location}")
    if cell.comment:
        words.append(f"comment {cell.comment.text!r}")
    return "  ".join(words)
