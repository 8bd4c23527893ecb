#include "hardware/cuda_architecture.h"

#include <array>

#include "base/number_text.h"

namespace ibid::hardware {
namespace {

struct Architecture {
  int64_t major, minor;
  const char* name;
  int64_t cores;  // of a multiprocessor
};

// After the tables of compute capabilities in NVIDIA's CUDA programming guide. Ordered, newest last.
constexpr auto kArchitectures = std::to_array<Architecture>({
    {2, 0, "Fermi", 32},         {2, 1, "Fermi", 48},       {3, 0, "Kepler", 192},
    {3, 2, "Kepler", 192},       {3, 5, "Kepler", 192},     {3, 7, "Kepler", 192},
    {5, 0, "Maxwell", 128},      {5, 2, "Maxwell", 128},    {5, 3, "Maxwell", 128},
    {6, 0, "Pascal", 64},        {6, 1, "Pascal", 128},     {6, 2, "Pascal", 128},
    {7, 0, "Volta", 64},         {7, 2, "Volta", 64},       {7, 5, "Turing", 64},
    {8, 0, "Ampere", 64},        {8, 6, "Ampere", 128},     {8, 7, "Ampere", 128},
    {8, 9, "Ada Lovelace", 128}, {9, 0, "Hopper", 128},     {10, 0, "Blackwell", 128},
    {10, 1, "Blackwell", 128},   {10, 3, "Blackwell", 128}, {11, 0, "Blackwell", 128},
    {12, 0, "Blackwell", 128},   {12, 1, "Blackwell", 128},
});

// Of nvmlDeviceArchitecture_t.
constexpr auto kNvmlArchitectures =
    std::to_array<const char*>({"", "", "Kepler", "Maxwell", "Pascal", "Volta", "Turing", "Ampere",
                                "Ada Lovelace", "Hopper", "Blackwell"});

Result<Architecture> find(int64_t major, int64_t minor) {
  for (const Architecture& known : kArchitectures) {
    if (known.major == major && known.minor == minor) return known;
  }
  // Later architectures may take numbers in between: those of Blackwell leave gaps.
  const bool newer = major >= 9;
  return Error(ErrorCode::kUnsupported,
               "compute capability " + number_text(major) + "." + number_text(minor) +
                   (newer ? " is newer than this table" : " is not in this table") + " of architectures",
               "a newer ibid may know it");
}

}  // namespace

Result<std::string> cuda_architecture(int64_t major, int64_t minor) {
  IBID_ASSIGN(const Architecture found, find(major, minor));
  return std::string(found.name);
}

Result<int64_t> cuda_cores_of_unit(int64_t major, int64_t minor) {
  IBID_ASSIGN(const Architecture found, find(major, minor));
  return found.cores;
}

Result<std::string> nvml_architecture(int64_t number) {
  if (number >= 2 && number < static_cast<int64_t>(kNvmlArchitectures.size()))
    return std::string(kNvmlArchitectures[static_cast<size_t>(number)]);
  return Error(ErrorCode::kUnsupported, "NVML's architecture number " + number_text(number) +
                                            " is newer than this table of architectures");
}

}  // namespace ibid::hardware
