#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/error.h"

namespace ibid {

// A value or the reason why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : content_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<T>(content_); }
  explicit operator bool() const { return ok(); }

  T& value() & {
    IBID_CHECK(ok(), std::get<Error>(content_).to_string());
    return std::get<T>(content_);
  }
  const T& value() const& {
    IBID_CHECK(ok(), std::get<Error>(content_).to_string());
    return std::get<T>(content_);
  }
  // By value, so that a loop over create().value() does not run over a dead temporary.
  T value() && {
    IBID_CHECK(ok(), std::get<Error>(content_).to_string());
    return std::get<T>(std::move(content_));
  }
  const Error& error() const& {
    IBID_CHECK(!ok(), "error() of a Result that has a value");
    return std::get<Error>(content_);
  }
  Error&& error() && {
    IBID_CHECK(!ok(), "error() of a Result that has a value");
    return std::get<Error>(std::move(content_));
  }

 private:
  std::variant<T, Error> content_;
};

// Success without a value, or the reason for failure.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const { IBID_CHECK(ok(), error_->to_string()); }
  const Error& error() const& {
    IBID_CHECK(!ok(), "error() of a Result that succeeded");
    return *error_;
  }
  Error&& error() && {
    IBID_CHECK(!ok(), "error() of a Result that succeeded");
    return *std::move(error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace ibid

#define IBID_CONCAT_(a, b) a##b
#define IBID_CONCAT(a, b) IBID_CONCAT_(a, b)

// IBID_TRY(expression): returns its error from the enclosing function, else goes on.
#define IBID_TRY(expression)                                             \
  do {                                                                   \
    if (auto ibid_result = (expression); !ibid_result.ok()) [[unlikely]] \
      return std::move(ibid_result).error();                             \
  } while (false)

// IBID_ASSIGN(auto x, expression): the same, and on success x = its value.
#define IBID_ASSIGN(target, expression) IBID_ASSIGN_(IBID_CONCAT(ibid_result_, __LINE__), target, expression)
#define IBID_ASSIGN_(result, target, expression) \
  auto result = (expression);                    \
  if (!result.ok()) [[unlikely]]                 \
    return std::move(result).error();            \
  target = std::move(result).value()
