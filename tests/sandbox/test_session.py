"""A submission's process: what it may ask and answer, how it ends, and that nothing of it survives."""

from __future__ import annotations

import signal
import time

import pytest
import torch

from autograder.errors import SandboxError
from autograder.sandbox.client import WarmServer
from autograder.sandbox.faults import Crashed, MissingName, OutOfMemory, StudentError, TimedOut
from autograder.sandbox.isolation import Mode
from autograder.sandbox.limits import Limits

QUICK = Limits(cell_seconds=1.0, check_seconds=1.0, memory_mb=512)


def test_a_function_gets_and_gives_tensors(server: WarmServer) -> None:
    with server.open() as session:
        session.cell("def double(x, times=2):\n    return x * times, x.dtype == __import__('torch').float64")
        doubled, is_double = session.call("double", (torch.ones(2, 3, dtype=torch.float64),), {"times": 5})
        assert torch.equal(doubled, torch.full((2, 3), 5.0, dtype=torch.float64))
        assert is_double is True


def test_an_object_stays_there_and_can_be_used(server: WarmServer) -> None:
    with server.open() as session:
        session.cell(
            "class Counter:\n    def __init__(self): self.n = 0\n    def add(self, k): self.n += k; return self"
        )
        counter = session.call("Counter")
        again = session.call(counter, (3,), method="add")
        assert session.get(again, "n") == 3
        session.cell("def read(counter): return counter.n")
        assert session.call("read", (counter,)) == 3


def test_calls_with_a_seed_repeat_and_others_differ(server: WarmServer) -> None:
    with server.open() as session:
        session.cell(
            "import random, numpy, torch\ndef draw(): return [random.random(), numpy.random.rand(), torch.rand(1)]"
        )
        first, second, third = (session.call("draw", seed=seed) for seed in (1, 1, 2))
        assert first == second
        assert all(a != b for a, b in zip(first, third, strict=True))


def test_an_error_names_the_line_and_the_function(server: WarmServer) -> None:
    with server.open() as session:
        session.cell("def inner(x):\n    return x / 0\ndef outer(x):\n    return inner(x)")
        with pytest.raises(StudentError) as caught:
            session.call("outer", (1,))
        assert caught.value.type == "ZeroDivisionError"
        assert caught.value.place == "line 2: return x / 0"
        assert caught.value.function == "inner"


def test_a_syntax_error_names_its_line(server: WarmServer) -> None:
    with server.open() as session, pytest.raises(StudentError) as caught:
        session.cell("x = 1\ndef broken(:\n    pass")
    assert (caught.value.type, caught.value.place) == ("SyntaxError", "line 2: def broken(:")


def test_a_name_that_is_not_there_is_said_so(server: WarmServer) -> None:
    with server.open() as session:
        session.cell("class VAE: pass")
        with pytest.raises(MissingName, match="vae_loss"):
            session.call("vae_loss")
        with pytest.raises(MissingName, match=r"VAE\.encoder"):
            session.call("VAE.encoder")


def test_magics_and_shell_commands_work(server: WarmServer) -> None:
    with server.open() as session:
        session.cell("%matplotlib inline\n!echo hello > a.txt\n%time x = open('a.txt').read()")
        session.cell("def read(): return x")
        assert session.call("read") == "hello\n"


def test_a_replaced_neighbour_is_back_after_the_check(server: WarmServer) -> None:
    with server.open() as session:
        session.cell("class A:\n    def f(self): return 1\n    def g(self): return self.f()\ndef h(): return 2")
        session.load_probes("def stub(self): return 10\ndef make(namespace, value): return lambda: value")
        session.stub("A.f", "stub")
        session.stub("h", "make", (20,))
        session.replace("new_name", 5)
        assert session.call(session.call("A"), method="g") == 10
        assert session.call("h") == 20
        session.tidy()
        assert session.call(session.call("A"), method="g") == 1
        assert session.call("h") == 2
        assert not session.has("new_name")


