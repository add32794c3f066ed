"""A pack as one piece that can be kept: a roll of years ago is explained by the law of its day."""

import io
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from types import ModuleType

from kazyna.core.errors import Finding, PackError
from kazyna.packs.pack import Pack, law_files, read_pack

EPOCH = (1980, 1, 1, 0, 0, 0)
"""One time for all files, so that the same pack makes the same archive."""

_importing = RLock()


def pack_archive(pack: Pack) -> bytes:
    """Write the files that make the law of a pack as one archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in law_files(pack.folder):
            name = path.relative_to(pack.folder).as_posix()
            archive.writestr(zipfile.ZipInfo(name, EPOCH), path.read_bytes())
    return out.getvalue()


def unpack(content: bytes, *, name: str, content_hash: str, folder: Path) -> Pack:
    """Read a pack from its archive; `folder` keeps the files for the next time.

    Raises
    ------
    PackError
        When the files are not those that the hash was made of.
    """
    home = folder / content_hash / name
    with _importing:
        if not home.is_dir():
            new = home.with_name(f".{name}.new")
            shutil.rmtree(new, ignore_errors=True)
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                archive.extractall(new)
            new.rename(home)
        with _siblings_of(home):
            pack = read_pack(home)
    if pack.content_hash != content_hash:
        reason = f"the files of the kept pack have the hash {pack.content_hash}"
        raise PackError(Finding(str(home), reason, content_hash))
    return pack


@contextmanager
def _siblings_of(home: Path) -> Iterator[None]:
    """Let rules that import modules of their own pack find those that were kept with them."""
    package = f"kazyna.packs.{home.name}"
    own = [name for name in sys.modules if name == package or name.startswith(f"{package}.")]
    kept = {name: sys.modules.pop(name) for name in own}
    stand_in = ModuleType(package)
    stand_in.__path__ = [str(home)]
    sys.modules[package] = stand_in
    try:
        yield
    finally:
        for name in [n for n in sys.modules if n == package or n.startswith(f"{package}.")]:
            del sys.modules[name]
        sys.modules.update(kept)
