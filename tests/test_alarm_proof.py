from datetime import UTC, datetime, timedelta

import pytest

from rempart.alarm_proof import AlarmProof, proved
from rempart.archive import Looked
from rempart.check import Reason, Unknown
from rempart.errors import UsageError
from rempart.observations.canary import AlarmRaised

BEGAN = datetime(2026, 11, 25, 17, 50, tzinfo=UTC)
LOOKED = {
    "pro": Looked(
        (AlarmRaised(BEGAN.isoformat(), 120, Unknown(Reason.UNRESOLVED, "none"), key="canary-a"),),
        0,
    )
}


def test_an_alarm_is_counted_from_the_burst_whatever_its_zone() -> None:
    proof = AlarmProof.parse("pro=2026-11-25T18:53:00+01:00,INC-4711")
    (alarm,) = proved(LOOKED, [proof])["pro"].found
    assert isinstance(alarm, AlarmRaised)
    assert (alarm.after, alarm.ticket) == (180, "INC-4711")


def test_an_alarm_before_the_burst_was_another_one() -> None:
    proof = AlarmProof("pro", BEGAN - timedelta(minutes=1), "INC-1")
    (alarm,) = proved(LOOKED, [proof])["pro"].found
    assert isinstance(alarm, AlarmRaised)
    assert alarm.after == -60


@pytest.mark.parametrize(
    "text",
    [
        "pro",
        "pro=2026-11-25T18:53:00+01:00",
        "pro=2026-11-25T18:53:00,INC-1",
        "pro=noon,INC-1",
        "=,",
    ],
)
def test_what_is_no_proof_says_what_was_expected(text: str) -> None:
    with pytest.raises(UsageError, match="expected PORTAL=TIME,TICKET"):
        AlarmProof.parse(text)


def test_a_portal_that_was_sent_no_burst_is_refused() -> None:
    with pytest.raises(UsageError, match="no burst"):
        proved(LOOKED, [AlarmProof("other", BEGAN, "INC-1")])