def test_what_a_call_turns_off_is_on_again_for_the_next(server: WarmServer) -> None:
    with server.open() as session:
        session.cell(
            "import torch\n"
            "def turn(): torch.set_grad_enabled(False); torch.set_default_dtype(torch.float64)\n"
            "def state(): return torch.is_grad_enabled(), torch.ones(1).dtype == torch.float32"
        )
        session.call("turn")
        assert session.call("state") == (True, True)


def test_an_endless_loop_is_interrupted_and_the_process_lives(server: WarmServer) -> None:
    with server.open(QUICK) as session:
        with pytest.raises(TimedOut) as caught:
            session.cell("kept = 1\nwhile True: pass")
        assert caught.value.alive
        session.cell("def read(): return kept")
        assert session.call("read") == 1


def test_a_loop_that_ignores_the_interrupt_is_killed(server: WarmServer) -> None:
    with server.open(QUICK) as session:
        with pytest.raises(TimedOut) as caught:
            session.cell("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass")
        assert not caught.value.alive
        with pytest.raises(TimedOut):
            session.call("anything")


def test_too_much_memory_is_an_outcome_of_its_own(server: WarmServer) -> None:
    with server.open(Limits(memory_mb=256)) as session, pytest.raises(OutOfMemory):
        session.cell("hoard = [bytearray(1 << 26) for _ in range(100)]")


def test_many_processes_together_are_watched(server: WarmServer) -> None:
    bomb = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        x = bytearray(100 << 20); time.sleep(20)
time.sleep(20)"""
    with server.open(Limits(memory_mb=256)) as session, pytest.raises(OutOfMemory) as caught:
        session.cell(bomb)
    assert not caught.value.alive


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os; os._exit(0)", "exit status 0"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("while True: print('x' * 100_000)", "printed more than 1 MB"),
    ],
)
def test_the_end_of_a_process_is_told_in_words(server: WarmServer, source: str, said: str) -> None:
    with server.open() as session, pytest.raises(Crashed, match=said):
        session.cell(source)


def test_output_is_kept_up_to_a_limit(server: WarmServer) -> None:
    with server.open() as session:
        session.cell("print('first'); print('x' * 200_000)")
        session.cell("pass")
        session.close()
        assert session.output.startswith(b"first\n")
        assert len(session.output) <= 64 << 10


def test_closing_leaves_no_process(server: WarmServer) -> None:
    leave = """
import os, time
if os.fork() == 0:
    os.setsid()
    time.sleep(60)"""
    session = server.open()
    session.cell(leave)
    session.close()
    started = time.monotonic()
    with server.open() as following:
        following.cell("import os\ndef others(): return [p for p in os.listdir('/proc') if p.isdigit() and p != '1']")
        assert following.call("others") == []
    assert time.monotonic() - started < 10


def test_the_server_imports_no_cuda_and_shares_its_modules(server: WarmServer) -> None:
    with server.open() as session:
        session.cell("import torch\ndef look(): return [torch.cuda._is_in_bad_fork(), torch.get_num_threads()]")
        assert session.call("look") == [False, 1]


def test_a_kill_from_outside_is_not_the_students_doing(server: WarmServer) -> None:
    """A process namespace protects its first process from all within: only we, or the kernel, can have killed it."""
    with server.open() as session:
        if server.mode is not Mode.NAMESPACES:
            pytest.skip("without a process namespace a submission can kill itself")
        signal.pidfd_send_signal(session._pidfd, signal.SIGKILL)
        with pytest.raises(SandboxError, match="outside"):
            session.call("anything")


def test_processor_time_has_a_limit_of_its_own(server: WarmServer) -> None:
    limits = Limits(cell_seconds=30, submission_seconds=1)
    with server.open(limits) as session, pytest.raises(TimedOut):
        session.cell("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass")
