from rempart.check import Figure, Result, Severity, notapplicable, verdict
from rempart.observations.http import PageForm


def check(form: PageForm) -> Result:
    if not (form.password or form.personal):
        return notapplicable("asks for no password and nobody's number", form)
    problems = []
    if not form.action.startswith("https:"):
        problems.append(f"sent in clear to {form.action}")
    if form.method != "post":
        problems.append("sent as part of the address (GET)")
    words = "; ".join(problems)
    facts: dict[str, Figure] = {"page": form.page, "problems": words or "-"}
    lower = None if form.password else Severity.HIGH
    good = not problems
    return verdict(good, words or f"POST {form.action}", form, facts=facts, severity=lower)
