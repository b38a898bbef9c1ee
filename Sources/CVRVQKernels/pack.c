// Packing of weights into the order in which `multiply` reads them.
#include <string.h>

#include "internal.h"

/// Depth elements packed at a time: what they write, for up to seven taps and a panel of 32, stays in the first cache.
enum { pack_block = 32 };

typedef struct source {
    const float *first;
    ptrdiff_t column_step, tap_step, depth_step;
} source;

/// Floats of one column group in the packed order: a panel, or a single column of a narrow product.
static size_t packed_width(const vrvq_kernels *kernels, size_t columns) {
    return columns <= vrvq_narrow_columns ? 1 : kernels->panel;
}

size_t vrvq_packed_count(const vrvq_kernels *kernels, size_t columns, size_t taps, size_t depth) {
    const size_t width = packed_width(kernels, columns);
    return (columns + width - 1) / width * width * taps * depth;
}

/// One column of one panel, depth `k` ..< `k + count` of every tap; `packed` is the panel's column.
static void pack_column(float *packed, const source *from, size_t n, size_t width, size_t taps, size_t depth, size_t k,
                        size_t count) {
    for (size_t t = 0; t < taps; t++) {
        const float *read = from->first + (ptrdiff_t)n * from->column_step + (ptrdiff_t)t * from->tap_step
            + (ptrdiff_t)k * from->depth_step;
        float *write = packed + (t * depth + k) * width;
        for (size_t i = 0; i < count; i++, read += from->depth_step, write += width) *write = *read;
    }
}

static void pack_panel(float *packed, const source *from, size_t column, size_t filled, size_t width, size_t taps,
                       size_t depth) {
    if (filled < width) memset(packed, 0, width * taps * depth * sizeof *packed);
    for (size_t k = 0; k < depth; k += pack_block) {
        const size_t count = depth - k < pack_block ? depth - k : pack_block;
        for (size_t n = 0; n < filled; n++)
            pack_column(packed + n, from, column + n, width, taps, depth, k, count);
    }
}

void vrvq_pack(const vrvq_kernels *kernels, float *packed, const float *first, size_t columns, size_t taps,
               size_t depth, ptrdiff_t column_step, ptrdiff_t tap_step, ptrdiff_t depth_step) {
    const source from = {first, column_step, tap_step, depth_step};
    const size_t width = packed_width(kernels, columns);
    for (size_t column = 0; column < columns; column += width) {
        const size_t filled = columns - column < width ? columns - column : width;
        pack_panel(packed + column * taps * depth, &from, column, filled, width, taps, depth);
    }
}
