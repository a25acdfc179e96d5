// Rivals of the matchmaker, for `voicesim bench matchmaker`: an array that is scanned, and a map of
// queues by cell. Both pair oldest first, as the matchmaker under `policy: greedy`.
//
// usage: queues scan|map WAITING            0 waits as the ladder has it, without being held first
//        queues digest scan|map WAITING ARRIVALS
// Prints `ready`, then for each line with a number of arrivals the CPU ns per event; `digest` prints
// the hash of the decisions after so many arrivals, then arrivals, pairs, leavings and steps.
#include "tickets.hpp"
#include <deque>
#include <map>
#include <unordered_map>

// What random-chat servers do: one list of those who wait, from the oldest on, looked through for each
// who asks. Whoever leaves is looked for in the list, and others move up.
struct Scan {
    Source &source;
    Tally &tally;
    std::vector<Ticket> list = {};
    size_t reached[STEPS] = {};  // how many at the front of the list have come to each step

    int stepOf(size_t place) const {
        int step = STEPS - 1;
        while (step >= 0 && place >= reached[step]) step--;
        return step;
    }

    // The place of the oldest that suits, or that of nobody. Who is not offered yet stands behind.
    size_t search(const Ticket &seeker, int step) const {
        for (size_t place = 0; place < reached[0]; place++)
            if (list[place].id != seeker.id && compatible(seeker, step, list[place], stepOf(place)))
                return place;
        return list.size();
    }

    void erase(size_t place) {
        list.erase(list.begin() + std::ptrdiff_t(place));
        for (auto &count : reached) count -= place < count;
    }

    // When who stands first before a step comes to it.
    int64_t due(int step) const {
        return reached[step] < list.size()
            ? int64_t(list[reached[step]].id) * 4 + source.ages[step] : INT64_MAX;
    }

    void expand(int64_t until) {
        for (;;) {
            int step = int(std::min_element(
                std::begin(steps), std::end(steps), [&](int a, int b) { return due(a) < due(b); })
                - steps);
            if (due(step) > until) return;
            size_t place = reached[step]++;
            tally.steps++;
            size_t found = search(list[place], step);
            if (found == list.size()) continue;
            tally.pair(list[place].id, list[found].id);
            erase(std::max(place, found));
            erase(std::min(place, found));
        }
    }

    void arrive(const Ticket &ticket) {
        if (source.held == 0) {
            size_t found = search(ticket, 0);
            if (found < list.size()) {
                tally.pair(ticket.id, list[found].id);
                return erase(found);
            }
        }
        list.push_back(ticket);
        if (source.held == 0) reached[0] = list.size();
    }

    bool cancel(uint32_t id) {
        auto found = std::find_if(list.begin(), list.end(), [&](auto &t) { return t.id == id; });
        if (found == list.end()) return false;
        erase(size_t(found - list.begin()));
        return true;
    }

    static constexpr int steps[STEPS] = {0, 1, 2};
};

// A queue for each step, tier, language and interest in a map, and one of all on each step for the
// time when they move on. Whoever has left stays in the queues until it comes to their front.
struct Map {
    Source &source;
    Tally &tally;
    struct Entry { Ticket ticket; int step; };
    std::unordered_map<uint32_t, Entry> waiting = {};
    std::map<uint32_t, std::deque<uint32_t>> cells = {};
    std::deque<uint32_t> line[STEPS + 1] = {};  // by the step before; the first holds those not offered yet

    static uint32_t key(int step, int tier, int language, int interest) {
        return uint32_t(((step * TIERS + tier) * LANGUAGES + language) * INTERESTS + interest);
    }
    static uint32_t key(const Ticket &t, int step) {
        return key(step, t.tier, t.language(), t.interest());
    }

    bool isOn(uint32_t id, int step) const {
        auto found = waiting.find(id);
        return found != waiting.end() && found->second.step == step;
    }

    // The oldest in a queue, or -1.
    int64_t front(std::deque<uint32_t> &queue, int step) const {
        while (!queue.empty() && !isOn(queue.front(), step)) queue.pop_front();
        return queue.empty() ? -1 : int64_t(queue.front());
    }

    // The oldest in the queues with these keys, or -1.
    int64_t oldest(uint32_t first, uint32_t last, int step) {
        int64_t best = -1;
        for (auto at = cells.lower_bound(first); at != cells.end() && at->first <= last; ++at) {
            int64_t id = front(at->second, step);
            if (id >= 0 && (best < 0 || id < best)) best = id;
        }
        return best;
    }

