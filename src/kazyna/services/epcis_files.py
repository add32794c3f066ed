"""Files of EPCIS documents, captured one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kazyna.core.errors import Finding, InputError
from kazyna.core.progress import Progress, silent
from kazyna.services import participants
from kazyna.services.context import Actor, Context
from kazyna.services.epcis_capture import capture
from kazyna.services.epcis_jobs import Behaviour, CaptureJob

SUFFIXES = (".json", ".jsonld", ".xml")
"""What is taken of a folder."""


@dataclass(frozen=True)
class CapturedFiles:
    """What became of the documents; each has a job of its own."""

    files: int
    refused: int
    """Documents that are not captured, or not whole."""
    events: int
    captured: int
    known: int
    jobs: tuple[CaptureJob, ...]
    findings: tuple[Finding, ...]
    """Mistakes in documents that could not be taken at all."""


def capture_files(
    ctx: Context,
    paths: Sequence[Path],
    *,
    behaviour: Behaviour = "rollback",
    participant_id: str | None = None,
    progress: Progress = silent,
) -> CapturedFiles:
    """Capture the documents in files and in the files of folders.

    Parameters
    ----------
    paths
        Files of any name, and folders, of which the JSON and XML files are taken by their names.
    behaviour
        What becomes of the good events of a document in which others are wrong.
    participant_id
        Of an officer: whose events they are; without one they are the authority's.
    progress
        Told of each file.

    Raises
    ------
    InputError
        Where there is no file, or one cannot be opened.
    """
    ctx.require("participant", "officer")
    if participant_id is not None:
        known = participants.participant(ctx, participant_id)
        actor = Actor(ctx.actor.name, "participant", participant_no=known.participant_no)
        ctx = replace(ctx, actor=actor)
    files = list(_files(paths))
    contents = [(path, _content(path)) for path in files]
    jobs: list[CaptureJob] = []
    findings: list[Finding] = []
    for number, (path, content) in enumerate(contents):
        progress("capture", number, len(files))
        try:
            jobs.append(capture(ctx, content, source=str(path), behaviour=behaviour))
        except InputError as error:
            findings += error.findings
    progress("capture", len(files), len(files))
    return CapturedFiles(
        files=len(files),
        refused=len(files) - sum(job.success for job in jobs),
        events=sum(job.events for job in jobs),
        captured=sum(job.captured for job in jobs),
        known=sum(job.known for job in jobs),
        jobs=tuple(jobs),
        findings=tuple(findings),
    )


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES)
        else:
            found.append(path)
    if not found:
        told = ", ".join(map(str, paths))
        raise InputError(
            Finding(told, "there is no JSON or XML file", "one EPCIS document or more")
        )
    return found


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise InputError(Finding(str(path), reason, "an EPCIS document")) from error
