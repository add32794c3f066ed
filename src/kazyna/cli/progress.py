"""Progress of long work: bars on a terminal, one line a step elsewhere; always on stderr."""

from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.progress import TaskID as BarId

from kazyna.cli import output


class ProgressBars:
    """A `kazyna.core.progress.Progress` that draws; used as a context manager."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=output.err,
        )
        self._known: dict[str, BarId] = {}
        self._current: str | None = None

    def __enter__(self) -> "ProgressBars":
        if output.err.is_terminal:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if output.err.is_terminal:
            if error is None:
                self._finish_current()
            self._bars.stop()

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Show that `done` of `total` parts of a step are finished; total 0 means unknown."""
        if not output.err.is_terminal:
            if step not in self._known:
                self._known[step] = BarId(len(self._known))
                output.say(step)
            return
        if step != self._current:
            self._finish_current()
            self._current = step
        if step not in self._known:
            self._known[step] = self._bars.add_task(step, total=None)
        self._bars.update(self._known[step], completed=done, total=total or None)

    def _finish_current(self) -> None:
        """Fill the bar of a step that said no total: the next step has begun."""
        if self._current is None:
            return
        task = next(t for t in self._bars.tasks if t.id == self._known[self._current])
        if task.total is None:
            self._bars.update(task.id, completed=1, total=1)
