// The engine's own structure, rendered in C++.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

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
