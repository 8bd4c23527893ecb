// A stand-in for the CUDA runtime, cuBLAS, cuDNN and NCCL at once, each by the function that tells its
// version.
#include "support/stubs/answers.h"

extern "C" {

int cudaRuntimeGetVersion(int* version) { return ibid::stub::number("cudart", version, 999); }
int ncclGetVersion(int* version) { return ibid::stub::number("nccl", version, 3); }
size_t cudnnGetVersion() {
  size_t version = 0;
  return ibid::stub::number("cudnn", &version, 1) == 0 ? version : 0;
}
int cublasGetProperty(int part, int* value) {
  return ibid::stub::number("cublas." + std::to_string(part), value, 7);
}

}  // extern "C"
