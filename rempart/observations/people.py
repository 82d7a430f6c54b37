"""What people keep on a host to be let in: keys, tokens, and how well their files are guarded."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class AuthorizedKey(Observation):
    """A public key that opens an account; key: the account and the key's fingerprint.

    `kind` is OpenSSH's word for the algorithm, `bits` the modulus of RSA and DSA or the curve's
    size. `fingerprint` is SHA256 as `ssh-keygen -l` prints it; of a certificate authority that
    vouches for keys, `authority` is true. `options` are the names of the options before it, values
    left out; `from_`, `command`, `restrict` of them are what narrows a key. No comment is kept.
    """

    account: str
    kind: str
    bits: Seen[int]
    fingerprint: Seen[str]
    options: tuple[str, ...]
    authority: bool = False
    account_kind: Seen[str] = ""


@dataclass(frozen=True, slots=True)
class PrivateKey(Observation):
    """A private key in a file of an account; key: its path. Only its header was looked at.

    `format` is openssh, pem, pkcs8 or putty. `encrypted`: a passphrase guards it.
    """

    account: str
    format: str
    encrypted: Seen[bool]


@dataclass(frozen=True, slots=True)
class FileGuard(Observation):
    """Who may read and write one file or folder that decides who is let in; key: its path.

    `about` is accounts, sudo, pam, keys (somebody's authorized keys or the folder around them) or
    su. `mode` is the permission bits with set-id bits, as a number; `owner` and `group` are
    numbers. `link`: the name is a symbolic link, and the rest says nothing of what it leads to.
    `holder` is the number of the account it belongs to by its place, None where it is the system's.
    """

    about: str
    mode: Seen[int]
    owner: Seen[int]
    group: Seen[int]
    link: bool = False
    holder: int | None = None


@dataclass(frozen=True, slots=True)
class Enrolment(Observation):
    """Whether an account that a door asks for a second factor has registered one; key: the account.

    `modules` are those asked of it, `enrolled` whether a token is registered for any of them.
    """

    modules: tuple[str, ...]
    enrolled: Seen[bool]
    admin: Seen[bool]
    signs_in: Seen[bool]


@dataclass(frozen=True, slots=True)
class SharedAccess(Observation):
    """One public key that opens several accounts, anywhere in the estate; key: its fingerprint.

    `accounts` are written `host: account`; `hosts` is how many hosts, `names` how many names of
    accounts, `kinds` which kinds of account (root, system, service, person).
    """

    accounts: tuple[str, ...]
    hosts: int
    names: int
    kinds: tuple[str, ...]
