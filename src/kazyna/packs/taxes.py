"""One tax of a pack: its parameters in `<tax>.toml` beside its rules in `<tax>.py`."""

import importlib.util
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from kazyna.accounts import PartsRule
from kazyna.core.dated import Dated
from kazyna.core.errors import Finding, InputError, PackError
from kazyna.core.money import Currency
from kazyna.core.schema import Schema
from kazyna.core.text import Text
from kazyna.packs.parameters import DueDay, read_parameter
from kazyna.packs.parts import TaxParts
from kazyna.packs.reading import Section, read_file
from kazyna.tax import InputColumn, Parameter, Rule, RuleSet, Source, Table, rule_set
from kazyna.tax.compile import prove
from kazyna.tax.parameter import days_of_change
from kazyna.tax.table import ANY


@dataclass(frozen=True)
class Tax:
    """A tax: what is asked for, how it is computed and when it is due."""

    name: str
    title: Text
    rules: RuleSet
    due: Dated[DueDay]
    parts: TaxParts | None = None
    """In which parts its bills may be paid."""

    @property
    def inputs(self) -> Schema:
        """The columns that a table must have to be taxed."""
        return self.rules.schema

    @property
    def amount_rule(self) -> str:
        """The rule whose result is charged."""
        return self.rules.amount_rule

    @property
    def declared(self) -> bool:
        """Whether taxpayers declare the tax every month; others are charged by a roll."""
        return self.due.on(self.due.days[-1]).month is None

    def due_on(self, year: int) -> date:
        """Return the day on which the tax of a tax year, the year of payment, is due."""
        due = self.due.on(date(year, 1, 1))
        if due.month is None:
            raise ValueError(f"{self.name} is due every month, not once a year")
        return date(year, due.month, due.day)

    def parts_of(self, year: int, currency: Currency) -> PartsRule | None:
        """Return how the bills of a tax year are divided; None where they are not."""
        law = self.parts.on(date(year, 1, 1)) if self.parts else None
        return law.rule(year, whole_on=self.due_on(year), currency=currency) if law else None

    def due_after(self, month: date) -> date:
        """Return the day on which the tax declared for a month is due, in the month after it."""
        after = (month.replace(day=1) + timedelta(days=31)).replace(day=1)
        return after.replace(day=self.due.on(month).day)


@dataclass(frozen=True)
class Ground:
    """What all taxes of a pack stand on."""

    columns: Mapping[str, InputColumn]
    sources: Mapping[str, Source]
    doubts: Mapping[str, Text]
    rounding: Parameter | None
    """The pack's own rounding, for rules that ask for `rounding`."""
    due: Mapping[str, Dated[DueDay]]
    parts: Mapping[str, TaxParts]


def read_tax(folder: Path, name: str, ground: Ground, findings: list[Finding]) -> Tax | None:
    """Read and wire one tax; every mistake is added to `findings`."""
    before = len(findings)
    file = read_file(folder, f"{name}.toml", findings)
    rules = _rules(folder, name, findings)
    if file is None:
        return None
    title, amount = file.text("title"), file.required("amount", str, "")
    found = [read_parameter(section, key, folder) for key, section in file.tables()]
    due = _due(folder, name, ground, findings)
    if len(findings) > before or due is None:
        return None
    parameters = {parameter.name: parameter for parameter in found if parameter is not None}
    wired = _wired(file, rules, parameters, ground=ground, amount=amount)
    if wired is None:
        return None
    tax = Tax(name, title, wired, due, ground.parts.get(name))
    if tax.declared and tax.parts:
        file.fault("", "the tax is declared every month, and has parts", "a tax of the year")
    return tax


def unknown_words(taxes: Collection[Tax], columns: Mapping[str, InputColumn]) -> Iterator[Finding]:
    """Find words of tables that no object can have: such a row would never be asked.

    A key that some rule asks by a word of its own, such as the class of an object, may have any.
    """
    asked = [
        (rule, tax.rules.parameters[name])
        for tax in taxes
        for rule in tax.rules.versions
        for name in rule.arguments
        if name in tax.rules.parameters
    ]
    by_rules = {
        (parameter.name, key)
        for rule, parameter in asked
        for key in columns
        if key not in rule.arguments
    }
    for _, parameter in asked:
        for table in (each.value for each in parameter.values.values):
            if isinstance(table, Table):
                for number, key in enumerate(table.keys):
                    if key.name in columns and (parameter.name, key.name) not in by_rules:
                        yield from _unknown_keys(table, number, columns[key.name])


def _unknown_keys(table: Table, number: int, column: InputColumn) -> Iterator[Finding]:
    for row in table.rows:
        if column.allowed and row.keys[number] not in {*column.allowed, ANY}:
            reason, expected = f"{row.keys[number]!r} is not known", f"{ANY} or {column.expected}"
            yield Finding(row.place, reason, expected, column=column.name)


def _wired(
    file: Section,
    rules: list[Rule],
    parameters: dict[str, Parameter],
    *,
    ground: Ground,
    amount: str,
) -> RuleSet | None:
    """Wire the rules, and prove on every day on which the law changes that they compile."""
    asked = {argument for item in rules for argument in item.arguments}
    if ground.rounding and ground.rounding.name in asked:
        parameters.setdefault(ground.rounding.name, ground.rounding)
    try:
        wired = rule_set(
            file.source.removesuffix(".toml"),
            rules,
            inputs=ground.columns.values(),
            parameters=parameters.values(),
            sources=ground.sources,
            amount=amount,
            doubts=ground.doubts,
        )
        for day in _days(wired):
            prove(wired, day)
    except PackError as error:
        file.findings += error.findings
        return None
    return wired


def _days(rules: RuleSet) -> tuple[date, ...]:
    """List the days on which the law changes, from the first on which all of it holds."""
    began = {day for item in rules.versions for day in (item.begins, item.until) if day}
    days: set[date] = set()
    for day in {*began, *(d for p in rules.parameters.values() for d in p.values.days)}:
        try:
            held = rules.on(day)
        except InputError:
            continue  # before the law
        if day in {*began, *days_of_change(held.parameters.values())}:
            days.add(day)
    return tuple(sorted(days))


def _rules(folder: Path, name: str, findings: list[Finding]) -> list[Rule]:
    """Run a tax's Python file and take its rules in the order they are written."""
    path, source = folder / f"{name}.py", f"{folder.name}/{name}.py"
    specification = importlib.util.spec_from_file_location(f"{folder.name}_{name}", path)
    if specification is None or specification.loader is None or not path.is_file():
        findings.append(Finding(source, "the file is missing", "a Python file with the rules"))
        return []
    module = importlib.util.module_from_spec(specification)
    try:
        specification.loader.exec_module(module)
    except (ImportError, SyntaxError, NameError, TypeError, ValueError, ArithmeticError) as error:
        reason = f"it does not load: {type(error).__name__}: {error}"
        findings.append(Finding(source, reason, "Python that defines rules"))
        return []
    rules = [item for item in vars(module).values() if isinstance(item, Rule)]
    if not rules:
        findings.append(Finding(source, "it defines no rule", "at least one function under @rule"))
    return rules


def _due(folder: Path, name: str, ground: Ground, findings: list[Finding]) -> Dated[DueDay] | None:
    due = ground.due.get(name)
    if due is None:
        source = f"{folder.name}/accounts.toml"
        findings.append(
            Finding(source, "the tax has no due day", "a table with values", column=f"due.{name}")
        )
    return due
