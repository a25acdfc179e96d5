import Addressing
import KnowledgeLedger

/// The addresses that people really have, as the network knows them: what an audit looks for.
///
/// Eight bytes a person, and more for those who have other addresses than one of IPv4 at the interface and one outside.
struct AddressBook {
    /// The IPv4 address of a person's own interface, and the one with which packets go out; 0 where there is none.
    private var local: [UInt32] = []
    private var outside: [UInt32] = []
    /// All other addresses; only looked up.
    private var others: [UInt32: [IPAddress]] = [:]

    /// How the addresses of one person are looked for.
    private struct Search {
        var subject: UInt32
        var hidden: AddressSearch
        var shown: AddressSearch
    }

    /// The search of the last person asked for: messages of one come one after another.
    private var last: Search?

    /// The interface of `subject` has `addresses`.
    mutating func note(local addresses: [IPAddress], of subject: UInt32) {
        makeRoom(for: subject)
        for address in addresses where !has(address, subject) {
            let bits = local[Int(subject)] == 0 ? address.v4Bits : nil
            if let bits { local[Int(subject)] = bits } else { add(address, subject) }
        }
        if last?.subject == subject { last = nil }
    }

    /// Packets of `subject` go out from `address`.
    mutating func note(outside address: IPAddress, of subject: UInt32) {
        makeRoom(for: subject)
        guard !has(address, subject) else { return }
        let bits = outside[Int(subject)] == 0 ? address.v4Bits : nil
        if let bits { outside[Int(subject)] = bits } else { add(address, subject) }
        if last?.subject == subject { last = nil }
    }

    private mutating func makeRoom(for subject: UInt32) {
        while local.count <= Int(subject) {
            local.append(0)
            outside.append(0)
        }
    }

    private mutating func add(_ address: IPAddress, _ subject: UInt32) {
        others[subject, default: []].append(address)
    }

    /// Whether `subject` has `address`.
    func has(_ address: IPAddress, _ subject: UInt32) -> Bool {
        guard Int(subject) < local.count else { return false }
        if let bits = address.v4Bits, bits != 0,
            local[Int(subject)] == bits || outside[Int(subject)] == bits
        {
            return true
        }
        return others.isEmpty ? false : others[subject]?.contains(address) ?? false
    }

    /// All addresses of `subject`.
    func addresses(of subject: UInt32) -> [IPAddress] {
        guard Int(subject) < local.count else { return [] }
        let ends = [local[Int(subject)], outside[Int(subject)]].filter { $0 != 0 }
        return ends.map { IPAddress(v4: $0) } + (others[subject] ?? [])
    }

    /// Kinds of the addresses of `subject` that are in `text`.
    ///
    /// - Complexity: O(bytes of the text × addresses).
    mutating func found(in text: [UInt8], of subject: UInt32) -> ItemSet {
        if last?.subject != subject {
            let all = addresses(of: subject)
            last = Search(
                subject: subject, hidden: AddressSearch(all.filter(\.isPrivate)),
                shown: AddressSearch(all.filter { !$0.isPrivate }))
        }
        var found: ItemSet = []
        if last!.hidden.isFound(in: text) { found.insert(.privateAddress) }
        if last!.shown.isFound(in: text) { found.insert(.publicAddress) }
        return found
    }
}
