"""Sheets of labels: one symbol and its text on each, as many on a page as fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kazyna.documents.render import PageFormat, render
from kazyna.marking.symbol import Symbol
from kazyna.marking.symbol_drawing import MODULE_MM, svg

PAGE_WIDTH_MM, PAGE_HEIGHT_MM, MARGIN_MM = 210, 297, 8
CAPTION_MM, GAP_MM = 9, 3


@dataclass(frozen=True)
class LabelSheet:
    """What the sheets show."""

    symbols: tuple[Symbol, ...]
    dated: date
    title: str = ""
    """At the head of each page, such as the number of the order."""
    module_mm: float = MODULE_MM
    captions: Sequence[str] = ()
    """A line under each symbol; its text where there is none."""


def render_labels(sheet: LabelSheet, *, page_format: PageFormat = "pdf") -> bytes:
    """Print symbols on A4 pages.

    Raises
    ------
    ValueError
        If there is not one caption for each symbol.
    Unavailable
        If the pages cannot be made.
    """
    captions = sheet.captions or [symbol.text for symbol in sheet.symbols]
    if len(captions) != len(sheet.symbols):
        raise ValueError(f"{len(captions)} captions for {len(sheet.symbols)} symbols")
    width_mm = max((s.framed.shape[1] for s in sheet.symbols), default=1) * sheet.module_mm
    across = max(int((PAGE_WIDTH_MM - 2 * MARGIN_MM + GAP_MM) // (width_mm + GAP_MM)), 1)
    data = {
        "title": sheet.title,
        "margin_mm": MARGIN_MM,
        "gap_mm": GAP_MM,
        "across": across,
        "caption_mm": CAPTION_MM,
        "labels": [
            {
                "picture": svg(symbol, module_mm=sheet.module_mm),
                "width_mm": symbol.framed.shape[1] * sheet.module_mm,
                "caption": caption,
            }
            for symbol, caption in zip(sheet.symbols, captions, strict=True)
        ],
    }
    return render("labels", data, dated=sheet.dated, page_format=page_format)
