"""Notebooks as PDF: what is shown, and what a hostile notebook cannot bring in."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PIL import Image

from autograder.authoring.release_files import FOR_STUDENTS

SECRET = "the-secret-of-the-grader"
EVERYTHING = (
    "ipynb+raw_attribute+bracketed_spans+native_spans+native_divs+fenced_divs+header_attributes+link_attributes"
    "+inline_code_attributes+fenced_code_attributes+raw_tex+citations+footnotes+yaml_metadata_block+implicit_figures"
)


@pytest.fixture(scope="module")
def tool() -> Iterator[ModuleType]:
    """notebook_pdf as it lies beside a notebook."""
    sys.path.insert(0, str(FOR_STUDENTS))
    try:
        import notebook_pdf

        yield notebook_pdf
    finally:
        sys.path.remove(str(FOR_STUDENTS))
        for name in ("notebook_pdf", "pdf_text"):
            sys.modules.pop(name, None)


def text(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def code(source: str, *outputs: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs), **more}


def printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def shown(**data: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {kind.replace("_", "/"): value for kind, value in data.items()}}


def picture(form: str = "PNG", size: tuple[int, int] = (40, 20)) -> str:
    file = io.BytesIO()
    Image.new("RGB", size, "navy").save(file, form)
    return base64.b64encode(file.getvalue()).decode()


def typst_of(tool: ModuleType, *cells: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """What typst is given for a notebook with these cells; it is compiled for real, too."""
    kept: list[str] = []
    compiled = tool._typeset

    def typeset(folder: Path, *words: Any) -> bytes:
        try:
            return compiled(folder, *words)
        finally:
            kept.append((folder / "main.typ").read_text())

    monkeypatch.setattr(tool, "_typeset", typeset)
    pdf = tool.make_pdf(tool.sections_of({"cells": list(cells), "metadata": {}}), "Title")
    assert pdf.startswith(b"%PDF")
    bodies = [page.partition('weight: "bold", title)\n')[2] for page in kept]
    assert all(map(runs_nothing, bodies)), bodies
    return bodies[-1]


def test_text_formulas_code_and_outputs_are_shown(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    body = typst_of(
        tool,
        text("# Loss\n\nThe *KL* is $\\frac{1}{2}\\sum_i \\mu_i^2$.\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        code("x = 1", printed("one\ntwo\n"), shown(image_png=picture(), text_plain="<Figure>")),
        code("y", {"output_type": "execute_result", "data": {"text/plain": ["tensor", "(3.)"]}}),
        code("z", {"output_type": "error", "ename": "NameError", "evalue": "z", "traceback": ["\x1b[31mx"]}),
        {"cell_type": "raw", "metadata": {}, "source": "raw #read text"},
        monkeypatch=monkeypatch,
    )
    for words in ("= Loss", "1 / 2 sum", "table.header", "```python\nx = 1\n```", "one\ntwo", "tensor(3.)"):
        assert words in body
    for words in ('#picture("picture-1.png")', "NameError: z", "raw #read text"):
        assert words in body
    assert "<Figure>" not in body
    assert "\x1b" not in body


@pytest.mark.parametrize(
    "source",
    [
        "```{=typst}\n#read(\"FILE\")\n```",
        "`#read(\"FILE\")`{=typst}",
        "[x]{typst:text:fill=\"read(\\\"FILE\\\")\"}",
        "<span typst:text:fill='read(\"FILE\")'>x</span>",
        "<div typst:inset='read(\"FILE\")'>\n\nx\n\n</div>",
        "#read(\"FILE\")",
        "#include \"FILE\"",
        "\\#read(\"FILE\")",
        "\\\\#read(\"FILE\")",
        "![](FILE)",
        "![x][r]\n\n[r]: FILE",
        "<img src=\"FILE\">",
        "<iframe src=\"FILE\"></iframe>",
        "![](attachment:FILE)",
        "[a](<\") #read(\"FILE\")>)",
        "[a](https://e.example/%22)#read(\"FILE\"))",
        "$#read(\"FILE\")$",
        "$\\text{\")+read(\"FILE\")+(\"}$",
        "$\\operatorname{\")+read(\"FILE\")+(\"}$",
        "$\\mathrm{x\"}) #read(\"FILE\") (\"$",
        "$$\\input{FILE}$$",
        "\\input{FILE}",
        "\\begin{align}\\text{\")+read(\"FILE\")}\\end{align}",
        "# x {#a typst:fill='read(\"FILE\")'}",
        "| a |\n|---|\n| #read(\"FILE\") |",
        "x[^1]\n\n[^1]: #read(\"FILE\")",
        "---\ntitle: '#read(\"FILE\")'\n---\n\nx",
        "````\n```\n#read(\"FILE\")\n````",
        "``` {=typst}\n```\n#read(\"FILE\")",
        "{{< include FILE >}} @FILE <FILE>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("reader", ["ipynb", EVERYTHING], ids=["as it is", "all extensions"])
def test_no_text_reads_a_file(
    tool: ModuleType, source: str, reader: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each way that pandoc, Jupyter or typst know to bring a file in; also if pandoc should one day read more."""
    import pdf_text

    original = pdf_text.pandoc

    def pandoc(content: str, *words: str) -> str:
        return original(content, *(reader if word == "ipynb" else word for word in words))

    monkeypatch.setattr(pdf_text, "pandoc", pandoc)
    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    for name in (str(file), "secret.txt"):
        body = typst_of(tool, text(source.replace("FILE", name)), monkeypatch=monkeypatch)
        assert SECRET not in body


