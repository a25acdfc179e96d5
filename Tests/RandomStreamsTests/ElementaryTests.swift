import Foundation
import RandomStreams
import Testing

/// How many representable numbers lie between two results of one sign.
private func distance(_ a: Double, _ b: Double) -> UInt64 {
    if a == b || (a.isNaN && b.isNaN) { return 0 }
    guard a.isFinite, b.isFinite, a.sign == b.sign || a == 0 || b == 0 else { return .max }
    let (x, y) = (a.magnitude.bitPattern, b.magnitude.bitPattern)
    return a.sign == b.sign ? (x > y ? x - y : y - x) : x + y
}

private func stream(_ entity: UInt64) -> RandomStream {
    RandomStream(
        StreamName(seed: 5, replication: 0, purpose: StreamPurpose(rawValue: 900), entity: entity))
}

/// One of very many expectations: the macro takes longer than what is computed.
private func check(
    _ holds: Bool, _ what: @autoclosure () -> String,
    _ location: SourceLocation = #_sourceLocation
) {
    if !holds { Issue.record("\(what())", sourceLocation: location) }
}

@Suite struct ElementaryTests {
    /// A positive finite number with a uniformly drawn bit pattern: every magnitude alike.
    private func anyPositive(_ s: inout RandomStream) -> Double {
        Double(bitPattern: s.nextInteger(below: Double.infinity.bitPattern))
    }

    @Test func `logarithms agree with the system's within 2 units in the last place`() {
        var s = stream(1)
        for _ in 0..<20_000 {
            let (wide, near) = (anyPositive(&s), 0.25 + 3 * s.nextUnit())
            check(distance(Elementary.log(wide), Foundation.log(wide)) <= 2, "log(\(wide))")
            check(distance(Elementary.log(near), Foundation.log(near)) <= 2, "log(\(near))")
        }
        #expect(Elementary.log(1) == 0)
        #expect(Elementary.log(0) == -.infinity)
        #expect(Elementary.log(.infinity) == .infinity)
        #expect(Elementary.log(-1).isNaN)
        #expect(Elementary.log(.nan).isNaN)
        let least = Double.leastNonzeroMagnitude
        #expect(distance(Elementary.log(least), Foundation.log(least)) <= 1)
    }

    @Test func `exponentials agree with the system's within 2 units in the last place`() {
        var s = stream(2)
        for _ in 0..<20_000 {
            let (wide, near) = (1460 * s.nextUnit() - 750, 2 * s.nextUnit() - 1)
            check(distance(Elementary.exp(wide), Foundation.exp(wide)) <= 2, "exp(\(wide))")
            check(distance(Elementary.exp(near), Foundation.exp(near)) <= 2, "exp(\(near))")
        }
        #expect(Elementary.exp(0) == 1)
        #expect(Elementary.exp(.infinity) == .infinity)
        #expect(Elementary.exp(-.infinity) == 0)
        #expect(Elementary.exp(.nan).isNaN)
        #expect(Elementary.exp(709.782712893384).isFinite)
        #expect(Elementary.exp(709.7828) == .infinity)
    }

    @Test func `powers agree with the system's within 2 units whatever the exponent`() {
        var s = stream(3)
        for _ in 0..<20_000 {
            let x = anyPositive(&s)
            let y = 1.9 * (s.nextUnit() - 0.5)
            check(distance(Elementary.pow(x, y), Foundation.pow(x, y)) <= 2, "\(x)^\(y)")
            let (nearOne, large) = (0.9 + 0.2 * s.nextUnit(), 6000 * (s.nextUnit() - 0.5))
            check(
                distance(Elementary.pow(nearOne, large), Foundation.pow(nearOne, large)) <= 2,
                "\(nearOne)^\(large)")
        }
        #expect(Elementary.pow(2, 10) == 1024)
        #expect(Elementary.pow(10, -3) == 1e-3)
    }

