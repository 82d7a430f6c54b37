"""JUnit has no official schema, and no package carries one: what is allowed is listed here."""

from typing import Final
from xml.etree import ElementTree as Xml

import pytest

from rempart.accepted import Waived
from rempart.check import Outcome
from rempart.export.junit import export
from rempart.results import ResultRecord
from tests.infected import PAYLOADS, infected
from tests.samples import result, sample_run

# What the schema of Jenkins' xUnit plugin (junit-10.xsd) allows, of the parts this format uses.
ALLOWED: Final = {
    "testsuites": ({"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "timestamp"},
        {"testcase"},
    ),
    "testcase": ({"name", "classname"}, {"failure", "error", "skipped"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
}


def tree(*results: ResultRecord) -> Xml.Element:
    run = sample_run(results=results) if results else sample_run()
    return parsed(export(run, language="en"))


def parsed(text: bytes) -> Xml.Element:
    return Xml.fromstring(text)  # noqa: S314  (our own output)


def well_formed(root: Xml.Element) -> None:
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = ALLOWED[element.tag]
        assert attributes >= element.attrib.keys()
        assert children >= {child.tag for child in element}
    for suite in root:
        cases = list(suite)
        assert int(suite.attrib["tests"]) == len(cases)
        for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            found = sum(case.find(tag) is not None for case in cases)
            assert int(suite.attrib[plural]) == found
        assert all(case.attrib["name"] and len(case) <= 1 for case in cases)


@pytest.mark.parametrize("payload", ["", "\ufffe\uffff\x00]]>", *PAYLOADS])
def test_what_comes_out_is_junit(payload: str) -> None:
    well_formed(parsed(export(infected(sample_run(), payload))))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_found_adds_an_element(payload: str) -> None:
    benign = [element.tag for element in parsed(export(infected(sample_run(), "x"))).iter()]
    hostile = parsed(export(infected(sample_run(), payload)))
    assert [element.tag for element in hostile.iter()] == benign


def test_an_open_failure_says_how_bad_it_is_and_what_to_do() -> None:
    failure = tree(result()).find(".//failure")
    assert failure is not None
    assert failure.attrib == {"type": "high", "message": "High: PermitRootLogin yes"}
    assert "sudo -n sshd -T" in (failure.text or "")


@pytest.mark.parametrize("outcome", [Outcome.NOTCHECKED, Outcome.NOTAPPLICABLE])
def test_what_was_not_judged_is_skipped_and_no_success(outcome: Outcome) -> None:
    assert tree(result(outcome=outcome)).find(".//testcase/skipped") is not None


def test_an_accepted_failure_names_its_waiver() -> None:
    waived = Waived("W-7", "Replaced in January", "Operations", "CISO", "2026-12-31")
    skipped = tree(result(waiver=waived)).find(".//testcase/skipped")
    assert skipped is not None
    assert "W-7" in skipped.attrib["message"]
    assert "2026-12-31" in skipped.attrib["message"]


def test_a_broken_check_is_an_error() -> None:
    assert tree(result(outcome=Outcome.ERROR)).find(".//testcase/error") is not None


def test_authorities_that_inform_are_no_cases() -> None:
    assert tree(result(binding=False)).find(".//testcase") is None


def test_every_subject_has_a_suite() -> None:
    names = [suite.attrib["name"] for suite in tree()]
    assert names == [subject.id for subject in sample_run().subjects]
