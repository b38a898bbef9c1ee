// AVX2 with FMA and F16C: 8 lanes; 12 of 16 registers hold sums.
#if defined(__x86_64__)
#include <immintrin.h>

#include "internal.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#pragma clang fp contract(off)

#define VECTOR_LANES 8
#define VECTOR_HAS_FMA
#define PANEL_VECTORS 2
#define TILE_ROWS 6
#define KERNELS vrvq_avx2_kernels
#define KERNELS_SET VRVQ_AVX2
#define KERNELS_NAME "avx2"

#include "vector.inc"

/// All ones in the first `count` lanes.
FORCE_INLINE __m256i first_lanes(size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/// The first `count` lanes from memory, nothing else being touched; zeros in the others.
FORCE_INLINE vector load_first(const float *from, size_t count) {
    return (vector)_mm256_maskload_ps(from, first_lanes(count));
}
FORCE_INLINE void store_first(float *to, vector value, size_t count) {
    _mm256_maskstore_ps(to, first_lanes(count), (__m256)value);
}
FORCE_INLINE bool any(vector_mask mask) { return _mm256_movemask_ps((__m256)mask) != 0; }
FORCE_INLINE vector widen_vector(const uint16_t *from) {
    return (vector)_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)from));
}

#include "bodies.inc"

#pragma clang attribute pop
#endif
