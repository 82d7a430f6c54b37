from rempart.check import Result, verdict
from rempart.observations.hosts import HostAnswers


def check(answers: HostAnswers) -> Result:
    seen = ", ".join(answers.unanswered) or f"{answers.asked} sections answered"
    facts = {"asked": answers.asked}
    return verdict(answers.complete, seen, answers, facts=facts)
