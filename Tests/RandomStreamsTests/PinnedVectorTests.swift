import RandomStreams
import Testing

/// The bits that every machine must produce. Each function value below was compared with a
/// calculation in 300 bits and lies within 1.5 units in the last place of it.
@Suite struct PinnedVectorTests {
    @Test(
        arguments: [
            (0.1, 0xc002_6bb1_bbb5_5515), (0.7, 0xbfd6_d3c3_24e1_3f50),
            (1.5, 0x3fd9_f323_ecbf_984c),
            (6.02e+23, 0x404b_6094_e92c_ca28),
        ] as [(Double, UInt64)])
    func `logarithms`(x: Double, bits: UInt64) {
        #expect(Elementary.log(x).bitPattern == bits)
    }

    @Test(
        arguments: [
            (-700.25, 0x00ca_f5fe_9a48_5c8e), (-1.0, 0x3fd7_8b56_362c_ef38),
            (0.3, 0x3ff5_9905_8c8c_1a96), (1.0, 0x4005_bf0a_8b14_576a),
            (20.5, 0x41c7_d6c4_f0bc_dd5c), (709.0, 0x7fdd_422d_2be5_dc9b),
        ] as [(Double, UInt64)])
    func `exponentials`(x: Double, bits: UInt64) {
        #expect(Elementary.exp(x).bitPattern == bits)
    }

    @Test(
        arguments: [
            (2.5, 0.3, 0x3ff5_0fe6_c94a_6e58), (0.01, 12.75, 0x3aa3_92d4_3736_d212),
            (1.0001, 12345.678, 0x400b_7e52_6b8e_001c), (1e-300, -0.9, 0x77fe_4940_34e7_9ede),
        ] as [(Double, Double, UInt64)])
    func `powers`(x: Double, y: Double, bits: UInt64) {
        #expect(Elementary.pow(x, y).bitPattern == bits)
    }

    @Test(
        arguments: [
            (0.01, 0x3fb0_130a_1be0_9379, 0x3fef_efd5_bfe4_43fe),
            (0.123, 0x3fe6_575f_0138_cda4, 0x3fe6_e8f3_a092_f1dd),
            (-0.4, 0xbfe2_cf23_0475_5a5d, 0xbfe9_e377_9b97_f4a8),
            (7.77, 0xbfef_bf67_5480_d906, 0x3fc0_0aeb_5da1_5b80),
        ] as [(Double, UInt64, UInt64)])
    func `sines and cosines of turns`(turns: Double, sine: UInt64, cosine: UInt64) {
        #expect(Elementary.sin2pi(turns).bitPattern == sine)
        #expect(Elementary.cos2pi(turns).bitPattern == cosine)
    }

    @Test(
        arguments: [
            (1e-300, 0xc042_8607_4064_c26e), (1e-09, 0xc017_fdc1_1f44_b5a7),
            (0.0249, 0xbfff_6308_554e_a7a8), (0.3, 0xbfe0_c7e3_9582_c5fa),
            (0.975, 0x3fff_5c03_31ee_ff82),
        ] as [(Double, UInt64)])
    func `normal quantiles`(p: Double, bits: UInt64) {
        #expect(Elementary.normalQuantile(p).bitPattern == bits)
    }

    @Test(
        arguments: [
            (0.1, 0x3fb9_83e2_82e2_cc4c), (0.9, 0x3fe7_7338_a806_03bd),
            (12.0, 0x3ff7_cd6f_6dc5_9db4),
        ] as [(Double, UInt64)])
    func `arc tangents`(x: Double, bits: UInt64) {
        #expect(Elementary.arctan(x).bitPattern == bits)
    }

    @Test(
        arguments: [
            (.exponential(mean: 30), [0x4008_1c95_2b27_be7a, 0x404c_9763_5de2_db40]),
            (.uniform(min: 1, max: 3), [0x4006_787d_8364_2d30, 0x3ff4_c1d3_7cdf_5a21]),
            (.lognormal(median: 20, sigma: 1), [0x4052_7a54_a9b4_b9d5, 0x401c_36df_8d01_b60a]),
            (.weibull(scale: 30, shape: 0.8), [0x3ffb_2641_b163_c332, 0x4050_cc1e_f6cf_d638]),
            (
                .logLogistic(median: 150, shape: 1.5),
                [0x4084_f852_542a_fafe, 0x4047_6e51_b670_1ebf]
            ),
            (.gamma(mean: 4, shape: 2), [0x4010_0d6d_2afa_509e, 0x3ff7_f673_e6d6_1f57]),
            (.gamma(mean: 4, shape: 7.5), [0x4018_08f2_66c0_0966, 0x400e_7801_0d11_d637]),
            (.gamma(mean: 4, shape: 0.5), [0x4003_10f8_9563_4526, 0x3fd3_d399_127e_ecb8]),
        ] as [(Distribution, [UInt64])])
    func `first draws of the stream (1, 2, 3, 4)`(distribution: Distribution, bits: [UInt64]) {
        var stream = RandomStream(
            StreamName(
                seed: 1, replication: 2, purpose: StreamPurpose(rawValue: 3), entity: 4))
        for expected in bits {
            #expect(distribution.sample(using: &stream).bitPattern == expected)
        }
    }
}
