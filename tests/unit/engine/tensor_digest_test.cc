#include "ibid/io/digest.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "base/digest.h"

namespace ibid::io {
namespace {

TEST_CASE("a digest covers type, shape and bits") {
  const Tensor a = Tensor::from_values<float>({2, 2}, {1, 2, 3, 4});
  CHECK(tensor_digest(a) == tensor_digest(a.clone()));
  CHECK(tensor_digest(a) != tensor_digest(a.reshape({4})));
  CHECK(tensor_digest(a) != tensor_digest(a.to(DType::kF64)));
  CHECK(tensor_digest(Tensor::scalar(0.0)) != tensor_digest(Tensor::scalar(-0.0)));
  CHECK(tensor_digest(Tensor::scalar(std::nan(""))) == tensor_digest(Tensor::scalar(-std::nan(""))));
  std::string bytes = "f32 (2, 2)\n";
  bytes.append(static_cast<const char*>(a.raw_data()), 16);
  CHECK(tensor_digest(a) == digest_bytes(bytes));
}

TEST_CASE("a digest follows the raster, not the memory") {
  const Tensor a = Tensor::arange(50000, DType::kF32).reshape({200, 250});
  CHECK(tensor_digest(a.transpose(0, 1)) == tensor_digest(a.transpose(0, 1).clone()));
  CHECK(tensor_digest(a.transpose(0, 1)) != tensor_digest(a.reshape({250, 200})));
  // A NaN behind the first piece.
  Tensor b = a.clone(), c = a.clone();
  b.data<float>()[40000] = std::nanf("");
  c.data<float>()[40000] = -std::nanf("7");
  CHECK(tensor_digest(b) == tensor_digest(c));
  CHECK(tensor_digest(b) != tensor_digest(a));
}

TEST_CASE("the tree groups dotted names and depends on names, order and leaves") {
  const auto leaf = [](const char* text) { return digest_bytes(std::string_view(text)); };
  const NamedDigests leaves{{"conv.weight", leaf("1")}, {"conv.bias", leaf("2")}, {"out", leaf("3")}};
  const Digest128 conv =
      digest_bytes("node\nweight\n" + leaf("1").hex() + "\nbias\n" + leaf("2").hex() + "\n");
  CHECK(tree_digest(leaves) ==
        digest_bytes("node\nconv\n" + conv.hex() + "\nout\n" + leaf("3").hex() + "\n"));
  NamedDigests swapped{leaves[2], leaves[0], leaves[1]}, renamed = leaves, changed = leaves;
  renamed[2].first = "in";
  changed[1].second = leaf("4");
  for (const NamedDigests& other : {swapped, renamed, changed})
    CHECK(tree_digest(other) != tree_digest(leaves));
  CHECK(tree_digest({}) == digest_bytes(std::string_view("node\n")));
}

TEST_CASE("a chain depends on every root and their order") {
  const Digest128 a = digest_bytes(std::string_view("a")), b = digest_bytes(std::string_view("b"));
  CHECK(chain_digest(chain_digest({}, a), b) != chain_digest(chain_digest({}, b), a));
  CHECK(chain_digest({}, a) != a);
}

}  // namespace
}  // namespace ibid::io
