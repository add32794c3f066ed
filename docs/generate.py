"""Write the parts of the reference that the program itself knows.

`python docs/generate.py` writes them, `python docs/generate.py --check` names those that no longer
agree with the program and ends with 1.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from inspect import cleandoc, getdoc
from pathlib import Path
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup

from kazyna.api.app import create_api
from kazyna.api.errors import STATUS
from kazyna.api.metrics import Metrics
from kazyna.cli.app import app
from kazyna.core.errors import InputError, KazynaError
from kazyna.packs.pack import BUILT_IN, Pack, load_pack
from kazyna.services.context import Installation
from kazyna.services.settings import SETTINGS
from kazyna.tax import Rounding, Table

DOCS = Path(__file__).parent
SERVICES = DOCS.parent / "src" / "kazyna" / "services"
NOTE = "<!-- Written by docs/generate.py; change the program, not this page. -->\n"


def commands() -> Iterator[str]:
    """Describe every command with its options and an example."""
    yield "# Commands\n"
    yield (
        "Every command prints its result on stdout and all else on stderr. With `--json` the result"
        " is exactly one JSON object, and an error is one object with `error` and `findings` on"
        " stderr.\n\nExit codes: 0 done, 1 refused or failed, 2 wrong usage or unreadable input,"
        " 130 stopped by Ctrl-C.\n"
    )
    root = cast(TyperGroup, typer.main.get_command(app))
    for name, command in root.commands.items():
        if isinstance(command, TyperGroup):
            yield f"## kazyna {name}\n\n{command.help}\n"
            for inner, nested in command.commands.items():
                yield from _command(f"kazyna {name} {inner}", cast(TyperCommand, nested), "###")
        else:
            yield from _command(f"kazyna {name}", cast(TyperCommand, command), "##")


def _command(name: str, command: TyperCommand, mark: str) -> Iterator[str]:
    yield f"{mark} {name}\n"
    text = cleandoc(command.help or "")
    yield text.replace("Example:\n```", "Example:\n\n```") + "\n"
    yield "| argument | meaning | default |\n|---|---|---|"
    for parameter in command.params:
        if parameter.name == "help":
            continue
        given = cast(Any, parameter)
        is_option = given.param_type_name == "option"
        shown = ", ".join(given.opts) if is_option else (given.metavar or given.name)
        default = "required" if given.required else "–" if given.default is None else given.default
        if given.default is False:
            default = "off"
        yield f"| `{shown}` | {given.help} | {default} |"
    yield ""


def settings() -> Iterator[str]:
    """Describe every environment variable."""
    yield "# Settings\n"
    yield "Kazyna is set by environment variables; nothing else configures it.\n"
    yield "| variable | default | meaning |\n|---|---|---|"
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "empty"
        yield f"| `{setting.name}` | {default} | {setting.meaning} |"
    yield ""


def errors() -> Iterator[str]:
    """Describe every error with its exit code and its HTTP status."""
    yield "# Errors\n"
    yield (
        "Every error that Kazyna raises on purpose is one of these. The command line turns it into"
        " an exit code, the HTTP interface into a problem document (RFC 9457). Anything else that"
        " is raised is a defect.\n"
    )
    yield "| error | what it means | exit code | HTTP status |\n|---|---|---|---|"
    classes: list[type[KazynaError]] = [KazynaError]
    for error in classes:
        classes += error.__subclasses__()
    for error in classes:
        meaning = (getdoc(error) or "").splitlines()[0]
        status = next((STATUS[kind] for kind in error.__mro__ if kind in STATUS), None)
        code = 2 if issubclass(error, InputError) else 1
        shown = f"{status.value} {status.phrase}" if status else "–"
        yield f"| `{error.__name__}` | {meaning} | {code} | {shown} |"
    yield (
        "\nAn `InputError` carries `findings`: every mistake with its source, row, column, the"
        " reason, and what was expected.\n"
    )


def services() -> Iterator[str]:
    """Describe every use case and every result."""
    yield "# Services\n"
    yield (
        "The use cases: one call is one transaction. The command line, the HTTP interface and the"
        " portal call these and nothing else; so may a notebook.\n"
    )
    yield (
        "```python\nimport os\n\nfrom kazyna.services import cadastre\n"
        "from kazyna.services.context import Actor, open_installation\n"
        "from kazyna.services.settings import Settings\n\n"
        "with open_installation(Settings.read(os.environ)) as installation:\n"
        '    officer = installation.context(Actor("me", "officer"))\n'
        "    print(cadastre.overview(officer))\n```\n"
    )
    for path in sorted(SERVICES.glob("[a-z]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield f"## kazyna.services.{path.stem}\n\n{ast.get_docstring(tree)}\n"
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield _service(node)
        records = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        if records:
            yield "Records:\n"
            yield "\n".join(map(_record, records)) + "\n"


def _service(node: ast.FunctionDef) -> str:
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    first = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
    return f"```python\n{node.name}({ast.unparse(node.args)}){returns}\n```\n\n{first}\n"


def _record(node: ast.ClassDef) -> str:
    names = [
        item.target.id
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    ]
    first = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
    fields = ", ".join(f"`{name}`" for name in names if not name.startswith("_"))
    return f"- **{node.name}**: {first}" + (f" Fields: {fields}." if fields else "")


def http() -> Iterator[str]:
    """Describe every endpoint, from the interface's own description."""
    described = create_api(cast(Installation, None), Metrics()).openapi()
    yield "# HTTP interface\n"
    yield described["info"]["description"].strip() + "\n"
    yield "The full description, with every schema, is served at `/v1/openapi.json`.\n"
    by_tag: dict[str, list[str]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            codes = ", ".join(sorted(operation["responses"]))
            about = operation["description"].replace("\n", " ")
            given = _parameters(operation)
            by_tag.setdefault(tag, []).append(
                f"### {method.upper()} {path}\n\n{about}\n\n{given}Answers: {codes}.\n"
            )
    for tag, sections in by_tag.items():
        yield f"## {tag}\n"
        yield from sections


def _parameters(operation: dict[str, Any]) -> str:
    lines = [
        f"- `{item['name']}` ({item['in']}{', required' if item['required'] else ''})"
        + (f": {item['description']}" if "description" in item else "")
        for item in operation.get("parameters", [])
    ]
    body = operation.get("requestBody")
    if body:
        (form, content), *_ = body["content"].items()
        named = content["schema"].get("$ref", "").rsplit("/", 1)[-1]
        lines.append(f"- body: a JSON object `{named}`" if named else f"- body: `{form}`")
    return "\n".join(lines) + "\n\n" if lines else ""


def packs() -> Iterator[str]:
    """Describe the law in every pack that is built in."""
    yield "# Packs\n"
    yield (
        "The law as data. Every value has the day from which it holds, its article, and either the"
        " day on which somebody last read the official text, or the doubt that remains.\n"
    )
    for path in sorted(BUILT_IN.glob("*/pack.toml")):
        yield from _pack(load_pack(path.parent.name))


def _pack(pack: Pack) -> Iterator[str]:
    yield f"## {pack.name}: {pack.title.en}\n"
    yield f"Currency {pack.currency.code}, {pack.currency.decimals} decimal places.\n"
    for tax in pack.taxes.values():
        yield f"### {tax.title.en} (`{tax.name}`)\n"
        yield "| parameter | meaning | from | value | law | checked |\n|---|---|---|---|---|---|"
        for parameter in tax.rules.parameters.values():
            for day, held in zip(parameter.values.days, parameter.values.values, strict=True):
                unread = f"not yet: {held.doubt}" if held.doubt else "row by row"
                checked = "" if held.value is None else held.checked or unread
                yield (
                    f"| `{parameter.name}` | {parameter.label.en}, {parameter.unit} | {day}"
                    f" | {_said(held.value)} | {held.law} | {checked} |"
                )
        yield ""
    yield "### Columns\n"
    yield "| column | meaning | accepted |\n|---|---|---|"
    for column in pack.columns.values():
        yield f"| `{column.name}` | {column.meaning} | {column.expected} |"
    yield "\n### Sources\n"
    for source in pack.sources.values():
        yield f"- [{source.title.en}]({source.url})" if source.url else f"- {source.title.en}"
    yield ""


def _said(value: object) -> str:
    """Say a value of the law in a cell; of a table how many rows it has, and where they are."""
    if value is None:
        return "no more"
    if isinstance(value, Rounding):
        return f"to {value.unit}, {value.mode.replace('_', ' ')}"
    if not isinstance(value, Table):
        return str(value)
    (file, *_), keys = value.rows[0].place.split(", "), ", ".join(key.name for key in value.keys)
    known = [row.value for row in value.rows if row.value is not None]
    bounds = f", from {min(known):f} to {max(known):f}" if known else ""
    lacking = f", {len(value.rows) - len(known)} not known" if len(known) < len(value.rows) else ""
    doubted = sum(row.doubt is not None for row in value.rows)
    return f"`{file}`: rows: {len(value.rows)}, by {keys}{bounds}{lacking}, {doubted} in doubt"


def decisions() -> Iterator[str]:
    """List the decisions by their titles."""
    yield "# Decisions\n"
    yield (
        "What was chosen, why, what follows, and what was measured. A decision is changed by a new"
        " one that names it.\n"
    )
    for path in sorted((DOCS / "decisions").glob("[0-9]*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        yield f"- [{title}]({path.name})"
    yield "\n```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "reference/commands.md": commands,
    "reference/settings.md": settings,
    "reference/services.md": services,
    "reference/errors.md": errors,
    "reference/http.md": http,
    "reference/packs.md": packs,
    "decisions/README.md": decisions,
}


def main(arguments: list[str]) -> int:
    """Write all pages, or name those that are out of date."""
    stale = []
    for name, parts in PAGES.items():
        path = DOCS / name
        text = NOTE + "\n" + "\n".join(parts()).rstrip() + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                path.write_text(text, encoding="utf-8")
    if "--check" in arguments and stale:
        sys.stderr.write(f"Out of date: {', '.join(stale)}; run python docs/generate.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
