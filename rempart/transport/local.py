"""The auditor's own machine, asked by the shell as any other host is."""

import subprocess

from rempart.errors import Limited


def here(asked: bytes, seconds: float) -> bytes:
    """What this machine answers to a script. Raises Limited when it takes longer."""
    try:
        done = subprocess.run(
            ["sh", "-s"],  # noqa: S607  (the shell of the audited machine itself)
            input=asked,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Limited("the script did not end within the time allowed") from None
    return done.stdout
