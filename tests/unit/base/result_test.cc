#include "base/result.h"

#include <doctest/doctest.h>

#include <string>

namespace ibid {
namespace {

Result<int> half(int x) {
  if (x % 2 != 0) return Error(ErrorCode::kConfig, "odd");
  return x / 2;
}

Result<int> quarter(int x) {
  IBID_ASSIGN(const int h, half(x));
  return half(h);
}

Result<void> check_quarter(int x) {
  IBID_TRY(quarter(x));
  return {};
}

TEST_CASE("a result carries its value or its error through IBID_ASSIGN and IBID_TRY") {
  CHECK(quarter(8).value() == 2);
  CHECK(quarter(6).error().message() == "odd");
  CHECK(check_quarter(8).ok());
  CHECK_FALSE(check_quarter(7).ok());
}

TEST_CASE("context frames read from the outside in") {
  Error error =
      Error(ErrorCode::kNotFound, "no such file").with_context("opening x").with_context("loading data");
  CHECK(error.to_string() == "loading data: opening x: no such file");
  CHECK(code_name(error.code()) == "not-found");
  CHECK(exit_status(error.code()) == 3);
}

}  // namespace
}  // namespace ibid
