import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kazyna.core.errors import NotFound, PackError
from kazyna.core.money import Currency
from kazyna.packs.cases import read_cases
from kazyna.packs.pack import load_pack, read_pack
from kazyna.tax.table import Table

Edit = Callable[[str, str, str], None]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the Washington pack that may be spoilt."""
    folder = tmp_path / "us_wa"
    shutil.copytree(load_pack("us_wa").folder, folder, ignore=shutil.ignore_patterns("demo"))
    return folder


@pytest.fixture
def edit(copy: Path) -> Edit:
    def replace(file: str, old: str, new: str) -> None:
        text = (copy / file).read_text()
        assert old in text
        (copy / file).write_text(text.replace(old, new))

    return replace


def test_washington_loads() -> None:
    pack = load_pack("us_wa")
    tax = pack.taxes["property_tax"]
    assert pack.name == "us_wa"
    assert pack.currency == Currency("USD", 2)
    assert pack.languages == ("en", "ru", "ky")
    assert pack.demo is not None
    assert (pack.demo / "ORIGIN.md").is_file()
    assert (tax.amount_rule, tax.due_on(2016)) == ("property_tax", date(2016, 4, 30))
    assert [column.name for column in tax.inputs.columns] == ["value"]
    assert {"receivable", "treasury", "revenue"} <= set(pack.accounts.chart)


def test_the_floor_area_has_its_factor_to_square_metres() -> None:
    area = load_pack("us_wa").floor_area
    assert area is not None
    assert (area.column, area.m2_per_unit) == ("sqft_living", Decimal("0.09290304"))


def test_every_characteristic_has_a_label_in_every_language() -> None:
    for column in load_pack("us_wa").columns.values():
        assert all((column.label.en, column.label.ru, column.label.ky, column.meaning))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(NotFound, match=r"No pack is called 'us_mars'; known are .*us_wa"):
        load_pack("us_mars")


def test_the_hash_follows_the_law_and_not_the_demonstration(copy: Path, edit: Edit) -> None:
    law = read_pack(copy).content_hash
    assert law == load_pack("us_wa").content_hash
    (copy / "demo").mkdir()
    (copy / "demo" / "sales.csv").write_text("1,2")
    assert read_pack(copy).content_hash == law
    edit("property_tax.toml", "value = 0.01", "value = 0.02")
    assert read_pack(copy).content_hash != law


def test_every_mistake_of_every_file_is_named_at_once(copy: Path, edit: Edit) -> None:
    edit("pack.toml", "decimals = 2", "decimal = 2")
    edit("columns.toml", 'type = "decimal"', 'type = "float"')
    edit("accounts.toml", "day = 30", "day = 31")
    edit("property_tax.toml", 'law = "constitution art. VII § 2"\n', "")
    edit("property_tax.toml", "from = 1972-11-07", 'from = "1972"')
    with pytest.raises(PackError) as caught:
        read_pack(copy)
    text = str(caught.value)
    assert "us_wa/pack.toml, column currency.decimals: the key is missing" in text
    assert "us_wa/pack.toml, column currency.decimal: the key is not known" in text
    assert "us_wa/columns.toml, column columns.value.type: 'float' is not known" in text
    assert "us_wa/accounts.toml, column due.property_tax.values[1].day: 4-31" in text
    assert "us_wa/property_tax.toml, column ceiling_rate.values[1].law: the key is missing" in text
    assert "column ceiling_rate.values[1].from: '1972' is of the wrong kind" in text


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("pack.toml", 'name = "us_wa"', 'name = "us_or"', "'us_or' is not the folder's name"),
        ("pack.toml", '"USD"', '"dollar"', "'dollar' is no code; expected three capitals"),
        ("pack.toml", '["en", "ru", "ky"]', '["en", "de"]', "'de' is not known"),
        ("pack.toml", '["property_tax"]', "[]", "a list of texts"),
        ("pack.toml", '["property_tax"]', '["vat"]', "us_wa/vat.toml: the file is missing"),
        ("pack.toml", '"half_up"', '"floor"', r"rounding.values\[1\].value.mode: 'floor'"),
        ("pack.toml", "unit = 0.01", "unit = 0", "0 is not positive"),
        ("pack.toml", "[currency]", 'months = "days"\n[currency]', "'days' is not known"),
        ("pack.toml", "[currency]", "[currency", "cannot be read"),
        ("sources.toml", "[constitution]", "[statute]", "cites an unknown source"),
        ("sources.toml", 'ky = "АКШнын', 'kg = "АКШнын', "usc.title.ky: the key is missing"),
        ("columns.toml", "maximum = 10000000000000\n", "", "the input has no numeric limits"),
        ("columns.toml", "maximum = 10000000000000", "maximum = -1", "0 is above the maximum -1"),
        ("columns.toml", "maximum = 10000000000000", "maximum = 1e36", "more than 38: declare"),
        ("columns.toml", '"sqft_living"', '"m2"', "floor_area.column: 'm2' is not declared"),
        ("accounts.toml", '"asset"', '"thing"', "chart.receivable.kind: 'thing' is not known"),
        ("accounts.toml", "due.property_tax", "due.vat", "the tax has no due day"),
        ("property_tax.toml", "ceiling_rate", "rate", "no rule uses the parameter"),
        ("property_tax.toml", "value = 0.01", "value = nan", "NaN is not finite"),
        ("property_tax.toml", 'amount = "property_tax"', 'amount = "tax"', "is no rule"),
        ("property_tax.toml", "value = 0.01", "value = 1979-05-27", "is of the wrong kind"),
        ("property_tax.py", "value * ceiling_rate", "value * ceiling_rate * 0.5", "not an exact"),
        ("property_tax.py", "value * ceiling_rate", "value / 100", "write divide"),
        ("property_tax.py", "return round_to(", "return round_to((", "it does not load: SyntaxErr"),
        ("property_tax.py", "@rule(", "@print(", "it does not load: TypeError"),
    ],
)
def test_a_spoilt_pack_is_refused_by_file_and_key(
    copy: Path, edit: Edit, *, file: str, old: str, new: str, reason: str
) -> None:
    edit(file, old, new)
    with pytest.raises(PackError, match=reason):
        read_pack(copy)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",0.2,", ",0,2,", "row 1: the cells do not fit the header; expected as many"),
        ("2022-01-01,,", "2022-01-01,", "row 1: the cells do not fit the header"),
        (",0.2,", ",much,", "row 1, column value: 'much' is not a number"),
        ("secondary", "hearsay", "row 1, column confidence: 'hearsay' is not known; expected one"),
        ("batken_district", "batkne_district", "row 1, column place: 'batkne_district'"),
    ],
)
def test_a_mistake_in_a_table_of_several_taxes_is_named_once(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "kg"
    shutil.copytree(load_pack("kg").folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    table = folder / "regional_coefficient.csv"
    table.write_text(table.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(PackError) as caught:
        read_pack(folder)
    assert [str(each) for each in caught.value.findings if said in str(each)]
    assert len(caught.value.findings) == 1


def test_two_values_from_one_day_are_an_overlap(copy: Path) -> None:
    path = copy / "property_tax.toml"
    twice = '[[ceiling_rate.values]]\nfrom = 1972-11-07\nvalue = 0.02\nlaw = "constitution"\n'
    path.write_text(path.read_text() + twice)
    with pytest.raises(PackError, match=r"ceiling_rate\.values: two values begin on 1972-11-07"):
        read_pack(copy)


def test_a_repealed_law_stops(copy: Path) -> None:
    path = copy / "property_tax.toml"
    end = '[[ceiling_rate.values]]\nfrom = 2020-01-01\nvalue = "repealed"\nlaw = "constitution"\n'
    path.write_text(path.read_text() + end)
    rules = read_pack(copy).taxes["property_tax"].rules
    assert rules.parameters["ceiling_rate"].on(date(2019, 12, 31)).value == Decimal("0.01")
    with pytest.raises(Exception, match="stopped on 2020-01-01"):
        rules.held_on(date(2020, 1, 1))


def test_missing_files_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        read_pack(tmp_path)
    assert len(caught.value.findings) == 4


def test_a_case_without_a_source_is_refused(copy: Path, edit: Edit) -> None:
    edit("cases/property_tax.toml", "source =", "origin =")
    with pytest.raises(PackError) as caught:
        read_cases(copy, "property_tax")
    columns = [found.column for found in caught.value.findings]
    assert columns[:2] == ["case[1].source", "case[1].origin"]


@pytest.mark.parametrize("name", ["kg", "ru", "us_wa"])
def test_what_is_not_certain_is_said_in_every_language(name: str) -> None:
    pack = load_pack(name)
    dated = [
        parameter.values.on(day)
        for tax in pack.taxes.values()
        for parameter in tax.rules.parameters.values()
        for day in parameter.values.days
    ]
    rows = [row for value in dated if isinstance(value.value, Table) for row in value.value.rows]
    doubts = {each.doubt for each in dated} | {row.doubt for row in rows}
    doubts.discard(None)
    assert doubts
    assert doubts <= pack.doubts.keys()


def test_a_doubt_that_is_not_said_in_every_language_is_a_mistake(copy: Path) -> None:
    (copy / "doubts.toml").write_text('[[doubts]]\nen = "from memory"\nru = "по памяти"\n')
    with pytest.raises(PackError, match="ky"):
        read_pack(copy)
