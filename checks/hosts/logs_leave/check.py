from collections.abc import Iterator

from rempart.check import Fact, Result, Unknown, any_of, notapplicable, verdict
from rempart.observations.services import LogShipping


def check(logs: LogShipping) -> Iterator[Result]:
    where = ", ".join((*_names(logs.targets), *_names(logs.agents))) or "-"
    leaves = any_of(_any(logs.targets), _any(logs.agents))
    yield verdict(leaves, f"sent to {where}", logs, of="away", facts={"where": where})
    if leaves is True:
        facts = {"where": where}
        yield verdict(logs.encrypted, f"sent to {where}", logs, of="in transit", facts=facts)
    else:
        yield notapplicable("nothing is sent", logs, of="in transit")
    kept = "over a restart" if logs.persistent is True else "until the next restart"
    yield verdict(logs.persistent, f"kept {kept}", logs, of="here", facts={"where": "/var/log"})


def _any(names: object) -> Fact:
    return names if isinstance(names, Unknown) else bool(names)


def _names(names: object) -> tuple[str, ...]:
    return names if isinstance(names, tuple) else ()
