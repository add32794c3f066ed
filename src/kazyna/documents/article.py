"""A long document as data: sections of blocks, printed by Typst and shown as HTML.

Whoever writes a report puts it together from these blocks once; the two renderings cannot differ
in what they say. All texts and figures come written out in the reader's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kazyna.core.text import Language, Text
from kazyna.documents.render import TEMPLATES, PageFormat, render

Tone = Literal["plain", "good", "bad", "quiet"]

_WORDS = {
    "contents": Text("Contents", "Содержание", "Мазмуну"),
    "page": Text(
        "page {page} of {pages}",
        "страница {page} из {pages}",
        "{pages} ичинен {page}-бет",
    ),
    "signature": Text("Signature", "Подпись", "Колу"),
    "name": Text("Name", "Фамилия, имя", "Аты-жөнү"),
    "day": Text("Date", "Дата", "Күнү"),
}


@dataclass(frozen=True)
class Cell:
    """One cell of a table."""

    text: str
    tone: Tone = "plain"
    bar: float | None = None
    """A share from 0 to 1 that is drawn as a bar behind the text."""


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Subheading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True)
class Steps:
    """A list; numbered where the order matters."""

    items: tuple[tuple[str, str], ...]
    """(what is set off at the beginning, the rest)."""
    numbered: bool = False


@dataclass(frozen=True)
class Facts:
    """Names and values in two columns."""

    rows: tuple[tuple[str, str], ...]
    mono: bool = False
    """For hashes and numbers of records."""


@dataclass(frozen=True)
class Figures:
    """A few large figures side by side."""

    rows: tuple[tuple[str, str, str], ...]
    """(name, figure, what to make of it)."""


@dataclass(frozen=True)
class Grid:
    """A table; the first column stands to the left, the others to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    left: tuple[int, ...] = (0,)
    """Columns that stand to the left."""
    widths: tuple[float, ...] = ()
    """Shares of the width; the first column takes what is left where none are given."""
    small: bool = False


@dataclass(frozen=True)
class Drawing:
    """A plot or a map as SVG text."""

    title: str
    caption: str
    svg: str
    width: float = 1.0
    """Share of the width of the page; two halves stand side by side."""


@dataclass(frozen=True)
class Note:
    """A remark in a box."""

    title: str
    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Signatures:
    """Lines to sign on."""

    text: str
    """What is signed."""
    roles: tuple[str, ...]
    """What each person signs as."""


Block = Paragraph | Subheading | Steps | Facts | Figures | Grid | Drawing | Note | Signatures


@dataclass(frozen=True)
class Section:
    """A numbered part of the document."""

    key: str
    """For links inside the document."""
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Article:
    """The whole document."""

    language: Language
    issuer: str
    title: str
    subtitle: str
    dated: date
    """The day written into the file; the same data and day give the same bytes."""
    facts: tuple[tuple[str, str], ...]
    """On the title page."""
    sections: tuple[Section, ...] = field(default=())
    roles: tuple[str, ...] = ()
    """Who signs on the title page."""


def render_article(article: Article, *, page_format: PageFormat = "pdf") -> bytes:
    """Print an article.

    Raises
    ------
    Unavailable
        If the pages cannot be made.
    """
    return render("article", article_data(article), dated=article.dated, page_format=page_format)


def article_data(article: Article) -> dict[str, Any]:
    """Write an article as plain data for the templates."""
    return {
        "language": article.language,
        "words": {key: text.in_(article.language) for key, text in _WORDS.items()},
        "issuer": article.issuer,
        "title": article.title,
        "subtitle": article.subtitle,
        "facts": [list(row) for row in article.facts],
        "roles": list(article.roles),
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "blocks": [_block(block) for block in _paired(section.blocks)],
            }
            for section in article.sections
        ],
    }


def article_body(article: Article) -> str:
    """Write an article as a part of a page: contents and sections, without head or style."""
    return _environment().get_template("article_body.html").render(article_data(article))


def article_page(article: Article) -> str:
    """Write an article as a page of HTML that needs nothing else: no script, no other file."""
    data = article_data(article)
    return _environment().get_template("article.html").render(data)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _paired(blocks: Sequence[Block]) -> list[Block | tuple[Drawing, Drawing]]:
    """Put two halves that follow one another side by side."""
    laid: list[Block | tuple[Drawing, Drawing]] = []
    for block in blocks:
        before = laid[-1] if laid else None
        narrow = isinstance(block, Drawing) and block.width < 1
        if narrow and isinstance(before, Drawing) and before.width < 1:
            laid[-1] = (before, block)  # type: ignore[assignment]  # narrow is a drawing
        else:
            laid.append(block)
    return laid


def _block(block: Block | tuple[Drawing, Drawing]) -> dict[str, Any]:
    if isinstance(block, tuple):
        return {"kind": "pair", "drawings": [_block(each) for each in block]}
    plain: dict[str, Any] = {"kind": type(block).__name__.lower()}
    if isinstance(block, Grid):
        plain |= {
            "head": list(block.head),
            "rows": [[_cell(cell) for cell in row] for row in block.rows],
            "caption": block.caption,
            "left": list(block.left),
            "widths": list(block.widths),
            "small": block.small,
        }
    elif isinstance(block, Paragraph | Note | Drawing | Subheading):
        plain |= vars(block)
    elif isinstance(block, Steps):
        plain |= {"items": [list(item) for item in block.items], "numbered": block.numbered}
    elif isinstance(block, Signatures):
        plain |= {"text": block.text, "roles": list(block.roles)}
    else:
        plain |= {"rows": [list(row) for row in block.rows]}
        plain["mono"] = isinstance(block, Facts) and block.mono
    return plain


def _cell(cell: Cell) -> dict[str, Any]:
    return {"text": cell.text, "tone": cell.tone, "bar": cell.bar}
