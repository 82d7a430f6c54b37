from rempart.check import Fact, Figure, Result, all_of, among, any_of, unseen, verdict
from rempart.observations.dns import DmarcPolicy, SpfPolicy

MOST_LOOKUPS = 10  # RFC 7208, 4.6.4


def check(spf: SpfPolicy, dmarc: DmarcPolicy) -> Result:
    if spf.records != 1:
        return verdict(False, f"{spf.records} SPF records", spf, facts=_facts(spf, spf.records))
    enforced = among(dmarc.policy, ("quarantine", "reject"))
    # Where DMARC refuses what fails, a soft end refuses as much and breaks fewer forwarded mails.
    closed = any_of(spf.ends == "-all", all_of(spf.ends == "~all", enforced))
    faults = spf.faults
    few = spf.lookups <= MOST_LOOKUPS
    sound: Fact = not faults if isinstance(faults, tuple) else faults == ()
    if sound is False or few is False:
        closed = False
    return verdict(all_of(closed, few, sound), _said(spf), spf, facts=_facts(spf, 1))


def _facts(spf: SpfPolicy, records: int) -> dict[str, Figure]:
    return {"records": records, "said": _said(spf)}


def _said(spf: SpfPolicy) -> str:
    if spf.records != 1:
        return "-"
    words = [] if unseen(spf.ends) else [str(spf.ends)]
    if isinstance(spf.lookups, int):
        words.append(f"{spf.lookups}/{MOST_LOOKUPS}")
    words += spf.faults if isinstance(spf.faults, tuple) else ()
    return "; ".join(words)
