"""The ledger under any sequence of charges, payments, refunds, reversals and repetitions."""

from collections import Counter
from dataclasses import asdict, replace
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
    BUCKETS,
    TREASURY,
    Bucket,
    Credit,
    CreditingOrder,
    Debt,
    Entry,
    OpenDebt,
    Posting,
    Settled,
    charge,
    credit,
    receivable,
    revenue,
    reversal_postings,
    running,
    settle,
    totals,
)
from kazyna.core.errors import Conflict
from kazyna.store import ledger, ledger_audit, ledger_books
from kazyna.store.connection import Database
from kazyna.store.payments import BillPayment, post_payments

DEBTORS = ("T1", "T2")
START = date(2016, 1, 1)
ORDERS = (
    CreditingOrder(("cost", "interest", "penalty", "tax"), oldest_first=True),
    CreditingOrder(("interest", "tax", "penalty", "cost"), oldest_first=False),
    CreditingOrder(("tax", "interest", "penalty", "cost"), False, payer_names_period=True),
)

debts = st.builds(
    Debt,
    period=st.integers(2014, 2016),
    bucket=st.sampled_from(BUCKETS),
    due_on=st.sampled_from([START, START + timedelta(days=90)]),
    place=st.sampled_from(["", "north"]),
)
amounts = st.integers(1, 10**6)


def row(entry: Entry) -> dict[str, object]:
    """Write a charge as a row of a set."""
    (posting,) = entry.postings
    assert posting.debt is not None
    return {
        "idempotency_key": entry.key, "kind": entry.kind, "effective_on": entry.effective_on,
        "description": entry.description, "debit_account": posting.debit,
        "credit_account": posting.credit, "amount": posting.amount, **asdict(posting.debt),
    }  # fmt: skip


def credit_of(paid: BillPayment, account: str) -> Credit:
    """Write a payment for a bill as the request that it is."""
    return Credit(paid.key, "payment", paid.received_on, "", TREASURY, account, paid.amount)


