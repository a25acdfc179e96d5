import RandomStreams
import Statistics
import Testing

@Suite struct JackknifeTests {
    /// Leaving one value of a mean out in turn is the textbook's interval: the pseudovalues are the values.
    @Test func `of a mean without each of its values it is the interval by Student's t`() throws {
        let values = [3.0, 4.5, -1, 8, 2.25, 0, 7]
        let (count, sum) = (Double(values.count), values.reduce(0, +))
        let parts = values.map { (sum - $0) / (count - 1) }
        let found = Jackknife.interval95(of: sum / count, leavingOut: parts)
        let textbook = ReplicationSummary.interval95(of: values)
        let (interval, usual) = (try #require(found), try #require(textbook))
        #expect((interval.low - usual.low).magnitude < 1e-12)
        #expect((interval.high - usual.high).magnitude < 1e-12)
    }

    @Test func `one group is too few, and groups that are alike show no spread`() {
        #expect(Jackknife.interval95(of: 1, leavingOut: [1]) == nil)
        #expect(
            Jackknife.interval95(of: 2, leavingOut: [2, 2, 2])
                == ConfidenceInterval(low: 2, high: 2))
    }

    /// 300 people, of each of whom something stands with probability 0.3, for 0 to 20 s: the time to be expected is 900 s, and
    /// the share 0.3. Of 1,000 intervals of probability 0.95, between 920 and 977 hold it with a probability above 0.9998.
    @Test func `of independent people in twenty groups it holds the truth in 95 of 100 cases`()
        throws
    {
        var random = RandomStream(
            StreamName(
                seed: 7, replication: 0, purpose: StreamPurpose(rawValue: 0x4A4B), entity: 0))
        let groups = 20.0
        var (totals, shares) = (0, 0)
        for _ in 0..<1000 {
            var (time, count) = (
                [Double](repeating: 0, count: 20), [Double](repeating: 0, count: 20)
            )
            for person in 0..<300 where random.nextBool(probability: 0.3) {
                time[person % 20] += 20 * random.nextUnit()
                count[person % 20] += 1
            }
            let (sum, all) = (time.reduce(0, +), count.reduce(0, +))
            let ofTotal = Jackknife.interval95(
                of: sum, leavingOut: time.map { (sum - $0) * groups / (groups - 1) })
            let ofShare = Jackknife.interval95(
                of: all / 300, leavingOut: count.map { (all - $0) / (300 - 15) })
            let (total, share) = (try #require(ofTotal), try #require(ofShare))
            if total.low <= 900, total.high >= 900 { totals += 1 }
            if share.low <= 0.3, share.high >= 0.3 { shares += 1 }
        }
        #expect((920...977).contains(totals) && (920...977).contains(shares))
    }
}
