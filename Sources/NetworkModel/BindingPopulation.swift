import RandomStreams

/// How long deployed NATs keep an idle UDP binding, as measured in the field.
///
/// Each population is a distribution in seconds with a linear cumulative distribution function
/// between the published points; what lies between them is an assumption.
public enum BindingPopulation: String, CaseIterable, Hashable, Sendable {
    /// Gateways at home: none below 30 s after a single outbound packet (Hätönen et al., IMC 2010,
    /// 34 devices), most up to 60 s (Halkes 2011; 60 % is an assumption), and none above the five
    /// minutes that RFC 4787 REQ-5 recommends (an assumption).
    case homeGateways = "home_gateways"
    /// Carriers' NATs in fixed networks: 10…200 s, median 35 s, 74 % up to 60 s (Richter et al.,
    /// IMC 2016, §6.5; the 74 % are of all carriers' NATs).
    case fixedCarriers = "fixed_carriers"
    /// Carriers' NATs in cellular networks: 10…200 s, median 65 s (Richter et al., IMC 2016).
    case cellularCarriers = "cellular_carriers"

    /// Points of the cumulative distribution function, in seconds and shares, from 0 to 1.
    public var points: [(seconds: Double, share: Double)] {
        switch self {
        case .homeGateways: [(30, 0), (60, 0.6), (300, 1)]
        case .fixedCarriers: [(10, 0), (35, 0.5), (60, 0.74), (200, 1)]
        case .cellularCarriers: [(10, 0), (65, 0.5), (200, 1)]
        }
    }

    /// The population as a mixture of uniform distributions.
    public var distribution: Distribution {
        .mixture(
            zip(points, points.dropFirst()).map { lower, upper in
                Distribution.Component(
                    weight: upper.share - lower.share,
                    distribution: .uniform(min: lower.seconds, max: upper.seconds))
            })
    }
}
