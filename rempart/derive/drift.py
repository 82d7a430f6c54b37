"""What a repository declares for a subject and what the subject runs, setting by setting.

A repository's `declares` names the files or addresses that are a subject's: whatever they say of
sshd, passwords, a realm or who may sign in to a database is held against what was observed there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, Final

from rempart.check import Gap, Observation, Unknown
from rempart.derive import Estate
from rempart.errors import Reason
from rempart.observations.database_accounts import ClientRule
from rempart.observations.estate import Drift
from rempart.observations.identity import OtpPolicy, SelfService, SignInEvents
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.ssh import SshdSettings

_ABOUT: Final = frozenset(field.name for field in fields(Observation)) | {"decided", "who"}


@dataclass(frozen=True, slots=True)
class _Topic:
    """A type both sides have, and the word its keys begin with."""

    type: type[Observation]
    word: str

    @property
    def settings(self) -> tuple[str, ...]:
        return tuple(field.name for field in fields(self.type) if field.name not in _ABOUT)


TOPICS: Final = (
    _Topic(SshdSettings, "sshd"),
    _Topic(PasswordPolicy, "passwords"),
    _Topic(OtpPolicy, "realm.codes"),
    _Topic(SelfService, "realm.self_service"),
    _Topic(SignInEvents, "realm.events"),
)
SETTINGS: Final = TOPICS[0].settings
# What each kind of subject is declared with; the first is what a host is expected to have.
EXPECTED: Final[Mapping[str, tuple[type[Observation], ...]]] = {
    "host": (SshdSettings, PasswordPolicy),
    "database": (ClientRule, PasswordPolicy),
    "identity": (PasswordPolicy, OtpPolicy, SelfService, SignInEvents),
    "directory": (PasswordPolicy,),
}
NEEDS: tuple[type[Observation], ...] = (*(topic.type for topic in TOPICS), ClientRule)
BRINGS: tuple[type[Observation], ...] = (Drift,)


def derived(estate: Estate) -> Iterator[Observation | Gap]:
    """One drift a setting of each subject that a repository declares.

    A Gap where nothing that is declared was found for a host: nobody knows whether it drifted.
    """
    kinds = {one.id: one.kind for one in estate.subjects if one.kind in EXPECTED}
    for repository in estate.subjects:
        for subject in sorted(set(kinds).intersection(repository.declares)):
            patterns = repository.declares[subject]
            found = list(_of_subject(estate, subject, kinds[subject], repository.id, patterns))
            if not found and kinds[subject] == "host":
                why = _undeclared(estate, repository.id, patterns)
                yield Gap(Drift.__name__, why.reason, why.detail, subject=subject)
            yield from found


def _of_subject(
    estate: Estate, subject: str, kind: str, repository: str, patterns: Sequence[str]
) -> Iterator[Drift]:
    declared = [
        one
        for one in estate.observations.get(repository, ())
        if type(one) in EXPECTED[kind] and _fits(one, patterns)
    ]
    for topic in TOPICS:
        mine = next((one for one in declared if _general(one, topic)), None)
        if mine is not None:
            yield from _drifts(estate, subject, repository, mine, topic)
    yield from _apart(estate, subject, repository, declared)
    rules = [one for one in declared if isinstance(one, ClientRule)]
    if rules:
        yield from _rules(estate, subject, repository, rules)


def _fits(one: Observation, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(one.source, each) or fnmatchcase(one.key, each) for each in patterns)


def _general(one: Observation, topic: _Topic) -> bool:
    """Whether it holds for everybody: a `Match` block or a policy for some people does not."""
    narrow = "Match" in one.key or bool(getattr(one, "bound", ""))
    return isinstance(one, topic.type) and not narrow


def _drifts(
    estate: Estate, subject: str, repository: str, declared: Observation, topic: _Topic
) -> Iterator[Drift]:
    observed = _running(estate, subject, topic)
    unseen = _unseen(estate, subject, topic.type)
    for name in topic.settings:
        wanted = getattr(declared, name)
        if isinstance(wanted, Unknown) and name not in getattr(declared, "decided", {}):
            continue  # nothing is declared: sshd's version, or the provider, decides
        value = unseen if observed is None else getattr(observed, name)
        if _silent(wanted) or _silent(value):
            continue
        place = _place(declared, name)
        yield Drift(
            name,
            _plain(wanted),
            _plain(value),
            _where(subject, observed, name),
            subject=subject,
            key=f"{topic.word}.{name}",
            source=f"{repository}: {place.source}",
            line=place.line,
            end_line=place.line,
            taken=declared.taken if observed is None else observed.taken,
        )


def _apart(
    estate: Estate, subject: str, repository: str, declared: Sequence[Observation]
) -> Iterator[Drift]:
    """`Match` blocks that stand on one side alone: what they change, None on the other side.

    Only where a whole configuration is declared, and every block of the host was seen.
    """
    wanted = [one for one in declared if isinstance(one, SshdSettings)]
    seen = [one for one in estate.observations.get(subject, ()) if isinstance(one, SshdSettings)]
    gaps = [one for one in estate.gaps.get(subject, ()) if one.type == SshdSettings.__name__]
    ours, theirs = (next((one for one in side if not one.who), None) for side in (wanted, seen))
    if ours is None or theirs is None or gaps or isinstance(ours.user_environment, Unknown):
        return
    here, there = (
        {one.who: one for one in side if one.who.startswith("Match ")} for side in (wanted, seen)
    )
    for who in sorted(here.keys() ^ there.keys()):
        block = here.get(who) or there[who]
        base, place = (ours, block) if who in here else (theirs, ours)
        changed = ", ".join(
            f"{name} {_plain(getattr(block, name))}"
            for name in SETTINGS
            if str(getattr(block, name)) != str(getattr(base, name))
        )
        line = place.line if who in here else None
        yield Drift(
            who,
            changed if who in here else None,
            None if who in here else changed,
            _where(subject, None if who in here else block, ""),
            subject=subject,
            key=f"sshd {who}",
            source=f"{repository}: {place.source}",
            line=line,
            end_line=line,
            taken=block.taken if who in there else theirs.taken,
        )


def _running(estate: Estate, subject: str, topic: _Topic) -> Observation | None:
    found = [one for one in estate.observations.get(subject, ()) if isinstance(one, topic.type)]
    if topic.type is SshdSettings:
        return next((one for one in found if not one.key), None)
    general = [one for one in found if _general(one, topic)]
    return general[0] if general else None


def _silent(value: object) -> bool:
    """Whether a side was never asked this: there is nothing to compare."""
    return isinstance(value, Unknown) and value.detail.startswith(
        ("the version that", "the reader")
    )


def _place(one: Any, name: str) -> Any:  # noqa: ANN401  (an observation, or the place of a setting)
    return getattr(one, "decided", {}).get(name) or one


def _where(subject: str, observed: Observation | None, name: str) -> str:
    if observed is None:
        return subject
    place = _place(observed, name)
    line = f":{place.line}" if place.line else ""
    return f"{subject}: {place.source or type(observed).__name__}{line}"


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Lists as one text: their order is theirs."""
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else value


