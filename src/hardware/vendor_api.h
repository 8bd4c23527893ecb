#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/hex.h"
#include "base/number_text.h"
#include "platform/shared_library.h"

namespace ibid::hardware {

// The library of a vendor, called without its headers. Every function is looked up when it is called, so that
// an old driver that lacks one leaves the rest usable. Prototypes follow the vendor's public documentation;
// all these interfaces return a code of 32 bits, 0 for success.
class VendorApi {
 public:
  // `title` is the interface's name in messages; `code_text` says what a code means.
  VendorApi(platform::SharedLibrary library, std::string title, std::string (*code_text)(int32_t))
      : library_(std::move(library)), title_(std::move(title)), code_text_(code_text) {}

  template <class... Parameters>
  Result<void> call(const char* symbol, std::type_identity_t<Parameters>... arguments) const {
    const auto function = library_.function<int32_t(Parameters...)>(symbol);
    if (!function.ok()) return lacks(symbol);
    const int32_t code = function.value()(arguments...);
    if (code == 0) return {};
    return Error(ErrorCode::kUnsupported,
                 source(symbol) + " says: " + code_text_(code) + " (" + code_number(code) + ")");
  }

  bool has(const char* symbol) const { return library_.function<void()>(symbol).ok(); }
  // "NVML nvmlInit_v2".
  std::string source(const std::string& symbol) const { return title_ + " " + symbol; }
  const platform::SharedLibrary& library() const { return library_; }

 private:
  // The large codes are documented in hexadecimal.
  static std::string code_number(int32_t code) {
    const auto bits = static_cast<uint32_t>(code);
    return bits < 0x10000 ? number_text(int64_t{code}) : "0x" + hex_text(uint64_t{bits}).substr(8);
  }

  Error lacks(const char* symbol) const {
    return Error(ErrorCode::kUnsupported, library_.name() + " has no " + symbol + ": the driver is too old",
                 "a newer driver may bring it");
  }

  platform::SharedLibrary library_;
  std::string title_;
  std::string (*code_text_)(int32_t);
};

}  // namespace ibid::hardware
