// ns-3 as a rival of the event engine, for `voicesim bench engine`: its simulator core with one
// of its schedulers.
//
// usage: ns3_rival SCHEDULER hold|record DELAYS PENDING
//        ns3_rival SCHEDULER churn exponential PENDING
//        ns3_rival SCHEDULER mm8 exponential 8
// SCHEDULER is Map (the default of ns-3), Heap, PriorityQueue or Calendar.
// Prints `ready`, then for each line with a number of operations the CPU ns per operation.
#include "common.hpp"
#include <ns3/nstime.h>
#include <ns3/object-factory.h>
#include <ns3/simulator.h>
#include <queue>

using namespace ns3;

static Random randomness;
static std::vector<int64_t> table;
static std::vector<Record> records;
static std::vector<EventId> timers;
static size_t remaining;

static Time delay() { return NanoSeconds(table[randomness.next() & 65535]); }

static void counted() {
    if (--remaining == 0) Simulator::Stop();
}

// Lets `operations` events happen.
static size_t go(size_t operations) {
    remaining = operations;
    Simulator::Run();
    return operations;
}

static void hold(uint32_t entity) {
    sink += entity;
    Simulator::Schedule(delay(), &hold, entity);
    counted();
}

static void record(uint32_t entity) {
    records[entity].words[0] += uint64_t(Simulator::Now().GetNanoSeconds());
    records[entity].words[7]++;
    sink += entity;
    Simulator::Schedule(delay(), &record, entity);
    counted();
}

static void churn(uint32_t entity) {
    sink += entity;
    timers[entity] = Simulator::Schedule(delay(), &churn, entity);
    uint32_t other = uint32_t((randomness.next() >> 32) * timers.size() >> 32);
    timers[other].Cancel();
    timers[other] = Simulator::Schedule(delay(), &churn, other);
    counted();
}

// Eight servers, one queue, load 0.9.
struct Desk {
    size_t servers, customers, busy = 0, arrived = 0;
    std::queue<Time> waiting;
    static Time draw(double mean) {
        return NanoSeconds(int64_t(-std::log(randomness.uniform()) * mean * 1e9));
    }
    void serveNext() { Simulator::Schedule(draw(1), &Desk::depart, this); }
    void arrive() {
        if (++arrived < customers) Simulator::Schedule(draw(1 / 7.2), &Desk::arrive, this);
        if (busy < servers) busy++, serveNext();
        else waiting.push(Simulator::Now());
    }
    void depart() {
        if (waiting.empty()) {
            busy--;
            return;
        }
        sink += uint64_t((Simulator::Now() - waiting.front()).GetNanoSeconds());
        waiting.pop();
        serveNext();
    }
};

int main(int argc, char **argv) {
    if (argc != 5) return 64;
    std::string scheduler = argv[1], workload = argv[2], delays = argv[3];
    size_t number = strtoull(argv[4], nullptr, 10);
    Simulator::SetScheduler(ObjectFactory("ns3::" + scheduler + "Scheduler"));
    if (workload == "mm8")
        return serve([&](size_t customers) {
            Desk desk{number, customers};
            Simulator::Schedule(Desk::draw(1 / 7.2), &Desk::arrive, &desk);
            Simulator::Run();
            return customers;
        });
    void (*event)(uint32_t) = workload == "hold"     ? &hold
                              : workload == "record" ? &record
                              : workload == "churn"  ? &churn
                                                     : nullptr;
    if (!event) return 64;
    table = delayTable(delays, randomness);
    records.resize(workload == "record" ? number : 0);
    for (size_t i = 0; i < number; i++) {
        EventId timer = Simulator::Schedule(delay(), event, uint32_t(i));
        if (workload == "churn") timers.push_back(timer);
    }
    go(warmUp(number));
    return serve(go);
}
