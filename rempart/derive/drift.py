"""What a repository declares for a host and what the host runs, setting by setting."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from fnmatch import fnmatchcase

from rempart.check import Gap, Observation, Unknown
from rempart.derive import Estate
from rempart.errors import Reason
from rempart.observations.estate import Drift
from rempart.observations.ssh import SshdSettings

NEEDS: tuple[type[Observation], ...] = (SshdSettings,)
BRINGS: tuple[type[Observation], ...] = (Drift,)

_ABOUT = frozenset(field.name for field in fields(Observation)) | {"decided"}
SETTINGS = tuple(field.name for field in fields(SshdSettings) if field.name not in _ABOUT)


def derived(estate: Estate) -> Iterator[Observation | Gap]:
    """One drift a setting of each host that a repository declares.

    A Gap where what is declared was not found: then nobody knows whether the host drifted.
    """
    hosts = {subject.id for subject in estate.subjects if subject.kind == "host"}
    for repository in estate.subjects:
        declares = repository.declares
        for host in sorted(hosts.intersection(declares)):
            declared = _declared(estate, repository.id, declares[host])
            if declared is None:
                why = _undeclared(estate, repository.id, declares[host])
                yield Gap(Drift.__name__, why.reason, why.detail, subject=host)
            else:
                yield from _drifts(estate, host, repository.id, declared)


def _declared(estate: Estate, repository: str, patterns: Sequence[str]) -> SshdSettings | None:
    """The settings for everybody that the first matching file declares."""
    for one in estate.observations.get(repository, ()):
        matches = any(fnmatchcase(one.source, pattern) for pattern in patterns)
        if isinstance(one, SshdSettings) and matches and "Match" not in one.key:
            return one
    return None


def _drifts(
    estate: Estate, host: str, repository: str, declared: SshdSettings
) -> Iterator[Observation | Gap]:
    seen = [one for one in estate.observations.get(host, ()) if isinstance(one, SshdSettings)]
    observed = next((one for one in seen if not one.key), None)
    for name in SETTINGS:
        place = declared.decided.get(name)
        value = _unseen(estate, host) if observed is None else getattr(observed, name)
        yield Drift(
            name,
            getattr(declared, name),
            value,
            subject=host,
            key=f"sshd.{name}",
            source=f"{repository}: {place.source if place else declared.source}",
            line=place.line if place else None,
            end_line=place.line if place else None,
            taken=declared.taken if observed is None else observed.taken,
        )


def _undeclared(estate: Estate, repository: str, patterns: Sequence[str]) -> Unknown:
    """Why the declaration was not found: the repository was not read, or does not hold it."""
    for gap in estate.gaps.get(repository, ()):
        if gap.type == SshdSettings.__name__ and not gap.key:
            return Unknown(gap.reason, f"{repository}: {gap.detail}")
    detail = f"{repository} declares no sshd settings in {', '.join(patterns)}"
    return Unknown(Reason.UNRESOLVED, detail)


def _unseen(estate: Estate, host: str) -> Unknown:
    for gap in estate.gaps.get(host, ()):
        if gap.type == SshdSettings.__name__:
            return Unknown(gap.reason, gap.detail)
    return Unknown(Reason.NO_COLLECTOR, f"the sshd of {host} was not asked")
