// The engine's own structure, rendered in C++.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <sys/mman.h>
#include <utility>
#include <vector>

// The engine's event list without names: wheel levels over 8-bit digits in chunked buckets, a
// sorted run, a heap for what comes into the served range or while few are pending.
struct LadderQueue {
    struct Entry { uint64_t key, order; uint32_t kind, entity; };
    struct Due {
        uint64_t key, order;
        uint32_t slot, kind, entity;
        bool operator<(const Due &o) const { return key != o.key ? key < o.key : order < o.order; }
        bool operator>(const Due &o) const { return o < *this; }
    };
    struct Bucket { char *head = nullptr; uintptr_t cursor = 0; size_t count = 0; };
    static constexpr size_t chunkBytes = 1024, chunkEntries = (chunkBytes - 8) / sizeof(Entry);
    static constexpr size_t header = chunkBytes - chunkEntries * sizeof(Entry);
    static constexpr size_t served = 4096, lateLimit = 256, few = 32, largePage = 1 << 21;

    Bucket buckets[2048];
    uint64_t occupied[32] = {}, base = 0, servedEnd = UINT64_MAX, sequence = 0;
    unsigned levels = 0;
    char *freeChunk = nullptr;
    size_t nextBlock = 1 << 16, pending = 0, lateAlarm = lateLimit;
    std::vector<Due> run = std::vector<Due>(256), scratch = run;
    size_t head = 0, end = 0;
    uint32_t bins[4096];
    std::vector<Due> late;

    static char *&link(char *chunk) { return *reinterpret_cast<char **>(chunk); }
    void recycle(char *chunk) { link(chunk) = freeChunk, freeChunk = chunk; }

