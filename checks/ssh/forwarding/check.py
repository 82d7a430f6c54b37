from rempart.check import Fact, Result, all_of, verdict
from rempart.observations.ssh import SshdSettings


def check(sshd: SshdSettings, *, tcp: str = "no") -> Result:
    tunnels: Fact = sshd.tcp_forwarding == tcp
    good = all_of(tunnels, sshd.agent_forwarding == False, sshd.x11_forwarding == False)  # noqa: E712
    said = {
        "AllowTcpForwarding": sshd.tcp_forwarding,
        "AllowAgentForwarding": sshd.agent_forwarding,
        "X11Forwarding": sshd.x11_forwarding,
    }
    words = [f"{name} {_word(value)}" for name, value in said.items() if _open(value)]
    seen = ", ".join(words) or "none is forwarded"
    facts = {"open": ", ".join(words)} if words else {"open": "none"}
    return verdict(good, seen, sshd.at("tcp_forwarding"), facts=facts)


def _open(value: object) -> bool:
    return value is True or (isinstance(value, str) and value != "no")


def _word(value: object) -> str:
    return "yes" if value is True else str(value)
