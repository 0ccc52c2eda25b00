"""Become a child that dies with its parent: ``child.py PARENT SIGNAL UID GID PROGRAM ARG...``.

Run as a file by ``python -I -S`` so that it starts in milliseconds. A separate program in place of ``preexec_fn``:
that one may deadlock where the parent has threads. Dropping the user comes first, because the kernel forgets the
death signal when a process changes its user.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Drop the user, tie this process to its parent, become the program."""
    parent, death_signal, uid, gid = (int(value) for value in sys.argv[1:5])
    argv = sys.argv[5:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # the parent died before the line above could take hold
        os.kill(os.getpid(), signal.SIGKILL)
    os.execv(argv[0], argv)  # noqa: S606 - no shell is wanted


main()
