"""A saved notebook as a PDF, without LaTeX: pandoc reads the text, typst sets the pages.

    pip install pypandoc_binary typst pillow
    python notebook_pdf.py hw7_beta_vae.ipynb

Where an assignment says which parts belong into the PDF, it holds those, made from the notebook's own outputs; all
cells otherwise (or with --whole).

Nothing in a notebook is trusted. Of pandoc's reading a closed set of elements is kept, without attributes and without
raw text of any language; pictures are decoded and written anew; typst sees a folder that holds them and nothing else.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import io
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pdf_text import PLAIN, Node, NoPdf, joined, pandoc, printed, read, read_without_math, run, shortened, string

COLUMNS = 100  # characters in a line of code on a page: longer words are cut in two, lines are wrapped at blanks
PICTURES = 300  # in one document
PIXELS = 40_000_000  # of one picture
PICTURE_WIDTH = 2400  # pixels; more shows on no page

_ATTACHMENT = re.compile(r"\A(?:attachment:|c\d+-)")  # what Jupyter writes, and what pandoc makes of it
_BAR = re.compile(r"^.*\d+%\|.*\n?", re.MULTILINE)  # a progress bar's last state
_WIDGET = "application/vnd.jupyter.widget-view+json"
_UNBROKEN = re.compile(rf"[^\s]{{{COLUMNS}}}")
_PAGE = """
#set page(paper: "a4", margin: (x: 2cm, y: 2.2cm), numbering: "1 / 1",
  header: text(8pt, fill: luma(90))[#title #h(1fr) #subtitle])
#set text(10pt)
#set par(leading: 0.6em)
#set table(inset: 4pt, stroke: 0.4pt + luma(190))
#show table: set text(8.5pt)
#show figure: set block(breakable: true)
#show figure.where(kind: table): set align(left)
#show heading: set block(above: 1.2em, below: 0.7em)
#show raw.where(block: true): set text(7.4pt)
#show link: underline
#let horizontalrule = line(length: 100%, stroke: 0.4pt)
#let code(body) = block(fill: luma(244), inset: 6pt, radius: 2pt, width: 100%, above: 0.8em, below: 0.5em, body)
#let out(body) = block(stroke: (left: 1.5pt + luma(200)), inset: (left: 8pt, y: 2pt), width: 100%, below: 0.8em, body)
#let missing(body) = block(above: 0.8em, emph(text(fill: luma(90), body)))
#let picture(path) = layout(size => {
  let natural = measure(image(path))
  image(path, width: natural.width * calc.min(1.0, size.width / natural.width, 22cm / natural.height))
})
"""
_COMPILE = """
import sys, typst
folder = sys.argv[1]
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
except ImportError:  # there is none on Windows
    pass
