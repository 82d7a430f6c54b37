from rempart.check import Figure, Result, notapplicable, verdict
from rempart.observations.http import PageForm


def check(form: PageForm, *, at_least: int = 64) -> Result:
    if not form.password:
        return notapplicable("asks for no password", form)
    problems = []
    if form.longest is not None and form.longest < at_least:
        problems.append(f"at most {form.longest} characters")
    if not form.pasting:
        problems.append("pasting refused")
    words = "; ".join(problems)
    facts: dict[str, Figure] = {"page": form.page, "problems": words or "-", "asked": at_least}
    return verdict(not problems, words or "long passwords, pasting", form, facts=facts)
