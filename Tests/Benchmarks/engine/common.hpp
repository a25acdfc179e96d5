// What the C++ rivals share: the clock, the delays, and the rounds they are asked for.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <time.h>
#include <vector>

// CPU time of this thread, ns.
inline double cpu() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

struct Random {
    uint64_t x = 88172645463325252ull;
    uint64_t next() {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        return x;
    }
    double uniform() { return ((next() >> 11) + 0.5) / 9007199254740992.0; }
};

// The same kinds of delays, ns, of mean 1 s but for the last, as the bench itself uses.
inline std::vector<int64_t> delayTable(const std::string &kind, Random &random) {
    std::vector<int64_t> table(65536);
    for (auto &d : table) {
        double u = random.uniform(), s = 1;
        if (kind == "exponential") s = -std::log(u);
        else if (kind == "bimodal") s = 0.5 * u + (random.uniform() < 0.1 ? 7.5 : 0);
        else if (kind == "pareto") s = std::min(std::pow(u, -1 / 1.5) / 3, 1e8);
        else if (kind == "far-future") s = 3.15e8 * (1 + u);
        else if (kind != "all-equal") exit(64);
        d = int64_t(s * 1e9);
    }
    return table;
}

// A cache line of state that belongs to an entity.
struct alignas(64) Record { uint64_t words[8]; };

// Operations before the first round; like this the queue is in its steady state.
inline size_t warmUp(size_t pending) { return std::min<size_t>(2 * pending, 10'000'000); }

// Depends on all that was done, so that nothing is optimised away.
inline uint64_t sink;

// CPU time of a round that is no part of its operations, ns.
inline double excluded;

// Reads a number of operations per line, does them, and prints the CPU ns per operation.
template <class Measure> int serve(Measure measure) {
    puts("ready");
    fflush(stdout);
    for (size_t operations; scanf("%zu", &operations) == 1;) {
        excluded = 0;
        double start = cpu();
        size_t done = measure(operations);
        printf("%.3f\n", (cpu() - start - excluded) / double(done));
        fflush(stdout);
    }
    return sink == 1 ? 1 : 0;
}
