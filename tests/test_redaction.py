from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from rempart.accepted import Waived
from rempart.check import Outcome, Severity
from rempart.cli.history import command as history
from rempart.cli.overlay import command as overlay
from rempart.cli.retest import command as retest
from rempart.errors import UsageError
from rempart.export import formats
from rempart.pseudonyms import WITHHELD, Cleaner, pseudonyms
from rempart.redaction import POLICIES, view
from rempart.results import Place, Run, encoded, run_digest, save
from rempart.review import Review
from tests.samples import STATEMENTS, SUBJECTS, WAIVERS, result, sample_run

NAME = "m.durand"
TEXTS = [name for name in formats() if name not in (".pdf", ".docx", ".xlsx")]  # not packed
RECIPIENTS = [name for name in POLICIES if name != "team:"] + ["team:Direction digitale"]


def named(**changes: Any) -> Run:
    """A run in which an account's name stands wherever a target or a person can put it."""
    waived = Waived("W-3", f"{NAME} left", "Operations", "CISO", "2026-12-31")
    results = (
        result("accounts.hash_schemes", "pro", instance=NAME, seen=f"{NAME}: md5crypt",
               facts={"account": NAME, "scheme": "md5crypt"}, where=Place(f"/home/{NAME}/x")),
        result("accounts.sudo_nopasswd", "pro", instance=f"{NAME} as root",
               facts={"who": NAME, "run_as": "root", "commands": "ALL"}, seen=f"{NAME} as root"),
        result("portal.hsts", "pro", Outcome.FAIL, seen=f"served by {NAME.upper()}",
               waiver=waived, severity=Severity.LOW),
        result("portal.cookies", "pro", instance="SESSION"),
        *sample_run().results,
    )  # fmt: skip
    return sample_run(
        results=results,
        waivers=(replace(WAIVERS[0], instance=NAME, reason=f"of {NAME}"), *WAIVERS),
        statements=(replace(STATEMENTS[0], says=f"{NAME} said so", by=NAME),),
        requests=({"account": "canary-a", "url": f"/people/{NAME}"},),
        graphs=({"type": "StoreChain", "subject": "pro", "copies": [{"name": f"/srv/{NAME}"}]},),
        **changes,
    )


@pytest.mark.parametrize("recipient", RECIPIENTS)
@pytest.mark.parametrize("suffix", TEXTS)
def test_no_account_is_named_outside_the_technical_view(recipient: str, suffix: str) -> None:
    run = view(named(), recipient)
    text = formats()[suffix](run, template="report", language="fr")
    assert NAME.encode() not in text.lower()
    assert b"canary-a" not in text


@pytest.mark.parametrize("recipient", ["", "technical"])
def test_the_technical_view_is_the_whole_run(recipient: str) -> None:
    assert view(named(), recipient) is not None
    assert view(named(), recipient) == named()


def test_one_account_keeps_one_pseudonym_in_every_view() -> None:
    known = pseudonyms(named(), "fr")
    assert known[NAME] == "compte-2"
    for recipient in ("regulator", "executive", "team:Direction digitale"):
        run = view(named(), recipient, "fr")
        assert run.results[0].instance == "compte-2"
        assert run.results[1].seen == "compte-2 as root"


def test_a_sentence_of_a_view_still_speaks_of_root() -> None:
    assert "root" not in pseudonyms(named())


def test_a_reviewer_s_own_finding_names_no_account_either() -> None:
    card = sample_run().checks["ssh.root_login"]
    words = {name: replace(one, title=f"{NAME} left", rationale=f"{NAME} has a key")
             for name, one in card.words.items()}  # fmt: skip
    own = {"own.key": replace(card, words=words)}
    review = Review(
        by=NAME, reason={"en": f"{NAME} said so"}, seen={"en": NAME}, source="interview"
    )
    finding = replace(result("own.key", "pro"), review=review)
    run = named(checks={**sample_run().checks, **own})
    for recipient in ("executive", "regulator", "client-insurer"):
        cut = view(replace(run, results=(*run.results, finding)), recipient)
        assert NAME not in encoded(cut).decode()
        assert "left" in cut.checks["own.key"].words["fr"].title
    assert cut.checks["own.key"].words["en"].rationale == WITHHELD


