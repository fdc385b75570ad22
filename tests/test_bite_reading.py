"""Edges of the reader's parts, each asked alone: marks, titles, names, persons, rows, plans."""

import random
from collections.abc import Sequence
from datetime import date

import pytest

from taskxl.dates import UNSET
from taskxl.findings import Finding
from taskxl.intake.grids import Area, Book, CellError, Line, Sheet, Value
from taskxl.master.reading.answering import read_offices
from taskxl.master.reading.drafts import (
    Draft,
    Part,
    Step,
    is_empty,
    is_note,
    is_total,
    move_displaced,
    read_leader,
)
from taskxl.master.reading.fields import read_task_number, split_number
from taskxl.master.reading.guesses import guess_field, is_prose
from taskxl.master.reading.header import Grid, is_stage, read_header, read_header_word
from taskxl.master.reading.letterhead import find_bureau, find_contact, find_office_word
from taskxl.master.reading.number_marks import read_mark
from taskxl.master.reading.offices import (
    find_known,
    join_names,
    looks_like_office,
    mend_broken,
    part_names,
    split_names,
)
from taskxl.master.reading.persons import pair_persons, read_leaders, take_persons
from taskxl.master.reading.plans import read_plan
from taskxl.master.reading.responsibility import (
    is_endless,
    read_duty,
    read_office_of_heading,
    take_duties,
)
from taskxl.master.reading.row_kinds import is_beside_the_list, read_section, section_level
from taskxl.master.reading.seen import describe_seen
from taskxl.master.reading.task_list import read_task_list
from taskxl.master.reading.titles import find_issue_date, find_year, is_title, read_year
from taskxl.model import Place

# ---------------------------------------------------------------- marks


@pytest.mark.parametrize(
    ("text", "last", "mark"),
    [
        ("第三章 保障", {}, (0, "3", "保障")),
        ("十二、收尾", {}, (1, "12", "收尾")),
        ("二.修路", {}, (1, "2", "修路")),
        ("（十）验收", {}, (2, "10", "验收")),
        ("任务3：修路", {}, (3, "3", "修路")),
        ("项目二：修路", {}, (3, "2", "修路")),
        ("实事十二、建园", {}, (3, "12", "建园")),
        ("第三，修路", {}, (3, "3", "修路")),
        ("12．修路", {}, (4, "12", "修路")),
        ("3 修路", {}, (4, "3", "修路")),
        ("1234.修路", {}, None),
        ("1.2.3 修路", {}, (5, "1.2.3", "修路")),
        ("1.1.建园", {}, (5, "1.1", "建园")),
        ("(12)修路", {}, (6, "12", "修路")),
        ("12)修路", {}, (6, "12", "修路")),
        ("③修路", {}, (7, "3", "修路")),
        ("修路", {}, None),
        ("1.", {}, None),
        ("3.2万元到位", {4: 2}, None),
        ("3.2023年底", {4: 2}, (4, "3", "2023年底")),
        ("5.2023年底", {4: 2}, None),
        ("1.10月底前", {}, (4, "1", "10月底前")),
        ("2.30个社区达标", {4: 1}, (4, "2", "30个社区达标")),
        ("2.30个社区达标", {4: 4}, None),
        ("2.5公里", {4: 1}, None),
        ("2.5倍增长", {4: 1}, None),
        ("2021.5月底", {}, None),
    ],
)
def test_marks(text: str, last: dict[int, int], mark: tuple[int, str, str] | None) -> None:
    found = read_mark(text, last)
    assert (found and (found.family, found.number, found.rest)) == mark


def test_an_automatic_number_is_the_mark_and_the_text_is_whole() -> None:
    found = read_mark("2.5公里道路", {}, "（三）")
    assert found is not None
    assert (found.number, found.written, found.rest) == ("3", "（三）", "2.5公里道路")
    assert read_mark("修路", {}, "•") is None


