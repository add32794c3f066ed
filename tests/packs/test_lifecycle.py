"""A lifecycle that is wrong is refused with every fault by file and key."""

from pathlib import Path

import pytest

from kazyna.core.errors import NotFound, PackError
from kazyna.packs.lifecycle import read_lifecycle
from kazyna.packs.pack import load_pack

GOOD = (load_pack("kg").folder / "lifecycle.toml").read_text(encoding="utf-8")
RULE = """effect = "move"
epcis = [{ type = "ObjectEvent", action = "ADD", biz_step = "commissioning"""


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("number = 103", "number = 203", "statuses.in_custody.number", "203 is not accepted"),
        ("number = 103", "number = 100", "statuses", "two statuses have the number 100"),
        ("number = 103", "numbre = 103", "statuses.in_custody", "numbre"),
        (RULE, RULE.replace("move", "fly"), "operations.apply.effect", "'fly' is not known"),
        ('target = "applied"', 'target = "glued"', "operations.apply", "no status 'glued'"),
        ('statuses = ["in_custody"]', 'statuses = ["gone"]', "operations.destroy", "no status"),
        ('target = "in_custody"', 'target = "withdrawn"', "operations.detain", "a hold"),
        ('reasons = ["destroyed"]', 'reasons = ["eaten"]', "operations.destroy", "no reason"),
        ('holder = "consignee"', 'holder = "nobody"', "operations.accept", "'nobody' is not known"),
        ('passing = "self"', 'passing = "on"', "operations.accept", "'on' is not known"),
        ('confidence = "secondary"', 'confidence = "sure"', "operations.detain", "'sure'"),
        ("thousandths = 50000", 'thousandths = "much"', "fee", "much"),
        ("days = 365", "days = -", "", ""),
        ("from = 2021-12-01", 'from = "December"', "operations.detain", "December"),
    ],
)
def test_a_fault_is_named_by_file_and_key(
    tmp_path: Path, old: str, new: str, key: str, reason: str
) -> None:
    assert old in GOOD
    (tmp_path / "lifecycle.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        read_lifecycle(tmp_path)
    told = [str(finding) for finding in refused.value.findings]
    assert all("lifecycle.toml" in each for each in told)
    assert any(key in each and reason in each for each in told), told


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    spoilt = GOOD.replace("number = 103", "number = 100").replace('"destroyed"]', '"eaten"]', 1)
    spoilt = spoilt.replace('target = "applied"', 'target = "glued"', 1)
    (tmp_path / "lifecycle.toml").write_text(spoilt, encoding="utf-8")
    with pytest.raises(PackError) as refused:
        read_lifecycle(tmp_path)
    assert len(refused.value.findings) >= 3


def test_a_pack_without_a_lifecycle_follows_no_goods(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="follows no marked goods"):
        read_lifecycle(tmp_path)
