import Quantities
import Signaling
import Testing

@testable import PrivacyStores

/// What may stand in a copy.
@Suite struct AllowedContentsTests {
    private static let offer = SignalingMessage.bye.text(in: CallID(rawValue: 3))

    private static func contents(message: [UInt8]) -> StoreContents {
        var contents = StoreContents()
        for n in 1...2 {
            guard case .report(let report) = Sample.report(UInt64(n), at: .zero),
                case .relayLog(let entry) = Sample.relayLog(UInt64(n), at: .zero)
            else { preconditionFailure("samples are of their kinds") }
            contents.reports.append(report)
            contents.relayLog.append(entry)
            contents.messages.append(
                StoredMessage(
                    call: CallID(rawValue: 3), sender: .first, number: nil, time: .zero,
                    text: n == 1 ? offer : message))
        }
        let shown = AuditEntry.Shown(number: 1, role: .legal, purpose: .legalRequest)
        contents.audit = [
            AuditEntry(
                after: .empty, time: .zero, scope: .dump, verdict: .expired, shown: shown)
        ]
        return contents
    }

    @Test func `the records of the platform hold nothing beyond the list`() {
        #expect(AllowedContents.excess(of: Self.contents(message: Self.offer)) == [])
        #expect(AllowedContents.excess(of: StoreContents()) == [])
    }

    @Test func `a message that says more is counted`() {
        let contents = Self.contents(message: Self.offer + Array("a=x-interest:music".utf8))
        #expect(
            AllowedContents.excess(of: contents)
                == [AllowedContents.Excess(store: "messages", field: "text", records: 1)])
    }

    @Test func `a field that somebody adds is found in the record itself`() {
        struct TellingReport {
            var device = 1
            var category = ReportCategory.spam
            var time = SimTime.zero
            var reporter = 7
        }
        #expect(
            AllowedContents.excess(
                of: TellingReport(), ["device", "category", "time"], in: "reports", records: 5)
                == [AllowedContents.Excess(store: "reports", field: "reporter", records: 5)])
    }
}
