"""The ways in that a sign-in page offers: a password, providers, passkeys, cards."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from rempart.collectors.portal.content import absolute, controls, foreign, shown
from rempart.collectors.portal.markup import Element, elements, markup
from rempart.collectors.portal.pages import Answer, path, text, values
from rempart.collectors.text import clean
from rempart.observations.identity_surface import OidcRequest, SignInWays
from rempart.scope.providers import IDENTITY_PROVIDERS

_MOST: Final = 200
_SECTOR: Final = ("Pro Santé Connect", "Telematikinfrastruktur")
# Its sign-in hosts; esante.gouv.fr itself is the agency's site, linked from many footers.
_PSC_HOST: Final = re.compile(r"(?:auth|wallet|psc)[\w.-]{0,60}\.esante\.gouv\.fr")
_NAMED: Final = (
    (
        "Pro Santé Connect",
        re.compile(r"pro[ _-]?sant[eé][ _-]?connect|\be-?cps\b|[/_-]psc\b", re.I),
    ),
    ("FranceConnect", re.compile(r"france[ _-]?connect", re.I)),
    ("ProConnect", re.compile(r"\bpro[ _-]?connect\b|agent[ _-]?connect", re.I)),
    ("Telematikinfrastruktur", re.compile(r"gesundheits-?id\b|\bsmc-?b\b|\bhba\b", re.I)),
    ("Microsoft Entra", re.compile(r"(?:sign in|connexion|anmelden)[^<]{0,20}microsoft", re.I)),
)
_PASSKEY: Final = re.compile(
    r"passkey|web-?authn|fido2?\b|cl[eé] d[’' ]acc[eè]s|cl[eé] de s[eé]curit[eé]"
    r"|security key|sicherheitsschl[uü]ssel",
    re.I,
)
_PASSKEY_CODE: Final = re.compile(r"navigator\.credentials\.get|PublicKeyCredential")
_CERTIFICATE: Final = re.compile(
    r"\bcarte (?:cps|à puce)|\bcps\b|certificat (?:client|logiciel|électronique)"
    r"|client certificate|smart ?card|heilberufsausweis",
    re.I,
)
_RESET: Final = re.compile(
    r"oubli|forgot|reset|r[eé]initialis|lost[ _-]?password|vergessen|recover", re.I
)
_STARTS_ELSEWHERE: Final = re.compile(
    r"/(?:oauth2?|oidc|openid|saml2?|sso|psc|auth)(?:/|$|\?)|pro-?sante-?connect|franceconnect",
    re.I,
)
_LEAVES: Final = re.compile(r"log-?out|sign-?out|d[eé]connexion|abmeld", re.I)


def sign_in_ways(
    pages: Sequence[Answer], code: Iterable[str], own: str, *, declared: bool
) -> SignInWays | None:
    """What the pages together offer; None when nothing of a sign-in was recognised.

    `code` are the texts of the pages' own scripts; `declared` that the inventory says accounts
    sign in there with a password.
    """
    password = declared
    providers: list[str] = []
    passkeys = any(_PASSKEY_CODE.search(one) for one in code)
    certificate = False
    entry = next((page for page in pages if page.status < 300), pages[0])
    reset = ""
    for page in pages:
        body = text(page)
        if markup(body).password_field or _challenges(page):
            password, entry = True, page
        passkeys = passkeys or _PASSKEY_CODE.search(body) is not None or _webauthn_field(body)
        for one, said in _pressed(body):
            providers += _providers(one, said, page.url, own)
            passkeys = passkeys or _PASSKEY.search(said) is not None
            certificate = certificate or _CERTIFICATE.search(said) is not None
        reset = reset or shown(reset_link(page))
        if page.status in range(300, 400):
            providers += _of_host(urlsplit(location(page)).hostname or "", own, leads=True)
    named = tuple(dict.fromkeys(providers))
    if not (password or named or passkeys or certificate):
        return None
    sector = next((one for one in _SECTOR if one in named), "")
    url = clean(entry.url)
    return SignInWays(
        password, named, sector, passkeys, certificate, reset, key=path(entry.url), source=url
    )


def reset_link(page: Answer) -> str:
    """The address of the page where a forgotten password is reset; empty without one."""
    for one, said in _pressed(text(page)):
        target = absolute(page.url, one["href"])
        if one.tag == "a" and target and (_RESET.search(said) or _RESET.search(one["href"])):
            return target
    return ""


def starts(page: Answer, own: str) -> list[str]:
    """Own addresses that a visitor presses to sign in through somebody else."""
    found = []
    for one, said in _pressed(text(page)):
        target = absolute(page.url, one["href"]) if one.tag == "a" else ""
        if not target or urlsplit(target).hostname != own:
            continue
        if _LEAVES.search(target):
            continue
        if _STARTS_ELSEWHERE.search(target) or _providers(one, said, page.url, own):
            found.append(target)
    return list(dict.fromkeys(found))


def requests_of(answers: Iterable[Answer]) -> Iterator[tuple[str, OidcRequest]]:
    """The authorization requests that redirects and links carry, beside their addresses."""
    for answer in answers:
        led = [one["href"] for one in elements(text(answer)) if one.tag == "a"][:_MOST]
        for target in (location(answer), *led):
            found = authorization(absolute(answer.url, target) if target else "", answer.url)
            if found is not None:
                yield absolute(answer.url, target), found


def authorization(target: str, source: str) -> OidcRequest | None:
    """The authorization request an address is (OpenID Connect Core 1.0, 3.1.2.1)."""
    try:
        parsed = urlsplit(target)
        asked = parse_qs(parsed.query[:8000], max_num_fields=100)
    except ValueError:
        return None
    if not parsed.hostname or not {"client_id", "response_type"} <= asked.keys():
        return None

    def one(name: str) -> str:
        return clean(asked.get(name, [""])[0], 120)

    challenge = one("code_challenge_method") or ("plain" if "code_challenge" in asked else "")
    returns = urlsplit(asked.get("redirect_uri", [""])[0])
    host = parsed.hostname
    return OidcRequest(
        url=clean(f"{parsed.scheme}://{parsed.netloc.rpartition('@')[2]}{parsed.path}"),
        provider=next(iter(_of_host(host, "", leads=True)), clean(host)),
        response=one("response_type"),
        challenge=challenge,
        state="state" in asked,
        returns_to=returns.scheme,
        context=one("acr_values"),
        key=clean(host),
        source=clean(source),
    )


def location(answer: Answer) -> str:
    """Where a redirect leads; empty for another answer."""
    found = [value for name, value in answer.headers if name.lower() == "location"]
    return absolute(answer.url, found[0]) if found and 300 <= answer.status < 400 else ""


def _challenges(page: Answer) -> bool:
    """Whether the browser itself asks for a password (RFC 7617)."""
    schemes = {one.split(" ")[0].lower() for one in values(page, "www-authenticate")}
    return bool(schemes & {"basic", "digest", "ntlm", "negotiate"})


def _pressed(body: str) -> list[tuple[Element, str]]:
    return [pair for _, pair in zip(range(_MOST), controls(body), strict=False)]


def _webauthn_field(body: str) -> bool:
    fields = (one for one in elements(body) if one.tag == "input")
    return any("webauthn" in one["autocomplete"].lower().split() for one in fields)


def _providers(one: Element, said: str, base: str, own: str) -> list[str]:
    target = one["href"] or one["formaction"]
    where = f"{said} {urlsplit(absolute(base, target)).path if target else ''}"
    found = [name for name, words in _NAMED if words.search(where)]
    if "FranceConnect" in found and "ProConnect" in found:
        found.remove("ProConnect")
    host = urlsplit(absolute(base, target)).hostname if target else ""
    return found + _of_host(host or "", own, leads=authorization(target, base) is not None)


def _of_host(host: str, own: str, *, leads: bool) -> list[str]:
    """The provider a host belongs to; any foreign host where the address leads to a sign-in."""
    if _PSC_HOST.search(host):
        return ["Pro Santé Connect"]
    for name, domains in IDENTITY_PROVIDERS.items():
        known = any(host == domain or host.endswith(f".{domain}") for domain in domains)
        if known and name != "Pro Santé Connect":
            return [host if name == "others" else name]
    return [clean(host)] if leads and own and host and foreign(f"//{host}", own) else []
