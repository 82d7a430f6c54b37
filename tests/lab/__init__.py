"""What the tests against real servers need, and what becomes of a test that lacks it."""

import os
import shutil
from typing import NoReturn

import pytest

_SYSTEM = ("/usr/sbin", "/sbin", "/usr/local/sbin")


def need(program: str, package: str) -> str:
    """The path of a program; without it the test is skipped, or fails where `CI=true`.

    `package` is the Debian package that has it; daemons outside a user's PATH are found too.
    """
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_SYSTEM))
    found = shutil.which(program, path=path)
    if found is None:
        lacking(f"{program} is not installed: apt-get install {package}")
    return found


def lacking(why: str) -> NoReturn:
    """Skip the running test, or fail it where `CI=true`: there nothing may go untested."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
