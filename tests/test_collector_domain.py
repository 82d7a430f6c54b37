from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import dns.dnssectypes
import dns.message
import dns.rcode
import pytest

from rempart.check import Gap, Observation, Reason, Unknown
from rempart.collectors import domain
from rempart.collectors.domain.lookalikes import MOST, spellings
from rempart.collectors.domain.mail import policy
from rempart.observations.dns import (
    CaaPolicy,
    DmarcPolicy,
    DnssecChain,
    LookalikeSurvey,
    MailTransport,
    SpfPolicy,
)
from tests.loopback import access, mandate
from tests.name_server import Served, Signed, Twist, serving, signed, zones

T = TypeVar("T", bound=Observation)
ROOT = {"": "", "example": ""}
SIGNED_ZONES = {"": "", "example": "", "payer.example": "mail IN A 192.0.2.9\n"}


@dataclass(frozen=True)
class Domain:
    """As much of an inventory's domain as the collector reads."""

    id: str = "payer.example"
    kind: str = "domain"
    resolver: str = ""
    anchor: Path | None = None
    ca: Path | None = None
    lookalikes: bool = False
    owned: tuple[str, ...] = ()


def look(
    records: str | Mapping[str, str],
    *kinds: type[Observation],
    subject: Domain | None = None,
    twist: Twist = lambda _, answer: answer,
    **figures: Any,
) -> tuple[list[Any], Served]:
    """What is seen of payer.example when its zone, or these zones, hold these records."""
    texts = {"payer.example": records} if isinstance(records, str) else records
    with serving(zones({**ROOT, **texts}), twist) as served:
        subject = replace(subject or Domain(), resolver=served.resolver)
        with access(subject, **figures) as way:
            return list(domain.collect(subject, way, frozenset(kinds))), served


def one(found: list[Any], kind: type[T]) -> T:
    (seen,) = [each for each in found if type(each) is kind]
    return seen


def spf(records: str, others: Mapping[str, str] | None = None, **keys: Any) -> SpfPolicy:
    texts = {"payer.example": records, **(others or {})}
    return one(look(texts, SpfPolicy, **keys)[0], SpfPolicy)


def txt(name: str, *texts: str) -> str:
    return "".join(f'{name} IN TXT "{text}"\n' for text in texts)


def test_a_strict_policy_with_its_look_ups() -> None:
    found = spf(
        txt("@", "v=spf1 mx a:mail.payer.example include:sender.example ip4:192.0.2.0/24 -all", "x")
        + "@ IN MX 10 mail\nmail IN A 192.0.2.9\n",
        {"sender.example": txt("@", "v=spf1 ip4:198.51.100.7 ~all")},
    )
    assert (found.records, found.ends, found.lookups, found.faults) == (1, "-all", 3, ())
    assert found.key == "payer.example"


@pytest.mark.parametrize(
    ("record", "ends"),
    [
        ("v=spf1", "?all"),
        ("v=spf1 ?all", "?all"),
        ("v=spf1 all", "+all"),
        ("V=SPF1 -ALL", "-all"),
        ("v=spf1 -all ip4:192.0.2.1", "-all"),
    ],
)
def test_what_holds_for_everybody_else(record: str, ends: str) -> None:
    assert spf(txt("@", record)).ends == ends


@pytest.mark.parametrize("term", ["ip4:0.0.0.0/0", "ip6:::/0", "include:open.example"])
def test_a_strict_end_behind_a_door_for_everybody_is_no_end(term: str) -> None:
    others = {"open.example": txt("@", "v=spf1 +all")}
    assert spf(txt("@", f"v=spf1 {term} -all"), others).ends == "+all"
    assert spf(txt("@", f"v=spf1 -{term} ~all"), others).ends != "+all"


@pytest.mark.parametrize(
    ("term", "fault"),
    [
        ("ip4:300.1.2.3", "ip4:300.1.2.3 is no address range"),
        ("ip4:2001:db8::1", "ip4:2001:db8::1 is no address range"),
        ("ip4:0.0.0.0/1", "ip4:0.0.0.0/1 lets a large part of the internet send"),
    ],
)
def test_address_ranges_are_read(term: str, fault: str) -> None:
    assert spf(txt("@", f"v=spf1 {term} -all")).faults == (fault,)


def test_what_a_policy_says_of_subdomains() -> None:
    said = dmarc(txt("_dmarc", "v=DMARC1; p=reject; sp=none; rua=mailto:a@payer.example"))
    assert (said.policy, said.subdomains) == ("reject", "none")


