"""The law by which a roll was computed, kept with it in two ways.

What bills say of the law is kept as plain data (`KeptLaw`), so that a bill of years ago is shown
and printed whatever has become of the program that made it. The files of the pack are kept beside
it: with them a bill is computed again, when somebody asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

import kazyna
from kazyna.core.money import Currency
from kazyna.core.schema import ColumnType
from kazyna.core.text import Language, Text
from kazyna.packs.archive import pack_archive, unpack
from kazyna.packs.decision_table import read_decisions
from kazyna.packs.decisions import with_decisions
from kazyna.packs.pack import Pack, content_hash
from kazyna.services.context import Context
from kazyna.store import council_decisions
from kazyna.store import roll_lifecycle as register
from kazyna.store.connection import Transaction
from kazyna.tax import StatedLaw, Step, compute, look_ups, state_law, stated_steps
from kazyna.tax.explain import rows_of_case
from kazyna.tax.inputs import Checked
from kazyna.tax.law import cite, source_key
from kazyna.tax.stated import Answers

LAWS_LOADED_MAX = 16


@dataclass(frozen=True)
class KeptColumn:
    """What an input is called."""

    label: Text
    unit: str | None
    type: ColumnType


@dataclass(frozen=True)
class KeptLaw:
    """All that the bills of a tax say of the law of a day, and of the pack that it stood in."""

    format: Literal[1]
    """Of this record. Records are never written again: another format has another reader."""
    program: str
    """The version of Kazyna that computed."""
    pack: str
    files_hash: str
    """Of the files that the law is computed from again."""
    decisions: tuple[Mapping[str, str], ...]
    """Decisions of councils that lay over them, in the words of their table."""
    issuer: Text
    currency: Currency
    payment_qr: str | None
    tax: str
    tax_title: Text
    columns: Mapping[str, KeptColumn]
    """The inputs of the rules, in the order in which a bill lists them."""
    words: Mapping[str, Text]
    look_ups: Mapping[str, tuple[str, ...]]
    """By rule: the tables that it asks, in the order of the rows that a bill keeps."""
    law: StatedLaw


@dataclass(frozen=True)
class LawOfBill:
    """What one bill says of the law: the record, and the rows that answered for it."""

    kept: KeptLaw
    answers: Answers

    def steps(
        self, inputs: Mapping[str, Any], steps: Mapping[str, Any], language: Language
    ) -> tuple[Step, ...]:
        """Say how the bill was computed, from the figures that it keeps."""
        values = {name: Decimal(str(written)) for name, written in steps.items()}
        facts = facts_of(self.kept, inputs)
        return stated_steps(self.kept.law, facts, values, self.answers, language)


Lines = tuple[tuple[tuple[str, str], ...], ...]
"""Decisions of councils as rows of their table, such that what was made of them can be kept."""


@dataclass(frozen=True)
class _Known:
    """A pack, told from others by its files alone."""

    content_hash: str
    pack: Pack = field(compare=False)


def decided(ctx: Context) -> Context:
    """Act under the law with the decisions of councils that are recorded now."""
    with ctx.transaction() as tx:
        return decided_within(tx, ctx)


def decided_within(tx: Transaction, ctx: Context) -> Context:
    """Act under the law with the decisions of councils, inside a transaction."""
    lines = _lines(tx)
    return replace(ctx, pack=laid(ctx.pack, lines)) if lines else ctx


def laid(pack: Pack, lines: Lines) -> Pack:
    """Lay decisions of councils over a pack."""
    return _laid(_Known(pack.content_hash, pack), lines) if lines else pack


@lru_cache(maxsize=LAWS_LOADED_MAX)
def _laid(known: _Known, lines: Lines) -> Pack:
    source = "decisions of councils"
    return with_decisions(
        known.pack, read_decisions([dict(line) for line in lines], known.pack, source=source)
    )


def _lines(tx: Transaction) -> Lines:
    """Read the decisions that stand; one without an end gives way to the next of its key."""
    rows = council_decisions.standing(tx)
    lines = []
    for number, row in enumerate(rows):
        after = rows[number + 1] if number + 1 < len(rows) else None
        until = row.until
        same = after and (row.place, row.parameter, row.keys) == (
            after.place, after.parameter, after.keys,
        )  # fmt: skip
        if until is None and after and same:
            until = after.since - timedelta(days=1)
        line = {
            "place": row.place,
            "parameter": row.parameter,
            "keys": row.keys,
            "from": row.since.isoformat(),
            "to": until.isoformat() if until else "",
            "value": f"{row.value:f}",
            "document": row.document,
            "source": row.source,
        }
        lines.append(tuple(line.items()))
    return tuple(lines)


_RECORD = TypeAdapter(KeptLaw)


def kept_law(pack: Pack, tax: str, on: date, decisions: Lines = ()) -> KeptLaw:
    """Write down what the bills of a tax say of the law of a day, with decisions of councils."""
    law = pack.taxes[tax]
    inputs = {column.name for column in law.rules.on(on).inputs}
    return KeptLaw(
        format=1,
        program=kazyna.__version__,
        pack=pack.name,
        files_hash=content_hash(pack.folder),
        decisions=tuple(dict(line) for line in decisions),
        issuer=pack.title,
        currency=pack.currency,
        payment_qr=pack.accounts.collection.payment_qr,
        tax=tax,
        tax_title=law.title,
        columns={
            name: KeptColumn(column.label, column.unit, column.type)
            for name, column in pack.columns.items()
            if name in inputs
        },
        words=pack.words,
        look_ups=look_ups(law.rules, on),
        law=state_law(law.rules, on),
    )


def law_of_case(pack: Pack, tax: str, on: date, inputs: Mapping[str, Any]) -> LawOfBill:
    """Compute a case to tell what its bill says of the law: of one from before that was kept."""
    rules, kept = pack.taxes[tax].rules.on(on), kept_law(pack, tax, on)
    computed = compute(rules, facts_of(kept, inputs), on)
    return LawOfBill(kept, rows_of_case(rules, {**computed.inputs, **computed.steps}, on=on))


def keep(tx: Transaction, ctx: Context, *, tax: str, on: date) -> int:
    """Keep the files of the pack in force and what bills say of them, once; return the number."""
    kept = kept_law(ctx.pack, tax, on, _lines(tx))
    register.keep_law(tx, pack=kept.pack, pack_hash=kept.files_hash, content=pack_archive(ctx.pack))
    content = _RECORD.dump_json(kept).decode()
    return register.state_law(
        tx, content_hash=sha256(content.encode()).hexdigest(), content=content
    )


def read_record(content: str) -> KeptLaw:
    """Read what was kept."""
    return _RECORD.validate_json(content)


def kept(tx: Transaction, law_id: int) -> KeptLaw:
    """Return what the bills under a number say of the law."""
    return _read_once(register.stated_law(tx, law_id))


def law_of_bill(
    tx: Transaction, law_id: int, rows: Mapping[str, Sequence[int | None]]
) -> LawOfBill:
    """Return what a bill says of the law, by the record and the rows that it keeps."""
    record = kept(tx, law_id)
    return LawOfBill(record, answers_of(record, rows))


def answers_of(record: KeptLaw, rows: Mapping[str, Sequence[int | None]]) -> Answers:
    """Name the tables whose rows a bill keeps by their numbers, in the order of asking."""
    return {
        rule: [
            (name, number)
            for name, number in zip(record.look_ups[rule], numbers, strict=True)
            if number is not None
        ]
        for rule, numbers in rows.items()
    }


def facts_of(kept: KeptLaw, inputs: Mapping[str, Any]) -> dict[str, Checked]:
    """Read the inputs of a bill from the register, as the rules take them."""
    return {
        name: fact(column.type, inputs[name])
        for name, column in kept.columns.items()
        if name in inputs
    }


def pack_of(tx: Transaction, ctx: Context, pack_hash: str) -> Pack:
    """Return the pack whose files have a hash; of a roll from before, the one in force.

    Raises
    ------
    PackError
        When this version of the program does not read the files any more.
    """
    if pack_hash == ctx.pack.content_hash:
        return ctx.pack
    content = register.law_of(tx, pack_hash)
    if content is None:
        return ctx.pack
    return _unpacked(content, ctx.pack.name, pack_hash, ctx.data_folder / "laws")


def pack_of_kept(tx: Transaction, ctx: Context, kept: KeptLaw) -> Pack:
    """Return the pack that bills were computed from, with the decisions that lay over it.

    Raises
    ------
    PackError
        When this version of the program does not read the files any more.
    """
    pack = pack_of(tx, ctx, kept.files_hash)
    return laid(pack, tuple(tuple(line.items()) for line in kept.decisions))


def cited(ctx: Context, reference: str, language: Language) -> str:
    """Write an article out; the pack of a later year may not know the act any more."""
    known = source_key(reference) in ctx.pack.sources
    return cite(reference, ctx.pack.sources, language).text if known else reference


def fact(kind: ColumnType, written: Any) -> Checked:
    """Read one input of a bill from the register, as the rules take it."""
    if kind == "text":
        return str(written)
    if kind == "boolean":
        return written in {True, "true", "True"}
    return Decimal(str(written))


_read_once = lru_cache(maxsize=LAWS_LOADED_MAX)(read_record)


@lru_cache(maxsize=LAWS_LOADED_MAX)
def _unpacked(content: bytes, name: str, pack_hash: str, folder: Path) -> Pack:
    return unpack(content, name=name, content_hash=pack_hash, folder=folder)
