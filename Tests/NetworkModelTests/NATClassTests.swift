import NetworkModel
import Testing

@Suite struct NATClassTests {
    @Test func `there are twelve classes and their names read back`() {
        #expect(NATClass.allCases.count == 12)
        for nat in NATClass.allCases { #expect(NATClass(nat.description) == nat) }
        for alias in NATClass.aliases { #expect(NATClass(alias.name) == alias.value) }
        #expect(NATClass("eim") == nil)
    }
}
