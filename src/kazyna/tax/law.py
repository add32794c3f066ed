"""Where a figure or a formula comes from: acts, and the places in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kazyna.core.text import Language, Text


@dataclass(frozen=True)
class Source:
    """An act or document, cited once under a key."""

    key: str
    title: Text
    number: str | None
    date: date | None
    url: str | None


@dataclass(frozen=True)
class Citation:
    """A place in an act, as a person reads it."""

    text: str
    url: str | None


def source_key(reference: str) -> str:
    """Return the source's key, the first word of a reference such as `tax-code art. 379`."""
    return reference.partition(" ")[0]


def cite(reference: str, sources: Mapping[str, Source], language: Language) -> Citation:
    """Write a reference out.

    Parameters
    ----------
    reference
        A source's key and, after a space, the place in it: `tax-code art. 379`.
    sources
        The acts by key; the key must be among them.
    language
        The language of the act's title.

    Examples
    --------
    >>> title = Text("Tax Code", "Налоговый кодекс", "Салык кодекси")
    >>> code = Source("code", title, number=None, date=None, url=None)
    >>> cite("code art. 379", {"code": code}, "en").text
    'Tax Code, art. 379'
    """
    key, _, place = reference.partition(" ")
    source = sources[key]
    title = source.title.in_(language)
    return Citation(f"{title}, {place}" if place else title, source.url)
