/// Bits that tell `count` values apart: ceil(log2(count)).
package func bitWidth(ofValues count: Int) -> Int {
    count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
}
