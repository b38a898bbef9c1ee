// The portable table: plain floats, no instruction beyond the compiler's baseline. Multiply-adds round twice.
#include "internal.h"

#pragma clang fp contract(off)

#define VECTOR_LANES 1
#define PANEL_VECTORS 8
#define TILE_ROWS 4
#define KERNELS vrvq_scalar_kernels
#define KERNELS_SET VRVQ_SCALAR
#define KERNELS_NAME "scalar"

#include "vector.inc"

/// Never called: one lane leaves no rest.
FORCE_INLINE vector load_first(const float *from, size_t count) { return count ? *from : 0; }
FORCE_INLINE void store_first(float *to, vector value, size_t count) {
    if (count) *to = value;
}
FORCE_INLINE bool any(vector_mask mask) { return mask != 0; }

#include "bodies.inc"
