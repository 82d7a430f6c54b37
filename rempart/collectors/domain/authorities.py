"""CAA (RFC 8659): the records of the domain, else of the nearest parent that has some."""

from typing import TYPE_CHECKING, Any

from rempart.collectors.text import clean
from rempart.observations.dns import CaaPolicy

if TYPE_CHECKING:
    from rempart.transport.access import Access
    from rempart.transport.dns import Questions


def caa_policy(subject: Any, access: "Access", questions: "Questions") -> CaaPolicy:  # noqa: ANN401
    """Who may issue for the domain."""
    domain = subject.id.rstrip(".").lower()
    labels = domain.split(".")
    for start in range(len(labels)):
        name = ".".join(labels[start:])
        records = questions.ask(name, "CAA").records
        if records is None:
            continue
        issuers, wild = [], []
        for record in records:
            tag = record.tag.decode("ascii", "replace").lower()
            who = clean(record.value.decode("utf-8", "replace").partition(";")[0].strip())
            if tag == "issue" and who:
                issuers.append(who)
            elif tag == "issuewild" and who:
                wild.append(who)
        tags = {record.tag.lower() for record in records}
        if not tags & {b"issue", b"issuewild"}:
            return CaaPolicy("", key=domain, source=f"CAA {name}")  # only where to report
        if b"issuewild" not in tags:
            wild = issuers
        return CaaPolicy(
            name if b"issue" in tags else "",
            tuple(sorted(set(issuers))),
            tuple(sorted(set(wild))),
            key=domain,
            source=f"CAA {name}",
        )
    return CaaPolicy("", key=domain, source=f"CAA {domain}")
