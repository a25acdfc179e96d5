"""SimPy as a rival of the event engine, for `voicesim bench engine`.

usage: simpy_rival.py hold exponential PENDING OPERATIONS
       simpy_rival.py mm8 exponential 8 CUSTOMERS
Prints the CPU nanoseconds per operation.
"""
import random
import sys
import time

import simpy


def hold(pending, operations):
    """Callbacks only, SimPy's fastest way: each event schedules itself again."""
    env = simpy.Environment()
    draws = random.Random(1)
    table = [draws.expovariate(1.0) for _ in range(65536)]
    left = [0]

    def again(_):
        left[0] -= 1
        env.timeout(table[draws.getrandbits(16)]).callbacks.append(again)

    def go(count):
        left[0] = count
        while left[0] > 0:
            env.step()

    for _ in range(pending):
        env.timeout(table[draws.getrandbits(16)]).callbacks.append(again)
    go(min(pending, operations))
    start = time.process_time_ns()
    go(operations)
    return (time.process_time_ns() - start) / operations


def mm8(servers, customers):
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
    start = time.process_time_ns()
    env.run()
    return (time.process_time_ns() - start) / customers


workload, _, first, second = sys.argv[1:]
print({"hold": hold, "mm8": mm8}[workload](int(first), int(second)))