    @Test(arguments: [
        (0.0, 2.0, 0.0), (0, -2, .infinity), (0, 0, 1), (.infinity, 3, .infinity),
        (.infinity, -3, 0), (1, .infinity, 1), (2, .infinity, .infinity), (2, -.infinity, 0),
        (0.5, .infinity, 0), (0.5, 1e300, 0), (1.0000000000000002, 1e300, .infinity),
    ])
    func `powers keep the rules of IEEE 754 at their edges`(x: Double, y: Double, power: Double) {
        #expect(Elementary.pow(x, y) == power)
    }

    @Test func `sines and cosines of turns agree with the system's and are exact at quarters`() {
        var s = stream(4)
        for _ in 0..<20_000 {
            // One full eighth: where reduction by the reference adds no error of its own.
            let r = 0.25 * (s.nextUnit() - 0.5)
            let angle = 2 * Double.pi * r
            // The reference rounds its angle: allow what that costs near the steep ends.
            check(distance(Elementary.sin2pi(r), Foundation.sin(angle)) <= 3, "sin2pi(\(r))")
            check(distance(Elementary.cos2pi(r), Foundation.cos(angle)) <= 3, "cos2pi(\(r))")
        }
        for quarters in -9...9 {
            let turns = Double(quarters) / 4
            let sines = [0.0, 1, 0, -1]
            #expect(Elementary.sin2pi(turns) == sines[(quarters % 4 + 4) % 4])
            #expect(Elementary.cos2pi(turns) == sines[((quarters + 1) % 4 + 4) % 4])
        }
        #expect(Elementary.sin2pi(1000.0625) == Elementary.sin2pi(0.0625))
    }

    @Test func `arc tangents agree with the system's within 4 units in the last place`() {
        var s = stream(5)
        for _ in 0..<20_000 {
            let x = anyPositive(&s)
            let near = 4 * (s.nextUnit() - 0.5)
            check(distance(Elementary.arctan(x), Foundation.atan(x)) <= 4, "arctan \(x)")
            check(
                distance(Elementary.arctan(near), Foundation.atan(near)) <= 4, "arctan \(near)")
        }
        #expect(Elementary.arctan(.infinity) == Double.pi / 2)
        #expect(distance(Elementary.arctan(-1), -Double.pi / 4) <= 2)
    }

    @Test func `the normal quantile inverts the system's error function`() {
        var s = stream(6)
        for _ in 0..<20_000 {
            let p = s.nextOpenUnit() * 0.5
            for share in [p, p * p * p, p * 1e-60] {
                let z = Elementary.normalQuantile(share)
                let back = 0.5 * Foundation.erfc(-z / 2.0.squareRoot())
                // dp/p ≈ z·dz in the tail: relative error of z below 2e-15.
                check((back / share - 1).magnitude < 2e-15 * (1 + z * z), "\(share)")
            }
            check(
                Elementary.normalQuantile(1 - p) == -Elementary.normalQuantile(1 - (1 - p)),
                "\(1 - p)")
        }
        #expect(Elementary.normalQuantile(0.5) == 0)
        #expect(Elementary.normalQuantile(0) == -.infinity)
        #expect(Elementary.normalQuantile(1) == .infinity)
    }

    @Test func `normal and gamma shares agree with the system's special functions`() {
        for z in stride(from: -8.0, through: 8, by: 0.37) {
            let expected = 0.5 * Foundation.erfc(-z / 2.0.squareRoot())
            #expect((Elementary.normalCumulative(z) / expected - 1).magnitude < 1e-12)
        }
        for x in stride(from: 0.01, through: 40, by: 0.173) {
            let difference = Elementary.logGamma(x) - Foundation.lgamma(x)
            #expect(difference.magnitude < 4e-15 * (1 + Foundation.lgamma(x).magnitude))
            // Q(1, x) = e^-x and Q(2, x) = (1 + x)·e^-x.
            #expect(
                (Elementary.gammaUpper(shape: 1, x) / Foundation.exp(-x) - 1).magnitude < 1e-12)
            let two = (1 + x) * Foundation.exp(-x)
            #expect((Elementary.gammaUpper(shape: 2, x) / two - 1).magnitude < 1e-12)
        }
    }
}
