import re

from rempart.check import Figure, Result, notapplicable, verdict
from rempart.observations.http import Page

OPENER = frozenset({"same-origin", "same-origin-allow-popups", "noopener-allow-popups"})
EMBEDDER = frozenset({"require-corp", "credentialless", "unsafe-none"})
RESOURCE = frozenset({"same-origin", "same-site", "cross-origin"})
POWERFUL = re.compile(
    r"(?:camera|microphone|geolocation|display-capture|publickey-credentials-get|usb|payment)=\*"
)


def check(page: Page) -> Result:
    if page.kind != "login form":
        return notapplicable("no sign-in form on this page", page)
    opener = value(page, "cross-origin-opener-policy")
    problems = []
    if opener not in OPENER:
        problems.append(f"Cross-Origin-Opener-Policy: {opener or 'missing'}")
    for name, known in (
        ("Cross-Origin-Embedder-Policy", EMBEDDER),
        ("Cross-Origin-Resource-Policy", RESOURCE),
    ):
        found = value(page, name.lower())
        if found and found not in known:
            problems.append(f"{name}: {found[:60]}, browsers ignore it")
    opened = POWERFUL.findall(value(page, "permissions-policy").replace(" ", ""))
    problems += [f"Permissions-Policy: {one}" for one in opened[:4]]
    words = "; ".join(problems)
    facts: dict[str, Figure] = {"page": page.key, "problems": words or "-"}
    return verdict(
        not problems, words or f"Cross-Origin-Opener-Policy: {opener}", page, facts=facts
    )


def value(page: Page, name: str) -> str:
    found = [word for key, word in page.headers if key == name]
    return found[0].partition(";")[0].strip().lower() if found else ""
