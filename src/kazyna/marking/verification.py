"""What a check of a code says: whether it is what it claims to be, and whether it may be sold.

`judge` answers whoever holds a pack in hand; `judge_sale` answers a till. Both decide from the same
facts: what the code itself proves (form, check digit, key, tail), and where it stands by the
lifecycle. Which statuses may be sold, by whom and from whose stock is data of the pack; nothing
here names a rule of a country. Reasons are words in all languages.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal, get_args

from kazyna.core.text import Text
from kazyna.marking.lifecycle import Lifecycle, Rule

Reason = Literal[
    "genuine", "malformed", "check_digit", "wrong_tail", "key_unknown", "key_revoked",
    "key_locked", "foreign", "not_registered", "fee_unpaid", "not_applied", "not_introduced",
    "in_transit", "sold", "sold_just_now", "withdrawn", "written_off", "expired_code", "replaced",
    "held_back", "expired", "wrong_owner", "not_for_sale", "package", "twice_in_receipt",
]  # fmt: skip
REASON_NAMES: Mapping[str, Reason] = MappingProxyType({name: name for name in get_args(Reason)})
Finding = Literal["genuine", "attention", "false", "unknown"]
"""A code of an issuer, in order; of an issuer, but something is the matter; of no issuer; or
nothing can be said here."""

SELL = "sell"
REPEAT_SECONDS = 300
"""A code that one device reads again within five minutes was read twice, not copied: cashiers scan
again when the till hesitates (the double-scan filter of medicine verification systems)."""
UNREADABLE = frozenset({"malformed", "check_digit"})
FALSE = frozenset({"wrong_tail", "key_unknown", "key_revoked"})
UNKNOWN = frozenset({"key_locked", "foreign", "not_registered"})

TEXTS: Mapping[Reason, Text] = MappingProxyType(
    {
        "genuine": Text(
            "The code is genuine and the goods are in circulation.",
            "Код подлинный, товар в обороте.",
            "Код чыныгы, товар жүгүртүүдө.",
        ),
        "malformed": Text(
            "This is not a code of marked goods, or it was read wrongly.",
            "Это не код маркировки, или он считан с ошибкой.",
            "Бул маркировка коду эмес, же туура эмес окулган.",
        ),
        "check_digit": Text(
            "The check digit of the product's number is wrong: read the code again.",
            "Контрольная цифра номера товара неверна: считайте код ещё раз.",
            "Товардын номеринин текшерүү цифрасы туура эмес: кодду кайра окуңуз.",
        ),
        "wrong_tail": Text(
            "The code is forged: its check value was not made by the issuer.",
            "Код поддельный: его проверочный код создан не эмитентом.",
            "Код жасалма: анын текшерүү кодун эмитент түзгөн эмес.",
        ),
        "key_unknown": Text(
            "The code names a key that the issuer does not have.",
            "В коде указан ключ, которого у эмитента нет.",
            "Коддо эмитентте жок ачкыч көрсөтүлгөн.",
        ),
        "key_revoked": Text(
            "The key that this code was made with is revoked.",
            "Ключ, которым создан этот код, отозван.",
            "Бул кодду түзгөн ачкыч жокко чыгарылган.",
        ),
        "key_locked": Text(
            "The check value of this code cannot be checked here.",
            "Проверочный код здесь проверить нельзя.",
            "Текшерүү кодун бул жерде текшерүүгө болбойт.",
        ),
        "foreign": Text(
            "The code was issued by another state and is not registered here.",
            "Код выдан другим государством и здесь не зарегистрирован.",
            "Код башка мамлекет тарабынан берилген жана бул жерде катталган эмес.",
        ),
        "not_registered": Text(
            "The register does not know this code.",
            "В реестре такого кода нет.",
            "Реестрде мындай код жок.",
        ),
        "fee_unpaid": Text(
            "The code is not paid for: it must not be in use yet.",
            "Код не оплачен: пользоваться им ещё нельзя.",
            "Код төлөнгөн эмес: аны азырынча колдонууга болбойт.",
        ),
        "not_applied": Text(
            "The code was issued, but is reported on no goods.",
            "Код выдан, но о его нанесении не отчитались.",
            "Код берилген, бирок товарга коюлганы тууралуу отчёт жок.",
        ),
        "not_introduced": Text(
            "The goods were not put into circulation.",
            "Товар не введён в оборот.",
            "Товар жүгүртүүгө киргизилген эмес.",
        ),
        "in_transit": Text(
            "The goods are on their way: their receipt is not confirmed.",
            "Товар в пути: его приёмка не подтверждена.",
            "Товар жолдо: анын кабыл алынганы тастыкталган эмес.",
        ),
        "sold": Text(
            "These goods were sold already.",
            "Этот товар уже продан.",
            "Бул товар мурда сатылган.",
        ),
        "sold_just_now": Text(
            "This till has just sold these goods.",
            "Эта касса только что продала этот товар.",
            "Бул касса бул товарды жаңы эле сатты.",
        ),
        "withdrawn": Text(
            "The goods were withdrawn from circulation.",
            "Товар выведен из оборота.",
            "Товар жүгүртүүдөн чыгарылган.",
        ),
        "written_off": Text("The code is written off.", "Код списан.", "Код эсептен чыгарылган."),
        "expired_code": Text(
            "The code was not used in time and is void.",
            "Код не использован в срок и недействителен.",
            "Код өз убагында колдонулган эмес жана жараксыз.",
        ),
        "replaced": Text(
            "Another code stands in the place of this one.",
            "Вместо этого кода нанесён другой.",
            "Бул коддун ордуна башкасы коюлган.",
        ),
        "held_back": Text(
            "The goods are held back and must not be sold.",
            "Товар задержан, продавать его нельзя.",
            "Товар кармалган, аны сатууга болбойт.",
        ),
        "expired": Text(
            "The goods are past their expiry date.",
            "Срок годности товара истёк.",
            "Товардын жарактуулук мөөнөтү өткөн.",
        ),
        "wrong_owner": Text(
            "The goods do not belong to the stock of this seller.",
            "Товар не числится за этим продавцом.",
            "Товар бул сатуучунун эсебинде жок.",
        ),
        "not_for_sale": Text(
            "Goods of this kind may not be sold by this seller on this day.",
            "Такой товар этот продавец в этот день продавать не вправе.",
            "Мындай товарды бул сатуучу бул күнү сата албайт.",
        ),
        "package": Text(
            "This is the code of a package: scan the goods in it.",
            "Это код упаковки: считайте товары в ней.",
            "Бул таңгактын коду: ичиндеги товарларды окуңуз.",
        ),
        "twice_in_receipt": Text(
            "The same code stands in this receipt already.",
            "Этот код уже есть в этом чеке.",
            "Бул код бул чекте мурунтан бар.",
        ),
    }
)
"""Why a check ends as it does."""

OF_STATUS: Mapping[str, Reason] = MappingProxyType(
    {
        "fee_unpaid": "fee_unpaid",
        "emitted": "not_applied",
        "applied": "not_introduced",
        "in_transit": "in_transit",
        "sold": "sold",
        "withdrawn": "withdrawn",
        "written_off": "written_off",
        "cancelled": "written_off",
        "expired": "expired_code",
        "replaced": "replaced",
        "packed": "package",
        "unpacked": "package",
    }
)
"""What to say of goods that cannot be sold, by status; of statuses of other packs, their label."""


@dataclass(frozen=True)
class Standing:
    """What is known of a code: what it proves itself, and where it stands."""

    verdict: str
    """A name of `kazyna.marking.batch.Verdict` in small letters."""
    known: bool = False
    """Whether the register has the code."""
    status: str = ""
    hold: str | None = None
    """A status that holds the goods back, such as a recall."""
    goods: str = ""
    expires_on: date | None = None
    holder: str | None = None
    """The participant in whose stock the goods are."""
    first_sold_at: datetime | None = None
    first_seller: str | None = None


@dataclass(frozen=True)
class Seller:
    """Who wants to sell."""

    participant: str
    kinds: tuple[str, ...] = ()
    """What it is registered as, such as `retailer`."""


@dataclass(frozen=True)
class Answer:
    """What a check says."""

    finding: Finding
    reason: Reason
    text: Text
    allowed: bool
    """Whether the goods may be sold: to a shopper, whether they may be on the shelf."""
    status: Text | None = None
    """The status in words; None where the code has none."""


def judge(standing: Standing, lifecycle: Lifecycle, on: date) -> Answer:
    """Answer whoever has the goods in hand: is the code genuine, and may the goods be on sale.

    Parameters
    ----------
    standing
        What is known of the code.
    lifecycle
        Of the jurisdiction.
    on
        The day: rules and expiry dates look at it.
    """
    refusal = _of_the_code(standing) or _of_the_goods(standing, lifecycle, on, None)
    return _answer(standing, lifecycle, refusal)


def judge_sale(standing: Standing, lifecycle: Lifecycle, at: datetime, seller: Seller) -> Answer:
    """Answer a till: may this seller sell these goods now.

    A second question about goods that this seller sold within the last minutes is told apart from
    a second sale, so that a cashier who scans again raises no alarm.

    Parameters
    ----------
    standing
        What is known of the code.
    lifecycle
        Of the jurisdiction.
    at
        The moment of the sale; its day is that of the office.
    seller
        Who sells.
    """
    refusal = _of_the_code(standing) or _of_the_goods(standing, lifecycle, at.date(), seller)
    if refusal == "sold" and standing.first_sold_at is not None:
        again = at - standing.first_sold_at <= timedelta(seconds=REPEAT_SECONDS)
        if again and standing.first_seller == seller.participant:
            refusal = "sold_just_now"
    return _answer(standing, lifecycle, refusal)


def judge_receipt(
    codes: Sequence[tuple[str, Standing]], lifecycle: Lifecycle, at: datetime, seller: Seller
) -> list[Answer]:
    """Answer a till for all codes of a receipt, each with its name; none is sold twice in it.

    Parameters
    ----------
    codes
        Of the receipt: what each unit is called, and where it stands.
    lifecycle
        The law.
    at
        The moment of the sale.
    seller
        Who sells.
    """
    answers, seen = [], set[str]()
    for name, standing in codes:
        answer = judge_sale(standing, lifecycle, at, seller)
        if answer.allowed and name in seen:
            text = TEXTS["twice_in_receipt"]
            answer = replace(
                answer, finding="attention", reason="twice_in_receipt", text=text, allowed=False
            )
        seen.add(name)
        answers.append(answer)
    return answers


def is_repeat(times: Sequence[datetime], at: datetime) -> bool:
    """Tell whether a scan repeats an earlier one of the same device, and is no sign of a copy."""
    return any(abs(at - each) <= timedelta(seconds=REPEAT_SECONDS) for each in times)


def _of_the_code(standing: Standing) -> Reason | None:
    """Find what is wrong with the code itself."""
    if standing.verdict == "foreign":
        return None if standing.known else "foreign"
    if standing.verdict != "genuine":
        return REASON_NAMES[standing.verdict]
    return None if standing.known else "not_registered"


def _of_the_goods(
    standing: Standing, lifecycle: Lifecycle, on: date, seller: Seller | None
) -> Reason | None:
    """Find what is wrong with the goods: the gravest first."""
    if standing.hold is not None:
        return "held_back"
    kinds = seller.kinds if seller else ()
    rule = lifecycle.rule(SELL, standing.goods, on, kinds)
    if rule is None:
        return "not_for_sale"
    if standing.status not in rule.sources:
        return OF_STATUS.get(standing.status, "not_for_sale")
    if standing.expires_on is not None and standing.expires_on < on:
        return "expired"
    if seller is not None:
        return _of_the_seller(standing, rule, seller)
    return None


def _of_the_seller(standing: Standing, rule: Rule, seller: Seller) -> Reason | None:
    if rule.holder == "self" and standing.holder != seller.participant:
        return "wrong_owner"
    return None if _may(rule.by, seller.kinds) else "not_for_sale"


def _may(by: Collection[str], kinds: Collection[str]) -> bool:
    return bool(set(by) & set(kinds))


def _answer(standing: Standing, lifecycle: Lifecycle, refusal: Reason | None) -> Answer:
    reason: Reason = refusal or "genuine"
    status = lifecycle.statuses.get(standing.hold or standing.status)
    text = TEXTS[reason]
    if status is not None and reason in ("held_back", "not_for_sale"):
        text = Text(
            f"{text.en} {status.label.en}.",
            f"{text.ru} {status.label.ru}.",
            f"{text.ky} {status.label.ky}.",
        )
    return Answer(_finding(reason), reason, text, refusal is None, status.label if status else None)


def _finding(reason: Reason) -> Finding:
    if reason == "genuine":
        return "genuine"
    if reason in UNKNOWN or reason in UNREADABLE:
        return "unknown"
    return "false" if reason in FALSE else "attention"