    __attribute__((noinline)) void extend(Bucket &b, unsigned index) {
        if (!freeChunk) {
            bool large = nextBlock == largePage;
            char *block = static_cast<char *>(aligned_alloc(large ? largePage : chunkBytes, nextBlock));
            for (size_t i = nextBlock; i > 0; i -= chunkBytes) {
                if (large && i == nextBlock) madvise(block, nextBlock, MADV_HUGEPAGE);
                recycle(block + i - chunkBytes);
            }
            if (!large) nextBlock *= 2;
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
        b.cursor = reinterpret_cast<uintptr_t>(chunk) + header;
    }
    __attribute__((always_inline)) void place(const Entry &e) {
        unsigned level = (63 - __builtin_clzll((e.key ^ base) | 1)) >> 3;
        unsigned index = level << 8 | ((e.key >> (level * 8)) & 255);
        Bucket &b = buckets[index];
        if ((b.cursor & (chunkBytes - 1)) == 0) extend(b, index);
        *reinterpret_cast<Entry *>(b.cursor) = e;
        b.cursor += sizeof(Entry);
        b.count++;
    }
    void add(uint64_t key, uint32_t entity) {
        uint64_t order = 128ull << 55 | sequence++;
        pending++;
        if (key >= servedEnd) return place({key, order, 0, entity});
        pushLate({key, order, UINT32_MAX, 0, entity});
        if (late.size() >= lateAlarm) narrow();
    }
    void pushLate(Due e) {
        late.push_back(e);
        std::push_heap(late.begin(), late.end(), std::greater<Due>());
    }
    // Ends the served range earlier, so that most late events can go to the wheel.
    void narrow() {
        std::sort(late.begin(), late.end());
        uint64_t first = late.front().key, last = late.back().key;
        uint64_t limit = std::max(late[late.size() / 4].key, first + 1);
        if (first == last && head == end) limit = first;
        limit = std::max(limit, base);
        if (limit > last) {
            lateAlarm = late.size() * 2;
            return;
        }
        servedEnd = limit;
        auto back = [&](const Due &e) { place({e.key, e.order, e.kind, e.entity}); };
        for (; !late.empty() && late.back().key >= limit; late.pop_back()) back(late.back());
        for (; end > head && run[end - 1].key >= limit; end--) back(run[end - 1]);
        lateAlarm = std::max(lateLimit, late.size() * 2);
    }
    template <class F> void drain(Bucket b, F f) {
        char *chunk = b.head;
        for (size_t left = b.count; left;) {
            Entry *entries = reinterpret_cast<Entry *>(chunk + header);
            size_t n = std::min(left, chunkEntries);
            char *next = link(chunk);
            for (size_t i = 0; next && i < chunkBytes; i += 64) __builtin_prefetch(next + i);
            for (size_t i = 0; i < n; i++) f(entries[i]);
            left -= n;
            recycle(chunk);
            chunk = next;
        }
    }
    void serve(Bucket b, uint64_t start, int bits) {
        if (b.count > run.size()) run.resize(b.count * 2), scratch.resize(b.count * 2);
        int binBits = 0;
        if (b.count > 12 && b.count <= 65536) binBits = std::min(std::min(12, bits), 64 - __builtin_clzll(b.count - 1));
        int shift = binBits ? bits - binBits : 63;
        memset(bins, 0, sizeof(uint32_t) << binBits);
        size_t n = 0;
        drain(b, [&](Entry e) {
            run[n++] = {e.key, e.order, UINT32_MAX, e.kind, e.entity};
            bins[(e.key - start) >> shift]++;
        });
        head = 0, end = n;
        auto from = run.begin(), to = from + n;
        if (n > 12) {
            if (std::is_sorted(from, to)) return;
            if (!binBits) return std::sort(from, to);
            uint32_t sum = 0, most = 0;
            for (int i = 0; i < 1 << binBits; i++) {
                uint32_t c = bins[i];
                bins[i] = sum, sum += c, most = std::max(most, c);
            }
            for (size_t i = 0; i < n; i++) scratch[bins[(run[i].key - start) >> shift]++] = run[i];
            run.swap(scratch);
            if (most > 24) return std::sort(run.begin(), run.begin() + n);
        }
        for (size_t i = 1; i < n; i++) {
            Due e = run[i];
            size_t hole = i;
            for (; hole > 0 && e < run[hole - 1]; hole--) run[hole] = run[hole - 1];
            run[hole] = e;
        }
    }
    Bucket detach(unsigned index) {
        Bucket b = buckets[index];
        buckets[index] = {};
        occupied[index >> 6] &= ~(1ull << (index & 63));
        uint64_t *w = occupied + (index >> 8) * 4;
        if (!(w[0] | w[1] | w[2] | w[3])) levels &= ~(1u << (index >> 8));
        return b;
    }
    void advance() {
        lateAlarm = lateLimit;
        while (levels) {
            unsigned level = __builtin_ctz(levels), word = level * 4;
            while (!occupied[word]) word++;
            unsigned digit = (word & 3) * 64 + __builtin_ctzll(occupied[word]), shift = level * 8;
            uint64_t start = (base & ~((0xffull << shift) | ((1ull << shift) - 1))) | uint64_t(digit) << shift;
            Bucket b = detach(level << 8 | digit);
            if (pending <= few) {
                drain(b, [&](Entry e) { pushLate({e.key, e.order, UINT32_MAX, e.kind, e.entity}); });
                if (!levels) servedEnd = UINT64_MAX;
                continue;
            }
            base = servedEnd = start;
            if (b.count > served && level > 0) {
                drain(b, [&](Entry e) { place(e); });
                continue;
            }
            servedEnd = start + (1ull << shift);
            return serve(b, start, int(shift));
        }
    }
    std::pair<uint64_t, uint32_t> pop() {
        if (head == end && late.empty()) advance();
        pending--;
        if (head < end && (late.empty() || run[head] < late.front())) {
            Due &e = run[head++];
            return {e.key, e.entity};
        }
        Due e = late.front();
        std::pop_heap(late.begin(), late.end(), std::greater<Due>());
        late.pop_back();
        return {e.key, e.entity};
    }
};