# ---------------------------------------------------------------- titles and years


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("2024年工作要点", True),
        ("关于印发任务分解的通知", True),
        ("工作清单", True),
        ("任务书", False),
        ("第二部分任务清单", False),
        ("一、任务清单", False),
        ("工作清单。", False),
        ("工作清单：", False),
        ("（一）清单内容", False),
        ("说明：工作清单", False),
        ("任" * 54 + "工作任务清单", True),
        ("任" * 55 + "工作任务清单", False),
    ],
)
def test_titles(text: str, title: bool) -> None:
    assert is_title(text) is title


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2017年工作总结2018年工作计划", 2018),
        ("2021-2025年规划", None),
        ("2021—2025年任务清单", None),
        ("二○二四年要点", 2024),
        ("二零二三年要点", 2023),
        ("2024年", 2024),
        ("2024年度工作", 2024),
        ("2024号文件", None),
        ("1999年计划", 1999),
        ("20245年", None),
    ],
)
def test_years_of_titles(text: str, year: int | None) -> None:
    assert read_year(text) == year


def book(*lines: str, name: str = "附件.docx", rows: Sequence[tuple[Value, ...]] = ()) -> Book:
    sheets = (Sheet("表", tuple(rows)),) if rows else ()
    return Book(name, "docx", sheets, lines=tuple(Line(n, t) for n, t in enumerate(lines, 1)))


def test_the_year_is_that_of_title_then_file_then_text_then_cells() -> None:
    rows: list[tuple[Value, ...]] = [("6月", date(2020, 3, 1)), ("2021.5.3前", None)]
    lines = ("2022年6月底前完成", "2022年底", "2023年1月5日")
    both = [book(*lines, name="2024年清单.docx", rows=rows)]
    assert find_year(["2025年要点"], both) == 2025
    assert find_year(["要点"], both) == 2024
    assert find_year([], [book(*lines, rows=rows)]) == 2022
    assert find_year([], [book("2023年1月5日")]) is None  # a signature
    assert find_year([], [book(rows=rows)]) == 2020
    assert find_year([], [book(rows=[("2021.5.3前",), ("2021/6",), (date(2020, 3, 1),)])]) == 2021


def test_the_day_of_issue_is_a_short_line_at_the_end_of_it() -> None:
    assert find_issue_date([book("通知", "某局2023年1月5日印发")], None) == date(2023, 1, 5)
    assert find_issue_date([book("某局2023年1月5日")], 2024) == date(2024, 1, 5)
    assert find_issue_date([book("某局2024年2月29日")], 2023) == date(2024, 2, 29)
    assert find_issue_date([book("会议于" + "很" * 30 + "2023年1月5日")], None) is None
    assert find_issue_date([book("2023年1月5日前完成")], None) is None


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王 芳 李 明", ("王芳", "李明")),
        ("办 公 室", ("办公室",)),
        ("1.人事科 2.办公室", ("人事科", "办公室")),
        ("（1）人事科", ("人事科",)),
        ("①人事科", ("人事科",)),
        ("12345热线", ("12345热线",)),
        ("甲局等", ("甲局",)),
        ("各县、市", ("各县、市",)),
        ("各部门、单位", ("各部门、单位",)),
        ("各县、财政局", ("各县", "财政局")),
        ("县、市", ("县", "市")),
        ("甲、甲", ("甲",)),
        ("-—·", ()),
        ("甲局;乙局；丙局/丁局", ("甲局", "乙局", "丙局", "丁局")),
        ("甲局(含A、B)、乙局", ("甲局(含A、B)", "乙局")),
        ("甲（乙、丙", ("甲（乙、丙",)),
        ("甲）、乙局", ("甲）", "乙局")),
        ("人事科。办公室|财务科", ("人事科", "办公室", "财务科")),
        ("★甲局", ("甲局",)),
    ],
)
def test_names_of_a_cell(text: str, names: tuple[str, ...]) -> None:
    assert split_names(text) == names


