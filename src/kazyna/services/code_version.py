"""Which code computed a value: a version alone does not tell two days of work apart."""

from functools import cache
from hashlib import sha256
from pathlib import Path

import kazyna

COMPUTING = ("core", "valuation")
"""The packages that values follow from."""
DIGITS = 12


@cache
def code_version() -> str:
    """Return the version with a fingerprint of the source of all that computes values.

    Two programs with the same code version give the same values from the same data; see
    `kazyna round reproduce`.
    """
    root = Path(kazyna.__file__).parent
    digest = sha256()
    for path in sorted(file for name in COMPUTING for file in (root / name).rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return f"{kazyna.__version__}+{digest.hexdigest()[:DIGITS]}"
