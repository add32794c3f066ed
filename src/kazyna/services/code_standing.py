"""Where codes stand: what they prove themselves, and what the register has of them.

A code is read and its tail is checked first. What is not genuine leads to no unit and never reaches
the database, however many forged codes somebody sends. Genuine codes are led back to batch and
index, and the blocks of all of them are read by one statement for each bucket. Batches and lots
never change, so they are remembered for as long as the program runs; names for a minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from weakref import WeakKeyDictionary

import numpy as np

from kazyna.core.errors import NotFound
from kazyna.marking.code_blocks import locate, standing
from kazyna.marking.code_reading import JudgedCode, judge_lines
from kazyna.marking.gs1 import Message, read, read_short_date
from kazyna.marking.lifecycle import Lifecycle
from kazyna.marking.serials import INDEX_BITS
from kazyna.marking.template import CodeParts
from kazyna.marking.units import INDEX_MASK, Units, units_of
from kazyna.packs.codes import CodeRules, read_code_rules
from kazyna.packs.lifecycle import read_lifecycle
from kazyna.services.context import Context
from kazyna.services.marking_keyring import keyring
from kazyna.store import batches, codes, participants
from kazyna.store.batches import BatchRow, LotRow
from kazyna.store.connection import Acting, Database
from kazyna.store.participants import ProductRow
from kazyna.store.shards import Work

REMEMBERED_MAX = 100_000
NAMES_SECONDS = 60.0
"""A product's new name is seen after a minute."""
NO_CODE = b"?"
"""Stands for an empty line, which no code is."""


@dataclass(frozen=True)
class CodeState:
    """One code and where it stands."""

    line: int
    text: str
    verdict: str
    known: bool
    """Whether the register has it."""
    name: str = ""
    """`01` GTIN `21` serial, or `00` SSCC: the same however the code was written."""
    batch: int | None = None
    index: int | None = None
    status: str = ""
    hold: str | None = None
    package: bool = False
    gtin: str | None = None
    goods: str = ""
    product: str | None = None
    holder: str | None = None
    consignee: str | None = None
    lot: str | None = None
    produced_on: date | None = None
    expires_on: date | None = None
    parent: int | None = None
    """The address of the package it is in, as one number."""
    reason: str | None = None
    """Of a withdrawal."""
    first_sold_at: datetime | None = None
    first_seller: str | None = None
    price: int | None = None
    sales: int = 0
    country: str | None = None
    """Of the state that issued the code, where it says so."""
    scanner_faults: tuple[str, ...] = ()
    repaired: str | None = None


@dataclass
class _Memory:
    """What is remembered of one database: a cache, the one state that these services have."""

    batches: dict[tuple[int, int], BatchRow] = field(default_factory=dict)
    by_number: dict[int, BatchRow] = field(default_factory=dict)
    lots: dict[int, LotRow] = field(default_factory=dict)
    parties: dict[int, str] = field(default_factory=dict)
    products: dict[tuple[date, int], tuple[float, ProductRow | None]] = field(default_factory=dict)

    def trim(self) -> None:
        """Forget all when it has become too much."""
        for known in (self.batches, self.by_number, self.lots, self.parties, self.products):
            if len(known) > REMEMBERED_MAX:
                known.clear()


_memories: WeakKeyDictionary[Database, _Memory] = WeakKeyDictionary()


@dataclass
class _Read:
    """A line as it was read, and the unit it leads to."""

    judged: JudgedCode
    name: str
    gtin: str | None
    serial: str
    key: int | None = None
    """The address as one number."""


def code_law(ctx: Context) -> tuple[Lifecycle, CodeRules]:
    """Return what the pack says of codes and their lifecycle."""
    return read_lifecycle(ctx.pack.folder), read_code_rules(ctx.pack.folder)


def follows_goods(ctx: Context) -> bool:
    """Tell whether the installation's pack has codes and a lifecycle of goods."""
    try:
        code_law(ctx)
    except NotFound:
        return False
    return True


def look_up_one(ctx: Context, text: str) -> CodeState:
    """Tell where one code stands."""
    return look_up(ctx, (text,))[0]


