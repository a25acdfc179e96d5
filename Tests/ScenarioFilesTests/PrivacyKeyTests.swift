import Quantities
import ScenarioModel
import Testing

@testable import ScenarioFiles

@Suite struct PrivacyKeyTests {
    @Test func `without keys nothing is kept, and lifetimes are what the platform promises`() throws
    {
        let model = try load("title: Nothing said").model
        #expect(model.privacy == Privacy())
        #expect(!model.privacy.fillsStores)
        #expect(model.risk.retention == .days(30))
        #expect(model.signaling.retention == .hours(24))
        #expect(model.relay.logRetention == .days(7))
        #expect(model.risk.keyEpoch == .days(7))
        #expect(model.privacy.visitNames == .lasting && model.privacy.listChange == nil)
        let fresh = try load("privacy: {visit_names: fresh}").model
        #expect(fresh.privacy == Privacy(visitNames: .fresh))
    }

    @Test func `each lifetime can be shorter`() throws {
        let model = try load(
            """
            risk: {retention: 29.5 d, key_epoch: 1 d}
            signaling: {retention: 90 min}
            relay: {log_retention: 6 h}
            privacy: {stores: true, sweep_interval: 30 s, backup_interval: 1 d, backup_retention: 2 d}
            """
        ).model
        #expect(model.risk.retention == .hours(29 * 24 + 12))
        #expect(model.risk.keyEpoch == .days(1))
        #expect(model.signaling.retention == .minutes(90))
        #expect(model.relay.logRetention == .hours(6))
        #expect(
            model.privacy
                == Privacy(
                    fillsStores: true, sweepInterval: .seconds(30), backupInterval: .days(1),
                    backupRetention: .days(2)))
    }

    @Test(arguments: [
        "risk.retention=721 h", "signaling.retention=1441 min", "relay.log_retention=169 h",
        "relay.log_retention=0 s", "risk.key_epoch=59 min",
    ])
    func `none can be longer than what is promised, or nothing`(override: String) {
        let key = override.prefix { $0 != "=" }
        let found = errors("title: Too long", set: [override])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("--set \(key)") == true)
        #expect(found.first?.contains("out of range") == true)
    }

    @Test func `the list of processors changes once, during the run and where messages are sent`()
        throws
    {
        let text = "{general: {stop_time: 1 h}, privacy: {notice: {at: 30 min}}}"
        #expect(try load(text).model.privacy == Privacy(listChange: .minutes(30)))
        #expect(errors(text, set: ["privacy.notice.at=1 h"]).count == 1)
        #expect(errors(text, set: ["privacy.notice.at=59 min"]) == [])
        #expect(errors(text, set: ["ice.setup=modelled"]).count == 1)
        #expect(errors("{privacy: {notice: {}}}").count == 1)
    }
}
