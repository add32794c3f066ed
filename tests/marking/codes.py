"""Keys and codes of tests: made from fixed secrets, so that every run sees the same."""

from datetime import date

import numpy as np

from kazyna.marking.batch import Codes, issue_codes
from kazyna.marking.keys import KeyRegistry, KeySecrets, OpenKey, new_key
from kazyna.marking.tails import Tail
from kazyna.packs.codes import read_code_rules
from kazyna.packs.pack import load_pack

RULES = read_code_rules(load_pack("kg").folder)
TODAY = date(2026, 11, 27)
TEMPLATES = RULES.on(TODAY)
GTIN = "04601234567893"


def key(key_id: str = "K001", tail: Tail = "tag", goods: str = "*", seed: int = 1) -> OpenKey:
    secrets = KeySecrets(bytes([seed]) * 32, bytes([seed + 100]) * 32)
    return new_key(key_id, tail, goods=goods, issues_from=date(2026, 1, 1), secrets=secrets)


def registry(*keys: OpenKey) -> KeyRegistry:
    found = KeyRegistry()
    for each in keys:
        found = found.added(each)
    return found


def issued(
    opened: OpenKey, count: int = 100, *, template: str = "eaeu_44", batch: int = 7, first: int = 0
) -> Codes:
    form = RULES.template(template)
    return issue_codes(
        form,
        opened,
        gtin=GTIN,
        issuer=RULES.own_issuer if form.issuer_first else "",
        batch=batch,
        indices=np.arange(first, first + count, dtype=np.uint64),
    )
