#include "CTorch.h"

#include <dlfcn.h>
#include <stdio.h>

const vt_api *vt_load(const char *path, char *error, size_t error_bytes) {
    // RTLD_NOW: a plugin built for another PyTorch fails here, with the missing symbol's name, not in mid-training.
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        snprintf(error, error_bytes, "%s", dlerror());
        return NULL;
    }
    const vt_api *(*get_api)(const char **) = (const vt_api *(*)(const char **))dlsym(library, "vt_get_api");
    const char *problem = "it is not a plugin of vrvq-train";
    const vt_api *api = get_api ? get_api(&problem) : NULL;
    if (!api) {
        snprintf(error, error_bytes, "%s: %s", path, problem);
        return NULL;
    }
    if (api->abi_version != VT_ABI_VERSION || api->struct_bytes != sizeof(vt_api)) {
        snprintf(error, error_bytes, "%s was built for interface %u, this program needs %u", path, api->abi_version,
            (unsigned)VT_ABI_VERSION);
        return NULL;
    }
    return api;
}
