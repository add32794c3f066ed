from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from debtors import HEAD, bill_of, office_of
from kazyna.core.errors import Conflict, Forbidden, InputError, NotFound
from kazyna.services import bank, bank_returns, books, interest, ledger
from kazyna.services.context import Actor, Context, Installation

HEADER = "id,booked_on,amount,currency,payer,text,account\n"
DAY = date(2016, 5, 2)


@pytest.fixture
def officer(installation: Installation) -> Context:
    return office_of(installation, {"T1": "5000.00", "T2": "77.70"})


def statement(*rows: str) -> bytes:
    return (HEADER + "".join(row + "\n" for row in rows)).encode()


def line(number: str, amount: str, text: str, payer: str = "", day: date = DAY) -> str:
    return f"{number},{day},{amount},USD,{payer},{text},A"


WHOLE = statement(
    line("1", "100.00", f"tax {bill_of('T1')}"),
    line("2", "77.70", "my tax", "name of t2"),
    line("3", "-12.00", "refund 5"),
    line("4", "5.00", "for T1"),
)

WITH_SENDER = (
    b"id,booked_on,amount,currency,payer,payer_account,text,account\n"
    b"7,2016-05-02,42.00,USD,Somebody,KG1,water,A\n"
)


def balances(ctx: Context, taxpayer_id: str) -> dict[str, Decimal]:
    return {
        line.account.split(":")[0]: line.balance
        for line in ledger.statement(ctx, taxpayer_id=taxpayer_id)
    }


def test_a_file_is_imported_once_and_what_quotes_a_bill_pays_it(officer: Context) -> None:
    done = bank.import_file(officer, WHOLE, name="day.csv")
    assert (done.matched, done.unmatched, done.outgoing) == (1, 2, 1)
    assert (done.received, done.paid_out) == (Decimal("182.70"), Decimal("12.00"))
    assert balances(officer, "T1") == {"receivable": Decimal("4900.00")}
    again = bank.import_file(officer, WHOLE, name="the same again.csv")
    assert again == replace(done, created=False)
    trial = {line.account: line for line in ledger.trial_balance(officer).lines}
    assert trial["suspense"].credit == Decimal("82.70")
    assert trial["treasury"].debit == Decimal("182.70")
    assert [found.name for found in bank.files(officer)] == ["day.csv"]
    assert [x.bank_ref for x in bank.transactions(officer, status="outgoing")] == ["3"]
    assert books.audit(officer).sound


def test_a_transaction_in_two_files_is_posted_once(officer: Context) -> None:
    bank.import_file(officer, WHOLE, name="day.csv")
    more = statement(line("1", "100.00", f"tax {bill_of('T1')}"), line("9", "1.00", bill_of("T1")))
    done = bank.import_file(officer, more, name="more.csv")
    assert (done.transactions, done.repeated, done.matched) == (2, 1, 1)
    assert balances(officer, "T1") == {"receivable": Decimal("4899.00")}
    other = statement(line("8", "3.00", bill_of("T1")), line("1", "100.01", bill_of("T1")))
    with pytest.raises(Conflict, match=r"other.csv, row 2: the bank's number '1' stands for 100"):
        bank.import_file(officer, other, name="other.csv")
    assert balances(officer, "T1") == {"receivable": Decimal("4899.00")}


def test_an_unmatched_payment_is_proposed_and_assigned_from_its_own_day(officer: Context) -> None:
    bank.import_file(officer, WHOLE, name="day.csv")
    queue = bank.unmatched(officer)
    assert (queue.count, queue.amount) == (2, Decimal("82.70"))
    by_ref = {payment.bank_ref: payment for payment in queue.payments}
    (best,) = by_ref["2"].proposals
    assert (best.taxpayer_id, best.clues) == ("T2", ("payer_name", "exact_amount"))
    assert by_ref["4"].proposals[0].clues == ("taxpayer_number",)
    assert by_ref["2"].days == 44
    number = by_ref["2"].transaction_id
    assigned = bank.assign(officer, number, account=best.account)
    assert (assigned.status, assigned.taxpayer_id) == ("assigned", "T2")
    assert assigned.decided_by == officer.actor.name
    assert bank.assign(officer, number, account=best.account) == assigned
    assert balances(officer, "T2")["receivable"] == 0
    with pytest.raises(Conflict, match="is not waiting: assigned"):
        bank.assign(officer, number, reference=bill_of("T1"))
    assert bank.unmatched(officer).count == 1
    # It was paid on 2 May: one month of interest, though it was found in June.
    interest.accrue(officer)
    (debt,) = interest.interest_to(officer, taxpayer_id="T2").debts
    assert debt.charged == Decimal("0.78")


