"""Time `taskxl read` on a province's list: 5,000 tasks with 20,000 milestones.

    python benchmarks/read_list.py [--tasks 5000]

Prints the seconds of reading the list at full and at half size (the ratio tells whether time is
linear in size), and, as a floor, those of python-calamine reading the cells of the same file.
"""

import argparse
import io
import random
import statistics
import time
from collections.abc import Callable
from itertools import count

import python_calamine
import xlsxwriter

from taskxl.intake.grids import Book
from taskxl.intake.reading import read_book
from taskxl.master.reading.task_list import read_task_list

PLACES = ("城南", "城北", "河东", "河西", "新区", "高铁站", "开发区", "老城")
THINGS = ("小学扩建", "幼儿园建设", "教师培训", "课后服务", "校园安全整治", "职业教育改革")
AIMS = ("扩大优质学位供给", "提高教育教学质量", "落实安全管理责任", "深化产教融合")
STEPS = ("完成调研并制定方案", "完成招标和设计", "主体工程完工", "组织验收并总结", "印发实施意见")
DUES = ("2月底前", "4月15日前", "第二季度", "8月上旬", "9月底前", "12月15日前", "年底前")
OFFICES = ("办公室", "计财股", "基教股", "人事股", "职教股", "督导室", "安全股", "招考股")
NAMES = ("周小川", "吴桐", "郑一", "王二", "冯川", "陈晨", "楚天", "魏来")


def make_list(tasks: int) -> bytes:
    """Return a workbook with that many tasks, four milestones each, made of phrases."""
    chance = random.Random(20211)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("任务")
        sheet.write_row(0, 0, ["云溪省2021年教育重点工作任务一览表"])
        sheet.write_row(
            1, 0, ["序号", "任务名称", "主要内容和关键时间节点计划", "责任股室", "责任人", "备注"]
        )
        row = count(2)
        for number in range(1, tasks + 1):
            if number % 500 == 1:
                sheet.write_string(next(row), 0, f"{chance.choice(NAMES)}同志负责项目")
            name = f"{chance.choice(PLACES)}{chance.choice(THINGS)}"
            dues = sorted(chance.sample(DUES, 4), key=DUES.index)
            steps = [
                f"{ordinal}是{due}{chance.choice(STEPS)}。"
                for ordinal, due in zip("一二三四", dues, strict=True)
            ]
            at = chance.sample(range(len(OFFICES)), chance.randint(1, 4))
            at_row = next(row)
            sheet.write_number(at_row, 0, number)
            texts = (
                name,
                "\n".join([f"{chance.choice(AIMS)}，推进{name}。", "关键节点和解决难点：", *steps]),
                "\n".join(OFFICES[n] for n in at),
                "\n".join(NAMES[n] for n in at),
            )
            for column, text in enumerate(texts, 1):
                sheet.write_string(at_row, column, text)
    return buffer.getvalue()


def read_cells(content: bytes) -> int:
    """Read every cell and do nothing with it."""
    workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return sum(len(workbook.get_sheet_by_name(n).to_python()) for n in workbook.sheet_names)


def read_all(content: bytes) -> int:
    """Do what `taskxl read` does between opening the file and printing."""
    book: Book = read_book(content, "清单.xlsx", "xlsx")
    return len(read_task_list([book])[0].tasks)


def measure(function: Callable[[bytes], int], content: bytes) -> float:
    """Return the median of three runs, in seconds of this process."""
    times = []
    for _ in range(3):
        start = time.process_time()
        function(content)
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=5000)
    tasks = parser.parse_args().tasks
    half, full = make_list(tasks // 2), make_list(tasks)
    cells = measure(read_cells, full)
    book = read_book(full, "清单.xlsx", "xlsx")
    task_list = read_task_list([book])[0]
    milestones = sum(len(task.milestones) for task in task_list.tasks)
    small, large = measure(read_all, half), measure(read_all, full)
    opened = measure(lambda content: len(read_book(content, "清单.xlsx", "xlsx").sheets), full)
    print(f"{len(task_list.tasks)} tasks, {milestones} milestones, {len(full) // 1024} KiB")
    print(f"cells only (python-calamine)   {cells:7.2f} s")
    print(f"read_book (gate not counted)   {opened:7.2f} s  {opened / cells:5.1f} x cells")
    print(f"whole read                     {large:7.2f} s  {large / cells:5.1f} x cells")
    print(f"half the size                  {small:7.2f} s  ratio {large / small:.2f}")


if __name__ == "__main__":
    main()
