/// An entry of a TensorBoard event file. Field numbers are those of TensorFlow's event.proto and summary.proto.
struct Event {
    /// What an entry holds.
    enum Content {
        /// The file's first entry.
        case version
        /// The process starts: what files before this one have from this step on does not count.
        case start
        /// Values by tag.
        case summary([(tag: String, value: Value)])
    }

    /// What a tag can have.
    enum Value {
        case scalar(Float)
        /// A WAV file of one channel.
        case audio(wav: [UInt8], sampleRate: Int, samples: Int)
        case image(png: [UInt8], width: Int, height: Int)
    }

    /// Seconds since 1970.
    var time: Double
    var step: Int
    var content: Content

    /// The `Event` as stored.
    var encoded: [UInt8] {
        var event = ProtobufMessage()
        event.double(1, time)
        event.integer(2, step)
        switch content {
        case .version: event.text(3, "brain.Event:2")
        case .start: event.message(7) { $0.integer(1, 1) }
        case .summary(let values):
            event.message(5) { summary in
                for (tag, value) in values { summary.message(1) { Self.encode(tag, value, into: &$0) } }
            }
        }
        return event.bytes
    }

    private static func encode(_ tag: String, _ value: Value, into message: inout ProtobufMessage) {
        message.text(1, tag)
        switch value {
        case .scalar(let value): message.float(2, value)
        case .audio(let wav, let sampleRate, let samples):
            message.message(6) { audio in
                audio.float(1, Float(sampleRate))
                audio.integer(2, 1)
                audio.integer(3, samples)
                audio.data(4, wav)
                audio.text(5, "audio/wav")
            }
        case .image(let png, let width, let height):
            message.message(4) { image in
                image.integer(1, height)
                image.integer(2, width)
                // Red, green, blue.
                image.integer(3, 3)
                image.data(4, png)
            }
        }
    }
}