@pytest.mark.parametrize(
    ("name", "office"),
    [
        *(
            (name, True)
            for name in ("甲局", "市委宣传部", "市政府", "街道办", "有关部门", "村委会")
        ),
        *((name, True) for name in ("市发改委（代建办）", "“双拥”办公室", "A公司", "各级政府")),
        *((name, False) for name in ("改造2处", "含学校", "详见附件", "其中办公室", "如教育局")),
        *((name, False) for name in ("一", "办公室主任", "甲，乙局", "完成“双减”")),
        ("很" * 25 + "局", True),
        ("很" * 26 + "局", False),
    ],
)
def test_what_can_be_an_office(name: str, office: bool) -> None:
    assert looks_like_office(name) is office


def test_names_run_together_are_parted_by_those_that_stand_alone() -> None:
    known = {"人事科", "办公室", "财务科"}
    assert part_names("人事科办公室", known) == ("人事科", "办公室")
    assert part_names("人事科审计科办公室", known) == ("人事科", "审计科", "办公室")
    assert part_names("人事科审计科", known) == ("人事科审计科",)
    assert part_names("审计科", known) == ("审计科",)
    assert join_names(["人事科和办公室", "甲、乙"], known) == ("人事科", "办公室", "甲、乙")
    assert join_names(["精神文明和法治办"], known) == ("精神文明和法治办",)
    assert find_known(["人事科", "人事科办公室", "办公室"]) == {"人事科", "办公室"}
    learnt = find_known(["人事科审计科办公室", "人事科", "办公室", "财务科审计科人事科", "财务科"])
    assert learnt == {"人事科", "办公室", "财务科", "审计科"}
    assert mend_broken(["教育装备", "中心", "人事科"], {"人事科"}) == ("教育装备中心", "人事科")
    assert mend_broken(["人事", "科"], {"人事科", "办公室"}) == ("人事科",)
    assert mend_broken(["人事科", "办公室"], {"人事科办公室"}) == ("人事科", "办公室")


# ---------------------------------------------------------------- persons


@pytest.mark.parametrize(
    ("text", "among", "read"),
    [
        ("办公室（周小川）、计财股", False, ("办公室\n计财股", "周小川（办公室）")),
        ("办公室：周小川", False, ("办公室", "周小川（办公室）")),
        ("办公室、周小川", True, ("办公室", "周小川（办公室）")),
        ("办公室、计财股、周小川", True, ("办公室\n计财股", "周小川（计财股）")),
        ("周小川、办公室", True, ("办公室", "周小川")),
        ("办公室(牵头)", False, ("办公室(牵头)", "")),
        ("办公室（技术处）", False, ("办公室（技术处）", "")),
        ("周小川", True, ("", "周小川")),
        ("周小川", False, ("周小川", "")),
    ],
)
def test_persons_among_offices(text: str, among: bool, read: tuple[str, str]) -> None:
    assert take_persons(text, among) == read


@pytest.mark.parametrize(
    ("text", "offices", "persons", "others"),
    [
        ("梁一、黄二", ["办公室", "人事股"], [("梁一", "办公室"), ("黄二", "人事股")], ()),
        ("梁一", ["办公室", "人事股"], [("梁一", None)], ()),
        ("办公室梁一、黄二", ["办公室"], [("梁一", "办公室"), ("黄二", None)], ()),
        ("办公室：梁一", ["人事股"], [("梁一", "办公室")], ()),
        ("梁一13800000000", ["办公室"], [("梁一", "办公室")], ("13800000000",)),
        ("梁一、黄二", ["各股室", "办公室"], [("梁一", None), ("黄二", None)], ()),
        ("梁一（外号）", ["办公室", "人事股"], [("梁一（外号）", None)], ()),
    ],
)
def test_persons_and_their_offices(
    text: str,
    offices: list[str],
    persons: list[tuple[str, str | None]],
    others: tuple[str, ...],
) -> None:
    found, rest = pair_persons(text, offices)
    assert ([(p.name, p.office) for p in found], rest) == (persons, others)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("局长：马骏", ("马骏",)),
        ("许慧同志、何川副局长", ("许慧", "何川")),
        ("马骏（党组书记）", ("马骏",)),
        ("副局长马骏", ("马骏",)),
        ("马骏二级调研员", ("马骏",)),
        ("党组成员、副局长 马骏", ("马骏",)),
        ("马骏、马骏", ("马骏",)),
        ("马", ("马",)),
        ("", ()),
    ],
)
def test_leaders_without_their_posts(text: str, names: tuple[str, ...]) -> None:
    assert read_leaders(text) == names


