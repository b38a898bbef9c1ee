// SwiftPM drops the -D flags that pkg-config gives, and warns of it; these are their values for the float library.
#ifndef kiss_fft_scalar
#define kiss_fft_scalar float
#endif
#ifndef KISS_FFT_SHARED
#define KISS_FFT_SHARED
#endif
#include <kiss_fftr.h>
