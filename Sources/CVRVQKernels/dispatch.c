// Which tables this build has and this machine runs.
#include "internal.h"

#if defined(__x86_64__)
static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

/// Includes the operating system's saving of the wide registers.
static bool has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

const vrvq_kernels *vrvq_kernels_for(vrvq_instruction_set set) {
    if (set == VRVQ_AVX512 && has_avx512()) return &vrvq_avx512_kernels;
    if (set == VRVQ_AVX2 && has_avx2()) return &vrvq_avx2_kernels;
    return set == VRVQ_SCALAR ? &vrvq_scalar_kernels : NULL;
}
#elif defined(__aarch64__)
const vrvq_kernels *vrvq_kernels_for(vrvq_instruction_set set) {
    if (set == VRVQ_NEON) return &vrvq_neon_kernels;
    return set == VRVQ_SCALAR ? &vrvq_scalar_kernels : NULL;
}
#else
const vrvq_kernels *vrvq_kernels_for(vrvq_instruction_set set) {
    return set == VRVQ_SCALAR ? &vrvq_scalar_kernels : NULL;
}
#endif

const vrvq_kernels *vrvq_kernels_best(void) {
    for (int set = VRVQ_AVX512; set > VRVQ_SCALAR; set--) {
        const vrvq_kernels *kernels = vrvq_kernels_for((vrvq_instruction_set)set);
        if (kernels) return kernels;
    }
    return &vrvq_scalar_kernels;
}
