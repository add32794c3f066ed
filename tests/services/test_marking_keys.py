"""Key files: secrets sealed at rest, rotation, revocation; keys that live in a hardware module."""

import os
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kazyna.core.errors import Conflict, InputError, NotFound, Refused, Unavailable
from kazyna.marking.batch import Verdict, verify_codes
from kazyna.services.marking_codes import Issue, issue_to_file, verify_file
from kazyna.services.marking_keys import (
    HsmPlace,
    KeyFile,
    NewKey,
    Unlocking,
    list_keys,
    make_key,
    open_registry,
    revoke_key,
)
from marking.codes import GTIN, RULES, TODAY, issued

PASSWORD = Unlocking("a long password")
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234"


def wanted(key_id: str = "K001", **changes: object) -> NewKey:
    return replace(NewKey(key_id, "tag", "footwear", date(2026, 1, 1)), **changes)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "codes.keys"


def test_secrets_are_sealed_and_open_with_the_password_only(path: Path) -> None:
    made = make_key(path, wanted(), PASSWORD)
    assert [(row.key_id, row.tail, row.secrets) for row in made.keys] == [("K001", "tag", "file")]
    assert path.stat().st_mode & 0o077 == 0
    with open_registry(path, PASSWORD) as registry:
        secret = registry.opened["K001"]
        codes = issued(secret, 5)
        assert (
            verify_codes(codes, RULES.template("eaeu_44"), registry, on=TODAY).verdict == 0
        ).all()
    with open_registry(path, Unlocking()) as locked:
        assert locked.opened == {}
        found = verify_codes(codes, RULES.template("eaeu_44"), locked, on=TODAY)
        assert set(found.verdict.tolist()) == {Verdict.KEY_LOCKED}
    with pytest.raises(Refused, match="password"), open_registry(path, Unlocking("wrong one")):
        pass


def test_a_short_password_a_taken_id_and_a_spoilt_file_are_refused(path: Path) -> None:
    with pytest.raises(Refused, match="8 characters"):
        make_key(path, wanted(), Unlocking("short"))
    assert not path.exists()
    make_key(path, wanted(), PASSWORD)
    with pytest.raises(Conflict, match="already"):
        make_key(path, wanted(), PASSWORD)
    path.write_text(path.read_text().replace('"K001"', '"K002"'))
    with pytest.raises(Refused), open_registry(path, PASSWORD):
        pass
    path.write_text("{")
    with pytest.raises(InputError):
        list_keys(path)


def test_rotation_and_revocation_are_kept(path: Path) -> None:
    make_key(path, wanted(), PASSWORD)
    make_key(path, wanted("K002", issues_from=date(2026, 6, 1), replaces="K001"), PASSWORD)
    changed = revoke_key(path, "K001", on=date(2026, 7, 1), reason="laptop stolen")
    assert changed == list_keys(path)
    first, second = changed.keys
    assert (first.issues_until, first.revoked_on) == (date(2026, 6, 1), date(2026, 7, 1))
    assert first.revocation_reason == "laptop stolen"
    assert (second.issues_until, second.revoked_on) == (None, None)
    with pytest.raises(NotFound, match="No key"):
        revoke_key(path, "K009", on=TODAY, reason="x")


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HsmPlace:
    """Set up a token of SoftHSM in a folder of its own."""
    tool = shutil.which("softhsm2-util")
    if tool is None or not SOFTHSM.exists():
        pytest.skip("SoftHSM is not installed: apt-get install softhsm2")
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    subprocess.run(
        [tool, "--init-token", "--free", "--label", "kazyna", "--pin", PIN, "--so-pin", "5678"],
        check=True,
        capture_output=True,
        env=os.environ.copy(),
    )
    return HsmPlace(SOFTHSM, "kazyna", PIN)


def test_a_hardware_module_makes_codes_and_keeps_its_keys(
    path: Path, tmp_path: Path, module: HsmPlace
) -> None:
    """One test: a PKCS#11 library is loaded once in a process and reads its settings then."""
    inside = Unlocking(hsm=module)
    make_key(path, wanted("H001"), inside)
    made = make_key(path, wanted("H002", tail="signature"), inside)
    assert [row.secrets for row in made.keys] == ["module", "module"]
    assert len(bytes.fromhex(made.keys[1].public_key)) == 32
    for template, key_id in (("eaeu_44", "H001"), ("eaeu_88", "H002")):
        out = tmp_path / f"{template}.txt"
        order = Issue(template, GTIN, 5, 20, goods="footwear")
        done = issue_to_file(order, pack="kg", on=TODAY, keys=KeyFile(path, inside), out=out)
        assert done.key_id == key_id
        with out.open("rb") as file:
            verified = verify_file(
                file, source="x", pack="kg", on=TODAY, keys=KeyFile(path, inside)
            )
        assert verified.genuine == verified.codes == 20
    with (tmp_path / "eaeu_88.txt").open("rb") as file:  # anyone, with the public key alone
        verified = verify_file(file, source="x", pack="kg", on=TODAY, keys=KeyFile(path))
    assert verified.genuine == 20
    with pytest.raises(Unavailable, match="does not open"):
        make_key(path, wanted("H003"), Unlocking(hsm=replace(module, token="other")))
    with pytest.raises(Unavailable, match="does not open"):
        make_key(path, wanted("H003"), Unlocking(hsm=replace(module, pin="9999")))
