import VRVQ
import VRVQArrays
import VRVQNetwork

/// Files of models and of arrays.
enum FileEntries {
    /// As a plain file, as a model, and as weights to import.
    static func safetensors(_ bytes: [UInt8]) throws(BrokenPromise) {
        let file = try attempt { () throws(VRVQError) in try Safetensors(ModelBytes(bytes)) }
        if let file {
            for name in file.arrays.keys { _ = try? file.values(of: name) }
        }
        if let model = try attempt({ () throws(VRVQError) in try Model(bytes) }) { try model.checkItself() }
        try importModel(bytes)
    }

    /// A zip file as `torch.save` writes it; other bytes are put into one as its pickle.
    static func checkpoint(_ bytes: [UInt8]) throws(BrokenPromise) {
        let isZip = bytes.starts(with: [0x50, 0x4B, 3, 4])
        let storage = (0..<64).map { UInt8($0) }
        try importModel(isZip ? bytes : ZipFile.stored([("a/data.pkl", bytes), ("a/data/0", storage)]))
    }

    private static func importModel(_ bytes: [UInt8]) throws(BrokenPromise) {
        for allowsPartial in [false, true] {
            var options = ImportOptions()
            options.sampleRate = 8000
            options.allowPartial = allowsPartial
            let result = try attempt { () throws(VRVQError) in
                let result = try ModelImport.read(ModelBytes(bytes), options: options)
                // Foreign shapes may ask for any network; only small ones are built here.
                guard result.architecture.parameterCount <= 1 << 16 else { return nil as Model? }
                return try result.model()
            }
            if let model = result ?? nil { try model.checkItself() }
        }
    }

    /// The object of an array file, decoded with a tiny network.
    static func dac(_ bytes: [UInt8]) throws(BrokenPromise) {
        let file = try attempt { () throws(VRVQError) in
            var start = 0
            _ = try NPYHeader(bytes, start: &start)
            return try DACFile(pickle: Array(bytes[start...]))
        }
        guard let file, file.channels * file.frames <= 1 << 12 else { return }
        let samples = try attempt { () throws(VRVQError) in try TinyModels.dac.samples(of: file) }
        guard let samples else { return }
        try promise(samples.count == file.channels, "\(samples.count) channels of \(file.channels)")
        let isEven = samples.allSatisfy { $0.count == samples[0].count }
        try promise(isEven, "channels of different lengths")
    }

    /// Arrays to streams, and streams to arrays and back.
    static func arrays(_ bytes: [UInt8]) throws(BrokenPromise) {
        if NPYHeader.recognizes(bytes) {
            let stream = try attempt { () throws(VRVQError) in try TokenArrays.stream(npy: bytes, supplement) }
            if let stream { _ = try attempt { () throws(VRVQError) in try stream.encoded() } }
        } else if NPZArchive.recognizes(bytes) {
            try archive(bytes)
            try archive(Seals.renewedZip(bytes, checksum: NPZArchive.checksum))
        } else {
            try tokens(Seals.renewed(bytes))
        }
    }

    private static func archive(_ bytes: [UInt8]) throws(BrokenPromise) {
        let found = try attempt { () throws(VRVQError) in try TokenArrays.stream(npz: bytes, supplement) }
        guard let (stream, entropy) = found else { return }
        let written = try attempt { () throws(VRVQError) in try stream.encoded(entropy: entropy) }
        guard let written else { return }
        let read = try attempt { () throws(VRVQError) in try TokenStream(decoding: written) }
        try promise(read?.grids == stream.grids, "the codes of an archive are not those of its stream")
    }

    private static func tokens(_ bytes: [UInt8]) throws(BrokenPromise) {
        let stream = try attempt { () throws(VRVQError) in try TokenStream(decoding: bytes) }
        guard let stream, stream.frames <= 1 << 16 else { return }
        let entropy = try attempt { () throws(VRVQError) in try stream.entropy(of: bytes) } ?? nil
        let archive = TokenArrays.npz(stream, entropy: entropy ?? .adaptive)
        let back = try attempt { () throws(VRVQError) in
            let (stream, entropy) = try TokenArrays.stream(npz: archive, supplement)
            return try stream.encoded(entropy: entropy)
        }
        try promise(entropy == nil || back == bytes, "a stream that does not come back from its arrays")
    }

    /// For arrays that name no model.
    private static var supplement: TokenArrays.Supplement {
        TokenArrays.Supplement { channels in
            StreamFormat(
                sourceRate: 8000, channels: channels, modelRate: 8000, hop: 8, stages: 3, entries: 1000,
                networkFingerprint: Fingerprint(hex: "0123456789abcdef")!, modelName: "three")
        }
    }
}

extension Model {
    /// A model that was read is written, and read again it is the same.
    fileprivate func checkItself() throws(BrokenPromise) {
        let again = try attempt { () throws(VRVQError) in try Model(serialized()) }
        try promise(again?.fingerprint == fingerprint, "a model that is not itself after writing and reading")
    }
}

extension Architecture {
    /// Numbers in all arrays of the network.
    fileprivate var parameterCount: Int { Network(self).parameters.reduce(0) { $0 + $1.count } }
}
