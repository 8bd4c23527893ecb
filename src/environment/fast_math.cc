// A library compiled for fast mathematics used to carry an object of the compiler's, whose one function runs
// when the library is loaded and sets two bits of the thread's control register: from then on every other
// library computes with small numbers as if they were 0. Programs also have such code for threads of their
// own, to be called on request; so it is not enough to find the instructions, the loader has to call them.
//
// The loader calls what the array of initial functions lists. In a shared library its entries are filled in
// by relocations: relative ones, whose addend is the function's address, or packed ones, where the address
// lies in the array itself.

#include "environment/fast_math.h"

#include <optional>
#include <vector>

#include "environment/elf.h"

namespace ibid::environment {
namespace {

constexpr uint32_t kLoad = 1, kDynamic = 2;                                    // kinds of segments
constexpr uint64_t kRela = 7, kRelaSize = 8, kInitArray = 25, kInitSize = 27;  // tags of the dynamic section
constexpr uint64_t kRelative = 8;                                              // R_X86_64_RELATIVE
constexpr uint64_t kMaxFunctions = 1 << 16;

class Loaded {
 public:
  explicit Loaded(std::string_view bytes) : elf_(bytes), segments_(elf_.segments()) {}

  // Addresses of the functions that the loader calls.
  std::vector<uint64_t> initial_functions() const {
    std::vector<uint64_t> functions;
    const uint64_t begin = dynamic(kInitArray), size = dynamic(kInitSize);
    if (begin == 0 || size / 8 > kMaxFunctions) return functions;
    for (uint64_t at = begin; at < begin + size; at += 8) {
      const auto offset = file_offset(at);
      const auto address = offset ? elf_.number<uint64_t>(*offset) : std::nullopt;
      if (address && *address != 0) functions.push_back(*address);
    }
    const auto table = file_offset(dynamic(kRela));
    const uint64_t n_entries = dynamic(kRelaSize) / 24;
    for (uint64_t i = 0; table && i < n_entries; ++i) {
      const uint64_t entry = *table + i * 24;
      const auto place = elf_.number<uint64_t>(entry), kind = elf_.number<uint64_t>(entry + 8),
                 addend = elf_.number<uint64_t>(entry + 16);
      if (!place || !kind || !addend) break;
      if (*kind == kRelative && *place >= begin && *place - begin < size) functions.push_back(*addend);
    }
    return functions;
  }

  // The first bytes of the code at an address.
  std::string_view code(uint64_t address, uint64_t size) const {
    const auto offset = file_offset(address);
    for (uint64_t n = size; offset && n > 0; --n) {
      if (const std::string_view part = elf_.part(*offset, n); !part.empty()) return part;
    }
    return {};
  }

 private:
  uint64_t dynamic(uint64_t tag) const {
    for (const Elf::Segment& segment : segments_) {
      if (segment.type != kDynamic) continue;
      for (uint64_t at = segment.offset; at < segment.offset + segment.size; at += 16) {
        const auto found = elf_.number<uint64_t>(at), value = elf_.number<uint64_t>(at + 8);
        if (!found || !value || *found == 0) break;
        if (*found == tag) return *value;
      }
    }
    return 0;
  }

  std::optional<uint64_t> file_offset(uint64_t address) const {
    for (const Elf::Segment& segment : segments_) {
      if (segment.type == kLoad && address >= segment.address && address - segment.address < segment.size)
        return segment.offset + (address - segment.address);
    }
    return std::nullopt;
  }

  Elf elf_;
  std::vector<Elf::Segment> segments_;
};

// "or 0x8040" and soon behind it "ldmxcsr", in its old or its new encoding.
bool loads_both_bits(std::string_view code) {
  constexpr std::string_view kBits("\x40\x80\0\0", 4);
  constexpr size_t kNear = 16;
  for (size_t at = code.find(kBits); at != std::string_view::npos; at = code.find(kBits, at + 1)) {
    const std::string_view next = code.substr(at + kBits.size(), kNear);
    for (const std::string_view load : {"\x0f\xae", "\xc5\xf8\xae"}) {
      const size_t found = next.find(load);
      if (found == std::string_view::npos || found + load.size() >= next.size()) continue;
      const auto operand = static_cast<uint8_t>(next[found + load.size()]);
      if ((operand >> 3 & 7) == 2) return true;
    }
  }
  return false;
}

}  // namespace

Result<bool> sets_flush_to_zero(std::string_view bytes) {
  constexpr uint16_t kX86_64 = 62;
  constexpr uint64_t kFunctionBytes = 64;  // the compilers' own one has 20
  const Elf elf(bytes);
  if (!elf.is_64_bit_little_endian() || elf.number<uint16_t>(18) != kX86_64)
    return Error(ErrorCode::kUnsupported, "it is no ELF file for x86-64");
  const Loaded file(bytes);
  for (const uint64_t function : file.initial_functions()) {
    if (loads_both_bits(file.code(function, kFunctionBytes))) return true;
  }
  return false;
}

}  // namespace ibid::environment
