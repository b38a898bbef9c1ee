// The SHA-256 compression function by the machine's own instructions.
#include "internal.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("sha,sse4.1,ssse3"))), apply_to = function)

/// Four rounds with message words `w` + constants from `t`. The state is kept as the instructions want it:
/// abef and cdgh, highest word first.
static inline void four_rounds(__m128i *abef, __m128i *cdgh, __m128i w, int t) {
    const __m128i sum = _mm_add_epi32(w, _mm_loadu_si128((const __m128i *)(vrvq_sha256_constants + t)));
    *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
    *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

/// Replaces the oldest four words of the schedule, w[i % 4], by the next four.
static inline void extend(__m128i *w, int i) {
    const __m128i newest = w[(i + 3) % 4];
    const __m128i sevenths = _mm_alignr_epi8(newest, w[(i + 2) % 4], 4);
    const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[i % 4], w[(i + 1) % 4]), sevenths);
    w[i % 4] = _mm_sha256msg2_epu32(sum, newest);
}

static void compress_block(__m128i *abef, __m128i *cdgh, const uint8_t *block) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i abef_before = *abef, cdgh_before = *cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; i++) w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * i)), swap);
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
        four_rounds(abef, cdgh, w[i % 4], 4 * i);
        if (i < 12) extend(w, i);
    }
    *abef = _mm_add_epi32(*abef, abef_before);
    *cdgh = _mm_add_epi32(*cdgh, cdgh_before);
}

static void compress(uint32_t *state, const uint8_t *bytes, size_t blocks) {
    __m128i abef = _mm_set_epi32((int)state[0], (int)state[1], (int)state[4], (int)state[5]);
    __m128i cdgh = _mm_set_epi32((int)state[2], (int)state[3], (int)state[6], (int)state[7]);
    for (; blocks > 0; blocks--, bytes += 64) compress_block(&abef, &cdgh, bytes);
    state[0] = (uint32_t)_mm_extract_epi32(abef, 3), state[1] = (uint32_t)_mm_extract_epi32(abef, 2);
    state[4] = (uint32_t)_mm_extract_epi32(abef, 1), state[5] = (uint32_t)_mm_extract_epi32(abef, 0);
    state[2] = (uint32_t)_mm_extract_epi32(cdgh, 3), state[3] = (uint32_t)_mm_extract_epi32(cdgh, 2);
    state[6] = (uint32_t)_mm_extract_epi32(cdgh, 1), state[7] = (uint32_t)_mm_extract_epi32(cdgh, 0);
}

#pragma clang attribute pop

vrvq_sha256_compress *vrvq_sha256_compress_native(void) {
    unsigned a, b, c, d;
    const bool has_sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
    return has_sha && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3") ? compress : NULL;
}

#elif defined(__aarch64__)
#include <arm_neon.h>
#if defined(__linux__)
#include <sys/auxv.h>
#endif

#pragma clang attribute push(__attribute__((target("sha2"))), apply_to = function)

static void compress_block(uint32x4_t *abcd, uint32x4_t *efgh, const uint8_t *block) {
    const uint32x4_t abcd_before = *abcd, efgh_before = *efgh;
    uint32x4_t w[4];
    for (int i = 0; i < 4; i++) w[i] = vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(block + 16 * i)));
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
        const uint32x4_t sum = vaddq_u32(w[i % 4], vld1q_u32(vrvq_sha256_constants + 4 * i)), before = *abcd;
        *abcd = vsha256hq_u32(*abcd, *efgh, sum);
        *efgh = vsha256h2q_u32(*efgh, before, sum);
        if (i < 12)
            w[i % 4] = vsha256su1q_u32(vsha256su0q_u32(w[i % 4], w[(i + 1) % 4]), w[(i + 2) % 4], w[(i + 3) % 4]);
    }
    *abcd = vaddq_u32(*abcd, abcd_before);
    *efgh = vaddq_u32(*efgh, efgh_before);
}

static void compress(uint32_t *state, const uint8_t *bytes, size_t blocks) {
    uint32x4_t abcd = vld1q_u32(state), efgh = vld1q_u32(state + 4);
    for (; blocks > 0; blocks--, bytes += 64) compress_block(&abcd, &efgh, bytes);
    vst1q_u32(state, abcd);
    vst1q_u32(state + 4, efgh);
}

#pragma clang attribute pop

vrvq_sha256_compress *vrvq_sha256_compress_native(void) {
#if defined(__APPLE__)
    return compress;
#elif defined(__linux__)
    return getauxval(AT_HWCAP) & (1 << 6) /* HWCAP_SHA2 */ ? compress : NULL;
#else
    return NULL;
#endif
}

#else
vrvq_sha256_compress *vrvq_sha256_compress_native(void) { return NULL; }
#endif