# ---------------------------------------------------------------- rows that are no tasks


@pytest.mark.parametrize(
    ("text", "leader"),
    [
        ("陈一鸣同志负责项目", "陈一鸣"),
        ("陈一鸣副局长分管", "陈一鸣"),
        ("一、陈一鸣书记牵头", "陈一鸣"),
        ("（三）林二主任联系", "林二"),
        ("分管领导：林二", "林二"),
        ("责任领导：林二副县长", "林二"),
        ("包联市领导：欧阳长", "欧阳长"),
        ("牵头单位：办公室", None),
        ("县长负责", None),
        ("林二负责", None),
    ],
)
def test_whose_tasks_follow(text: str, leader: str | None) -> None:
    assert read_leader(text) == leader


@pytest.mark.parametrize(
    ("text", "note"),
    [
        *((t, True) for t in ("说明：x", "备注", "注1：x", "- 3 -", "第3页共5页", "3/5", "审核：")),
        *((t, True) for t in ("批准人：", "编制：张", "填报单位：甲", "张三签字：", "★x", "附件1")),
        *(
            (t, False)
            for t in ("注意安全", "编制规划", "审核预算", "批准立项", "3个", "修路3/5完成")
        ),
    ],
)
def test_notes(text: str, note: bool) -> None:
    assert is_note(text) is note


@pytest.mark.parametrize(
    ("text", "total"),
    [
        *((t, True) for t in ("合计", "合计：30项", "小计3", "共计三十项", "总计：")),
        *((t, False) for t in ("合计方案", "合计30个", "本年合计")),
    ],
)
def test_totals(text: str, total: bool) -> None:
    assert is_total(text) is total


def grid(*rows: tuple[Value, ...], merges: tuple[Area, ...] = ()) -> Grid:
    return Grid(Sheet("表", rows, merges))


HEADER = ("序号", "任务名称", "责任股室", "完成时限")


@pytest.mark.parametrize(
    ("row", "merges", "section"),
    [
        (("一、党建",), (), "一、党建"),
        (("党建工作",), (), "党建工作"),
        (("党",), (), None),
        (("3",), (), None),
        ((None, "一、党建"), (), "一、党建"),
        ((None, "党建工作"), (), None),
        ((None, None, "一、党建"), (), None),
        ((None, "党建工作"), (Area(2, 2, 2, 4),), "党建工作"),
        (("党建工作",), (Area(2, 1, 2, 4),), "党建工作"),
        (("一是立项。",), (), None),
        (("一", "党建"), (), "一、党建"),
        (("1", "党建"), (Area(2, 2, 2, 4),), "党建"),
        (("1", "党建"), (Area(2, 2, 2, 3),), None),
        (("陈一鸣同志负责项目",), (), "陈一鸣同志负责项目"),
    ],
)
def test_section_rows(
    row: tuple[Value, ...], merges: tuple[Area, ...], section: str | None
) -> None:
    view = grid(HEADER, row, ("2", "修路", "甲股", "6月"), merges=merges)
    header = read_header(view, 1)
    assert header is not None
    assert read_section(view, header, 2, view.filled(2)) == section


def test_a_number_with_parts_below_is_a_section() -> None:
    for number, section in (("1.1", "党建"), ("1-1", "党建"), ("2", None), ("11", None)):
        view = grid(HEADER, ("1", "党建"), (number, "修路", "甲股", "6月"))
        header = read_header(view, 1)
        assert header is not None
        assert read_section(view, header, 2, view.filled(2)) == section


def test_levels_of_sections() -> None:
    assert [section_level(t) for t in ("第一章 x", "一、x", "（一）x", "x", "1.x")] == [
        0,
        1,
        2,
        -1,
        -1,
    ]


