import CTorch

/// A value that an operator takes. Lists are laid out in the call's own memory, in words of 8 bytes.
public protocol TorchArgument {
    /// Words that `encode` fills.
    var words: Int { get }
    /// The value, with its list in `words`.
    func encode(_ words: UnsafeMutablePointer<UInt64>) -> vt_value
}

extension TorchArgument {
    /// Words that `encode` fills.
    public var words: Int { 0 }
}

extension vt_value {
    init(_ tag: vt_tag, _ bits: UInt64, count: Int = 0) {
        self.init()
        self.tag = tag.rawValue
        self.count = UInt32(count)
        i = Int64(bitPattern: bits)
    }

    init(_ tag: vt_tag, list words: UnsafeMutablePointer<UInt64>, _ count: Int) {
        self.init(tag, UInt64(UInt(bitPattern: words)), count: count)
    }
}

/// The schema's own default, to skip an argument in the middle.
public struct DefaultArgument: TorchArgument {
    /// The marker.
    public init() {}
    /// The value, with its list in `words`.
    public func encode(_: UnsafeMutablePointer<UInt64>) -> vt_value { vt_value(VT_DEFAULT, 0) }
}

/// Python's None. (A nil of type `Tensor?`, `Int?`, ... is None as well.)
public struct NoneArgument: TorchArgument {
    /// The marker.
    public init() {}
    /// The value, with its list in `words`.
    public func encode(_: UnsafeMutablePointer<UInt64>) -> vt_value { vt_value(VT_NONE, 0) }
}

extension DType: TorchArgument {
    /// The value, with its list in `words`.
    public func encode(_: UnsafeMutablePointer<UInt64>) -> vt_value { vt_value(VT_INT, UInt64(rawValue)) }
}

extension Device: TorchArgument {
    /// The value, with its list in `words`.
    public func encode(_: UnsafeMutablePointer<UInt64>) -> vt_value {
        vt_value(VT_DEVICE, UInt64(type) << 8 | UInt64(index & 0xff))
    }
}

extension String: TorchArgument {
    /// Words that `encode` fills.
    public var words: Int { utf8.count / 8 + 1 }
    /// The value, with its list in `words`.
    public func encode(_ words: UnsafeMutablePointer<UInt64>) -> vt_value {
        UnsafeMutableRawBufferPointer(start: words, count: utf8.count).copyBytes(from: utf8)
        return vt_value(VT_STRING, list: words, utf8.count)
    }
}

/// What fits one word, and so may stand alone or in a list.
public protocol TorchElement: TorchArgument {
    /// Tags of one value and of a list.
    static var tags: (one: vt_tag, list: vt_tag) { get }
    /// The value's bits.
    var word: UInt64 { get }
}

extension TorchElement {
    /// The value, with its list in `words`.
    public func encode(_: UnsafeMutablePointer<UInt64>) -> vt_value { vt_value(Self.tags.one, word) }
}

extension Int: TorchElement {
    /// Tags of one value and of a list.
    public static var tags: (one: vt_tag, list: vt_tag) { (VT_INT, VT_INTS) }
    /// The value's bits.
    public var word: UInt64 { UInt64(bitPattern: Int64(self)) }
}

extension Double: TorchElement {
    /// Tags of one value and of a list.
    public static var tags: (one: vt_tag, list: vt_tag) { (VT_DOUBLE, VT_DOUBLES) }
    /// The value's bits.
    public var word: UInt64 { bitPattern }
}

extension Bool: TorchElement {
    /// Tags of one value and of a list.
    public static var tags: (one: vt_tag, list: vt_tag) { (VT_BOOL, VT_BOOLS) }
    /// The value's bits.
    public var word: UInt64 { self ? 1 : 0 }
}

extension Tensor: TorchElement {
    /// Tags of one value and of a list.
    public static var tags: (one: vt_tag, list: vt_tag) { (VT_TENSOR, VT_TENSORS) }
    /// The value's bits.
    public var word: UInt64 { UInt64(UInt(bitPattern: handle)) }
}

extension Optional: TorchArgument where Wrapped: TorchArgument {
    /// Words that `encode` fills.
    public var words: Int { self?.words ?? 0 }
    /// The value, with its list in `words`.
    public func encode(_ words: UnsafeMutablePointer<UInt64>) -> vt_value {
        self?.encode(words) ?? vt_value(VT_NONE, 0)
    }
}

/// Only as an entry of a `Tensor?[]` list.
extension Optional: TorchElement where Wrapped == Tensor {
    /// Tags of one value and of a list.
    public static var tags: (one: vt_tag, list: vt_tag) { (VT_TENSOR, VT_TENSORS) }
    /// The value's bits.
    public var word: UInt64 { self?.word ?? 0 }
}

extension Array: TorchArgument where Element: TorchElement {
    /// Words that `encode` fills.
    public var words: Int { count }
    /// The value, with its list in `words`.
    public func encode(_ words: UnsafeMutablePointer<UInt64>) -> vt_value {
        for i in indices { words[i] = self[i].word }
        return vt_value(Element.tags.list, list: words, count)
    }
}
