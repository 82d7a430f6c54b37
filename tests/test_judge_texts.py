"""What files of one kind of place hold, judged one way."""

from rempart.check import Outcome, Severity
from rempart.errors import Reason
from rempart.judge.texts import held
from rempart.observations.datastores import IdentifierCount
from rempart.observations.documents import FilesRead, Finding, Place, Unread

HERE = Place("other", 5, 900, 40, 2, 30)


def count(valid: int, identifier: str = "nir", test: int = 0) -> IdentifierCount:
    return IdentifierCount("", identifier, "clear", 40, valid, valid, test)


def told(read: FilesRead, *, records: bool = False) -> list[tuple[Outcome, str, str]]:
    found = held(read, ("other",), 5, 100_000, records=records)
    return [(one.outcome, one.of, one.seen) for one in found]


def test_files_that_others_judge_are_not_called_clean_here() -> None:
    records = Finding("a.csv", "other", "text", (count(30),), records=True)
    assert told(FilesRead((HERE,), (records,), source=".")) == [
        (Outcome.PASS, "", "3 files, 10 lines of text: no identifier is proven")
    ]
    only = Place("other", 2, 900, 40, 2, 40)
    assert told(FilesRead((only,), (records,))) == [(Outcome.NOTAPPLICABLE, "", "no such file")]
    assert told(FilesRead((only,), (records,)), records=True)[0][:2] == (Outcome.FAIL, "a.csv")


def test_other_places_do_not_count() -> None:
    log = Finding("a.log", "log", "text", (count(30),))
    read = FilesRead((Place("log", 1, 1, 1),), (log,), (Unread("b", "log", Reason.LIMIT, "x"),))
    assert told(read) == [(Outcome.NOTAPPLICABLE, "", "no such file")]


def test_what_was_not_named_is_told() -> None:
    missed = Unread("a.zip", "other", Reason.LIMIT, "too much", 3)
    read = FilesRead((HERE,), (), (missed,), 7, 12)
    assert told(read)[:3] == [
        (Outcome.NOTCHECKED, "a.zip", "3 times: too much"),
        (Outcome.NOTCHECKED, "more", "12 more were not read"),
        (
            *(Outcome.NOTCHECKED, "more findings"),
            "7 more files hold valid numbers and are not named",
        ),
    ]


def test_test_identities_and_accounts_weigh_less() -> None:
    for one, severity in (
        (count(9), None),
        (count(9, test=9), Severity.HIGH),
        (count(9, "iban"), Severity.HIGH),
    ):
        read = FilesRead((HERE,), (Finding("a", "other", "text", (one,)),))
        (result,) = held(read, ("other",), 5, 100_000)
        assert (result.outcome, result.severity) == (Outcome.FAIL, severity)
