"""What a cell shows comes back as Jupyter would have it; what is no such thing is refused."""

from __future__ import annotations

import pytest

from autograder.sandbox import limits
from autograder.sandbox.client import WarmServer
from autograder.sandbox.faults import Crashed, ProtocolBroken, TimedOut
from autograder.sandbox.protocol import Shown


def shown(server: WarmServer, *cells: str) -> list[Shown]:
    """The outputs of the last cell."""
    with server.open() as session:
        return [session.run(cell) for cell in cells][-1]


def test_streams_values_and_pictures_come_in_their_order(server: WarmServer) -> None:
    cell = (
        "import sys\nfrom IPython.display import display, HTML\nprint('a')\nprint('b')\n"
        "print('c', file=sys.stderr)\ndisplay(HTML('<b>d</b>'))\n2.5"
    )
    outputs = shown(server, cell)
    assert [output.output_type for output in outputs] == ["stream", "stream", "display_data", "execute_result"]
    assert [(output.name, output.text) for output in outputs[:2]] == [("stdout", "a\nb\n"), ("stderr", "c\n")]
    assert outputs[2].data["text/html"] == "<b>d</b>"
    assert outputs[3].data == {"text/plain": "2.5"}


def test_an_error_has_its_lines(server: WarmServer) -> None:
    (output,) = shown(server, "def f(x):\n    return 1 / x", "f(0)")
    assert (output.output_type, output.ename, output.evalue) == ("error", "ZeroDivisionError", "division by zero")
    assert "return 1 / x" in "\n".join(output.traceback)


def test_an_endless_recursion_shows_its_ends(server: WarmServer) -> None:
    (output,) = shown(server, "def r():\n    return r()\nr()")
    assert output.ename == "RecursionError"
    assert len(output.traceback) < 100


@pytest.mark.parametrize(
    "cell",
    [
        "get_ipython().showtraceback = lambda *a, **k: None\n1 / 0",
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
        "raise SystemExit(0)",
    ],
)
def test_an_error_cannot_be_hidden(server: WarmServer, cell: str) -> None:
    assert shown(server, cell)[-1].output_type == "error"


def test_what_goes_past_python_is_shown_too(server: WarmServer) -> None:
    (output,) = shown(server, "import os\nos.write(1, b'straight')\nNone")
    assert output.text == "straight"


def test_too_much_output_is_cut(server: WarmServer) -> None:
    outputs = shown(server, f"print('x' * {2 * limits.SHOWN_BYTES})\n1")
    assert sum(len(output.text) for output in outputs) < limits.SHOWN_BYTES + 100
    assert outputs[-1].data == {"text/plain": "1"} or "truncated" in outputs[-1].text


def test_a_file_is_there_with_its_folder(server: WarmServer) -> None:
    with server.open() as session:
        session.put("data/x.bin", b"\x00\xff")
        (output,) = session.run("open('data/x.bin', 'rb').read()")
        assert output.data["text/plain"] == r"b'\x00\xff'"


def test_a_loop_is_interrupted_and_the_next_cell_runs(server: WarmServer) -> None:
    with server.open() as session:
        with pytest.raises(TimedOut):
            session.run("while True: pass", 0.3)
        assert session.run("1 + 1")[0].data["text/plain"] == "2"


def test_a_cell_that_ends_its_process_says_so(server: WarmServer) -> None:
    with server.open() as session, pytest.raises(Crashed):
        session.run("import os; os._exit(0)")


@pytest.mark.parametrize(
    "forged",
    ["b'no json'", "b'{}'", 'b\'[{"output_type": "x"}]\'', "b'[' * 100_000", "b'\\xff'", "b'[{\"more\": 1}]'"],
)
def test_forged_outputs_are_refused(server: WarmServer, forged: str) -> None:
    """The recorder lives in the student's process, where anything can be put in its place."""
    forge = (
        "import gc, numpy\nfrom autograder.sandbox.recording import Recorder\n"
        f"Recorder.run = lambda self, source: numpy.frombuffer({forged}, numpy.uint8)"
    )
    with server.open() as session:
        session.run(forge)
        with pytest.raises(ProtocolBroken):
            session.run("1")


@pytest.mark.parametrize("forged", ["'text'", "7", "None", "numpy.ones(3)", "[1]"])
def test_answers_that_are_no_bytes_are_refused(server: WarmServer, forged: str) -> None:
    forge = (
        f"import numpy\nfrom autograder.sandbox.recording import Recorder\nRecorder.run = lambda self, source: {forged}"
    )
    with server.open() as session:
        session.run(forge)
        with pytest.raises(ProtocolBroken):
            session.run("1")
