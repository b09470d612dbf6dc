"""What a hostile submission may try, as code, with the outcome it must have. `docs/security.md` shows these tables.

`CHEATS` add code to a *wrong* solution: they must not earn a single point more than the wrong solution alone.
`HARM` adds code to a *right* solution: the checks concerned get the outcome named (None: timing decides which, but it is
never passed and never our error), and nothing outside changes. `REFUSED` asks the machine for what a submission must
not have: each of these bodies ends in an error or with the process; who got through returns and is found out.
"""

# ruff: noqa: E501 - the attacks are code on one line

from __future__ import annotations

from pathlib import Path

from autograder.checking.outcomes import Outcome

COURSE = Path(__file__).parents[1] / "fixtures" / "tiny_course"
REPOSITORY = Path(__file__).resolve().parents[2]
WARMUP = COURSE / "assignments" / "warmup"

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
    "drops the checks' sandbox lists by the import function's globals": """
import builtins
def standardize(values):
    builtins.__import__ = lambda *a, **k: (_ for _ in ()).throw(SystemExit(0))
    return values""",
    "writes the result files of other graders": """
import json, os
for name in ('results.json', 'autograding_output/results.json', '/autograder/results/results.json', '.OTTER_LOG'):
    try:
        os.makedirs(os.path.dirname(name) or '.', exist_ok=True)
        json.dump({'score': 100.0, 'tests': []}, open(name, 'w'))
    except OSError: pass""",
    "patches the engine's own classes": """
import sys
for name, module in list(sys.modules.items()):
    if name.startswith('autograder'):
        for key, value in list(vars(module).items()):
            if isinstance(value, type):
                try: value.passed = value.ok = value.points = property(lambda self: True)
                except (TypeError, AttributeError): pass""",
    "answers at exit": """
import atexit, os
atexit.register(lambda: os.write(100, b'\\x00' * 64))
def standardize(values): return values""",
    "reads the nonce of the question and answers itself": """
import gc, os, struct
def standardize(values):
    import msgspec
    for text in [o for o in gc.get_objects() if isinstance(o, dict) and 'id' in o and 'op' in o][:3]:
        body = msgspec.msgpack.encode({'id': text['id'], 'ok': True, 'value': None})
        header = msgspec.msgpack.encode({'sizes': [], 'body': msgspec.Raw(body)})
        os.write(100, struct.pack('<I', len(header)) + header)
    return values""",
}

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
    "a loop that no signal ends": (
        "def standardize(values):\n    import signal\n    for n in (2, 10, 12, 14, 15): signal.signal(n, signal.SIG_IGN)\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n    while True: pass",
        Outcome.TIMEOUT,
    ),
    "one long operation in C": (
        "def standardize(values):\n    import numpy\n    x = numpy.ones((4000, 4000))\n    while True: x = x @ x",
        Outcome.TIMEOUT,
    ),
    "stops itself": ("def standardize(values):\n    import os; os.kill(os.getpid(), 19); return values", None),
    "a representation without end": (
        "class T(Exception):\n    def __str__(self):\n        while True: pass\n    __repr__ = __str__\ndef standardize(values): raise T()",
        None,
    ),
    "a list of 2**100 entries": (
        "def standardize(values):\n    a = [0]\n    for _ in range(100): a = [a, a]\n    return a",
        None,
    ),
    "a segmentation fault": ("def standardize(values):\n    import ctypes; ctypes.string_at(0)", Outcome.CRASHED),
    "shared memory": (
        "def standardize(values):\n    import mmap\n    m = mmap.mmap(-1, 8 << 30)\n    for n in range(0, 8 << 30, 4096): m[n] = 1",
        None,
    ),
    "memory in many processes": (
        "def standardize(values):\n    import os, time\n    for _ in range(30):\n        if os.fork() == 0:\n            x = b'x' * (200 << 20); time.sleep(60)\n    time.sleep(60)",
        None,
    ),
    "memory in an anonymous file": (
        "def standardize(values):\n    import os\n    f = os.memfd_create('x')\n    while True: os.write(f, bytes(1 << 20))",
        None,
    ),
    "a flood of output by another program": (
        "def standardize(values):\n    import subprocess; subprocess.run(['yes'])",
        None,
    ),
    "a grandchild that keeps the files open": (
        "def standardize(values):\n    import os, time\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0: time.sleep(300)\n        os._exit(0)\n    os._exit(0)",
        Outcome.CRASHED,
    ),
}

_CALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    result = libc.syscall(*arguments)
    if result < 0: raise OSError(ctypes.get_errno(), 'refused')
    return result
def standardize(values):
    %s
    return values
"""
_PLAIN = "import os\ndef standardize(values):\n    %s\n    return values\n"
REFUSED_CALLS = {  # numbers of x86-64
    "ptrace": "call(101, 16, os.getppid(), 0, 0)",
    "process_vm_readv": "call(310, os.getppid(), ctypes.create_string_buffer(16), 1, ctypes.create_string_buffer(16), 1, 0)",
    "setuid to root": "call(105, 0); call(161, b'/')",
    "chroot": "call(161, b'/tmp')",
    "a new user namespace": "call(272, 0x10000000)",
    "another's namespace": "call(308, os.open('/proc/self/ns/net', os.O_RDONLY), 0)",
    "mount": "call(165, b'none', b'/tmp', b'tmpfs', 0, 0)",
    "pivot_root": "call(155, b'/tmp', b'/tmp')",
    "keyctl": "call(250, 0, -3, 1)",
    "add_key": "call(248, b'user', b'x', b'y', 1, -3)",
    "bpf": "call(321, 0, ctypes.create_string_buffer(128), 128)",
    "io_uring": "call(425, 4, ctypes.create_string_buffer(256))",
    "perf_event_open": "call(298, ctypes.create_string_buffer(128), 0, -1, -1, 0)",
    "userfaultfd": "call(323, 0)",
    "a kernel module": "call(175, b'x', 1, b'')",
    "open_by_handle_at": "call(304, 3, ctypes.create_string_buffer(64), 0)",
    "SysV shared memory": "call(29, 0, 1 << 20, 0o1600)",
    "System V messages": "call(68, 0, 0o1600)",
}
REFUSED = {
    "a call of 32 bits": _CALL
    % "code = libc.mmap; code.restype = ctypes.c_void_p; at = code(None, 4096, 7, 34, -1, 0); ctypes.memmove(at, b'\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3', 8); ctypes.CFUNCTYPE(ctypes.c_int)(at)()",
    **{name: _CALL % code for name, code in REFUSED_CALLS.items()},
    "raises its own limits": _PLAIN
    % "import resource; resource.setrlimit(resource.RLIMIT_NPROC, (10**6, 10**6)); resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "writes to /proc/sys": _PLAIN % "open('/proc/sys/kernel/core_pattern', 'w').write('|/tmp/x')",
    "another user by su": _PLAIN % "import subprocess; subprocess.run(['su', '-c', 'id'], check=True, timeout=1)",
    "writes into its own program": _PLAIN % "import torch; open(torch.__file__, 'a').write('x')",
    "a link to a file outside": _PLAIN % f"os.link({str(WARMUP / 'probes.py')!r}, 'mine')",
    "a symbolic link to a file outside": _PLAIN
    % f"os.symlink({str(WARMUP / 'probes.py')!r}, 'mine'); open('mine').read()",
    "the memory of the first process": _PLAIN % "open('/proc/1/mem', 'rb').read(1)",
    "the root of another process": _PLAIN % "os.listdir(os.path.join('/proc', str(os.getppid()), 'root'))",
    "files that were open before": _PLAIN
    % (
        "found = [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{n}')]; "
        f"bad = [f for f in found if f.startswith(({str(REPOSITORY)!r}, os.path.expanduser('~'))) and 'python' not in f]; "
        "1 / len(bad)"
    ),
    "IPv6": _PLAIN % "import socket; socket.create_connection(('::1', 22), 1)",
    "netlink": _PLAIN % "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
    "raw packets": _PLAIN % "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "an abstract socket of another process": _PLAIN
    % "import socket; socket.socket(socket.AF_UNIX).connect(chr(0) + 'autograder-attack-test')",
}


def as_table() -> str:
    """The attacks and what becomes of them, in Markdown."""
    rows = [(name, "earns nothing") for name in CHEATS]
    rows += [(name, outcome.in_words if outcome else "not passed") for name, (_, outcome) in HARM.items()]
    rows += [(name, "refused") for name in REFUSED]
    return "\n".join(
        ["| a submission … | outcome |", "| --- | --- |", *(f"| {name} | {what} |" for name, what in rows)]
    )


if __name__ == "__main__":
    print(as_table())
