#include "environment/fast_math.h"

#include <doctest/doctest.h>

#include <string>

namespace ibid::environment {
namespace {

using std::string_literals::operator""s;

const std::string kOrBits = "\x81\x4c\x24\xfc\x40\x80\0\0"s;
const std::string kLoad = "\x0f\xae\x54\x24\xfc"s;

std::string number(uint64_t value, int n_bytes) {
  std::string out;
  for (int i = 0; i < n_bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

constexpr uint64_t kHeaders = 64 + 2 * 56, kBase = 0x10000, kDynamicBytes = 5 * 16,
                   kArray = kHeaders + kDynamicBytes;

// A library with one segment in memory: the dynamic section, an array of one initial function, one relocation
// and the code. `relative`: the function's address is the relocation's addend, else it lies in the array.
std::string library(const std::string& code, bool relative = true, uint64_t skipped_bytes = 0,
                    uint16_t machine = 62) {
  const uint64_t rela = kArray + 8, function = kBase + rela + 24 + skipped_bytes;
  std::string dynamic;
  for (const auto& [tag, value] :
       {std::pair<uint64_t, uint64_t>{25, kBase + kArray}, {27, 8}, {7, kBase + rela}, {8, 24}, {0, 0}})
    dynamic += number(tag, 8) + number(value, 8);
  const std::string array = number(relative ? 0 : function, 8);
  const std::string relocation =
      number(kBase + kArray, 8) + number(relative ? 8 : 1, 8) + number(function, 8);
  const uint64_t size = kHeaders + dynamic.size() + array.size() + relocation.size() + code.size();
  std::string file("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16);
  file += number(3, 2) + number(machine, 2) + number(1, 4) + number(0, 8);
  file += number(64, 8) + number(0, 8) + number(0, 4) + number(64, 2) + number(56, 2) + number(2, 2) +
          number(0, 6);
  const auto segment = [](uint32_t type, uint64_t offset, uint64_t bytes) {
    return number(type, 4) + number(5, 4) + number(offset, 8) + number(kBase + offset, 8) +
           number(kBase + offset, 8) + number(bytes, 8) + number(bytes, 8) + number(8, 8);
  };
  return file + segment(1, 0, size) + segment(2, kHeaders, dynamic.size()) + dynamic + array + relocation +
         code;
}

bool sets(const std::string& file) { return sets_flush_to_zero(file).value(); }

TEST_CASE("a library whose initial function turns small numbers to 0 is recognised") {
  CHECK(sets(library("\x90" + kOrBits + kLoad + "\xc3")));
  CHECK(sets(library(kOrBits + kLoad, false)));
  CHECK(sets(library("\x0d\x40\x80\0\0\x89\x44\x24\xfc\xc5\xf8\xae\x54\x24\xfc"s)));
}

TEST_CASE("code that sets one bit, or is not called by the loader, is another thing") {
  CHECK(!sets(library("\x81\x4c\x24\xfc\0\x80\0\0"s + kLoad)));
  CHECK(!sets(library(kOrBits + "\x0f\xae\x5c\x24\xfc")));
  CHECK(!sets(library(kOrBits + std::string(40, '\x90') + kLoad)));
  CHECK(!sets(library(kOrBits + "\x0f\xae")));
  const std::string behind = kOrBits + kLoad + std::string(100, '\xc3');
  CHECK(!sets(library(behind, true, 50)));
  CHECK(!sets(library(behind, true, 1 << 20)));
}

TEST_CASE("other files are refused, and none is read beyond its end") {
  CHECK(!sets_flush_to_zero("").ok());
  CHECK(!sets_flush_to_zero("#!/bin/sh").ok());
  CHECK(!sets_flush_to_zero(library(kOrBits + kLoad, true, 0, 183)).ok());
  const std::string whole = library(kOrBits + kLoad);
  for (size_t size = 0; size + 3 < whole.size(); ++size) {
    const auto cut = sets_flush_to_zero(whole.substr(0, size));
    CHECK((!cut.ok() || !cut.value()));
  }
}

}  // namespace
}  // namespace ibid::environment
