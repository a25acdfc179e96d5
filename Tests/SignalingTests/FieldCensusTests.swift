import ICE
import Quantities
import Signaling
import Testing

@Suite struct FieldCensusTests {
    /// One of every kind of message with everything it can hold.
    static var messages: [[UInt8]] {
        var description = SessionDescriptionTests.sample(candidates: [
            try! Candidate(
                text: "candidate:2 1 udp 4 192.0.2.2 7 typ relay raddr 192.0.2.3 rport 8".utf8)
        ])
        description.hasAllCandidates = true
        description.isLite = true
        description.pacing = 20
        description.format.usesDTX = true
        let all =
            SignalingMessageTests.messages + [.offer(description), .answer(description)]
        return all.map { $0.text(in: CallID(rawValue: 7), number: 3, acknowledging: 2) }
    }

    /// The names of the fields in `text`, by what the census calls them.
    static func names(in text: [UInt8]) -> Set<String> {
        let lines = String(decoding: text, as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        var names: Set<String> = ["\(lines[0].prefix { $0 != " " })"]
        let body = lines.firstIndex(of: "")!
        for line in lines[1..<body] { names.insert("\(line.prefix { $0 != ":" })") }
        for line in lines[(body + 1)...] where !line.isEmpty {
            names.insert(
                line.hasPrefix("a=") ? "\(line.prefix { $0 != ":" })" : "\(line.prefix(2))")
        }
        return names
    }

    @Test func `what travels is listed, and what is listed travels`() {
        var seen: Set<String> = []
        for text in Self.messages { seen.formUnion(Self.names(in: text)) }
        let listed = Set((FieldCensus.envelope + FieldCensus.body).map(\.name))
        #expect(seen.subtracting(listed) == [])
        #expect(listed.subtracting(seen) == [])
        #expect(Set(FieldCensus.all.map(\.name)).count == FieldCensus.all.count)
        #expect(FieldCensus.all.allSatisfy { !$0.purpose.isEmpty })
    }

    @Test func `what the service holds of a call is listed`() {
        var service = SignalingService(retention: .hours(1))
        let call = CallID(rawValue: 7)
        service.open(call, between: PartyID(rawValue: 1), and: PartyID(rawValue: 2))
        _ = service.handle(Self.messages[0], from: PartyID(rawValue: 1), at: .zero)
        // Reflection sees private state too: a new stored property must find its way to the list.
        var held: Set<String> = []
        func collect(_ value: Any) {
            for child in Mirror(reflecting: value).children {
                if let label = child.label, !label.hasPrefix(".") { held.insert(label) }
                collect(child.value)
            }
        }
        let state = Mirror(reflecting: service).children
        for child in state where child.label == "calls" || child.label == "archive" {
            collect(child.value)
        }
        // Containers of the standard library's and our own, and the fields within.
        let structure: Set<String> = [
            "key", "value", "rawValue", "sides", "messages", "expiries", "head", "count",
            "byteCount", "nanoseconds",
            // An inline array shows no more of itself: that of the two sides holds `Side`.
            "_storage",
        ]
        let fields: Set<String> = [
            "party", "isConnected", "number", "messages", "at", "call", "sender", "kind", "text",
        ]
        #expect(held.subtracting(structure).subtracting(fields) == [])
    }

    /// 20 ms of Opus at the lowest rate that speech is sent with take 15 bytes, and a second of them
    /// 750; nothing in a message but its body could hold that, and bodies are SDP.
    @Test func `no message carries audio`() {
        for text in Self.messages {
            #expect(text.allSatisfy { $0 == 10 || $0 == 13 || (32...126).contains($0) })
            #expect(text.count <= SignalingMessage.longestText)
        }
        #expect(!FieldCensus.all.contains { $0.name.contains("key") || $0.name == "a=crypto" })
        let open = FieldCensus.body.filter(\.isNetworkAddress).map(\.name)
        #expect(open == ["a=candidate"])
    }
}
