from rempart.check import Figure, Result, all_of, verdict
from rempart.observations.ssh import SshdSettings


def check(sshd: SshdSettings, *, most: int = 900) -> Result:
    interval, count = sshd.client_alive_seconds, sshd.client_alive_count
    facts: dict[str, Figure] = {}
    good = all_of(interval >= 1, count >= 1)
    if isinstance(interval, int) and isinstance(count, int):
        facts = {"interval": interval, "count": count}
        good = all_of(good, interval * count <= most)
    seen = f"ClientAliveInterval {interval}, ClientAliveCountMax {count}"
    return verdict(good, seen, sshd.at("client_alive_seconds"), facts=facts)
