"""What is found in a signed file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What the first signature says.

    Attributes:
        is_intact: every byte that was signed is as it was.
        is_trusted: the certificate leads to one of the roots given.
        covers_file: nothing stands in the file that was not signed.
        signer: common name in the certificate.
    """

    is_intact: bool
    is_trusted: bool
    covers_file: bool
    signer: str

    @property
    def holds(self) -> bool:
        """Whether the file may be relied on."""
        return self.is_intact and self.is_trusted and self.covers_file


@dataclass(frozen=True)
class Signature:
    """One signature in a file.

    Attributes:
        field: name of its field: "Certification", "Requested", "Requesting".
        is_intact: what it signed is as it was, and the key of the certificate made it.
        is_trusted: the certificate leads to one of the roots given.
        is_kept: what was added since is what it allows: the other side's field, time stamps and proofs.
        signer, country, issuer: common name and country code in the certificate, common name of who issued it.
        chain: subjects from the certificate to the root, as far as it leads to one given.
        signed_at: by the signer's own clock; ``stamped_at``: by the time-stamp service, which ``stamped_by`` names.
        is_stamp_trusted: the stamp is sound and its certificate leads to one of the roots.
    """

    field: str
    is_intact: bool
    is_trusted: bool
    is_kept: bool
    signer: str = ""
    country: str = ""
    issuer: str = ""
    chain: tuple[str, ...] = ()
    certificate_sha256: str = ""
    signed_at: dt.datetime | None = None
    stamped_at: dt.datetime | None = None
    stamped_by: str = ""
    is_stamp_trusted: bool = False

    @property
    def holds(self) -> bool:
        """Whether this signature may be relied on."""
        return self.is_intact and self.is_trusted and self.is_kept


@dataclass(frozen=True)
class Examination:
    """What is in a file.

    Attributes:
        sha256: of the file; ``facts_sha256``: of the facts attached to it, "" without any; both hex.
        cover_sha256: the checksum of the facts that the file was drawn with, as the cover prints it.
        facts: the attached facts.
        covers_file: the last signature or time stamp covers every byte.
        archive_stamps: time stamps over the whole file.
    """

    sha256: str
    signatures: tuple[Signature, ...]
    covers_file: bool
    facts_sha256: str = ""
    cover_sha256: str = ""
    facts: dict[str, Any] | None = None
    archive_stamps: int = 0

    @property
    def holds(self) -> bool:
        """Whether there are signatures, all of them hold, and nothing stands beside what they signed."""
        return bool(self.signatures) and self.covers_file and all(one.holds for one in self.signatures)
