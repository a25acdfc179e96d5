import Addressing
import CDatagrams
import Glibc
import Quantities

/// Reads and writes many UDP sockets on one thread with few system calls.
///
/// Owns memory that the kernel reads from and writes to, a set of sockets, and a bell that others
/// ring. A socket is known by a tag of its owner's. It has one owner, a thread.
struct DatagramLoop: ~Copyable {
    /// Who waits for what: the tag of the bell.
    static let bellTag: UInt32 = 0
    /// Messages read by one system call, and sent by one.
    private static let batch = Int(DATAGRAMS_LIMIT)
    /// The longest datagram there is, in bytes (RFC 768 within RFC 791's total length).
    static let longestDatagram = 65_507
    /// Room for the longest piece that the kernel hands over, in bytes. Not a power of two: what lies
    /// a page's multiple apart meets in the same places of a cache.
    private static let roomEach = 65_536 + 192
    /// Bytes that may wait for the end of a turn.
    private static let waitingBytes = 1 << 20
    /// Datagrams that may.
    private static let waitingCount = 1024

    /// What waits for one socket: a chain through ``chained``.
    private struct Chain {
        var descriptor: CInt
        var first: Int
        var last: Int
    }

    /// Where others ring when they want the owner's attention.
    let bell: CInt
    private let poll: CInt
    private let room: UnsafeMutablePointer<UInt8>
    private let received: UnsafeMutablePointer<datagrams_message>
    private let waitingRoom: UnsafeMutablePointer<UInt8>
    private let waiting: UnsafeMutablePointer<datagrams_message>
    private let train: UnsafeMutablePointer<datagrams_message>
    private var chained: [Int]
    private var waitingEnd = 0
    private var waitingNumber = 0
    /// By tag.
    private var chains: [Chain] = []
    private var touched: [UInt32] = []
    /// Datagrams that the kernel did not take.
    private(set) var refused: Int64 = 0
    /// Messages that had more bytes than there was room for, and were dropped whole.
    private(set) var truncated: Int64 = 0

    /// A loop for sockets with tags up to `highestTag`.
    init(highestTag: Int) throws(BoundSocket.Refusal) {
        poll = datagrams_poll_new()
        bell = datagrams_bell_new()
        guard poll >= 0, bell >= 0, datagrams_poll_add(poll, bell, Self.bellTag) == 0 else {
            throw BoundSocket.Refusal(code: errno)
        }
        room = .allocate(capacity: Self.batch * Self.roomEach)
        received = .allocate(capacity: Self.batch)
        waitingRoom = .allocate(capacity: Self.waitingBytes)
        waiting = .allocate(capacity: Self.waitingCount)
        train = .allocate(capacity: Self.batch)
        chained = [Int](repeating: -1, count: Self.waitingCount)
        chains = [Chain](
            repeating: Chain(descriptor: -1, first: -1, last: -1), count: highestTag + 1)
    }

    deinit {
        for chain in chains where chain.descriptor >= 0 { close(chain.descriptor) }
        close(poll)
        close(bell)
        room.deallocate()
        received.deallocate()
        waitingRoom.deallocate()
        waiting.deallocate()
        train.deallocate()
    }

    /// Takes `socket` over; it is known by `tag`, from 1 on.
    mutating func add(_ socket: BoundSocket, tag: UInt32) throws(BoundSocket.Refusal) {
        precondition(chains[Int(tag)].descriptor < 0, "tag \(tag) has a socket")
        _ = datagrams_take_trains(socket.descriptor)
        guard datagrams_poll_add(poll, socket.descriptor, tag) == 0 else {
            throw BoundSocket.Refusal(code: errno)
        }
        chains[Int(tag)].descriptor = socket.descriptor
    }

    /// Whether there is a socket with this tag.
    func has(tag: UInt32) -> Bool { chains[Int(tag)].descriptor >= 0 }

    /// Closes the socket with this tag; what waits for it goes first.
    mutating func remove(tag: UInt32) {
        guard has(tag: tag) else { return }
        flush()
        close(chains[Int(tag)].descriptor)  // which removes it from the set as well
        chains[Int(tag)].descriptor = -1
    }

    /// Waits until sockets are readable or the bell rings, for `patience` at most, nil for ever;
    /// writes their tags.
    func wait(_ tags: inout [UInt32], for patience: SimDuration?) -> Int {
        tags.withUnsafeMutableBufferPointer {
            Int(
                datagrams_poll_wait(
                    poll, $0.baseAddress, CUnsignedInt($0.count), patience?.nanoseconds ?? -1))
        }
    }

    func hearBell() { datagrams_bell_hear(bell) }

    /// Reads what waits at a socket, once; how many messages ``source(_:)`` and ``piece(_:)`` have.
    mutating func read(tag: UInt32) -> Int {
        let descriptor = chains[Int(tag)].descriptor
        guard descriptor >= 0 else { return 0 }
        let count = datagrams_receive(
            descriptor, room, Self.roomEach, received, CUnsignedInt(Self.batch))
        for index in 0..<max(0, Int(count)) where received[index].is_truncated != 0 {
            truncated += 1
        }
        return max(0, Int(count))
    }

