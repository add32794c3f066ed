"""Folders that appear whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kazyna.core.errors import Finding, InputError


@contextmanager
def unfinished_folder(parent: Path) -> Iterator[Path]:
    """Give a folder beside the final place; what is left of it at the end is removed."""
    try:
        parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=parent, prefix=".unfinished-"))
    except OSError as error:
        reason = f"the folder cannot be written: {error.strerror or error}"
        raise InputError(Finding(str(parent), reason, "a folder that can be written to")) from error
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def put_folder(draft: Path, place: Path) -> None:
    """Put a finished folder in its place; one that is there already, of the same name, stays.

    The name holds the fingerprint of the content, so the one that is there is the same.
    """
    draft.chmod(0o755)
    try:
        draft.rename(place)
    except OSError as error:
        if not place.is_dir():
            reason = f"the folder cannot be written: {error.strerror or error}"
            raise InputError(
                Finding(str(place), reason, "a folder that can be written to")
            ) from error


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the name and the content of every file of a folder."""
    try:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
    except OSError as error:
        reason = f"the folder cannot be read: {error.strerror or error}"
        raise InputError(Finding(str(folder), reason, "a folder that can be read")) from error
