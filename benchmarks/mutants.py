"""Do the tests bite? Mutate a room at random places and name the mutants that no test notices.

    python -m benchmarks.mutants dates --sample 150 --seed 1
    python -m benchmarks.mutants dates --again mutants-dates.json

Needs `pip install taskxl[mutants]` and a system that forks. The project is copied to a temporary
folder; a first run under coverage tells which test reaches which line. Each mutant is written
into the copy and judged in a process of its own, forked from one that has imported all libraries.
Only the tests that reach the line run, quickest first, until one fails or the budget of seconds is
spent. A mutant that hangs is killed by its time limit. The result is kept in mutants-ROOM.json;
`--again` judges the survivors of such a file anew. Ctrl-C ends early: the mutants come in random
order, so that those judged by then are a smaller sample.
"""

import argparse
import ast
import contextlib
import difflib
import importlib
import json
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import coverage
import pytest
from hypothesis import HealthCheck, Phase, settings

from benchmarks.mutations import Mutant, sample_mutants

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("taskxl", "tests", "templates", "examples", "docs", "benchmarks", "README.md")
BUDGET = 15.0
"""Processor seconds of tests a mutant, as the first run measured them: quicker ones first."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is mutated, and the test files that are quick and can notice it (globs)."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


ROOMS = {
    "dates": Room(("taskxl/dates/*.py",), ("tests/test_dates.py", "tests/test_bite_dates.py")),
    "plan_text": Room(
        ("taskxl/plan_text.py",),
        ("tests/test_master_parts.py", "tests/test_bite_plan_text.py"),
    ),
    "merge": Room(
        ("taskxl/merge/*.py",),
        ("tests/test_merge_*.py", "tests/test_returns_justice.py", "tests/test_bite_merge*.py"),
    ),
    "ledger": Room(
        ("taskxl/ledger/*.py",),
        (
            *("tests/test_ledger.py", "tests/test_bite_ledger*.py", "tests/test_receive.py"),
            *("tests/test_collect*.py", "tests/test_mail_letters.py", "tests/test_year_walk.py"),
            "tests/test_reminders_say_what_came.py",
        ),
    ),
    "gate": Room(
        (
            "taskxl/intake/gate.py",
            "taskxl/intake/extents.py",
            "taskxl/intake/archives.py",
            "taskxl/intake/kinds.py",
        ),
        ("tests/test_intake_gate.py", "tests/test_bite_gate.py"),
    ),
    "returned": Room(
        ("taskxl/forms/returned/*.py",),
        (
            *("tests/test_forms_returned*.py", "tests/test_returns_*.py"),
            *("tests/test_clerks_month.py", "tests/test_month_left_open.py"),
            *("tests/test_findings_expected.py", "tests/test_bite_returned*.py"),
        ),
    ),
    "reading": Room(
        ("taskxl/master/reading/*.py",),
        (
            *("tests/test_master_[opt]*.py", "tests/test_reading_*.py", "tests/test_read_*.py"),
            *("tests/test_bite_reading*.py", "tests/test_docs_reading.py"),
        ),
    ),
    "mail": Room(
        (
            "taskxl/mail/*.py",
            "taskxl/desk/sending.py",
            "taskxl/desk/composing.py",
            "taskxl/desk/drafting.py",
            "taskxl/desk/came_back.py",
            "taskxl/desk/collecting.py",
            "taskxl/desk/received.py",
            "taskxl/desk/mail_checking.py",
        ),
        (
            "tests/test_mail_[b-l]*.py",
            "tests/test_bite_collecting.py",
            "tests/test_bite_mail*.py",
            "tests/test_month_left_open.py",
            "tests/test_mail_messages.py",
            "tests/test_mail_names.py",
            "tests/test_mail_odd_letters.py",
            "tests/test_mail_passwords.py",
            "tests/test_mail_quirks.py",
            "tests/test_mail_sending.py",
            "tests/test_collect*.py",
            "tests/test_commands_mail.py",
        ),
    ),
    "pen": Room(
        ("taskxl/reports/pen.py", "taskxl/reports/corrections.py"),
        ("tests/test_pen.py", "tests/test_bite_pen.py"),
    ),
}


class _Watch:
    """A pytest plugin that runs chosen tests in a given order, and times each."""

    def __init__(self, chosen: Sequence[str] | None, measure: coverage.Coverage | None) -> None:
        self.chosen, self.measure = chosen, measure
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self._began = 0.0

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.chosen is not None:
            order = {name: at for at, name in enumerate(self.chosen)}
            items[:] = sorted(
                (item for item in items if item.nodeid in order),
                key=lambda item: order[item.nodeid],
            )

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._began = time.process_time()  # a busy machine would make every test a long one
        if self.measure:
            self.measure.switch_context(nodeid)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] = time.process_time() - self._began

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


def _pytest(paths: Sequence[str], watch: _Watch) -> int:
    settings.register_profile(
        "mutants",
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    settings.load_profile("mutants")
    options = ["-q", "-x", "--tb=no", "--assert=plain", "-o", "addopts=--doctest-modules"]
    off = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly"]
    return int(pytest.main([*options, *off, *paths], plugins=[watch]))


def _fork(work: Any, copy: Path, limit: float) -> int | None:
    """Run `work` in a forked process; return its status, None when its time was over."""
    child = os.fork()
    if child == 0:
        status = 99
        with contextlib.suppress(BaseException):
            os.setsid()
            os.chdir(copy)
            null = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(null, stream)
            os.environ["PYTHONPATH"] = str(copy)
            sys.path.insert(0, str(copy))
            status = work()
        os._exit(status)
    until = time.monotonic() + limit
    while True:
        done, status, _ = os.wait4(child, os.WNOHANG)
        if done or time.monotonic() > until:
            break
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if not done:
        os.waitpid(child, 0)
        return None
    return os.waitstatus_to_exitcode(status)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which tests reach which lines of which file, how long each takes, what they import."""

    lines: dict[str, dict[int, list[str]]]
    seconds: dict[str, float]
    modules: list[str]

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Return the tests that can notice a mutant, quickest first.

        What runs on import is noticed by any test that runs a line of the same file.
        """
        by_line = self.lines.get(mutant.file, {})
        tests = [t for t in by_line.get(mutant.line, []) if t]
        if not tests and "" in by_line.get(mutant.line, [""]):
            tests = sorted({t for names in by_line.values() for t in names if t})
        chosen, spent = [], 0.0
        for name in sorted(tests, key=lambda name: self.seconds.get(name, 0)):
            spent += self.seconds.get(name, 0)
            if chosen and spent > BUDGET:
                break
            chosen.append(name)
        return chosen


def _measure(copy: Path, files: list[str], tests: list[str]) -> Reach:
    """Run all tests of a room once and return what they reach; raise SystemExit when one fails."""
    out = copy.parent / "reach.json"

    def work() -> int:
        measure = coverage.Coverage(data_file=None, include=[str(copy / f) for f in files])
        measure.start()
        watch = _Watch(None, measure)
        status = _pytest([*tests, *files], watch)
        measure.stop()
        data = measure.get_data()
        lines = {f: data.contexts_by_lineno(str(copy / f)) for f in files}
        modules = sorted(sys.modules)
        told = (lines, watch.seconds, modules, watch.failed)
        out.write_text(json.dumps(told), encoding="utf-8")
        return status

    status = _fork(work, copy, 1800)
    if status != 0:
        failed = json.loads(out.read_text(encoding="utf-8"))[3] if out.exists() else []
        raise SystemExit(f"the tests fail without any mutation ({status}): {failed}")
    lines, seconds, modules, _ = json.loads(out.read_text(encoding="utf-8"))
    spread = {f: _spread(copy / f, {int(n): c for n, c in lines[f].items()}) for f in files}
    own = {path.stem for path in (copy / "tests").iterdir()} | {"taskxl", "tests", "conftest"}
    others = [m for m in modules if m.split(".")[0] not in own and not m.startswith("_")]
    return Reach(spread, seconds, others)


def _spread(path: Path, by_line: dict[int, list[str]]) -> dict[int, list[str]]:
    """Give every line of a statement the tests that reach its first line."""
    spread = {line: set(tests) for line, tests in by_line.items()}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            everything = set().union(*(spread.get(line, set()) for line in lines))
            for line in lines:
                spread[line] = spread.get(line, set()) | everything
        elif isinstance(node, ast.If | ast.While):
            lines = range(node.test.lineno, (node.test.end_lineno or 0) + 1)
            for line in lines:
                spread[line] = spread.get(line, set()) | spread.get(node.lineno, set())
    return {line: sorted(tests) for line, tests in spread.items()}


def _judge(mutant: Mutant, source: str, copy: Path, reach: Reach, number: int) -> tuple[str, str]:
    """Return what became of a mutant and its change: killed, timed out, unreached or survived."""
    path = copy / mutant.file
    mutated = mutant.apply(source)
    change = "\n".join(
        line
        for line in difflib.unified_diff(source.split("\n"), mutated.split("\n"), n=0, lineterm="")
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    )
    tests = reach.tests_of(mutant)
    if not tests:
        return "unreached", change
    path.write_text(mutated, encoding="utf-8")
    # Compiled files are told apart by the seconds of this time and by the size.
    os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
    paths = list(dict.fromkeys(test.split("::")[0] for test in tests))
    limit = 60 + 10 * sum(reach.seconds.get(test, 0) for test in tests)
    try:
        status = _fork(lambda: _pytest(paths, _Watch(tests, None)), copy, limit)
    finally:
        path.write_text(source, encoding="utf-8")
        os.utime(path, (1_500_000_000, 1_500_000_000))
    if status is None:
        return "timed out", change
    return ("survived" if status == 0 else "killed"), change


def main() -> None:
    """Judge a sample of one room's mutants and print the survivors."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("room", choices=ROOMS)
    parser.add_argument("--sample", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", type=Path, help="judge the survivors of this result anew")
    parser.add_argument("--without", default="", help="test files to leave out (a pattern)")
    arguments = parser.parse_args()
    room = ROOMS[arguments.room]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        copy.mkdir()
        for part in PARTS:
            if (ROOT / part).is_dir():
                ignored = shutil.ignore_patterns("__pycache__", ".*")
                shutil.copytree(ROOT / part, copy / part, ignore=ignored)
            else:
                shutil.copy(ROOT / part, copy / part)
        for part in ("setup.cfg", "pyproject.toml"):
            shutil.copy(ROOT / part, copy / part)
        if (ROOT.parent / "shared").exists():
            (copy.parent / "shared").symlink_to(ROOT.parent / "shared")
        files = sorted({str(p.relative_to(ROOT)) for g in room.files for p in ROOT.glob(g)})
        tests = sorted({str(p.relative_to(ROOT)) for g in room.tests for p in ROOT.glob(g)})
        tests = [test for test in tests if not fnmatch(test, arguments.without)]
        if arguments.again:
            told = json.loads(arguments.again.read_text(encoding="utf-8"))
            kept = [one for one in told if one["result"] in ("survived", "unreached")]
            mutants = [Mutant(**one["mutant"]) for one in kept]
        else:
            mutants = sample_mutants(ROOT, files, count=arguments.sample, seed=arguments.seed)
        began = time.monotonic()
        reach = _measure(copy, files, tests)
        for name in reach.modules:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        print(f"{len(reach.seconds)} tests in {time.monotonic() - began:.0f} s", flush=True)
        sources = {file: (ROOT / file).read_text(encoding="utf-8") for file in files}
        results, count = [], Counter[str]()
        with contextlib.suppress(KeyboardInterrupt):
            for number, mutant in enumerate(mutants):
                result, change = _judge(mutant, sources[mutant.file], copy, reach, number)
                count[result] += 1
                results.append({"mutant": asdict(mutant), "result": result, "change": change})
                if result in ("survived", "unreached"):
                    shown = re.sub(r"(?m)^([+-])\s+", r"\1 ", change)
                    print(
                        f"{mutant.file}:{mutant.line} {mutant.kind}: {result}\n{shown}", flush=True
                    )
                elif number % 10 == 9:
                    print(f"… {count.total()} judged", flush=True)
    out = Path(f"mutants-{arguments.room}.json")
    if not arguments.again:
        out.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")
    spent = sum(resource.getrusage(who).ru_utime for who in (0, resource.RUSAGE_CHILDREN))
    dead, of = count["killed"] + count["timed out"], max(1, count.total())
    print(
        f"{arguments.room}: {dead} of {of} killed ({dead / of:.0%}), {dict(count)}; "
        f"{time.monotonic() - began:.0f} s, {spent / of:.1f} s of processor a mutant"
    )


if __name__ == "__main__":
    main()
