import Addressing
import NetworkModel
import Quantities
import Results

extension TransportProtocol {
    fileprivate var name: String {
        switch self {
        case .udp: "UDP"
        case .tcp: "TCP"
        case .tls: "TLS"
        }
    }
}

extension LossReason {
    /// The name in JSON.
    var name: String {
        switch self {
        case .link: "link"
        case .udpBlocked: "udp_blocked"
        case .noRoute: "no_route"
        case .natExhausted: "nat_exhausted"
        case .noHairpinning: "no_hairpinning"
        case .noConnection: "no_connection"
        case .hostGone: "host_gone"
        }
    }

    fileprivate var text: String {
        switch self {
        case .link: "lost on a link"
        case .udpBlocked: "lost: UDP is blocked"
        case .noRoute: "lost: no route"
        case .natExhausted: "lost: the NAT has no mapping left"
        case .noHairpinning: "lost: the NAT does not hairpin"
        case .noConnection: "lost: no connection"
        case .hostGone: "lost: the host is gone"
        }
    }
}

extension DropReason {
    /// The name in JSON.
    var name: String {
        switch self {
        case .filtered: "filtered"
        case .noMapping: "no_mapping"
        case .hostGone: "host_gone"
        }
    }

    fileprivate var text: String {
        switch self {
        case .filtered: "filtered"
        case .noMapping: "dropped: no mapping"
        case .hostGone: "dropped: the host is gone"
        }
    }
}

extension SimTime {
    /// Milliseconds since the beginning with three digits.
    fileprivate var milliseconds: String {
        let microseconds = sinceStart.nanoseconds / 1000
        let fraction = String(microseconds % 1000)
        return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count)
            + fraction
    }
}

extension ExchangeRecord {
    /// One line: when, who, from where, as what, to where, how many bytes of what, what became of it.
    public var text: String {
        switch self {
        case .datagram(let datagram): datagram.line
        case .signal(let sentAt, let end, let text, let arrival):
            "\(Self.stamp(sentAt))  \(end) signals to \(end.other) by \(arrival.milliseconds): "
                + text
        case .event(let time, let end, let text): "\(Self.stamp(time))  \(end) \(text)"
        }
    }

    fileprivate static func stamp(_ time: SimTime) -> String {
        let text = time.milliseconds
        return String(repeating: " ", count: max(0, 10 - text.count)) + text
    }

    /// The same as an object with a `kind` of `datagram`, `signal` or `event`.
    public var json: JSONValue {
        switch self {
        case .datagram(let datagram): datagram.json
        case .signal(let sentAt, let end, let text, let arrival):
            .object([
                .init("kind", .string("signal")),
                .init("time", .number(sentAt.sinceStart.seconds)),
                .init("from", .string("\(end)")), .init("text", .string(text)),
                .init("arrives", .number(arrival.sinceStart.seconds)),
            ])
        case .event(let time, let end, let text):
            .object([
                .init("kind", .string("event")), .init("time", .number(time.sinceStart.seconds)),
                .init("of", .string("\(end)")), .init("text", .string(text)),
            ])
        }
    }
}

extension DatagramRecord {
    fileprivate var line: String {
        let translated =
            if let translatedSource, translatedSource != source { " as \(translatedSource)" } else {
                ""
            }
        return "\(ExchangeRecord.stamp(sentAt))  \(sender.name) \(transport.name) \(source)"
            + "\(translated) -> \(destination), \(byteCount) bytes: \(text); \(fateText)"
    }

    private var fateText: String {
        switch fate {
        case .underWay: "under way"
        case .delivered(let receiver, let time): "\(receiver.name) has it at \(time.milliseconds)"
        case .lost(let reason): reason.text
        case .dropped(let reason, let time): "\(reason.text) at \(time.milliseconds)"
        }
    }

    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("kind", .string("datagram")), .init("time", .number(sentAt.sinceStart.seconds)),
            .init("from", .string(sender.name)), .init("transport", .string(transport.name)),
            .init("source", .string(source.description)),
            .init("translated", translatedSource.map { .string($0.description) } ?? .null),
            .init("destination", .string(destination.description)),
            .init("bytes", .integer(Int64(byteCount))), .init("text", .string(text)),
        ]
        switch fate {
        case .underWay: members.append(.init("fate", .string("under_way")))
        case .delivered(let receiver, let time):
            members.append(.init("fate", .string("delivered")))
            members.append(.init("to", .string(receiver.name)))
            members.append(.init("arrives", .number(time.sinceStart.seconds)))
        case .lost(let reason): members.append(.init("fate", .string(reason.name)))
        case .dropped(let reason, let time):
            members.append(.init("fate", .string(reason.name)))
            members.append(.init("arrives", .number(time.sinceStart.seconds)))
        }
        return .object(members)
    }
}
