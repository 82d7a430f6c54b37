import re
from collections.abc import Iterator

from rempart.check import Result, notapplicable, verdict
from rempart.observations.http import Page

SAFE_REFERRERS = frozenset(
    {
        *("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"),
        *("origin", "origin-when-cross-origin"),
    }
)

EVERYBODY = frozenset({"*", "http:", "https:", "http://*", "https://*"})


def check(page: Page) -> Iterator[Result]:
    if page.kind != "login form":
        yield notapplicable("no sign-in form on this page", page)
        return
    policies = values(page, "content-security-policy")
    framing = values(page, "x-frame-options")
    judged = {
        "Content-Security-Policy": (
            any(map(restricts_scripts, [*policies, page.meta_policy or ""])),
            [*policies, *([f"meta {page.meta_policy}"] if page.meta_policy else [])],
        ),
        "frame-ancestors": (
            any(restricts_framing(policy) for policy in policies)
            or any(value.strip().upper() in ("DENY", "SAMEORIGIN") for value in framing),
            [*policies, *framing],
        ),
        "X-Content-Type-Options": nosniff(values(page, "x-content-type-options")),
        "Referrer-Policy": referrer(values(page, "referrer-policy")),
    }
    for name, (good, found) in judged.items():
        seen = f"{name}: {shortened(', '.join(found))}" if found else f"{name} missing"
        where = f"{page.key} {name}"
        yield verdict(good, seen, page, of=where, facts={"header": name, "page": page.key})


def values(page: Page, name: str) -> list[str]:
    return [value for key, value in page.headers if key == name]


def nosniff(found: list[str]) -> tuple[bool, list[str]]:
    return bool(found) and found[0].partition(",")[0].strip().lower() == "nosniff", found


def referrer(found: list[str]) -> tuple[bool, list[str]]:
    words = [word.strip().lower() for value in found for word in value.split(",")]
    known = [word for word in words if word in SAFE_REFERRERS or word == "unsafe-url"]
    # Browsers of today take strict-origin-when-cross-origin where nothing is said.
    return not known or known[-1] in SAFE_REFERRERS, found or ["browser's default"]


def restricts_scripts(policy: str) -> bool:
    sources = directive(policy, "script-src") or directive(policy, "default-src")
    if sources is None:
        return False
    keyed = any(re.fullmatch(r"'(?:nonce-|sha(?:256|384|512)-).+'", word) for word in sources)
    anywhere = {"*", "http:", "https:", "http://*", "https://*", "data:", "'unsafe-inline'"}
    wide = anywhere & set(sources)
    return not wide or (keyed and wide <= {"'unsafe-inline'", "https:", "http:"})


def restricts_framing(policy: str) -> bool:
    allowed = directive(policy, "frame-ancestors")
    return allowed is not None and not EVERYBODY & set(allowed)


def directive(policy: str, name: str) -> list[str] | None:
    for part in policy.split(";"):
        words = part.split()
        if words and words[0].lower() == name:
            return [word.lower() for word in words[1:]] or ["'none'"]
    return None


def shortened(text: str) -> str:
    return text if len(text) <= 160 else text[:159] + "…"