def test_what_stands_beside_the_list() -> None:
    view = grid(HEADER)
    header = read_header(view, 1)
    assert header is not None
    for cells, among, beside in (
        ([(1, "3")], False, False),
        ([(2, "3")], False, True),
        ([(1, "备注：x")], False, True),
        ([(1, "备注：x"), (2, "修路")], False, False),
        ([(1, "合计"), (3, "5")], False, True),
        ([(1, "x"), (2, "合计"), (3, "5")], False, True),
        ([(1, "其余照旧")], True, True),
        ([(1, "其余照旧")], False, False),
        ([(1, "一、党建")], True, False),
        ([(1, "陈一鸣同志负责项目")], True, False),
    ):
        assert is_beside_the_list(header, cells, among) is beside


# ---------------------------------------------------------------- headers and grids


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("序号", ("number", True)),
        ("任务名称（项目）", ("title", True)),
        ("2024年度任务", ("title", True)),
        ("下步打算", ("obstacles", False)),
        ("存在的困难", ("obstacles", False)),
        ("计划投资", None),
        ("投资计划", None),
        ("资金安排", None),
        ("12.5", None),
        ("很" * 31, None),
        ("任务，完成情况", None),
    ],
)
def test_header_words(text: str, word: tuple[str, bool] | None) -> None:
    assert read_header_word(text) == word


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        *(
            (t, True)
            for t in ("一季度", "第4季度末", "上半年", "3月", "1-3月", "6月底前", "12月15日前")
        ),
        *((t, True) for t in ("一季度工作目标", "2024年6月底", "年底前")),
        *((t, False) for t in ("时限", "季度", "月份", "6月底前完成人", "每季度")),
    ],
)
def test_stages(text: str, stage: bool) -> None:
    assert is_stage(text) is stage


def test_a_grid_shows_what_a_person_sees() -> None:
    rows: tuple[tuple[Value, ...], ...] = (
        ("甲", None, CellError("#REF!")),
        (None, "藏", CellError("")),
        ("乙", "甲", 3.0),
    )
    view = grid(*rows, merges=(Area(1, 1, 2, 2),))
    assert (view.height, view.width) == (3, 3)
    assert [view.shown(2, 1), view.text(2, 2), view.shown(3, 3)] == ["甲", "", "3"]
    assert view.filled(1) == [(1, "甲")]
    assert view.filled(2) == []
    assert [(c, t, bool(w)) for c, t, w in view.unseen(2)] == [(2, "藏", True), (3, "", True)]
    assert view.unseen(3) == []
    assert view.unseen(9) == []
    assert view.covered_from_above(2, 1)
    assert not view.covered_from_above(1, 2)
    assert view.name(3, 2) == "B3"


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        (["办公室", "计财股、办公室", "x"], ""),
        (["办公室", "计财股", "人事股", "x"], "responsible"),
        (["6月底前", "12月10日", "x", "9月", "3月"], "due"),
        (["周小川", "吴桐"], "person"),
        ([date(2024, 3, 1), date(2024, 4, 1)], "due"),
        ([], ""),
    ],
)
def test_what_cells_show(cells: list[Value], field: str) -> None:
    assert guess_field(cells) == field


def test_sums_are_no_sentences() -> None:
    assert is_prose(["修建道路", "改造管网12公里"])
    assert not is_prose(["6200万元", "约300万元", "1,850万元"])
    assert not is_prose(["修路", "建园"])
    assert not is_prose(["abcdef", "修建道路"])


# ---------------------------------------------------------------- numbers of tasks


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("1.建园", ("1", "建园")),
        ("12、建园", ("12", "建园")),
        ("（12）建园", ("12", "建园")),
        ("(三)建园", ("3", "建园")),
        ("三、建园", ("3", "建园")),
        ("1.2025年底", ("1", "2025年底")),
        ("1.5月底前", ("1", "5月底前")),
        ("1.5公里", ("", "1.5公里")),
        ("1.2建园", ("", "1.2建园")),
        ("1234.建园", ("", "1234.建园")),
        ("三.建园", ("", "三.建园")),
        ("建园", ("", "建园")),
    ],
)
def test_a_number_before_a_name(title: str, parts: tuple[str, str]) -> None:
    assert split_number(title) == parts


