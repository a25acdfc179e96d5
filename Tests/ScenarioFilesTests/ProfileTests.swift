import Foundation
import KnowledgeLedger
import Quantities
import ScenarioFiles
import Testing

/// Profiles of services: what a file may say, and what is wrong with others.
@Suite struct ProfileTests {
    private static let directory = scenarioDirectory + "/profiles"
    private static let files =
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
        .filter { $0.hasSuffix(".yaml") }.sorted()

    /// A profile in which only `observers` is told of, and nothing of the others is known.
    private static func text(_ observers: String, absent: String = "{}") -> String {
        let others = ProfileObserver.allCases.filter {
            !observers.contains("  \($0.name):") && !absent.contains("\($0.name):")
        }.map { "  \($0.name): {otherwise: {known: unknown, why: silence}}" }
        return """
            profile: A service
            read: "2026-01-02"
            documents:
              policy: {title: A policy, date: undated, address: https://example.org/}
            absent: \(absent)
            observers:
            \(observers)
            \(others.joined(separator: "\n"))
            """
    }

    private static func profile(_ text: String) throws(ScenarioError) -> ServiceProfile {
        try ProfileLoader.load(bytes: Array(text.utf8), file: "dir/a-service.yaml")
    }

    private static func errors(_ text: String) -> [String] {
        do throws(ScenarioError) {
            _ = try profile(text)
            return []
        } catch {
            return error.issues.map(\.description)
        }
    }

    @Test func `there are four, and a profile is named as its file`() {
        #expect(Self.files == ["signal.yaml", "telegram.yaml", "voicemeet.yaml", "whatsapp.yaml"])
    }

    @Test(arguments: files)
    func `each says of every cell where it stands, or why it cannot be known`(
        file: String
    ) throws {
        let profile = try ProfileLoader.load(path: "\(Self.directory)/\(file)")
        #expect(file == profile.name + ".yaml")
        var (told, unknown) = (0, 0)
        for observer in ProfileObserver.allCases {
            for item in ProfileItem.allCases {
                let cell = profile[observer, item]
                switch cell {
                case .unknown(let why):
                    unknown += 1
                    #expect(!why.isEmpty)
                default:
                    told += 1
                    let source = try #require(cell.source)
                    #expect(profile.documents.contains(source.document))
                    #expect(!source.section.isEmpty)
                }
            }
        }
        #expect(told > 30)
        // Our own is measured, but for what people know by taking part.
        let taking = ProfileItem.allCases.count {
            if case .unknown = profile[.shared(.partner), $0] { true } else { false }
        }
        #expect((unknown == taking) == (profile.name == "voicemeet"))
    }

