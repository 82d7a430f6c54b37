from rempart.check import Result, all_of, verdict
from rempart.observations.ssh import SshdSettings


def check(sshd: SshdSettings) -> Result:
    good = all_of(sshd.host_based == False, sshd.ignore_rhosts == "yes")  # noqa: E712
    word = "?"
    if isinstance(sshd.host_based, bool):
        word = "yes" if sshd.host_based else "no"
    facts = {"host_based": word, "ignore": str(sshd.ignore_rhosts)}
    seen = f"HostbasedAuthentication {word}, IgnoreRhosts {sshd.ignore_rhosts}"
    return verdict(good, seen, sshd.at("host_based"), facts=facts)
