import ClosedForms
import Testing

@Suite struct SingleClassQueueTests {
    @Test(arguments: [(2.0, 0.05), (1, 0), (0.01, 3), (1e6, 1)])
    func `its figures follow from two states`(rate: Double, patience: Double) {
        let queue = SingleClassQueue(arrivalRate: rate, patienceRate: patience)
        // λπ₀ = (λ + θ)π₁, and Little's law.
        let one = rate / (2 * rate + patience)
        #expect(agree(queue.waitProbability, 1 - one))
        #expect(agree(queue.meanWait, one / rate))
        #expect(
            agree(queue.abandonmentProbability, patience * one / rate)
                || queue.abandonmentProbability == 0 && patience == 0)
        // All wait 1/(2λ + θ): those who leave as long as those of the paired who wait.
        let paired = 1 - queue.abandonmentProbability
        let leaver = 1 / (rate + patience)
        let all = paired * queue.meanWaitMatched + queue.abandonmentProbability * leaver
        #expect(agree(queue.meanWait, all, 1e-11))
    }
}

@Suite struct TwoSidedQueueTests {
    /// The law over a wide enough range of states, as it is written.
    private func plain(_ l1: Double, _ t1: Double, _ l2: Double, _ t2: Double) -> [Double] {
        var (total, one, other) = (1.0, 0.0, 0.0)
        var weight = 1.0
        for n in 1...500 {
            weight *= l1 / (l2 + Double(n) * t1)
            total += weight
            one += Double(n) * weight
        }
        weight = 1
        for n in 1...500 {
            weight *= l2 / (l1 + Double(n) * t2)
            total += weight
            other += Double(n) * weight
        }
        return [1 / total, one / total, other / total]
    }

    @Test(arguments: [
        (1.0, 0.5, 1.0, 0.5), (2, 0.5, 1, 0.25), (1, 1, 3, 0.5), (0.2, 1, 0.1, 2),
        (1, 0.0, 2, 0.5), (3, 0.1, 1, 0),
    ])
    func `its figures are the sums of the product form`(
        l1: Double, t1: Double, l2: Double, t2: Double
    ) throws {
        let queue = try TwoSidedQueue(
            arrivalRate: l1, patienceRate: t1, otherArrivalRate: l2, otherPatienceRate: t2)
        let sums = plain(l1, t1, l2, t2)
        #expect(agree(queue.emptyProbability, sums[0]))
        #expect(agree(queue.one.meanQueue, sums[1]))
        #expect(agree(queue.other.meanQueue, sums[2]))
        #expect(agree(queue.one.meanWait, sums[1] / l1))
        #expect(agree(queue.other.meanWait, sums[2] / l2))
        // As many of one side are paired as of the other.
        #expect(
            agree(
                l1 * (1 - queue.one.abandonmentProbability),
                l2 * (1 - queue.other.abandonmentProbability)))
    }

    @Test func `swapping the sides swaps the figures`() throws {
        let queue = try TwoSidedQueue(
            arrivalRate: 200, patienceRate: 0.01, otherArrivalRate: 150, otherPatienceRate: 0.2)
        let mirror = try TwoSidedQueue(
            arrivalRate: 150, patienceRate: 0.2, otherArrivalRate: 200, otherPatienceRate: 0.01)
        #expect(agree(queue.one.meanQueue, mirror.other.meanQueue))
        #expect(agree(queue.other.meanQueue, mirror.one.meanQueue))
        #expect(agree(queue.emptyProbability, mirror.emptyProbability))
    }

    @Test func `a great surplus leaves at the rate of the surplus`() throws {
        let queue = try TwoSidedQueue(
            arrivalRate: 3000, patienceRate: 0.001, otherArrivalRate: 1000, otherPatienceRate: 1)
        #expect(agree(queue.one.abandonmentProbability, 2.0 / 3))
        #expect(queue.other.abandonmentProbability == 0)
        #expect(queue.emptyProbability == 0)
    }

    @Test(arguments: [(2.0, 0.0, 1.0, 0.5), (1, 0, 1, 0), (1, 0, 1, 0.5)])
    func `a side that nobody leaves has to be the slower one`(
        l1: Double, t1: Double, l2: Double, t2: Double
    ) {
        #expect(throws: QueueingError.unbounded(arrivalRate: l1, otherArrivalRate: l2)) {
            try TwoSidedQueue(
                arrivalRate: l1, patienceRate: t1, otherArrivalRate: l2, otherPatienceRate: t2)
        }
    }
}

@Suite struct RandomCompatibilityQueueTests {
    @Test(arguments: [1.0, 0.9, 0.5, 0.1, 0.01])
    func `its mean is that of the product form`(compatibility: Double) throws {
        var (weight, total, moment) = (1.0, 1.0, 0.0)
        var unsuited = 1.0
        for n in 1...2000 {
            let next = unsuited * (1 - compatibility)
            weight *= unsuited / (1 - next)
            unsuited = next
            total += weight
            moment += Double(n) * weight
        }
        let queue = try RandomCompatibilityQueue(arrivalRate: 4, compatibility: compatibility)
        #expect(agree(queue.meanQueue, moment / total, 1e-11))
        #expect(agree(queue.meanWait, moment / total / 4, 1e-11))
    }

    @Test(arguments: [1e-4, 1e-5, 1e-6])
    func `few who suit each other make a queue of ln 2 over their share`(
        compatibility: Double
    ) throws {
        let queue = try RandomCompatibilityQueue(arrivalRate: 1, compatibility: compatibility)
        #expect(agree(queue.meanQueue, 0.693_147_180_56 / compatibility, 1e-3))
    }

    /// Everybody suits everybody: the queue of one class whom nobody leaves.
    @Test func `all who suit each other are one class`() throws {
        let queue = try RandomCompatibilityQueue(arrivalRate: 3, compatibility: 1)
        let single = SingleClassQueue(arrivalRate: 3, patienceRate: 0)
        #expect(agree(queue.meanWait, single.meanWait))
    }
}
