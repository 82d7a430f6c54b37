from rempart.check import Figure, Result, verdict
from rempart.observations.http import Page

SCHEMES = frozenset({"basic", "digest", "ntlm", "negotiate"})


def check(pages: tuple[Page, ...]) -> Result:
    for page in pages:
        for name, value in page.headers:
            scheme = value.split(" ")[0].rstrip(",")
            if name == "www-authenticate" and scheme.lower() in SCHEMES:
                facts: dict[str, Figure] = {"scheme": scheme, "page": page.key}
                seen = f"WWW-Authenticate: {scheme}"
                return verdict(False, seen, page, of="/", facts=facts)
    good: dict[str, Figure] = {"scheme": "-", "page": "-"}
    return verdict(True, f"{len(pages)} pages, none with a challenge", pages[0], of="/", facts=good)
