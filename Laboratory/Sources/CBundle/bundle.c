#include "CBundle.h"

// Paths of `#embed` (C23) are relative to this file; a change of such a file rebuilds this one.
static const uint8_t launcher[] = {
#embed "../../Bundle/train"
};
static const uint8_t page[] = {
#embed "../../Bundle/README.md"
};
static const uint8_t build[] = {
#embed "../../TorchPlugin/build.sh"
};
static const uint8_t find_torch[] = {
#embed "../../TorchPlugin/find-torch.py"
};
static const uint8_t plugin[] = {
#embed "../../TorchPlugin/plugin.cpp"
};
static const uint8_t groups[] = {
#embed "../../TorchPlugin/groups.h"
};
static const uint8_t gloo_algorithm[] = {
#embed "../../TorchPlugin/gloo-declarations/gloo/algorithm.h"
};
static const uint8_t gloo_error[] = {
#embed "../../TorchPlugin/gloo-declarations/gloo/common/error.h"
};
static const uint8_t gloo_context[] = {
#embed "../../TorchPlugin/gloo-declarations/gloo/context.h"
};
static const uint8_t gloo_store[] = {
#embed "../../TorchPlugin/gloo-declarations/gloo/rendezvous/store.h"
};
static const uint8_t gloo_device[] = {
#embed "../../TorchPlugin/gloo-declarations/gloo/transport/device.h"
};
static const uint8_t interface[] = {
#embed "../CTorch/include/CTorch.h"
};

#define GLOO "plugin/gloo-declarations/gloo/"

static const vt_bundle_file files[] = {
    {"train", launcher, sizeof launcher, true},
    {"README.md", page, sizeof page, false},
    {"plugin/build.sh", build, sizeof build, true},
    {"plugin/find-torch.py", find_torch, sizeof find_torch, false},
    {"plugin/plugin.cpp", plugin, sizeof plugin, false},
    {"plugin/groups.h", groups, sizeof groups, false},
    {GLOO "algorithm.h", gloo_algorithm, sizeof gloo_algorithm, false},
    {GLOO "common/error.h", gloo_error, sizeof gloo_error, false},
    {GLOO "context.h", gloo_context, sizeof gloo_context, false},
    {GLOO "rendezvous/store.h", gloo_store, sizeof gloo_store, false},
    {GLOO "transport/device.h", gloo_device, sizeof gloo_device, false},
    {"plugin/include/CTorch.h", interface, sizeof interface, false},
};

const vt_bundle_file *vt_bundle_files(void) { return files; }

size_t vt_bundle_file_count(void) { return sizeof files / sizeof files[0]; }
