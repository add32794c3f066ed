"""The house rules that no linter knows (docs/decisions/0002-house-rules.md)."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import getdoc, isfunction, signature
from pathlib import Path

import pytest

from kazyna.core import errors
from kazyna.packs.pack import load_pack
from kazyna.tax import Table

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "kazyna"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "node_modules" not in path.parts)
ENGINES = ("valuation", "marking", "tax", "accounts")

MODULE_LINES, FUNCTION_LINES = 500, 60
PARAMETERS, POSITIONAL = 7, 5
FUNCTION_LINES_P95 = 40
LONG_MODULE_LINES, LONG_MODULE_SHARE = 400, 0.05

SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b", re.S
)
SQL_FOR_A_REASON = {
    "tax/compile.py": "writes the query of a roll for DuckDB, PostgreSQL or Spark",
    "tax/shares.py": "splits bills among holders in DuckDB, in memory",
    "tax/roll.py": "counts identifiers of a table in DuckDB, in memory",
    "marking/balance.py": "balances events in DuckDB, in memory",
    "marking/detection": "each rule is a query over events in DuckDB, in memory",
}
MORE_PARAMETERS_FOR_A_REASON = {
    "cli": "a command has a parameter for each of its options",
    "store/ledger.py": "a row is written by its columns",
}
NOT_IMPORTED_FOR_A_REASON = {
    "packs/cases.py": "reads the golden cases of a pack for the tests of its author",
    "__main__.py": "python -m kazyna",
}
NAMES_SAY_IT = 2
"""Parameters that the names and the first sentence explain well enough."""

HEAVY = ("lightgbm", "sklearn", "scipy", "duckdb", "pyarrow", "psycopg", "fastapi", "uvicorn")


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, Function))


def docstring_lines(node: ast.AST) -> int:
    if not isinstance(node, ast.Module | ast.ClassDef | Function) or not ast.get_docstring(node):
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1


def lines_of(node: Function) -> int:
    return (node.end_lineno or 0) - node.lineno + 1 - docstring_lines(node)


def module_lines(path: Path) -> int:
    documented = sum(map(docstring_lines, ast.walk(tree_of(path))))
    return path.read_text(encoding="utf-8").count("\n") - documented


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_fits_in_the_head(path: Path) -> None:
    """One file of 6,000 lines is where a reader gives up; docstrings are free."""
    assert module_lines(path) <= MODULE_LINES, "split it by subject"
    for function in functions_of(path):
        assert lines_of(function) <= FUNCTION_LINES, f"{function.name}: split it"


def test_most_modules_and_functions_are_short() -> None:
    lengths = sorted(lines_of(function) for path in MODULES for function in functions_of(path))
    assert lengths[int(len(lengths) * 0.95)] <= FUNCTION_LINES_P95
    long = [name_of(path) for path in MODULES if module_lines(path) > LONG_MODULE_LINES]
    assert len(long) <= LONG_MODULE_SHARE * len(MODULES), long


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_calls_stay_readable(path: Path) -> None:
    """No more than seven parameters, and beyond five only by keyword."""
    name = name_of(path)
    if name in MORE_PARAMETERS_FOR_A_REASON or name.split("/")[0] in MORE_PARAMETERS_FOR_A_REASON:
        return
    for function in functions_of(path):
        given = function.args
        positional = len([*given.posonlyargs, *given.args])
        assert positional <= POSITIONAL + 1, f"{function.name}: pass them by keyword"
        own = {"self", "cls", "ctx", "tx"}
        every = [arg for arg in (*given.args, *given.kwonlyargs) if arg.arg not in own]
        assert len(every) <= PARAMETERS, f"{function.name}: {len(every)} parameters"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_sql_stands_in_the_store(path: Path) -> None:
    """A query found outside the store is one that no migration will find."""
    name = name_of(path)
    if name.startswith("store/") or {name, name.rpartition("/")[0]} & set(SQL_FOR_A_REASON):
        return
    texts = [
        node.value
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [text for text in texts if SQL.search(text)]


def test_every_module_is_used() -> None:
    """A module that nothing imports is dead, or its use is hidden."""
    imported: set[str] = set()
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module)
                imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    unused = [
        name_of(path)
        for path in MODULES
        if path.name != "__init__.py"
        and not path.with_suffix(".toml").exists()  # rules are loaded by the name of the tax
        and "kazyna." + name_of(path).removesuffix(".py").replace("/", ".") not in imported
    ]
    assert sorted(set(unused) - set(NOT_IMPORTED_FOR_A_REASON)) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nobody_imports_the_package_root(path: Path) -> None:
    """`from kazyna import x` makes a cycle of everything; the version alone is there."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "kazyna":
            packages = {child.name for child in SOURCE.iterdir() if child.is_dir()}
            assert {alias.name for alias in node.names} <= packages


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_exports_what_it_names(engine: str) -> None:
    """The public names are imported in `__init__` and listed once; the two agree."""
    module = import_module(f"kazyna.{engine}")
    imported = {
        alias.name
        for node in tree_of(SOURCE / engine / "__init__.py").body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert len(module.__all__) == len(set(module.__all__))
    assert set(module.__all__) == imported


@pytest.mark.parametrize("engine", ENGINES)
def test_public_functions_of_an_engine_are_documented(engine: str) -> None:
    """The engines are a library: each function says what it takes and what it gives."""
    module = import_module(f"kazyna.{engine}")
    for name in module.__all__:
        function = getattr(module, name)
        if not isfunction(function):
            continue
        text = getdoc(function) or ""
        assert text, name
        if len(signature(function).parameters) > NAMES_SAY_IT:
            assert "Parameters\n---" in text, f"{name}: its parameters are not explained"


def test_the_tree_of_errors_is_complete() -> None:
    """A reader looks at the top of core/errors.py, and nowhere else."""
    classes = [errors.KazynaError]
    for error in classes:
        classes += error.__subclasses__()
    drawn = errors.__doc__ or ""
    for error in classes:
        assert error.__module__ == "kazyna.core.errors", error
        line = next(
            line for line in drawn.splitlines() if re.search(rf"\b{error.__name__}\b", line)
        )
        assert line


@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in SOURCE.glob("packs/*/pack.toml"))
)
def test_every_value_of_a_pack_has_its_law(name: str) -> None:
    pack = load_pack(name)
    for tax in pack.taxes.values():
        for parameter in tax.rules.parameters.values():
            for value in parameter.values.values:
                assert value.law, f"{tax.name}: {parameter.name}"
                rows = value.value.rows if isinstance(value.value, Table) else ()
                for entry in rows or (value,):
                    read = entry.confidence in {"official", "press"}
                    looked = read or entry.doubt or value.checked or value.value is None
                    assert looked, f"{tax.name}: {parameter.name}: nobody looked"


def test_the_layers_hold() -> None:
    """Arrows go down only: the contracts in pyproject.toml."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["backtest", "--help"], ["--version"]])
def test_help_does_not_load_the_engines(arguments: list[str]) -> None:
    """Who asks for help waits for nothing: the engines load with the command that needs them."""
    program = (
        "import sys\nfrom kazyna.cli.app import run\nrun(sys.argv[1:])\n"
        f"print(*({set(HEAVY)!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stderr.split() == []