@pytest.mark.parametrize(
    ("text", "number"),
    [("１．", "1"), ("（三）", "3"), ("1-2", "1-2"), ("007", "007"), ("十二", "12"), ("", None)],
)
def test_numbers_as_they_are_said(text: str, number: str | None) -> None:
    assert read_task_number(text) == number


# ---------------------------------------------------------------- drafts


def draft(*steps: Step, number: str = "1", title: str = "修路") -> Draft:
    return Draft(Place("表.xlsx", "表", 3), number=number, title=title, steps=list(steps))


def plan(one: Draft, year: int | None = 2024) -> tuple[str, list[tuple[str, str, bool]]]:
    said: list[Finding] = []
    content, milestones = read_plan(one, year, UNSET, said.append)
    return content, [(m.text, str(m.due), m.vague is not None) for m in milestones]


@pytest.mark.parametrize(
    ("one", "read"),
    [
        (draft(Step("说明", None, 3)), ("说明", [])),
        (draft(Step("说明", "6月底前", 3)), ("说明", [("修路", "2024-06-30", False)])),
        (draft(Step("", "6月底前", 3)), ("", [("修路", "2024-06-30", False)])),
        (draft(Step("立项", None, 3, milestone=True)), ("", [("立项", "None", True)])),
        (
            draft(Step("说明", None, 3), Step("立项", "3月底前", 3, milestone=True)),
            ("说明", [("立项", "2024-03-31", False)]),
        ),
        (
            draft(Step("一是立项。二是开工。", "3月底前\n6月底前", 3)),
            ("", [("一是立项。", "2024-03-31", False), ("二是开工。", "2024-06-30", False)]),
        ),
        (
            draft(Step("一是4月底前立项。二是开工。", "6月底前", 3)),
            ("", [("一是4月底前立项。", "2024-04-30", False), ("二是开工。", "2024-06-30", False)]),
        ),
        (
            draft(Step("1.排查；2.整治。", "6月底前", 3, measures=True)),
            ("1.排查；2.整治。", [("修路", "2024-06-30", False)]),
        ),
        (
            draft(Step("1.每月排查；2.整治。", "6月底前", 3, measures=True)),
            ("1.每月排查；2.整治。", [("修路", "2024-06-30", False)]),
        ),
        (draft(title="修路（6月底前）"), ("", [("修路（6月底前）", "2024-06-30", False)])),
        (draft(title="修路（长期）"), ("", [("修路（长期）", "None", True)])),
        (draft(title="修路（一期）"), ("", [])),
        (draft(Step("", date(2023, 5, 1), 3)), ("", [("修路", "2023-05-01", True)])),
        (draft(Step("", date(2025, 5, 1), 3)), ("", [("修路", "2025-05-01", False)])),
    ],
)
def test_steps_and_dues(one: Draft, read: tuple[str, list[tuple[str, str, bool]]]) -> None:
    assert plan(one) == read


def test_without_a_year_only_whole_dates_are_dates() -> None:
    assert plan(draft(Step("", "6月底前", 3)), None)[1] == [("修路", "None", True)]
    assert plan(draft(Step("", "2024年6月3日", 3)), None)[1] == [("修路", "2024-06-03", False)]
    assert plan(draft(Step("立项", None, 3, milestone=True)), None)[1] == [("立项", "None", True)]


def test_a_text_later_than_its_due_cell_is_said() -> None:
    for text, count in (("7月1日开工", 1), ("开工（7月1日）", 0), ("5月1日开工", 0)):
        said: list[Finding] = []
        read_plan(draft(Step(text, "6月30日", 3, milestone=True)), 2024, UNSET, said.append)
        assert len(said) == count


