"""Everything that can be set from outside: one line each, with its default and meaning.

The same tuple feeds the program, `kazyna --help` and the reference documentation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


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
    Setting("KAZYNA_PASSWORD", "", "password of the account named by --as; empty: it is asked"),
)


@dataclass(frozen=True)
class Settings:
    """The settings of one installation."""

    data_folder: Path
    database_url: str
    pack: str
    today: str

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
        )