def test_an_assignment_that_is_undone_lets_the_payment_wait_again(officer: Context) -> None:
    bank.import_file(officer, WHOLE, name="day.csv")
    (waiting,) = (x for x in bank.unmatched(officer).payments if x.bank_ref == "2")
    number = waiting.transaction_id
    bank.assign(officer, number, reference=bill_of("T1"))
    (moved,) = (
        line.entry_id
        for account in ledger.statement(officer, taxpayer_id="T1")
        for line in account.lines
        if line.kind == "transfer"
    )
    undone = ledger.reverse(officer, moved, reason="it was of T2", key="undo")
    assert ledger.reverse(officer, moved, reason="it was of T2", key="undo").created is False
    assert bank.unmatched(officer).count == 2
    with pytest.raises(Conflict, match="assign it instead"):
        ledger.reverse(officer, undone.entry_id, reason="no, of T1", key="undo the undoing")
    assert bank.assign(officer, number, reference=bill_of("T2")).taxpayer_id == "T2"
    assert balances(officer, "T1")["receivable"] == Decimal("4900.00")
    assert balances(officer, "T2")["receivable"] == 0
    assert books.audit(officer).sound


def test_money_that_nobody_owes_goes_back_when_two_have_signed(officer: Context) -> None:
    bank.import_file(officer, WITH_SENDER, name="day.csv")
    (waiting,) = bank.unmatched(officer).payments
    number = waiting.transaction_id
    with pytest.raises(InputError, match="no reason is given"):
        bank_returns.request_return(officer, number, reason=" ")
    asked = bank_returns.request_return(officer, number, reason="meant for the water works")
    assert (asked.status, asked.payer_account) == ("requested", "KG1")
    with pytest.raises(Conflict, match="waits for a signature"):
        bank.assign(officer, number, reference=bill_of("T1"))
    with pytest.raises(Conflict, match="asked already"):
        bank_returns.request_return(officer, number, reason="again")
    with pytest.raises(Forbidden, match="second person"):
        bank_returns.approve_return(officer, asked.return_id)
    head = replace(officer, actor=HEAD)
    kept = bank_returns.refuse_return(head, asked.return_id, note="look again")
    assert (kept.status, kept.note) == ("refused", "look again")
    again = bank_returns.request_return(officer, number, reason="looked again")
    done = bank_returns.approve_return(head, again.return_id)
    assert (done.status, done.decided_by) == ("approved", HEAD.name)
    with pytest.raises(Conflict, match="approved already"):
        bank_returns.approve_return(head, again.return_id)
    assert bank.unmatched(officer).count == 0
    assert [x.bank_ref for x in bank.transactions(officer, status="returned")] == ["7"]
    trial = {line.account: line.debit - line.credit for line in ledger.trial_balance(officer).lines}
    assert trial["suspense"] == trial["treasury"] == 0
    assert done.entry_id is not None
    with pytest.raises(Conflict, match="the bank reports"):
        ledger.reverse(officer, done.entry_id, reason="no", key="r")
    assert [each.status for each in bank_returns.returns(officer)] == ["approved", "refused"]
    assert books.audit(officer).sound


def test_money_of_an_unknown_account_does_not_go_back(officer: Context) -> None:
    bank.import_file(officer, WHOLE, name="day.csv")
    numbers = {x.bank_ref: x.transaction_id for x in bank.transactions(officer)}
    with pytest.raises(Conflict, match="did not say from which account"):
        bank_returns.request_return(officer, numbers["2"], reason="why")
    with pytest.raises(Conflict, match="is not waiting: matched"):
        bank_returns.request_return(officer, numbers["1"], reason="why")
    with pytest.raises(NotFound):
        bank_returns.request_return(officer, 10**9, reason="why")
    with pytest.raises(NotFound):
        bank_returns.approve_return(officer, 10**9)


