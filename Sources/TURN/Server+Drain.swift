import Addressing
import Quantities
import STUN

/// How a server goes out of service.
struct Drain: Sendable {
    let alternates: [TransportAddress]
    let deadline: SimTime
}

extension Server {
    /// Takes the server out of service: from now on an Allocate request is answered with 300 and
    /// the first of `alternates` that is of the client's address family (RFC 8489 §10), or with 508
    /// where there is none. Allocations live on, are refreshed and forward, but none beyond
    /// `deadline`.
    public mutating func drain(
        to alternates: [TransportAddress], until deadline: SimTime = .distantFuture,
        at now: SimTime
    ) {
        clock = now
        draining = Drain(alternates: alternates, deadline: deadline)
        plan()
    }

    /// Whether the server drains and has no allocation any more: it can be stopped.
    public var isDrained: Bool { draining != nil && clients.isEmpty }

    /// Ends every allocation, in the order of the slots.
    mutating func endAll() {
        for slot in slots.indices where slots[slot].isAlive {
            counters.drained += 1
            end(slot, .drained)
        }
    }

    /// Sends a client that would allocate elsewhere; false when the server does not drain.
    mutating func redirect(_ asked: Authenticated) -> Bool {
        guard let draining else { return false }
        let family = asked.client.family
        guard let alternate = draining.alternates.first(where: { $0.ip.family == family }) else {
            counters.refused += 1
            answer(asked, with: .insufficientCapacity)
            return true
        }
        counters.redirected += 1
        var answer = MessageBuilder(.error, answering: asked.request)
        answer.add(.tryAlternate)
        answer.add(.alternateServer, alternate)
        finish(answer, for: asked)
        return true
    }
}

// Quotas by user (RFC 8656 §5, §7.2).
extension Server {
    /// Who a username stands for: what follows the colon of a time-limited one, else all of it.
    private static func user(of username: [UInt8]) -> [UInt8] {
        guard let colon = username.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            username[..<colon].allSatisfy({ (48...57).contains($0) })
        else { return username }
        return Array(username[(colon + 1)...])
    }

    /// Whether the user may have one allocation more.
    func hasQuota(_ username: [UInt8]) -> Bool {
        guard let most = configuration.maximumAllocationsPerUser else { return true }
        return users[Self.user(of: username), default: 0] < most
    }

    /// Counts the allocation in `slot` with its user.
    mutating func count(userOf slot: Int) {
        guard configuration.maximumAllocationsPerUser != nil else { return }
        users[Self.user(of: slots[slot].username), default: 0] += 1
    }

    /// The allocation in `slot` ends.
    mutating func release(userOf slot: Int) {
        guard configuration.maximumAllocationsPerUser != nil else { return }
        let user = Self.user(of: slots[slot].username)
        let left = users[user, default: 0] - 1
        users[user] = left > 0 ? left : nil
    }
}
