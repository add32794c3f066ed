"""Reasons and changes as sentences, in English, Russian and Kyrgyz.

Figures come written by the caller, in the reader's language and units. A sentence is put together
so that no word has to change its ending with the name of a characteristic.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from kazyna.core.text import Language, Text
from kazyna.valuation.columns import Floats

Usual = Literal["more", "less", "usual"]
QUARTILES = (0.25, 0.75)
OTHERS_MIN = 8
"""Fewer properties around do not show what is usual."""

_USUAL: dict[Usual, Text] = {
    "more": Text("more than is usual here", "больше обычного здесь", "бул жердегиден көбүрөөк"),
    "less": Text("less than is usual here", "меньше обычного здесь", "бул жердегиден азыраак"),
    "usual": Text("as is usual here", "как обычно здесь", "бул жерде кадимкидей"),
}
_MOVES = {
    "up": Text("adds {money}", "добавляет {money}", "{money} кошот"),
    "down": Text("takes off {money}", "снижает на {money}", "{money} кемитет"),
}
_SPECIAL = {
    "location": Text("The location", "Расположение", "Жайгашкан жери"),
    "time": Text(
        "The market on the valuation date",
        "Рынок на дату оценки",
        "Баалоо күнүндөгү базар",
    ),
    "override": Text(
        "The valuer's reasoned decision",
        "Обоснованное решение оценщика",
        "Баалоочунун негиздүү чечими",
    ),
    "rest": Text("All else together", "Всё остальное вместе", "Калгандарынын баары чогуу"),
}
_MEASURED = Text("{label} of {recorded}", "{label} {recorded}", "{label} {recorded}")
_NAMED = Text("{label}: {recorded}", "{label}: {recorded}", "{label}: {recorded}")
_SENTENCE = {
    "plain": Text("{what} {moves}.", "{what} {moves}.", "{what} {moves}."),
    "compared": Text(
        "{what}, {usual}, {moves}.",
        "{what}, {usual}, {moves}.",
        "{what}, {usual}, {moves}.",
    ),
}
_CHANGE = {
    "up": Text(
        "{label}: were it {after} instead of {before}, the value would be about {money} higher.",
        "{label}: при значении {after} вместо {before} стоимость была бы примерно на {money} выше.",
        "{label}: {before} ордуна {after} болсо, нарк болжол менен {money} жогору болмок.",
    ),
    "down": Text(
        "{label}: were it {after} instead of {before}, the value would be about {money} lower.",
        "{label}: при значении {after} вместо {before} стоимость была бы примерно на {money} ниже.",
        "{label}: {before} ордуна {after} болсо, нарк болжол менен {money} төмөн болмок.",
    ),
    "none": Text(
        "{label}: {after} instead of {before} would hardly change the value.",
        "{label}: значение {after} вместо {before} почти не изменило бы стоимость.",
        "{label}: {before} ордуна {after} наркты дээрлик өзгөртмөк эмес.",
    ),
}
_BASE = Text(
    "A typical sold property is the base.",
    "База — типичный проданный объект.",
    "Негизи — сатылган типтүү объект.",
)


@dataclass(frozen=True)
class ToldReason:
    """One reason with all its figures written out."""

    name: str
    """Of the engine: a characteristic, `location`, `time`, `override`, or `rest`."""
    label: Text
    recorded: str | None
    """The recorded value with its unit, where the reason is a characteristic."""
    measured: bool
    """The value has a unit, as an area has and a number of rooms has not."""
    usual: Usual | None
    amount: Decimal
    money: str
    """The amount without its sign, with the currency."""


def reason_sentence(reason: ToldReason, language: Language) -> str:
    """Say what one characteristic does to the value.

    Examples
    --------
    >>> area = Text("Floor area", "Площадь", "Аянты")
    >>> reason = ToldReason("area", area, "180 m²", True, "more", Decimal(45300), "45 300 USD")
    >>> reason_sentence(reason, "en")
    'Floor area of 180 m², more than is usual here, adds 45 300 USD.'
    >>> reason_sentence(reason, "ru")
    'Площадь 180 m², больше обычного здесь, добавляет 45 300 USD.'
    """
    moves = _MOVES["up" if reason.amount >= 0 else "down"].in_(language)
    moves = moves.format(money=reason.money)
    what = _what(reason, language)
    if reason.usual is None or reason.name in _SPECIAL:
        return _SENTENCE["plain"].in_(language).format(what=what, moves=moves)
    usual = _USUAL[reason.usual].in_(language)
    return _SENTENCE["compared"].in_(language).format(what=what, usual=usual, moves=moves)


def change_sentence(
    label: str, before: str, after: str, *, difference: Decimal, money: str, language: Language
) -> str:
    """Say what the value would be if one characteristic were recorded otherwise.

    Parameters
    ----------
    label, before, after
        The characteristic, its recorded and its supposed value, written out.
    difference
        What the value would rise by; negative where it would fall.
    money
        The difference without its sign, rounded and with the currency.
    language
        Of the sentence.
    """
    key = "none" if difference == 0 else "up" if difference > 0 else "down"
    sentence = _CHANGE[key].in_(language)
    return sentence.format(label=label, before=before, after=after, money=money)


def base_sentence(language: Language) -> str:
    """Say what the reasons are added to."""
    return _BASE.in_(language)


def usual_of(value: float, others: Floats) -> Usual | None:
    """Compare a number with those of other properties: beyond their quartiles it is not usual.

    Parameters
    ----------
    value
        Of the property.
    others
        Shape (properties,); what is not known (NaN) is left out.

    Returns
    -------
    str or None
        None below eight others.
    """
    known = others[np.isfinite(others)]
    if len(known) < OTHERS_MIN:
        return None
    low, high = np.quantile(known, QUARTILES).tolist()
    return "more" if value > high else "less" if value < low else "usual"


def _what(reason: ToldReason, language: Language) -> str:
    if reason.name in _SPECIAL:
        return _SPECIAL[reason.name].in_(language)
    label = reason.label.in_(language)
    if reason.recorded is None:
        return label
    form = _MEASURED if reason.measured else _NAMED
    return form.in_(language).format(label=label, recorded=reason.recorded)
