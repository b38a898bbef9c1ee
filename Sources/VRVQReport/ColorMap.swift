#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Colours whose lightness grows evenly from dark violet over blue-green to light yellow, so that they keep their order
/// in grey and for colour-blind eyes.
@_spi(Laboratory) public enum ColorMap {
    /// Red, green and blue (0...255) for a value from 0 to 1.
    @_spi(Laboratory) public static func rgb(_ value: Double) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let t = min(1, max(0, value))
        let lightness = 0.24 + 0.68 * t
        let chroma = 0.115 + 0.06 * t
        let hue = (315 - 210 * t) * Double.pi / 180
        return srgb(lightness, chroma * cos(hue), chroma * sin(hue))
    }

    /// `#rrggbb` for a value from 0 to 1.
    static func hex(_ value: Double) -> String {
        let color = rgb(value)
        return "#"
            + [color.red, color.green, color.blue].map {
                let digits = String($0, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    /// Oklab to sRGB. Source: Ottosson, "A perceptual color space for image processing" (2020).
    private static func srgb(_ l: Double, _ a: Double, _ b: Double) -> (UInt8, UInt8, UInt8) {
        func cube(_ x: Double) -> Double { x * x * x }
        let long = cube(l + 0.3963377774 * a + 0.2158037573 * b)
        let medium = cube(l - 0.1055613458 * a - 0.0638541728 * b)
        let short = cube(l - 0.0894841775 * a - 1.2914855480 * b)
        return (
            companded(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
            companded(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
            companded(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short)
        )
    }

    private static func companded(_ linear: Double) -> UInt8 {
        let x = min(1, max(0, linear))
        let value = x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055
        return UInt8((255 * value).rounded())
    }
}
