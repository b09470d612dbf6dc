"""A strict reader of HTML pages: everything closed, nothing fetched."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"meta", "rect", "line", "br"}
_FETCHING = {"src", "action", "poster", "background", "srcset", "data"}


class Page(HTMLParser):
    """Raises AssertionError on markup that is not closed or fetches something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []
        assert "http" not in html.replace("http-equiv", "")
        assert "@import" not in html
        assert "url(" not in html

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert name not in _FETCHING
            assert not name.startswith("on")
            if name == "href":
                self.links.append(value or "")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"] and self.open[-1:] != ["script"]:
            self.words.append(data)
