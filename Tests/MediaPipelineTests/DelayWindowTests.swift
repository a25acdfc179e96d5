import RandomStreams
import Testing

@testable import MediaPipeline

@Suite struct DelayWindowTests {
    @Test(arguments: [500, 900, 970, 1000])
    func `least and quantile are those of the sorted window`(permille: Int) {
        var randomness = stream(32)
        var window = DelayWindow(capacity: 50, permille: permille)
        var all: [Int64] = []
        for _ in 0..<2000 {
            let step = Int64(randomness.nextInteger(below: 300))
            window.insert(step * DelayWindow.step)
            all.append(step)
            let sorted = all.suffix(50).sorted()
            let above = sorted.count * (1000 - permille) / 1000
            let (least, quantile) = (window.minimum, window.quantile)
            #expect(least == sorted[0] * DelayWindow.step)
            #expect(quantile == (sorted[sorted.count - 1 - above] + 1) * DelayWindow.step)
        }
    }

    @Test(arguments: [Int64(-40), -1, 1, 40])
    func `delays that wander off without end are followed`(stepsPerHundred: Int64) {
        // 40 steps of 2 ms a hundred packets are 40 ms a second; a clock drifts at 0.2 ms a second.
        var randomness = stream(33)
        var window = DelayWindow(capacity: 100, permille: 970)
        var all: [Int64] = []
        for index: Int64 in 0..<20_000 {
            let drift = index * stepsPerHundred / 100
            let step = drift + Int64(randomness.nextInteger(below: 30))
            window.insert(step * DelayWindow.step)
            all.append(step)
            guard index % 50 == 0 else { continue }
            let sorted = all.suffix(100).sorted()
            let above = sorted.count * 30 / 1000
            let (least, quantile) = (window.minimum, window.quantile)
            #expect(least == sorted[0] * DelayWindow.step)
            #expect(quantile == (sorted[sorted.count - 1 - above] + 1) * DelayWindow.step)
        }
    }

    @Test func `delays of any size are taken in, and the window recovers from them`() {
        var window = DelayWindow(capacity: 64, permille: 970)
        for delay: Int64 in [0, 1 << 40, -(1 << 40), 1 << 50, 96, -96, -(1 << 50), .zero] {
            window.insert(delay)
            let (least, quantile) = (window.minimum, window.quantile)
            #expect(least < quantile)
        }
        for _ in 0..<128 { window.insert(960) }
        let (least, quantile) = (window.minimum, window.quantile)
        #expect(least == 960 && quantile == 960 + DelayWindow.step)
    }

    @Test func `what is forgotten at once is forgotten whole`() {
        var window = DelayWindow(capacity: 64, permille: 970)
        for delay: Int64 in 0..<100 { window.insert(delay * 96) }
        window.removeAll()
        window.insert(-500 * 96)
        let (count, least, quantile) = (window.count, window.minimum, window.quantile)
        #expect(count == 1 && least == -500 * 96 && quantile == -499 * 96)
    }
}
