"""A phone's authenticator in a few lines (RFC 6238, SHA-1, 30 s, 6 digits).

``python -m lmc_cases.config.demo.authenticator SECRET`` prints the code of this moment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import sys
import time


def code_of(secret: str, *, at: float | None = None) -> str:
    """Return the six digits for a base32 ``secret`` at ``at`` (seconds since 1970, default now)."""
    step = int(time.time() if at is None else at) // 30
    digest = hmac.new(base64.b32decode(secret, casefold=True), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


if __name__ == "__main__":
    sys.stdout.write(code_of(sys.argv[1]) + "\n")
