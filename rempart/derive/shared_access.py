"""Public keys and every account they open, across all hosts."""

from collections.abc import Iterator

from rempart.check import Gap, Observation
from rempart.derive import ESTATE, Estate
from rempart.observations.people import AuthorizedKey, SharedAccess

NEEDS: tuple[type[Observation], ...] = (AuthorizedKey,)
BRINGS: tuple[type[Observation], ...] = (SharedAccess,)


def derived(estate: Estate) -> Iterator[Observation | Gap]:
    """One observation a key, on its host or on the estate; a gap for hosts whose keys are unseen.

    An authority that vouches for keys is none: it opens what it signs for.
    """
    found: dict[str, list[AuthorizedKey]] = {}
    for seen in estate.observations.values():
        for one in seen:
            known = isinstance(one, AuthorizedKey) and isinstance(one.fingerprint, str)
            if isinstance(one, AuthorizedKey) and known and not one.authority:
                found.setdefault(str(one.fingerprint), []).append(one)
    for fingerprint, keys in sorted(found.items()):
        yield _shared(fingerprint, keys)
    for subject, gaps in estate.gaps.items():
        for gap in gaps:
            if gap.type == AuthorizedKey.__name__:
                kind = SharedAccess.__name__
                yield Gap(kind, gap.reason, gap.detail, subject=subject, key=gap.key)


def _shared(fingerprint: str, keys: list[AuthorizedKey]) -> SharedAccess:
    hosts = sorted({one.subject for one in keys})
    first = min(keys, key=lambda one: (one.subject, one.source, one.line or 0))
    several = len(hosts) > 1
    kinds = {one.account_kind for one in keys if isinstance(one.account_kind, str)}
    return SharedAccess(
        accounts=tuple(sorted({f"{one.subject}: {one.account}" for one in keys})),
        hosts=len(hosts),
        names=len({one.account for one in keys}),
        kinds=tuple(sorted(kinds)),
        subject=ESTATE if several else first.subject,
        key=fingerprint,
        source=f"{first.subject}: {first.source}" if several else first.source,
        line=first.line,
        taken=max(one.taken for one in keys),
    )