    int64_t search(const Ticket &t, int own) {
        for (int step = STEPS - 1; step >= 0; step--) {
            Demands mine = demands(own), theirs = demands(step);
            bool interest = mine.interest || theirs.interest;
            int64_t found;
            if (interest)
                found = oldest(key(t, step), key(t, step), step);
            else if (mine.language || theirs.language)
                found = oldest(key(step, t.tier, t.language(), 0),
                               key(step, t.tier, t.language(), INTERESTS - 1), step);
            else
                found = oldest(key(step, 0, 0, 0), key(step + 1, 0, 0, 0) - 1, step);
            if (found >= 0) return found;
        }
        return -1;
    }

    void wait(const Ticket &ticket, int step) {
        waiting[ticket.id] = {ticket, step};
        line[step + 1].push_back(ticket.id);
        if (step >= 0) cells[key(ticket, step)].push_back(ticket.id);
    }

    int64_t due(int step) {
        int64_t id = front(line[step], step - 1);
        return id < 0 ? INT64_MAX : id * 4 + source.ages[step];
    }

    void expand(int64_t until) {
        for (;;) {
            int next = 0;
            for (int step = 1; step < STEPS; step++)
                if (due(step) < due(next)) next = step;
            if (due(next) > until) return;
            uint32_t id = line[next].front();
            Ticket ticket = waiting.at(id).ticket;
            line[next].pop_front();
            waiting.erase(id);
            tally.steps++;
            settle(ticket, next);
        }
    }

    // Pairs it if anybody suits it on this step, or lets it wait there.
    void settle(const Ticket &ticket, int step) {
        int64_t found = search(ticket, step);
        if (found < 0) return wait(ticket, step);
        waiting.erase(uint32_t(found));
        tally.pair(ticket.id, uint32_t(found));
    }

    void arrive(const Ticket &ticket) {
        if (source.held == 0) settle(ticket, 0);
        else wait(ticket, -1);
    }

    bool cancel(uint32_t id) { return waiting.erase(id) > 0; }
};

template <class Queue> struct Work {
    Source source;
    Tally tally;
    Queue queue{source, tally};

    explicit Work(size_t waiting) : source(waiting) {}

    // As many tickets are drawn between two looks at the clock.
    static constexpr size_t DRAWN_AHEAD = 512;
    std::vector<Source::Step> drawn = {};

    void draw(size_t arrivals) {
        double start = cpu();
        drawn.clear();
        while (drawn.size() < arrivals) drawn.push_back(source.next());
        excluded += cpu() - start;
    }

    size_t go(size_t arrivals) {
        size_t before = tally.events();
        for (size_t rest = arrivals; rest > 0; rest -= drawn.size()) {
            draw(std::min(rest, DRAWN_AHEAD));
            for (const auto &step : drawn) {
                queue.expand(step.now());
                queue.arrive(step.ticket);
                tally.arrivals++;
                if (step.leaving >= 0 && queue.cancel(uint32_t(step.leaving))) {
                    tally.cancels++;
                    tally.note(uint32_t(step.leaving), uint32_t(step.leaving));
                }
            }
        }
        sink += tally.digest;
        return tally.events() - before;
    }
};

template <class Queue> static int run(size_t waiting, size_t warmUp, const char *digest) {
    Work<Queue> work(waiting);
    if (digest) {
        work.go(strtoull(digest, nullptr, 10));
        work.tally.print();
        return 0;
    }
    work.go(work.source.held + warmUp);
    return serve([&](size_t arrivals) { return work.go(arrivals); });
}

int main(int argc, char **argv) {
    bool digests = argc == 5 && std::string(argv[1]) == "digest";
    if (argc != 3 && !digests) return 64;
    std::string kind = argv[1 + digests];
    size_t waiting = strtoull(argv[2 + digests], nullptr, 10);
    const char *arrivals = digests ? argv[4] : nullptr;
    // The array settles at once, and takes long where many wait.
    if (kind == "scan") return run<Scan>(waiting, 4096, arrivals);
    if (kind == "map") return run<Map>(waiting, waiting * 1131 / 1000 + 4096, arrivals);
    return 64;
}
