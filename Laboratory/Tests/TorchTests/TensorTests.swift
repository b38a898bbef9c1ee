import Testing
import Torch

@Suite(.needsTorch) struct TensorTests {
    @Test func hostCopiesKeepTheirValues() throws {
        #expect(try Tensor([1.5, -2, 3] as [Float]).floats() == [1.5, -2, 3])
        #expect(try Tensor([1 / 3.0, 2e-300]).doubles() == [1 / 3.0, 2e-300])
        #expect(try Tensor([1 << 40, -1] as [Int]).ints() == [1 << 40, -1])
        #expect(try Tensor([7, -7] as [Int32]).values(as: Int32.self) == [7, -7])
        #expect(try Tensor([true, false]).values(as: Bool.self) == [true, false])
        #expect(try Tensor([UInt8(255)]).ints() == [255])
        #expect(try Tensor([Float](), [0, 4]).shape == [0, 4])
    }

    @Test(arguments: [DType.float16, .bfloat16, .float32, .float64, .int64, .bool])
    func bytesGoThereAndBack(_ dtype: DType) throws {
        let x = try Tensor([0, 1, 0.5, -2], [2, 2]).to(dtype)
        let bytes = try x.bytes()
        #expect(bytes.count == 4 * dtype.bytes)
        let y = try bytes.withUnsafeBytes { try Tensor(bytes: $0, dtype, [2, 2]) }
        #expect(y.dtype == dtype)
        #expect(try y.doubles() == x.doubles())
    }

    @Test func bytesOfATransposedTensorAreRowMajor() throws {
        let x = try Tensor([1, 2, 3, 4, 5, 6] as [Double], [2, 3]).transpose(0, 1)
        #expect(try x.doubles() == [1, 4, 2, 5, 3, 6])
        #expect(try x.bytes() == x.contiguous().bytes())
    }

    @Test func shapesAndIndexing() throws {
        let x = try Tensor.arange(0, 24, .float64).reshape([2, 3, 4])
        #expect(try x.permute([2, 0, 1]).shape == [4, 2, 3])
        #expect(try x.narrow(2, 1, 2).select(0, 1).doubles() == [13, 14, 17, 18, 21, 22])
        #expect(try x.slice(2, from: 1, step: 2).shape == [2, 3, 2])
        #expect(try Tensor.cat([x, x], 1).shape == [2, 6, 4])
        #expect(try Tensor.stack([x, x], -1).shape == [2, 3, 4, 2])
        #expect(try x.indexSelect(1, Tensor([2, 0])).select(0, 0).select(0, 0).doubles() == [8, 9, 10, 11])
        let table = try Tensor([10, 11, 20, 21] as [Double], [2, 2])
        #expect(try table.embedding(Tensor([1, 0, 1])).doubles() == [20, 21, 10, 11, 20, 21])
        #expect(try table.gather(1, Tensor([1, 0], [2, 1])).doubles() == [11, 20])
        #expect(try Tensor([1, 2, 3] as [Double], [1, 3]).pad([2, 1], .reflect).doubles() == [3, 2, 1, 2, 3, 2])
        #expect(try Tensor([1, 2] as [Double]).pad([1, 2], value: 9).doubles() == [9, 1, 2, 9, 9])
        #expect(try x.unfold(2, 2, 1).shape == [2, 3, 3, 2])
        #expect(x.size(-1) == 4 && x.dims == 3 && x.count == 24)
    }

    @Test func arithmeticBroadcastsInDouble() throws {
        let a = try Tensor([1, 2, 3] as [Double], [3, 1])
        let b = try Tensor([10, 20] as [Double])
        #expect(try (a + b).doubles() == [11, 21, 12, 22, 13, 23])
        #expect(try (2 * a - b / 10 + 1).doubles() == [2, 1, 4, 3, 6, 5])
        #expect(try (1 / a).doubles() == [1, 0.5, 1 / 3.0])
        #expect(try (5 - (-a)).doubles() == [6, 7, 8])
        #expect(try a.greater(than: 1.5).select(a, 0).doubles() == [0, 2, 3])
        #expect(try a.less(than: b).values(as: Bool.self).allSatisfy { $0 })
        #expect(try (a + b).dtype == .float64)
    }

    @Test func reductions() throws {
        let x = try Tensor([1, 5, 2, -3, 4, 4] as [Double], [2, 3])
        #expect(try x.sum().item() == 13)
        #expect(try x.mean([1]).doubles() == [8 / 3.0, 5 / 3.0])
        #expect(try x.amax([1], keepDims: true).shape == [2, 1])
        #expect(try x.amax([1]).doubles() == [5, 4])
        #expect(try x.argmax(1).ints() == [1, 1], "the first of equal maxima")
        #expect(try x.max(1).indices.ints().first == 1)
        #expect(try x.topk(2).values.doubles() == [5, 2, 4, 4])
        #expect(try x.norm().item() == 71.0.squareRoot())
        #expect(try x.norm(1, [0]).doubles() == [4, 9, 6])
        #expect(try x.amin().item() == -3)
        #expect(try Tensor([0, 2, 2]).bincount(4).ints() == [1, 0, 2, 0])
    }

    @Test func elementwiseFunctions() throws {
        let x = try Tensor([-2, 0.25, 30] as [Double])
        #expect(try x.leakyReLU(0.1).doubles() == [-0.2, 0.25, 30])
        #expect(try x.clamp(min: 0, max: 1).doubles() == [0, 0.25, 1])
        #expect(try x.clamp(max: 1).doubles() == [-2, 0.25, 1])
        #expect(try x.pow(2).doubles() == [4, 0.0625, 900])
        #expect(distance(try x.softplus().doubles(), [0.12692801104297263, 0.8259394198788436, 30]) < 1e-14)
        #expect(distance(try x.sigmoid().doubles(), [0.11920292202211755, 0.5621765008857981, 1]) < 1e-12)
        #expect(distance(try Tensor([0.001, 100]).log10().doubles(), [-3, 2]) < 1e-15)
    }

    @Test func memoryGoesBackAtOnce() throws {
        // Other suites hold tensors at the same time, so this looks at one tensor, not at the count of all.
        weak var watched: Tensor?
        do {
            let x = try Tensor.zeros([1024])
            watched = x
            #expect(watched != nil)
        }
        #expect(watched == nil)
    }
}
