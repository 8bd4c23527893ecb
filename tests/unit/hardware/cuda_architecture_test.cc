#include "hardware/cuda_architecture.h"

#include <doctest/doctest.h>

using namespace ibid;
using namespace ibid::hardware;

TEST_CASE("architectures through Blackwell") {
  CHECK(cuda_architecture(3, 5).value() == "Kepler");
  CHECK(cuda_architecture(7, 0).value() == "Volta");
  CHECK(cuda_architecture(7, 5).value() == "Turing");
  CHECK(cuda_architecture(8, 0).value() == "Ampere");
  CHECK(cuda_architecture(8, 9).value() == "Ada Lovelace");
  CHECK(cuda_architecture(9, 0).value() == "Hopper");
  CHECK(cuda_architecture(10, 0).value() == "Blackwell");
  CHECK(cuda_architecture(10, 3).value() == "Blackwell");
  CHECK(cuda_architecture(12, 0).value() == "Blackwell");
}

TEST_CASE("an unlisted capability is newer than the table, or not in it") {
  CHECK(cuda_architecture(13, 0).error().message() ==
        "compute capability 13.0 is newer than this table of architectures");
  // Between those of Blackwell.
  CHECK(cuda_architecture(10, 7).error().message() ==
        "compute capability 10.7 is newer than this table of architectures");
  CHECK(cuda_architecture(4, 0).error().message() ==
        "compute capability 4.0 is not in this table of architectures");
}

TEST_CASE("cores of a multiprocessor give the published numbers of multiprocessors") {
  CHECK(6912 / cuda_cores_of_unit(8, 0).value() == 108);    // A100
  CHECK(16896 / cuda_cores_of_unit(9, 0).value() == 132);   // H100 SXM
  CHECK(5120 / cuda_cores_of_unit(7, 0).value() == 80);     // V100
  CHECK(2560 / cuda_cores_of_unit(7, 5).value() == 40);     // T4
  CHECK(16384 / cuda_cores_of_unit(8, 9).value() == 128);   // RTX 4090
  CHECK(21760 / cuda_cores_of_unit(12, 0).value() == 170);  // RTX 5090
}
