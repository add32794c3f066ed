"""The acts and documents that a pack cites, each written out once."""

from collections.abc import Mapping
from datetime import date

from kazyna.packs.reading import Section
from kazyna.tax import Source


def read_sources(file: Section) -> Mapping[str, Source]:
    """Read sources.toml: a table for each act, under the key that references begin with."""
    return {key: _source(section, key) for key, section in file.tables()}


def _source(section: Section, key: str) -> Source:
    source = Source(
        key=key,
        title=section.text("title"),
        number=section.optional("number", str),
        date=section.optional("date", date),
        url=section.optional("url", str),
    )
    section.finish()
    return source
