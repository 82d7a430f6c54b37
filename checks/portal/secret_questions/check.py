from rempart.check import Figure, Result, verdict
from rempart.observations.http import PageForm


def check(forms: tuple[PageForm, ...]) -> Result:
    asking = next((form for form in forms if form.questions), None)
    words = ", ".join(asking.questions) if asking else ""
    facts: dict[str, Figure] = {"page": asking.page if asking else "-", "words": words or "-"}
    where = asking or forms[0]
    return verdict(asking is None, words or f"{len(forms)} forms", where, of="/", facts=facts)
