"""What the environment says about this run, and the environment its processes get."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lmc_cases.config.local import private

ROOT = Path(__file__).resolve().parents[3]
SECRETS = (
    "SECRET_KEY",
    "LMC_AUDIT_COMMITMENT_KEY",
    "LMC_AUDIT_SIGNING_KEY",
    "LMC_SECOND_FACTOR_KEY",
)


@dataclass(frozen=True)
class Run:
    """One kind of run. Each keeps its data in a directory of its own: demo accounts never serve real work.

    Attributes:
        name: ``demo`` or ``run``.
        home: Where its data, secrets, logs and run file are.
        once: Stop after the main job, for machines that check.
        outside: The environment we were started with.
    """

    name: str
    home: Path
    once: bool
    outside: Mapping[str, str]

    @classmethod
    def from_environment(cls, name: str) -> Run:
        home = Path(os.environ.get("LMC_VAR_DIR") or ROOT / "var" / name).resolve()
        return cls(name=name, home=home, once=os.environ.get("DEMO_ONCE") == "1", outside=dict(os.environ))

    @property
    def is_demo(self) -> bool:
        return self.name == "demo"

    @property
    def own_database(self) -> bool:
        """False where DATABASE_URL names a PostgreSQL that somebody else runs."""
        return not self.outside.get("DATABASE_URL")

    @property
    def own_broker(self) -> bool:
        """False where CELERY_BROKER_URL names a broker that somebody else runs."""
        return not self.outside.get("CELERY_BROKER_URL")

    def log(self, name: str) -> Path:
        return self.home / "log" / f"{name}.log"

    def environment(self, *, port: int, database_url: str | None, broker_url: str | None) -> dict[str, str]:
        """The environment of the processes that serve.

        Args:
            port: Where the web server listens.
            database_url: Of the embedded PostgreSQL, as lmc_app; None for an outside one.
            broker_url: Of the embedded Valkey; None for an outside one.

        Returns:
            What was there from outside wins, so that every setting can be overridden; secrets that nobody gave are
            made once and kept.
        """
        base_url = f"http://localhost:{port}"
        ours = {
            "DJANGO_SETTINGS_MODULE": "lmc_cases.config.settings.local",
            "LMC_VAR_DIR": str(self.home),
            "LMC_BASE_URL": base_url,
            "LMC_EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "PYTHONUNBUFFERED": "1",
        }
        if self.is_demo:
            ours |= {"LMC_DEMO": "1", "LMC_SECOND_FACTOR_COMPULSORY": "0"}
        missing = [name for name in SECRETS if not self.outside.get(name)]
        ours |= private.secrets_in(self.home / "secrets.json", missing)
        if database_url:
            ours["DATABASE_URL"] = database_url
        if broker_url:
            ours["CELERY_BROKER_URL"] = broker_url
        env = {**ours, **{name: value for name, value in self.outside.items() if value}}
        # The web server listens where we say, and only commands that migrate know the owner.
        env |= {"LMC_BIND": f"127.0.0.1:{port}"}
        env.pop("OWNER_DATABASE_URL", None)
        return env
