// What a bundle holds besides the program and its libraries: the plugin's source, the launcher and its page.
#ifndef CBUNDLE_H
#define CBUNDLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A file, in the program's constant data.
typedef struct {
    /// Its place in the bundle.
    const char *path;
    const uint8_t *bytes;
    size_t size;
    bool is_executable;
} vt_bundle_file;

/// All files.
const vt_bundle_file *vt_bundle_files(void);
/// Number of files.
size_t vt_bundle_file_count(void);

#ifdef __linux__
/// Calls `take` with the path of every shared library that the loader has loaded, and with `context`.
void vt_loaded_libraries(void (*take)(const char *path, void *context), void *context);
#endif

#pragma clang assume_nonnull end
#endif
