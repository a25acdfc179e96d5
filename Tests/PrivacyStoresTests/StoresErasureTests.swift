import Addressing
import Digests
import MemorySearch
import Quantities
import RandomStreams
import RiskScoring
import Signaling
import TURN
import Testing

@testable import PrivacyStores

/// What flat stores have deleted is nowhere in the memory of the process, and what they keep is.
@Suite struct StoresErasureTests {
    @Test func `what is swept is gone from memory`() async {
        await #expect(processExitsWith: .success) {
            var stores = FlatStores(policy: RetentionPolicy())
            let (old, young) = Marked.fill(&stores)
            precondition(old.occurrencesInMemory() >= 2 * Marked.count, "the search is blind")
            let outcome = stores.sweep(at: .zero + .days(30))
            precondition(outcome.deleted == 3 * Marked.count, "\(outcome)")
            Marked.overwriteStack()
            precondition(old.occurrencesInMemory() == 0, "\(old.occurrencesInMemory()) left")
            precondition(young.occurrencesInMemory() >= 2 * Marked.count, "too much is gone")
            _ = stores.count(.reports)
        }
    }

    @Test func `what is replaced, and what goes with the stores, is gone from memory`() async {
        await #expect(processExitsWith: .success) {
            var secrets: [MaskedSecret] = []
            do {
                var stores = FlatStores(policy: RetentionPolicy())
                let (old, young) = Marked.fill(&stores)
                secrets = [old, young]
                stores.replace(with: StoreContents())
                Marked.overwriteStack()
                precondition(old.occurrencesInMemory() == 0, "replaced and left")
            }
            do {
                var stores = FlatStores(policy: RetentionPolicy())
                _ = Marked.fill(&stores)
            }
            Marked.overwriteStack()
            precondition(MaskedSecret(secrets).occurrencesInMemory() == 0, "freed and left")
        }
    }
}

/// Records whose bytes can be looked for.
enum Marked {
    static let count = 40

    /// Puts records of day 0 and of day 20 to 29.9, as many of each kind, in: what to look for of each.
    @inline(never)
    static func fill(_ stores: inout FlatStores) -> (old: MaskedSecret, young: MaskedSecret) {
        var random = stream(5)
        let old = (0..<count).flatMap { _ in fill(&stores, .zero, &random) }
        let young = (0..<count).flatMap { _ in
            fill(&stores, .zero + .days(29) + .hours(20), &random)
        }
        overwriteStack()
        return (MaskedSecret(old), MaskedSecret(young))
    }

    @inline(never)
    private static func fill(
        _ stores: inout FlatStores, _ time: SimTime, _ random: inout RandomStream
    ) -> [MaskedSecret] {
        let device = DeviceIdentifier(
            high: random.nextUInt64(), low: random.nextUInt64(), epoch: 3)
        var secrets = [secret(device.high), secret(device.low)]
        stores.hold(.report(Report(device: device, category: .hate, time: time)))
        let client = IPAddress(v6High: random.nextUInt64(), low: random.nextUInt64())
        secrets += [secret(client.high), secret(client.low)]
        stores.hold(
            .relayLog(
                RelayLogEntry(
                    time: time, event: .permitted(client), relayed: Sample.relayed(1),
                    client: TransportAddress(client, port: 9), transport: .udp)))
        // The caller's copy is the caller's to overwrite.
        var text = random.nextBytes(24)
        text.withUnsafeBytes { secrets.append(MaskedSecret($0)) }
        stores.hold(
            .message(
                StoredMessage(
                    call: CallID(rawValue: random.nextUInt64() >> 8), sender: .second, number: 1,
                    time: time, text: text)))
        text.withUnsafeMutableBytes { $0.cleanse() }
        return secrets
    }

    private static func secret(_ word: UInt64) -> MaskedSecret {
        withUnsafeBytes(of: word) { MaskedSecret($0) }
    }

    /// Overwrites 136 KB of the stack below the caller.
    @discardableResult
    @inline(never)
    static func overwriteStack(depth: Int = 16) -> UInt64 {
        let block = InlineArray<1024, UInt64>(repeating: 0x11)
        let rest = depth > 0 ? overwriteStack(depth: depth - 1) : 0
        return block[depth] &+ rest
    }
}
