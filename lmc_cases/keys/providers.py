"""Where country keys lie. The product asks a provider to wrap and unwrap; a hardware module may keep the key itself.

``KEY_PROVIDER`` names the class. A class of one's own has the methods of ``KeyProvider``.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.errors import Conflict
from lmc_cases.keys import crypto

_CODE: Final = re.compile(r"[A-Z]{2}")
_FILE: Final = re.compile(r"kek-(\d{4})\.key")


class KeyUnavailable(Conflict):
    """A key is not where it should be, or is not the one that sealed. Templates then show an empty text."""

    code = "key-unavailable"
    silent_variable_failure = True

    def __init__(self, what: str) -> None:
        super().__init__(_("This cannot be read: its key is not available. Tell your administrator."))
        # For operators: names a country and a version, never a key.
        self.what = what


class KeyProvider(Protocol):
    """Wraps the keys of records with a country's key, and gives the country's index key."""

    def versions(self, country: str) -> list[int]:
        """Return the versions of a country's key that are here, ascending."""

    def create(self, country: str) -> int:
        """Make the next version of a country's key, and its index key where there is none; return the version."""

    def check_value(self, country: str, version: int) -> str:
        """Return 16 hex digits by which the key is known again."""

    def wrap(self, country: str, version: int, key: bytes, bound: bytes) -> bytes:
        """Return ``key`` sealed with the country's key."""

    def unwrap(self, country: str, version: int, wrapped: bytes, bound: bytes) -> bytes:
        """Return the key that was wrapped."""

    def index_key(self, country: str) -> bytes:
        """Return the key of the country's marks. It is kept apart from the country key and outlives its versions."""


class LocalKeys:
    """Base of providers that hold the key's bytes: a subclass says where they lie."""

    def material(self, country: str, version: int) -> bytes:
        """Return the 32 bytes of a country's key."""
        raise NotImplementedError

    def check_value(self, country: str, version: int) -> str:
        """As in ``KeyProvider``."""
        return crypto.check_value(self.material(country, version))

    def wrap(self, country: str, version: int, key: bytes, bound: bytes) -> bytes:
        """As in ``KeyProvider``."""
        return crypto.seal(self.material(country, version), key, bound)

    def unwrap(self, country: str, version: int, wrapped: bytes, bound: bytes) -> bytes:
        """As in ``KeyProvider``.

        Raises:
            KeyUnavailable: the key is not here, or another one wrapped.
        """
        try:
            return crypto.unseal(self.material(country, version), wrapped, bound)
        except crypto.SealBroken:
            raise KeyUnavailable(f"{country} version {version} did not wrap this key") from None


class KeyDirectory(LocalKeys):
    """Keys as files of one directory: ``TH/kek-0001.key`` and ``TH/index.key``, readable by their owner alone.

    Each holds 32 bytes in URL-safe base64. A file is written whole or not at all and never replaced, so that two
    processes that make the first key at the same time end with one.
    """

    def __init__(self) -> None:
        self._read = lru_cache(maxsize=None)(self._read_file)

    @property
    def home(self) -> Path:
        """The directory."""
        return Path(settings.KEY_DIR)

    def versions(self, country: str) -> list[int]:
        """As in ``KeyProvider``."""
        folder = self._folder(country)
        names = (_FILE.fullmatch(path.name) for path in folder.iterdir()) if folder.is_dir() else ()
        return sorted(int(name[1]) for name in names if name)

    def create(self, country: str) -> int:
        """As in ``KeyProvider``."""
        folder = self._folder(country)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):
            self._write(folder / "index.key")
        version = max(self.versions(country), default=0) + 1
        with contextlib.suppress(FileExistsError):
            self._write(folder / f"kek-{version:04}.key")
        return version

    def material(self, country: str, version: int) -> bytes:
        """Return the 32 bytes of a country's key.

        Raises:
            KeyUnavailable: no such file, or not a key.
        """
        return self._read(self._folder(country) / f"kek-{version:04}.key")

    def index_key(self, country: str) -> bytes:
        """As in ``KeyProvider``."""
        return self._read(self._folder(country) / "index.key")

    def _folder(self, country: str) -> Path:
        if not _CODE.fullmatch(country):
            raise KeyUnavailable(f"{country!r} is no country code")
        return self.home / country

    @staticmethod
    def _read_file(path: Path) -> bytes:
        try:
            return decoded(path.read_text(encoding="ascii"))
        except (OSError, ValueError) as error:
            raise KeyUnavailable(f"{path}: {type(error).__name__}") from None

    @staticmethod
    def _write(path: Path) -> None:
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(encoded(crypto.new_key()) + "\n")
                file.flush()
                os.fsync(file.fileno())
            # A link fails where the name is taken; a rename would replace a key that has sealed already.
            os.link(draft, path)
        finally:
            draft.unlink()


class KeyEnvironment(LocalKeys):
    """Keys from the environment: ``LMC_KEK_TH_1`` and ``LMC_INDEX_KEY_TH``, 32 bytes in URL-safe base64 each."""

    def versions(self, country: str) -> list[int]:
        """As in ``KeyProvider``."""
        start = f"LMC_KEK_{country}_"
        found = (name.removeprefix(start) for name in os.environ if name.startswith(start))
        return sorted(int(text) for text in found if text.isdecimal())

    def create(self, country: str) -> int:
        """Refuse: whoever sets the environment makes the key.

        Raises:
            KeyUnavailable: always; names the variable to set.
        """
        version = max(self.versions(country), default=0) + 1
        raise KeyUnavailable(f"set LMC_KEK_{country}_{version} (manage.py keys new prints a value)")

    def material(self, country: str, version: int) -> bytes:
        """Return the 32 bytes of a country's key."""
        return self._variable(f"LMC_KEK_{country}_{version}")

    def index_key(self, country: str) -> bytes:
        """As in ``KeyProvider``."""
        return self._variable(f"LMC_INDEX_KEY_{country}")

    @staticmethod
    def _variable(name: str) -> bytes:
        try:
            return decoded(os.environ[name])
        except (KeyError, ValueError):
            raise KeyUnavailable(f"{name} is not set, or is no key") from None


def encoded(key: bytes) -> str:
    """Return a key as it stands in a file or a variable."""
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Return the key that ``encoded`` wrote.

    Raises:
        ValueError: not 32 bytes.
    """
    try:
        key = base64.urlsafe_b64decode(text.strip() + "=")
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if len(key) != crypto.KEY_BYTES:
        raise ValueError("not 32 bytes")
    return key


@lru_cache(maxsize=4)
def _provider(name: str, _place: str) -> KeyProvider:
    made: KeyProvider = import_string(name)()
    return made


def provider() -> KeyProvider:
    """Return the provider that the settings name; it may keep keys in memory, so there is one per process."""
    return _provider(settings.KEY_PROVIDER, str(settings.KEY_DIR))
