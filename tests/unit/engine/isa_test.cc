// Which kernels run is what was asked for: without this, a test of a forced instruction set could pass on
// another one.

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "engine/kernels/kernel_table.h"
#include "ibid/context.h"
#include "ibid/errors.h"

namespace ibid {
namespace {

using kernels::Isa;

// Sets IBID_FORCE_ISA for its lifetime.
class ForcedIsa {
 public:
  explicit ForcedIsa(const char* name) {
    const char* old = std::getenv("IBID_FORCE_ISA");
    had_ = old != nullptr;
    if (had_) old_ = old;
    ::setenv("IBID_FORCE_ISA", name, 1);
  }
  ~ForcedIsa() {
    if (had_) {
      ::setenv("IBID_FORCE_ISA", old_.c_str(), 1);
    } else {
      ::unsetenv("IBID_FORCE_ISA");
    }
  }
  ForcedIsa(const ForcedIsa&) = delete;
  ForcedIsa& operator=(const ForcedIsa&) = delete;

 private:
  bool had_ = false;
  std::string old_;
};

TEST_CASE("the instruction set this run was forced to is in use") {
  const char* forced = std::getenv("IBID_FORCE_ISA");
  const std::vector<Isa> available = kernels::available_isas();
  const std::string expected =
      forced != nullptr ? std::string(forced) : std::string(kernels::isa_name(available.back()));
  Context context;
  CHECK(context.isa() == expected);
  CHECK(&context.kernels() == &kernels::kernel_table(*kernels::parse_isa(expected)));
}

TEST_CASE("every available instruction set can be forced by environment and by option") {
  for (const Isa isa : kernels::available_isas()) {
    const std::string name(kernels::isa_name(isa));
    CAPTURE(name);
    const Context by_option({1, name});
    CHECK(by_option.isa() == name);
    CHECK(&by_option.kernels() == &kernels::kernel_table(isa));
    const ForcedIsa forced(name.c_str());
    const Context by_environment;
    CHECK(by_environment.isa() == name);
    CHECK(&by_environment.kernels() == &kernels::kernel_table(isa));
  }
}

TEST_CASE("an option beats the environment") {
  const ForcedIsa forced(std::string(kernels::isa_name(kernels::available_isas().back())).c_str());
  CHECK(Context({1, "scalar"}).isa() == "scalar");
}

TEST_CASE("instruction sets have kernels of their own") {
  const kernels::KernelTable& scalar = kernels::kernel_table(Isa::kScalar);
  for (const Isa isa : kernels::available_isas()) {
    if (isa == Isa::kScalar) continue;
    const kernels::KernelTable& table = kernels::kernel_table(isa);
    CHECK((table.f32.gemm != scalar.f32.gemm));
    CHECK((table.f32.conv_forward != scalar.f32.conv_forward));
    CHECK((table.f32.unary != scalar.f32.unary));
    CHECK((table.f32.adam != scalar.f32.adam));
    CHECK((table.uniform != scalar.uniform));
  }
  CHECK((kernels::software_fma_table().f32.gemm != nullptr));
}

TEST_CASE("an unknown instruction set is an error that names it and those there are") {
  const auto message_of = [](const ContextOptions& options) -> std::string {
    try {
      const Context context(options);
    } catch (const DeviceError& error) {
      return error.what();
    }
    return "no error";
  };
  const std::string by_option = message_of({1, "sse9"});
  CHECK(by_option.find("sse9") != by_option.npos);
  CHECK(by_option.find("scalar") != by_option.npos);
  const ForcedIsa forced("sse10");
  const std::string by_environment = message_of({});
  CHECK(by_environment.find("sse10") != by_environment.npos);
  CHECK(by_environment.find("scalar") != by_environment.npos);
  CHECK_THROWS_AS(Context({0, "scalar"}), ArgumentError);
}

}  // namespace
}  // namespace ibid
