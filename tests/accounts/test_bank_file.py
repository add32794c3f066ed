"""Bank files: statements of several versions, and every way in which one can be spoilt."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazyna.accounts import (
    PLAIN_CSV,
    CsvMap,
    creditor_reference,
    mended_references,
    ranked,
    read_camt,
    read_csv,
    references_in,
    words_in,
)
from kazyna.core.errors import InputError
from kazyna.core.money import Currency, from_minor

KGS = Currency("KGS", 2)
RF = creditor_reference("539007547034")

ENTRY_02 = """
      <Ntry>
        <Amt Ccy="KGS">2500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
        <BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>A-1</AcctSvcrRef>
        <NtryDtls><TxDtls>
          <Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
          <RltdPties><Dbtr><Nm>Asanova  Aigul</Nm></Dbtr>
            <DbtrAcct><Id><Othr><Id>1280010001</Id></Othr></Id></DbtrAcct></RltdPties>
          <RmtInf><Ustrd>land tax</Ustrd><Ustrd>RF18 5390 0754 7034</Ustrd></RmtInf>
        </TxDtls></NtryDtls>
      </Ntry>"""
ENTRY_08 = """
      <Ntry>
        <NtryRef>7</NtryRef><Amt Ccy="KGS">300.50</Amt><CdtDbtInd>CRDT</CdtDbtInd>
        <Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>2026-03-02T10:00:00+06:00</DtTm></BookgDt>
        <NtryDtls>
          <TxDtls><Refs><AcctSvcrRef>B-1</AcctSvcrRef></Refs><Amt Ccy="KGS">200.00</Amt>
            <CdtDbtInd>CRDT</CdtDbtInd>
            <RltdPties><Dbtr><Pty><Nm>Ivanov</Nm></Pty></Dbtr></RltdPties>
            <RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf>
          </TxDtls>
          <TxDtls><Refs><AcctSvcrRef>B-2</AcctSvcrRef></Refs>
            <AmtDtls><TxAmt><Amt Ccy="KGS">100.50</Amt></TxAmt></AmtDtls></TxDtls>
        </NtryDtls>
      </Ntry>"""
REFUND = """
      <Ntry><Amt Ccy="KGS">40.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
        <BookgDt><Dt>2026-03-02</Dt></BookgDt><AcctSvcrRef>A-9</AcctSvcrRef></Ntry>"""
PENDING = """
      <Ntry><Amt Ccy="KGS">77.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>PDNG</Sts></Ntry>"""


def camt(*entries: str, version: str = "02", closing: str = "3760.50", more: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
  <BkToCstmrStmt>
    <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-03T01:00:00</CreDtTm></GrpHdr>
    <Stmt><Id>S-61</Id>
      <Acct><Id><IBAN>KG0012800000000000000001</IBAN></Id></Acct>
      <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="KGS">1000.00</Amt>
        <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>
      <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="KGS">{closing}</Amt>
        <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>{more}{"".join(entries)}
    </Stmt>
  </BkToCstmrStmt>
</Document>
""".encode()


WHOLE = camt(ENTRY_02, ENTRY_08, REFUND, PENDING)


@pytest.mark.parametrize("version", ["02", "04", "08", "13"])
def test_a_statement_is_read_whatever_its_version(version: str) -> None:
    read = read_camt(camt(ENTRY_02, ENTRY_08, REFUND, PENDING, version=version), "s.xml", KGS)
    assert (read.statements, read.pending) == (("S-61",), 1)
    assert [(x.bank_ref, x.amount) for x in read.transactions] == [
        ("A-1", 250_000), ("B-1", 20_000), ("B-2", 10_050), ("A-9", -4_000),
    ]  # fmt: skip
    first, second, *_ = read.transactions
    assert (first.payer, first.payer_account) == ("Asanova Aigul", "1280010001")
    assert (first.account, first.booked_on) == ("KG0012800000000000000001", date(2026, 3, 2))
    assert second.payer == "Ivanov"
    assert references_in(first.references) == references_in(second.references) == (RF,)


@given(st.integers(1, len(WHOLE) - 3))
def test_a_file_that_is_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(InputError):
        read_camt(WHOLE[:cut], "s.xml", KGS)


def test_a_cut_file_names_its_line() -> None:
    with pytest.raises(InputError, match=r"s\.xml: it is broken or cut off: .*line 1\d"):
        read_camt(WHOLE[: len(WHOLE) // 2], "s.xml", KGS)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (WHOLE.replace(b'"KGS">2500', b'"USD">2500'), "the currency is 'USD'; expected KGS"),
        (WHOLE.replace(b"2500.00<", b"2500.001<"), "the amount is '2500.001'"),
        (WHOLE.replace(b"2500.00<", b"-2500.00<"), "the amount is '-2500.00'"),
        (camt(ENTRY_02), "balance of 3500.00; expected 3760.50, the closing balance"),
        (camt(ENTRY_02, ENTRY_02, closing="6000.00"), "the number 'A-1' stands at line"),
        (WHOLE.replace(b">100.50<", b">100.00<"), "its 2 transactions add up to 300.00"),
        (WHOLE.replace(b"camt.053", b"camt.054"), "its namespace is"),
        (WHOLE.replace(b"<Dt>2026-03-02</Dt></BookgDt>", b"<Dt>soon</Dt></BookgDt>"), "'soon' is"),
        (WHOLE.replace(b"<BookgDt><Dt>2026-03-02</Dt></BookgDt>", b""), "it has no day"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + WHOLE, "it declares a document type"),
        (WHOLE.replace(b"CRDT</CdtDbtInd><Sts>", b"IN</CdtDbtInd><Sts>"), "the direction is 'IN'"),
        (WHOLE.replace(b"Stmt>", b"Ntfctn>"), "no statement is in it"),
        (
            camt(ENTRY_02, closing="3500.00", more="<TxsSummry><TtlNtries><NbOfNtries>2"
                 "</NbOfNtries><Sum>9</Sum></TtlNtries></TxsSummry>"),
            "1 entries are in it; expected 2, as its summary says",
        ),
        (
            camt(ENTRY_02, closing="3500.00", more="<TxsSummry><TtlNtries><Sum>much</Sum>"
                 "</TtlNtries></TxsSummry>"),
            "the entries add up to 2500.00; expected much",
        ),
    ],
)  # fmt: skip
def test_a_spoilt_statement_is_refused_with_its_place(content: bytes, reason: str) -> None:
    with pytest.raises(InputError) as refused:
        read_camt(content, "s.xml", KGS)
    assert reason in str(refused.value)
    assert str(refused.value).startswith("s.xml")