def test_a_group_is_no_account() -> None:
    rule = result("accounts.sudo_nopasswd", instance="%sudo as ALL:ALL",
                  facts={"who": "%sudo", "run_as": "ALL:ALL"})  # fmt: skip
    assert pseudonyms(sample_run(results=(rule,))) == {}


def test_a_name_is_replaced_only_where_it_stands_alone() -> None:
    cleaner = Cleaner({"ops": "account-1"})
    assert cleaner.clean("ops, /home/ops/x, OPS") == "account-1, /home/account-1/x, account-1"
    assert cleaner.clean("drops opsec") == "drops opsec"
    assert Cleaner({}).clean("ops") == "ops"


def test_a_name_cannot_be_guessed_from_what_identifies_a_result() -> None:
    before = {one.fingerprint for one in named().results if NAME in one.instance}
    text = encoded(view(named(), "regulator")).decode()
    assert before
    assert not any(fingerprint in text for fingerprint in before)
    assert named().results[0].digest not in text


def test_replays_still_find_their_results() -> None:
    run = view(named(), "regulator")
    cited = {name for step in run.replays[0].steps for one in step.stop for name in one.results}
    assert cited
    assert cited <= {one.fingerprint for one in run.results}


def test_a_board_sees_no_address_and_no_path() -> None:
    run = view(named(), "executive")
    assert {one.where for one in run.results} == {Place("")}
    assert run.authorisation.scope == ()
    assert run.requests == ()
    assert "https://" not in "".join(subject.name for subject in run.subjects)


def test_a_client_insurer_sees_outcomes_and_no_names() -> None:
    run = view(named(), "client-insurer")
    assert [one.outcome for one in run.results] == [one.outcome for one in named().results]
    assert run.subjects[0].id == "portal-1"
    assert {one.seen for one in run.results} == {WITHHELD}
    text = encoded(run).decode()
    for secret in ("claims-1", "/srv/pg", "PermitRootLogin yes", "Exploitation", "siem-rule"):
        assert secret not in text


def test_verdicts_of_authorities_on_one_thing_stay_together() -> None:
    run = view(sample_run(), "client-insurer")
    policies = [one for one in run.results if one.check == "accounts.password_policy"]
    assert {one.instance for one in policies} == {"1"}


def test_a_team_sees_its_own_and_nothing_else() -> None:
    run = view(named(), "team:Direction digitale")
    assert {one.subject for one in run.results} == {"pro"}
    assert [subject.id for subject in run.subjects] == ["pro"]
    assert run.replays == ()
    assert run.coverage.results == len(run.results)
    assert "claims-1" not in encoded(run).decode()


def test_a_view_leads_back_to_the_whole_run() -> None:
    run = view(named(), "regulator")
    assert run.delivery is not None
    assert run.delivery.recipient == "regulator"
    assert run.delivery.of == run_digest(named())


@pytest.mark.parametrize("recipient", ["press", "team:", "Regulator "])
def test_an_unknown_recipient_is_answered_with_those_there_are(recipient: str) -> None:
    with pytest.raises(UsageError, match="client-insurer, team:NAME"):
        view(named(), recipient)


def test_a_team_that_nothing_concerns_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="Direction digitale"):
        view(named(), "team:Press")


def test_a_view_is_not_cut_again() -> None:
    with pytest.raises(UsageError, match="already cut down for executive"):
        view(view(named(), "executive"), "regulator")


def test_subjects_are_those_of_the_sample() -> None:
    assert [one.id for one in view(sample_run(), "regulator").subjects] == [
        one.id for one in SUBJECTS
    ]


def test_what_finds_results_again_wants_the_whole_run(tmp_path: Path) -> None:
    save(view(named(), "regulator"), tmp_path / "cut.json")
    save(named(), tmp_path / "run.json")
    for command, arguments in (
        (history, ["diff", tmp_path / "cut.json", tmp_path / "run.json"]),
        (overlay, ["new", tmp_path / "cut.json", tmp_path / "overlay.yaml"]),
        (retest, [tmp_path / "cut.json", tmp_path / "run.json"]),
    ):
        done = CliRunner().invoke(command, list(map(str, arguments)))
        assert isinstance(done.exception, UsageError)
        assert "cut down for regulator" in str(done.exception)
