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
        "signaling.retention=0 s", "risk.key_epoch=59 min",
    ])
    func `none can be longer than what is promised, or nothing`(override: String) {
        let key = override.prefix { $0 != "=" }
        let found = errors("title: Too long", set: [override])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("--set \(key)") == true)
        #expect(found.first?.contains("out of range") == true)
    }

    @Test func `relays may write nothing down`() throws {
        let model = try load("relay: {log_retention: 0 s}").model
        #expect(model.relay.logRetention == .zero)
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

    @Test func `each fault of the stores is read`() throws {
        let model = try load(
            """
            general: {stop_time: 40 d}
            privacy: {stores: true, backup_interval: 1 d}
            faults:
              - {crash: {relay: default/0}, at: 5 min, for: 1 min}
              - {crash_sweep: {after: 100}, at: 3 d}
              - {crash_sweep: {}, at: 4 d}
              - {skew_clock: {ahead: 2 h}, at: 5 d, for: 6 h}
              - {skew_clock: {behind: 90 min}, at: 6 d, for: 1 d}
              - {restart_stores: {}, at: 6.5 d}
              - {restore_backup: {}, at: 10 d}
              - {import_reports: {count: 1000, age: 29.99 d}, at: 11 d}
            """
        ).model
        #expect(model.faults.count == 1)
        #expect(
            model.storeFaults == [
                StoreFault(.sweepCrashes(after: 100), at: .days(3)),
                StoreFault(.sweepCrashes(after: 0), at: .days(4)),
                StoreFault(.clockIsWrong(by: .hours(2), for: .hours(6)), at: .days(5)),
                StoreFault(.clockIsWrong(by: -.minutes(90), for: .days(1)), at: .days(6)),
                StoreFault(.restart, at: .hours(156)),
                StoreFault(.restoration, at: .days(10)),
                StoreFault(
                    .importation(count: 1000, age: .seconds(2_591_136)), at: .days(11)),
            ])
    }

    @Test func `faults that last and others may come together`() {
        let base = "{privacy: {stores: true}, faults: ["
        let skew = "{skew_clock: {ahead: 1 s}, at: 1 min, for: 1 min}, "
        #expect(errors(base + skew + "{restart_stores: {}, at: 90 s}]}") == [])
        #expect(
            errors(base + skew + "{skew_clock: {behind: 1 s}, at: 2 min, for: 1 min}]}") == [])
        #expect(
            errors(base + "{restart_stores: {}, at: 1 min}, {restart_stores: {}, at: 1 min}]}")
                == [])
        #expect(errors(base + "{restart_stores: {now: 1}, at: 1 min}]}").count == 1)
    }
}