@pytest.mark.parametrize(
    ("texts", "lead", "supporting", "reported"),
    [
        ({"responsible": ["甲股、乙股"]}, ("甲股",), ("乙股",), 0),
        ({"lead": ["甲股、乙股"]}, ("甲股", "乙股"), (), 0),
        ({"lead": ["甲股"], "supporting": ["甲股、乙股"]}, ("甲股",), ("乙股",), 0),
        ({"supporting": ["乙股"]}, (), ("乙股",), 0),
        ({"responsible": ["无"]}, (), (), 1),
        ({"responsible": ["甲股、全部完成整改工作"]}, ("甲股",), ("全部完成整改工作",), None),
        ({"responsible": ["2024年完成。"]}, (), (), None),
        ({"lead": ["甲股"], "responsible": ["乙股"]}, ("甲股",), ("乙股",), 0),
    ],
)
def test_who_answers_for_a_draft(
    texts: dict[str, list[str]],
    lead: tuple[str, ...],
    supporting: tuple[str, ...],
    reported: int | None,
) -> None:
    one = draft()
    one.texts = texts
    said: list[Finding] = []
    found = read_offices(one, frozenset(), said.append)
    if reported is None:  # what is no name is said, and is none
        assert found[0] == lead
        assert set(found[1]) <= set(supporting)
    else:
        assert found == (lead, supporting)
        assert len(said) == reported


def test_a_due_among_the_offices_is_the_task_s() -> None:
    one = draft(Step("说明", None, 3))
    one.texts = {"responsible": ["甲股；完成时限：6月底前"]}
    assert read_offices(one, frozenset(), lambda _: None)[0] == ("甲股",)
    assert [step.due for step in one.steps] == ["6月底前"]


def test_rows_above_their_own_task_go_back_to_it() -> None:
    above = draft(
        Step("一是立项。", None, 3), Step("二是开工。", None, 4), Step("一是选址。", None, 5)
    )
    below = draft(Step("二是招标。", None, 6), number="2")
    part = Part(Sheet("表", ()))
    move_displaced([above, below], part)
    assert [step.text for step in above.steps] == ["一是立项。", "二是开工。"]
    assert [step.text for step in below.steps] == ["一是选址。", "二是招标。"]
    assert [finding.cell for finding in part.findings] == ["A5"]
    move_displaced([above, below], part)
    assert len(part.findings) == 1
    assert is_empty(Draft(Place("x"), number="3"))
    assert not is_empty(draft())


# ---------------------------------------------------------------- responsibility, by property

OFFICES = ("县教育局", "县财政局", "人事科", "信息中心", "城关镇", "各街道")


@pytest.mark.parametrize("seed", range(12))
def test_the_same_responsibility_in_many_ways(seed: int) -> None:
    draw = random.Random(seed)
    lead, one, two = draw.sample(OFFICES, 3)
    due = draw.choice(("6月底前", "9月30日前", "年底前"))
    comma = draw.choice(("，", "；", ","))
    ways = [
        f"牵头单位：{lead}{comma}配合单位：{one}、{two}{comma}完成时限：{due}",
        f"完成时限：{due}{comma}配合单位：{one}、{two}{comma}牵头单位：{lead}",
        f"{lead}牵头{comma}{one}、{two}配合{comma}{due}完成",
        f"由{lead}牵头{comma}{one}和{two}配合{comma}{due}",
        f"请{lead}牵头{comma}会同{one}、{two}{comma}{due}完成",
        f"{lead}（牵头）、{one}、{two}{comma}{due}",
        f"牵头单位：{lead}配合单位：{one}、{two}完成时限：{due}",
        f"主办：{lead}　协办：{one}、{two}　时限：{due}",
    ]
    for way in ways:
        task = draft(Step("", None, 3))
        task.texts = {"responsible": [way]}
        found = read_offices(task, frozenset(OFFICES), lambda _: None)
        assert found == ((lead,), (one, two)), way
        assert str(task.steps[0].due).startswith(due), way
        rest, duties = take_duties(f"建成水厂。（{way}）")
        assert (rest, bool(duties)) == ("建成水厂。", True), way


