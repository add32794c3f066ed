"""The offline kit: what a till or a phone needs to check codes for three days without a network.

A kit is one file: a line with format, key and signature; a line of JSON; the bytes of sets of
codes. The signature (Ed25519, a key for codes of the issuer) is over all after the first line, so
nothing in it is believed before the signature is right and made by a key that the reader trusts.
Symmetric keys are never in it: a stolen till must not be able to make codes. Hence codes with a
signature of their own are proved by it, and codes with a tag are only found on a list, or not.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from kazyna.core.errors import Finding, InputError, Refused
from kazyna.core.text import Text
from kazyna.marking.ciphers import Signer, verify_signature
from kazyna.marking.code_sets import CodeSet, code_hash
from kazyna.marking.gs1 import Message, read
from kazyna.marking.scanner_faults import diagnose
from kazyna.marking.tails import is_tail
from kazyna.marking.template import CodeParts, CodeTemplate, Part
from kazyna.marking.verification import OF_STATUS, TEXTS, Reason

FORMAT = "kazyna offline kit 1"
VALID_HOURS = 72
"""As the offline modules of tills in the EAEU: longer, and a recall is not heard of."""
CLOCK_SLACK = timedelta(minutes=10)
"""A clock that stands further before the making of the kit was set back."""
BYTES_MAX = 1 << 28
FIRST_LINE_MAX = 400

PAST_EXPIRY = "past_expiry"
"""The set of goods that are past their expiry date, whatever their status."""
EXPIRED_LABEL = Text("Past its expiry date", "Срок годности истёк", "Жарактуулук мөөнөтү өткөн")
WHY: Mapping[str, Reason] = MappingProxyType({**OF_STATUS, PAST_EXPIRY: "expired"})
"""Why goods of a set may not be sold; of others, that they are held back."""

OfflineReason = Literal[
    "on_sale", "listed", "signed", "not_listed", "cannot_be_checked", "kit_expired", "clock_wrong"
]
Proof = Literal["signature", "list", "nothing"]

OFFLINE_TEXTS: Mapping[OfflineReason, Text] = MappingProxyType(
    {
        "on_sale": Text(
            "The signature is right and the goods are on the list of goods in circulation.",
            "Подпись верна, товар в списке находящихся в обороте.",
            "Кол тамга туура, товар жүгүртүүдөгүлөрдүн тизмесинде.",
        ),
        "listed": Text(
            "The code is on the list of goods in circulation. Whether it is a copy or was sold"
            " since cannot be known without a network.",
            "Код есть в списке товаров в обороте. Копия ли это и не продан ли товар после, без"
            " сети узнать нельзя.",
            "Код жүгүртүүдөгү товарлардын тизмесинде бар. Ал көчүрмөбү же кийин сатылганбы,"
            " тармаксыз билүүгө болбойт.",
        ),
        "signed": Text(
            "The signature is right: the issuer made this code. Whether the goods were sold or"
            " recalled cannot be known without a network.",
            "Подпись верна: код создан эмитентом. Продан ли товар и не отозван ли он, без сети"
            " узнать нельзя.",
            "Кол тамга туура: кодду эмитент түзгөн. Товар сатылганбы же кайтарып алынганбы,"
            " тармаксыз билүүгө болбойт.",
        ),
        "not_listed": Text(
            "The code is on no list of the kit: it is forged, of another's stock, or newer.",
            "Кода нет ни в одном списке: он поддельный, из чужого запаса или новее комплекта.",
            "Код бир да тизмеде жок: ал жасалма, башканын запасынан же топтомдон жаңы.",
        ),
        "cannot_be_checked": Text(
            "This kind of code cannot be checked without a network.",
            "Такой код без сети проверить нельзя.",
            "Мындай кодду тармаксыз текшерүүгө болбойт.",
        ),
        "kit_expired": Text(
            "The kit is older than 72 hours and judges nothing any more: fetch a new one.",
            "Комплекту больше 72 часов, он больше ничего не решает: получите новый.",
            "Топтомго 72 сааттан ашты, ал эми эч нерсени чечпейт: жаңысын алыңыз.",
        ),
        "clock_wrong": Text(
            "The clock of this device stands before the making of the kit: set it right.",
            "Часы устройства отстают от времени создания комплекта: поправьте их.",
            "Түзмөктүн сааты топтом түзүлгөн убакыттан артта: аны тууралаңыз.",
        ),
    }
)


@dataclass(frozen=True)
class KitKey:
    """A key of codes, as everyone may know it."""

    key_id: str
    tail: str
    goods: str
    public_key: str
    """Of a signature: 32 bytes in hexadecimal; empty for tags."""
    revoked: bool


@dataclass(frozen=True)
class KitProduct:
    """One product."""

    gtin: str
    name: str
    goods: str
    listed: bool
    """Whether all its codes are in the sets of the kit."""


@dataclass(frozen=True)
class KitSet:
    """The codes of one status."""

    status: str
    label: Text
    on_sale: bool
    codes: CodeSet = field(repr=False)


@dataclass(frozen=True)
class Kit:
    """An offline kit."""

    made_at: datetime
    expires_at: datetime
    office: str
    templates: tuple[CodeTemplate, ...]
    own_issuer: str
    keys: tuple[KitKey, ...]
    products: tuple[KitProduct, ...]
    sets: tuple[KitSet, ...]

    def key(self, key_id: str) -> KitKey | None:
        """Return a key by its id."""
        return next((key for key in self.keys if key.key_id == key_id), None)

    def product(self, gtin: str) -> KitProduct | None:
        """Return a product."""
        return next((product for product in self.products if product.gtin == gtin), None)


@dataclass(frozen=True)
class OfflineAnswer:
    """What a kit says of a code, and how far that can be trusted."""

    reason: Reason | OfflineReason
    text: Text
    allowed: bool
    """Whether the goods may be sold, by what the kit knows."""
    proof: Proof
    """What speaks for the code: its own signature, a list, or nothing."""
    product: str | None = None
    status: Text | None = None
    repaired: str | None = None


def write_kit(kit: Kit, signer: Signer, key_id: str) -> bytes:
    """Write a kit and sign it.

    Parameters
    ----------
    kit
        What it says.
    signer
        An Ed25519 key of the issuer.
    key_id
        Its name, for who looks for the public key.
    """
    head: dict[str, Any] = {
        "made_at": kit.made_at.isoformat(),
        "expires_at": kit.expires_at.isoformat(),
        "office": kit.office,
        "own_issuer": kit.own_issuer,
        "templates": [_written_template(template) for template in kit.templates],
        "keys": [asdict(key) for key in kit.keys],
        "products": [asdict(product) for product in kit.products],
        "sets": [
            {"status": each.status, "label": asdict(each.label), "on_sale": each.on_sale,
             "codes": each.codes.codes, "bucket_bits": each.codes.bucket_bits,
             "bytes": len(each.codes.packed)}
            for each in kit.sets
        ],
        "texts": {
            name: asdict(text)
            for texts in (TEXTS, OFFLINE_TEXTS)
            for name, text in texts.items()
        },
        "of_status": dict(WHY),
    }  # fmt: skip
    line = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    body = line + b"".join(each.codes.packed for each in kit.sets)
    public, signature = signer.public_key.hex(), signer.sign(_signed(body)).hex()
    return f"{FORMAT} {key_id} {public} {signature}\n".encode() + body


def read_kit(data: bytes, *, trusted: Collection[bytes], source: str = "kit") -> Kit:
    """Read a kit whose signature is right.

    Parameters
    ----------
    data
        The file.
    trusted
        The public keys, 32 bytes each, whose kits are believed.
    source
        The name of the file, for errors.

    Raises
    ------
    InputError
        When it is no kit, or was changed.
    Refused
        When it was signed by a key that is not trusted.
    """
    first, _, body = data.partition(b"\n")
    words = first[:FIRST_LINE_MAX].decode("ascii", "replace").removeprefix(FORMAT).split()
    expected = f"a file that begins with {FORMAT!r}, as it was made"
    if not first.startswith(FORMAT.encode()) or len(words) != 3:  # noqa: PLR2004 (id, key, signature)
        raise InputError(Finding(source, "this is no offline kit", expected))
    key_id, public, signature = words
    try:
        by, given = bytes.fromhex(public), bytes.fromhex(signature)
    except ValueError:
        raise InputError(Finding(source, "the first line is damaged", expected)) from None
    if by not in trusted:
        raise Refused(f"The kit is signed by {key_id} {public}, which is not trusted here.")
    if not verify_signature(by, _signed(body), given):
        raise InputError(Finding(source, "the signature is wrong: the kit was changed", expected))
    line, _, packed = body.partition(b"\n")
    try:
        return _read(json.loads(line), packed)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(Finding(source, f"the kit cannot be read: {error}", expected)) from error


def check_offline(kit: Kit, text: str, at: datetime) -> OfflineAnswer:
    """Check one code by a kit.

    Parameters
    ----------
    kit
        A kit whose signature was right.
    text
        The code, in any form, also as scanners spoil it.
    at
        The moment, by the clock of the device.
    """
    if at > kit.expires_at:
        return _offline("kit_expired")
    if at < kit.made_at - CLOCK_SLACK:
        return _offline("clock_wrong")
    found = read(text, associations=False)
    matched = _match(kit.templates, text, found if isinstance(found, Message) else None)
    repaired = None
    if matched is None:
        spoilt = diagnose(text, kit.templates)
        repaired = spoilt.repaired if spoilt else None
        matched = _match(kit.templates, repaired, None) if repaired else None
    if matched is None:
        broken = not isinstance(found, Message) and "check digit" in found.reason
        return _said("check_digit" if broken else "malformed")
    template, parts = matched
    answer = _by_tail(kit, template, parts)
    product = kit.product(parts.gtin)
    return OfflineAnswer(
        **{**vars(answer), "product": product.name if product else None, "repaired": repaired}
    )


def _by_tail(kit: Kit, template: CodeTemplate, parts: CodeParts) -> OfflineAnswer:
    """Let the signature speak where there is one, and the lists otherwise."""
    key = kit.key(parts.key_id)
    if template.part("key") and (key is None or key.tail != template.tail):
        ours = not template.issuer_first or parts.serial[:1] == kit.own_issuer
        return _said("key_unknown" if ours else "foreign")
    if key is None or key.tail != "signature":
        return _said("key_revoked") if key and key.revoked else _by_list(kit, parts, "nothing")
    public = bytes.fromhex(key.public_key)
    if not is_tail("signature", parts.signed, parts.tail, public_key=public):
        return _said("wrong_tail")
    return _said("key_revoked") if key.revoked else _by_list(kit, parts, "signature")


def _by_list(kit: Kit, parts: CodeParts, proof: Proof) -> OfflineAnswer:
    wanted = np.array([code_hash(parts.gtin, parts.serial)], dtype=np.uint64)
    for each in kit.sets:
        if not each.codes.contains(wanted)[0]:
            continue
        if each.on_sale:
            reason: OfflineReason = "on_sale" if proof == "signature" else "listed"
            shown = "list" if proof == "nothing" else proof
            return OfflineAnswer(
                reason, OFFLINE_TEXTS[reason], allowed=True, proof=shown, status=each.label
            )
        why = WHY.get(each.status, "held_back")
        return OfflineAnswer(why, TEXTS[why], allowed=False, proof=proof, status=each.label)
    product = kit.product(parts.gtin)
    if product is not None and product.listed:
        return _offline("not_listed", proof)
    if proof == "signature":
        return OfflineAnswer("signed", OFFLINE_TEXTS["signed"], allowed=True, proof=proof)
    return _offline("cannot_be_checked")


def _match(
    templates: Sequence[CodeTemplate], text: str, message: Message | None
) -> tuple[CodeTemplate, CodeParts] | None:
    for template in templates:
        parts = template.match(text) or (message and template.fits(message.elements))
        if parts and parts.gtin and parts.serial:
            return template, parts
    return None


def _offline(reason: OfflineReason, proof: Proof = "nothing") -> OfflineAnswer:
    return OfflineAnswer(reason, OFFLINE_TEXTS[reason], allowed=False, proof=proof)


def _said(reason: Reason) -> OfflineAnswer:
    return OfflineAnswer(reason, TEXTS[reason], allowed=False, proof="nothing")


def _signed(body: bytes) -> bytes:
    """Return what is signed: it begins as no text of a code does, whose first byte is below 64."""
    return FORMAT.encode() + b"\n" + body


def _written_template(template: CodeTemplate) -> dict[str, Any]:
    parts = [asdict(part) for part in template.parts]
    return {"name": template.name, "goods": template.goods, "parts": parts,
            "issuer_first": template.issuer_first, "law": template.law,
            "since": template.since.isoformat()}  # fmt: skip


def _read(head: Any, packed: bytes) -> Kit:
    made_at, expires_at = (
        datetime.fromisoformat(head[name]).astimezone(UTC) for name in ("made_at", "expires_at")
    )
    if not timedelta(0) < expires_at - made_at <= timedelta(hours=VALID_HOURS):
        raise ValueError(f"it is not valid for up to {VALID_HOURS} hours")
    sets, at = [], 0
    for each in head["sets"]:
        codes = CodeSet(each["codes"], each["bucket_bits"], packed[at : at + each["bytes"]])
        at += each["bytes"]
        if not codes.is_whole():
            raise ValueError(f"the codes of {each['status']!r} are incomplete")
        sets.append(KitSet(each["status"], Text(**each["label"]), each["on_sale"], codes))
    if at != len(packed):
        raise ValueError("bytes are left over")
    return Kit(
        made_at,
        expires_at,
        head["office"],
        tuple(map(_read_template, head["templates"])),
        head["own_issuer"],
        tuple(KitKey(**key) for key in head["keys"]),
        tuple(KitProduct(**product) for product in head["products"]),
        tuple(sets),
    )


def _read_template(row: Mapping[str, Any]) -> CodeTemplate:
    parts = tuple(
        Part(part["ai"], part["role"], tuple(part["lengths"]), part["required"])
        for part in row["parts"]
    )
    since = datetime.fromisoformat(row["since"]).date()
    return CodeTemplate(
        row["name"], tuple(row["goods"]), parts, row["issuer_first"], since, None, row["law"]
    )
