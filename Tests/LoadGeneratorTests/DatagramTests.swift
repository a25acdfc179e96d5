import CDatagrams
import Glibc
import Testing

@testable import LoadGenerator

@Suite struct DatagramPieceTests {
    private func datagrams(_ count: Int, segment: Int) -> [[UInt8]] {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        var found: [[UInt8]] = []
        bytes.withUnsafeBytes {
            DatagramPiece(bytes: $0, segment: segment).forEach { found.append(Array($0)) }
        }
        return found
    }

    @Test func `a piece is cut where its datagrams end, the last one shorter`() {
        #expect(datagrams(7, segment: 3) == [[0, 1, 2], [3, 4, 5], [6]])
        #expect(datagrams(6, segment: 3) == [[0, 1, 2], [3, 4, 5]])
        #expect(datagrams(2, segment: 2) == [[0, 1]])
        #expect(datagrams(0, segment: 1) == [[]])
    }
}

/// Between two ends in the kernel's memory, where nothing is lost and nobody else comes in.
@Suite struct ReceivingTests {
    @Test func `what has more bytes than there is room for is known as cut off`() {
        var ends: [CInt] = [0, 0]
        #expect(socketpair(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let lengths = [63, 64, 65, 0, 200]
        for length in lengths {
            let bytes = [UInt8](repeating: UInt8(length), count: length)
            #expect(send(ends[0], bytes, length, 0) == length)
        }
        var room = [UInt8](repeating: 0, count: 64 * 8)
        var messages = [datagrams_message](repeating: datagrams_message(), count: 8)
        let count = datagrams_receive(ends[1], &room, 64, &messages, 8)
        #expect(Int(count) == lengths.count)
        #expect(messages.prefix(5).map(\.count) == [63, 64, 64, 0, 64])
        #expect(messages.prefix(5).map(\.is_truncated) == [0, 0, 1, 0, 1])
        #expect(messages.prefix(5).map(\.segment) == [0, 0, 0, 0, 0])
    }
}
