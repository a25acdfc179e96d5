// Rivals of the event engine, for `voicesim bench engine`: std::priority_queue, and the engine's
// own structure rendered in C++. Prints the CPU nanoseconds per operation.
//
// usage: rivals heap|ladder hold|record DELAYS PENDING OPERATIONS
//        rivals heap churn exponential PENDING OPERATIONS
//        rivals heap mm8 exponential 8 CUSTOMERS
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <queue>
#include <string>
#include <time.h>
#include <vector>

static double cpu() {
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

// The same kinds of delays, of mean 1 s but for the last, as the bench itself uses.
static std::vector<int64_t> delayTable(const std::string &kind, Random &random) {
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

struct HeapQueue {
    struct Entry {
        uint64_t key;
        uint32_t kind, entity;
        bool operator>(const Entry &o) const { return key > o.key; }
    };
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> queue;
    void add(uint64_t key, uint32_t entity) { queue.push({key, 0, entity}); }
    std::pair<uint64_t, uint32_t> pop() {
        auto e = queue.top();
        queue.pop();
        return {e.key, e.entity};
    }
};

// Wheel levels over 8-bit digits, chunked buckets, a sorted run, a heap for what comes late.
struct LadderQueue {
    struct Entry { uint64_t key; uint32_t slot, tag; };
    struct Due {
        uint64_t key, order;
        uint32_t slot, tag;
        bool operator<(const Due &o) const { return key != o.key ? key < o.key : order < o.order; }
        bool operator>(const Due &o) const { return o < *this; }
    };
    struct Slot { uint64_t key, order; uint32_t generation, tag, kind, entity; };
    struct Bucket { char *head = nullptr; uintptr_t cursor = 0; size_t count = 0; };
    static constexpr size_t chunkBytes = 512, chunkEntries = chunkBytes / 16 - 1;

    Bucket buckets[2048];
    uint64_t occupied[32] = {}, base = 0, servedEnd = 0, sequence = 0;
    unsigned levels = 0;
    char *freeChunk = nullptr;
    std::vector<Slot> slots;
    uint32_t firstFree = UINT32_MAX;
    std::vector<Due> run, scratch;
    size_t head = 0;
    uint32_t bins[1024];
    std::priority_queue<Due, std::vector<Due>, std::greater<Due>> late;

    static char *&link(char *chunk) { return *reinterpret_cast<char **>(chunk); }
    void recycle(char *chunk) { link(chunk) = freeChunk, freeChunk = chunk; }

    void extend(Bucket &b, unsigned index) {
        if (!freeChunk) {
            char *block = static_cast<char *>(aligned_alloc(chunkBytes, chunkBytes * 128));
            for (int i = 127; i >= 0; i--) recycle(block + i * chunkBytes);
        }
        char *chunk = freeChunk;
        freeChunk = link(chunk);
        link(chunk) = nullptr;
        if (b.count == 0) {
            b.head = chunk;
            occupied[index >> 6] |= 1ull << (index & 63);
            levels |= 1u << (index >> 8);
        } else {
            link(reinterpret_cast<char *>(b.cursor - chunkBytes)) = chunk;
        }
        b.cursor = reinterpret_cast<uintptr_t>(chunk) + 16;
    }
    void place(Entry e) {
        unsigned level = (63 - __builtin_clzll((e.key ^ base) | 1)) >> 3;
        unsigned index = level << 8 | ((e.key >> (level * 8)) & 255);
        Bucket &b = buckets[index];
        if ((b.cursor & (chunkBytes - 1)) == 0) extend(b, index);
        *reinterpret_cast<Entry *>(b.cursor) = e;
        b.cursor += 16;
        b.count++;
    }
    void add(uint64_t key, uint32_t entity) {
        uint32_t index = firstFree;
        if (index == UINT32_MAX) {
            index = slots.size();
            slots.push_back({});
        } else {
            firstFree = uint32_t(slots[index].key);
        }
        Slot &s = slots[index];
        s.key = key;
        s.order = 128ull << 56 | sequence++;
        s.entity = entity;
        if (key >= servedEnd) place({key, index, s.tag});
        else late.push({key, s.order, index, s.tag});
    }
    template <class F> void drain(Bucket b, F f) {
        char *chunk = b.head;
        for (size_t left = b.count; left;) {
            Entry *entries = reinterpret_cast<Entry *>(chunk + 16);
            size_t n = std::min(left, chunkEntries);
            for (size_t i = 0; i < n; i++) f(entries[i]);
            left -= n;
            char *next = link(chunk);
            recycle(chunk);
            chunk = next;
        }
    }
    void sortRun(uint64_t start, int bits) {
        size_t n = run.size();
        if (n > 12 && bits > 0 && n <= 65536) {
            int b = std::min(std::min(10, bits), 64 - __builtin_clzll(n - 1)), shift = bits - b;
            memset(bins, 0, sizeof(uint32_t) << b);
            for (auto &e : run) bins[(e.key - start) >> shift]++;
            uint32_t sum = 0, most = 0;
            for (int i = 0; i < 1 << b; i++) {
                uint32_t c = bins[i];
                bins[i] = sum, sum += c, most = std::max(most, c);
            }
            scratch.resize(n);
            for (auto &e : run) scratch[bins[(e.key - start) >> shift]++] = e;
            run.swap(scratch);
            if (most > 24) return std::sort(run.begin(), run.end());
        } else if (n > 12) {
            if (!std::is_sorted(run.begin(), run.end())) std::sort(run.begin(), run.end());
            return;
        }
        for (size_t i = 1; i < n; i++) {
            Due e = run[i];
            size_t hole = i;
            for (; hole > 0 && e < run[hole - 1]; hole--) run[hole] = run[hole - 1];
            run[hole] = e;
        }
    }
    void advance() {
        for (;;) {
            unsigned level = __builtin_ctz(levels), word = level * 4;
            while (!occupied[word]) word++;
            unsigned digit = (word & 3) * 64 + __builtin_ctzll(occupied[word]), shift = level * 8;
            uint64_t start = (base & ~((0xffull << shift) | ((1ull << shift) - 1))) | uint64_t(digit) << shift;
            unsigned index = level << 8 | digit;
            Bucket b = buckets[index];
            buckets[index] = {};
            occupied[index >> 6] &= ~(1ull << (index & 63));
            uint64_t *w = occupied + level * 4;
            if (!(w[0] | w[1] | w[2] | w[3])) levels &= ~(1u << level);
            base = start;
            if (b.count > 1024 && level > 0) {
                drain(b, [&](Entry e) { place(e); });
                continue;
            }
            servedEnd = start + (1ull << shift);
            run.clear();
            head = 0;
            drain(b, [&](Entry e) {
                Slot &s = slots[e.slot];
                if (s.tag == e.tag) run.push_back({s.key, s.order, e.slot, e.tag});
            });
            sortRun(start, int(shift));
            if (!run.empty()) return;
        }
    }
    std::pair<uint64_t, uint32_t> pop() {
        for (;;) {
            if (head == run.size() && late.empty()) advance();
            Due e;
            if (head < run.size() && (late.empty() || run[head] < late.top())) e = run[head++];
            else e = late.top(), late.pop();
            Slot &s = slots[e.slot];
            if (s.tag != e.tag) continue;
            s.generation++, s.tag++;
            s.key = firstFree;
            firstFree = e.slot;
            return {e.key, s.entity};
        }
    }
};

static uint64_t sink;

struct Record { uint64_t words[8]; };

template <class Q> static double hold(const std::string &kind, size_t pending, size_t operations, bool touch) {
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
    };
    go(std::min(2 * pending, operations));
    double start = cpu();
    go(operations);
    return (cpu() - start) / operations;
}

// Each entity has a timer; each step lets the earliest fire and re-arm, and re-arms another one.
static double churn(size_t pending, size_t operations) {
    Random random;
    auto table = delayTable("exponential", random);
    struct Entry {
        uint64_t key;
        uint32_t entity, version;
        bool operator>(const Entry &o) const { return key > o.key; }
    };
    std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> queue;
    std::vector<uint32_t> versions(pending);
    for (size_t i = 0; i < pending; i++) queue.push({uint64_t(table[random.next() & 65535]), uint32_t(i), 0});
    auto go = [&](size_t n) {
        for (size_t i = 0; i < n; i++) {
            Entry e;
            do e = queue.top(), queue.pop();
            while (versions[e.entity] != e.version);
            uint64_t now = e.key;
            sink += e.entity;
            queue.push({now + table[random.next() & 65535], e.entity, e.version});
            uint32_t other = uint32_t((random.next() >> 32) * pending >> 32);
            queue.push({now + table[random.next() & 65535], other, ++versions[other]});
        }
    };
    go(std::min(2 * pending, operations));
    double start = cpu();
    go(operations);
    return (cpu() - start) / operations;
}

// Eight servers, one queue, load 0.9; per customer. No statistics, no fingerprint.
static double mm8(size_t servers, size_t customers) {
    Random random;
    HeapQueue queue;
    auto draw = [&](double mean) { return uint64_t(-std::log(random.uniform()) * mean * 1e9); };
    std::queue<uint64_t> waiting;
    size_t busy = 0, arrived = 0;
    double start = cpu();
    queue.add(draw(1.0 / 7.2), 0);
    while (!queue.queue.empty()) {
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
    return (cpu() - start) / customers;
}

int main(int argc, char **argv) {
    if (argc != 6) return 64;
    std::string queue = argv[1], workload = argv[2], delays = argv[3];
    size_t pending = strtoull(argv[4], nullptr, 10), operations = strtoull(argv[5], nullptr, 10);
    double result;
    if (workload == "hold" || workload == "record") {
        bool touch = workload == "record";
        result = queue == "heap" ? hold<HeapQueue>(delays, pending, operations, touch)
                                 : hold<LadderQueue>(delays, pending, operations, touch);
    } else if (workload == "churn" && queue == "heap") {
        result = churn(pending, operations);
    } else if (workload == "mm8" && queue == "heap") {
        result = mm8(pending, operations);
    } else {
        return 64;
    }
    printf("%.3f\n", result);
    return sink == 1 ? 1 : 0;
}
