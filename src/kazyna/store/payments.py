"""Payments for bills, one by one for whoever asks, and together on their way into the journal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from kazyna.accounts import CreditingOrder
from kazyna.store.connection import Database
from kazyna.store.gathering import Gathering
from kazyna.store.ledger import Credited, refusals

TOGETHER_MAX = 32
"""Payments of one commit: enough to share its cost, few enough to hold their accounts shortly."""

PAY_BILLS = """
    SELECT payment_no, entry_id, created, balance FROM pay_bills_as(
        'kazyna_officer', %s, %s::text[], %s::text[], %s::date[], %s::bigint[], %s::text[],
        %s::text[], %s)
    """
"""See migration 0082; no row for a payment whose bill is not known."""


@dataclass(frozen=True)
class BillPayment:
    """Money for the bill with a reference, in minor units, as an officer posts it."""

    reference: str
    amount: int
    received_on: date
    key: str
    actor: str
    today: date
    """The day of the office."""
    order: CreditingOrder


@dataclass(frozen=True)
class _Answer(Credited):
    payment_no: int


def post_payments(database: Database, payments: Sequence[BillPayment]) -> list[Credited | None]:
    """Post payments of one day and law, no key twice, as a transaction of one round trip.

    Returns
    -------
    list of Credited or None
        For each payment, None where no bill has its reference; then nothing of it is posted.

    Raises
    ------
    Conflict
        As `ledger.post_credit`; then none of them is posted.
    """
    first = payments[0]
    parameters = (
        first.today.isoformat(),
        [paid.reference for paid in payments],
        [paid.key for paid in payments],
        [paid.received_on for paid in payments],
        [paid.amount for paid in payments],
        [paid.actor for paid in payments],
        list(first.order.buckets),
        first.order.oldest_first,
    )
    with refusals():
        rows = database.call(_Answer, PAY_BILLS, parameters)
    answers = {row.payment_no: row for row in rows}
    return [answers.get(number) for number in range(1, len(payments) + 1)]


class PaymentDesk:
    """Posts payments for bills, each durable before it is answered.

    Payments that come at the same time share one call and one commit; each keeps its key, its
    answer and its own refusal. That is what a day of thousands of small payments turns on
    (benchmarks/ledger_payments.py).
    """

    def __init__(self, database: Database) -> None:
        self._gathering = Gathering(partial(post_payments, database), _joins, TOGETHER_MAX)

    def pay(self, paid: BillPayment) -> Credited | None:
        """Post one payment as `post_payments` does, as soon as others that wait let it."""
        return self._gathering.ask(paid)


def _joins(together: Sequence[BillPayment], paid: BillPayment) -> bool:
    """Tell whether a payment may be posted with others: under one law and day, no key twice."""
    first = together[0]
    return (
        (paid.today, paid.order) == (first.today, first.order)
        and all(paid.key != other.key for other in together)
    )  # fmt: skip
