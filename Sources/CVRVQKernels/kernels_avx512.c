// AVX-512: 16 lanes; 24 of 32 registers hold sums.
#if defined(__x86_64__)
#include <immintrin.h>

#include "internal.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))),             \
                             apply_to = function)
#pragma clang fp contract(off)

#define VECTOR_LANES 16
#define VECTOR_HAS_FMA
#define PANEL_VECTORS 2
#define TILE_ROWS 12
#define KERNELS vrvq_avx512_kernels
#define KERNELS_SET VRVQ_AVX512
#define KERNELS_NAME "avx512"

#include "vector.inc"

FORCE_INLINE __mmask16 first_lanes(size_t count) { return (__mmask16)((1u << count) - 1); }

/// The first `count` lanes from memory, nothing else being touched; zeros in the others.
FORCE_INLINE vector load_first(const float *from, size_t count) {
    return (vector)_mm512_maskz_loadu_ps(first_lanes(count), from);
}
FORCE_INLINE void store_first(float *to, vector value, size_t count) {
    _mm512_mask_storeu_ps(to, first_lanes(count), (__m512)value);
}
FORCE_INLINE bool any(vector_mask mask) { return _mm512_movepi32_mask((__m512i)mask) != 0; }
FORCE_INLINE vector widen_vector(const uint16_t *from) {
    return (vector)_mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)from));
}

#include "bodies.inc"

#pragma clang attribute pop
#endif
