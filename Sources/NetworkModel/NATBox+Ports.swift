import Addressing
import Quantities
import RandomStreams

/// The choice of an external address and port for a new mapping.
///
/// Draws come from the stream of the host that sends, as many whatever others hold.
extension NATBox {
    /// An external address and port for a new mapping towards `remote` (masked), noted as in use;
    /// nil, and counted, when there is none.
    mutating func allocate(
        for subscriber: UInt32, from internalPort: UInt16, to remote: UInt64,
        using stream: inout RandomStream
    ) -> UInt32? {
        let held = Int(self[subscriber: subscriber].mappings)
        guard held < behaviour.mappingsPerSubscriber else {
            refusals.subscriberLimit += 1
            return nil
        }
        guard mappings.count < sessionLimit(.max) else {
            refusals.exhausted += 1
            return nil
        }
        let first = firstAddress(for: subscriber, using: &stream)
        // Arbitrary pooling goes on to the next address where one is full; pairing forbids that.
        let tries = behaviour.pooling == .arbitrary ? addressCount : 1
        let start = drawStart(from: internalPort, using: &stream)
        for i in 0..<tries {
            let address = (first + i) % addressCount
            guard
                let port = choosePort(start, internalPort, of: subscriber, on: address, to: remote)
            else { continue }
            if case .sequential(let step) = behaviour.allocation {
                let next = Int(port - Self.firstDrawnPort) + Int(step)
                nextSequentialPort = Self.firstDrawnPort + UInt16(next % Self.drawnPortCount)
            }
            self[subscriber: subscriber].mappings += 1
            if isShared, port >= Self.firstDrawnPort { portsInUse[address] += 1 }
            return UInt32(address) << 16 | UInt32(port)
        }
        if self[subscriber: subscriber].chunk == Subscriber.none {
            refusals.exhausted += 1
        } else {
            refusals.subscriberLimit += 1
        }
        return nil
    }

    /// A mapping of `subscriber` has ended.
    mutating func giveBack(_ external: UInt32, of subscriber: UInt32) {
        var record = self[subscriber: subscriber]
        record.mappings -= 1
        if isShared, UInt16(truncatingIfNeeded: external) >= Self.firstDrawnPort {
            portsInUse[Int(external >> 16)] -= 1
        }
        if record.mappings == 0, record.chunk != Subscriber.none {
            if isShared {
                chunksInUse[Int(record.chunkAddress) * chunksPerAddress + Int(record.chunk)] = false
            }
            record.chunk = Subscriber.none
        }
        self[subscriber: subscriber] = record
    }

    private func firstAddress(
        for subscriber: UInt32, using stream: inout RandomStream
    ) -> Int {
        let record = self[subscriber: subscriber]
        // A block of ports lies on one address, so that it pairs as long as it is held.
        if record.chunk != Subscriber.none { return Int(record.chunkAddress) }
        guard behaviour.pooling == .arbitrary, addressCount > 1 else {
            return pairedAddress(of: subscriber)
        }
        return Int(stream.nextInteger(below: UInt64(addressCount)))
    }

    /// The external address that an internal one is paired with, for good: subscribers are spread
    /// over all as by lot.
    func pairedAddress(of subscriber: UInt32) -> Int {
        addressCount == 1 ? 0 : Int((subscriber &* 0x9E37_79B1) >> 16) % addressCount
    }

    /// Where the search for a port begins, within all drawn ports or within a block, from 0.
    private func drawStart(
        from internalPort: UInt16, using stream: inout RandomStream
    ) -> Int {
        var start: Int
        switch behaviour.allocation {
        case .preserving: return 0
        case .random:
            start = Int(stream.nextInteger(below: UInt64(Self.drawnPortCount)))
        case .sequential:
            start = Int(nextSequentialPort - Self.firstDrawnPort)
            if behaviour.preservesParity, (start ^ Int(internalPort)) & 1 == 1 { start += 1 }
            return start % Self.drawnPortCount
        case .chunked:
            // One draw for the block, which may be needed, and one for the port within.
            start = Int(stream.nextInteger(below: 1 << 32)) << 16
            start |= Int(stream.nextInteger(below: 1 << 16))
        }
        if behaviour.preservesParity { start = start & ~1 | Int(internalPort & 1) }
        return start
    }

    private mutating func choosePort(
        _ start: Int, _ internalPort: UInt16, of subscriber: UInt32, on address: Int,
        to remote: UInt64
    ) -> UInt16? {
        let isPreserved = behaviour.allocation == .preserving
        if isPreserved, isFree(internalPort, on: address, to: remote) { return internalPort }
        if isShared, !behaviour.overloadsPorts, Int(portsInUse[address]) >= Self.drawnPortCount {
            return nil
        }
        switch behaviour.allocation {
        case .preserving:
            // Not the next one above: where many subscribers want one port, runs would grow long.
            let mixed = (subscriber << 16 ^ UInt32(internalPort)) &* 0x9E37_79B1
            var start = Int(mixed >> 8) % Self.drawnPortCount
            if behaviour.preservesParity { start = start & ~1 | Int(internalPort & 1) }
            return search(from: start, 0, Self.drawnPortCount, on: address, to: remote)
        case .random, .sequential:
            return search(from: start, 0, Self.drawnPortCount, on: address, to: remote)
        case .chunked(let size):
            guard let chunk = block(of: subscriber, on: address, from: start >> 16) else {
                return nil
            }
            let within = start % Int(size)
            return search(
                from: within, Int(chunk) * Int(size), Int(size), on: address, to: remote)
        }
    }

    private var chunksPerAddress: Int {
        guard case .chunked(let size) = behaviour.allocation else { return 0 }
        return Self.drawnPortCount / Int(size)
    }

    /// The block of ports that `subscriber` holds, or takes now: the first free one from `start`.
    private mutating func block(
        of subscriber: UInt32, on address: Int, from start: Int
    ) -> UInt16? {
        let record = self[subscriber: subscriber]
        if record.chunk != Subscriber.none { return record.chunk }
        let count = chunksPerAddress
        for i in 0..<count {
            let chunk = (start + i) % count
            if isShared {
                guard !chunksInUse[address * count + chunk] else { continue }
                chunksInUse[address * count + chunk] = true
            }
            self[subscriber: subscriber].chunk = UInt16(chunk)
            self[subscriber: subscriber].chunkAddress = UInt16(address)
            return UInt16(chunk)
        }
        return nil
    }

    /// The first free port of `count` from 1024 + `base` on, tried from the `start`-th.
    private func search(
        from start: Int, _ base: Int, _ count: Int, on address: Int, to remote: UInt64
    ) -> UInt16? {
        let step = behaviour.preservesParity ? 2 : 1
        let all = count / step
        let attempts = behaviour.overloadsPorts ? min(all, Self.overloadingAttempts) : all
        for i in 0..<attempts {
            let port = UInt16(Int(Self.firstDrawnPort) + base + (start + i * step) % count)
            if isFree(port, on: address, to: remote) { return port }
        }
        return nil
    }

    private func isFree(_ port: UInt16, on address: Int, to remote: UInt64) -> Bool {
        mappings.find(external: UInt32(address) << 16 | UInt32(port), remote: remote) == nil
    }
}
