"""Find, load and check a jurisdiction pack, and hand each engine its part.

A pack is a folder; `docs/how-to/write-a-pack.md` shows one. Packs inside `kazyna.packs` are
built in; others come from installed packages that declare the entry point `kazyna.packs`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import get_args

from kazyna.core.errors import Finding, NotFound, PackError
from kazyna.core.money import Currency
from kazyna.core.text import LANGUAGES, Language, Text
from kazyna.packs.accounts import Accounts, read_accounts
from kazyna.packs.columns import Columns, FloorArea, read_columns
from kazyna.packs.grounds import Grounds, read_grounds
from kazyna.packs.parameters import read_parameter
from kazyna.packs.reading import Section, read_file
from kazyna.packs.register import ObjectRegister, read_register
from kazyna.packs.sources import read_sources
from kazyna.packs.taxes import Ground, Tax, read_tax, unknown_words
from kazyna.tax import InputColumn, Parameter, Source
from kazyna.tax.months import MonthConvention

ENTRY_POINTS = "kazyna.packs"
BUILT_IN = Path(__file__).parent


@dataclass(frozen=True)
class ServiceLaw:
    """That the days to object to a bill or a fine count from its service, not from its issue."""

    presumed_after_days: int | None
    """Days after the issue on which it counts as served while nothing proves another day; None
    where the days do not begin before that."""
    grounds: Grounds


@dataclass(frozen=True)
class Pack:
    """The law of one jurisdiction, loaded and checked."""

    name: str
    title: Text
    currency: Currency
    languages: tuple[Language, ...]
    taxes: Mapping[str, Tax]
    columns: Mapping[str, InputColumn]
    floor_area: FloorArea | None
    neighbourhood: str | None
    """The column that names the neighbourhood, where one does."""
    land_area: str | None
    """The column with the plot's area, where values are split into land and building."""
    objection_days: Parameter | None
    """How long values can be objected to, by date."""
    bill_objection_days: Parameter | None
    """How long after its issue a bill can be objected to, by date."""
    bill_answer_days: Parameter | None
    service: ServiceLaw | None
    """None where the days to object count from the issue of a bill or fine."""
    """How long the office has to answer an objection to a bill, by date."""
    months: MonthConvention | None
    """How the months of a year are shared among successive holders, where tax is owed by months."""
    register: ObjectRegister
    """The objects of tax, and where the inputs of the rules come from."""
    accounts: Accounts
    words: Mapping[str, Text]
    """What the words of the tables, and the units, are called; others stand as they are."""
    sources: Mapping[str, Source]
    doubts: Mapping[str, Text]
    """What is not certain of the law, by its English words."""
    content_hash: str
    """SHA-256 over the pack's files: a roll says by exactly which law it was computed."""
    folder: Path

    @property
    def demo(self) -> Path | None:
        """The folder of the pack's demonstration data, where it has one."""
        folder = self.folder / "demo"
        return folder if folder.is_dir() else None


def load_pack(name: str) -> Pack:
    """Load the pack of that name.

    Raises
    ------
    NotFound
        If no pack has the name; the message lists those that are known.
    PackError
        If the pack is wrong, with every mistake by file and key.
    """
    folder = folder_of(name)
    return _read_once(folder, content_hash(folder))


def folder_of(name: str) -> Path:
    """Return where the files of a pack are.

    Raises
    ------
    NotFound
        If no pack has the name.
    """
    folders = _folders()
    if name not in folders:
        raise NotFound(f"No pack is called {name!r}; known are {', '.join(sorted(folders))}.")
    return folders[name]


@lru_cache(maxsize=8)
def _read_once(folder: Path, content: str) -> Pack:  # noqa: ARG001 (tells versions apart)
    """Read a pack as long as its files are the same: proving all its rules takes a second."""
    return read_pack(folder)


def read_pack(folder: Path) -> Pack:
    """Read and check the pack in a folder.

    Raises
    ------
    PackError
        If the pack is wrong, with every mistake by file and key.
    """
    findings: list[Finding] = []
    names = ("pack.toml", "columns.toml", "accounts.toml", "sources.toml")
    files = [read_file(folder, name, findings) for name in names]
    if not all(files):
        raise PackError(findings)
    about, columns_file, accounts_file, sources_file = (file for file in files if file)
    columns, accounts = read_columns(columns_file), read_accounts(accounts_file)
    ground = Ground(
        columns=columns.by_name,
        sources=read_sources(sources_file),
        doubts=_doubts(folder, findings),
        rounding=_parameter(about, "rounding", folder),
        due=accounts.due,
        parts=accounts.parts,
    )
    pack = _pack(folder, about, ground, columns=columns, accounts=accounts)
    if findings:
        raise PackError(dict.fromkeys(findings))  # several taxes may read one table
    return pack


