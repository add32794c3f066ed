"""Why a sale may be no market evidence: stable codes and their words."""

from dataclasses import dataclass
from typing import Literal, get_args

from kazyna.core.text import Language, Text

Reason = Literal[
    "family",
    "forced",
    "part_interest",
    "multi_parcel",
    "not_arms_length",
    "same_deed",
    "same_day_and_price",
    "token_price",
    "quick_resale",
    "heaped_price",
    "outlier_low",
    "outlier_high",
    "unit_price",
]
DECLARED: tuple[Reason, ...] = ("family", "forced", "part_interest", "multi_parcel",
                                "not_arms_length")  # fmt: skip
"""What a column of the caller may declare; the other reasons are found by statistics."""
REASONS: tuple[Reason, ...] = get_args(Reason)

WORDS: dict[Reason, Text] = {
    "family": Text(
        en="declared as a sale between relatives",
        ru="заявлена как сделка между родственниками",
        ky="туугандардын ортосундагы бүтүм деп көрсөтүлгөн",
    ),
    "forced": Text(
        en="declared as a forced sale (foreclosure, auction of a debtor)",
        ru="заявлена как вынужденная продажа (взыскание, торги по долгам)",
        ky="аргасыз сатуу деп көрсөтүлгөн (өндүрүү, карыз боюнча тоорук)",
    ),
    "part_interest": Text(
        en="declared as the sale of a share, not of the whole",
        ru="заявлена как продажа доли, а не целого объекта",
        ky="бүтүн объектинин эмес, үлүштүн сатылышы деп көрсөтүлгөн",
    ),
    "multi_parcel": Text(
        en="declared as one price for several properties",
        ru="заявлена как одна цена за несколько объектов",
        ky="бир нече объект үчүн бир баа деп көрсөтүлгөн",
    ),
    "not_arms_length": Text(
        en="declared as a sale that was not at arm's length",
        ru="заявлена как нерыночная сделка",
        ky="рыноктук эмес бүтүм деп көрсөтүлгөн",
    ),
    "same_deed": Text(
        en="one deed and price for {properties:.0f} properties",
        ru="один договор и одна цена; объектов: {properties:.0f}",
        ky="бир келишим жана бир баа; объекттер: {properties:.0f}",
    ),
    "same_day_and_price": Text(
        en="{properties:.0f} properties have this price on this day (chance {chance:.1%})",
        ru="эта цена в этот день; объектов: {properties:.0f} (вероятность совпадения {chance:.1%})",
        ky="ушул күнү ушул баа; объекттер: {properties:.0f} (дал келүү ыктымалдыгы {chance:.1%})",
    ),
    "quick_resale": Text(
        en="re-sold within {days:.0f} days at {ratio:.2f} times the price; the market moved by "
        "{market:.2f}",
        ru="перепродан за {days:.0f} дн. с изменением цены в {ratio:.2f} раза; рынок изменился в "
        "{market:.2f} раза",
        ky="{days:.0f} күндө кайра сатылган, баасы {ratio:.2f} эсе өзгөргөн; рынок {market:.2f} "
        "эсе өзгөргөн",
    ),
    "token_price": Text(
        en="a token price: {share:.2%} of the typical price",
        ru="символическая цена: {share:.2%} от типичной",
        ky="шарттуу баа: кадимки баанын {share:.2%}",
    ),
    "heaped_price": Text(
        en="{found:.0f} sales have exactly this price where {expected:.1f} are to be expected",
        ru="ровно эта цена: продаж {found:.0f}, ожидалось {expected:.1f}",
        ky="дал ушул баа: сатуулар {found:.0f}, күтүлгөнү {expected:.1f}",
    ),
    "outlier_low": Text(
        en="{ratio:.2f} of what like properties fetched ({score:.1f} robust deviations; "
        "limit {limit:.1f})",
        ru="{ratio:.2f} от цены похожих объектов ({score:.1f} робастных отклонений; "
        "граница {limit:.1f})",
        ky="окшош объекттердин баасынын {ratio:.2f} бөлүгү ({score:.1f} туруктуу четтөө; "
        "чеги {limit:.1f})",
    ),
    "outlier_high": Text(
        en="{ratio:.2f} times what like properties fetched ({score:.1f} robust deviations; "
        "limit {limit:.1f})",
        ru="в {ratio:.2f} раза выше цены похожих объектов ({score:.1f} робастных отклонений; "
        "граница {limit:.1f})",
        ky="окшош объекттердин баасынан {ratio:.2f} эсе жогору ({score:.1f} туруктуу четтөө; "
        "чеги {limit:.1f})",
    ),
    "unit_price": Text(
        en="price per unit of area {ratio:.2f} times that of its neighbours",
        ru="цена за единицу площади в {ratio:.2f} раза от цены соседних объектов",
        ky="аянт бирдигинин баасы кошуна объекттердикинен {ratio:.2f} эсе",
    ),
}

KINDS: dict[str, Text] = {
    **{reason: WORDS[reason] for reason in DECLARED},
    "same_deed": Text(
        en="several properties by one deed",
        ru="несколько объектов по одному договору",
        ky="бир келишим боюнча бир нече объект",
    ),
    "same_day_and_price": Text(
        en="several properties at one price on one day",
        ru="несколько объектов по одной цене в один день",
        ky="бир күндө бир баада бир нече объект",
    ),
    "quick_resale": Text(
        en="re-sold soon, far from the market",
        ru="быстро перепродан с отрывом от рынка",
        ky="рыноктон алыс баада тез кайра сатылган",
    ),
    "token_price": Text(en="token price", ru="символическая цена", ky="шарттуу баа"),
    "heaped_price": Text(
        en="a low price that repeats improbably often",
        ru="низкая цена, повторяющаяся неправдоподобно часто",
        ky="ишенбегендей көп кайталанган төмөн баа",
    ),
    "outlier_low": Text(
        en="far below what like properties fetched",
        ru="намного ниже цены похожих объектов",
        ky="окшош объекттердин баасынан бир топ төмөн",
    ),
    "outlier_high": Text(
        en="far above what like properties fetched",
        ru="намного выше цены похожих объектов",
        ky="окшош объекттердин баасынан бир топ жогору",
    ),
    "unit_price": Text(
        en="price per unit of area unlike that of the neighbours",
        ru="цена за единицу площади не как у соседних объектов",
        ky="аянт бирдигинин баасы кошуналардыкындай эмес",
    ),
}
"""What each reason means, without the numbers of one sale."""


@dataclass(frozen=True)
class Suspicion:
    """One reason to doubt one sale."""

    row: int
    """Position of the sale, from 0."""
    reason: Reason
    weight: float
    """1: enough to leave the sale out; 0.5: needs a second witness."""
    evidence: tuple[tuple[str, float], ...] = ()
    """(name, number): what the reason rests on."""

    def words(self, language: Language = "en") -> str:
        """Say the reason with its numbers."""
        return WORDS[self.reason].in_(language).format(**dict(self.evidence))
