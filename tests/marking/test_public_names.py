"""The guide to the library runs as it stands, on public names alone."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "mark-goods-from-python.md"


def test_the_guide_runs() -> None:
    program = "\n".join(re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S))
    assert re.findall(r"from (kazyna\S*) import (.*)", program) == [("kazyna", "marking")]
    exec(compile(program, str(GUIDE), "exec"), {})  # noqa: S102 (our own guide)
