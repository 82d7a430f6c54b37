"""Keys that open several accounts, and what many accounts with one fault are told as."""

from dataclasses import replace

from rempart.check import Evidence, Gap, Outcome, Result, verdict
from rempart.derive import ESTATE, Estate, shared_access
from rempart.errors import Reason
from rempart.judge.accounts import MOST, bounded
from rempart.observations.people import AuthorizedKey, SharedAccess

KEY = AuthorizedKey(
    account="alice",
    kind="ssh-ed25519",
    bits=256,
    fingerprint="SHA256:one",
    options=(),
    account_kind="person",
    subject="web-1",
    source="/home/alice/.ssh/authorized_keys",
    line=1,
)


def derived(*keys: AuthorizedKey, gaps: tuple[Gap, ...] = ()) -> list[SharedAccess | Gap]:
    seen: dict[str, tuple[AuthorizedKey, ...]] = {}
    for key in keys:
        seen[key.subject] = (*seen.get(key.subject, ()), key)
    estate = Estate(seen, {gap.subject: (gap,) for gap in gaps}, ())
    found = list(shared_access.derived(estate))
    return [one for one in found if isinstance(one, SharedAccess | Gap)]


def test_a_key_on_two_hosts_is_the_estates() -> None:
    (found,) = derived(KEY, replace(KEY, subject="web-2", account="bob"))

    assert isinstance(found, SharedAccess)
    assert (found.subject, found.hosts, found.names) == (ESTATE, 2, 2)
    assert found.accounts == ("web-1: alice", "web-2: bob")


def test_a_key_on_one_host_is_that_hosts() -> None:
    (found,) = derived(KEY, replace(KEY, account="deploy", account_kind="service", line=2))

    assert isinstance(found, SharedAccess)
    assert (found.subject, found.names, found.kinds) == ("web-1", 2, ("person", "service"))
    assert (found.source, found.line) == ("/home/alice/.ssh/authorized_keys", 1)


def test_an_authority_opens_what_it_signs_and_no_account() -> None:
    assert derived(replace(KEY, authority=True)) == []


def test_a_host_whose_keys_were_not_seen_stays_open() -> None:
    gap = Gap("AuthorizedKey", Reason.PRIVILEGE, "homes: needs root", subject="web-2")

    found = derived(KEY, gaps=(gap,))
    assert [(one.type, one.subject) for one in found if isinstance(one, Gap)] == [
        ("SharedAccess", "web-2")
    ]


def test_many_accounts_with_one_fault_are_counted_beyond_a_bound() -> None:
    def faults(many: int) -> list[Result]:
        return [verdict(False, "locked", Evidence("/etc/shadow"), of=str(n)) for n in range(many)]

    assert len(list(bounded(faults(MOST)))) == MOST
    *shown, last = bounded(faults(100_000))
    assert len(shown) == MOST
    assert (last.of, last.counts, last.outcome) == ("more", {"more": 100_000 - MOST}, Outcome.FAIL)
    assert list(bounded([])) == []
