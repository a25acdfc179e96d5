"""NetworkX as a rival of the exact matching, for `voicesim bench matchmaker`.

usage: networkx_rival.py TICKETS
       networkx_rival.py digest TICKETS
Prints `ready`, then for each line with a number of matchings the CPU ns of one; `digest` prints how
many pairs the matching has and what they weigh. The graph is that of `voicesim`, from the same
generator.
"""
import sys

import networkx

from rounds import serve

LANGUAGES, INTERESTS = 20, 10
ONE_PAIR, SHARED_LANGUAGE, SHARED_INTEREST = 1 << 32, 20_000, 5_000
MASK = (1 << 64) - 1


def draws():
    """Xorshift as in common.hpp."""
    x = 88172645463325252
    while True:
        x ^= x << 13 & MASK
        x ^= x >> 7
        x ^= x << 17 & MASK
        yield x


def cell_table():
    sums, total = [], 0
    for language in range(1, LANGUAGES + 1):
        for interest in range(1, INTERESTS + 1):
            total += 840 // language * (840 // interest)
            sums.append(total)
    cell, table = 0, []
    for draw in range(65536):
        while sums[cell] * 65536 <= draw * total:
            cell += 1
        table.append(cell)
    return table


def tickets(count):
    """Language, interest, tier, wait in ms and step of the ladder, the longest wait first."""
    table, made = cell_table(), []
    for _, draw in zip(range(count), draws()):
        kind, part = draw >> 16 & 255, draw >> 32
        wait = (part * part >> 32) * 30_000 >> 32
        tier = 0 if kind < 230 else 1 if kind < 245 else 2 if kind < 253 else 3
        step = 0 if wait < 5_000 else 1 if wait < 20_000 else 2
        made.append((*divmod(table[draw & 65535], INTERESTS), tier, wait, step))
    return sorted(made, key=lambda ticket: -ticket[3])


def graph(count):
    made = networkx.Graph()
    made.add_nodes_from(range(count))
    all_tickets = tickets(count)
    for b, (language, interest, tier, wait, step) in enumerate(all_tickets):
        for a in range(b):
            other = all_tickets[a]
            strictest = min(step, other[4])
            if (strictest < 2 and (language != other[0] or tier != other[2])) \
                    or (strictest < 1 and interest != other[1]):
                continue
            weight = ONE_PAIR + 1 + wait + other[3] \
                + (SHARED_LANGUAGE if language == other[0] else 0) \
                + (SHARED_INTEREST if interest == other[1] else 0)
            made.add_edge(a, b, weight=weight)
    return made


if __name__ == "__main__":
    problem = graph(int(sys.argv[-1]))
    if sys.argv[1] == "digest":
        matching = networkx.max_weight_matching(problem)
        print(len(matching), sum(problem[a][b]["weight"] for a, b in matching))
    else:
        def measure(matchings):
            for _ in range(matchings):
                networkx.max_weight_matching(problem)

        serve(measure)
