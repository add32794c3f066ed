"""Files of codes, one a line, and files of keys."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from kazyna.core.errors import Finding, InputError
from kazyna.store.files import write_text, write_whole

BLOCK_BYTES = 1 << 22
"""Read at a time: about 50,000 codes."""
LINE_BYTES_MAX = 1 << 16
"""A longer line is no code, and must not fill the memory."""
OWNER_ONLY = 0o600


def line_blocks(file: BinaryIO, *, source: str) -> Iterator[list[bytes]]:
    """Yield the lines of a file in blocks, without their ends; a group separator ends no line.

    Raises
    ------
    InputError
        When a line is too long to be a code.
    """
    rest = b""
    while block := file.read(BLOCK_BYTES):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        if len(rest) > LINE_BYTES_MAX:
            reason = f"a line is longer than {LINE_BYTES_MAX:,} bytes"
            raise InputError(Finding(source, reason, "a code a line"))
        yield [line.removesuffix(b"\r") for line in lines]
    if rest:
        yield [rest.removesuffix(b"\r")]


def open_codes(path: Path) -> BinaryIO:
    """Open a file of codes."""
    try:
        return path.open("rb")
    except OSError as error:
        reason = f"the file cannot be read: {error.strerror or error}"
        raise InputError(Finding(str(path), reason, "a file with a code a line")) from error


def write_codes(blocks: Iterable[bytes], path: Path) -> None:
    """Write blocks of whole lines; the file appears whole or not at all."""

    def write(unfinished: str) -> None:
        with Path(unfinished).open("wb") as file:
            file.writelines(blocks)

    write_whole(path, write)


def write_secret_text(text: str, path: Path) -> None:
    """Write a text that only its owner reads."""
    write_text(text, path)
    path.chmod(OWNER_ONLY)
