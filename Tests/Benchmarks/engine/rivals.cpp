// Rivals of the event engine, for `voicesim bench engine`: std::priority_queue, a heap with four
// children a node, and the engine's own structure rendered in C++.
//
// usage: rivals binary|quaternary|ladder hold|record DELAYS PENDING
//        rivals binary|quaternary churn exponential PENDING
//        rivals binary|quaternary mm8 exponential 8
// Prints `ready`, then for each line with a number of operations the CPU ns per operation.
#include "common.hpp"
#include "heaps.hpp"
#include "ladder.hpp"

// Takes the earliest event and schedules it again; `touch` writes to the entity's record, too.
template <class Q> static int hold(const std::string &kind, size_t pending, bool touch) {
    Random random;
    auto table = delayTable(kind, random);
    Q queue;
    std::vector<Record> records(touch ? pending : 0);
    for (size_t i = 0; i < pending; i++) queue.add(table[random.next() & 65535], i);
    auto go = [&](size_t n) {
        for (size_t i = 0; i < n; i++) {
            auto [key, entity] = queue.pop();
            if (touch) {
                records[entity].words[0] += key;
                records[entity].words[7]++;
            }
            sink += entity;
            queue.add(key + table[random.next() & 65535], entity);
        }
        return n;
    };
    go(warmUp(pending));
    return serve(go);
}

// Each entity has a timer; each step lets the earliest fire and start again, and re-arms another
// one, whose entry so far stays behind as a tombstone.
template <class Q> static int churn(size_t pending) {
    Random random;
    auto table = delayTable("exponential", random);
    Q queue;
    std::vector<uint32_t> versions(pending);
    for (size_t i = 0; i < pending; i++)
        queue.push({uint64_t(table[random.next() & 65535]), 0, uint32_t(i)});
    auto go = [&](size_t n) {
        for (size_t i = 0; i < n; i++) {
            HeapEntry e;
            do e = queue.take();
            while (versions[e.entity] != e.version);
            uint64_t now = e.key;
            sink += e.entity;
            queue.push({now + table[random.next() & 65535], e.version, e.entity});
            uint32_t other = uint32_t((random.next() >> 32) * pending >> 32);
            queue.push({now + table[random.next() & 65535], ++versions[other], other});
        }
        return n;
    };
    go(warmUp(pending));
    return serve(go);
}

// Eight servers, one queue, load 0.9; per customer. No statistics, no fingerprint.
template <class Q> static int mm8(size_t servers) {
    return serve([&](size_t customers) {
        Random random;
        Q queue;
        auto draw = [&](double mean) { return uint64_t(-std::log(random.uniform()) * mean * 1e9); };
        std::queue<uint64_t> waiting;
        size_t busy = 0, arrived = 0;
        queue.add(draw(1.0 / 7.2), 0);
        while (!queue.empty()) {
            auto [now, kind] = queue.pop();
            if (kind == 0) {
                if (++arrived < customers) queue.add(now + draw(1.0 / 7.2), 0);
                if (busy < servers) busy++, queue.add(now + draw(1), 1);
                else waiting.push(now);
            } else if (waiting.empty()) {
                busy--;
            } else {
                sink += now - waiting.front();
                waiting.pop();
                queue.add(now + draw(1), 1);
            }
        }
        return customers;
    });
}

template <class Q> static int heap(const std::string &workload, const std::string &delays, size_t n) {
    if (workload == "churn") return churn<Q>(n);
    if (workload == "mm8") return mm8<Q>(n);
    if (workload == "hold" || workload == "record") return hold<Q>(delays, n, workload == "record");
    return 64;
}

int main(int argc, char **argv) {
    if (argc != 5) return 64;
    std::string queue = argv[1], workload = argv[2], delays = argv[3];
    size_t number = strtoull(argv[4], nullptr, 10);
    if (queue == "binary") return heap<BinaryHeap>(workload, delays, number);
    if (queue == "quaternary") return heap<QuaternaryHeap>(workload, delays, number);
    if (queue == "ladder" && (workload == "hold" || workload == "record"))
        return hold<LadderQueue>(delays, number, workload == "record");
    return 64;
}