def _rules(
    estate: Estate, subject: str, repository: str, declared: Sequence[ClientRule]
) -> Iterator[Drift]:
    """Rules of pg_hba.conf by their words: the method on both sides, None where one is missing."""
    seen = [one for one in estate.observations.get(subject, ()) if isinstance(one, ClientRule)]
    unseen = _unseen(estate, subject, ClientRule)
    running = {one.key: one for one in reversed(seen)}  # of equals the first decides
    wanted = {one.key: one for one in reversed(declared)}
    for key in dict.fromkeys((*(one.key for one in declared), *(one.key for one in seen))):
        here, there = wanted.get(key), running.get(key)
        place = here or declared[0]
        yield Drift(
            f"pg_hba {key}",
            here.method if here else None,
            unseen if not seen else there.method if there else None,
            f"{subject}: {there.source}:{there.line}" if there else f"{subject}: pg_hba.conf",
            subject=subject,
            key=f"pg_hba {key}",
            source=f"{repository}: {place.source}",
            line=here.line if here else None,
            end_line=here.line if here else None,
            taken=(there or place).taken,
        )


def _undeclared(estate: Estate, repository: str, patterns: Sequence[str]) -> Unknown:
    """Why the declaration was not found: the repository was not read, or does not hold it."""
    for gap in estate.gaps.get(repository, ()):
        if gap.type == SshdSettings.__name__ and not gap.key:
            return Unknown(gap.reason, f"{repository}: {gap.detail}")
    detail = f"{repository} declares no sshd settings in {', '.join(patterns)}"
    return Unknown(Reason.UNRESOLVED, detail)


def _unseen(estate: Estate, subject: str, kind: type[Observation]) -> Unknown:
    for gap in estate.gaps.get(subject, ()):
        if gap.type == kind.__name__:
            return Unknown(gap.reason, gap.detail)
    return Unknown(Reason.NO_COLLECTOR, f"{subject} was not asked")
