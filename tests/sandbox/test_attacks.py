"""Hostile submissions, each with the outcome it must have. After each, the next submission is graded right.

Two tables. `CHEATS` add code to a *wrong* solution: they must not earn a single point more than the wrong solution
alone. `HARM` adds code to a *right* solution: the checks concerned get the outcome named, and nothing outside changes.
"""

# ruff: noqa: E501 - the attacks are code on one line

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.checking.outcomes import CheckResult, Outcome
from autograder.checking.secret import CourseSecret
from autograder.checking.session import CheckSession
from autograder.checking.workspace import Materials, Workspace
from autograder.sandbox.client import WarmServer
from autograder.sandbox.isolation import inspect_machine
from autograder.sandbox.limits import Limits

COURSE = Path(__file__).parents[1] / "fixtures" / "tiny_course"
WARMUP = COURSE / "assignments" / "warmup"
SECRET = CourseSecret(b"a course secret of our tests")
LIMITS = Limits(cell_seconds=2.0, check_seconds=2.0, submission_seconds=30.0, memory_mb=256, disk_mb=64, processes=40)
RIGHT = (COURSE / "solutions" / "warmup.py").read_text()
WRONG = RIGHT + "\ndef standardize(values):\n    return values + 1\n"
NAMES = ("standardize", "moving_average", "CHOSEN_WINDOW", "NoisyChannel")
FULL = 13.0


@dataclass(frozen=True)
class Cell:
    id: str
    source: str
    names: tuple[str, ...] = ()
    attempted: bool = True


@pytest.fixture(scope="module")
def server() -> Iterator[WarmServer]:
    with WarmServer(inspect_machine().modes[0], preload=["numpy", "torch"]) as running:
        yield running


@pytest.fixture(scope="module")
def checks() -> CheckSession:
    return CheckSession(WARMUP / "checks", "warmup")


@pytest.fixture
def grade(server: WarmServer, checks: CheckSession):  # type: ignore[no-untyped-def]
    files = {path.name: path.read_text() for path in (WARMUP / "release_files").glob("*.py")}
    materials = Materials(files, (WARMUP / "probes.py").read_text(), LIMITS, {"ASSIGNMENT_DATA": "sample"})

    def run(solution: str, *extra: str) -> list[CheckResult]:
        cells = [Cell("solution", solution, NAMES), *(Cell(f"extra-{n}", text) for n, text in enumerate(extra))]
        with Workspace(server, materials, cells, 1) as workspace:
            return checks.run(workspace, SECRET)

    return run


def points(results: list[CheckResult]) -> float:
    return sum(result.points for result in results)


CHEATS = {
    "patches pytest": "import pytest\npytest.fail = lambda *a, **k: None\npytest.raises = lambda *a, **k: None",
    "patches numpy": "import numpy\nnumpy.allclose = numpy.array_equal = numpy.isclose = lambda *a, **k: True",
    "patches torch": "import torch\ntorch.allclose = torch.equal = lambda *a, **k: True\ntorch.Tensor.__eq__ = lambda a, b: True",
    "patches builtins": "import builtins\nbuiltins.all = builtins.any = lambda *a: True\nbuiltins.isinstance = lambda *a: True",
    "drops asserts by an AST transformer": """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Raise(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Drop())""",
    "drops code by an input transformer": "get_ipython().input_transformers_cleanup.append(lambda lines: [])",
    "hooks the next cells": "get_ipython().events.register('pre_run_cell', lambda info: open('seen', 'a').write(info.raw_cell))",
    "answers that equal everything": """
class Equal:
    def __eq__(self, other): return True
    def __array__(self, *args, **kwargs): return numpy.zeros(3)
    shape = property(lambda self: Equal())
import numpy
def standardize(values): return Equal()""",
    "an array that lies about itself": """
import numpy
class Liar(numpy.ndarray):
    def __eq__(self, other): return numpy.ones(other.shape, bool)
    def __array_function__(self, *args): return True
def standardize(values): return values.view(Liar)""",
    "searches frames and objects for the checks": """
import gc, sys, inspect
found = [o for o in gc.get_objects() if type(o).__name__ in ('CheckSession', 'CourseSecret', 'Secret', 'CheckResult')]
frames = [f for f in inspect.stack() if 'check' in f.filename and 'ipython' not in f.filename]
if found or frames: raise SystemExit('found')
def standardize(values):
    for frame in inspect.stack():
        for value in frame.frame.f_locals.values():
            if 'expected' in str(value)[:50]: return value
    return values""",
    "reads the checks from disk": f"""
import glob, os
def standardize(values):
    for folder in ({str(WARMUP)!r}, {str(COURSE)!r}, '/', '/opt', os.getcwd()):
        for path in glob.glob(folder + '/**/test_*.py', recursive=True)[:20]:
            if 'standardize' in open(path, errors='ignore').read(): return 'found ' + path
    return values""",
    "reads the memory of other processes": """
import os
def standardize(values):
    for pid in [name for name in os.listdir('/proc') if name.isdigit()]:
        if int(pid) == os.getpid(): continue
        try: return open(f'/proc/{pid}/environ').read() + open(f'/proc/{pid}/mem', 'rb').read(1)
        except OSError: pass
    return values""",
    "imports the engine and marks itself": """
try:
    from autograder.checking import outcomes
except ImportError:
    outcomes = None
def standardize(values): return {'outcome': 'passed', 'points': 100.0}""",
    "a pickle bomb in a reply": """
import os, pickle
class Bomb:
    def __reduce__(self): return (os.system, ('touch /tmp/pwned',))
def standardize(values): return [Bomb(), pickle.dumps(Bomb())]""",
    "an error class that claims success": """
class passed(Exception): pass
def standardize(values): raise passed('passed')""",
}


