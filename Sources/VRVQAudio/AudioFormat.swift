/// Rate and channel count of a stream of samples.
public struct AudioFormat: Equatable, Sendable {
    /// Samples per second and channel.
    public var sampleRate: Int
    /// Number of channels.
    public var channels: Int

    /// Rates that are read and written, in hertz.
    public static let sampleRates = 1...768_000
    /// Channel counts that are read and written.
    public static let channelCounts = 1...64

    /// A format; nothing is checked here, see ``validate(_:)``.
    public init(sampleRate: Int, channels: Int) {
        self.sampleRate = sampleRate
        self.channels = channels
    }

    /// Throws when rate or channel count lie outside ``sampleRates`` and ``channelCounts``. `name` starts the message.
    public func validate(_ name: String) throws(AudioError) {
        if channels < 1 { throw AudioError(.damaged, "\(name): the header says \(channels) channels") }
        if !Self.channelCounts.contains(channels) {
            throw AudioError(
                .unsupported, "\(name): \(channels) channels; at most \(Self.channelCounts.upperBound) are handled")
        }
        if !Self.sampleRates.contains(sampleRate) {
            throw AudioError(
                .unsupported,
                "\(name): a rate of \(sampleRate) Hz; rates from 1 to \(Self.sampleRates.upperBound) Hz are handled")
        }
    }
}
