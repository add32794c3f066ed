"""A template and its data to a page, through Typst.

Data reach a template as JSON, never as markup, so a name with a `#` in it prints as a name. Only
the fonts inside Typst are used: the same page comes out on every machine.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

import typst

from kazyna.core.errors import Unavailable

TEMPLATES = Path(__file__).parent / "templates"

PageFormat = Literal["pdf", "png", "svg"]

PIXELS_PER_INCH = 144
"""Of a PNG: sharp on a screen, a fraction of a megabyte a page."""


def render(
    template: str, data: Mapping[str, Any], *, dated: date, page_format: PageFormat = "pdf"
) -> bytes:
    """Fill a template.

    Parameters
    ----------
    template
        The name of a file in `templates/`, without its ending.
    data
        What the template shows; anything that JSON can hold. Numbers come as formatted text.
    dated
        The day written into the file as its date; the same data and day give the same bytes.
    page_format
        A picture format is for documents of one page.

    Raises
    ------
    Unavailable
        If Typst cannot make the page.
    """
    stamp = datetime.combine(dated, time.min, tzinfo=UTC)
    try:
        page: bytes = typst.compile(
            str(TEMPLATES / f"{template}.typ"),
            root=str(TEMPLATES),
            ignore_system_fonts=True,
            format=page_format,
            ppi=PIXELS_PER_INCH if page_format == "png" else None,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            timestamp=int(stamp.timestamp()),
        )
    except (typst.TypstError, RuntimeError) as error:
        raise Unavailable(f"The document {template} cannot be made: {error}") from error
    return page
