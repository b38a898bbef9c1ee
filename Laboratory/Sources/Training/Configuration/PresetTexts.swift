// Written from the files of Laboratory/Presets by the test "Preset literals are the files", with VRVQ_UPDATE=1.

extension TrainingPresets {
    static let texts: [(name: String, text: String)] = [
        (
            "a2",
            #"""
            # `vrvq_a2` of the released code, its default: both ablations of the paper at once, the released subnet and the surrogate
            # half a codebook early.
            description: released configuration vrvq_a2
            include: paper
            model:
              preset: vrvq-44k
            importance:
              surrogate: released
              alpha: 2
            augmentation:
              loudness: null
            quantizer:
              full_share: 0.25
            objective:
              rate: {weight: 2}

            """#
        ),
        (
            "a2_dt",
            #"""
            # `vrvq_a2_dt` of the released code.
            description: released configuration vrvq_a2_dt, the subnet's input detached, beta 4
            include: a2
            importance:
              detach: true
            objective:
              rate: {weight: 4}

            """#
        ),
        (
            "a2_lufs",
            #"""
            # `vrvq_a2_lufs` of the released code; in spite of its name alpha is 4.
            description: released configuration vrvq_a2_lufs, -16 LUFS, alpha 4, beta 3
            include: a2
            importance:
              alpha: 4
            augmentation:
              loudness: -16
            objective:
              rate: {weight: 3}

            """#
        ),
        (
            "alpha-0.25",
            #"""
            # One point of the paper's comparison of surrogates (figures 2, 3b, 5, 6).
            description: the paper's setting with surrogate sharpness 0.25
            include: paper
            importance:
              alpha: 0.25

            """#
        ),
        (
            "alpha-0.5",
            #"""
            # One point of the paper's comparison of surrogates (figures 2, 3b, 5, 6).
            description: the paper's setting with surrogate sharpness 0.5
            include: paper
            importance:
              alpha: 0.5

            """#
        ),
        (
            "alpha-1",
            #"""
            # One point of the paper's comparison of surrogates (figures 2, 3b, 5, 6).
            description: the paper's setting with surrogate sharpness 1
            include: paper
            importance:
              alpha: 1

            """#
        ),
        (
            "alpha-2",
            #"""
            # One point of the paper's comparison of surrogates (figures 2, 3b, 5, 6).
            description: the paper's setting with surrogate sharpness 2
            include: paper
            importance:
              alpha: 2

            """#
        ),
        (
            "alpha-4",
            #"""
            # One point of the paper's comparison of surrogates (figures 2, 3b, 5, 6).
            description: the paper's setting with surrogate sharpness 4
            include: paper
            importance:
              alpha: 4

            """#
        ),
        (
            "alpha-inf",
            #"""
            # The baseline surrogate of equation 6, the limit of equation 7.
            description: the paper's setting with infinite sharpness, the saturated identity
            include: paper
            importance:
              alpha: .inf

            """#
        ),
        (
            "cbr",
            #"""
            # DAC trained from scratch as the paper's constant-rate baseline.
            description: the paper's constant-rate baseline, 8 codebooks, structured dropout for half of the items
            include: paper
            model:
              importance: null
            quantizer:
              dropout_share: 0.5
            objective:
              rate: {weight: 0}
            validation:
              scales: []
              depths: [2, 4, 6, 8]

            """#
        ),
        (
            "cbr-n16",
            #"""
            # The constant-rate side of figure 8.
            description: the constant-rate baseline with 16 codebooks
            include: cbr
            model:
              quantizer: {stages: 16}
            validation:
              depths: [2, 4, 8, 12, 16]

            """#
        ),
        (
            "full-25",
            #"""
            # Appendix C, first ablation.
            description: the paper's setting with all codebooks for a quarter of the items
            include: paper
            quantizer:
              full_share: 0.25

            """#
        ),
        (
            "hard",
            #"""
            # No surrogate: the subnet learns from the rate loss alone. A comparison, not a recipe.
            description: the paper's setting with hard masks and no surrogate gradient
            include: paper
            importance:
              surrogate: hard

            """#
        ),
        (
            "importance-released",
            #"""
            # The other form of the importance subnet, everything else as in the paper.
            description: the paper's setting with the released code's importance subnet
            include: paper
            model:
              importance: {form: released}

            """#
        ),
        (
            "micro",
            #"""
            # The paper's objective on a network and discriminators narrow enough for tests and quick comparisons on a CPU.
            description: the paper's objective on a very narrow network, for tests and quick comparisons
            include: paper
            model:
              preset: micro
            batch: 4
            steps: 2000
            discriminators:
              mpd: {periods: [2, 3, 5], channels: [4, 8, 16, 32, 32]}
              mrd: {windows: [1024, 512], channels: 4}
            log_every: 10
            checkpoint_every: 500
            validate_every: 500
            validation: {clips: 4, seconds: 2}

            """#
        ),
        (
            "n16",
            #"""
            # Figure 8. The scale's range stays [1, 48]; the paper does not state alpha here, 2 is that of its other ablations.
            description: the paper's setting with 16 codebooks
            include: paper
            model:
              quantizer: {stages: 16}
            validation:
              scales: [8, 16, 24, 48]

            """#
        ),
        (
            "no-lufs",
            #"""
            # Appendix C, second ablation: levels stay as they are.
            description: the paper's setting without loudness normalisation
            include: paper
            augmentation:
              loudness: null

            """#
        ),
        (
            "paper",
            #"""
            # The main setting of arXiv 2410.06016 (sections 3 and 4). Every number is the default of its key, so nothing but the
            # choices that define the experiment is repeated here.
            description: the paper's main setting; sharpness 2, 8 codebooks, -16 LUFS
            model:
              preset: vrvq-44k-paper
            importance:
              surrogate: paper
              alpha: 2
            augmentation:
              loudness: -16
            quantizer:
              full_share: 0

            """#
        ),
        (
            "s-exp",
            #"""
            # Appendix E: N p^gamma, log gamma uniform on [log 0.1, log 6].
            description: the paper's setting with the exponential scaling operator of appendix E
            include: paper
            importance:
              operator: exponential
              gamma: {minimum: 0.1, maximum: 6, distribution: log-uniform}
            validation:
              scales: [0.1, 0.5, 1, 4, 8]

            """#
        ),
        (
            "s-t",
            #"""
            # Appendix E, equation 22: two straight lines; the draw is that of s-exp.
            description: the paper's setting with the piecewise linear scaling operator of appendix E
            include: s-exp
            importance:
              operator: piecewise

            """#
        ),
        (
            "small",
            #"""
            # The shipped model: it starts as a lapped-transform codec with k-means codebooks and learns upward from there.
            # Measurements behind these values stand in Documentation/MODELS.md.
            description: the shipped model, started as a lapped-transform codec, without discriminators
            model:
              preset: small
              weight_norm: false
            start:
              origin: lapped-transform
            excerpt:
              # 96 frames.
              samples: 49152
              floor: -45
              measure: rms
            augmentation:
              loudness: null
              gain: [-12, 6]
              silence_share: 0.05
              phase_shift: false
            batch: 6
            steps: 50000
            importance:
              surrogate: paper
              alpha: 1
            quantizer:
              learning: average
              decay: 0.99
              # Restarts go on to the end: when they ended at step 4000, up to 39 % of a stage's entries fell out of use.
              restart: {below: 0.03, every: 200, until: null}
              kmeans: {enabled: true, rounds: 12, frames: 60000}
              # One item in six.
              full_share: 0.16666667
            objective:
              mel: {weight: 2}
              energy_ratio: {weight: 1, floor: 1e-7}
              commitment: 0.5
              codebook: 0
              rate: {weight: 0.5, warmup: 1000}
            discriminators:
              # Narrow ones, ready to be switched on.
              enabled: false
              mpd: {channels: [8, 16, 32, 64, 64]}
              mrd: {channels: 8}
            optimiser:
              generator: {rate: 5e-4, decay: 1e-3, clip: 20}
              schedule: {form: cosine, final: 0.05, warmup: 100}
              # What starts well is moved gently: with one rate for all, the start is lost within 200 steps.
              groups:
                - {pattern: "encoder.block.0.*", factor: 0.1}
                - {pattern: "encoder.block.4.*", factor: 0.1}
                - {pattern: "quantizer.quantizers.*", factor: 0.1}
                - {pattern: "decoder.model.0.*", factor: 0.1}
                - {pattern: "decoder.model.6.*", factor: 0.1}
            averaging: 0.999
            checkpoint_every: 1000
            validate_every: 2000
            validation: {clips: 12, seconds: 5}

            """#
        ),
    ]
}
