"""MT940: a statement by the field definitions of SWIFT, and every way in which it can be spoilt."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import creditor_reference, is_mt940, read_mt940, references_in
from kazyna.core.errors import InputError
from kazyna.core.money import Currency

KGS = Currency("KGS", 2)
RF = creditor_reference("539007547034")

# Two pages of one account and a page of another; written for this test from the definitions of the
# fields (20 to 86 of MT940): debits, credits, both reversals, lines with and without the bank's own
# number, information in one piece and in parts.
GOLDEN = """{1:F01KGBANKXXAXXX0000000000}{2:O9401200260703KGBANKXXAXXX00000000002607031200N}{4:
:20:STATEMENT1
:25:KG12/1280010001
:28C:61/1
:60F:C260701KGS1000,00
:61:2607020702C2500,NTRFNONREF//A-1
:86:?20land tax RF18 5390?210754 7034?31KG7712?32ASANOVA?33AIGUL
:61:2607020702D40,00NCHGFEE
:86:charges of the month
:61:2612310102RC10,5NMSCNONREF//A-2
DEBITED AGAIN
:62M:C260702KGS3449,50
-}{5:{CHK:123456789ABC}}
:20:STATEMENT1
:25:KG12/1280010001
:28C:61/2
:60M:C260702KGS3449,50
:61:260703RD0,50NMSCNONREF
:61:260703CR0,50NTRFFOLLOW
:86:paid for house 7, property tax, R
F18539007547034
:62F:C260703KGS3450,50
:64:C260703KGS3450,50
:86:no more pages
-
:20:STATEMENT2
:25:OTHER
:28C:5
:60F:D260703KGS1,00
:62F:D260703KGS1,00
-
"""
WHOLE = GOLDEN.encode()


def refusal(content: str | bytes) -> str:
    with pytest.raises(InputError) as refused:
        read_mt940(content if isinstance(content, bytes) else content.encode(), "s.sta", KGS)
    return str(refused.value)


def test_a_statement_is_read_by_its_fields() -> None:
    read = read_mt940(WHOLE, "s.sta", KGS)
    assert (read.format, read.statements, read.pending) == ("mt940", ("61/1", "61/2", "5"), 0)
    assert [(x.bank_ref, x.amount, x.booked_on) for x in read.transactions] == [
        ("A-1", 250_000, date(2026, 7, 2)),
        ("2026/61/1/2", -4_000, date(2026, 7, 2)),
        ("A-2", -1_050, date(2027, 1, 2)),  # booked in the year after its value date
        ("2026/61/2/1", 50, date(2026, 7, 3)),
        ("2026/61/2/2", 50, date(2026, 7, 3)),
    ]
    first, fee, back, _, last = read.transactions
    assert first.account == "KG12/1280010001"
    assert (first.payer, first.payer_account) == ("ASANOVA AIGUL", "KG7712")
    assert first.text == "land tax RF18 5390 0754 7034"
    assert references_in(first.references) == references_in(last.references) == (RF,)
    assert (fee.text, fee.references[0]) == ("charges of the month", "FEE")
    assert (back.text, back.place) == ("DEBITED AGAIN", "line 10")


def test_line_ends_of_windows_and_a_mark_of_bytes_change_nothing() -> None:
    other = b"\xef\xbb\xbf" + WHOLE.replace(b"\n", b"\r\n")
    assert is_mt940(other)
    assert read_mt940(other, "s.sta", KGS) == read_mt940(WHOLE, "s.sta", KGS)


@given(st.integers(1, len(WHOLE) - 3))
def test_a_file_that_is_cut_is_refused_unless_whole_statements_are_left(cut: int) -> None:
    part = WHOLE[:cut]
    whole_statement = GOLDEN.index(":20:STATEMENT2") - 2
    if cut >= whole_statement and part.rstrip().endswith(b"\n-") and b"STATEMENT2" not in part:
        assert len(read_mt940(part, "s.sta", KGS).transactions) == 5
    else:
        with pytest.raises(InputError):
            read_mt940(part, "s.sta", KGS)


def test_a_number_that_stands_for_two_lines_is_told_apart_by_their_place() -> None:
    two = GOLDEN.replace("NMSCNONREF//A-2", "NMSCNONREF//A-1")
    refs = [item.bank_ref for item in read_mt940(two.encode(), "s.sta", KGS).transactions]
    assert refs[0] == "A-1/2026/61/1/1"
    assert refs[2] == "A-1/2026/61/1/3"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (":60F:C260701KGS", ":60F:C260701USD", ":60F:: the currency is 'USD'; expected KGS"),
        (":62M:C260702KGS3449,50", ":62M:C260702KGS3449,51",
         "line 12, :62M:: the lines lead from 1000.00 to 3449.50; expected 3449.51"),
        (":60M:C260702KGS3449,50", ":60M:C260702KGS3449,51", "it opens with 3449.51"),
        ("C2500,N", "C2500.00N", "line 6, :61:: '2607020702C2500.00NTRFNONREF//A-1' cannot be"),
        ("C2500,N", "C2500,005N", "line 6, :61:: the amount is '2500,005'"),
        ("D40,00N", "D0,00N", "line 8, :61:: the amount is 0"),
        (":61:2607020702C", ":61:2613020702C", "'261302' is no day"),
        (":61:2607020702C", ":61:2607021302C", "'1302' is no day"),
        (":28C:61/1\n", "", "line 2, :20:: :28C: is there 0 times"),
        (":86:charges", ":99Z:charges", "line 9, :99Z:: the field is not of MT940"),
        (":64:C260703KGS3450,50\n", ":61:260703C1,NMSCNONREF\n", "it stands after :62F:"),
        (":62M:C260702KGS3449,50", ":62F:C260702KGS3449,50", "line 17, :60M:: the page does not"),
        ("-\n:20:STATEMENT2", ":20:STATEMENT2", "it stands after :86:"),
        ("O9401200", "O9421200", "line 1: the message is '942'; expected 940"),
        ("{1:F01", "F01", "belongs to no message"),
        (":60F:D260703KGS1,00", ":60F:D260703KGS", "'D260703KGS' cannot be read"),
    ],
)  # fmt: skip
def test_a_spoilt_statement_is_refused_with_its_line(old: str, new: str, reason: str) -> None:
    assert old in GOLDEN
    said = refusal(GOLDEN.replace(old, new, 1))
    assert said.startswith("s.sta")
    assert reason in said


def test_a_statement_that_stands_twice_is_refused() -> None:
    first = GOLDEN[GOLDEN.index(":20:") : GOLDEN.index(":20:STATEMENT2")].replace(
        "}{5:{CHK", "\n{5:"
    )
    first = GOLDEN[: GOLDEN.index(":20:STATEMENT2")]
    assert "stands at line 6 already" in refusal(first + first)


def test_pages_that_are_missing_are_named() -> None:
    first = GOLDEN[: GOLDEN.index("-}{5")] + "-\n"
    assert "line 12, :62M:: another page follows and is not in the file" in refusal(first)


def test_other_letters_than_utf8_are_refused_by_line() -> None:
    content = GOLDEN.replace("charges", "комиссия").encode("cp1251")
    assert "line 9, byte" in refusal(content)
