from collections.abc import Iterator

from rempart.check import Result, Seen, Severity, notapplicable, verdict
from rempart.observations.ssh import SshdSettings

# Pieces of names, as sshd writes them: CBC and stream ciphers, MD5 and SHA-1, tags below 128 bits.
CIPHERS = ("-cbc", "arcfour", "3des", "blowfish", "cast128", "none")
MACS = ("md5", "sha1", "-96", "umac-64", "ripemd", "none")
EXCHANGES = ("sha1", "group1-", "rsa1024")
SEALED = ("gcm@", "chacha20-poly1305@")  # ciphers that authenticate by themselves


def check(settings: tuple[SshdSettings, ...]) -> Iterator[Result]:
    for sshd in settings:
        if not sshd.who:  # no Match can change them
            yield from _offered(sshd)


def _offered(sshd: SshdSettings) -> Iterator[Result]:
    ciphers = sshd.ciphers
    yield _judged(sshd, "ciphers", ciphers, CIPHERS)
    if isinstance(ciphers, tuple) and all(any(one in name for one in SEALED) for name in ciphers):
        yield notapplicable("every cipher authenticates by itself", sshd, of=_of(sshd, "macs"))
    else:
        yield _judged(sshd, "macs", sshd.macs, MACS, Severity.MEDIUM)
    yield _judged(sshd, "key_exchanges", sshd.key_exchanges, EXCHANGES)


def _judged(
    sshd: SshdSettings,
    name: str,
    offered: Seen[tuple[str, ...]],
    weak: tuple[str, ...],
    severity: Severity | None = None,
) -> Result:
    place, of = sshd.at(name), _of(sshd, name)
    if not isinstance(offered, tuple):
        return verdict(offered == "", offered, place, of=of)
    bad = [one for one in offered if any(piece in one for piece in weak)]
    facts = {"algorithms": ", ".join(bad or offered)}
    return verdict(not bad, bad or offered, place, of=of, facts=facts, severity=severity)


def _of(sshd: SshdSettings, name: str) -> str:
    return f"{sshd.key} {name.replace('_', ' ')}".strip()
