from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from dispatch.stream import connect
from gridpatrol.errors import UserError
from gridpatrol.valkey import EmbeddedValkey

PATIENCE_S = 15.0


def _answers(url: str) -> bool:
    try:
        return bool(connect(url).ping())
    except RedisError:
        return False


def test_it_keeps_what_it_holds_over_a_kill_and_ends_cleanly(tmp_path: Path) -> None:
    server, stop = EmbeddedValkey(tmp_path / "valkey"), threading.Event()
    thread = threading.Thread(target=server.run, args=(stop,))
    thread.start()
    assert server.ready.wait(PATIENCE_S)
    connect(server.url).xadd("s", {"event": "1"})
    first = server.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    deadline_s = time.monotonic() + PATIENCE_S
    while server.pid in (None, first) or not _answers(server.url):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    assert connect(server.url).xlen("s") == 1
    assert server.restarts == 1
    stop.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert not _answers(server.url)
    assert sorted(path.name for path in (tmp_path / "valkey").iterdir()) == ["appendonlydir", "valkey.log"]


def test_it_dies_with_a_killed_parent_and_the_next_one_takes_over(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time\n"
        "from gridpatrol.valkey import EmbeddedValkey\n"
        "server = EmbeddedValkey(pathlib.Path(sys.argv[1])); server.start(); print(server.pid, flush=True)\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    server = EmbeddedValkey(tmp_path)
    server.start()
    assert server.pid not in (None, pid)
    assert _answers(server.url)
    server.stop()


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path)
    server.start()
    connect(server.url).xadd("s", {"event": "1"})
    server.stop()
    (file,) = (tmp_path / "appendonlydir").glob("*.incr.aof")
    file.write_bytes(b"*3\r\nnonsense" + file.read_bytes())
    server.start()
    assert connect(server.url).xlen("s") == 0
    assert (tmp_path / "appendonlydir.damaged").is_dir()
    server.stop()


def test_a_long_data_directory_gets_a_short_socket(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / ("d" * 120))
    server.start()
    assert _answers(server.url)
    server.stop()


def test_a_server_that_cannot_start_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedValkey(tmp_path)
    monkeypatch.setattr("gridpatrol.valkey.get_binary_path", lambda: Path("/bin/false"))
    with pytest.raises(UserError, match="did not start"):
        server.start()