def test_a_reference_with_a_slip_is_proposed_not_posted(officer: Context) -> None:
    right = bill_of("T1")
    slip = right[:-1] + str((int(right[-1]) + 1) % 10)
    done = bank.import_file(officer, statement(line("1", "10.00", slip)), name="d.csv")
    assert (done.matched, done.unmatched) == (0, 1)
    (payment,) = bank.unmatched(officer).payments
    assert payment.proposals[0].clues == ("reference_mended",)
    bank.assign(officer, payment.transaction_id, reference=right)
    assert balances(officer, "T1") == {"receivable": Decimal("4990.00")}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (WHOLE[: len(WHOLE) // 2], "does not end: the file may be cut"),
        (WHOLE.replace(b"77.70,USD", b"77.70,EUR"), "row 2, column currency: the currency is"),
        (statement(line("1", "5.00", "x", day=date(2016, 6, 16))), "it is booked on 2016-06-16"),
        (b"  \n", "d.csv: it is empty"),
        (b"<a>", "d.csv: it is broken or cut off"),
    ],
)
def test_a_spoilt_file_posts_nothing(officer: Context, content: bytes, reason: str) -> None:
    before = ledger.trial_balance(officer)
    with pytest.raises(InputError) as refused:
        bank.import_file(officer, content, name="d.csv")
    assert reason in str(refused.value)
    assert ledger.trial_balance(officer) == before
    assert bank.files(officer) == ()


def test_who_may(officer: Context) -> None:
    with pytest.raises(Forbidden):
        bank.import_file(replace(officer, actor=Actor("a", "auditor")), WHOLE, name="d.csv")
    bank.import_file(officer, WHOLE, name="d.csv")
    with pytest.raises(InputError, match="whose it is is not said"):
        bank.assign(officer, 1)
    with pytest.raises(NotFound, match="no bank transaction 99"):
        bank.assign(officer, 99, reference="x")
    waiting = bank.unmatched(officer).payments[0].transaction_id
    with pytest.raises(NotFound, match="No account of a taxpayer is called 'revenue:land'"):
        bank.assign(officer, waiting, account="revenue:land")
    with pytest.raises(NotFound, match="No bill has the reference"):
        bank.assign(officer, waiting, reference="RF00")


def swift(*lines: str, opening: str = "10,00", closing: str) -> bytes:
    """Write a statement in MT940 of one day of May 2016."""
    fields = [
        ":20:DAY", ":25:US77", ":28C:9/1", f":60F:C160502USD{opening}", *lines,
        f":62F:C160502USD{closing}", "-",
    ]  # fmt: skip
    return "".join(f"{each}\n" for each in fields).encode()


def test_a_statement_of_swift_pays_bills_and_brings_each_line_once(officer: Context) -> None:
    paid = [":61:1605020502C100,NTRFNONREF//B-1", f":86:?20property tax?21{bill_of('T1')}"]
    other = [":61:160502C5,NTRFNONREF//B-2", ":86:?20for the house?32SOMEBODY"]
    sent = [":61:160502D3,NCHGNONREF//B-3"]
    done = bank.import_file(officer, swift(*paid, *other, *sent, closing="112,00"), name="day.sta")
    assert (done.format, done.statements) == ("mt940", ("9/1",))
    assert (done.matched, done.unmatched, done.outgoing) == (1, 1, 1)
    assert balances(officer, "T1") == {"receivable": Decimal("4900.00")}
    (waiting,) = bank.unmatched(officer).payments
    assert (waiting.payer, waiting.bank_ref, waiting.account) == ("SOMEBODY", "B-2", "US77")
    again = bank.import_file(officer, swift(*paid, opening="7,00", closing="107,"), name="b.sta")
    assert (again.repeated, again.matched) == (1, 0)
    assert balances(officer, "T1") == {"receivable": Decimal("4900.00")}


def test_a_statement_of_swift_that_does_not_add_up_posts_nothing(officer: Context) -> None:
    paid = [":61:160502C100,NTRFNONREF//B-1", f":86:{bill_of('T1')}"]
    with pytest.raises(InputError, match=r"day\.sta, column line 7, :62F:: the lines lead from"):
        bank.import_file(officer, swift(*paid, closing="110,01"), name="day.sta")
    whole = swift(*paid, closing="110,00")
    with pytest.raises(InputError, match="does not end: the file may be cut"):
        bank.import_file(officer, whole[: len(whole) // 2], name="half.sta")
    assert bank.files(officer) == ()
    assert balances(officer, "T1") == {"receivable": Decimal("5000.00")}