nothing = folder + "/packages"
typst.compile(folder + "/main.typ", folder + "/out.pdf", folder, package_path=nothing, package_cache_path=nothing)
"""


@dataclass(frozen=True)
class Cell:
    """What is shown of a cell. `outputs` and `attachments` are as in the file."""

    type: str  # "markdown", "code", or anything else for plain text
    source: str
    outputs: Sequence[Any] = ()
    attachments: Any = field(default_factory=dict)
    missing: str = ""  # a remark in the place of what should be here


@dataclass(frozen=True)
class Section:
    """A heading (none if empty) and cells."""

    title: str
    cells: tuple[Cell, ...]


def make_pdf(sections: Sequence[Section], title: str, subtitle: str = "") -> bytes:
    """The PDF. Raises NoPdf when pandoc or typst are missing or do not end.

    A formula that typst cannot set is shown as it was typed, and so is all text if that does not help.
    """
    reason = ""
    for reading in (read, read_without_math, _as_typed):
        with tempfile.TemporaryDirectory(prefix="notebook-pdf-") as folder:
            try:
                blocks = _Document(Path(folder), reading).blocks(sections)
                return _typeset(Path(folder), blocks, title, subtitle)
            except (NoPdf, RecursionError) as problem:
                reason = str(problem) or "the text is nested too deeply"
    raise NoPdf(reason)


# --- from cells to pandoc's elements ----------------------------------------------------------------------------------


class _Document:
    """Gathers the elements of a document and the pictures that lie in its folder."""

    def __init__(self, folder: Path, text: Callable[[Sequence[str]], list[list[Node]]]) -> None:
        self._folder, self._text = folder, text
        self._pictures = 0

    def blocks(self, sections: Sequence[Section]) -> list[Node]:
        texts = iter(self._text([c.source for s in sections for c in s.cells if c.type == "markdown"]))
        found: list[Node] = []
        for section in sections:
            if section.title:
                found.append({"t": "Header", "c": [1, PLAIN, [{"t": "Str", "c": section.title}]]})
            for cell in section.cells:
                found += self._cell(cell, next(texts) if cell.type == "markdown" else [])
        return found

    def _cell(self, cell: Cell, text: list[Node]) -> Iterator[Node]:
        if cell.type == "markdown":
            yield from self._with_pictures(text, cell.attachments)
        elif cell.source.strip():
            yield from _boxed("code", [_code_block(cell.source, "python" if cell.type == "code" else "")])
        for output in cell.outputs:
            shown = self._output(output)
            if shown is not None:
                yield from _boxed("out", [shown])
        if cell.missing:
            yield from _boxed("missing", [{"t": "Para", "c": [{"t": "Str", "c": cell.missing}]}])

    def _output(self, output: Any) -> Node | None:
        """A printed text, a picture, a value or an error; None for what holds nothing to show."""
        if not isinstance(output, dict):
            return None
        data = output.get("data")
        for kind in ("image/png", "image/jpeg"):
            if isinstance(data, dict) and kind in data:
                return self._picture(data[kind])
        if isinstance(data, dict) and _WIDGET in data:
            return None
        if isinstance(data, dict):
            text = joined(data.get("text/plain")) or ("[an output without text]" if data else "")
        elif output.get("output_type") == "error":
            text = f"{joined(output.get('ename'))}: {joined(output.get('evalue'))}"
        else:
            text = _BAR.sub("", printed(joined(output.get("text"))))
        return _code_block(shortened(printed(text))) if text.strip() else None

    def _with_pictures(self, blocks: list[Node], attachments: Any) -> list[Node]:
        """Pictures that lie in the cell itself, in the places where the text names them."""

        def place(node: Any) -> Any:
            if isinstance(node, list):
                return [place(item) for item in node]
            if not isinstance(node, dict):
                return node
            if node.get("t") == "Image":
                return self._attached(node["c"], attachments)
            return {key: place(value) for key, value in node.items()}

        return [place(block) for block in blocks]

    def _attached(self, name: str, attachments: Any) -> Node:
        name = _ATTACHMENT.sub("", name)
        kinds = attachments.get(name) if isinstance(attachments, dict) else None
        for kind in ("image/png", "image/jpeg"):
            if isinstance(kinds, dict) and kind in kinds:
                found = self._picture(kinds[kind])
                return {"t": "RawInline", "c": found["c"]} if found["t"] == "RawBlock" else string("[a picture]")
        return string("[a picture that is not in the notebook]")

    def _picture(self, data: Any) -> Node:
        """The picture, written anew into the folder, and the words that place it."""
        image = _decoded(data) if self._pictures < PICTURES else None
        if image is None:
            return {"t": "Para", "c": [string("[a picture that cannot be shown]")]}
        self._pictures += 1
        name = f"picture-{self._pictures}.png"
        (self._folder / name).write_bytes(image)
        return {"t": "RawBlock", "c": ["typst", f'#picture("{name}")']}


def _decoded(data: Any) -> bytes | None:
    """The picture as a fresh PNG; None when it is none or too large."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(base64.b64decode(joined(data))), formats=["PNG", "JPEG"]) as image:
            if image.width * image.height > PIXELS:
                return None
            dpi = image.info.get("dpi") or (96, 96)
            fresh = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
            scale = min(1.0, PICTURE_WIDTH / fresh.width)
            fresh = fresh.resize((max(1, int(fresh.width * scale)), max(1, int(fresh.height * scale))))
            file = io.BytesIO()
            fresh.save(file, "PNG", dpi=tuple(max(20.0, float(value) * scale) for value in dpi))
            return file.getvalue()
    except (OSError, ValueError, SyntaxError, TypeError, OverflowError, binascii.Error, Image.DecompressionBombError):
        return None


def _as_typed(sources: Sequence[str]) -> list[list[Node]]:
    """The elements of each text where pandoc or typst can make nothing of it."""
    return [[_code_block(printed(source))] for source in sources]


