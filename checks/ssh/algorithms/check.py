from collections.abc import Iterator

from rempart.check import Result, Seen, Severity, notapplicable, verdict
from rempart.judge.ssh_algorithms import CIPHERS, EXCHANGES, MACS, self_sealing, weak
from rempart.observations.ssh import SshdSettings


def check(settings: tuple[SshdSettings, ...]) -> Iterator[Result]:
    for sshd in settings:
        if not sshd.who:  # no Match can change them
            yield from _offered(sshd)


def _offered(sshd: SshdSettings) -> Iterator[Result]:
    ciphers = sshd.ciphers
    yield _judged(sshd, "ciphers", ciphers, CIPHERS)
    if isinstance(ciphers, tuple) and self_sealing(ciphers):
        yield notapplicable("every cipher authenticates by itself", sshd, of=_of(sshd, "macs"))
    else:
        yield _judged(sshd, "macs", sshd.macs, MACS, Severity.MEDIUM)
    yield _judged(sshd, "key_exchanges", sshd.key_exchanges, EXCHANGES)


def _judged(
    sshd: SshdSettings,
    name: str,
    offered: Seen[tuple[str, ...]],
    pieces: tuple[str, ...],
    severity: Severity | None = None,
) -> Result:
    place, of = sshd.at(name), _of(sshd, name)
    if not isinstance(offered, tuple):
        return verdict(offered == "", offered, place, of=of)
    bad = weak(offered, pieces)
    facts = {"algorithms": ", ".join(bad or offered)}
    return verdict(not bad, bad or offered, place, of=of, facts=facts, severity=severity)


def _of(sshd: SshdSettings, name: str) -> str:
    return f"{sshd.key} {name.replace('_', ' ')}".strip()