def runs_nothing(body: str) -> bool:
    """Whether a page's text calls no function that reads, also not as an argument of a harmless one."""
    without = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", body, flags=re.DOTALL)  # code, as it is shown
    without = re.sub(r'"(?:[^"\\]|\\.)*"', '""', without.replace('\\"', "”"))  # strings
    return not re.search(
        r"(?<!\\)#(read|include|import|image|eval|plugin)\b|\b(read|eval|plugin)\s*\(\"", without.replace("\\#", "")
    )


@pytest.mark.parametrize(
    "output",
    [
        shown(image_png="not base64 !!"),
        shown(image_png=base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 99).decode()),
        shown(image_png={"a": 1}),
        shown(image_png=picture("GIF")),
        shown(image_png=picture(size=(9000, 9000))),
        {"output_type": "display_data", "data": {"image/svg+xml": '<svg><image href="/etc/passwd"/></svg>'}},
        {"output_type": "display_data", "data": {"text/html": "<img src=/etc/passwd>"}},
        {"output_type": "display_data", "data": {"text/latex": "$\\input{/etc/passwd}$"}},
        printed("```\n#read(\"/etc/passwd\")\n````\n#image(\"/etc/passwd\")"),
        printed(None),  # type: ignore[arg-type]
        {"output_type": "error"},
        {"data": 3},
        "no output",
        None,
    ],
)  # fmt: skip
def test_no_output_breaks_a_page(tool: ModuleType, output: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    body = typst_of(tool, code("x", output), text("after"), monkeypatch=monkeypatch)
    assert "after" in body
    assert "passwd" not in re.sub(r"(`{3,})(?!`).*?(?<!`)\1(?!`)", "", body, flags=re.DOTALL)


def test_pictures_are_written_anew(tool: ModuleType) -> None:
    data = base64.b64decode(picture("JPEG")) + b"trailing " + SECRET.encode()
    fresh = tool._decoded(base64.b64encode(data).decode())
    assert fresh.startswith(b"\x89PNG")
    assert SECRET.encode() not in fresh
    wide = tool._decoded(picture(size=(6000, 30)))
    assert Image.open(io.BytesIO(wide)).width == tool.PICTURE_WIDTH


def test_pictures_in_a_text_cell_are_shown(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = text("Look: ![me](attachment:a.png)", attachments={"a.png": {"image/png": picture()}})
    assert '#picture("picture-1.png")' in typst_of(tool, cell, monkeypatch=monkeypatch)


@pytest.mark.parametrize(
    "formula", ["\\foo{", "\\frac{1}", "a_b_c^d^e", "\\begin{cases} x", "\\unknowncommand x", "{" * 300]
)
def test_a_formula_that_cannot_be_set_is_shown_as_typed(
    tool: ModuleType, formula: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "around" in typst_of(tool, text(f"around ${formula}$ it"), monkeypatch=monkeypatch)


def test_deep_nesting_is_shown_as_typed(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "deep" in typst_of(tool, text(">" * 3000 + " deep"), monkeypatch=monkeypatch)


def test_progress_bars_are_left_out(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    bar = {
        "output_type": "stream",
        "name": "stderr",
        "text": "\repochs:   0%|    | 0/2\repochs: 100%|████| 2/2 [00:01<00:00]\n",
    }
    widget = {
        "output_type": "display_data",
        "data": {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "0%"},
    }
    body = typst_of(tool, code("train()", bar, widget, printed("loss 3, 5% less\n")), monkeypatch=monkeypatch)
    assert "0%|" not in body
    assert "0%\n" not in body
    assert "loss 3, 5% less" in body


def test_long_outputs_are_shortened_and_long_words_cut(tool: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "\n".join(f"line {number}" for number in range(1000))
    body = typst_of(tool, code("y" * 250, printed(f"a\rb\r50 %\rdone\n{lines}")), monkeypatch=monkeypatch)
    assert "y" * 100 + "\n" + "y" * 100 + "\n" + "y" * 50 in body
    assert "done\nline 0" in body
    assert "[… 921 more lines …]\nline 980" in body


def test_a_student_gets_the_parts_of_the_assignment(tmp_path: Path) -> None:
    """The program as students run it, on a notebook that names its parts."""
    kind = {"autograder": {"kind": "experiment"}}
    cells = [
        code("secret_plan()", shown(image_png=picture()), id="figure", metadata=kind),
        text("My answer.", id="q"),
        code("left_out()", id="other"),
        code("never_run()", id="empty", metadata=kind),
    ]
    parts = [{"title": "1. Figure", "cells": ["figure", "q"]}, {"title": "2. Rest", "cells": ["empty", "gone"]}]
    notebook = {"cells": cells, "metadata": {"autograder": {"title": "My sheet", "pdf": parts}}}
    (tmp_path / "hw.ipynb").write_text(json.dumps(notebook))
    command = [sys.executable, str(FOR_STUDENTS / "notebook_pdf.py"), "hw.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "hw.pdf").read_bytes().startswith(b"%PDF")


def test_parts_show_outputs_of_experiments_and_name_what_is_missing(tool: ModuleType) -> None:
    kind = {"autograder": {"kind": "experiment"}}
    cells = [
        code("a", printed("1"), id="run", metadata=kind),
        code("B = 2", id="task"),
        code("c", id="empty", metadata=kind),
    ]
    parts = [{"title": "P", "cells": ["run", "task", "empty", "gone"]}]
    [section] = tool.sections_of({"cells": cells, "metadata": {"autograder": {"pdf": parts}}})
    assert [cell.source for cell in section.cells] == ["", "B = 2", "", ""]
    assert [bool(cell.missing) for cell in section.cells] == [False, False, True, True]


@pytest.mark.parametrize("content", ["", "[]", '{"cells": 3}', "no JSON"])
def test_what_is_no_notebook_is_one_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "x.ipynb").write_text(content)
    command = [sys.executable, str(FOR_STUDENTS / "notebook_pdf.py"), "x.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("no PDF: ")
    assert len(done.stderr.splitlines()) == 1
