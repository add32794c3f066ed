"""The very law by which a roll was computed: kept with the roll, found again years later."""

from functools import lru_cache
from pathlib import Path

from kazyna.packs.archive import pack_archive, unpack
from kazyna.packs.pack import Pack
from kazyna.services.context import Context
from kazyna.store import roll_lifecycle as register
from kazyna.store.connection import Transaction

LAWS_LOADED_MAX = 16


def keep(tx: Transaction, ctx: Context) -> None:
    """Keep the files of the pack in force, once."""
    register.keep_law(
        tx, pack=ctx.pack.name, pack_hash=ctx.pack.content_hash, content=pack_archive(ctx.pack)
    )


def pack_of(tx: Transaction, ctx: Context, pack_hash: str) -> Pack:
    """Return the pack with a hash; of a roll from before packs were kept, the one in force."""
    if pack_hash == ctx.pack.content_hash:
        return ctx.pack
    content = register.law_of(tx, pack_hash)
    if content is None:
        return ctx.pack
    return _unpacked(content, ctx.pack.name, pack_hash, ctx.data_folder / "laws")


@lru_cache(maxsize=LAWS_LOADED_MAX)
def _unpacked(content: bytes, name: str, pack_hash: str, folder: Path) -> Pack:
    return unpack(content, name=name, content_hash=pack_hash, folder=folder)
