import NetworkModel
import Quantities
import Testing

/// What is remembered of a link's load.
@Suite struct EffectHistoryTests {
    private func effect(_ loss: Double, _ microseconds: Int64) -> FluidLink.Effect {
        FluidLink.Effect(loss: loss, delay: .microseconds(microseconds))
    }

    @Test func `a packet feels what was in force when it passed`() {
        var history = EffectHistory()
        history.change(to: effect(0, 10), at: .s(1))
        history.change(to: effect(0.1, 50), at: .s(2))
        history.change(to: effect(0, 20), at: .s(4))
        #expect(history.effect(at: .zero) == .none)
        #expect(history.effect(at: .ms(999)) == .none)
        #expect(history.effect(at: .s(1)) == effect(0, 10))
        #expect(history.effect(at: .ms(1_999)) == effect(0, 10))
        #expect(history.effect(at: .s(2)) == effect(0.1, 50))
        #expect(history.effect(at: .s(9)) == effect(0, 20))
        #expect(history.current == effect(0, 20))
    }

    @Test func `integrals are sums of what was in force times how long`() {
        var history = EffectHistory()
        history.change(to: effect(0.5, 1_000), at: .s(10))
        history.change(to: effect(0.25, 3_000), at: .s(14))
        let (loss, delay) = history.integrals(until: .s(18))
        #expect(abs(loss - 3) < 1e-12)
        #expect(abs(delay - 0.016) < 1e-12)
        history.forget(before: .s(17))
        #expect(history.integrals(until: .s(18)) == (loss, delay))
    }

    @Test func `changes too small to matter are left out and what is over is forgotten`() {
        var history = EffectHistory()
        history.change(to: effect(0, 10), at: .s(1))
        history.change(to: effect(0, 11), at: .s(2))
        #expect(history.stepCount == 2)
        history.change(to: effect(0, 12), at: .s(3))
        #expect(history.stepCount == 3)
        history.change(to: effect(1e-9, 12), at: .s(4))
        #expect(history.stepCount == 4)
        let copy = history
        history.forget(before: .ms(3_500))
        #expect(history.stepCount == 2)
        #expect(history.effect(at: .ms(3_500)) == effect(0, 12))
        #expect(copy.effect(at: .s(1)) == effect(0, 10))
    }

    @Test func `several changes at one moment leave the last`() {
        var history = EffectHistory()
        history.change(to: effect(0, 10), at: .s(1))
        history.change(to: effect(0, 30), at: .s(1))
        #expect(history.stepCount == 2)
        #expect(history.effect(at: .s(1)) == effect(0, 30))
    }
}
