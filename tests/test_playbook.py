import pytest
from msgspec.structs import replace

from rempart.errors import UsageError
from rempart.report.findings import Findings
from rempart.report.playbook import playbook, sheet
from rempart.report.roadmap import roadmap
from tests.sample_cards import CHECKS
from tests.samples import sample_run


def test_measures_go_to_their_team_by_product_and_what_is_nobodys_comes_last() -> None:
    lost = replace(CHECKS["ssh.root_login"], team="")
    run = sample_run(checks={**CHECKS, "ssh.root_login": lost})
    sheets = playbook(roadmap(Findings(run)))
    assert [(one.team, [package.product for package in one.packages]) for one in sheets] == [
        ("ops", ["accounts", "volumes", "portal"]),
        ("", ["ssh"]),
    ]
    assert sheets[0].owners == ("Direction digitale",)


def test_a_sheet_is_asked_for_by_name() -> None:
    sheets = playbook(roadmap(Findings(sample_run())))
    assert len(sheet(sheets, "ops").measures) == 4
    with pytest.raises(UsageError, match=r'"night"; teams with measures: ops'):
        sheet(sheets, "night")
