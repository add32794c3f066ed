"""How much one sender may hand in at once, and the refusal of what is more."""

from dataclasses import dataclass

from kazyna.core.errors import Finding, InputError, TooLarge


@dataclass(frozen=True)
class Limits:
    """Bounds of a document; beyond them it is refused before it is understood."""

    bytes_max: int = 64 * 2**20
    events_max: int = 100_000
    depth_max: int = 64
    """Elements within elements of an XML document."""


DEFAULT_LIMITS = Limits()


def check_size(data: bytes, limits: Limits, source: str) -> None:
    """Refuse a document of too many bytes, or of none."""
    if not data.strip():
        raise InputError(Finding(source, "the document is empty", "an EPCIS document"))
    if len(data) > limits.bytes_max:
        raise TooLarge(
            Finding(source, f"{len(data):,} bytes", f"at most {limits.bytes_max:,} bytes")
        )


def check_count(events: int, limits: Limits, source: str) -> None:
    """Refuse a document of too many events."""
    if events > limits.events_max:
        raise TooLarge(Finding(source, f"{events:,} events", f"at most {limits.events_max:,}"))
