import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from kazyna.cli.serve import listen, quick_garbage_collection
from kazyna.core.errors import Unavailable
from kazyna.services.context import Installation


def test_a_taken_port_is_refused_or_passed_over() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable, match=str(port)):
            listen("127.0.0.1", port)
        with listen("127.0.0.1", port, ports_tried_max=20) as door:
            assert port < door.getsockname()[1] < port + 20


@pytest.fixture
def usual_collection() -> Iterator[None]:
    """Give Python's own settings, which the suite changes for itself."""
    of_suite = gc.get_threshold()
    gc.unfreeze()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*of_suite)
    gc.freeze()


@pytest.mark.usefixtures("usual_collection")
def test_what_was_loaded_is_left_out_of_the_search_for_garbage_while_serving() -> None:
    usual, loaded = gc.get_threshold(), len(gc.get_objects())
    with quick_garbage_collection():
        assert gc.get_freeze_count() > loaded / 2
        assert gc.get_threshold()[0] > usual[0]
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, usual)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_portal_is_served_until_it_is_told_to_end(
    shared_demo: Installation, ending: signal.Signals
) -> None:
    settings = {"KAZYNA_DATABASE_URL": shared_demo.settings.database_url}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with subprocess.Popen(
        [sys.executable, "-m", "kazyna", "serve", "--port", port, "--json"],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = json.loads("".join(process.stdout.readline() for _ in range(4)))
        assert "Serving" in process.stderr.readline()
        assert httpx.get(f"{told['address']}readyz", timeout=60).json() == {"status": "ok"}
        assert httpx.get(told["api"], timeout=60).json()["info"]["title"] == "Kazyna"
        process.send_signal(ending)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out == ""
    assert err.strip() == "Stopped."