def test_what_is_no_responsibility() -> None:
    for text in ("完成两处校舍改造", "由学生自愿参加", "", "落实经费3000万元", "（含幼儿园）"):
        assert read_duty(text) is None
    assert read_office_of_heading("三、由人事科负责的重点工作（5项）") == "人事科"
    assert read_office_of_heading("三、提升服务能力") is None
    assert is_endless("长期坚持")
    assert not is_endless("6月底前")


# ---------------------------------------------------------------- who sent it, what was seen


def test_who_sent_a_list() -> None:
    assert find_bureau([book("通知", "云溪县教育局", "2024年1月5日")]) == "云溪县教育局"
    assert find_bureau([book("云溪县教育局办公室2024年1月5日印发")]) == "云溪县教育局"
    assert find_bureau([book("云溪县教育局关于印发要点的通知")]) == "云溪县教育局"
    assert find_bureau([book("市教育局", "2024年1月5日")]) == ""
    assert find_bureau([book(*["x"] * 6, "云溪县教育局关于印发要点的通知")]) == ""
    assert find_contact([book("联系人：周小川，电话：12345678")]) == "周小川 12345678"
    assert find_contact([book("联系人：周小川")]) == "周小川"
    assert find_contact([book("无")]) == ""
    assert find_office_word(["人事科", "财务科", "办公室", "计财股"], []) == "科室"
    assert find_office_word([], [book("责任股室", "牵头股室", "各科室")]) == "股室"
    assert find_office_word([], []) == ""


def test_what_was_seen_names_the_row_and_the_level() -> None:
    rows: list[tuple[Value, ...]] = [
        ("通讯录",),
        ("姓名", "电话", "任务"),
        ("周小川", "12345", "x"),
    ]
    said = describe_seen([book(rows=rows)])
    assert "〔表〕第2行像是表头：姓名、电话、任务。" in said
    assert "--header-row 2 --column 姓名=任务" in said
    said = describe_seen([book("一、甲", "1.乙", "2.丙")])
    assert "第1级“一、”等1条，第2级“1.”等2条" in said
    assert "--task-level 2" in said
    assert describe_seen([book("甲")]) == ""


def test_a_task_without_a_name_has_the_first_line_of_its_plan() -> None:
    one = draft(Step("建园\n并开园", "6月底前", 3))
    one.title = None
    assert plan(one)[1] == [("建园", "2024-06-30", False)]
    one = draft(Step("", "6月底前", 3))
    one.title = None
    assert plan(one)[1] == [("6月底前", "2024-06-30", False)]


def test_a_header_is_known_again_by_its_columns() -> None:
    first = read_header(grid(HEADER), 1)
    again = read_header(grid(("编号", "项目名称", "责任科室", "完成时间")), 1)
    other = read_header(grid(("序号", "任务名称", "完成时限", "责任股室")), 1)
    assert first is not None
    assert again is not None
    assert other is not None
    assert first.signature == again.signature != other.signature
    assert [column.index for column in first.of("due")] == [4]


@pytest.mark.parametrize(
    ("above", "sheet", "file", "title"),
    [
        ("2024年工作要点", "任务清单", "年度计划.xlsx", "2024年工作要点"),
        ("", "任务清单", "年度计划.xlsx", "任务清单"),
        ("", "表", "年度计划.xlsx", "年度计划"),
        ("云溪县水务局2024年推进表", "表", "年度计划.xlsx", "云溪县水务局2024年推进表"),
        ("附件1", "表", "年度计划.xlsx", "年度计划"),
    ],
)
def test_what_a_list_is_called(above: str, sheet: str, file: str, title: str) -> None:
    rows: list[tuple[Value, ...]] = [(above or None,), HEADER, ("1", "修路", "甲股", "6月底前")]
    found, _ = read_task_list([Book(file, "xlsx", (Sheet(sheet, tuple(rows)),))])
    assert found.title == title