    /// Who sent message number `index` of the last reading; nil when that is no address of IP.
    func source(_ index: Int) -> TransportAddress? { received[index].source }

    /// Message number `index` of the last reading, until the next reading; nil when it was cut off.
    func piece(_ index: Int) -> DatagramPiece? {
        let message = received[index]
        guard message.is_truncated == 0 else { return nil }
        return DatagramPiece(
            bytes: UnsafeRawBufferPointer(start: message.bytes, count: Int(message.count)),
            segment: Int(message.segment == 0 ? max(message.count, 1) : message.segment))
    }

    /// Lets `payload` wait until ``flush()``, to leave from the socket with this tag; false when
    /// there is none, or when it is longer than ``longestDatagram``.
    mutating func send(
        _ payload: [UInt8], to destination: TransportAddress, tag: UInt32
    ) -> Bool {
        send(byteCount: payload.count, to: destination, tag: tag) { room in
            payload.withUnsafeBytes { room.copyMemory(from: $0) }
        }
    }

    /// The same for bytes that `write` puts where they wait.
    @inline(__always)
    mutating func send(
        byteCount: Int, to destination: TransportAddress, tag: UInt32,
        write: (UnsafeMutableRawBufferPointer) -> Void
    ) -> Bool {
        guard has(tag: tag), byteCount <= Self.longestDatagram else { return false }
        if waitingNumber == Self.waitingCount || waitingEnd + byteCount > Self.waitingBytes {
            flush()
        }
        let bytes = waitingRoom + waitingEnd
        write(UnsafeMutableRawBufferPointer(start: bytes, count: byteCount))
        waitingEnd += byteCount
        waiting[waitingNumber] = datagrams_message(to: destination, bytes, byteCount)
        chain(waitingNumber, to: tag)
        waitingNumber += 1
        return true
    }

    private mutating func chain(_ number: Int, to tag: UInt32) {
        chained[number] = -1
        let last = chains[Int(tag)].last
        if last < 0 {
            chains[Int(tag)].first = number
            touched.append(tag)
        } else {
            chained[last] = number
        }
        chains[Int(tag)].last = number
    }

    /// Hands over to the kernel all that waits, socket by socket, each in order.
    mutating func flush() {
        for tag in touched {
            var next = chains[Int(tag)].first
            while next >= 0 {
                var count = 0
                while next >= 0, count < Self.batch {
                    train[count] = waiting[next]
                    count += 1
                    next = chained[next]
                }
                refused += Int64(
                    datagrams_send(chains[Int(tag)].descriptor, train, CUnsignedInt(count)))
            }
            chains[Int(tag)].first = -1
            chains[Int(tag)].last = -1
        }
        touched.removeAll(keepingCapacity: true)
        waitingEnd = 0
        waitingNumber = 0
    }
}

/// What the kernel hands over in one: a datagram, or several of one length, of which the last may be
/// shorter.
struct DatagramPiece {
    let bytes: UnsafeRawBufferPointer
    /// The length of each, at least 1.
    let segment: Int

    /// Calls `body` with each datagram; with an empty one when it is empty.
    @inline(__always)
    func forEach(_ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        repeat {
            let end = min(start + segment, bytes.count)
            body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            start = end
        } while start < bytes.count
    }
}

extension datagrams_message {
    /// A datagram for `destination`.
    init(to destination: TransportAddress, _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
        self.init()
        switch destination.ip.family {
        case .v4:
            peer.v4.sin_family = sa_family_t(AF_INET)
            peer.v4.sin_port = destination.port.bigEndian
            peer.v4.sin_addr.s_addr = UInt32(truncatingIfNeeded: destination.ip.low).bigEndian
        case .v6:
            peer.v6.sin6_family = sa_family_t(AF_INET6)
            peer.v6.sin6_port = destination.port.bigEndian
            withUnsafeMutableBytes(of: &peer.v6.sin6_addr) {
                $0.storeBytes(of: destination.ip.high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: destination.ip.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
        }
        self.bytes = bytes
        self.count = UInt32(count)
    }

    /// Who sent it.
    var source: TransportAddress? {
        switch Int32(peer.any.sa_family) {
        case AF_INET:
            return TransportAddress(
                IPAddress(v4: UInt32(bigEndian: peer.v4.sin_addr.s_addr)),
                port: UInt16(bigEndian: peer.v4.sin_port))
        case AF_INET6:
            let halves = withUnsafeBytes(of: peer.v6.sin6_addr) {
                ($0.load(as: UInt64.self), $0.load(fromByteOffset: 8, as: UInt64.self))
            }
            return TransportAddress(
                IPAddress(
                    v6High: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1)),
                port: UInt16(bigEndian: peer.v6.sin6_port))
        default:
            return nil
        }
    }
}
