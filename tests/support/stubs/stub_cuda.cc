// A stand-in for libcuda.so.1. Keys: "cuda.init", "cuda.version", "cuda.count", "cuda.0.name", ...;
// attributes by their number: "cuda.0.attribute.16".
#include "support/stubs/answers.h"

namespace {
constexpr int kInvalidValue = 1;
std::string key(int device, const std::string& name) { return "cuda." + std::to_string(device) + "." + name; }
}  // namespace

extern "C" {

int cuInit(unsigned) {
  unsigned ignored = 0;
  return ibid::stub::number("cuda.init", &ignored, 100);
}
int cuDriverGetVersion(int* version) { return ibid::stub::number("cuda.version", version, kInvalidValue); }
int cuDeviceGetCount(int* count) { return ibid::stub::number("cuda.count", count, kInvalidValue); }
int cuDeviceGet(int* device, int index) {
  *device = index;
  return 0;
}
int cuDeviceGetName(char* text, int size, int device) {
  return ibid::stub::text(key(device, "name"), text, static_cast<size_t>(size), kInvalidValue);
}
int cuDeviceGetPCIBusId(char* text, int size, int device) {
  return ibid::stub::text(key(device, "pci"), text, static_cast<size_t>(size), kInvalidValue);
}
int cuDeviceGetUuid_v2(unsigned char (*uuid)[16], int device) {
  return ibid::stub::numbers(key(device, "uuid"), *uuid, kInvalidValue);
}
int cuDeviceTotalMem_v2(size_t* size, int device) {
  return ibid::stub::number(key(device, "memory"), size, kInvalidValue);
}
int cuDeviceGetAttribute(int* value, int attribute, int device) {
  return ibid::stub::number(key(device, "attribute." + std::to_string(attribute)), value, kInvalidValue);
}

}  // extern "C"
