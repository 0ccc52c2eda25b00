"""Signs PDFs so that anybody can tell who issued them and that no byte changed since, and verifies such files.

``authority``: the demo's own certificates. ``keys``: which key signs. ``sign``: signatures, stamps and time stamps.
``verify``: what a file says, without Django, database or network. The only package that knows pyHanko.
"""

from lmc_cases.dossiers.signing.authority import local_authority
from lmc_cases.dossiers.signing.keys import CannotSign, NoSigningKey, NoTimeStamp, trusted_roots
from lmc_cases.dossiers.signing.sign import Signed, sign_pdf, sign_side
from lmc_cases.dossiers.signing.verify import Verdict, verify_pdf

__all__ = [
    "CannotSign",
    "NoSigningKey",
    "NoTimeStamp",
    "Signed",
    "Verdict",
    "local_authority",
    "sign_pdf",
    "sign_side",
    "trusted_roots",
    "verify_pdf",
]
