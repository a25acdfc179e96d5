import Addressing
import Foundation
import Quantities
import TURN
import Testing

@testable import LoadGenerator

@Suite struct RelayLogTests {
    private func withPath<Result>(_ body: (String) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("relay-log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(directory.appendingPathComponent("relay.log").path)
    }

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// A change as a server tells it.
    private func change() throws -> RelayedPortChange {
        var configuration = ServerConfiguration(
            address: IPAddress(v4: 0x7F00_0001), realm: "r", secret: SharedSecret("s".utf8))
        configuration.users = [Credentials(username: "u", password: "p")]
        configuration.announcesPorts = true
        return try #require(LogFixture.allocation(at: configuration))
    }

    @Test func `a line names time, client, transport and port, and nothing else`() throws {
        let change = try change()
        try withPath { path in
            let log = try RelayLog(path: path, now: 1000)
            log.write(change, now: 1001)
            #expect(try lines(path) == ["1001 opened 192.0.2.7:4000 udp \(change.port)"])
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test func `opening drops what is older than 7 days, and keeps the rest`() throws {
        let week: Int64 = 7 * 86_400
        try withPath { path in
            let old = "99 opened a\n100 closed b\n101 opened c\n\(100 + week) opened d\n"
            try old.write(toFile: path, atomically: true, encoding: .utf8)
            _ = try RelayLog(path: path, now: 100 + week)
            #expect(try lines(path) == ["100 closed b", "101 opened c", "\(100 + week) opened d"])
        }
    }

    @Test func `a log that cannot be opened says which and why`() {
        #expect(
            throws: RelayFailure.cannotLog(
                path: "/nonexistent/relay.log", reason: "No such file or directory")
        ) {
            try RelayLog(path: "/nonexistent/relay.log")
        }
    }
}
