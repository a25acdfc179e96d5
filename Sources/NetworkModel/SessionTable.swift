import Quantities

/// A mapping or a filter entry of a NAT.
struct Session: BitwiseCopyable {
    /// Whose it is: the internal endpoint of a mapping, the owner of a filter entry.
    var key: UInt64
    /// The remote end, masked to what the state depends on.
    var remote: UInt64
    /// When it was last refreshed.
    var lastUse: SimTime
    /// The external address and port of a mapping, as ``NATBox`` numbers them.
    var external: UInt32
    /// Tells a mapping from all others of its box, past ones included.
    var serial: UInt32
    /// Neighbours in the order of use.
    fileprivate var older: Int32 = -1
    fileprivate var newer: Int32 = -1

    init(key: UInt64, remote: UInt64, lastUse: SimTime, external: UInt32 = 0, serial: UInt32 = 0) {
        self.key = key
        self.remote = remote
        self.lastUse = lastUse
        self.external = external
        self.serial = serial
    }
}

/// The sessions of one box in the order of their last use: few are searched one by one, many over
/// hash tables. Every operation is O(1) expected, and the oldest session is always at hand, so
/// that what has timed out can be taken away without a look at the rest.
struct SessionTable: Sendable {
    /// Up to so many sessions a search along the array is as fast as a hash table and needs none.
    static let scannedSessions = 16

    private(set) var sessions: [Session] = []
    private(set) var oldest = -1
    private var newest = -1
    private var byKey = PositionIndex()
    private var byExternal = PositionIndex()
    private let findsExternals: Bool
    private let remoteTellsExternals: Bool

    /// An empty table.
    ///
    /// - Parameters:
    ///   - findsExternals: Whether ``find(external:remote:)`` will be asked.
    ///   - remoteTellsExternals: Whether sessions share an external port if their remote ends
    ///     differ.
    init(findsExternals: Bool, remoteTellsExternals: Bool = false) {
        self.findsExternals = findsExternals
        self.remoteTellsExternals = remoteTellsExternals
    }

    var count: Int { sessions.count }

    /// Memory of the table.
    var byteCount: Int {
        sessions.capacity * MemoryLayout<Session>.stride + byKey.byteCount + byExternal.byteCount
    }

    subscript(position: Int) -> Session { sessions[position] }

    private static func hash(_ a: UInt64, _ b: UInt64) -> UInt32 {
        var mixed = (a ^ b &* 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        mixed ^= mixed >> 29
        mixed = mixed &* 0x94D0_49BB_1331_11EB
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }

    private func externalHash(_ external: UInt32, _ remote: UInt64) -> UInt32 {
        Self.hash(UInt64(external), remoteTellsExternals ? remote : 0)
    }

    /// The session of `key` with `remote`, or nil.
    func find(key: UInt64, remote: UInt64) -> Int? {
        if newest >= 0, sessions[newest].key == key, sessions[newest].remote == remote {
            return newest
        }
        if byKey.isEmpty {
            for i in sessions.indices where sessions[i].key == key && sessions[i].remote == remote {
                return i
            }
            return nil
        }
        return byKey.first(Self.hash(key, remote)) {
            sessions[$0].key == key && sessions[$0].remote == remote
        }
    }

    /// The session behind `external`, as far as it can be told for packets from `remote`, or nil.
    func find(external: UInt32, remote: UInt64) -> Int? {
        if byExternal.isEmpty {
            for i in sessions.indices where isBehind(i, external, remote) { return i }
            return nil
        }
        return byExternal.first(externalHash(external, remote)) { isBehind($0, external, remote) }
    }

    private func isBehind(_ position: Int, _ external: UInt32, _ remote: UInt64) -> Bool {
        sessions[position].external == external
            && (!remoteTellsExternals || sessions[position].remote == remote)
    }

    /// Marks the session as used at `now`, unless it was used later.
    mutating func touch(_ position: Int, at now: SimTime) {
        if now > sessions[position].lastUse { sessions[position].lastUse = now }
        guard position != newest else { return }
        unlink(position)
        linkNewest(position)
    }

    /// Adds a session as the newest.
    mutating func insert(_ session: Session) {
        sessions.append(session)
        let position = sessions.count - 1
        linkNewest(position)
        if !byKey.isEmpty {
            index(position)
        } else if sessions.count > Self.scannedSessions {
            for i in sessions.indices { index(i) }
        }
    }

    private mutating func index(_ i: Int) {
        byKey.insert(Self.hash(sessions[i].key, sessions[i].remote), i)
        if findsExternals {
            byExternal.insert(externalHash(sessions[i].external, sessions[i].remote), i)
        }
    }

    /// Takes a session away; the last one of the array gets its position.
    @discardableResult
    mutating func remove(at position: Int) -> Session {
        unlink(position)
        let gone = sessions[position]
        let last = sessions.count - 1
        let moved = sessions[last]
        if !byKey.isEmpty {
            byKey.remove(Self.hash(gone.key, gone.remote), position)
            if findsExternals {
                byExternal.remove(externalHash(gone.external, gone.remote), position)
            }
            if position != last {
                byKey.move(Self.hash(moved.key, moved.remote), from: last, to: position)
                if findsExternals {
                    byExternal.move(
                        externalHash(moved.external, moved.remote), from: last, to: position)
                }
            }
        }
        sessions.removeLast()
        guard position != last else { return gone }
        sessions[position] = moved
        if moved.older >= 0 { sessions[Int(moved.older)].newer = Int32(position) }
        if moved.newer >= 0 { sessions[Int(moved.newer)].older = Int32(position) }
        if oldest == last { oldest = position }
        if newest == last { newest = position }
        return gone
    }

    private mutating func linkNewest(_ position: Int) {
        sessions[position].older = Int32(newest)
        sessions[position].newer = -1
        if newest >= 0 { sessions[newest].newer = Int32(position) } else { oldest = position }
        newest = position
    }

    private mutating func unlink(_ position: Int) {
        let (older, newer) = (Int(sessions[position].older), Int(sessions[position].newer))
        if older >= 0 { sessions[older].newer = Int32(newer) } else { oldest = newer }
        if newer >= 0 { sessions[newer].older = Int32(older) } else { newest = older }
    }

    /// The oldest session if it has been idle for `timeout` at `now`.
    func expired(at now: SimTime, after timeout: SimDuration) -> Int? {
        guard oldest >= 0, now - sessions[oldest].lastUse >= timeout else { return nil }
        return oldest
    }
}
