extension DiscriminatorArchitecture {
    /// What a configuration asks for.
    package init(_ settings: DiscriminatorSettings, sampleRate: Int) {
        self.init()
        self.sampleRate = sampleRate
        periods = settings.period.periods
        periodWidths = settings.period.channels
        divisors = settings.scale.rates
        scaleLayers = zip(scaleLayers, zip(settings.scale.channels, settings.scale.groups)).map { layer, shape in
            ScaleLayer(outputs: shape.0, kernel: layer.kernel, stride: layer.stride, groups: shape.1)
        }
        windows = settings.band.windows
        edges = settings.band.edges
        bandWidth = settings.band.channels
    }
}