def test_the_place_is_a_line_and_a_path() -> None:
    with pytest.raises(InputError) as refused:
        read_camt(WHOLE.replace(b'"KGS">2500', b'"USD">2500'), "s.xml", KGS)
    (finding, *_) = refused.value.findings
    assert finding.column == "line 12, Document/BkToCstmrStmt/Stmt/Ntry/Amt"


BANK = CsvMap(
    {"id": "Номер", "booked_on": "Дата", "amount": "Сумма", "currency": "Валюта",
     "text": "Назначение"},
    delimiter=";", day_format="%d.%m.%Y", decimal=",", end="ИТОГО",
)  # fmt: skip
ROWS = (
    "Номер;Дата;Сумма;Валюта;Назначение\n"
    "1;02.03.2026;1 250,50;KGS;налог RF18539007547034\n"
    '2;02.03.2026;-40,00;KGS;"возврат; по решению"\n'
    "ИТОГО;2;1210,50;;\n"
)


def test_csv_is_read_by_the_map_of_the_bank() -> None:
    read = read_csv(
        ROWS.encode("cp1251"), "b.csv", KGS, CsvMap(**{**vars(BANK), "encoding": "cp1251"})
    )
    assert [(x.bank_ref, x.amount) for x in read.transactions] == [("1", 125_050), ("2", -4_000)]
    assert references_in(read.transactions[0].references) == (RF,)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("ИТОГО;2;1210,50;;\n", "", "b.csv: the last row is no control row"),
        ("ИТОГО;2;", "ИТОГО;3;", "2 rows stand before the control row; expected 3 rows"),
        ("1210,50;;\n", "1210,51;;\n", "the rows add up to 1210.50"),
        (";;\n", ";;", "line 4 does not end: the file may be cut"),
        (";KGS;налог", ";USD;налог", "row 1, column currency: the currency is 'USD'"),
        ("1 250,50", "1 250,505", "the rows add up to"),
        ("02.03.2026;1", "2026-03-02;1", "row 1, column booked_on: '2026-03-02' is no day"),
        ("\n1;", "\n;", "row 1, column id: no number is given"),
        ("\n2;", "\n1;", "the number '1' stands at row 1 already"),
        (";KGS;налог RF18539007547034", "", "row 1: 3 cells; expected 5 cells"),
        ("Сумма", "Sum", "expected a column 'Сумма'"),
        ("налог", "на\0лог", "a character with the number zero"),
        ("1 250,50", "NaN", "the rows add up to"),
        ("1 250,50", "1E999999", "the rows add up to"),
    ],
)
def test_a_spoilt_csv_is_refused_with_row_and_column(old: str, new: str, reason: str) -> None:
    assert old in ROWS
    with pytest.raises(InputError) as refused:
        read_csv(ROWS.replace(old, new, 1).encode(), "b.csv", KGS, BANK)
    assert reason in str(refused.value)


@given(st.integers(0, len(ROWS.encode()) - 1))
def test_a_csv_that_is_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(InputError):
        read_csv(ROWS.encode()[:cut], "b.csv", KGS, BANK)


@given(
    st.lists(
        st.tuples(
            st.dates(date(2000, 1, 1), date(2100, 1, 1)),
            st.integers(-(10**12), 10**12).filter(bool),
            st.text(st.characters(exclude_categories=["C"], exclude_characters="\x85\u2028\u2029")),
        )
    )
)
def test_what_is_written_is_read(rows: list[tuple[date, int, str]]) -> None:
    header = "id,booked_on,amount,text\n"
    lines = [
        f'{number},{day},{from_minor(minor, KGS)},"{text.replace(chr(34), chr(34) * 2)}"\n'
        for number, (day, minor, text) in enumerate(rows)
    ]
    read = read_csv((header + "".join(lines)).encode(), "b.csv", KGS, PLAIN_CSV)
    assert [(x.booked_on, x.amount, x.text) for x in read.transactions] == [
        (day, minor, text.strip()) for day, minor, text in rows
    ]


@given(st.integers(1, 10**12), st.data())
def test_one_slip_of_the_hand_is_mended(number: int, data: st.DataObject) -> None:
    reference = creditor_reference(str(number))
    place = data.draw(st.integers(2, len(reference) - 1))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda d: d != reference[place]))
    slipped = reference[:place] + digit + reference[place + 1 :]
    assert references_in([slipped]) == () or len(references_in([slipped])[0]) < len(reference)
    assert reference in mended_references([f"tax {slipped}"])


def test_clues_are_gathered_by_account() -> None:
    found = ranked([("b", "exact_amount"), ("a", "payer_name"), ("b", "reference_mended")])
    assert [(proposal.account, proposal.points) for proposal in found] == [("b", 80), ("a", 20)]
    assert found[0].clues == ("reference_mended", "exact_amount")
    assert words_in(["for T0000017 (land), 5"]) == ("for", "T0000017", "land")
