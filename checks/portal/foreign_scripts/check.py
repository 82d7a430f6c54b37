from collections.abc import Iterator

from rempart.check import Figure, Result, Severity, notapplicable, verdict
from rempart.observations.http import PageScript

WATCHERS = (
    *("google-analytics.com", "googletagmanager.com", "doubleclick.net", "connect.facebook.net"),
    *("hotjar.com", "clarity.ms", "fullstory.com", "contentsquare.net", "segment.com"),
    *("mixpanel.com", "mouseflow.com", "xiti.com", "at-internet.com", "matomo.cloud"),
)
# They cannot fix their hash, and a portal may need one.
PUZZLES = (
    "google.com",
    "recaptcha.net",
    "gstatic.com",
    "hcaptcha.com",
    "challenges.cloudflare.com",
)


def check(scripts: tuple[PageScript, ...]) -> Iterator[Result]:
    signing_in = [one for one in scripts if one.kind == "login form"]
    if not signing_in:
        yield notapplicable("no script on a sign-in page", scripts[0].source, of="/")
        return
    loose = {one.foreign: one for one in signing_in if one.foreign and not kept(one)}
    for host, one in loose.items():
        why = "watches visitors" if within(host, WATCHERS) else "without integrity"
        facts: dict[str, Figure] = {"host": host, "page": one.page}
        lower = Severity.MEDIUM if within(host, PUZZLES) else None
        yield verdict(False, f"{host}: {why}", one, of=host, facts=facts, severity=lower)
    if not loose:
        own = {"page": signing_in[0].page, "host": "-"}
        yield verdict(True, f"{len(signing_in)} scripts", signing_in[0], of="/", facts=own)


def kept(script: PageScript) -> bool:
    return script.integrity and not within(script.foreign, WATCHERS)


def within(host: str, names: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in names)
