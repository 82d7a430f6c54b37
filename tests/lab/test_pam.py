"""Our walk through PAM's stacks beside libpam's own: stacks people write, and random ones."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from rempart.collectors.host.lines import Files, Line
from rempart.collectors.host.pam import stack
from rempart.collectors.host.pam_change import change
from rempart.collectors.host.pam_control import RETURNS
from rempart.collectors.host.pam_doors import door
from rempart.collectors.host.pam_stack import endings
from tests.lab import lacking, need
from tests.lab.pam_oracle import attempts, granted

pytestmark = pytest.mark.lab

MODULES = ("/lib/x86_64-linux-gnu/security", "/usr/lib64/security", "/lib/security")
WORDS = ("required", "requisite", "sufficient", "optional", "REQUIRED")
DEEDS = ("ignore", "ok", "done", "bad", "die", "reset", "1", "2", "3", "7")
NAMES = ("success", "auth_err", "ignore", "user_unknown", "default")
ODD = ("bogus=ok", "success=0", "success = 1", "default=zz")
ANSWERS = (
    *("success",) * 60,
    *("auth_err", "ignore", "user_unknown", "new_authtok_reqd"),
    *(one for one in RETURNS if one not in ("incomplete", "conv_again")),
)


def has(module: str, package: str) -> None:
    folders = [Path(folder) for folder in MODULES]
    folders += list(Path("/usr/lib").glob("*/security"))
    if not any((folder / module).exists() for folder in folders):
        lacking(f"{module} is not installed: apt-get install {package}")


def host(files: dict[str, str]) -> Files:
    return Files(
        {
            f"/etc/pam.d/{name}": [
                Line(f"/etc/pam.d/{name}", number, line.replace("@@", "/etc/pam.d/"))
                for number, line in enumerate(text.split("\n"), 1)
            ]
            for name, text in files.items()
        }
    )


def control(chance: random.Random) -> str:
    if chance.random() < 0.45:
        return chance.choice(WORDS)
    pairs = [f"{chance.choice(NAMES)}={chance.choice(DEEDS)}" for _ in range(chance.randint(1, 4))]
    return f"[{' '.join([*pairs, *([chance.choice(ODD)] if chance.random() < 0.05 else [])])}]"


def written(chance: random.Random) -> dict[str, str]:
    """Files that include one another downwards; `@@` stands for their folder."""
    names = ("x", "a", "b", "c")
    files = {}
    for place, name in enumerate(names):
        lines = []
        for _ in range(chance.randint(1, 5)):
            if place < 3 and chance.random() < 0.3:
                words = chance.choice(("auth include", "auth substack", "@include"))
                lines.append(f"{words} @@{names[chance.randint(place + 1, 3)]}")
            else:
                answer = chance.choice(ANSWERS)
                lines.append(f"auth {control(chance)} pam_debug.so auth={answer}")
        files[name] = "\n".join(lines) + "\n"
    return files


@pytest.mark.parametrize("seed", [1, 2])
def test_stacks_nobody_would_write_end_as_libpam_ends_them(seed: int) -> None:
    has("pam_debug.so", "libpam-modules")
    chance = random.Random(seed)  # noqa: S311  (the same stacks every time)
    seen = {True: 0, False: 0}
    for _ in range(600):
        files = written(chance)
        grants, said = granted(files, "x")
        modules = stack(host(files), "x", "auth")
        (end,) = endings(modules, lambda one: (one.options["auth"],))
        assert end.granted is grants, files
        assert [f"auth={answer}" for _, answer in end.way] == said, files
        seen[grants] += 1
    assert min(seen.values()) > 50


FAILLOCK = (
    "auth required pam_faillock.so preauth\nauth [success=1 default=bad] pam_unix.so\n"
    "auth [default=die] pam_faillock.so authfail\n{gate}account required {account}\n",
    "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
    "auth required pam_faillock.so authfail\nauth required pam_deny.so\n"
    "account required {account}\n",
    # in the wrong place, in turn: after the end, without a gate, before the password
    "auth required pam_faillock.so preauth\nauth requisite pam_unix.so\n"
    "auth required pam_faillock.so authfail\naccount required {account}\n",
    "auth [success=1 default=ignore] pam_unix.so\nauth [default=die] pam_faillock.so authfail\n"
    "{gate}auth required pam_permit.so\naccount required {account}\n",
    "auth optional pam_faillock.so preauth\nauth [success=1 default=ignore] pam_unix.so\n"
    "auth [default=die] pam_faillock.so authfail\nauth required pam_permit.so\n"
    "account required {account}\n",
)
# Both lines at the top, as guides have it: the second ends the stack for everybody.
TOP = (
    "auth required pam_faillock.so preauth\nauth [default=die] pam_faillock.so authfail\n"
    "auth sufficient pam_unix.so\nauth requisite pam_deny.so\naccount required {account}\n"
)
GATES = ("", "auth required pam_faillock.so authsucc\n")
ACCOUNTS = ("pam_permit.so", "pam_faillock.so ")


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("text", [*FAILLOCK, TOP])
def test_pam_faillock_locks_just_where_we_say_so(text: str, gate: str, account: str) -> None:
    has("pam_faillock.so", "libpam-modules")
    stacks = text.format(gate=gate, account=account)
    ours = door(host({"sshd": stacks, "other": "auth required pam_deny.so"}), "sshd")

    *_, after_failures = attempts(stacks, (False, False, False, True))
    *_, after_successes = attempts(stacks, (False, False, True, False, False, True))

    locks = ours.counted is True and ours.locked_refused is True
    assert after_failures is not locks
    assert attempts(stacks, (True,)) == [ours.right_enters]
    if locks and ours.right_enters:
        assert after_successes is ours.reset


QUALITY = ("requisite", "required", "optional", "[success=ok default=ignore]", "sufficient")
UNIX = "[success=1 default=ignore] pam_unix.so {}\nrequisite pam_deny.so\nrequired pam_permit.so"
STACKS = (
    *(
        f"{word} pam_pwquality.so retry=1\n{UNIX.format(option)}"
        for word in QUALITY
        for option in ("use_authtok sha512", "sha512", "try_first_pass sha512")
    ),
    "required pam_unix.so sha512\nrequisite pam_pwquality.so retry=1",
    "[success=1 default=ignore] pam_permit.so\nrequisite pam_pwquality.so retry=1\n"
    "required pam_unix.so sha512",
    "required pam_pwquality.so retry=1\nrequired pam_pwhistory.so\n"
    "required pam_unix.so use_authtok sha512",
    "required pam_pwquality.so retry=1\nrequired pam_pwhistory.so use_authtok\n"
    "required pam_unix.so use_authtok sha512",
    "required pam_unix.so sha512",
)


def test_a_refused_password_is_set_just_where_we_say_so(tmp_path: Path) -> None:
    if os.geteuid():
        lacking("a copy of /etc needs root")
    has("pam_pwquality.so", "libpam-pwquality")
    stacks = ["\n".join(f"password {line}" for line in one.split("\n")) for one in STACKS]
    own = f"cp -a /etc/. {tmp_path}; mount --bind {tmp_path} /etc; : > /etc/security/pwquality.conf"

    done = subprocess.run(
        [
            *(need("unshare", "util-linux"), "--mount", "sh", "-ec"),
            f'{own}; exec "$@"',
            *("sh", sys.executable, "-m", "tests.lab.pam_oracle"),
        ],
        input=json.dumps(stacks),
        capture_output=True,
        text=True,
        check=True,
    )

    ours = [change(host({"passwd": one})).enforced is False for one in stacks]
    assert dict(zip(stacks, json.loads(done.stdout), strict=True)) == dict(
        zip(stacks, ours, strict=True)
    )
    assert True in ours
    assert False in ours
