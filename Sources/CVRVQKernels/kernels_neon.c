// NEON of aarch64: 4 lanes; 24 of 32 registers hold sums.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "internal.h"

#pragma clang fp contract(off)

#define VECTOR_LANES 4
#define VECTOR_HAS_FMA
#define PANEL_VECTORS 4
#define TILE_ROWS 6
#define KERNELS vrvq_neon_kernels
#define KERNELS_SET VRVQ_NEON
#define KERNELS_NAME "neon"

#include "vector.inc"

/// The first `count` lanes from memory, nothing else being touched; zeros in the others.
FORCE_INLINE vector load_first(const float *from, size_t count) {
    vector value = splat(0);
    for (size_t i = 0; i < count; i++) value[i] = from[i];
    return value;
}
FORCE_INLINE void store_first(float *to, vector value, size_t count) {
    for (size_t i = 0; i < count; i++) to[i] = value[i];
}
FORCE_INLINE bool any(vector_mask mask) { return vmaxvq_u32((uint32x4_t)mask) != 0; }
FORCE_INLINE vector widen_vector(const uint16_t *from) {
    return (vector)vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(from)));
}

#include "bodies.inc"
#endif
