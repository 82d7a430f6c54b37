from collections.abc import Iterator

from rempart.check import Reason, Result, Unknown, notapplicable, notchecked, verdict
from rempart.observations.people import AuthorizedKey

NARROWS = ("from", "command", "restrict")


def check(keys: tuple[AuthorizedKey, ...]) -> Iterator[Result]:
    services = [key for key in keys if key.account_kind == "service"]
    hidden = next((key for key in keys if isinstance(key.account_kind, Unknown)), None)
    if hidden is not None:
        yield notchecked(Reason.UNRESOLVED, "which accounts are services was not seen", hidden)
    for key in services:
        narrowed = [option for option in key.options if option in NARROWS]
        words = ", ".join(key.options) or "no option"
        facts = {"account": key.account, "options": words}
        yield verdict(bool(narrowed), words, key, facts=facts)
    if not services and hidden is None:
        yield notapplicable("no key opens the account of a service", keys[0].source)
