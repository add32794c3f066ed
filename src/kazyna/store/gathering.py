"""Many threads ask at once and are answered by few calls.

Who comes while a call is under way waits for it to end and then shares the next one with all who
wait. So the more ask, the more a call carries, and they share what it costs whatever it carries:
the way to the server and back, the start of its statements, the wait until a commit is on the disk.
A question that comes alone after one that came alone is asked at once; after a call that carried
many, the next waits a moment for as many, since those who were answered are about to ask again.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Lock
from typing import Generic, TypeVar

from kazyna.core.errors import Unavailable

Q = TypeVar("Q")
A = TypeVar("A")

PATIENCE_SECONDS = 0.002
"""How long a call waits for as many questions as the last one carried."""


class _Turn(Generic[Q, A]):
    """One thread's question, and what comes of it."""

    def __init__(self, question: Q) -> None:
        self.question = question
        self.answers: tuple[A, ...] = ()
        """The answer, once there is one."""
        self.error: Exception | None = None
        self.woken = Lock()
        self.woken.acquire()

    @property
    def done(self) -> bool:
        return bool(self.answers) or self.error is not None


class Gathering(Generic[Q, A]):
    """Answers the questions of many threads by calls that each carry all that wait."""

    def __init__(
        self,
        answer: Callable[[Sequence[Q]], Sequence[A]],
        joins: Callable[[Sequence[Q], Q], bool],
        most: int,
    ) -> None:
        """Say how questions are answered, which go together, and how many at most.

        Parameters
        ----------
        answer
            Answers some questions, in their order, all or none: when it refuses, each is asked for
            itself, so that a bad one spoils no other.
        joins
            Whether a question may be asked in the same call as those before it.
        most
            Questions of one call.
        """
        self._answer = answer
        self._joins = joins
        self._most = most
        self._lock = Lock()
        self._enough = Condition(self._lock)
        self._last = 1
        """Questions of the last call."""
        self._waiting: deque[_Turn[Q, A]] = deque()
        self._busy = False

    def ask(self, question: Q) -> A:
        """Return the answer, or raise what the question alone would have met."""
        turn: _Turn[Q, A] = _Turn(question)
        with self._lock:
            self._waiting.append(turn)
            if len(self._waiting) == self._last:
                self._enough.notify()
            leads, self._busy = not self._busy, True
        if not leads:
            turn.woken.acquire()  # answered by somebody, or the first of those who wait
        if not turn.done:
            self._lead()
        if turn.error is not None:
            raise turn.error
        return turn.answers[0]

    def _lead(self) -> None:
        """Ask for all who wait, and hand the lead to the first of those who have come meanwhile."""
        turns = self._take()
        try:
            self._run(turns)
        finally:
            with self._lock:
                self._busy = bool(self._waiting)
                if self._busy:
                    self._waiting[0].woken.release()
            for turn in turns[1:]:
                if not turn.done:
                    turn.error = Unavailable("The call was interrupted; ask again.")
                turn.woken.release()

    def _take(self) -> list[_Turn[Q, A]]:
        """Take who leads, and all who wait and may join; the others keep their order."""
        with self._lock:
            self._enough.wait_for(lambda: len(self._waiting) >= self._last, PATIENCE_SECONDS)
            turns = [self._waiting.popleft()]
            left: deque[_Turn[Q, A]] = deque()
            for turn in self._waiting:
                joins = len(turns) < self._most and self._joins(
                    [taken.question for taken in turns], turn.question
                )
                (turns if joins else left).append(turn)
            self._waiting, self._last = left, len(turns)
        return turns

    def _run(self, turns: Sequence[_Turn[Q, A]]) -> None:
        try:
            answers = self._answer([turn.question for turn in turns])
        except Unavailable as error:
            for turn in turns:
                turn.error = Unavailable(str(error))
        except Exception as error:  # noqa: BLE001 (handed to who has asked)
            if len(turns) == 1:
                turns[0].error = error
                return
            for turn in turns:
                self._run([turn])
        else:
            for turn, answer in zip(turns, answers, strict=True):
                turn.answers = (answer,)
