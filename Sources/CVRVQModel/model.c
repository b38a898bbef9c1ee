#include "CVRVQModel.h"

// 64-byte aligned, read-only and paged in on use. `#embed` (C23) is rebuilt when the file changes.
static _Alignas(64) const uint8_t model[] = {
#embed "small.safetensors"
};

const uint8_t *vrvq_default_model_bytes(void) { return model; }

size_t vrvq_default_model_size(void) { return sizeof model; }
