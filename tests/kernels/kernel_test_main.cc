#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

#include "engine/kernels/kernel_table.h"

int main(int argc, char** argv) {
  if (const auto problem = ibid::kernels::forced_isa_problem()) {
    std::printf("skipped: %s\n", problem->c_str());
    return 77;
  }
  doctest::Context context(argc, argv);
  return context.run();
}