def _pack(
    folder: Path, about: Section, ground: Ground, *, columns: Columns, accounts: Accounts
) -> Pack:
    names = about.strings("taxes")
    read = {name: read_tax(folder, name, ground, about.findings) for name in names}
    for name in accounts.due:
        if name not in names:
            about.fault("taxes", f"accounts.toml has a due day for {name!r}", "it among the taxes")
    for name in accounts.parts:
        if name not in names:
            about.fault("taxes", f"accounts.toml has parts of {name!r}", "it among the taxes")
    for name in accounts.budgets.divisions:
        if name not in names:
            about.fault("taxes", f"accounts.toml divides {name!r}", "it among the taxes")
    known = {name: tax for name, tax in read.items() if tax is not None}
    about.findings += unknown_words(known.values(), columns.by_name)
    pack = Pack(
        name=about.required("name", str, folder.name),
        title=about.text("title"),
        currency=_currency(about.section("currency")),
        languages=_languages(about),
        taxes=known,
        columns=columns.by_name,
        floor_area=columns.floor_area,
        neighbourhood=columns.neighbourhood,
        land_area=columns.land_area,
        objection_days=_parameter(about, "objection_days", folder),
        bill_objection_days=_parameter(about, "bill_objection_days", folder),
        bill_answer_days=_parameter(about, "bill_answer_days", folder),
        service=_service(about.section("service")) if "service" in about.values else None,
        months=_months(about),
        register=read_register(folder, columns.by_name, known, names, about.findings),
        accounts=accounts,
        words=_words(folder, about.findings),
        sources=ground.sources,
        doubts=ground.doubts,
        content_hash=content_hash(folder),
        folder=folder,
    )
    about.finish()
    if pack.name != folder.name:
        about.fault("name", f"{pack.name!r} is not the folder's name", repr(folder.name))
    return pack


def _parameter(about: Section, name: str, folder: Path) -> Parameter | None:
    """Read a parameter of the whole pack, which may leave it out."""
    return read_parameter(about.section(name), name, folder) if name in about.values else None


def _service(section: Section) -> ServiceLaw:
    """Read how the days to object to bills and fines count from the service of the paper."""
    days = section.optional("presumed_after_days", int)
    law = ServiceLaw(days, read_grounds(section))
    section.finish()
    if days is not None and days < 0:
        section.fault("presumed_after_days", f"{days} is negative", "days from 0")
    return law


def _words(folder: Path, findings: list[Finding]) -> Mapping[str, Text]:
    """Read words.toml, which a pack may leave out."""
    if not (folder / "words.toml").is_file():
        return {}
    file = read_file(folder, "words.toml", findings)
    words = {word: file.text(word) for word in file.values} if file else {}
    if file:
        file.finish()
    return words


def _doubts(folder: Path, findings: list[Finding]) -> Mapping[str, Text]:
    """Read doubts.toml, which a pack may leave out."""
    if not (folder / "doubts.toml").is_file():
        return {}
    file = read_file(folder, "doubts.toml", findings)
    if file is None:
        return {}
    rows = file.rows("doubts")
    said = [Text(*(row.required(language, str, "") for language in LANGUAGES)) for row in rows]
    for section in (*rows, file):
        section.finish()
    return {text.en: text for text in said}


def _currency(section: Section) -> Currency:
    currency = Currency(section.required("code", str, ""), section.required("decimals", int, 0))
    section.finish()
    if not (len(currency.code) == 3 and currency.code.isupper()):  # noqa: PLR2004 (ISO 4217)
        section.fault("code", f"{currency.code!r} is no code", "three capitals, by ISO 4217")
    return currency


def _languages(about: Section) -> tuple[Language, ...]:
    given = about.strings("languages")
    for language in given:
        if language not in LANGUAGES:
            about.fault("languages", f"{language!r} is not known", "of " + ", ".join(LANGUAGES))
    return tuple(language for language in LANGUAGES if language in given)


def _months(about: Section) -> MonthConvention | None:
    known: dict[str, MonthConvention] = {name: name for name in get_args(MonthConvention)}
    given = about.optional("months", str)
    if given is not None and given not in known:
        about.fault("months", f"{given!r} is not known", "one of " + ", ".join(known))
    return known.get(given or "")


def _folders() -> dict[str, Path]:
    """Return the folder of every pack that is installed; a built-in name cannot be taken over."""
    built_in = {path.parent.name: path.parent for path in BUILT_IN.glob("*/pack.toml")}
    outside = {
        point.name: Path(point.load().__file__).parent
        for point in entry_points(group=ENTRY_POINTS)
        if point.name not in built_in
    }
    return outside | built_in


def law_files(folder: Path) -> tuple[Path, ...]:
    """List the files that make the law of a pack; not the demonstration data."""
    return tuple(
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {"demo", "__pycache__"} & set(path.relative_to(folder).parts)
    )


def content_hash(folder: Path) -> str:
    """Hash the names and contents of the files that make the law."""
    digest = hashlib.sha256()
    for path in law_files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
