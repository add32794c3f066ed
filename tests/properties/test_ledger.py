"""The ledger under any sequence of charges, payments, reversals and repetitions."""

from collections.abc import Callable
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kazyna.accounts import (
    TREASURY,
    Entry,
    charge,
    payment,
    receivable,
    revenue,
    reversal,
    running,
    totals,
)
from kazyna.core.errors import Conflict
from kazyna.store import ledger
from kazyna.store.connection import Database, Transaction

DEBTORS = ("T1", "T2", "T3")
START = date(2016, 1, 1)


class Books(RuleBasedStateMachine):
    """Drives the real journal and keeps the balances that it should have in a dictionary."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.posted: dict[str, Entry] = {}
        self.numbers: dict[str, int] = {}
        self.undone: set[int] = set()
        self.balances: dict[str, int] = {}

    @initialize()
    def open_accounts(self) -> None:
        names = [TREASURY, revenue("tax"), *(receivable("tax", debtor) for debtor in DEBTORS)]
        rows = [
            {
                "account": name,
                "kind": name.split(":")[0],
                "tax": None if name == TREASURY else "tax",
                "taxpayer_id": name.split(":")[2] if name.startswith("receivable") else None,
                "currency": "USD",
            }
            for name in names
        ]
        with self.database.transaction(role="officer", actor="test") as tx:
            for debtor in DEBTORS:
                tx.execute(
                    "INSERT INTO taxpayers VALUES (%s, 'X', 'en', true) ON CONFLICT DO NOTHING",
                    (debtor,),
                )
            ledger.open_accounts(tx, pa.Table.from_pylist(rows))
            self.before = {name: ledger.balance(tx, name) for name in names}
            self.prefix = str(tx.value("SELECT count(*) FROM entries"))

    def post(self, entry: Entry) -> None:
        with self.database.transaction(role="officer", actor="test") as tx:
            posted = ledger.post(tx, entry)
        assert posted.created
        self.posted[entry.key] = entry
        self.numbers[entry.key] = posted.entry_id
        for posting in entry.postings:
            for side, sign in ((posting.debit, 1), (posting.credit, -1)):
                self.balances[side] = self.balances.get(side, 0) + sign * posting.amount

    def key(self) -> str:
        return f"{self.prefix}:{len(self.posted)}"

    @rule(debtor=st.sampled_from(DEBTORS), amount=st.integers(1, 10**12), day=st.integers(0, 400))
    def charge(self, debtor: str, amount: int, day: int) -> None:
        on = START + timedelta(days=day)
        self.post(
            charge(
                key=self.key(), tax="tax", taxpayer_id=debtor, amount=amount,
                effective_on=on, due_on=on, description="charge",
            )
        )  # fmt: skip

    @rule(debtor=st.sampled_from(DEBTORS), amount=st.integers(1, 10**12))
    def pay(self, debtor: str, amount: int) -> None:
        self.post(
            payment(
                key=self.key(), tax="tax", taxpayer_id=debtor, amount=amount,
                effective_on=START, description="payment",
            )
        )  # fmt: skip

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        open_keys = [key for key, number in self.numbers.items() if number not in self.undone]
        if not open_keys:
            return
        key = data.draw(st.sampled_from(open_keys))
        number = self.numbers[key]
        with self.database.transaction(role="officer", actor="test") as tx:
            postings = ledger.postings_of(tx, number)
        assert postings == self.posted[key].postings
        self.post(reversal(number, postings, key=self.key(), effective_on=START, reason="undo"))
        self.undone.add(number)
        second = reversal(number, postings, key="twice", effective_on=START, reason="undo")
        with pytest.raises(Conflict, match="reversed already"):
            self.once(lambda tx: ledger.post(tx, second))

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        if self.posted:
            key = data.draw(st.sampled_from(sorted(self.posted)))
            again = self.once(lambda tx: ledger.post(tx, self.posted[key]))
            assert again == ledger.Posted(self.numbers[key], created=False)

    @rule(data=st.data())
    def misuse_a_key(self, data: st.DataObject) -> None:
        if self.posted:
            key = data.draw(st.sampled_from(sorted(self.posted)))
            other = payment(
                key=key, tax="tax", taxpayer_id="T1", amount=10**13,
                effective_on=START, description="other",
            )  # fmt: skip
            with pytest.raises(Conflict, match="was used for another"):
                self.once(lambda tx: ledger.post(tx, other))

    def once(self, work: Callable[[Transaction], ledger.Posted]) -> ledger.Posted:
        with self.database.transaction(role="officer", actor="test") as tx:
            return work(tx)

    @invariant()
    def the_books_are_right(self) -> None:
        with self.database.transaction(role="auditor", actor="test") as tx:
            lines = ledger.trial_balance(tx)
            for account, change in self.balances.items():
                assert ledger.balance(tx, account) == self.before[account] + change
            for debtor in DEBTORS:
                self.the_statement_is_right(tx, debtor)
        assert sum(line.debit for line in lines) == sum(line.credit for line in lines)

    def the_statement_is_right(self, tx: Transaction, debtor: str) -> None:
        account = receivable("tax", debtor)
        movements = ledger.movements_of_taxpayer(tx, debtor)
        summed = totals(movements)
        owed = self.before[account] + self.balances.get(account, 0)
        assert summed.charged - summed.paid == summed.balance == owed
        assert [line.balance for line in running(movements)][-1:] == [owed][: len(movements)]


@pytest.fixture
def books(database: Database) -> type[Books]:
    Books.database = database
    return Books


def test_the_ledger_keeps_its_word(books: type[Books]) -> None:
    run_state_machine_as_test(
        books,
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
