import Addressing
import TURN

/// One allocation of a load, with what datagrams in both directions need.
struct LoadFlow {
    let index: Int
    /// The tag of its client's socket, and of its peer's.
    let tag: UInt32
    let peerTag: UInt32
    /// The peer's address.
    let peer: TransportAddress
    var client: Client
    /// Where its peer sends to.
    var relayed: TransportAddress?
    var channelNumber: UInt16 = 0
    var isReady = false
    /// Datagrams sent in the measured time, and the highest number that came, by direction.
    var sent: (fromClient: UInt64, fromPeer: UInt64) = (0, 0)
    var highest: (fromClient: UInt64, fromPeer: UInt64) = (0, 0)

    /// Begins to count anew.
    mutating func forget() {
        sent = (0, 0)
        highest = (0, 0)
    }
}
