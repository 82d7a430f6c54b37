"""What DNS says of a domain: mail in its name and to it, signatures, authorities, look-alikes."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from rempart.check import Gap, Observation
from rempart.collectors import Intensity, Probe, Seen, Wanted
from rempart.errors import CollectError
from rempart.observations.dns import (
    CaaPolicy,
    DmarcPolicy,
    DnssecChain,
    LookalikeSurvey,
    MailTransport,
    SpfPolicy,
)

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.dns import Questions

Reader: TypeAlias = Callable[[Any, "Access", "Questions"], Observation | None]

KIND = "domain"
BRINGS = (SpfPolicy, DmarcPolicy, MailTransport, DnssecChain, CaaPolicy, LookalikeSurvey)
PROBES = (
    Probe(
        "records",
        "questions to the resolver: SPF and what it includes, DMARC, MX, MTA-STS, TLSA, CAA",
        (SpfPolicy, DmarcPolicy, MailTransport, CaaPolicy),
        requests=40,
    ),
    Probe(
        "signatures",
        "questions to the resolver: DS, DNSKEY and SOA of the domain and of its parents",
        (DnssecChain,),
        requests=16,
    ),
    Probe(
        "mail policy",
        "one request for https://mta-sts.DOMAIN/.well-known/mta-sts.txt where the domain has one",
        (MailTransport,),
        connections=1,
        requests=1,
    ),
    Probe(
        "look-alikes",
        "where the inventory asks for it, one question to the resolver for each similar name",
        (LookalikeSurvey,),
        Intensity.ACTIVE,
        requests=300,
    ),
)


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """One observation of each wanted type; a gap for each that could not be made."""
    from rempart.transport.dns import Questions

    questions = Questions(access, subject.resolver)
    for kind, reader in _readers().items():
        if kind not in wanted:
            continue
        try:
            found = reader(subject, access, questions)
        except CollectError as error:
            yield Gap(kind.__name__, error.reason, str(error), key=subject.id)
            continue
        if found is not None:
            yield found


def _readers() -> dict[type[Observation], Reader]:
    from rempart.collectors.domain.authorities import caa_policy
    from rempart.collectors.domain.dmarc import dmarc_policy
    from rempart.collectors.domain.dnssec import dnssec_chain
    from rempart.collectors.domain.lookalikes import lookalike_survey
    from rempart.collectors.domain.mail import mail_transport
    from rempart.collectors.domain.spf import spf_policy

    return {
        SpfPolicy: spf_policy,
        DmarcPolicy: dmarc_policy,
        MailTransport: mail_transport,
        DnssecChain: dnssec_chain,
        CaaPolicy: caa_policy,
        LookalikeSurvey: lookalike_survey,
    }
