import Addressing
import Testing

@testable import LoadGenerator

@Suite struct DatagramLoopTests {
    private static let anyPort = TransportAddress(IPAddress(v4: 0x7F00_0001), port: 0)

    /// What one loop sends from one socket, another reads.
    private func exchange(_ payloads: [[UInt8]]) throws -> [[UInt8]] {
        let from = try BoundSocket(.datagram, at: Self.anyPort)
        let to = try BoundSocket(.datagram, at: Self.anyPort)
        var sender = try DatagramLoop(highestTag: 1)
        try sender.add(from, tag: 1)
        var receiver = try DatagramLoop(highestTag: 3)
        try receiver.add(to, tag: 3)
        for payload in payloads {
            let isTaken = sender.send(payload, to: to.local, tag: 1)
            #expect(isTaken)
        }
        sender.flush()
        let refused = sender.refused
        #expect(refused == 0)
        var received: [[UInt8]] = []
        var tags = [UInt32](repeating: 0, count: 8)
        while received.count < payloads.count, receiver.wait(&tags, milliseconds: 1000) > 0 {
            #expect(tags[0] == 3)
            for index in 0..<receiver.read(tag: 3) {
                let message = receiver.message(index)
                let (source, bytes, segment) = try #require(message)
                #expect(source == from.local)
                for start in stride(from: 0, to: max(bytes.count, 1), by: segment) {
                    received.append(Array(bytes[start..<min(start + segment, bytes.count)]))
                }
            }
        }
        return received
    }

    @Test(arguments: [0, 1, 160, 1472, 1473, 9000])
    func `datagrams of one length arrive one by one, whether or not they go as trains`(
        length: Int
    ) throws {
        let payloads = (0..<100).map { number in
            [UInt8](repeating: UInt8(number), count: length)
        }
        #expect(try exchange(payloads) == payloads)
    }

    @Test func `datagrams of mixed lengths keep their order and their edges`() throws {
        let payloads = (0..<130).map { number in
            [UInt8](
                repeating: UInt8(number), count: [160, 160, 160, 24, 160, 1000, 1000][number % 7])
        }
        #expect(try exchange(payloads) == payloads)
    }

    @Test func `nothing leaves for a tag without socket, and removing closes the port`() throws {
        let socket = try BoundSocket(.datagram, at: Self.anyPort)
        var loop = try DatagramLoop(highestTag: 2)
        let isTaken = loop.send([1], to: socket.local, tag: 2)
        #expect(!isTaken)
        try loop.add(socket, tag: 2)
        loop.remove(tag: 2)
        let isThere = loop.has(tag: 2)
        #expect(!isThere)
        let again = try BoundSocket(.datagram, at: socket.local)
        again.close()
    }

    @Test func `what the kernel refuses is counted and holds up nothing`() throws {
        let socket = try BoundSocket(.datagram, at: Self.anyPort)
        var loop = try DatagramLoop(highestTag: 1)
        try loop.add(socket, tag: 1)
        let broadcast = TransportAddress(IPAddress(v4: 0xFFFF_FFFF), port: 9)
        for destination in [broadcast, socket.local] {
            let isTaken = loop.send([7], to: destination, tag: 1)
            #expect(isTaken)
        }
        loop.flush()
        let refused = loop.refused
        #expect(refused == 1)
        var tags = [UInt32](repeating: 0, count: 8)
        let ready = loop.wait(&tags, milliseconds: 1000)
        let received = loop.read(tag: 1)
        #expect(ready == 1 && received == 1)
    }

    @Test func `the bell wakes, and is silent once it was heard`() throws {
        let loop = try DatagramLoop(highestTag: 1)
        let mailbox = RelayMailbox(bell: loop.bell)
        mailbox.put(.brokenStream)
        mailbox.put(.brokenStream)
        var tags = [UInt32](repeating: 9, count: 8)
        let rung = loop.wait(&tags, milliseconds: 1000)
        #expect(rung == 1 && tags[0] == DatagramLoop.bellTag)
        loop.hearBell()
        #expect(mailbox.take().count == 2)
        let silent = loop.wait(&tags, milliseconds: 0)
        #expect(silent == 0)
    }
}
