"""The keys of codes, opened once for all calls of a program."""

import atexit
from contextlib import ExitStack
from functools import lru_cache

from kazyna.marking.keys import KeyRegistry
from kazyna.services.context import Context
from kazyna.services.marking_keys import HsmPlace, Unlocking, open_registry
from kazyna.services.settings import KeyPlace

_opened = ExitStack()
"""Sessions with hardware modules last as long as the program."""
atexit.register(_opened.close)


def keyring(ctx: Context) -> KeyRegistry:
    """Return the keys of the installation; none where it has no key file.

    A file is opened again when it has changed: stretching its password takes a good part of a
    second, which no single check can wait for.
    """
    if ctx.keys is None:
        return KeyRegistry()
    try:
        changed = ctx.keys.path.stat().st_mtime_ns
    except FileNotFoundError:
        changed = 0
    return _registry(ctx.keys, changed)


@lru_cache(maxsize=4)
def _registry(place: KeyPlace, changed: int) -> KeyRegistry:  # noqa: ARG001 (tells versions apart)
    hsm = HsmPlace(place.hsm_library, place.hsm_token, place.hsm_pin) if place.hsm_library else None
    return _opened.enter_context(open_registry(place.path, Unlocking(place.password, hsm)))
