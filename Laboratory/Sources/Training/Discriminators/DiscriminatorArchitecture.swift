/// What adversaries there are and how wide. The defaults are the published ones.
package struct DiscriminatorArchitecture: Equatable, Sendable {
    /// A layer of the multi-scale discriminator.
    package struct ScaleLayer: Equatable, Sendable {
        package var outputs: Int
        package var kernel: Int
        package var stride: Int
        package var groups: Int

        package init(outputs: Int, kernel: Int, stride: Int, groups: Int) {
            self.outputs = outputs
            self.kernel = kernel
            self.stride = stride
            self.groups = groups
        }
    }

    /// Multi-period: a member for each period, five layers of these widths.
    package var periods = [2, 3, 5, 7, 11]
    package var periodWidths = [32, 128, 512, 1024, 1024]
    /// Multi-scale: a member for each divisor of the sample rate; published, but switched off.
    package var divisors: [Int] = []
    package var scaleLayers = [
        ScaleLayer(outputs: 16, kernel: 15, stride: 1, groups: 1),
        ScaleLayer(outputs: 64, kernel: 41, stride: 4, groups: 4),
        ScaleLayer(outputs: 256, kernel: 41, stride: 4, groups: 16),
        ScaleLayer(outputs: 1024, kernel: 41, stride: 4, groups: 64),
        ScaleLayer(outputs: 1024, kernel: 41, stride: 4, groups: 256),
        ScaleLayer(outputs: 1024, kernel: 5, stride: 1, groups: 1),
    ]
    /// Multi-band: a member for each window of the complex spectrogram, its bins cut at these shares of the spectrum.
    package var windows = [2048, 1024, 512]
    package var edges = [0, 0.1, 0.25, 0.5, 0.75, 1]
    package var bandWidth = 32
    /// Samples per second of the audio.
    package var sampleRate = 44100

    package init() {}
}
