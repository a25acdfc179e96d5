// Event lists that are heaps: the standard library's, and one with four children a node.
// Neither keeps the order of ties, which would cost them a wider entry.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

struct HeapEntry {
    uint64_t key;
    uint32_t version, entity;
    bool operator>(const HeapEntry &o) const { return key > o.key; }
};

struct BinaryHeap {
    std::priority_queue<HeapEntry, std::vector<HeapEntry>, std::greater<HeapEntry>> queue;
    bool empty() const { return queue.empty(); }
    void push(HeapEntry e) { queue.push(e); }
    HeapEntry take() {
        HeapEntry e = queue.top();
        queue.pop();
        return e;
    }
    void add(uint64_t key, uint32_t entity) { push({key, 0, entity}); }
    std::pair<uint64_t, uint32_t> pop() {
        auto e = take();
        return {e.key, e.entity};
    }
};

// The four children of a node share a cache line.
struct QuaternaryHeap {
    HeapEntry *entries = nullptr; // the root is at 3, so that children begin at multiples of 4
    size_t count = 0, capacity = 0;
    static constexpr size_t root = 3;

    ~QuaternaryHeap() { free(entries); }
    bool empty() const { return count == 0; }
    void grow() {
        size_t wider = capacity ? 2 * capacity : 1024;
        auto *more = static_cast<HeapEntry *>(aligned_alloc(64, (wider + 4) * sizeof(HeapEntry)));
        if (!more) abort();
        if (count) memcpy(more + root, entries + root, count * sizeof(HeapEntry));
        free(entries);
        entries = more, capacity = wider;
    }
    void push(HeapEntry e) {
        if (count == capacity) grow();
        HeapEntry *heap = entries + root;
        size_t hole = count++;
        while (hole) {
            size_t parent = (hole - 1) / 4;
            if (!(heap[parent] > e)) break;
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = e;
    }
    HeapEntry take() {
        HeapEntry *heap = entries + root;
        HeapEntry first = heap[0], last = heap[--count];
        size_t hole = 0;
        for (;;) {
            size_t child = 4 * hole + 1, least = child;
            if (child + 4 <= count) { // a tournament, without branches
                size_t a = child + (heap[child].key > heap[child + 1].key);
                size_t b = child + 2 + (heap[child + 2].key > heap[child + 3].key);
                least = heap[a].key > heap[b].key ? b : a;
            } else if (child < count) {
                for (size_t i = child + 1; i < count; i++)
                    if (heap[least] > heap[i]) least = i;
            } else {
                break;
            }
            if (!(last > heap[least])) break;
            heap[hole] = heap[least];
            hole = least;
        }
        heap[hole] = last;
        return first;
    }
    void add(uint64_t key, uint32_t entity) { push({key, 0, entity}); }
    std::pair<uint64_t, uint32_t> pop() {
        auto e = take();
        return {e.key, e.entity};
    }
};
