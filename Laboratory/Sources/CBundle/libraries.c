// For dl_iterate_phdr.
#define _GNU_SOURCE
#include "CBundle.h"

#ifdef __linux__
#include <link.h>

typedef struct {
    void (*take)(const char *, void *);
    void *context;
} receiver;

static int receive(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    const receiver *to = context;
    // The program itself has an empty name.
    if (info->dlpi_name && info->dlpi_name[0] == '/') to->take(info->dlpi_name, to->context);
    return 0;
}

void vt_loaded_libraries(void (*take)(const char *path, void *context), void *context) {
    receiver to = {take, context};
    dl_iterate_phdr(receive, &to);
}
#endif