@pytest.mark.parametrize("attack", CHEATS.values(), ids=CHEATS.keys())
def test_a_cheat_earns_nothing(grade, attack: str) -> None:  # type: ignore[no-untyped-def]
    honest = {result.id: result.points for result in grade(WRONG)}
    results = grade(WRONG, attack)
    gained = [result.id for result in results if result.points > honest[result.id]]
    assert gained == []
    assert not any(result.outcome is Outcome.GRADER_ERROR for result in results), results
    assert not Path("/tmp/pwned").exists()
    assert points(grade(RIGHT)) == FULL


FORGED = """
import os, struct
def reply(body, number):
    import msgspec
    header = msgspec.msgpack.encode({'sizes': [], 'body': msgspec.Raw(msgspec.msgpack.encode(body))})
    os.write(number, struct.pack('<I', len(header)) + header)
def standardize(values):
"""
HARM = {
    "ends the process": ("def standardize(values):\n    import os; os._exit(0)", Outcome.CRASHED),
    "exits": ("def standardize(values):\n    raise SystemExit(0)", Outcome.ERROR),
    "kills every process it can": (
        "def standardize(values):\n    import os; os.kill(-1, 9); os.kill(1, 9); return values",
        None,
    ),
    "kills its parent": ("def standardize(values):\n    import os; os.kill(os.getppid(), 9); return values", None),
    "a forged reply ahead of time": (
        FORGED + "    reply({'id': 'x', 'ok': True, 'value': 1}, 100); return values",
        Outcome.PROTOCOL_ERROR,
    ),
    "a reply with unknown fields": (
        FORGED + "    reply({'id': 'x', 'ok': True, 'points': 5}, 100); return values",
        Outcome.PROTOCOL_ERROR,
    ),
    "rubbish in the socket": (
        "def standardize(values):\n    import os; os.write(100, b'\\xff' * 5000); return values",
        Outcome.PROTOCOL_ERROR,
    ),
    "a frame that never ends": (
        "def standardize(values):\n    import os, time; os.write(100, b'\\x10\\0\\0\\0ab'); time.sleep(9)",
        None,
    ),
    "a closed socket": ("def standardize(values):\n    import os; os.close(100); return values", Outcome.CRASHED),
    "an oversized reply": (
        "def standardize(values):\n    import numpy; return numpy.zeros(100 << 20, numpy.uint8)",
        Outcome.ERROR,
    ),
    "a reply of 2**200": ("def standardize(values): return 1 << 200", Outcome.ERROR),
    "a list that contains itself": ("def standardize(values):\n    a = []; a.append(a); return a", Outcome.ERROR),
    "an endless loop": ("def standardize(values):\n    while True: pass", Outcome.TIMEOUT),
    "a loop that catches everything": (
        "def standardize(values):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
        Outcome.TIMEOUT,
    ),
    "an endless loop in a property": (
        "class T:\n    @property\n    def __class__(self):\n        while True: pass\ndef standardize(values): return T()",
        Outcome.TIMEOUT,
    ),
    "a fork bomb": ("def standardize(values):\n    import os\n    while True: os.fork()", None),
    "a memory bomb": (
        "def standardize(values): return [bytearray(1 << 26) for _ in range(1000)]",
        Outcome.OUT_OF_MEMORY,
    ),
    "a flood of output": ("def standardize(values):\n    while True: print('x' * 10_000)", Outcome.CRASHED),
    "ten million files": ("def standardize(values):\n    for n in range(10**7): open(f'/tmp/{n}', 'w').close()", None),
    "a huge file": (
        "def standardize(values):\n    f = open('/tmp/big', 'wb')\n    while True: f.write(bytes(1 << 20))",
        Outcome.ERROR,
    ),
    "a connection out": (
        "def standardize(values):\n    import socket; socket.create_connection(('127.0.0.1', 22), 1)",
        Outcome.ERROR,
    ),
    "a datagram out": (
        "def standardize(values):\n    import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 53))",
        Outcome.ERROR,
    ),
    "threads without end": (
        "def standardize(values):\n    import threading, time\n    while True: threading.Thread(target=time.sleep, args=(60,)).start()",
        Outcome.ERROR,
    ),
    "a stack overflow in C": (
        "def standardize(values):\n    import sys; sys.setrecursionlimit(10**9)\n    f = lambda: f()\n    f()",
        None,
    ),
    "new namespaces and mounts": (
        "def standardize(values):\n    import ctypes\n    l = ctypes.CDLL(None)\n    assert l.unshare(0x10000000) and l.mount(None, b'/', None, 0x44000, None) and l.ptrace(16, 1, 0, 0)\n    raise ValueError('refused')",
        Outcome.ERROR,
    ),
}


