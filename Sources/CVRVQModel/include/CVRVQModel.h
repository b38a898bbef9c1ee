// The shipped model, as the bytes of its safetensors file.
#ifndef CVRVQMODEL_H
#define CVRVQMODEL_H
#include <stddef.h>
#include <stdint.h>
extern const uint8_t vrvq_default_model[];
extern const size_t vrvq_default_model_size;
#endif
