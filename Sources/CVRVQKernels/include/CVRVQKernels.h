// Arithmetic of the codec: a table of functions per instruction set, filled from one set of bodies.
//
// Layout everywhere: rows of channels ([time][channel], float32). No function allocates, keeps state or reads
// anything but its arguments. For one table the value of every output element is a fixed expression of its inputs:
// it does not depend on how many rows are asked for at once, nor on where a row stands among them.
#ifndef CVRVQKERNELS_H
#define CVRVQKERNELS_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#pragma clang assume_nonnull begin

/// Instruction sets, worst first. `VRVQ_NEON` exists on aarch64 only, `VRVQ_AVX2` and `VRVQ_AVX512` on x86-64 only.
typedef enum vrvq_instruction_set {
    VRVQ_SCALAR = 0,
    VRVQ_NEON = 1,
    VRVQ_AVX2 = 2,
    VRVQ_AVX512 = 3,
} vrvq_instruction_set;

/// One matrix product that serves every convolution of the network:
///
///     out[r][n] = bias[n] + sum over t < taps, k < depth of in[r * in_stride + t * tap_stride + k] * W[t][k][n]
///
/// A dilated convolution has one tap per kernel position (`tap_stride` = dilation * channels); a strided one has a
/// single tap of depth kernel * channels (`in_stride` = stride * channels); a transposed one a single tap of depth
/// taps * channels whose columns are stride * outputs wide.
typedef struct vrvq_product {
    float *out;              ///< [rows][out_stride]
    ptrdiff_t out_stride;    ///< floats from one output row to the next
    const float *in;
    ptrdiff_t in_stride;     ///< floats from one input row to the next
    const float *weights;    ///< packed by `vrvq_pack`; alignment to 64 bytes is quickest
    const float *_Nullable bias;  ///< [columns], or null for zeros
    size_t rows, columns, taps, depth;
    ptrdiff_t tap_stride;    ///< floats from one tap to the next
} vrvq_product;

/// The functions of one instruction set. Counts of zero are allowed everywhere and do nothing.
typedef struct vrvq_kernels {
    vrvq_instruction_set set;
    const char *name;        ///< "scalar", "neon", "avx2", "avx512"
    size_t panel;            ///< columns of one packed panel

    /// The product above; nothing outside the elements that the formula names is read or written, and `out` must not
    /// overlap what is read. `in_stride` may be less than `depth`. At most 256 products are summed in a register before
    /// they are added to the total, which keeps the float32 error of long sums down: a chunk is as many whole taps as
    /// fit 256 products, or, where not even two fit, 256 of a tap's depth (the last piece may be less).
    /// Value: bias, then the chunks added in ascending order; within a chunk taps, then depth, ascending. With up to
    /// four columns the lanes of a vector take the depth in turn: a lane sums in the same order, the lanes are summed
    /// by halves, and this sum is added to the bias.
    void (*multiply)(const vrvq_product *product);

    /// Snake: out[r][c] = x + sin(alpha[c] x)^2 * inverse[c], with inverse = 1 / (alpha + 1e-9) by the caller.
    /// `out` may equal `in`. Good to 4 units in the last place of max(|x|, inverse); from |alpha x| = 1e5 on the C
    /// library takes over, which is slower. NaN for a NaN or infinite x.
    void (*snake)(float *out, const float *in, const float *alpha, const float *inverse, size_t rows, size_t channels);

    /// out[i] = a[i] + b[i], out[i] = a[i] - b[i]; `out` may equal either.
    void (*add)(float *out, const float *a, const float *b, size_t count);
    void (*subtract)(float *out, const float *a, const float *b, size_t count);

    /// Correctly shaped over the whole float range (no NaN from overflow); error within 4 ulp; `out` may equal `in`.
    void (*tanh)(float *out, const float *in, size_t count);
    void (*sigmoid)(float *out, const float *in, size_t count);

    /// Each row of `width` floats divided by max(its Euclidean length, 1e-12), in double precision; `out` may equal
    /// `in`.
    void (*normalize)(float *out, const float *in, size_t rows, size_t width);

    /// index[r] = position of the greatest of scores[r * stride + 0 ..< columns]; the lowest position on equality.
    /// NaN never wins; a row of NaN gives 0. columns <= 65536.
    void (*argmax)(uint16_t *index, const float *scores, ptrdiff_t stride, size_t rows, size_t columns);

    /// IEEE half precision to float32, exactly.
    void (*widen)(float *out, const uint16_t *in, size_t count);

    // Integers of the entropy coder: every table gives the same values. The caller's bounds keep every sum below 2^31.

    /// sums[o] += sum over i of weights[i][o] * in[i]
    void (*accumulate)(int32_t *sums, const int16_t *weights, const int16_t *in, size_t inputs, size_t outputs);

    /// out[o] = (sum over i of weights[i][o] * in[i]) >> shift, rounded down, plus bias[o]
    void (*scores)(int32_t *out, const int8_t *weights, const int16_t *in, const int16_t *bias, int shift,
                   size_t inputs, size_t outputs);

    /// With d = greatest - scores[i] >= 0, x = d mod 256 and p = d / 256: out[i] = ((2^23 - 22006 x + 22 x^2) / 2^8) / 2^p,
    /// every division rounded down: about 2^15 * 2^-(d / 256).
    void (*exponentials)(uint32_t *out, const int32_t *scores, int32_t greatest, size_t count);

    /// out[i] = least + e[i] f / 2^15, rounded down, for the exponentials e under the greatest score and
    /// f = budget * 2^15 / (their sum), rounded down; `budget` is at most 2^16, `count` at most 2^16. Returns their sum.
    uint32_t (*frequencies)(uint32_t *out, const int32_t *scores, uint32_t least, uint32_t budget, size_t count);
} vrvq_kernels;

/// The table of an instruction set, or null where this build or this machine lacks it.
const vrvq_kernels *_Nullable vrvq_kernels_for(vrvq_instruction_set set);

/// The best table this machine runs.
const vrvq_kernels *vrvq_kernels_best(void);

/// Floats that `vrvq_pack` writes.
size_t vrvq_packed_count(const vrvq_kernels *kernels, size_t columns, size_t taps, size_t depth);

/// Packs weights for `multiply`: element (t, k, n) is read at source[t * tap_step + k * depth_step + n * column_step].
/// The result is [ceil(columns / panel)][taps][depth][panel], with zeros for the columns beyond the last; up to four
/// columns are packed as [columns][taps][depth]. It is good for one table only.
void vrvq_pack(const vrvq_kernels *kernels, float *packed, const float *source, size_t columns, size_t taps,
               size_t depth, ptrdiff_t column_step, ptrdiff_t tap_step, ptrdiff_t depth_step);

/// SHA-256 (FIPS 180-4) of `count` bytes, with the machine's own instructions where it has them.
void vrvq_sha256(uint8_t *digest /* [32] */, const void *_Nullable bytes, size_t count);

/// The same without the machine's own instructions: the judge of the other.
void vrvq_sha256_portable(uint8_t *digest /* [32] */, const void *_Nullable bytes, size_t count);

#pragma clang assume_nonnull end
#endif
