"""Keys that open accounts, and private keys people leave in their homes.

Source: sshd(8), AuthorizedKeysFile of sshd_config(5).
"""

import re
from collections.abc import Iterator

from rempart.check import Gap, Observation
from rempart.collectors.host.accounts import accounts
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.homes import FAR, NEAR, USUAL, homes, measured
from rempart.errors import CollectError, Reason
from rempart.observations.accounts import Account
from rempart.observations.people import AuthorizedKey, PrivateKey

_SETTING = re.compile(r"^(authorizedkeysfile|authorizedkeyscommand) (.+)$", re.MULTILINE)


def authorized_keys(answers: Answers) -> Iterator[Observation | Gap]:
    """Each key of each account; a gap for places sshd looks at that were not looked at."""
    found = homes(answers)
    patterns, elsewhere = _places(answers)
    people = list(_people(answers))
    opened: dict[str, list[Account]] = {}
    for one in people:
        for pattern in patterns:
            opened.setdefault(_path(pattern, one), []).append(one)
    for key in found.keys:
        bits, fingerprint = measured(key.blob)
        for one in opened.get(key.file, ()):
            shown = fingerprint if isinstance(fingerprint, str) else f"line {key.line}"
            yield AuthorizedKey(
                account=one.key,
                kind=key.kind,
                bits=bits,
                fingerprint=fingerprint,
                options=key.options,
                authority="cert-authority" in key.options,
                account_kind=one.kind,
                key=f"{one.key} {shown}",
                source=key.file,
                line=key.line,
            )
    for guard in found.guards:
        if guard.link and guard.file in opened:
            yield _gap(f"{guard.file} is a link, and links are not followed", guard.file)
    for place in elsewhere:
        yield _gap(f"sshd also looks at {place}, which was not read", place)


def private_keys(answers: Answers) -> Iterator[Observation]:
    """Each private key, by its file."""
    people = list(_people(answers))
    for file, kind, state in homes(answers).private:
        owner = next((one.key for one in people if file.startswith(f"{one.home}/")), "")
        yield PrivateKey(owner, kind, state == "sealed", key=file, source=file)


def _gap(why: str, key: str) -> Gap:
    return Gap(AuthorizedKey.__name__, Reason.UNRESOLVED, why, key=key, source=key)


def _people(answers: Answers) -> Iterator[Account]:
    return (one for one in accounts(answers) if isinstance(one, Account) and len(one.home) > 1)


def _places(answers: Answers) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where sshd looks for keys, and which of it is out of sight."""
    try:
        said = dict(_SETTING.findall(answers.text("sshd")))
    except CollectError:
        said = {}
    patterns = tuple(said.get("authorizedkeysfile", " ".join(USUAL)).split())
    command = said.get("authorizedkeyscommand", "none")
    seen = tuple(f"{folder}/" for folder in (*NEAR, *FAR))
    elsewhere = [
        one
        for one in patterns
        if one != "none"
        and not one.startswith((*seen, "%h/"))
        and (one.startswith("/") or "authorized_keys" not in one)
    ]
    return patterns, (*elsewhere, *([] if command == "none" else [command.split()[0]]))


def _path(pattern: str, account: Account) -> str:
    words = {"%%": "%", "%h": account.home, "%u": account.key, "%U": str(account.uid)}
    path = re.sub(r"%[%huU]", lambda match: words[match[0]], pattern)
    return path if path.startswith("/") else f"{account.home.rstrip('/')}/{path}"


READERS = {AuthorizedKey: authorized_keys, PrivateKey: private_keys}
