"""What is missing when many bureaus are put together: a bureau's month is a gap like any other."""

from collections.abc import Iterator, Sequence

from taskxl.findings import Finding, rule
from taskxl.model import Period, period_name
from taskxl.reports.rollup.bureau_years import BureauYear
from taskxl.text import quote, show

U601 = rule(
    "U601",
    "单位没有汇总",
    "error",
    what="各单位汇总时，这个单位这个月没有汇总过，它的数没有算进去。",
    why="少了一个单位，合计就不是全部。",
    cure="请这个单位运行 taskxl merge，或把最新的工作区发来，再汇总一次。",
)
U602 = rule(
    "U602",
    "是另一年的",
    "error",
    what="各单位汇总时，这个工作区里汇总过的、或这本汇总工作簿，是另一年的，没有算进去。",
    why="两年的数不能相加。",
    cure="换成这一年的；要汇总另一年，用 --year 写明。",
)
U603 = rule(
    "U603",
    "工作区读不了",
    "error",
    what="各单位汇总时，这个文件夹不是工作区，或台账已损坏，没有算进去。",
    why="少了一个单位，合计就不是全部。",
    cure="请核对文件夹；台账损坏的，从备份中找回，或请这个单位重新发来。",
)
U604 = rule(
    "U604",
    "单位名称相同",
    "warning",
    what="几个工作区“设置”里的单位名称是一样的，或者没有填。",
    why="分不清是哪个单位的数，也可能同一个单位算了两次。",
    cure="在各自主清单的“设置”里填好单位名称；重复的去掉一个。",
)
U605 = rule(
    "U605",
    "汇总工作簿读不了",
    "error",
    what="各单位汇总时，这个文件打不开、有密码或太大，没有算进去。",
    why="少了一个单位，合计就不是全部。",
    cure="请这个单位用 Excel 或 WPS 打开它的汇总工作簿，另存为 .xlsx 后重新发来。",
)
U606 = rule(
    "U606",
    "不是单位的汇总",
    "warning",
    what="文件夹里的这个表格不是 taskxl merge 写的汇总工作簿，或缺了要数的表，没有算进去。",
    why="没有“汇总表”“报送情况”“节点台账”就数不出来。",
    cure="与汇总无关的不用管；是汇总的，请这个单位发来完整的汇总工作簿（不是定稿）。",
)
U607 = rule(
    "U607",
    "同一个月有几份",
    "warning",
    what="同一个单位的同一个月，既有工作区又有汇总工作簿，或有几本汇总工作簿。",
    why="只能算一份；算错了一份，合计就不对。",
    cure="请看取的是不是该取的那一份；不对的，把另一份移走再汇总。",
)
U608 = rule(
    "U608",
    "汇总工作簿里看不出的",
    "info",
    what="汇总工作簿里缺了一部分，或前后对不上，写明了是怎么算的。",
    why="发来的工作簿是人改过的，有些事从里面看不出。",
    cure="数不对的，请这个单位核对后重新发来，或把工作区发来。",
)


def find_gaps(bureaus: Sequence[BureauYear], period: Period) -> Iterator[Finding]:
    """Yield what is missing of some bureaus in a month, with how long it has been missing.

    Of each finding `office` is the bureau, `file` its workspace.
    """
    first = min((month.key for one in bureaus for month in one.months), default=period.key)
    for one in bureaus:
        if one.month(period.key) is None:
            run = _months_missing(one, period, first)
            since = f"，已连续 {run} 个月" if run > 1 else ""
            last = f"最近汇总的是{period_name(one.months[-1].key)}" if one.months else "一次也没有"
            yield U601.found(
                f"{period.name}没有汇总{since}，{last}。合计里没有这个单位。",
                office=one.bureau,
                file=show(one.folder),
            )
    named: dict[str, list[BureauYear]] = {}
    for one in bureaus:
        named.setdefault(one.bureau, []).append(one)
    for name, some in named.items():
        if len(some) > 1:
            folders = "、".join(quote(one.folder) for one in some)
            yield U604.found(
                f"{len(some)} 个工作区的单位名称都是{quote(name)}：{folders}。请核对。"
            )


def _months_missing(one: BureauYear, period: Period, first: str) -> int:
    """Return the months in a row without a merge; before `first` no bureau had begun."""
    there = {month.key for month in one.months}
    run = 0
    for month in range(period.month, 0, -1):
        key = Period(period.year, month).key
        if key in there or key < first:
            break
        run += 1
    return run
