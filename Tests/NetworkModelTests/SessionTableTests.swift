import Quantities
import RandomStreams
import Testing

@testable import NetworkModel

/// Against a plain array, through growth past the hash tables' threshold and back.
@Suite struct SessionTableTests {
    @Test(arguments: [false, true])
    func `sessions are found, aged and removed like those of a list`(_ overloads: Bool) {
        var table = SessionTable(findsExternals: true, remoteTellsExternals: overloads)
        var model: [Session] = []  // oldest first
        var stream = World.stream(3)
        for step in 0..<6_000 {
            let now = SimTime.ms(Int64(step))
            let key = stream.nextInteger(below: 60)
            let remote = stream.nextInteger(below: 8)
            let growing = step / 600 % 2 == 0
            if let position = table.find(key: key, remote: remote) {
                let i = model.firstIndex { $0.key == key && $0.remote == remote }!
                #expect(table[position].serial == model[i].serial)
                if stream.nextInteger(below: growing ? 8 : 2) == 0 {
                    #expect(table.remove(at: position).serial == model.remove(at: i).serial)
                } else {
                    table.touch(position, at: now)
                    var session = model.remove(at: i)
                    session.lastUse = now
                    model.append(session)
                }
            } else if growing {
                #expect(!model.contains { $0.key == key && $0.remote == remote })
                let external = UInt32(overloads ? key : key * 8 + remote)
                let session = Session(
                    key: key, remote: remote, lastUse: now, external: external,
                    serial: UInt32(step))
                table.insert(session)
                model.append(session)
            }
            #expect(table.count == model.count)
            #expect((table.oldest < 0 ? nil : table[table.oldest].serial) == model.first?.serial)
            guard step % 97 == 0 else { continue }
            for session in model {
                let found = table.find(external: session.external, remote: session.remote)
                #expect(found.map { table[$0].serial } == session.serial)
            }
        }
        #expect(
            table.expired(at: .s(8), after: .seconds(1)) == (model.isEmpty ? nil : table.oldest))
        #expect(table.expired(at: .s(6), after: .minutes(1)) == nil)
    }
}