class Books(RuleBasedStateMachine):
    """Drives the real journal and keeps what should stand in it in a dictionary."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.standing: Counter[tuple[str, Debt | None]] = Counter()
        self.entries: dict[str, int] = {}
        self.requests: dict[str, Entry | tuple[Credit, CreditingOrder]] = {}
        self.undone: set[str] = set()

    @initialize()
    def open_accounts(self) -> None:
        with self.database.transaction(role="officer", actor="test") as tx:
            run = tx.value("SELECT count(*) FROM taxpayers")
            self.debtors = [f"{name}-{run}" for name in DEBTORS]
            names = [TREASURY, *(revenue("tax", bucket) for bucket in BUCKETS)]
            for debtor in self.debtors:
                tx.execute("INSERT INTO taxpayers VALUES (%s, 'X', 'en', true)", (debtor,))
                names.append(receivable("tax", debtor))
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
            ledger.open_accounts(tx, pa.Table.from_pylist(rows))
        self.prefix = str(run)
        self.issue_bills()

    def issue_bills(self) -> None:
        """Give each debtor a bill: only its reference matters here."""
        with self.database.administration() as tx:
            tx.execute("SET LOCAL session_replication_role = replica")
            roll_id = tx.value(
                "INSERT INTO rolls (tax, year, round_id, pack, pack_hash, law_on, due_on, bills,"
                " total, drafted_by, status, issued_on) VALUES ('tax', %s, 1, '', '', %s, %s, 2,"
                " 0, '', 'issued', %s) RETURNING roll_id",
                (int(self.prefix), START, START, START),
            )
            for number, debtor in enumerate(self.debtors):
                tx.execute(
                    "INSERT INTO bills (roll_id, bill_no, reference, property_id, taxpayer_id,"
                    " share, value, steps, amount) VALUES (%s, %s, %s, '', %s, 1, 1, '{}', 1)",
                    (roll_id, number, f"bill of {debtor}", debtor),
                )

    def key(self) -> str:
        return f"{self.prefix}:{len(self.requests)}"

    def write(self, entry: Entry) -> None:
        with self.database.transaction(role="officer", actor="test") as tx:
            posted = ledger.post(tx, entry)
        assert posted.created
        self.requests[entry.key] = entry
        self.entries[entry.key] = posted.entry_id
        self.move(entry.postings)

    def move(self, postings: tuple[Posting, ...]) -> None:
        for posting in postings:
            for side, sign in ((posting.debit, 1), (posting.credit, -1)):
                debt = posting.debt if side.startswith("receivable") else None
                self.standing[side, debt] += sign * posting.amount

    def owed(self, account: str) -> list[OpenDebt]:
        return [
            OpenDebt(debt, amount)
            for (name, debt), amount in self.standing.items()
            if name == account and debt is not None and amount > 0
        ]

    @rule(who=st.integers(0, 1), amount=amounts, debt=debts)
    def charge(self, who: int, amount: int, debt: Debt) -> None:
        self.write(
            charge(
                key=self.key(), account=receivable("tax", self.debtors[who]), amount=amount,
                effective_on=START, debt=debt, description="charge",
            )
        )  # fmt: skip

    @rule(
        given=st.lists(st.tuples(st.integers(0, 1), amounts, debts), min_size=1, max_size=4),
        again=st.booleans(),
    )
    def charge_set(self, given: list[tuple[int, int, Debt]], again: bool) -> None:
        """A set posts what is new of it, whether charges stood before one by one or as a set."""
        charges = {key: entry for key, entry in self.requests.items()
                   if isinstance(entry, Entry) and entry.kind == "charge" and again}  # fmt: skip
        known = len(charges)
        for number, (who, amount, debt) in enumerate(given):
            entry = charge(
                key=f"{self.key()}:{number}", account=receivable("tax", self.debtors[who]),
                amount=amount, effective_on=START, debt=debt, description="charge",
            )  # fmt: skip
            charges[entry.key] = entry
        with self.database.transaction(role="officer", actor="test") as tx:
            created = ledger.post_all(tx, pa.Table.from_pylist(list(map(row, charges.values()))))
            numbers = {key: ledger.entry_of_key(tx, key) for key in charges}
        assert created == len(charges) - known
        for key, entry in charges.items():
            written = numbers[key]
            assert written is not None
            assert self.entries.setdefault(key, written) == written
            if key not in self.requests:
                self.requests[key] = entry
                self.move(entry.postings)

    @rule(
        who=st.integers(0, 1),
        amount=st.integers(1, 3 * 10**6),
        order=st.sampled_from(ORDERS),
        period=st.none() | st.integers(2014, 2016),
    )
    def pay(self, who: int, amount: int, order: CreditingOrder, period: int | None) -> None:
        """The database spreads a payment as the engine does."""
        account = receivable("tax", self.debtors[who])
        expected = settle(self.owed(account), amount, order, period)
        request = Credit(self.key(), "payment", START, "paid", TREASURY, account, amount, period)
        with self.database.transaction(role="officer", actor="test") as tx:
            posted = ledger.post_credit(tx, request, order)
            postings = ledger.postings_of(tx, posted.entry_id)
        assert postings == self.written(request, expected)
        assert sum(posting.amount for posting in postings) == amount
        self.requests[request.key] = (request, order)
        self.entries[request.key] = posted.entry_id
        self.move(postings)

    @rule(
        given=st.lists(
            st.tuples(st.integers(0, 1), st.integers(1, 3 * 10**6)), min_size=1, max_size=5
        ),
        order=st.sampled_from(ORDERS),
        again=st.booleans(),
    )
    def pay_together(
        self, given: list[tuple[int, int]], order: CreditingOrder, again: bool
    ) -> None:
        """Payments of one call settle what they would settle one after the other."""
        payments, expected = [], []
        for number, (who, amount) in enumerate(given):
            debtor = self.debtors[who]
            account, key = receivable("tax", debtor), f"{self.key()}:{number}"
            payments.append(
                BillPayment(f"bill of {debtor}", amount, START, key, "test", START, order)
            )
            expected.append(credit_of(payments[-1], account))
        strange = BillPayment("no bill", 1, START, self.key(), "test", START, order)
        settled = post_payments(self.database, [*payments, strange])
        assert settled.pop() is None
        for paid, request, posted in zip(payments, expected, settled, strict=True):
            assert posted is not None
            assert posted.created
            parts = settle(self.owed(request.account), paid.amount, order)
            self.move(self.written(request, parts))
            with self.database.transaction(role="officer", actor="test") as tx:
                assert self.written(request, parts) == ledger.postings_of(tx, posted.entry_id)
            debtor = request.account.split(":")[2]
            owed = sum(debt.balance for debt in self.owed(request.account))
            assert posted.balance == owed + self.standing[credit(debtor), None]
            self.requests[request.key] = (request, order)
            self.entries[request.key] = posted.entry_id
        if again:
            repeated = post_payments(self.database, payments)
            assert [(row.entry_id, row.created) for row in repeated if row] == [
                (self.entries[paid.key], False) for paid in payments
            ]
            other = [replace(paid, amount=paid.amount + 1) for paid in payments]
            with pytest.raises(Conflict, match="was used for another"):
                post_payments(self.database, other)

    def written(self, request: Credit, settled: Settled) -> tuple[Posting, ...]:
        """Write the postings of a payment that settles so much."""
        account = request.account
        parts = [Posting(TREASURY, account, part.balance, part.debt) for part in settled.parts]
        if settled.surplus:
            parts.append(Posting(TREASURY, credit(account.split(":")[2]), settled.surplus))
        return tuple(parts)

    @rule(who=st.integers(0, 1), amount=amounts)
    def refund(self, who: int, amount: int) -> None:
        account = credit(self.debtors[who])
        entry = Entry(self.key(), "refund", START, "back", (Posting(account, TREASURY, amount),))
        if amount > -self.standing[account, None]:
            with pytest.raises(Conflict, match="More would be taken"):
                self.write(entry)
        else:
            self.write(entry)

    @rule(who=st.integers(0, 1), amount=amounts, bucket=st.sampled_from(BUCKETS))
    def write_off(self, who: int, amount: int, bucket: Bucket) -> None:
        """More than the named debt is never written off."""
        account = receivable("tax", self.debtors[who])
        request = Credit(
            self.key(), "correction", START, "", revenue("tax", bucket), account, amount,
            2015, bucket, only=True, surplus=False,
        )  # fmt: skip
        named = [d for d in self.owed(account) if (d.debt.period, d.debt.bucket) == (2015, bucket)]
        if amount > sum(debt.balance for debt in named):
            with pytest.raises(Conflict, match="more than what is owed"):
                self.credit(request)
        else:
            self.credit(request)

    def credit(self, request: Credit) -> None:
        with self.database.transaction(role="officer", actor="test") as tx:
            posted = ledger.post_credit(tx, request, ORDERS[0])
            postings = ledger.postings_of(tx, posted.entry_id)
        self.requests[request.key] = (request, ORDERS[0])
        self.entries[request.key] = posted.entry_id
        self.move(postings)

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        open_keys = sorted(self.requests.keys() - self.undone)
        if not open_keys:
            return
        key = data.draw(st.sampled_from(open_keys))
        number = self.entries[key]
        with self.database.transaction(role="officer", actor="test") as tx:
            postings = ledger.postings_of(tx, number)
            found = ledger.find_entry(tx, number)
        assert found is not None
        left = {side: amount for side, amount in self.standing.items() if side[1] is not None}
        undone = reversal_postings(postings, left, found.taxpayer_id or "")  # type: ignore[arg-type]
        entry = Entry(self.key(), "reversal", START, "undo", undone, reverses=number)
        short = sum(p.amount for p in undone if p.debit.startswith("credit:"))
        if short > max(0, -self.standing[credit(found.taxpayer_id or ""), None]):
            with pytest.raises(Conflict, match="More would be taken"):
                self.write(entry)
            return
        self.write(entry)
        self.undone.add(key)
        second = Entry(self.key(), "reversal", START, "again", undone, reverses=number)
        with pytest.raises(Conflict, match="reversed already"):
            self.write(second)

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        if self.requests:
            key = data.draw(st.sampled_from(sorted(self.requests)))
            assert self.again(self.requests[key]) == (self.entries[key], False)

    def again(self, request: Entry | tuple[Credit, CreditingOrder]) -> tuple[int, bool]:
        with self.database.transaction(role="officer", actor="test") as tx:
            if isinstance(request, Entry):
                posted = ledger.post(tx, request)
                return posted.entry_id, posted.created
            credited = ledger.post_credit(tx, *request)
            return credited.entry_id, credited.created

    @rule(data=st.data())
    def misuse_a_key(self, data: st.DataObject) -> None:
        if self.requests:
            key = data.draw(st.sampled_from(sorted(self.requests)))
            account = receivable("tax", self.debtors[0])
            other = Credit(key, "payment", START, "", TREASURY, account, 10**13)
            with pytest.raises(Conflict, match="was used for another"):
                self.again((other, ORDERS[0]))

    @invariant()
    def the_books_are_right(self) -> None:
        with self.database.transaction(role="auditor", actor="test") as tx:
            lines = ledger_books.trial_balance(tx)
            wrong = ledger_audit.wrong_balances(tx)
            for debtor in self.debtors:
                account = receivable("tax", debtor)
                kept = {row.open.debt: row.balance for row in ledger.debts(tx, account)}
                assert kept == {item.debt: item.balance for item in self.owed(account)}
                assert ledger.balance(tx, credit(debtor)) == self.standing[credit(debtor), None]
                movements = ledger_books.movements_of_taxpayer(tx, debtor)
                own = [m for m in movements if m.account == account]
                summed = totals(own)
                assert summed.charged - summed.paid == summed.balance == sum(kept.values())
                assert [line.balance for line in running(own)][-1:] == [summed.balance][: len(own)]
        assert wrong == []
        assert sum(line.debit for line in lines) == sum(line.credit for line in lines)


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
