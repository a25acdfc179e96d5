import Addressing
import Quantities
import Testing

@testable import KnowledgeLedger

@Suite struct LedgerTests {
    private func at(_ seconds: Int64) -> SimTime { .zero + .seconds(seconds) }

    @Test func `people and calls are counted once each, and the longest residence stays`() {
        var ledger = Ledger()
        for (subject, call, until) in [(3, 7, 20), (3, 7, 12), (64, 7, 11), (3, 200, 15)] {
            ledger.declare(
                .publicAddress, of: UInt32(subject), to: .partner, in: UInt32(call),
                since: at(10), until: at(Int64(until)))
        }
        let known = ledger[.partner, .publicAddress]
        #expect(known.subjects.count == 2 && known.calls.count == 2)
        #expect(known.declarations == 4)
        #expect(known.longestResidence == .seconds(10))
        #expect(known.subjects.contains(64) && !known.subjects.contains(63))
    }

    @Test func `what is declared to one observer or of one item stays there`() {
        for observer in Observer.allCases {
            for item in Item.allCases {
                var ledger = Ledger()
                ledger.declare(item, of: 0, to: observer, since: at(0), until: .distantFuture)
                for other in Observer.allCases {
                    for thing in Item.allCases {
                        let isThere = other == observer && thing == item
                        #expect(ledger[other, thing].isEmpty != isThere)
                    }
                }
                #expect(ledger[observer, item].longestResidence == .max)
                #expect(ledger[observer, item].calls.count == 0)
            }
        }
    }

    @Test func `sets differ at the least number that one of them lacks`() {
        var (a, b) = (NumberSet(), NumberSet())
        #expect(a == b && a.leastDifference(from: b) == nil)
        for number: UInt32 in [1, 5, 700] { a.insert(number) }
        for number: UInt32 in [700, 1] { b.insert(number) }
        #expect(a.leastDifference(from: b) == 5 && b.leastDifference(from: a) == 5)
        b.insert(5)
        #expect(a == b)
        b.insert(100_000)
        #expect(a.leastDifference(from: b) == 100_000)
        b.insert(100_000)
        #expect(b.count == 4)
        a.insert(3)
        a.formUnion(b)
        #expect(a.count == 5 && a.contains(100_000) && a.contains(3))
        b.formUnion(a)
        #expect(a == b)
    }

    @Test func `nothing is forgotten before it is known`() async {
        await #expect(processExitsWith: .failure) {
            var ledger = Ledger()
            ledger.declare(
                .speech, of: 0, to: .partner, since: .zero + .seconds(1), until: .zero)
        }
    }
}

@Suite struct AddressSearchTests {
    @Test(arguments: [
        ("10.0.0.1", "a=candidate:1 1 udp 1 10.0.0.1 50000 typ host", true),
        ("10.0.0.1", "10.0.0.1", true),
        ("10.0.0.1", "raddr 10.0.0.1:9", true),
        ("10.0.0.1", "10.0.0.12 50000", false),
        ("10.0.0.1", "110.0.0.1 50000", false),
        ("10.0.0.1", "10.0.0.1.4", false),
        ("10.0.0.1", "10.0.0.12 10.0.0.1 1", true),
        ("10.0.0.1", "10.0.0.", false),
        ("10.0.0.1", "", false),
        ("2001:db8::1", "c=IN IP6 2001:db8::1\r\n", true),
        ("2001:db8::1", "2001:db8::1f 9", false),
        ("2001:db8::1", "2001:db8::1:5 9", false),
    ])
    func `an address is found as a whole`(
        address: String, text: String, isThere: Bool
    ) throws {
        let address = try #require(IPAddress(address))
        #expect(AddressSearch([address]).isFound(in: Array(text.utf8)) == isThere)
    }

    @Test(arguments: [
        ("10.1.2.3", true), ("172.16.0.1", true), ("172.31.255.255", true), ("172.32.0.1", false),
        ("192.168.1.1", true), ("192.169.0.1", false), ("169.254.1.1", true),
        ("100.64.0.1", true), ("100.127.255.255", true), ("100.128.0.1", false),
        ("11.0.0.1", false), ("198.18.0.1", false), ("fd00::1", true), ("fe80::1", true),
        ("fec0::1", false), ("2001:db8::1", false),
    ])
    func `private addresses are those of the registries`(text: String, isPrivate: Bool) throws {
        #expect(try #require(IPAddress(text)).isPrivate == isPrivate)
    }
}
