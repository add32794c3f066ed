"""The documentation says all that there is, and nothing that is no more."""

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
import typer
from typer.core import TyperGroup

from kazyna.cli.app import app
from kazyna.core.errors import KazynaError
from kazyna.packs.pack import BUILT_IN, load_pack
from kazyna.services.settings import SETTINGS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
COMMAND = re.compile(r"(?:\w+=\S+ )*(kazyna .+)")
"""A line of a shell that calls us, perhaps with settings before it."""


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def all_commands() -> list[str]:
    root = cast(TyperGroup, typer.main.get_command(app))
    names = []
    for name, command in root.commands.items():
        inner = command.commands if isinstance(command, TyperGroup) else {}
        names += [f"kazyna {name} {nested}" for nested in inner] or [f"kazyna {name}"]
    return names


def all_errors() -> list[str]:
    classes: list[type[KazynaError]] = [KazynaError]
    for error in classes:
        classes += error.__subclasses__()
    return [error.__name__ for error in classes]


def all_services() -> list[str]:
    return [
        node.name
        for path in (ROOT / "src/kazyna/services").glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


@pytest.mark.parametrize("command", all_commands())
def test_every_command_is_in_the_reference(command: str) -> None:
    assert f"# {command}\n" in page("commands")


@pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
def test_every_setting_is_in_the_reference(name: str) -> None:
    assert f"| `{name}` |" in page("settings")


@pytest.mark.parametrize("name", all_errors())
def test_every_error_is_in_the_reference(name: str) -> None:
    assert f"| `{name}` |" in page("errors")


@pytest.mark.parametrize("name", all_services())
def test_every_service_is_in_the_reference(name: str) -> None:
    assert f"\n{name}(" in page("services")


@pytest.mark.parametrize("name", sorted(path.parent.name for path in BUILT_IN.glob("*/pack.toml")))
def test_every_parameter_of_a_pack_is_in_the_reference(name: str) -> None:
    for tax in load_pack(name).taxes.values():
        for parameter in tax.rules.parameters:
            assert f"| `{parameter}` |" in page("packs")


def test_the_generated_pages_agree_with_the_program() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", DOCS, tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "tutorial" / "first-county.html").is_file()


@pytest.mark.parametrize(
    "path",
    [path for path in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")] if "_build" not in path.parts],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_every_command_in_the_documentation_exists(path: Path) -> None:
    """A guide that names a command which is no more sends its reader into a wall."""
    known = set(all_commands())
    in_block = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            in_block = line == "```sh"
        elif in_block and (called := COMMAND.match(line)):
            words = called[1].split()
            assert {" ".join(words[:2]), " ".join(words[:3])} & known, line
