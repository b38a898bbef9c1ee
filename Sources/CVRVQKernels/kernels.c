#include "CVRVQKernels.h"
