"""A real PostgreSQL from Debian's package, started in a temporary folder as a user without rights."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = "PostgreSQL is not installed (Debian package postgresql)"
_START_S = 60.0


def programs() -> Path | None:
    """Return the folder of the newest installed PostgreSQL's programs, None when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    in_path = shutil.which("initdb")
    return Path(in_path).resolve().parent if in_path else None


class PostgresServer:
    """A running server that listens on a socket in its own folder. Databases are copies of one made beforehand."""

    def __init__(self, folder: Path, user: str) -> None:
        self._folder = folder
        self._user = user
        self._number = 0

    def url(self, database: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{self._user}@/{database}?host={self._folder}"

    def new_database(self, template: str = "template1") -> str:
        """Make a database and return its name."""
        self._number += 1
        name = f"test_{self._number}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, database: str) -> None:
        """Remove a database and close what is connected to it."""
        self._run(f'DROP DATABASE "{database}" WITH (FORCE)')

    def end_connections(self, database: str) -> None:
        """End what is connected to a database, as a restart of the server would."""
        self._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(
            f"host={self._folder} user={self._user} dbname=postgres", autocommit=True, connect_timeout=10
        ) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres(bin_folder: Path) -> Iterator[PostgresServer]:
    """Start a server of its own and stop it at the end. Its time zone is not UTC, so that a mix-up shows."""
    # The server refuses to run as root; then Debian's own account for it is used.
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    folder = Path(tempfile.mkdtemp(prefix="gp-pg-"))
    if os.geteuid() == 0:
        os.chown(folder, account.pw_uid, account.pw_gid)
    ids = (account.pw_uid, account.pw_gid) if os.geteuid() == 0 else (None, None)
    data = folder / "data"
    server: subprocess.Popen[bytes] | None = None
    make: list[str | Path] = [bin_folder / "initdb", "-D", data, "-U", account.pw_name, "--auth=trust", "--no-sync"]
    make += ["--encoding=UTF8", "--locale=C.UTF-8"]
    settings = {"listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off"}
    settings |= {"synchronous_commit": "off", "timezone": "Asia/Shanghai", "max_connections": "60"}
    serve: list[str | Path] = [bin_folder / "postgres", "-D", data]
    serve += [f"-c{name}={value}" for name, value in settings.items()]
    try:
        subprocess.run(make, check=True, capture_output=True, cwd=folder, timeout=120, user=ids[0], group=ids[1])
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                serve, stdout=log, stderr=subprocess.STDOUT, cwd=folder, user=ids[0], group=ids[1]
            )
        _wait(bin_folder, folder, account.pw_name, server)
        yield PostgresServer(folder, account.pw_name)
    finally:
        if server is not None:
            server.terminate()
            server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(bin_folder: Path, folder: Path, user: str, server: subprocess.Popen[bytes]) -> None:
    ready: list[str | Path] = [bin_folder / "pg_isready", "-q", "-h", folder, "-U", user]
    deadline_s = time.monotonic() + _START_S
    while subprocess.run(ready, check=False, timeout=30).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline_s:
            raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
