"""The chart of accounts and the days on which taxes are due."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from kazyna.core.dated import Dated
from kazyna.core.text import Text
from kazyna.packs.parameters import DueDay, read_due
from kazyna.packs.reading import Section

AccountKind = Literal["asset", "liability", "income", "expense"]
"""On which side an account grows: assets and expenses by debit, the others by credit."""


@dataclass(frozen=True)
class ChartAccount:
    """One account of the chart."""

    name: str
    kind: AccountKind
    label: Text


@dataclass(frozen=True)
class Accounts:
    """What the ledger takes from a pack."""

    chart: Mapping[str, ChartAccount]
    due: Mapping[str, Dated[DueDay]]
    """The due days by tax."""


def read_accounts(file: Section) -> Accounts:
    """Read accounts.toml."""
    chart = {name: _account(section, name) for name, section in file.section("chart").tables()}
    dues = {name: read_due(section) for name, section in file.section("due").tables()}
    file.finish()
    return Accounts(chart, {name: due for name, due in dues.items() if due is not None})


def _account(section: Section, name: str) -> ChartAccount:
    kind, known = section.required("kind", str, "asset"), get_args(AccountKind)
    if kind not in known:
        section.fault("kind", f"{kind!r} is not known", "one of " + ", ".join(known))
    kinds: dict[str, AccountKind] = {item: item for item in known}
    label = section.text("label")
    section.finish()
    return ChartAccount(name, kinds.get(kind, "asset"), label)
