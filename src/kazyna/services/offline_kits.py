"""Offline kits: made from the register, signed, and checked with where there is no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from kazyna.core.errors import Finding, InputError, NotFound, Refused
from kazyna.marking.code_blocks import BLOCK, locate, standing
from kazyna.marking.code_sets import Hashes, code_hashes, pack_codes
from kazyna.marking.keys import OpenKey
from kazyna.marking.lifecycle import Lifecycle
from kazyna.marking.offline_kit import (
    BYTES_MAX,
    EXPIRED_LABEL,
    PAST_EXPIRY,
    VALID_HOURS,
    Kit,
    KitKey,
    KitProduct,
    KitSet,
    OfflineAnswer,
    check_offline,
    read_kit,
    write_kit,
)
from kazyna.marking.serials import make_serials
from kazyna.marking.units import Units
from kazyna.marking.verification import SELL
from kazyna.packs.codes import CodeRules
from kazyna.services.code_standing import code_law
from kazyna.services.context import Context
from kazyna.services.marking_keyring import keyring
from kazyna.store import batches, codes, participants, unit_batches
from kazyna.store.batches import BatchRow, LotRow
from kazyna.store.code_files import open_codes
from kazyna.store.connection import Acting, Database
from kazyna.store.files import write_bytes
from kazyna.store.shards import Work

SIGNS = "offline_kit"
"""The group of goods of a key that signs kits alone; a key for all goods signs them too."""
CODES_MAX = 5_000_000
"""Sixteen megabytes: more is no file for a till."""
FRESH_SECONDS = 600.0
"""A kit is made anew after ten minutes: a recall must not wait for long."""
KITS_KEPT = 64


@dataclass(frozen=True)
class MadeKit:
    """A kit that was written to a file."""

    file: str
    bytes: int
    made_at: datetime
    expires_at: datetime
    codes: int
    products: int
    key_id: str
    public_key: str
    """Who uses the kit must trust this key."""


@dataclass(frozen=True)
class OfflineChecks:
    """What a kit says of some codes."""

    made_at: datetime
    expires_at: datetime
    codes: int
    allowed: int
    answers: tuple[tuple[str, OfflineAnswer], ...]


@dataclass(frozen=True)
class _Kept:
    at: float
    data: bytes


_kits: WeakKeyDictionary[Database, dict[str, _Kept]] = WeakKeyDictionary()
_making = Lock()


def kit_key(ctx: Context) -> OpenKey:
    """Return the key that signs kits today.

    Raises
    ------
    Refused
        When no key of signatures is open.
    """
    try:
        return keyring(ctx).issuing("signature", SIGNS, ctx.today)
    except NotFound:
        message = "No open key of signatures signs the kit: kazyna mark keygen --tail signature."
        raise Refused(message) from None


def kit_for(ctx: Context) -> bytes:
    """Return the kit of whoever asks, at most ten minutes old.

    The public's has the keys, the products and what is held back; a participant's also where the
    units of its own stock stand. Both are signed; neither has a secret in it.
    """
    owner = f"{ctx.actor.role} {ctx.actor.participant_no} {ctx.today}"
    with _making:
        kept = _kits.setdefault(ctx.database, {})
        found = kept.get(owner)
        if found is None or monotonic() - found.at > FRESH_SECONDS:
            while len(kept) >= KITS_KEPT:
                kept.pop(next(iter(kept)))
            found = kept[owner] = _Kept(monotonic(), _signed(ctx, make_kit(ctx)))
        return found.data


def make_kit(ctx: Context, gtins: Sequence[str] = ()) -> Kit:
    """Make a kit from the register.

    Parameters
    ----------
    ctx
        For whom: the public gets what is held back; a participant also lists of its own stock;
        an officer lists of all units of the products that are named.
    gtins
        Of an officer: the products.

    Raises
    ------
    Refused
        When the lists would be too long.
    """
    lifecycle, rules = code_law(ctx)
    made_at = ctx.now()
    registry = keyring(ctx)
    role = "verifier" if ctx.actor.role == "public" else ctx.actor.role
    acting = ctx.acting if role != "verifier" else Acting(role, "offline kit", today=ctx.today)
    with ctx.shards.reading(acting) as work:
        known = participants.products(work.registry, on=ctx.today)
        maker = _Maker(ctx, work, lifecycle, rules)
        maker.take_held_back()
        if ctx.actor.role == "participant":
            maker.take(unit_batches.batches_seen(work), holder=ctx.actor.participant_no)
        elif gtins:
            wanted = {int(gtin) for gtin in gtins}
            own = batches.own_batches(work.registry, until=ctx.today)
            maker.take([row.batch for row in own if row.gtin in wanted])
    return Kit(
        made_at=made_at,
        expires_at=made_at + timedelta(hours=VALID_HOURS),
        office=ctx.pack.title.en,
        templates=tuple(each for each in rules.on(ctx.today) if each.part("gtin")),
        own_issuer=rules.own_issuer,
        keys=tuple(
            KitKey(key.key_id, key.tail, key.goods, key.public_key.hex(), key.is_revoked(ctx.today))
            for key in registry.keys.values()
        ),
        products=tuple(
            KitProduct(f"{row.gtin:014d}", row.name, row.goods, row.gtin in maker.listed)
            for row in known
            if not row.ended
        ),
        sets=maker.sets(),
    )


def write_kit_file(ctx: Context, out: Path, gtins: Sequence[str] = ()) -> MadeKit:
    """Make a kit and write it to a file."""
    ctx.require("officer", "participant")
    kit, key = make_kit(ctx, gtins), kit_key(ctx)
    data = _write(kit, key)
    write_bytes(data, out)
    return MadeKit(
        file=str(out),
        bytes=len(data),
        made_at=kit.made_at,
        expires_at=kit.expires_at,
        codes=sum(each.codes.codes for each in kit.sets),
        products=len(kit.products),
        key_id=key.key.key_id,
        public_key=key.key.public_key.hex(),
    )


def check_with_kit(
    path: Path, texts: Sequence[str], *, trusted: Sequence[str], at: datetime | None = None
) -> OfflineChecks:
    """Check codes by a kit in a file; neither a database nor a network is asked.

    Parameters
    ----------
    path
        The kit.
    texts
        Codes in any form.
    trusted
        The public keys, in hexadecimal, whose kits are believed.
    at
        The moment; by the clock where it is not given.
    """
    try:
        keys = {bytes.fromhex(key) for key in trusted}
    except ValueError:
        expected = "64 hexadecimal digits, as `kazyna mark keys` shows them"
        raise InputError(Finding("--trust", "this is no public key", expected)) from None
    with open_codes(path) as file:
        kit = read_kit(file.read(BYTES_MAX), trusted=keys, source=str(path))
    moment = at or datetime.now(UTC)  # noqa: TID251 (an offline check has no business date)
    answers = tuple((text, check_offline(kit, text, moment)) for text in texts)
    allowed = sum(answer.allowed for _, answer in answers)
    return OfflineChecks(kit.made_at, kit.expires_at, len(answers), allowed, answers)


def _signed(ctx: Context, kit: Kit) -> bytes:
    return _write(kit, kit_key(ctx))


def _write(kit: Kit, key: OpenKey) -> bytes:
    if key.signer is None:
        raise AssertionError("a key of signatures signs")
    return write_kit(kit, key.signer, key.key.key_id)


class _Maker:
    """Gathers the codes of units by where they stand."""

    def __init__(self, ctx: Context, work: Work, lifecycle: Lifecycle, rules: CodeRules) -> None:
        self._ctx, self._work, self._lifecycle, self._rules = ctx, work, lifecycle, rules
        self._found: dict[str, list[Hashes]] = {}
        self._lots: dict[int, LotRow] = {}
        self._count = 0
        self.listed: set[int] = set()
        """Products whose codes are all on a list, as far as whoever asks has them."""

    def take_held_back(self) -> None:
        """Take the units that are blocked, in quarantine or recalled."""
        holding = [n for n, each in self._lifecycle.operations.items() if each.effect == "hold"]
        ranges = unit_batches.batches_held_back(self._work.registry, holding)
        known = batches.find_batches(self._work.registry, [batch for batch, *_ in ranges])
        for number, first, last in ranges:
            if number in known and known[number].kind == "own":
                indices = np.arange(first, last + 1, dtype=np.int32)
                self._take(known[number], indices, holder=None, held_only=True)

    def take(self, numbers: Sequence[int], holder: int | None = None) -> None:
        """Take all units of batches, or those that a participant holds."""
        known = batches.find_batches(self._work.registry, numbers)
        for number in numbers:
            batch = known.get(number)
            if batch is None or batch.kind != "own" or batch.gtin is None:
                continue
            indices = np.arange(batch.codes, dtype=np.int32)
            if self._take(batch, indices, holder=holder, held_only=False):
                self.listed.add(batch.gtin)

    def sets(self) -> tuple[KitSet, ...]:
        """Return the sets, those that refuse first: a code that is in two is refused."""
        made = []
        for status, parts in self._found.items():
            label = EXPIRED_LABEL
            if status != PAST_EXPIRY:
                label = self._lifecycle.statuses[status].label
            codes_of = pack_codes(np.concatenate(parts))
            made.append(KitSet(status, label, status in self._on_sale(), codes_of))
        return tuple(sorted(made, key=lambda each: (each.on_sale, each.status)))

    def _on_sale(self) -> set[str]:
        rules = self._lifecycle.operations[SELL].rules if SELL in self._lifecycle.operations else ()
        return {source for rule in rules for source in rule.sources}

    def _take(
        self, batch: BatchRow, indices: NDArray[np.int32], *, holder: int | None, held_only: bool
    ) -> int:
        units = Units(np.full(len(indices), batch.batch, dtype=np.int64), indices)
        ends = Units(units.batches[::BLOCK], indices[::BLOCK])
        last = Units(units.batches[-1:], indices[-1:])
        both = Units(
            np.concatenate([ends.batches, last.batches]),
            np.concatenate([ends.indices, last.indices]),
        )
        blocks = codes.find_blocks(self._work, both)
        positions = locate(blocks, units)
        stand = standing(blocks, positions)
        seen = (positions >= 0) & (stand.status > 0)
        if holder is not None:
            seen &= stand.entry["holder"] == holder
        if held_only:
            seen &= stand.entry["hold"] > 0
        self._count += int(seen.sum())
        if self._count > CODES_MAX:
            raise Refused(f"A kit has at most {CODES_MAX:,} codes; choose fewer products.")
        labels = np.where(stand.entry["hold"] > 0, stand.entry["hold"], stand.status)
        for number in np.unique(labels[seen]).tolist():
            rows = np.flatnonzero(seen & (labels == number))
            self._add(batch, indices[rows], stand.entry["lot"][rows], number)
        return int(seen.sum())

    def _add(
        self, batch: BatchRow, indices: NDArray[np.int32], lots: NDArray[Any], number: int
    ) -> None:
        status = self._lifecycle.by_number[number].name
        past = np.zeros(len(indices), dtype=np.bool_)
        if status in self._on_sale():
            numbers = np.unique(lots).tolist()
            fresh = [lot for lot in numbers if lot and lot not in self._lots]
            self._lots |= batches.find_lots(self._work.registry, fresh) if fresh else {}
            today = self._ctx.today
            ended = [
                lot
                for lot, row in self._lots.items()
                if row.expires_on is not None and row.expires_on < today
            ]
            past = np.isin(lots, ended)
        hashes = self._hashes(batch, indices)
        if (~past).any():
            self._found.setdefault(status, []).append(hashes[~past])
        if past.any():
            self._found.setdefault(PAST_EXPIRY, []).append(hashes[past])

    def _hashes(self, batch: BatchRow, indices: NDArray[np.int32]) -> Hashes:
        """Compute the codes of units anew, as they were issued."""
        template = self._rules.template(batch.template)
        opened = keyring(self._ctx).opened.get(batch.key_id)
        if opened is None or template.space is None or batch.issue_number is None:
            raise Refused(f"The key {batch.key_id} is not open: its codes cannot be listed.")
        serials = make_serials(
            opened.serial_cipher,
            template.space,
            gtin=batch.gtin or 0,
            batch=batch.issue_number,
            indices=indices.astype(np.uint64),
        )
        issuer = self._rules.own_issuer if template.issuer_first else ""
        head = f"{batch.gtin:014d}{issuer}".encode()
        return code_hashes(head + row.tobytes() for row in serials)