def look_up(ctx: Context, texts: Sequence[str]) -> tuple[CodeState, ...]:
    """Tell where codes stand, in the order in which they are given.

    Parameters
    ----------
    ctx
        Who asks does not matter: what a unit's code says of it is told to everyone.
    texts
        Codes in any form, also as scanners spoil them.
    """
    _, rules = code_law(ctx)
    lines = [text.encode("utf-8", "replace") for text in texts]
    judged = judge_lines(
        [line if line.strip() else NO_CODE for line in lines],
        rules.on(ctx.today),
        keyring(ctx),
        on=ctx.today,
        issuers=rules.own_issuer,
    )
    reads = [_read(text, code, rules) for text, code in zip(texts, judged, strict=True)]
    wanted = [each for each in reads if each.name]
    if not wanted:
        return tuple(
            _unknown(line, text, each, rules)
            for line, (text, each) in enumerate(zip(texts, reads, strict=True), 1)
        )
    memory = _memories.setdefault(ctx.database, _Memory())
    memory.trim()
    with ctx.shards.reading(Acting("verifier", ctx.actor.name, today=ctx.today)) as work:
        _find_addresses(work, memory, wanted)
        found = _States(ctx, work, memory, [each.key for each in wanted if each.key is not None])
        return tuple(
            found.of(line, text, each, rules)
            for line, (text, each) in enumerate(zip(texts, reads, strict=True), 1)
        )


def _read(text: str, judged: JudgedCode, rules: CodeRules) -> _Read:
    """Name what a line may lead to; a code that is false has no name."""
    parts = _in_own_form(judged.repaired or text, judged, rules)
    gtin: str | None
    sscc: str | None
    if parts is not None:
        gtin, serial, sscc = parts.gtin, parts.serial, None
    else:
        message = read(judged.repaired or text, associations=False)
        if not isinstance(message, Message):
            return _Read(judged, "", None, "")
        gtin, serial, sscc = message.gtin, message.value("21") or "", message.value("00")
    if judged.verdict in ("wrong_tail", "key_unknown"):
        return _Read(judged, "", gtin, "")
    if sscc:
        return _Read(judged, f"00{sscc}", None, "")
    if not (gtin and serial) or judged.verdict == "check_digit":
        return _Read(judged, "", gtin, serial)
    return _Read(judged, f"01{gtin}21{serial}", gtin, serial)


def _in_own_form(text: str, judged: JudgedCode, rules: CodeRules) -> CodeParts | None:
    """Take a code apart by its template, which costs a tenth of reading any GS1 form."""
    if judged.template is None:
        return None
    forms = rules.template(judged.template).forms
    return next((parts for form in forms if (parts := form.match(text))), None)


def _find_addresses(work: Work, memory: _Memory, reads: Sequence[_Read]) -> None:
    """Lead codes of ours to their batches, and all others by the directory."""
    issued = {
        (int(each.gtin or 0), each.judged.batch) for each in reads if each.judged.batch is not None
    }
    missing = [each for each in issued if each not in memory.batches]
    if missing:
        memory.batches |= batches.find_issued(work.registry, missing)
    names = [each.name for each in reads if each.judged.batch is None]
    directory = codes.find_names(work, names) if names else {}
    for each in reads:
        if each.judged.batch is None:
            each.key = directory.get(each.name)
            continue
        batch = memory.batches.get((int(each.gtin or 0), each.judged.batch))
        index = each.judged.index or 0
        if batch is not None and index < batch.codes:
            each.key = _key(batch.batch, index)


def _key(batch: int, index: int) -> int:
    return (batch << INDEX_BITS) | index