    @Test func `a cell is read with condition, time and source`() throws {
        let profile = try Self.profile(
            Self.text(
                """
                  partner:
                    public_address:
                      {known: conditional, when: calls are direct, stays: 90 min, source: policy, section: §4}
                    speech: {known: always, stays: for good, source: policy, section: §1}
                    keys: {known: never, source: policy, section: §2}
                    otherwise: {known: unknown, why: silence}
                """,
                absent: "{items: {interest: {why: none, source: policy, section: §9}}}"))
        let document = profile.documents[0]
        #expect(profile.name == "a-service")
        #expect(
            document
                == ProfileDocument(
                    name: "policy", title: "A policy", date: "undated",
                    address: "https://example.org/"))
        #expect(
            profile[.shared(.partner), .shared(.publicAddress)]
                == .conditional(
                    "calls are direct", .atMost(.minutes(90)),
                    ProfileSource(document, section: "§4")))
        #expect(
            profile[.shared(.partner), .shared(.speech)]
                == .always(.forGood, ProfileSource(document, section: "§1")))
        #expect(
            profile[.shared(.partner), .shared(.keys)]
                == .never(ProfileSource(document, section: "§2")))
        #expect(profile[.legalOrder, .phoneNumber] == .unknown("silence"))
        #expect(
            profile[.legalOrder, .shared(.interest)]
                == .absent("none", ProfileSource(document, section: "§9")))
    }

    /// A line of the observer `partner`, and what is wrong with it, from the place on.
    private static let wrong: [(line: String, error: String)] = [
        (
            "speach: {known: never, source: policy, section: a}",
            "8:5: error: unknown key 'speach' in observers.partner; did you mean 'speech'?"
        ),
        (
            "speech: {known: never}",
            "8:13: error: key 'source' is missing in observers.partner.speech"
        ),
        (
            "speech: {known: always, stays: for good}",
            "8:13: error: key 'source' is missing in observers.partner.speech"
        ),
        (
            "speech: {known: always, source: policy, section: a}",
            "8:13: error: key 'stays' is missing in observers.partner.speech"
        ),
        (
            "speech: {known: conditional, stays: 1 h, source: policy, section: a}",
            "8:13: error: key 'when' is missing in observers.partner.speech"
        ),
        (
            "speech: {known: never, source: polity, section: a}",
            "8:36: error: unknown document 'polity'; did you mean 'policy'? (known: policy)"
        ),
        (
            "speech: {known: unknown}",
            "8:13: error: key 'why' is missing in observers.partner.speech"
        ),
        (
            "speech: {known: unknown, why: \"\"}",
            "8:35: error: a text is needed here"
        ),
        (
            "speech: {known: unknown, why: silence, source: policy}",
            "8:44: error: source does not go with `known: unknown`; with it go why"
        ),
        (
            "speech: {known: maybe}",
            "8:21: error: 'maybe' is not accepted here; accepted: always, conditional, never, unknown"
        ),
        (
            "speech: {known: always, stays: long, source: policy, section: a}",
            "8:36: error: 'long' is not 'while serving', 'for good', 'unknown' or a time such as "
                + "'24 h'"
        ),
        (
            "speech: {known: never, known: always}",
            "8:28: error: key 'known' is given twice; the first is in line 8"
        ),
    ]

    @Test(arguments: wrong)
    func `what is wrong is told with its place, and what would be right`(
        line: String, error: String
    ) {
        let text = Self.text(
            """
              partner:
                \(line)
                otherwise: {known: never, source: policy, section: b}
            """)
        let found = Self.errors(text)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("dir/a-service.yaml:" + error) == true, "\(found)")
    }

    @Test func `an observer that nobody knows is refused, and one that is left out`() {
        let cell = "{known: never, source: policy, section: b}"
        let found = Self.errors(
            Self.text("  partner: {otherwise: \(cell)}\n  edge_provder: {otherwise: \(cell)}"))
        #expect(
            found == [
                "dir/a-service.yaml:8:3: error: unknown key 'edge_provder' in observers; "
                    + "did you mean 'edge_provider'? (valid keys: "
                    + ProfileObserver.allCases.map(\.name).joined(separator: ", ") + ")"
            ])
        let whole = Self.text("  partner: {otherwise: \(cell)}")
        let lines = whole.split(separator: "\n").filter { !$0.hasPrefix("  thief:") }
        #expect(
            Self.errors(lines.joined(separator: "\n")) == [
                "dir/a-service.yaml:7:3: error: key 'thief' is missing in observers"
            ])
    }

    @Test func `cells without an otherwise are all there or missed`() {
        let found = Self.errors(
            Self.text("  partner:\n    speech: {known: never, source: policy, section: b}"))
        #expect(
            found == [
                "dir/a-service.yaml:8:5: error: key 'private_address' is missing in "
                    + "observers.partner"
            ])
    }

    @Test func `nothing is known of all the rest at once, or absent and there`() {
        let sweeping = Self.errors(
            Self.text(
                "  partner: {otherwise: {known: always, stays: 1 h, source: policy, section: b}}"))
        #expect(sweeping.count == 2)
        #expect(
            sweeping.contains {
                $0.hasSuffix("'always' is not accepted here; accepted: never, unknown")
            })
        #expect(
            sweeping.contains { $0.hasSuffix("document 'policy' is not used by anybody") })
        let absent = "{observers: {partner: {why: none, source: policy, section: a}}}"
        let both = Self.errors(
            Self.text("  partner: {otherwise: {known: unknown, why: w}}", absent: absent))
        #expect(both.count == 1)
        #expect(
            both.first?.contains("'partner' is in absent, and is told of here") == true)
    }

    @Test func `an empty file is no profile`() {
        #expect(
            Self.errors("# nothing\n") == [
                "dir/a-service.yaml: error: is empty; a profile is a map with keys such as "
                    + "profile and observers"
            ])
    }
}
