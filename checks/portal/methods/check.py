from rempart.check import Figure, Result, Severity, unseen, verdict
from rempart.observations.http import Methods

# What writes files or opens tunnels; PUT and DELETE are how interfaces are spoken to.
UNUSED = frozenset({"CONNECT", "COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "TRACK"})


def check(methods: Methods) -> Result:
    extra = sorted(UNUSED & set(methods.allowed))
    traced = methods.trace == True  # noqa: E712  (three-valued)
    if unseen(traced) and not extra:
        return verdict(traced, "TRACE", methods)
    back = not unseen(traced) and bool(traced)
    words = ", ".join([*(["TRACE"] if back else []), *extra])
    facts: dict[str, Figure] = {"methods": words or "-"}
    lower = None if back else Severity.LOW
    return verdict(not words, words or "no TRACE, no WebDAV", methods, facts=facts, severity=lower)