class _States:
    """The units of one question, read set by set."""

    def __init__(self, ctx: Context, work: Work, memory: _Memory, keys: Sequence[int]) -> None:
        self.lifecycle, _ = code_law(ctx)
        self.today, self.memory = ctx.today, memory
        units = units_of(np.unique(np.array(keys, dtype=np.int64)))
        self.rows = {key: row for row, key in enumerate(units.keys.tolist())}
        blocks = codes.find_blocks(work, units)
        positions = locate(blocks, units)
        self.standing = standing(blocks, positions)
        self.parents = self.standing.parent_keys
        self.there = (positions >= 0) & (self.standing.status > 0)
        facts = codes.find_facts(work, units).to_pylist()
        self.facts = {_key(row["batch"], row["index"]): row for row in facts}
        self._remember(work, units)

    def _remember(self, work: Work, units: Units) -> None:
        """Look up batches, lots, parties and products that are not known yet."""
        memory, registry = self.memory, work.registry
        numbers = set(units.batches.tolist()) - memory.by_number.keys()
        if numbers:
            memory.by_number |= batches.find_batches(registry, sorted(numbers))
        entry = self.standing.entry
        lots = set(entry["lot"].tolist()) - {0} - memory.lots.keys()
        if lots:
            memory.lots |= batches.find_lots(registry, sorted(lots))
        parties = {*entry["holder"].tolist(), *entry["consignee"].tolist()}
        parties |= {row["first_seller"] for row in self.facts.values()}
        parties -= {0} | memory.parties.keys()
        if parties:
            memory.parties |= participants.participant_ids(registry, sorted(parties))
        now = monotonic()
        gtins = {self.batch(row).gtin or 0 for row in units.batches.tolist()} - {0}
        stale = [
            gtin
            for gtin in gtins
            if now - memory.products.get((self.today, gtin), (-NAMES_SECONDS, None))[0]
            >= NAMES_SECONDS
        ]
        if stale:
            known = participants.find_products(registry, stale, on=self.today)
            memory.products |= {(self.today, gtin): (now, known.get(gtin)) for gtin in stale}

    def batch(self, number: int) -> BatchRow:
        """Return a batch that was looked up."""
        return self.memory.by_number[number]

    def _printed_expiry(self, batch: BatchRow) -> date | None:
        """Return the expiry that the codes of a batch say themselves."""
        printed = batch.code_values.get("17")
        return read_short_date(printed, self.today) if printed else None

    def of(self, line: int, text: str, each: _Read, rules: CodeRules) -> CodeState:
        """Tell where the unit of one line stands."""
        row = None if each.key is None else self.rows[each.key]
        if each.key is None or row is None or not self.there[row]:
            return _unknown(line, text, each, rules)
        batch, index = each.key >> INDEX_BITS, each.key & INDEX_MASK
        about, entry = self.batch(batch), self.standing.entry[row]
        lot = self.memory.lots.get(int(entry["lot"]))
        _, product = self.memory.products.get((self.today, about.gtin or 0), (0.0, None))
        facts = self.facts.get(each.key, {})
        names = self.lifecycle.by_number
        hold, parent = int(entry["hold"]), int(self.parents[row])
        reason = int(entry["reason"])
        return CodeState(
            line=line,
            text=text,
            verdict=_verdict(each, about),
            known=True,
            name=each.name,
            batch=batch,
            index=index,
            status=names[int(self.standing.status[row])].name,
            hold=names[hold].name if hold else None,
            package=bool(self.standing.package[row]),
            gtin=f"{about.gtin:014d}" if about.gtin else each.gtin,
            goods=about.goods,
            product=product.name if product else None,
            holder=self.memory.parties.get(int(entry["holder"])),
            consignee=self.memory.parties.get(int(entry["consignee"])),
            lot=lot.lot if lot else about.code_values.get("10"),
            produced_on=lot.produced_on if lot else None,
            expires_on=(lot.expires_on if lot else None) or self._printed_expiry(about),
            parent=parent or None,
            reason=self.lifecycle.reasons[reason - 1] if reason else None,
            first_sold_at=facts.get("first_sold_at"),
            first_seller=self.memory.parties.get(facts.get("first_seller", 0)),
            price=facts.get("price"),
            sales=facts.get("sales", 0),
            country=about.country or None,
            scanner_faults=each.judged.scanner_faults,
            repaired=each.judged.repaired,
        )


def _verdict(each: _Read, batch: BatchRow) -> str:
    """Codes of other states and packages prove nothing themselves: the register knows them."""
    own = batch.kind == "own"
    if own and each.judged.batch is None and each.judged.verdict == "genuine":
        return "genuine"
    return each.judged.verdict if own else "foreign"


def _unknown(line: int, text: str, each: _Read, rules: CodeRules) -> CodeState:
    verdict = each.judged.verdict
    if verdict == "genuine" and each.judged.batch is None:
        verdict = "key_locked"  # the signature is right, but only the secret leads to the unit
    return CodeState(
        line=line,
        text=text,
        verdict=verdict,
        known=False,
        name=each.name,
        gtin=each.gtin,
        country=rules.issuers.get(each.serial[:1]) if verdict == "foreign" else None,
        scanner_faults=each.judged.scanner_faults,
        repaired=each.judged.repaired,
    )
