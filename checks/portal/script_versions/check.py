from collections.abc import Iterator

from rempart.check import Figure, Result, notapplicable, verdict
from rempart.judge.libraries import AS_OF, judged, known_flaws
from rempart.observations.http import PageScript


def check(scripts: tuple[PageScript, ...]) -> Iterator[Result]:
    known = {
        f"{one.library} {one.version}": one
        for one in scripts
        if one.version and judged(one.library)
    }
    if not known:
        where = scripts[0].source
        yield notapplicable("no library whose version could be told", where, of="/")
    for name, one in known.items():
        flaws = known_flaws(one.library, one.version)
        words = ", ".join(flaws)
        facts: dict[str, Figure] = {
            "library": name,
            "flaws": words or "-",
            "date": AS_OF.isoformat(),
        }
        yield verdict(not flaws, f"{name}: {words or 'no known flaw'}", one, of=name, facts=facts)
