from rempart.check import Result
from rempart.judge.protection import DISK, withheld
from rempart.observations.datastores import StoreChain


def check(chain: StoreChain) -> Result:
    return withheld(chain, DISK)
