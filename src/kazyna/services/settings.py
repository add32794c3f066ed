"""Everything that can be set from outside: one line each, with its default and meaning.

The same tuple feeds the program, `kazyna --help` and the reference documentation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kazyna.core.errors import Finding, InputError
from kazyna.services.webhooks import origin_of


class Setting(NamedTuple):
    """An environment variable, its default, and what it means."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("KAZYNA_DATA", ".kazyna", "folder of the bundled database and of written reports"),
    Setting(
        "KAZYNA_DATABASE_URL",
        "",
        "PostgreSQL server to use; empty: the bundled server starts by itself in KAZYNA_DATA",
    ),
    Setting("KAZYNA_PACK", "us_wa", "jurisdiction pack: the law as data"),
    Setting("KAZYNA_TODAY", "", "business date such as 2016-02-01; empty: the calendar's day"),
    Setting(
        "KAZYNA_SHARDS",
        "",
        "further PostgreSQL servers for units of goods marking, such as"
        " `second=postgresql://…;third=postgresql://…`",
    ),
    Setting("KAZYNA_KEYS", "", "key file of the codes of marked goods"),
    Setting(
        "KAZYNA_KEYS_PASSWORD",
        "",
        "password of the key file; without it codes are checked by public keys alone",
    ),
    Setting("KAZYNA_HSM", "", "PKCS#11 library of a hardware module that keeps keys of codes"),
    Setting("KAZYNA_HSM_TOKEN", "kazyna", "label of the token in the hardware module"),
    Setting("KAZYNA_HSM_PIN", "", "PIN of the token"),
    Setting(
        "KAZYNA_PUBLIC_CHECKS",
        "60",
        "codes that one address may have checked in a minute without signing in; 0: no limit",
    ),
    Setting(
        "KAZYNA_WEBHOOKS",
        "",
        "to whom subscribed EPCIS events may be sent, such as"
        " `https://partner.example;https://other.example:8443`; empty: to nobody",
    ),
    Setting("KAZYNA_EPCIS_BYTES", "67108864", "bytes that an EPCIS document may have"),
    Setting("KAZYNA_EPCIS_EVENTS", "100000", "events that an EPCIS document may have"),
    Setting("KAZYNA_PASSWORD", "", "password of the account named by --as; empty: it is asked"),
)


@dataclass(frozen=True)
class KeyPlace:
    """Where the keys of codes are, and what opens them."""

    path: Path
    password: str = field(default="", repr=False)
    hsm_library: Path | None = None
    hsm_token: str = "kazyna"  # noqa: S105 (a label)
    hsm_pin: str = field(default="", repr=False)


@dataclass(frozen=True)
class Settings:
    """The settings of one installation."""

    data_folder: Path
    database_url: str
    pack: str
    today: str
    shards: Mapping[str, str] = field(default_factory=dict)
    """Addresses of further servers for units of goods marking, by name."""
    keys: KeyPlace | None = None
    public_checks: int = 60
    """Codes that one address may have checked in a minute without signing in; 0: no limit."""
    webhooks: tuple[str, ...] = ()
    """Origins of addresses to which EPCIS events may be sent."""
    epcis_bytes: int = 64 * 2**20
    """That an EPCIS document may have."""
    epcis_events: int = 100_000
    """That an EPCIS document may have."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Take the settings from environment variables, falling back to the defaults."""
        value = {
            setting.name: environment.get(setting.name) or setting.default for setting in SETTINGS
        }
        return cls(
            data_folder=Path(value["KAZYNA_DATA"]).absolute(),
            database_url=value["KAZYNA_DATABASE_URL"],
            pack=value["KAZYNA_PACK"],
            today=value["KAZYNA_TODAY"],
            shards=_shards(value["KAZYNA_SHARDS"]),
            keys=_keys(value),
            public_checks=_number(value, "KAZYNA_PUBLIC_CHECKS", "a number; 0 is no limit"),
            webhooks=_webhooks(value["KAZYNA_WEBHOOKS"]),
            epcis_bytes=_number(value, "KAZYNA_EPCIS_BYTES", "a number of bytes", least=1),
            epcis_events=_number(value, "KAZYNA_EPCIS_EVENTS", "a number of events", least=1),
        )


def _number(value: Mapping[str, str], name: str, expected: str, *, least: int = 0) -> int:
    given = value[name]
    if not (given.isascii() and given.isdigit()) or int(given) < least:
        raise InputError(Finding(name, f"{given!r} is not accepted", expected))
    return int(given)


def _webhooks(given: str) -> tuple[str, ...]:
    """Read origins, each with its port."""
    parts = [part.strip() for part in given.split(";") if part.strip()]
    origins = [origin_of(part) for part in parts]
    for part, origin in zip(parts, origins, strict=True):
        if origin is None:
            expected = "addresses such as https://partner.example, apart by semicolons"
            raise InputError(Finding("KAZYNA_WEBHOOKS", f"{part!r} is not accepted", expected))
    return tuple(origin for origin in origins if origin is not None)


def _shards(given: str) -> dict[str, str]:
    """Read names and addresses of servers."""
    parts = [part.partition("=") for part in given.split(";") if part.strip()]
    named = {name.strip(): url.strip() for name, _, url in parts}
    if len(named) < len(parts) or "main" in named or not all(named) or not all(named.values()):
        expected = "name=address;name=address, each name once, and none of them main"
        raise InputError(Finding("KAZYNA_SHARDS", f"{given!r} is not accepted", expected))
    return named


def _keys(value: Mapping[str, str]) -> KeyPlace | None:
    if not value["KAZYNA_KEYS"]:
        return None
    return KeyPlace(
        Path(value["KAZYNA_KEYS"]).absolute(),
        value["KAZYNA_KEYS_PASSWORD"],
        Path(value["KAZYNA_HSM"]) if value["KAZYNA_HSM"] else None,
        value["KAZYNA_HSM_TOKEN"],
        value["KAZYNA_HSM_PIN"],
    )
