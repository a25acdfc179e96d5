import Quantities
import ScenarioFiles
import Testing

@Suite struct QuantityTextTests {
    @Test func `quantities read as in a file`() throws {
        #expect(try QuantityText.bitrate("24 kbit/s") == .kilobitsPerSecond(24))
        #expect(try QuantityText.bitrate("1.5Mbit/s") == .kilobitsPerSecond(1500))
        #expect(try QuantityText.duration("20 ms") == .milliseconds(20))
        #expect(try QuantityText.duration("2.5 ms") == .microseconds(2500))
        #expect(try QuantityText.price("0.05 /GB") == 0.05)
    }

    @Test(arguments: ["24", "-24 kbit/s", "0 bit/s", "20 ms", "fast", "", "1e30 Gbit/s"])
    func `what is not a bit rate is refused with what would be`(text: String) {
        do {
            _ = try QuantityText.bitrate(text)
            Issue.record("accepted")
        } catch {
            #expect(error.description.contains("'\(text)'"))
            #expect(error.description.contains("bit/s"))
        }
    }
}
