// The tickets that the rivals of the matchmaker are given: those of `voicesim bench matchmaker`,
// from the same generator.
#pragma once
#include "common.hpp"

enum { LANGUAGES = 20, INTERESTS = 10, TIERS = 4, STEPS = 3 };

struct Ticket {
    uint32_t id;  // also the number of the gap in which it came
    uint16_t cell;
    uint8_t tier;
    int language() const { return cell / INTERESTS; }
    int interest() const { return cell % INTERESTS; }
};

// What a ticket on a step of the ladder demands of its partner.
struct Demands { bool language, interest, tier; };
inline Demands demands(int step) { return {step < 2, step < 1, step < 2}; }

// Whether two tickets suit each other, each on its step.
inline bool compatible(const Ticket &a, int stepOfA, const Ticket &b, int stepOfB) {
    Demands one = demands(stepOfA), other = demands(stepOfB);
    return (a.language() == b.language() || !(one.language || other.language))
        && (a.interest() == b.interest() || !(one.interest || other.interest))
        && (a.tier == b.tier || !(one.tier || other.tier));
}

// One ticket comes per gap; of every four, one that came lately leaves.
struct Source {
    uint64_t held;          // gaps before a ticket is offered to anybody
    int64_t ages[STEPS];    // at which a step begins, in quarters of a gap
    uint32_t count = 0;
    Random random;
    std::vector<uint16_t> cells;

    explicit Source(uint64_t waiting) : held(waiting > 100 ? (waiting - 100) * 1131 / 1000 : 0) {
        ages[0] = held ? int64_t(held) * 4 + 1 : 0;
        ages[1] = int64_t(held + 300) * 4 + 2;
        ages[2] = int64_t(held + 1500) * 4 + 3;
        std::vector<uint64_t> sums;
        uint64_t total = 0;
        for (int l = 1; l <= LANGUAGES; l++)
            for (int i = 1; i <= INTERESTS; i++) sums.push_back(total += 840 / l * (840 / i));
        uint16_t cell = 0;
        for (uint64_t draw = 0; draw < 65536; draw++) {
            while (sums[cell] * 65536 <= draw * total) cell++;
            cells.push_back(cell);
        }
    }

    // What happens in one gap: a ticket, and who leaves after it has come: a number, or -1.
    struct Step {
        Ticket ticket;
        int64_t leaving;
        int64_t now() const { return int64_t(ticket.id) * 4; }
    };

    Step next() {
        uint64_t draw = random.next();
        uint8_t kind = uint8_t(draw >> 16);
        Ticket ticket{count, cells[draw & 65535], uint8_t(kind < 230 ? 0 : kind < 245 ? 1 : kind < 253 ? 2 : 3)};
        uint64_t back = ((draw >> 32) * (held + 256)) >> 32;
        int64_t leaving = (draw >> 24 & 3) == 0 && back < count ? int64_t(count - 1 - back) : -1;
        count++;
        return {ticket, leaving};
    }
};

// Events of each kind, and a hash over the decisions in order.
struct Tally {
    uint64_t digest = 0;
    size_t arrivals = 0, matches = 0, cancels = 0, steps = 0;
    size_t events() const { return arrivals + matches + cancels + steps; }
    void note(uint32_t one, uint32_t other) {
        digest = (digest ^ (uint64_t(one) << 32 | other)) * 0x9E3779B97F4A7C15ull;
        digest ^= digest >> 29;
    }
    void pair(uint32_t one, uint32_t other) {
        matches++;
        note(std::min(one, other), std::max(one, other));
    }
    void print() const {
        printf("%llu %zu %zu %zu %zu\n", (unsigned long long)digest, arrivals, matches, cancels, steps);
    }
};
