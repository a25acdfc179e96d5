/// Datagrams waiting to be sent, first in first out, that keeps its storage.
struct DatagramQueue {
    private var datagrams: [[UInt8]] = []
    private var head = 0

    mutating func append(_ datagram: consuming [UInt8]) {
        datagrams.append(datagram)
    }

    mutating func popFirst() -> [UInt8]? {
        guard head < datagrams.count else { return nil }
        var datagram: [UInt8] = []
        swap(&datagram, &datagrams[head])
        head += 1
        if head == datagrams.count {
            datagrams.removeAll(keepingCapacity: true)
            head = 0
        }
        return datagram
    }
}
