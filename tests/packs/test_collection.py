"""What packs say of interest and collection: each with its ground, and wrong files by name."""

from pathlib import Path
from shutil import copytree

import pytest

from kazyna.core.errors import PackError
from kazyna.packs.grounds import Grounds
from kazyna.packs.pack import BUILT_IN, load_pack, read_pack

NAMES = sorted(path.parent.name for path in BUILT_IN.glob("*/pack.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_every_value_has_its_law_and_says_how_far_it_is_trusted(name: str) -> None:
    accounts = load_pack(name).accounts
    policy = accounts.collection
    grounds: list[Grounds | None] = [step.grounds for step in policy.dunning]
    grounds += [policy.limitation_grounds] if policy.limitation_years else []
    grounds += [policy.instalments.grounds] if policy.instalments else []
    if accounts.interest:
        grounds += [accounts.interest.grounds]
        grounds += [dated.grounds for dated in accounts.interest.rates.values]
    if accounts.refunds:
        grounds += [accounts.refunds.interest.grounds]
        grounds += [dated.grounds for dated in accounts.refunds.interest.rates.values]
    for ground in grounds:
        assert ground is not None
        assert ground.law
        assert ground.confidence in {"official", "press"} or ground.doubt or ground.checked


@pytest.mark.parametrize(("name", "rate"), [("kg", "penalty_rate"), ("ru", "key_rate")])
def test_the_rates_of_the_ledger_are_those_of_the_rule(name: str, rate: str) -> None:
    """The tax `late_payment` explains one case; the ledger charges all: one law, two readers."""
    pack = load_pack(name)
    law = pack.accounts.interest
    assert law
    stated = pack.taxes["late_payment"].rules.parameters[rate].values
    assert law.rates.days == stated.days
    assert [x.rate.share for x in law.rates.values] == [x.value for x in stated.values]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(copytree(BUILT_IN / "us_wa", tmp_path / "us_wa", ignore=lambda *_: ["demo"]))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('count = "started_months"', 'count = "weeks"', "interest.count: 'weeks' is not known"),
        ("share = 0.01\n", "share = -0.01\n", "share: -0.01 is no share"),
        ("last_day_counts = true", "last_day_counts = 1", "last_day_counts: 1 is not accepted"),
        ("months_min = 2", "months_min = 20", "months_min: the months are not accepted"),
        ('weekend = "after"', 'weekend = "never"', "weekend: 'never' is not known"),
        ("share = 0.9\n", "share = 9\n", "recoverable[1].share: 9 is no share"),
        ("to_days = 90\n", "to_days = 900\n", "recoverable: the days do not rise"),
        ('measure = "overdue"', 'measure = "luck"', "'luck' is not known"),
        ("{ from = 1, points = 5 }, {", "{ from = 400, points = 5 }, {", "the values do not rise"),
        ("{reference}|", "{referense}|", "names a figure that is not known"),
        ("Pay {amount} by {pay_by}. Oth", "Pay {sum} by {pay_by}. Oth", "names something else"),
        ("grace_days = 10", "grace_day = 10", "grace_day: the key is not known"),
    ],
)
def test_a_wrong_file_names_its_key(folder: Path, old: str, new: str, reason: str) -> None:
    path = folder / "accounts.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        read_pack(folder)
    assert reason in str(refused.value)
    assert "us_wa/accounts.toml, column" in str(refused.value)
