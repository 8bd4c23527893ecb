#pragma once

#include <string_view>

namespace ibid {

// Reports a broken invariant and aborts. Never reachable from outside input: those are errors (result.h).
[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string_view message);

}  // namespace ibid

// Always on. `message` is evaluated only when the condition is false.
#define IBID_CHECK(condition, message)                               \
  do {                                                               \
    if (!(condition)) [[unlikely]]                                   \
      ::ibid::check_failed(__FILE__, __LINE__, #condition, message); \
  } while (false)
