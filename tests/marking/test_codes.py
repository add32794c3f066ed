"""Codes issued and verified: serials by permutation, tails by key, the verdict on what is false."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kazyna.core.errors import Conflict, NotFound, Refused
from kazyna.marking import ff1
from kazyna.marking.batch import Codes, Verdict, Verified, issue_codes, verify_codes
from kazyna.marking.ciphers import AesBlocks
from kazyna.marking.cmac import Cmac
from kazyna.marking.code_reading import JudgedCode, judge_lines
from kazyna.marking.keys import KeyRegistry, KeySecrets, OpenKey, new_key
from kazyna.marking.permutation import permute, restore
from kazyna.marking.tails import is_tail
from marking.codes import GTIN, RULES, TEMPLATES, TODAY, issued, key, registry

TAG, SIGNATURE = key("K001"), key("S001", "signature", seed=2)
SHORT = key("Q001", "short_tag", seed=3)
KEYS = registry(TAG, SIGNATURE, SHORT)
FORMS = {"eaeu_44": TAG, "eaeu_88": SIGNATURE, "eaeu_short": SHORT, "eaeu_electronics": TAG}
AES_128 = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
AES_256 = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94")
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def verified(codes: Codes, keys: KeyRegistry = KEYS, template: str = "eaeu_44") -> Verified:
    return verify_codes(codes, RULES.template(template), keys, on=TODAY, issuers=RULES.own_issuer)


def replace_start(opened: OpenKey, start: date) -> OpenKey:
    return replace(opened, key=replace(opened.key, issues_from=start))


def judged(*codes: str | bytes, keys: KeyRegistry = KEYS) -> list[JudgedCode]:
    lines = [code.encode() if isinstance(code, str) else code for code in codes]
    return list(judge_lines(lines, TEMPLATES, keys, on=TODAY, issuers=RULES.own_issuer))


@pytest.mark.parametrize(
    ("secret", "radix", "tweak", "plain", "cipher"),
    [
        (AES_128, 10, "", "0123456789", "2433477484"),
        (AES_128, 10, "39383736353433323130", "0123456789", "6124200773"),
        (AES_128, 36, "3737373770717273373737", "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
        (AES_256, 10, "", "0123456789", "6657667009"),
        (AES_256, 10, "39383736353433323130", "0123456789", "1001623463"),
        (AES_256, 36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
    ],
)
def test_ff1_of_the_standard(
    secret: bytes, radix: int, tweak: str, plain: str, cipher: str
) -> None:
    """NIST, "Cryptographic Standards and Guidelines: FF1 samples", 1-3 and 7-9."""
    numerals = [LETTERS.index(sign) for sign in plain]
    made = ff1.encrypt(AesBlocks(secret), numerals, radix=radix, tweak=bytes.fromhex(tweak))
    assert "".join(LETTERS[numeral] for numeral in made) == cipher
    back = ff1.decrypt(AesBlocks(secret), made, radix=radix, tweak=bytes.fromhex(tweak))
    assert back == numerals


@given(
    radix=st.sampled_from([10, 32, 36, 64]),
    length=st.integers(8, 19),
    tweak=st.integers(0, 2**48 - 1),
    data=st.data(),
)
@settings(max_examples=40)
def test_arrays_are_permuted_as_single_strings_are(
    radix: int, length: int, tweak: int, data: st.DataObject
) -> None:
    form = ff1.Format(radix, length)
    numerals = data.draw(st.lists(st.integers(0, radix - 1), min_size=length, max_size=length))
    one = ff1.encrypt(AesBlocks(AES_256), numerals, radix=radix, tweak=tweak.to_bytes(6, "big"))

    def halves(digits: list[int]) -> tuple[np.ndarray, np.ndarray]:
        numbers = [0, 0]
        for place, digit in enumerate(digits):
            half = int(place >= form.left)
            numbers[half] = numbers[half] * radix + digit
        left, right = (np.array([number], dtype=np.uint64) for number in numbers)
        return left, right

    tweaks = np.array([tweak], dtype=np.uint64)
    given_left, given_right = halves(numerals)
    made = permute(AesBlocks(AES_256), form, given_left, given_right, tweak=tweaks)
    assert made == halves(one)
    assert restore(AesBlocks(AES_256), form, *made, tweak=tweaks) == (given_left, given_right)


@pytest.mark.parametrize(
    ("length", "tag"),
    [
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ],
)
def test_cmac_of_the_standard(length: int, tag: str) -> None:
    """RFC 4493, section 4."""
    message = bytes.fromhex(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    )[:length]
    cmac = Cmac(AesBlocks(AES_128))
    assert cmac.tags([message]).hex() == tag
    rows = np.frombuffer(message * 3, dtype=np.uint8).reshape(3, length)
    assert {row.tobytes().hex() for row in cmac.rows(rows)} == {tag}


@pytest.mark.parametrize("template", FORMS)
def test_codes_are_verified_and_led_back(template: str) -> None:
    codes = issued(FORMS[template], 50, template=template, batch=9, first=100)
    found = verified(codes, template=template)
    assert (found.verdict == Verdict.GENUINE).all()
    assert found.traced.all()
    assert set(found.batch.tolist()) == {9}
    assert found.index.tolist() == list(range(100, 150))
    assert {code.verdict for code in judged(*codes.tolist())} == {"genuine"}


@pytest.mark.parametrize("template", ["eaeu_44", "eaeu_88", "eaeu_short"])
def test_one_tail_checks_as_the_batch_does(template: str) -> None:
    form, opened = RULES.template(template), FORMS[template]
    (code,) = issued(opened, 1, template=template).tolist()
    parts = form.match(code.decode())
    assert parts is not None
    public = opened.key.public_key
    given = {"cmac": opened.cmac, "public_key": public}
    assert is_tail(opened.key.tail, parts.signed, parts.tail, **given)  # type: ignore[arg-type]
    other = parts._replace(serial=parts.serial[::-1])
    assert not is_tail(opened.key.tail, other.signed, parts.tail, **given)  # type: ignore[arg-type]


def test_a_million_serials_have_no_double() -> None:
    """Two batches of a product never share a serial, and neither is in order."""
    serials = np.concatenate(
        [issued(TAG, 100_000, batch=batch).view("S85").astype("S31") for batch in (1, 2)]
    )
    assert len(np.unique(serials)) == 200_000
    assert (serials[1:] < serials[:-1]).sum() > 90_000


@given(place=st.integers(0, 84), sign=st.sampled_from("0Aa-_/=9"))
@settings(max_examples=60)
def test_no_changed_sign_passes(place: int, sign: str) -> None:
    (code,) = issued(TAG, 1).tolist()
    text = code.decode()
    if text[place] == sign:
        return
    changed = np.array([(text[:place] + sign + text[place + 1 :]).encode()], dtype="S85")
    assert verified(changed).verdict[0] != Verdict.GENUINE


@pytest.mark.parametrize(
    ("spoil", "verdict"),
    [
        (lambda c: c[:30] + (b"A" if c[30:31] != b"A" else b"B") + c[31:], "wrong_tail"),
        (lambda c: c[:15] + b"9" + c[16:], "check_digit"),
        (lambda c: c.replace(b"91K001", b"91K009"), "key_unknown"),
        (lambda c: c.replace(b"91K001", b"91K009").replace(b"214", b"215"), "foreign"),
        (lambda c: b"04" + c[2:], "malformed"),
        (lambda _: "код".encode(), "malformed"),
        (lambda _: b"\xff\xfe\x00", "malformed"),
    ],
)
def test_false_codes_get_their_reason(spoil, verdict: str) -> None:  # type: ignore[no-untyped-def]
    (code,) = issued(TAG, 1).tolist()
    (found,) = judged(spoil(code))
    assert found.verdict == verdict
    assert (found.batch, found.index) == (None, None)


def test_a_locked_tag_is_not_called_false() -> None:
    closed = KeyRegistry(KEYS.keys)
    (tag,) = issued(TAG, 1).tolist()
    (signature,) = issued(SIGNATURE, 1, template="eaeu_88").tolist()
    assert [code.verdict for code in judged(tag, signature, keys=closed)] == [
        "key_locked",
        "genuine",
    ]


def test_codes_of_all_forms_come_in_any_form() -> None:
    (code,) = issued(TAG, 1).tolist()
    text = code.decode()
    gtin, serial, key_id, tail = text[2:16], text[18:31], text[34:38], text[41:]
    forms = (
        text,
        "]d2" + text,
        "\x1d" + text,
        text + "\x1d",
        f"(01){gtin}(21){serial}(91){key_id}(92){tail}",
        f"^01{gtin}21{serial}^91{key_id}^92{tail}",
        "https://example.kg/01/" + gtin + "/21/" + serial + "?91=" + key_id + "&92="
        + tail.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
    )  # fmt: skip
    assert {code.verdict for code in judged(*forms)} == {"genuine"}


def test_keys_rotate_without_a_gap() -> None:
    second = new_key(
        "K002", "tag", goods="*", issues_from=date(2026, 6, 1),
        secrets=KeySecrets(b"\x05" * 32, b"\x06" * 32),
    )  # fmt: skip
    keys = registry(TAG).rotated("K001", second)
    assert keys.issuing("tag", "footwear", date(2026, 5, 31)).key.key_id == "K001"
    assert keys.issuing("tag", "footwear", date(2026, 6, 1)).key.key_id == "K002"
    old, new = issued(TAG, 3), issued(second, 3)
    assert (verified(np.concatenate([old, new]), keys).verdict == Verdict.GENUINE).all()
    with pytest.raises(Conflict, match="issues no more"):
        keys.rotated("K001", replace_start(key("K003", seed=9), date(2026, 7, 1)))


def test_a_revoked_key_takes_its_codes_along() -> None:
    revoked = KEYS.revoked("K001", on=date(2026, 11, 1), reason="stolen")
    codes = issued(TAG, 3)
    assert set(verified(codes, revoked).verdict.tolist()) == {Verdict.KEY_REVOKED}
    before = verify_codes(codes, RULES.template("eaeu_44"), revoked, on=date(2026, 10, 31))
    assert (before.verdict == Verdict.GENUINE).all()
    with pytest.raises(NotFound, match="No open key"):
        revoked.issuing("tag", "footwear", TODAY)
    with pytest.raises(Conflict, match="is revoked since"):
        revoked.revoked("K001", on=TODAY, reason="again")
    with pytest.raises(Refused, match="for a reason"):
        KEYS.revoked("K001", on=TODAY, reason="")


def test_a_key_makes_its_own_kind_of_code_only() -> None:
    with pytest.raises(ValueError, match="not a signature"):
        issued(TAG, 1, template="eaeu_88")
    with pytest.raises(ValueError, match="GTIN of 14 digits"):
        issue_codes(
            RULES.template("eaeu_44"), TAG, gtin=GTIN[:-1] + "4", issuer="4", batch=1,
            indices=np.arange(1, dtype=np.uint64),
        )  # fmt: skip
    with pytest.raises(Refused, match="no key id"):
        key("K1")
    with pytest.raises(Conflict, match="already"):
        registry(TAG, TAG)


VALUED = {
    "tobacco_pack": (SHORT, {"price": "AACb"}),
    "tobacco_block": (SHORT, {"8005": "013000"}),
    "eaeu_medicines": (TAG, {"17": "281231", "10": "L7/x"}),
}


def valued(template: str, values: dict[str, str], count: int = 20) -> Codes:
    form = RULES.template(template)
    opened, _ = VALUED[template]
    indices = np.arange(count, dtype=np.uint64)
    return issue_codes(form, opened, gtin=GTIN, issuer="", batch=5, indices=indices, values=values)


@pytest.mark.parametrize("template", VALUED)
def test_values_of_a_batch_stand_in_its_codes_and_are_sealed(template: str) -> None:
    _, values = VALUED[template]
    codes = valued(template, values)
    form = RULES.template(template)
    parts = form.forms[-1].match(codes[3].decode())
    assert parts is not None
    assert [element.value for element in parts.extras] == list(values.values())
    found = judged(*codes.tolist())
    assert {code.verdict for code in found} == {"genuine"}
    assert [(code.template, code.batch, code.index) for code in found] == [
        (template, 5, index) for index in range(len(codes))
    ]
    for name, value in values.items():
        other = "270131" if name == "17" else value[::-1]
        changed = [code.replace(value.encode(), other.encode(), 1) for code in codes.tolist()]
        assert {code.verdict for code in judged(*changed)} <= {"wrong_tail", "malformed"}


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ({}, "(01)%s(21)%s(91)K001(92)%s"),
        ({"17": "281231"}, "(01)%s(21)%s(17)281231(91)K001(92)%s"),
        ({"10": "L7"}, "(01)%s(21)%s(91)K001(92)%s(10)L7"),
        ({"17": "281231", "10": "L7"}, "(10)L7(17)281231(01)%s(21)%s(91)K001(92)%s"),
    ],
)
def test_optional_values_are_read_in_any_order(values: dict[str, str], written: str) -> None:
    """A tail stands for the values in the template's order, however a code is written."""
    code = valued("eaeu_medicines", values)[7].decode()
    assert judged(code)[0].verdict == "genuine"
    plain = code.split("\x1d")
    serial, tail = code[18:31], plain[-1].removeprefix("92")
    found = judged(written % (GTIN, serial, tail))[0]
    assert (found.verdict, found.batch, found.index) == ("genuine", 5, 7)


def test_lost_separators_of_codes_with_values_are_mended() -> None:
    code = valued("eaeu_medicines", {"17": "281231", "10": "L7"})[0].decode()
    found = judged(code.replace("\x1d", ""))[0]
    assert (found.verdict, found.repaired) == ("genuine", code)


@pytest.mark.parametrize(
    ("template", "values", "told"),
    [
        ("tobacco_block", {}, "8005"),
        ("tobacco_block", {"8005": "13000"}, "6 characters"),
        ("tobacco_block", {"8005": "1300a0"}, "8005"),
        ("eaeu_medicines", {"17": "281331"}, "month"),
        ("eaeu_medicines", {"10": "Л7"}, "character set 82"),
        ("eaeu_44", {"10": "L7"}, "no such value"),
    ],
)
def test_values_that_codes_cannot_have(template: str, values: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        issue_codes(
            RULES.template(template),
            FORMS["eaeu_44"] if template == "eaeu_44" else VALUED[template][0],
            gtin=GTIN,
            issuer=RULES.own_issuer if RULES.template(template).issuer_first else "",
            batch=5,
            indices=np.arange(3, dtype=np.uint64),
            values=values,
        )
