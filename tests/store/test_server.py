import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from kazyna.core.errors import Unavailable
from kazyna.store import server


def test_a_server_is_shared_and_stopped(tmp_path: Path) -> None:
    assert not server.status(tmp_path).running
    url = server.start(tmp_path, keep=True)
    assert server.start(tmp_path) == url
    assert server.status(tmp_path).url == url
    program = (
        "from pathlib import Path; from kazyna.store import server;"
        f" server.start(Path({str(tmp_path)!r}))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    assert server.status(tmp_path).running
    with psycopg.connect(url) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    assert not server.stop(tmp_path).running
    assert not server.stop(tmp_path).running


def test_a_killed_server_keeps_what_was_committed_and_nothing_else(tmp_path: Path) -> None:
    url = server.start(tmp_path, keep=True)
    connection = psycopg.connect(url)
    connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    connection.commit()
    connection.execute("INSERT INTO kept VALUES (2)")
    postmaster = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
    family = psutil.Process(postmaster).children(recursive=True)
    for process in [psutil.Process(postmaster), *family]:
        if process.is_running():
            os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)
    time.sleep(0.5)
    connection.close()
    with psycopg.connect(server.start(tmp_path, keep=True)) as again:
        assert again.execute("SELECT array_agg(number) FROM kept").fetchone() == ([1],)
    server.stop(tmp_path)


def test_an_interrupted_set_up_is_moved_aside_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18")
    url = server.start(tmp_path, keep=True)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    (aside,) = tmp_path.glob("postgres.interrupted-*")
    assert (aside / "PG_VERSION").read_text() == "18"
    server.stop(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="does not start in"):
        server.start(tmp_path / "file")