@pytest.mark.parametrize(("attack", "outcome"), HARM.values(), ids=HARM.keys())
def test_harm_stays_with_the_check_concerned(grade, attack: str, outcome: Outcome | None) -> None:  # type: ignore[no-untyped-def]
    """Outcome None: which of several outcomes it is depends on timing, but it is never passed and never our error."""
    results = grade(RIGHT, attack)
    concerned = [result for result in results if result.task == "standardize" and "unchanged" not in result.id]
    others = [result for result in results if result.task != "standardize"]
    for result in concerned:
        assert result.outcome not in (Outcome.PASSED, Outcome.GRADER_ERROR, Outcome.NOT_ATTEMPTED), result
        assert outcome is None or result.outcome is outcome, result
        assert result.message
    assert all(result.outcome is Outcome.PASSED for result in others), others
    assert points(grade(RIGHT)) == FULL


def test_a_cell_that_kills_the_process_costs_only_itself(grade) -> None:  # type: ignore[no-untyped-def]
    assert points(grade(RIGHT, "import os; os._exit(1)", "while True: pass")) == FULL


def test_a_leftover_process_dies_with_its_submission(grade) -> None:  # type: ignore[no-untyped-def]
    mark = f"leftover-{os.getpid()}"
    leave = f"import os, subprocess\nsubprocess.Popen(['sleep', '300'], start_new_session=True, env={{'M': {mark!r}}})"
    assert points(grade(RIGHT, leave)) == FULL
    end = time.monotonic() + 5
    while _processes_with(mark) and time.monotonic() < end:
        time.sleep(0.05)
    assert _processes_with(mark) == []


def _processes_with(mark: str) -> list[str]:
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if mark in Path(f"/proc/{pid}/environ").read_text(errors="ignore"):
                found.append(pid)
        except OSError:
            continue
    return found


def test_deleting_everything_deletes_nothing(grade, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "precious").write_text("kept")
    delete = f"import shutil, os\nfor p in ('/usr', '/opt', {str(tmp_path)!r}, '/tmp', '/'): shutil.rmtree(p, ignore_errors=True)"
    grade(RIGHT, delete)
    assert (tmp_path / "precious").read_text() == "kept"
    assert Path("/usr/bin").is_dir()
    assert points(grade(RIGHT)) == FULL


def test_the_next_submission_sees_no_file_of_the_last(grade) -> None:  # type: ignore[no-untyped-def]
    grade(RIGHT, "open('/tmp/left', 'w').write('x'); open('left', 'w').write('x')")
    look = "import os\nif os.path.exists('/tmp/left') or os.path.exists('left'): raise SystemExit\nCHOSEN_WINDOW = 5"
    assert points(grade(RIGHT, look)) == FULL


def test_no_secret_value_is_in_a_message(grade) -> None:  # type: ignore[no-untyped-def]
    """Messages come from the author's sentences: a wrong result never shows what was expected."""
    for result in grade(WRONG):
        assert "array(" not in result.message
