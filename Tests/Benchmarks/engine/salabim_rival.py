"""salabim as a rival of the event engine, for `voicesim bench engine`.

usage: salabim_rival.py hold exponential PENDING
       salabim_rival.py mm8 exponential 8
Prints `ready`, then for each line with a number of operations the CPU ns per operation.
"""
import random
import sys

import salabim as sim

from rounds import serve

sim.yieldless(False)  # generators switch faster than greenlets


def hold(pending):
    """Components that hold again and again."""
    env = sim.Environment(trace=False, random_seed=1)
    draws = random.Random(1)
    table = [draws.expovariate(1.0) for _ in range(65536)]

    class Holder(sim.Component):
        def process(self):
            while True:
                yield self.hold(table[draws.getrandbits(16)])

    def go(count):
        for _ in range(count):
            env.step()

    # A check of the arguments' names that salabim makes for each component by reflection; it is
    # not what is measured here, and takes 0.2 ms.
    checks = getattr(sim.salabim, "_check_overlapping_parameters", None)
    sim.salabim._check_overlapping_parameters = lambda *_, **__: None
    for _ in range(pending):
        holder = Holder(name="")
        holder.status.monitor(False)
        holder.mode.monitor(False)
    sim.salabim._check_overlapping_parameters = checks
    go(pending + min(pending, 50_000))  # each component's first step only begins its holding
    serve(go)


def mm8(servers):
    def go(customers):
        env = sim.Environment(trace=False, random_seed=1)
        draws = random.Random(1)
        desk = sim.Resource(name="desk", capacity=servers)

        class Customer(sim.Component):
            def process(self):
                yield self.request(desk)
                yield self.hold(draws.expovariate(1.0))
                self.release(desk)

        class Arrivals(sim.Component):
            def process(self):
                for _ in range(customers):
                    yield self.hold(draws.expovariate(7.2))
                    Customer(name="")

        Arrivals()
        env.run()

    serve(go)


workload, _, number = sys.argv[1:]
{"hold": hold, "mm8": mm8}[workload](int(number))
