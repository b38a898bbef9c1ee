// The shipped model, as the bytes of its safetensors file.
#ifndef CVRVQMODEL_H
#define CVRVQMODEL_H
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The first byte; 64-byte aligned, there for as long as the program runs.
const uint8_t *vrvq_default_model_bytes(void);
/// Number of bytes.
size_t vrvq_default_model_size(void);

#pragma clang assume_nonnull end
#endif
