"""SimPy as a rival of the event engine, for `voicesim bench engine`.

usage: simpy_rival.py hold exponential PENDING
       simpy_rival.py mm8 exponential 8
Prints `ready`, then for each line with a number of operations the CPU ns per operation.
"""
import random
import sys

import simpy

from rounds import serve


def hold(pending):
    """Callbacks only, SimPy's fastest way: each event schedules itself again."""
    env = simpy.Environment()
    draws = random.Random(1)
    table = [draws.expovariate(1.0) for _ in range(65536)]

    def again(_):
        env.timeout(table[draws.getrandbits(16)]).callbacks.append(again)

    def go(count):
        for _ in range(count):
            env.step()

    for _ in range(pending):
        env.timeout(table[draws.getrandbits(16)]).callbacks.append(again)
    go(min(pending, 100_000))
    serve(go)


def mm8(servers):
    def go(customers):
        env = simpy.Environment()
        draws = random.Random(1)
        desk = simpy.Resource(env, capacity=servers)

        def customer():
            with desk.request() as request:
                yield request
                yield env.timeout(draws.expovariate(1.0))

        def arrivals():
            for _ in range(customers):
                yield env.timeout(draws.expovariate(7.2))
                env.process(customer())

        env.process(arrivals())
        env.run()

    serve(go)


workload, _, number = sys.argv[1:]
{"hold": hold, "mm8": mm8}[workload](int(number))
