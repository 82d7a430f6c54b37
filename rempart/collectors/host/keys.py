"""Keys that open accounts, and private keys people leave in their homes.

Source: sshd(8), AuthorizedKeysFile of sshd_config(5).
"""

from collections.abc import Iterable, Iterator

from rempart.check import Gap, Observation
from rempart.collectors.host.accounts import accounts
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.homes import Places, homes, places
from rempart.collectors.host.public_keys import measured
from rempart.errors import Reason
from rempart.observations.accounts import Account
from rempart.observations.people import AuthorizedKey, PrivateKey


def authorized_keys(answers: Answers) -> Iterator[Observation | Gap]:
    """Each key of each account; a gap for places sshd looks at that were not looked at."""
    found = homes(answers)
    looked = places(answers)
    people = list(_people(answers))
    opened: dict[str, list[Account]] = {}
    for one in people:
        for file in looked.files(one.key, one.home, one.uid):
            opened.setdefault(file, []).append(one)
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
    unseen = [
        file
        for file, owners in opened.items()
        if not looked.looked_at(file) and any(_own(file, one) for one in owners)
    ]
    for place in dict.fromkeys((*looked.elsewhere, *unseen)):
        yield _gap(f"sshd also looks at {place}, which was not read", place)


def private_keys(answers: Answers) -> Iterator[Observation | Gap]:
    """Each private key, by its file; a gap for each home that was not looked into."""
    people = list(_people(answers))
    for file, kind, state in homes(answers).private:
        owner = next((one.key for one in people if file.startswith(f"{one.home}/")), "")
        yield PrivateKey(owner, kind, state == "sealed", key=file, source=file)
    yield from out_of_sight(people, places(answers), PrivateKey)


def out_of_sight(
    people: Iterable[Account], looked: Places, kind: type[Observation]
) -> Iterator[Gap]:
    """A gap for each home of somebody who may sign in that lies where nobody looked."""
    homes_ = {one.home for one in people if one.can_sign_in and len(one.home) > 1}
    for home in sorted(homes_):
        if not looked.looked_at(f"{home}/.ssh/authorized_keys"):
            why = f"{home} was not looked at"
            yield Gap(kind.__name__, Reason.UNRESOLVED, why, key=home, source=home)


def _own(file: str, account: Account) -> bool:
    """Whether a file lies in the home of an account somebody may sign in to."""
    return account.can_sign_in and file.startswith(f"{account.home}/")


def _gap(why: str, key: str) -> Gap:
    return Gap(AuthorizedKey.__name__, Reason.UNRESOLVED, why, key=key, source=key)


def _people(answers: Answers) -> Iterator[Account]:
    return (one for one in accounts(answers) if isinstance(one, Account) and len(one.home) > 1)


READERS = {AuthorizedKey: authorized_keys, PrivateKey: private_keys}
