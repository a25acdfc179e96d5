import Foundation
import LoadGenerator
import TURN

/// A relay's summary as `voicesim relay` prints it.
extension RelayService.Summary {
    /// Names and values, in the order of printing.
    private var figures: [(name: String, value: Int64)] {
        var figures: [(name: String, value: Int64)] = [
            ("allocations_created", server.created),
            ("allocations_released", server.released),
            ("allocations_expired", server.expired),
            ("allocations_refused", server.refused),
            ("allocations_left", Int64(allocations)),
            ("bindings", server.bindings),
            ("challenges", server.challenges),
            ("stale_nonces", server.staleNonces),
            ("other_errors", server.otherErrors),
            ("received_packets", server.received.packets),
            ("received_bytes", server.received.bytes),
            ("sent_packets", server.sent.packets),
            ("sent_bytes", server.sent.bytes),
            ("to_peers_packets", server.toPeers.packets),
            ("to_peers_bytes", server.toPeers.bytes),
            ("to_clients_packets", server.toClients.packets),
            ("to_clients_bytes", server.toClients.bytes),
            ("connections", sockets.connections),
            ("connections_refused", sockets.refusedConnections),
            ("streams_broken", sockets.brokenStreams),
            ("security_failed", sockets.failedSecurity),
            ("ports_refused", sockets.refusedPorts),
            ("dropped_congested", sockets.congested),
            ("dropped_unsendable", sockets.unsendable),
            ("dropped_truncated", sockets.truncated),
        ]
        for reason in DropReason.allCases {
            figures.append(("dropped_\(Self.snakeCase("\(reason)"))", server.dropped(reason)))
        }
        return figures
    }

    private static func snakeCase(_ name: String) -> String {
        var text = ""
        var previousIsLower = false
        for letter in name {
            if letter.isUppercase, previousIsLower { text += "_" }
            previousIsLower = letter.isLowercase
            text += letter.lowercased()
        }
        return text
    }

    /// One line for each figure that is not zero.
    var text: String {
        figures.filter { $0.value != 0 }
            .map { "\($0.name) \($0.value)" }.joined(separator: "\n")
    }

    /// One flat object of all figures.
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let object = Dictionary(uniqueKeysWithValues: figures.map { ($0.name, $0.value) })
            return String(decoding: try encoder.encode(object), as: UTF8.self)
        }
    }
}