def test_a_redirect_holds_where_nothing_else_ends_the_record() -> None:
    others = {"sender.example": txt("@", "v=spf1 a:gone.sender.example -all")}
    assert spf(txt("@", "v=spf1 redirect=sender.example"), others).ends == "-all"
    assert spf(txt("@", "v=spf1 redirect=sender.example"), others).lookups == 2
    assert spf(txt("@", "v=spf1 redirect=sender.example ~all"), others).ends == "~all"


@pytest.mark.parametrize("texts", [(), ("v=spf10 -all",), ("v=spf1 -all", "v=spf1 ~all")])
def test_a_record_is_exactly_one(texts: tuple[str, ...]) -> None:
    assert spf(txt("@", *texts)).records == sum(text.startswith("v=spf1 ") for text in texts)


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        ("v=spf1 include:none.example -all", "has no SPF record"),
        ("v=spf1 include:payer.example -all", "leads back to itself"),
        ("v=spf1 ipv4:192.0.2.1 -all", "is no mechanism"),
        ("v=spf1 include -all", "is no mechanism"),
        ("v=spf1 !! -all", "is no term"),
        ("v=spf1 a:x.example a:y.example a:z.example -all", "look-ups find nothing"),
    ],
)
def test_faults_that_make_receivers_give_up(record: str, fault: str) -> None:
    faults = spf(txt("@", record)).faults
    assert isinstance(faults, tuple)
    assert any(fault in each for each in faults)


def test_a_loop_of_includes_ends() -> None:
    others = {
        "a.example": txt("@", "v=spf1 include:b.example -all"),
        "b.example": txt("@", "v=spf1 include:a.example -all"),
    }
    found = spf(txt("@", "v=spf1 include:a.example -all"), others)
    assert found.lookups == 3
    assert found.faults == ("include:a.example leads back to itself",)


def test_look_ups_are_counted_through_includes_and_stop_being_followed() -> None:
    others = {
        f"s{number}.example": txt("@", f"v=spf1 include:s{number + 1}.example -all")
        for number in range(40)
    }
    found, served = look(
        {"payer.example": txt("@", "v=spf1 include:s0.example -all"), **others}, SpfPolicy
    )
    lookups = one(found, SpfPolicy).lookups
    assert isinstance(lookups, int)
    assert 10 < lookups < 40
    assert len(served.asked) < 40


def test_an_include_nobody_answers_leaves_the_count_open() -> None:
    def mute(question: dns.message.Message, answer: dns.message.Message) -> Any:
        if "slow" in str(question.question[0].name):
            answer.set_rcode(dns.rcode.SERVFAIL)
        return answer

    found = spf(txt("@", "v=spf1 include:slow.example -all"), twist=mute)
    assert isinstance(found.lookups, Unknown)
    assert found.lookups.reason is Reason.REFUSED
    assert found.ends == "-all"


def test_a_macro_depends_on_the_sender() -> None:
    found = spf(txt("@", "v=spf1 include:%{i}.lists.example -all"))
    assert isinstance(found.lookups, Unknown)
    assert found.lookups.reason is Reason.UNRESOLVED


def dmarc(records: str, name: str = "payer.example") -> DmarcPolicy:
    return one(look(records, DmarcPolicy, subject=Domain(name))[0], DmarcPolicy)


def test_a_policy_with_reports() -> None:
    found = dmarc(txt("_dmarc", "v=DMARC1; p=Reject; rua=mailto:d@payer.example; pct=20"))
    assert (found.policy, found.percent, found.reports) == ("reject", 20, True)
    assert found.found_at == "payer.example"


def test_a_subdomain_inherits_its_parents_policy_for_subdomains() -> None:
    text = txt("_dmarc", "v=DMARC1; p=reject; sp=none; t=y")
    found = dmarc(text, "pro.payer.example")
    assert (found.policy, found.found_at, found.testing) == ("none", "payer.example", True)
    assert dmarc(text).policy == "reject"


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ((), ""),
        (("p=reject; v=DMARC1",), ""),
        (("v=DMARC1; p=reject", "v=DMARC1; p=none"), "2 records at _dmarc.payer.example"),
        (("v=DMARC1; p=block",), "p=block"),
        (("v=DMARC1",), "no p="),
    ],
)
def test_what_is_no_policy(texts: tuple[str, ...], fault: str) -> None:
    found = dmarc(txt("_dmarc", *texts))
    assert (found.policy, found.fault) == (None, fault)


def test_a_wrong_policy_with_an_address_counts_as_none() -> None:
    assert dmarc(txt("_dmarc", "v=DMARC1; p=bad; rua=mailto:d@payer.example")).policy == "none"


def mail(records: str, **keys: Any) -> MailTransport:
    return one(look(records, MailTransport, **keys)[0], MailTransport)


@pytest.mark.parametrize("records", ["", "@ IN MX 0 .\n"])
def test_a_domain_without_exchangers_takes_no_mail(records: str) -> None:
    assert mail(records).receives is False


