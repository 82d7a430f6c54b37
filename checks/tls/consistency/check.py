from rempart.check import Fact, Figure, Result, Unknown, all_of, notapplicable, verdict
from rempart.observations.tls import TlsPlace


def check(places: tuple[TlsPlace, ...]) -> Result:
    first = next((place for place in places if place.first), places[0])
    others = [place for place in places if not place.first]
    if not others:
        return notapplicable("one address, with a name", first)
    strays = [place.key for place in others if _same(place, first) is False]
    facts: dict[str, Figure] = {"strays": ", ".join(strays) or "-", "places": len(places)}
    good = all_of(*(_same(place, first) for place in others))
    return verdict(good, facts["strays"], first, of="addresses", facts=facts)


def _same(place: TlsPlace, first: TlsPlace) -> Fact:
    """The same versions; without a name, none that the named server does not take."""
    for versions in (place.versions, first.versions):
        if isinstance(versions, Unknown):
            return versions
    taken, known = place.versions, first.versions
    if not isinstance(taken, tuple) or not isinstance(known, tuple):
        return False
    return set(taken) == set(known) if place.named else set(taken) <= set(known)
