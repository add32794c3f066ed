"""Questions of many threads are answered by few calls, each as if it had been asked alone."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from threading import Barrier, Event
from time import sleep

from kazyna.core.errors import Conflict, Unavailable
from kazyna.store.gathering import Gathering

SECONDS_MAX = 30
REFUSED, LOST = -1, -2


class Server:
    """Doubles numbers, and remembers which came together; its first call lasts until it is let."""

    def __init__(self, most: int = 100) -> None:
        self.calls: list[list[int]] = []
        self.reached, self.let = Event(), Event()
        self.gathering = Gathering(self.double, lambda numbers, one: one not in numbers, most)

    def double(self, numbers: Sequence[int]) -> list[int]:
        self.calls.append(list(numbers))
        self.reached.set()
        assert self.let.wait(SECONDS_MAX)
        if LOST in numbers:
            raise Unavailable("The server does not answer.")
        if REFUSED in numbers:
            raise Conflict("No number is below nought.")
        return [2 * number for number in numbers]

    def answers(self, numbers: Sequence[int]) -> list[Future[int]]:
        """Ask for all of the numbers while a call is under way."""
        ready = Barrier(len(numbers) + 1)

        def ask(number: int) -> int:
            ready.wait(SECONDS_MAX)
            return self.gathering.ask(number)

        with ThreadPoolExecutor(len(numbers) + 1) as threads:
            first = threads.submit(self.gathering.ask, 1000)
            assert self.reached.wait(SECONDS_MAX)
            futures = [threads.submit(ask, number) for number in numbers]
            ready.wait(SECONDS_MAX)
            sleep(0.1)  # until they wait
            self.let.set()
        assert first.result() == 2000
        return futures


def test_who_comes_while_a_call_is_under_way_shares_the_next() -> None:
    server = Server()
    answers = server.answers(range(20))
    assert [answer.result() for answer in answers] == [2 * number for number in range(20)]
    assert sorted(chain(*server.calls)) == [*range(20), 1000]
    assert len(server.calls) < 20


def test_what_must_not_go_together_goes_one_after_the_other() -> None:
    server = Server(most=4)
    answers = server.answers([*range(10), 7, 7])
    assert [answer.result() for answer in answers][-2:] == [14, 14]
    assert sorted(chain(*server.calls)) == sorted([*range(10), 7, 7, 1000])
    assert all(len(call) <= 4 and len(set(call)) == len(call) for call in server.calls)


def test_a_question_that_is_refused_spoils_no_other() -> None:
    answers = Server().answers([*range(8), REFUSED, REFUSED])
    assert [answer.result() for answer in answers[:8]] == [2 * number for number in range(8)]
    for refused in answers[8:]:
        assert isinstance(refused.exception(), Conflict)


def test_when_the_server_is_lost_all_who_were_asked_for_learn_it() -> None:
    server = Server()
    answers = server.answers([LOST, *range(5)])
    together = next(call for call in server.calls if LOST in call)
    assert isinstance(answers[0].exception(), Unavailable)
    for number, answer in zip(range(5), answers[1:], strict=True):
        if number in together:
            assert isinstance(answer.exception(), Unavailable)
        else:
            assert answer.result() == 2 * number


def test_a_call_that_breaks_off_leaves_nobody_waiting() -> None:
    class Broken(BaseException):
        """What no call is meant to raise, as an interrupt from the keyboard."""

    def break_off(numbers: Sequence[int]) -> list[int]:
        raise Broken

    gathering = Gathering(break_off, lambda _numbers, _one: True, 10)
    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(gathering.ask, number) for number in range(8)]
    for future in futures:
        assert isinstance(future.exception(SECONDS_MAX), Broken | Unavailable)
