import Torch

/// Values in 8 bits each: blocks of 256 share a float32 scale, their greatest magnitude, and levels lie evenly on a
/// logarithmic axis below it, so that large and small values of a block have the same relative error.
struct LogarithmicCode {
    /// Levels above zero.
    let levels: Int
    /// Ratio of the greatest level to the least, in factors of two.
    let octaves: Double
    /// Whether the top bit is a sign. Without one, values below the least level become it instead of zero.
    let isSigned: Bool

    /// Running means of gradients: errors up to 4.5 %, below 2^-16 of a block's greatest zero.
    static let mean = LogarithmicCode(levels: 127, octaves: 16, isSigned: true)
    /// Roots of running squares: errors up to 3.4 %. They divide, and must not become zero.
    static let root = LogarithmicCode(levels: 255, octaves: 24, isSigned: false)

    private static let block = 256

    /// Codes, uint8 in the tensor's shape, and scales, float32 [blocks].
    func encoded(_ tensor: Tensor) throws(TorchError) -> (codes: Tensor, scales: Tensor) {
        let blocks = try Self.blocks(tensor.detach().to(.cpu).to(.float32))
        let scales = try blocks.abs().amax([1], keepDims: true)
        let ratio = try blocks.abs() / scales.clamp(min: 1e-38)
        // An exact zero has the logarithm of minus infinity, and the level 0.
        let place = try (ratio.log2() * (1 / octaves) + 1) * Double(levels - 1) + 1
        let isZero = try ratio.equal(to: 0)
        var level = try place.round().clamp(min: isSigned ? 0 : 1, max: Double(levels))
        level = try isZero.select(level.zerosLike(), level)
        if isSigned { level = try level + blocks.less(than: 0).to(.float32) * 128 }
        let codes = try level.to(.uint8).flatten(0, -1).narrow(0, 0, tensor.count).reshape(tensor.shape)
        return (codes, try scales.flatten(0, -1))
    }

    /// The values again, float32 in the codes' shape.
    func decoded(_ codes: Tensor, scales: Tensor) throws(TorchError) -> Tensor {
        var level = try Self.blocks(codes.to(.float32))
        let isNegative = try level.greaterOrEqual(to: isSigned ? 128 : 256)
        level = try level - isNegative.to(.float32) * 128
        let power = try (level - Double(levels)) * (octaves / Double(levels - 1) * 0.693_147_180_559_945_3)
        let magnitude = try level.equal(to: 0).select(level.zerosLike(), power.exp()) * scales.unsqueeze(1)
        let values = try isNegative.select(magnitude.neg(), magnitude)
        return try values.flatten(0, -1).narrow(0, 0, codes.count).reshape(codes.shape)
    }

    /// As rows of a block each, filled up with zeros.
    private static func blocks(_ tensor: Tensor) throws(TorchError) -> Tensor {
        let flat = try tensor.reshape([tensor.count])
        let rows = (tensor.count + block - 1) / block
        return try flat.pad([0, rows * block - tensor.count]).reshape([rows, block])
    }
}
