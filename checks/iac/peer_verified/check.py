from rempart.check import Result, verdict
from rempart.observations.transit import PeerVerification


def check(peer: PeerVerification) -> Result:
    good = peer.verified == True  # noqa: E712  (three-valued)
    return verdict(good, peer.setting, peer, facts={"setting": peer.setting, "kind": peer.kind})
