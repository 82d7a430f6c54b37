"""PAM itself, asked by way of ctypes: what a stack really grants, and which passwords it sets.

Run as a program it reads stacks as JSON and tries to set a password with each; that belongs into a
mount namespace of its own whose /etc is a copy.
"""

import ctypes
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ACCOUNT = "lab-person"
OLD, REFUSED = "Old-Passw0rd-of-the-lab", "abcdef"
ASKS = (1, 2)  # PAM_PROMPT_ECHO_OFF, PAM_PROMPT_ECHO_ON
FAIL_DELAY = 10  # PAM_FAIL_DELAY
_DENY = "auth required pam_deny.so\n"


class _Message(ctypes.Structure):
    _fields_ = (("style", ctypes.c_int), ("text", ctypes.c_char_p))


class _Response(ctypes.Structure):
    _fields_ = (("text", ctypes.c_void_p), ("code", ctypes.c_int))


_Talk = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(_Message)),
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.c_void_p,
)

_Waits = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)


class _Conversation(ctypes.Structure):
    _fields_ = (("talk", _Talk), ("data", ctypes.c_void_p))


def granted(files: Mapping[str, str], service: str) -> tuple[bool, list[str]]:
    """Whether PAM grants with these files, and what its modules said; `@` stands for the folder."""
    said: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        for file, text in {"other": _DENY, **files}.items():
            Path(name, file).write_text(text.replace("@@", f"{name}/"))
        code = _asked("root", service, name, said, "", lambda pam, at: pam.pam_authenticate(at, 0))
    return code == 0, said


def attempts(text: str, words: Sequence[bool]) -> list[bool]:
    """What PAM grants to one account, one attempt after another, with right and wrong passwords.

    pam_unix is played by pam_debug; pam_faillock keeps its count in a folder of its own.
    """
    answers = []

    def enter(pam: ctypes.CDLL, handle: ctypes.c_void_p) -> int:
        code: int = pam.pam_authenticate(handle, 0)
        return code or int(pam.pam_acct_mgmt(handle, 0))

    with tempfile.TemporaryDirectory() as name:
        Path(name, "tally").mkdir()
        Path(name, "other").write_text(_DENY)
        for right in words:
            played = f"pam_debug.so auth={'success' if right else 'auth_err'} acct=success"
            counted = f"pam_faillock.so dir={name}/tally deny=3 unlock_time=0 "
            told = text.replace("pam_unix.so", played).replace("pam_faillock.so ", counted)
            Path(name, "x").write_text(told)
            answers.append(_asked("nobody", "x", name, [], "", enter) == 0)
    return answers


def _asked(
    user: str,
    service: str,
    folder: str,
    said: list[str],
    new: str,
    act: Callable[[ctypes.CDLL, ctypes.c_void_p], int],
) -> int:
    libc, pam = ctypes.CDLL(None), ctypes.CDLL("libpam.so.0")
    for name in ("calloc", "strdup"):
        getattr(libc, name).restype = ctypes.c_void_p

    def talk(count: int, messages: object, responses: object, _: object) -> int:
        size = ctypes.sizeof(_Response)
        place = libc.calloc(ctypes.c_size_t(count), ctypes.c_size_t(size))
        filled = ctypes.cast(place, ctypes.POINTER(_Response))
        for index in range(count):
            message = messages[index].contents  # type: ignore[index]
            said.append(message.text.decode())
            if message.style in ASKS:
                word = OLD if "urrent" in said[-1] else new
                filled[index].text = libc.strdup(word.encode())
        responses[0] = place  # type: ignore[index]
        return 0

    conversation = _Conversation(_Talk(talk), None)
    handle = ctypes.c_void_p()
    code: int = pam.pam_start_confdir(
        service.encode(),
        user.encode(),
        ctypes.byref(conversation),
        folder.encode(),
        ctypes.byref(handle),
    )
    if code:
        return code
    waits = _Waits(lambda *_: None)  # a refusal need not take its two seconds
    pam.pam_set_item(handle, FAIL_DELAY, waits)
    code = act(pam, handle)
    pam.pam_end(handle, code)
    return code


def _sets(stack: str) -> bool:
    """Whether somebody can give themself a password that pwquality refuses."""
    before = Path("/etc/shadow").read_text()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        Path(folder, "x").write_text(stack)
        Path(folder, "other").write_text(_DENY)
        child = os.fork()
        if not child:
            import pwd

            os.setresuid(pwd.getpwnam(ACCOUNT).pw_uid, 0, 0)  # as the set-id program passwd runs
            change: Callable[[ctypes.CDLL, ctypes.c_void_p], int]
            change = lambda pam, at: pam.pam_chauthtok(at, 0)  # noqa: E731
            _asked(ACCOUNT, "x", folder, [], REFUSED, change)
            os._exit(0)
        os.waitpid(child, 0)
    changed = Path("/etc/shadow").read_text() != before
    Path("/etc/shadow").write_text(before)
    return changed


if __name__ == "__main__":
    subprocess.run(["/usr/sbin/useradd", "-M", ACCOUNT], check=True)
    told = f"{ACCOUNT}:{OLD}"
    subprocess.run(["/usr/sbin/chpasswd", "-c", "SHA512"], input=told, text=True, check=True)
    print(json.dumps([_sets(stack) for stack in json.load(sys.stdin)]))  # noqa: T201
