import Addressing
import STUN

/// An ICE check as a browser sends it (RFC 8445 §7.1), built and then read and verified.
struct CheckWork {
    private let key = IntegrityKey(shortTermPassword: password)
    private var serial: UInt64 = 0
    /// What all checks are built in, one after the other, as the rivals' are.
    private var storage: [UInt8] = []
    /// How many were found authentic.
    private(set) var authentic = 0

    /// As long as Chrome makes them.
    private static let username = "s0Ur:c7xQ"
    private static let password = "pass4word8of12twenty4abc"

    /// Check number `serial`, in the storage of `bytes`.
    private func message(_ serial: UInt64, reusing bytes: consuming [UInt8] = []) -> [UInt8] {
        var builder = MessageBuilder(
            .request, .binding, id: TransactionID(high: 0x0102_0304, low: serial), reusing: bytes)
        builder.add(.username, Self.username)
        builder.add(.iceControlling, 0x0102_0304_0506_0708 as UInt64)
        builder.add(.useCandidate)
        builder.add(.priority, 0x6E00_01FF as UInt32)
        return builder.finish(integrity: key, fingerprint: true)
    }

    /// Builds and verifies `operations` checks; the CPU time of one, ns.
    mutating func round(_ operations: Int) -> Double {
        var bytes = storage
        storage = []
        defer { storage = bytes }
        let start = ThreadClock.nanoseconds
        for _ in 0..<operations {
            serial &+= 1
            guard let view = try? MessageView(message(serial, reusing: consume bytes)),
                view.isAuthentic(under: key), view.has(.fingerprint), view.priority != nil
            else { preconditionFailure("what was built verifies") }
            bytes = view.bytes
            authentic += 1
        }
        return (ThreadClock.nanoseconds - start) / Double(operations)
    }

    /// The first check in hexadecimal, for who claims to do the same.
    static var firstMessage: String {
        CheckWork().message(1).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
