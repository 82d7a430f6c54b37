"""What etcd's flags say of TLS and of who may ask it.

Source: etcd documentation, configuration flags.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from rempart.check import Observation, Seen, Unknown, all_of
from rempart.collectors.repository.kubernetes.arguments import Flags
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def etcd(flags: Flags) -> Iterator[Observation]:
    """Whether etcd speaks TLS alone to clients and peers, and asks them for a certificate."""
    client = _side(flags, "cert-file", "key-file", "listen-client-urls", certain=True)
    peer = _side(flags, "peer-cert-file", "peer-key-file", "listen-peer-urls", certain=False)
    if client is not None or peer is not None:
        sides = [(one[0], one[1]) for one in (client, peer) if one is not None]
        enforced = all_of(*(fact for fact, _ in sides))
        words = ", ".join(word for _, word in sides)
        names = ("cert-file", "listen-client-urls", "peer-cert-file", "listen-peer-urls")
        yield Transit("database", enforced, clean(words, 300), **flags.where(*names))
    fact = flags.fact("client-cert-auth")
    guarded: Seen[bool] = False if fact is None else fact
    words = f"--client-cert-auth={flags.text('client-cert-auth') or 'false by default'}"
    peers = flags.fact("peer-client-cert-auth")
    if peers is False:
        guarded, words = False, f"{words}, --peer-client-cert-auth=false"
    yield SignIn("anonymous", guarded, words, **flags.where("client-cert-auth"))


def _side(  # noqa: PLR0911  (one return a way to write it)
    flags: Flags, certificate: str, key: str, listens: str, *, certain: bool
) -> tuple[bool | Unknown, str] | None:
    """Whether one side of etcd takes TLS only; None where nothing is written of it."""
    there = [name for name in (certificate, key) if flags.text(name)]
    urls = [one for one in (flags.text(listens) or "").split(",") if one]
    clear = [one for one in urls if one.startswith("http://") and not _loopback(one)]
    if clear:
        return False, f"--{listens}={clear[0]}"
    if len(there) == 2:
        return True, f"--{certificate}"
    if len(there) == 1:
        return False, f"--{there[0]} without its other half"
    if any(one.startswith("https://") for one in urls):
        return unresolved(f"--{listens} is https, no certificate is named"), f"--{listens}"
    if not certain:
        return None
    if flags.fact("client-cert-auth") is True:
        return unresolved("--client-cert-auth is on, no certificate is named"), "no certificate"
    return False, f"--{certificate} and --{key} are absent"


def _loopback(url: str) -> bool:
    try:
        return (urlsplit(url).hostname or "") in LOOPBACK
    except ValueError:
        return False
