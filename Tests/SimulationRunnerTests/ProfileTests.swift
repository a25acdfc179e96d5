import Foundation
import KnowledgeLedger
import NetworkModel
import PlatformModel
import PrivacyStores
import Quantities
import Results
import ScenarioFiles
import ScenarioModel
import Testing

@testable import SimulationRunner

/// The platform's own profile held against audits, in both directions: what it says is found, and what is found it says.
@Suite struct ProfileTests {
    private static func load(_ name: String) throws -> ServiceProfile {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../scenarios/profiles/\(name).yaml").path
        return try ProfileLoader.load(path: path)
    }

    private static func scenario(_ change: (inout Scenario) -> Void) -> Scenario {
        var scenario = ProcessorListTests.scenario("Profiled", lasting: .seconds(30))
        change(&scenario)
        return scenario
    }

    /// As it comes; over relays alone; with whom all paths are direct; and where nobody shows or reports anything.
    private static let scenarios: [Scenario] = [
        scenario { _ in },
        scenario { $0.ice.policy = .relay },
        scenario {
            for index in $0.access.indices { $0.access[index].nat = [NATShare(.public, 1)] }
        },
        scenario {
            $0.matchmaking.avoidRematch = false
            for index in $0.access.indices { $0.access[index].mdns = 1 }
            for index in $0.population.indices {
                $0.population[index].reportPropensity = 0
                $0.population[index].falseReport = 0
            }
        },
    ]

    private static let audits = Task {
        var audits: [PlatformKnowledge] = []
        for scenario in scenarios {
            audits.append(
                try await smallSimulation(scenario, seed: 5, replications: [0])
                    .knowledgeOfFirst())
        }
        return audits
    }

    @Test func `what the own profile says is what audits find`() async throws {
        let profile = try Self.load("voicemeet")
        let audits = try await Self.audits.value
        var differences: [String] = []
        for observer in Observer.allCases {
            for item in Item.allCases {
                let found = audits.filter { !$0.known[observer, item].isEmpty }.count
                let expected =
                    found == 0 ? "never" : found == audits.count ? "always" : "conditional"
                let told = profile[.shared(observer), .shared(item)].name
                guard told != expected else { continue }
                // What people know by taking part in a call audits do not list.
                if observer == .partner, told == "unknown", expected == "never" { continue }
                differences.append("\(observer.name) \(item.name): \(told), found \(expected)")
            }
        }
        #expect(differences == [])
    }

    @Test func `what the own profile says stays is what audits find`() async throws {
        let profile = try Self.load("voicemeet")
        let audits = try await Self.audits.value
        for observer in Observer.allCases where observer != .thief {
            for item in Item.allCases {
                guard let stay = profile[.shared(observer), .shared(item)].stay else { continue }
                let longest = audits.map { $0.known[observer, item].longestResidence }.max()!
                let isRight =
                    switch stay {
                    case .whileServing: longest < .minutes(1)
                    case .atMost(let span):
                        (span...(span + audits[0].policy.sweepInterval)).contains(longest)
                    case .forGood: longest == .max
                    case .unknown: longest == .max && observer == .edgeProvider
                    }
                #expect(isRight, "\(observer.name) \(item.name): \(stay.text), found \(longest)")
            }
        }
    }

    @Test func `an order gives what a thief of the stores finds, as long as it is stored`() throws {
        let profile = try Self.load("voicemeet")
        let stores: [Observer] = [.riskScorer, .signalingProcessor, .relayProcessor]
        for item in Item.allCases {
            let answer = profile[.legalOrder, .shared(item)]
            #expect(answer.name == profile[.shared(.thief), .shared(item)].name)
            guard answer.isKnown else { continue }
            let spans = stores.compactMap { observer -> SimDuration? in
                // The scorer's own tables, with calls of which somebody reported the other, are none of the stores.
                if observer == .riskScorer, [.partner, .howLong].contains(item) { return nil }
                return if case .atMost(let span)? = profile[.shared(observer), .shared(item)].stay {
                    span
                } else {
                    nil
                }
            }
            #expect(answer.stay == spans.max().map { ProfileStay.atMost($0) }, "\(item.name)")
        }
    }

    @Test func `the platform has no other observers, and nothing that takes an account`() throws {
        let profile = try Self.load("voicemeet")
        for observer in ProfileObserver.allCases {
            for item in ProfileItem.allCases {
                if case .shared = item, observer == .legalOrder { continue }
                guard case .shared = observer, case .shared = item else {
                    #expect(profile[observer, item].name == "absent")
                    continue
                }
                #expect(profile[observer, item].name != "absent")
            }
        }
    }

    // MARK: The table

    @Test func `profiles stand side by side, with conditions, times and sources`() throws {
        let table = ProfileTable(
            try ["signal", "telegram", "voicemeet", "whatsapp"].map { try Self.load($0) })
        let text = table.text()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let head = try #require(lines.firstIndex { $0.hasPrefix("partner ") })
        #expect(
            lines[head].split(separator: " ").dropFirst()
                == ["signal", "telegram", "voicemeet", "whatsapp"])
        let address = try #require(
            lines[head...].first { $0.hasPrefix("  public address ") })
        // Each on a condition, each with a number that is explained below.
        #expect(address.split(separator: " ").filter { $0 == "if" }.count == 4)
        #expect(text.contains("if the call is direct: with a contact"))
        #expect(text.contains("[policy, 5.2 Safety and Security]"))
        #expect(text.contains("at most 365 d"))
        #expect(text.contains("product team"))
        #expect(!text.contains("   \n") && !text.contains(" \n"))
        guard case .array(let profiles)? = table.json["profiles"],
            case .array(let observers)? = profiles[1]["observers"],
            case .array(let items)? = observers.last?["items"]
        else {
            Issue.record("no cells")
            return
        }
        #expect(observers.count == ProfileObserver.allCases.count)
        #expect(items.count == ProfileItem.allCases.count)
        let order = try #require(items.first { $0["item"] == .string("public_address") })
        #expect(order["known"] == .string("conditional"))
        #expect(order["longest_residence"] == .number(365 * 86400))
        #expect(order["document"] == .string("policy"))
        let speech = try #require(items.first { $0["item"] == .string("interest") })
        #expect(speech["known"] == .string("unknown") && speech["document"] == .null)
    }
}