def test_what_a_receiving_domain_announces() -> None:
    found = mail("@ IN MX 10 mail\n" + txt("_smtp._tls", "v=TLSRPTv1; rua=mailto:t@payer.example"))
    assert (found.receives, found.sts_mode, found.tls_reports) == (True, None, True)
    assert found.dane is False


def test_a_policy_outside_the_mandate_is_not_fetched() -> None:
    found = mail("@ IN MX 10 mail\n" + txt("_mta-sts", "v=STSv1; id=20261125"))
    assert isinstance(found.sts_mode, Unknown)
    assert found.sts_mode.reason is Reason.NOT_AUTHORISED


POLICY = "version: STSv1\r\nmode: enforce\r\nmx: *.payer.example\r\nmax_age: 604800\r\n"


@pytest.mark.parametrize(
    ("text", "hosts", "mode", "fault"),
    [
        (POLICY, ["mail.payer.example"], "enforce", ""),
        (POLICY.replace("\r\n", "\n"), ["mail.payer.example"], "enforce", ""),
        (POLICY, ["a.b.payer.example"], "enforce", "does not name a.b.payer.example"),
        (POLICY, ["payer.example"], "enforce", "does not name payer.example"),
        (POLICY.replace("enforce", "strict"), ["mail.payer.example"], None, "no version or mode"),
        (POLICY.replace("max_age: 604800", ""), ["mail.payer.example"], None, "no max_age"),
        ("<html>", ["mail.payer.example"], None, "no version or mode"),
    ],
)
def test_a_strict_transport_policy(
    text: str, hosts: list[str], mode: str | None, fault: str
) -> None:
    found, why = policy(text, hosts)
    assert found == mode
    assert fault in why


@pytest.mark.parametrize(
    ("records", "found_at", "issuers"),
    [
        (
            {"payer.example": '@ IN CAA 0 issue "ca.example; x=1"\n'},
            "payer.example",
            ("ca.example",),
        ),
        ({"payer.example": '@ IN CAA 0 issue ";"\n'}, "payer.example", ()),
        ({"payer.example": '@ IN CAA 0 iodef "mailto:x@payer.example"\n'}, "", ()),
        ({"payer.example": '@ IN CAA 0 issuewild "ca.example"\n'}, "", ()),
        ({"payer.example": "", "example": '@ IN CAA 0 issue "ca.test"\n'}, "example", ("ca.test",)),
        ({"payer.example": ""}, "", ()),
    ],
)
def test_who_may_issue(records: dict[str, str], found_at: str, issuers: tuple[str, ...]) -> None:
    found = one(look(records, CaaPolicy)[0], CaaPolicy)
    assert (found.found_at, found.issuers) == (found_at, issuers)


def chain(tree: Signed, folder: Path, twist: Twist = lambda _, answer: answer) -> DnssecChain:
    anchor = folder / "root.key"
    anchor.write_text(tree.anchor)
    with serving(tree.zones, twist) as served:
        subject = Domain(resolver=served.resolver, anchor=anchor)
        with access(subject) as way:
            found = list(domain.collect(subject, way, frozenset({DnssecChain})))
    return one(found, DnssecChain)


def test_a_chain_from_the_root_down(tmp_path: Path) -> None:
    found = chain(signed(SIGNED_ZONES), tmp_path)
    assert (found.state, found.link, found.weak) == ("signed", "", ())


def test_a_zone_without_a_delegation_is_unsigned(tmp_path: Path) -> None:
    found = chain(signed(SIGNED_ZONES, unsigned=("payer.example",)), tmp_path)
    assert found.state == "unsigned"
    assert found.link == "example has no DS record for payer.example"


def test_another_roots_keys_break_the_chain(tmp_path: Path) -> None:
    tree, other = signed(SIGNED_ZONES), signed(SIGNED_ZONES)
    found = chain(replace(tree, anchor=other.anchor), tmp_path)
    assert (found.state, found.link) == ("broken", "no key of the root fits the digests above it")


def test_a_zone_signed_with_another_key_is_broken(tmp_path: Path) -> None:
    tree, other = signed(SIGNED_ZONES), signed(SIGNED_ZONES)
    tree.zones["payer.example"] = other.zones["payer.example"]
    found = chain(tree, tmp_path)
    assert (found.state, found.link) == (
        "broken",
        "no key of payer.example fits the digests above it",
    )


def test_signatures_that_ran_out_break_the_chain(tmp_path: Path) -> None:
    found = chain(signed(SIGNED_ZONES, lifetime=-10), tmp_path)
    assert found.state == "broken"


