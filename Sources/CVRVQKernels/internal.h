// What the files of this target share: the tables, and the two facts that `pack` and `multiply` must agree on.
#ifndef VRVQ_INTERNAL_H
#define VRVQ_INTERNAL_H

#include "CVRVQKernels.h"

#pragma clang assume_nonnull begin

/// Products with at most this many columns use the narrow layout, [column][taps][depth]: a panel would be mostly
/// zeros there (the last decoder layer has one column).
enum { vrvq_narrow_columns = 4 };

/// Products summed in a register before the sum goes to the total.
enum { vrvq_chunk = 256 };

extern const vrvq_kernels vrvq_scalar_kernels;
#if defined(__x86_64__)
extern const vrvq_kernels vrvq_avx2_kernels;
extern const vrvq_kernels vrvq_avx512_kernels;
#elif defined(__aarch64__)
extern const vrvq_kernels vrvq_neon_kernels;
#endif

/// The SHA-256 compression function over `blocks` blocks of 64 bytes.
typedef void vrvq_sha256_compress(uint32_t *state /* [8] */, const uint8_t *bytes, size_t blocks);

vrvq_sha256_compress vrvq_sha256_compress_portable;

/// The machine's own compression function, or null where it has none.
vrvq_sha256_compress *_Nullable vrvq_sha256_compress_native(void);

/// The round constants of FIPS 180-4, section 4.2.2.
extern const uint32_t vrvq_sha256_constants[64];

/// `vrvq_sha256` with a given compression function.
void vrvq_sha256_with(vrvq_sha256_compress *compress, uint8_t *digest, const uint8_t *_Nullable bytes, size_t count);

#pragma clang assume_nonnull end
#endif
