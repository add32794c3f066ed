"""Where a figure or a formula comes from: acts, and the places in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kazyna.core.text import Language, Text

_PLACES = (
    (re.compile(r"art\. (.+)"), Text("art. {0}", "ст. {0}", "{0}-берене")),
    (re.compile(r"arts\. (.+)"), Text("arts. {0}", "ст. {0}", "{0}-беренелер")),
    (re.compile(r"No\. (\S+) of ([\d.]+)"), Text("No. {0} of {1}", "№ {0} от {1}", "{1}, № {0}")),
    (re.compile(r"(\d+) of ([\d.]+)"), Text("{0} of {1}", "{0} от {1}", "{1}, № {0}")),
    (
        re.compile(r"\(article not identified\)"),
        Text("(article not identified)", "(статья не установлена)", "(беренеси такталган эмес)"),
    ),
    (
        re.compile(r"\(section not identified\)"),
        Text("(section not identified)", "(раздел не установлен)", "(бөлүмү такталган эмес)"),
    ),
    (
        re.compile(r"\(no decision known\)"),
        Text("(no decision known)", "(решение не известно)", "(чечими белгисиз)"),
    ),
    (re.compile("key rate"), Text("key rate", "ключевая ставка", "негизги чен")),
)
"""How places in acts are written in references, and said in each language."""
_AND = Text(" and ", " и ", ", ")


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
        The language of the act's title, and of the words of the place.

    Examples
    --------
    >>> title = Text("Tax Code", "Налоговый кодекс", "Салык кодекси")
    >>> code = Source("code", title, number=None, date=None, url=None)
    >>> cite("code art. 379", {"code": code}, "en").text
    'Tax Code, art. 379'
    >>> cite("code art. 379", {"code": code}, "ru").text
    'Налоговый кодекс, ст. 379'
    """
    key, _, place = reference.partition(" ")
    source = sources[key]
    title = source.title.in_(language)
    return Citation(f"{title}, {_said(place, language)}" if place else title, source.url)


def _said(place: str, language: Language) -> str:
    """Say a place in an act in a language; one that is written otherwise stays as it is."""
    for pattern, phrase in _PLACES:
        found = pattern.fullmatch(place)
        if found:
            return phrase.in_(language).format(*found.groups()).replace(" and ", _AND.in_(language))
    return place
