"""OSCAL assessment results held to the models of compliance-trestle.

Its release pins versions of libraries rempart uses, so it lives in an environment of its own:
`nox -s oscal`.
"""

import pytest

from rempart.export.oscal import export
from tests.infected import PAYLOADS, infected
from tests.samples import result, sample_run

assessment = pytest.importorskip(
    "trestle.oscal.assessment_results", reason="needs compliance-trestle: nox -s oscal"
)
pytestmark = pytest.mark.lab


@pytest.mark.parametrize("payload", ["", *PAYLOADS])
def test_what_comes_out_is_oscal(payload: str) -> None:
    text = export(infected(sample_run(), payload))
    model = assessment.Model.model_validate_json(text)
    assert len(model.assessment_results.results[0].observations) == len(sample_run().results)


def test_a_run_without_results_is_oscal_too() -> None:
    assessment.Model.model_validate_json(export(sample_run(results=(), controls={})))


def test_the_model_refuses_what_is_not_oscal() -> None:
    text = export(sample_run(results=(result(),))).replace(b"not-satisfied", b"failed")
    with pytest.raises(ValueError, match="failed"):
        assessment.Model.model_validate_json(text)