def test_stripped_signatures_break_the_chain(tmp_path: Path) -> None:
    def strip(question: dns.message.Message, answer: dns.message.Message) -> Any:
        if str(question.question[0]).startswith("payer.example. IN SOA"):
            answer.answer = answer.answer[:1]
        return answer

    found = chain(signed(SIGNED_ZONES), tmp_path, strip)
    assert found.link == "the records of payer.example do not carry its signature"


def test_old_algorithms_and_digests_are_named(tmp_path: Path) -> None:
    tree = signed(SIGNED_ZONES, algorithm=dns.dnssectypes.Algorithm.RSASHA1, digest="SHA1")
    found = chain(tree, tmp_path)
    assert found.state == "signed"
    assert "RSASHA1 in payer.example" in found.weak
    assert "a SHA-1 digest at the parent of payer.example" in found.weak


def test_mail_with_proved_records_is_protected(tmp_path: Path) -> None:
    records = "@ IN MX 10 mail\nmail IN A 192.0.2.9\n"
    tlsa = "_25._tcp.mail IN TLSA 3 1 1 " + "ab" * 32 + "\n"
    for text, dane in ((records + tlsa, True), (records, False)):
        tree = signed({**ROOT, "payer.example": text})
        (tmp_path / "root.key").write_text(tree.anchor)
        with serving(tree.zones) as served:
            subject = Domain(resolver=served.resolver, anchor=tmp_path / "root.key")
            with access(subject) as way:
                found = list(domain.collect(subject, way, frozenset({MailTransport})))
        assert one(found, MailTransport).dane is dane


def test_an_anchor_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "root.key").write_text("nothing here\n")
    subject = Domain(anchor=tmp_path / "root.key")
    (gap,) = look("", DnssecChain, subject=subject)[0]
    assert isinstance(gap, Gap)
    assert gap.reason is Reason.UNRESOLVED
    assert "root.key" in gap.detail


def test_similar_names_are_asked_for_only_where_the_inventory_says_so() -> None:
    assert look("", LookalikeSurvey)[0] == []


def test_similar_names_that_exist() -> None:
    texts = {"paver.example": "@ IN MX 5 mx\n", "payerr.example": "", "payer-pro.example": ""}
    way = mandate(allow=("active",))
    subject = Domain(lookalikes=True, owned=("payer-pro.example",))
    found, served = look(
        {"payer.example": "", **texts},
        LookalikeSurvey,
        subject=subject,
        authorisation=way,
        requests=400,
    )
    survey = one(found, LookalikeSurvey)
    assert survey.registered == ("payerr.example",)
    assert survey.mail == ()
    assert survey.asked == len([each for each in served.asked if each.startswith("NS")])


def test_spellings_are_names_people_overlook() -> None:
    found = spellings("pro.viamedia.net")
    assert {"v1amedia.net", "viamdeia.net", "viamedi.net", "via-media.net", "viamedia.fr"} <= set(
        found
    )
    assert "viamedia.net" not in found
    assert len(found) <= MOST


@pytest.mark.parametrize(
    ("twist", "reason"),
    [
        (lambda _, answer: b"\x00", Reason.TRUNCATED),
        (lambda _, answer: None, Reason.UNREACHABLE),
        (lambda _, answer: answer.set_rcode(dns.rcode.REFUSED) or answer, Reason.REFUSED),
    ],
)
def test_a_resolver_that_does_not_answer_leaves_gaps(twist: Any, reason: Reason) -> None:
    found, _ = look("", SpfPolicy, CaaPolicy, twist=twist, seconds=1)
    assert {gap.type for gap in found} == {"SpfPolicy", "CaaPolicy"}
    assert all(isinstance(gap, Gap) and gap.reason in (reason, Reason.LIMIT) for gap in found)


def test_an_answer_cut_short_is_asked_for_again_over_tcp() -> None:
    filler = "".join(txt("@", f"v{number}=" + "x" * 200) for number in range(20))
    with serving(zones({**ROOT, "payer.example": txt("@", "v=spf1 -all") + filler})) as served:
        subject = Domain(resolver=served.resolver)
        with access(subject) as way:
            found = list(domain.collect(subject, way, frozenset({SpfPolicy})))
            assert way.connections == 1
    assert one(found, SpfPolicy).ends == "-all"


def test_questions_are_counted_and_end_with_the_budget() -> None:
    (gap,) = look(txt("@", "v=spf1 a:x.example a:y.example -all"), SpfPolicy, requests=0)[0]
    assert isinstance(gap, Gap)
    assert gap.reason is Reason.LIMIT


def test_a_named_resolver_is_held_to_the_mandate() -> None:
    outside = mandate(scope=("192.0.2.0/24",))
    (gap,) = look("", SpfPolicy, authorisation=outside)[0]
    assert isinstance(gap, Gap)
    assert gap.reason is Reason.NOT_AUTHORISED
