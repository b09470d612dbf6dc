"""The IPython shell in which a submission's cells run: magics and `!commands` work, nothing is kept on disk."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

_WARM_UP = (
    "1/0",
    "def f(:",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([0, 1]); plt.show(); plt.close('all')\n1 + 1",
)


class _DropDisplays(DisplayPublisher):
    """Pictures are made (a plotting error is an error) and thrown away: the submitted ones are what people read."""

    def publish(self, *args: Any, **kwargs: Any) -> None:
        pass


class Shell(InteractiveShell):
    def enable_gui(self, gui: Any = None) -> None:
        """`%matplotlib` asks for an event loop; there is none here."""

    def system(self, cmd: str) -> None:
        """`!cmd` writes straight to the output pipe."""
        self.user_ns["_exit_code"] = os.waitstatus_to_exitcode(os.system(self.var_expand(cmd, depth=1)))

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """The error itself is reported; formatting a traceback nobody reads costs more than most cells."""

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        """As above."""


def make_shell() -> Shell:
    """One shell without history database, threads or colours."""
    os.environ["IPYTHONDIR"] = os.path.join(os.environ.get("HOME", "/tmp"), ".ipython")
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.cache_size = 0
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    shell.display_pub = _DropDisplays(parent=shell)
    with contextlib.suppress(ImportError):
        shell.enable_matplotlib("inline")
    return shell


def warm_up(shell: Shell) -> None:
    """Runs what every submission needs once, so that its lazy imports are shared by all children. No torch operation:
    one optimizer step would ask for CUDA devices, and CUDA cannot be used after a fork that follows that question."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for cell in _WARM_UP:
            shell.run_cell(cell)
    shell.reset(new_session=True)
