"""Whether mail to the domain must travel encrypted: MTA-STS (RFC 8461) and DANE (RFC 7672)."""

from typing import TYPE_CHECKING, Any, Final

from rempart.check import Seen, Unknown
from rempart.collectors.domain.dnssec import Walk, anchors, secure
from rempart.collectors.domain.tags import of_version
from rempart.collectors.text import clean
from rempart.errors import CollectError
from rempart.observations.dns import MailTransport

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.dns import Questions

MODES: Final = ("enforce", "testing", "none")
POLICY_CAP: Final = 64 * 1024  # RFC 8461, 3.3
MOST_EXCHANGERS: Final = 20


def mail_transport(subject: Any, access: "Access", questions: "Questions") -> MailTransport:  # noqa: ANN401
    """How the domain asks to be written to."""
    domain = subject.id.rstrip(".").lower()
    place = {"key": domain, "source": f"MX {domain}"}
    hosts = _exchangers(questions, domain)
    if not hosts:
        return MailTransport(False, **place)
    mode, fault = _strict_transport(subject, access, questions, hosts)
    reports = of_version(questions.ask(f"_smtp._tls.{domain}", "TXT").texts(), "TLSRPTv1")
    return MailTransport(
        True,
        sts_mode=mode,
        dane=_dane(subject, questions, hosts),
        tls_reports=len(reports) == 1 and bool(reports[0].get("rua")),
        fault=fault,
        **place,
    )


def _exchangers(questions: "Questions", domain: str) -> list[str]:
    """Who takes the domain's mail; nobody where the null record (RFC 7505) or none stands."""
    records = questions.ask(domain, "MX").records or ()
    names = (str(record.exchange).rstrip(".").lower() for record in records)
    return sorted({name for name in names if name})[:MOST_EXCHANGERS]


def _dane(subject: Any, questions: "Questions", hosts: list[str]) -> Seen[bool]:  # noqa: ANN401
    """Every exchanger has a proved TLSA record: one that lacks it is where mail is read."""
    places = [f"_25._tcp.{host}" for host in hosts]
    try:
        if any(questions.ask(place, "TLSA").status != "found" for place in places):
            return False
    except CollectError as error:
        return Unknown(error.reason, str(error))
    walk = Walk(questions, anchors(subject))
    return all(secure(walk, place, "TLSA") for place in places)


def _strict_transport(
    subject: Any,  # noqa: ANN401
    access: "Access",
    questions: "Questions",
    hosts: list[str],
) -> tuple[Seen[str | None], str]:
    """The mode of the MTA-STS policy, and what keeps one that is announced from holding."""
    domain = subject.id.rstrip(".").lower()
    announced = of_version(questions.ask(f"_mta-sts.{domain}", "TXT").texts(), "STSv1")
    if len(announced) != 1 or not announced[0].get("id"):
        many = f"{len(announced)} records at _mta-sts.{domain}" if len(announced) > 1 else ""
        return None, many
    try:
        text = _fetched(subject, access, domain)
    except CollectError as error:
        return Unknown(error.reason, str(error)), ""
    if isinstance(text, Unannounced):
        return None, text
    return policy(text, hosts)


class Unannounced(str):
    """Why senders treat the domain as one without a policy."""

    __slots__ = ()


def _fetched(subject: Any, access: "Access", domain: str) -> str:  # noqa: ANN401
    from rempart.transport.http import Session

    url = f"https://mta-sts.{domain}/.well-known/mta-sts.txt"
    with Session(access, url, ca=subject.ca) as session:
        answer = session.get(url)
    if not answer.trusted:
        return Unannounced(f"the certificate of mta-sts.{domain}: {clean(answer.trust_error)}")
    if answer.status != 200:
        return Unannounced(f"{url} answers {answer.status}")
    kind = (answer.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "text/plain":
        return Unannounced(f"{url} is {clean(kind) or 'of no type'}, not text/plain")
    if answer.truncated or len(answer.body) > POLICY_CAP:
        return Unannounced(f"{url} is longer than a policy may be")
    return answer.body.decode("utf-8", "replace")


def policy(text: str, hosts: list[str]) -> tuple[str | None, str]:
    """The mode a policy sets for these mail exchangers, and why it does not hold for them."""
    fields: dict[str, str] = {}
    patterns = []
    for line in text.replace("\r\n", "\n").split("\n"):
        name, _, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if name == "mx":
            patterns.append(value.lower())
        elif name:
            fields.setdefault(name, value)
    mode = fields.get("mode", "")
    if fields.get("version") != "STSv1" or mode not in MODES:
        return None, "the policy names no version or mode"
    age = fields.get("max_age", "")
    if not (age.isascii() and age.isdigit()):
        return None, "the policy has no max_age"
    outside = [host for host in hosts if not any(_fits(host, one) for one in patterns)]
    if outside and mode != "none":
        return mode, f"the policy does not name {', '.join(outside)}"
    return mode, ""


def _fits(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.partition(".")[2] == pattern[2:]
    return host == pattern
