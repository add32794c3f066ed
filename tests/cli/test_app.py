import signal
import subprocess
import sys

import pytest

import kazyna as package
from cli.conftest import Kazyna
from kazyna.services.settings import SETTINGS

COMMANDS = ("demo", "serve", "backtest", "value", "ratio-study", "roll", "explain")


def test_the_version_is_told(kazyna: Kazyna) -> None:
    done = kazyna("--version")
    assert (done.code, done.out) == (0, f"kazyna {package.__version__}\n")


def test_help_lists_commands_and_settings(kazyna: Kazyna) -> None:
    done = kazyna("--help")
    assert done.code == 0
    for name in (*COMMANDS, "account", "db", *(setting.name for setting in SETTINGS)):
        assert name in done.out


@pytest.mark.parametrize(
    "command",
    [
        *((name,) for name in COMMANDS),
        *(("account", name) for name in ("pay", "reverse", "statement", "revenue", "arrears")),
        ("account", "trial-balance"),
        *(("db", name) for name in ("start", "stop", "status", "migrate")),
    ],
)
def test_help_teaches_with_an_example(kazyna: Kazyna, command: tuple[str, ...]) -> None:
    done = kazyna(*command, "--help")
    assert done.code == 0
    assert "Example" in done.out
    assert f"kazyna {' '.join(command)}" in done.out
    assert "--json" in done.out


@pytest.mark.parametrize("arguments", [("--price",), ("fly",), ("backtest", "--wings")])
def test_wrong_usage_says_so_and_ends_with_two(kazyna: Kazyna, arguments: tuple[str, ...]) -> None:
    for extra in ((), ("--json",)):
        done = kazyna(*arguments, *extra)
        assert (done.code, done.out) == (2, "")
        assert done.err


def test_ctrl_c_leaves_no_traceback() -> None:
    program = (
        "import signal, sys\n"
        "from kazyna.cli import app, databases\n"
        "from kazyna.services.settings import Settings\n"
        "Settings.read = lambda _: signal.raise_signal(signal.SIGINT)\n"
        "sys.exit(app.run(['db', 'status']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 128 + signal.SIGINT
    assert (done.stdout, done.stderr.strip()) == ("", "Stopped.")
