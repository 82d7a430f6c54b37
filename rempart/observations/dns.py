"""What a domain publishes about itself: who may write in its name, how it is reached."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class SpfPolicy(Observation):
    """Who may send mail in the domain's name (RFC 7208); key: the domain.

    `records` counts the SPF records; RFC 7208 allows one. `ends` is what holds for everybody else:
    `-all`, `~all`, `?all`, `+all`. `lookups` are the look-ups evaluation may need, at most ten are
    allowed. `faults` are what makes a receiver give up, in the record's own words.
    """

    records: int
    ends: Seen[str] = "?all"
    lookups: Seen[int] = 0
    faults: Seen[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class DmarcPolicy(Observation):
    """What receivers do with mail that fails SPF and DKIM (RFC 7489); key: the domain.

    `policy` is none, quarantine or reject as it holds for this domain, None without a valid record.
    `percent` of failing mail is treated so; `testing` says that receivers are asked not to act.
    `reports` is true where somebody receives the aggregate reports. `found_at` is the domain whose
    record holds, which may be a parent. `subdomains` is what holds for its subdomains where the
    record says something else of them (sp), empty otherwise.
    """

    policy: Seen[str | None]
    percent: int = 100
    testing: bool = False
    reports: bool = False
    found_at: str = ""
    fault: str = ""
    subdomains: str = ""


@dataclass(frozen=True, slots=True)
class MailTransport(Observation):
    """Whether mail to the domain must travel encrypted; key: the domain.

    `receives` is false for a domain that takes no mail (no mail exchanger, or the null one).
    `sts_mode` is the mode of its MTA-STS policy (RFC 8461) where that names its mail exchangers,
    None without one. `dane` is true where every mail exchanger has a TLSA record in a signed zone.
    `tls_reports` is true where it asks for reports on failures (RFC 8460).
    """

    receives: Seen[bool]
    sts_mode: Seen[str | None] = None
    dane: Seen[bool] = False
    tls_reports: Seen[bool] = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class DnssecChain(Observation):
    """Whether the domain's records can be proved from the root down; key: the domain.

    `state` is signed, unsigned or broken; `link` names where the chain ends, `weak` the algorithms
    on the way that RFC 8624 no longer allows for signing.
    """

    state: Seen[str]
    link: str = ""
    weak: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaaPolicy(Observation):
    """Which authorities may issue certificates for the domain (RFC 8659); key: the domain.

    `issuers` and `wildcard_issuers` are names of authorities; an empty tuple with `found_at` set
    means nobody may. `found_at` is the domain whose records hold, empty where nothing limits.
    """

    found_at: Seen[str]
    issuers: tuple[str, ...] = ()
    wildcard_issuers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LookalikeSurvey(Observation):
    """Names that could be taken for the domain; key: the domain.

    `asked` names were looked up. `registered` exist and are not the payer's own, `mail` of these
    can receive or send mail.
    """

    asked: int
    registered: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
