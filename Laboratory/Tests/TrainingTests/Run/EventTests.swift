import Testing

@testable import Training

@Suite("Event files") struct EventTests {
    /// An event of version 2 at time 1.5; a record of three bytes between its length and its checksum. That checksums are
    /// right is for the real package to say.
    @Test func recordHasLengthAndChecksums() {
        let event = Event(time: 1.5, step: 0, content: .version)
        #expect(event.encoded == [0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0, 0x1A, 13] + Array("brain.Event:2".utf8))
        let record = EventFile.record([1, 2, 3])
        #expect(record.count == 8 + 4 + 3 + 4)
        #expect(Array(record[..<8]) == [3, 0, 0, 0, 0, 0, 0, 0] && Array(record[12..<15]) == [1, 2, 3])
    }

    @Test func numbersAreWrittenAsSpecified() {
        var message = ProtobufMessage()
        message.integer(1, 150)
        #expect(message.bytes == [0x08, 0x96, 0x01])
        message.integer(2, -1)
        #expect(message.bytes.suffix(11) == [0x10] + Array(repeating: 0xFF, count: 9) + [1])
        message.message(3) { $0.float(1, 1) }
        #expect(message.bytes.suffix(7) == [0x1A, 5, 0x0D, 0, 0, 0x80, 0x3F])
    }

    @Test func pictureHasARowForEachStage() {
        let picture = ImportancePicture(importance: [0, 0.5, 1], depths: [[1, 2, 3]], stages: 3)
        #expect(picture.width == 480 && picture.height == 24 + 6 + 12)
        #expect(picture.png.prefix(4) == [0x89, 0x50, 0x4E, 0x47])
        let silent = ImportancePicture(importance: [], depths: [], stages: 3)
        #expect(silent.width == 480 && silent.height == 24)
    }
}