def _boxed(name: str, blocks: list[Node]) -> list[Node]:
    """The blocks inside one of the functions that the page defines."""
    return [{"t": "RawBlock", "c": ["typst", f"#{name}["]}, *blocks, {"t": "RawBlock", "c": ["typst", "]"]}]


def _code_block(text: str, language: str = "") -> Node:
    text = _UNBROKEN.sub(r"\g<0>\n", "\n".join(line.expandtabs(4) for line in text.rstrip().splitlines()))
    return {"t": "CodeBlock", "c": [["", [language] if language else [], []], text]}


# --- the pages --------------------------------------------------------------------------------------------------------


def _typeset(folder: Path, blocks: list[Node], title: str, subtitle: str) -> bytes:
    document = {"pandoc-api-version": [1, 23], "meta": {}, "blocks": blocks}
    body = pandoc(
        json.dumps(document), "-f", "json", "-t", "typst", "--syntax-highlighting=idiomatic", "--wrap=preserve"
    )
    names = "".join(f"#let {name} = {_quoted(text)}\n" for name, text in (("title", title), ("subtitle", subtitle)))
    head = f"{names}#set document(title: title, date: none)\n{_PAGE}"
    (folder / "main.typ").write_text(f'{head}#text(16pt, weight: "bold", title)\n\n{body}', encoding="utf-8")
    run([sys.executable, "-I", "-c", _COMPILE, str(folder)], "")
    return (folder / "out.pdf").read_bytes()


def _quoted(text: str) -> str:
    """A string of typst's."""
    escaped = printed(text.replace("\n", " ")).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# --- a student's own notebook -----------------------------------------------------------------------------------------


def sections_of(notebook: Node, whole: bool = False) -> list[Section]:
    """The parts that the assignment names in the notebook's metadata, else all cells."""
    cells = notebook.get("cells", [])
    parts = notebook.get("metadata", {}).get("autograder", {}).get("pdf")
    if not parts or whole:
        return [Section("", tuple(_shown(cell, "") for cell in cells))]
    by_id = {cell.get("id") or cell.get("metadata", {}).get("nbgrader", {}).get("grade_id"): cell for cell in cells}
    return [Section(part["title"], tuple(part_cell(by_id.get(id), id) for id in part["cells"])) for part in parts]


def part_cell(cell: Node | None, id: str) -> Cell:
    """A cell as a part shows it: of an experiment only what came out."""
    if cell is None:
        return Cell("markdown", "", missing=f"The cell {id} is not in the notebook.")
    kind = cell.get("metadata", {}).get("autograder", {}).get("kind", "")
    return _shown(cell, kind)


def _shown(cell: Node, kind: str) -> Cell:
    outputs, hidden = cell.get("outputs", []), kind == "experiment"
    missing = (
        "This cell has no output: run the notebook, save it, and make the PDF again." if hidden and not outputs else ""
    )
    source = "" if hidden else joined(cell.get("source"))
    return Cell(cell.get("cell_type", ""), source, outputs, cell.get("attachments", {}), missing)


def main() -> int:
    """The command line: writes the PDF beside the notebook."""
    parser = argparse.ArgumentParser(description="Make a PDF of a saved notebook.")
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--whole", action="store_true", help="all cells, also where the assignment names parts")
    parser.add_argument("--out", type=Path, help="the file (default: the notebook's name with .pdf)")
    parser.add_argument("--subtitle", default="", help="for the head of each page, such as your name")
    said = parser.parse_args()
    try:
        notebook = json.loads(said.notebook.read_text(encoding="utf-8"))
        title = notebook.get("metadata", {}).get("autograder", {}).get("title") or said.notebook.stem
        pdf = make_pdf(sections_of(notebook, said.whole), title, said.subtitle)
        target = said.out or said.notebook.with_suffix(".pdf")
        target.write_bytes(pdf)
    except (NoPdf, OSError) as problem:
        return _refused(str(problem))
    except (ValueError, TypeError, AttributeError, KeyError):
        return _refused(f"{said.notebook} is no Jupyter notebook, or a damaged one")
    print(f"wrote {target}; look at every page before you hand it in")
    return 0


def _refused(reason: str) -> int:
    print(f"no PDF: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
