#include <doctest/doctest.h>

#include "compare/tensor_difference.h"
#include "compare/tensor_files.h"
#include "platform/file.h"

namespace ibid::compare {
namespace {

using namespace std::string_literals;

std::span<const std::byte> raw(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string corpus(const std::string& name) {
  return platform::read_file(IBID_SOURCE_DIR "/fuzz/corpus/model_file/" + name).value();
}

TEST_CASE("values and lists of UBJSON") {
  const std::string bytes = "{i\x01"s + "a[$d#i\x02\x3f\x80\x00\x00\xc0\x00\x00\x00"s + "i\x01"s +
                            "b[SU\x02hiTZl\xff\xff\xff\xfe]"s + "i\x01"s +
                            "c{#i\x01i\x01xd\x3f\x00\x00\x00"s + "}";
  REQUIRE(looks_like_ubjson(bytes));
  const TensorSet set = read_ubjson(raw(bytes), "u").value();
  REQUIRE(set.tensors.size() == 1);
  CHECK(set.tensors[0].name == "a");
  CHECK(value_of(set.tensors[0].type, set.tensors[0].bits_at(1)) == -2.0);
  using Values = std::vector<std::pair<std::string, std::string>>;
  CHECK(set.values == Values{{"b.0", "hi"}, {"b.1", "true"}, {"b.2", "null"}, {"b.3", "-2"}, {"c.x", "0.5"}});
}

TEST_CASE("damaged UBJSON is refused") {
  const auto code = [](const std::string& bytes) { return read_ubjson(raw(bytes), "u").error().code(); };
  CHECK(code("{i\x01"s + "a[$d#i\x7f]}") == ErrorCode::kMalformed);
  CHECK(code("{i\x01"s + "a[$d#i\xff]}") == ErrorCode::kMalformed);
  CHECK(code("{i\x01"s + "aT}}") == ErrorCode::kMalformed);
  CHECK(code("{") == ErrorCode::kMalformed);
  CHECK(code(std::string(1000, '[')) == ErrorCode::kUnsupported);
  CHECK(code("[#L\x7f\xff\xff\xff\xff\xff\xff\xff"s + "T") == ErrorCode::kMalformed);
  CHECK(code("[$T#L\x7f\xff\xff\xff\xff\xff\xff\xff"s) == ErrorCode::kUnsupported);
  CHECK_FALSE(looks_like_ubjson("{\"a\": 1}"));
}

TEST_CASE("trees of XGBoost by name, nodes by index") {
  const std::string model = corpus("small.ubj");
  std::string other = model;
  const size_t at = other.find("split_conditions[$d#L") + 21 + 8;
  other[at + 3] = static_cast<char>(other[at + 3] ^ 1);
  const TensorSet a = read_ubjson(raw(model), "a").value(), b = read_ubjson(raw(other), "b").value();
  const TensorSetComparison comparison = compare_tensor_sets(a, b);
  REQUIRE(comparison.tensors.size() == 1);
  CHECK(comparison.tensors[0].name == "learner.gradient_booster.model.trees.0.split_conditions");
  CHECK(comparison.tensors[0].first == std::vector<int64_t>{0});
  CHECK(comparison.tensors[0].max_ulp == 1);
  CHECK(comparison.values.empty());
}

TEST_CASE("models of LightGBM without threads, paths and sizes") {
  const std::string model = corpus("lightgbm.txt");
  REQUIRE(looks_like_lightgbm(model));
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string other = model;
    other.replace(other.find(from), from.size(), to);
    const TensorSet a = read_lightgbm(raw(model), "a").value(), b = read_lightgbm(raw(other), "b").value();
    return compare_tensor_sets(a, b);
  };
  CHECK(changed("num_threads: 2", "num_threads: 1").same());
  CHECK(changed("train.csv", "/elsewhere/train.csv").same());
  CHECK(changed("10 12", "10 13").same());
  CHECK(changed("boosting: gbdt", "boosting: dart").values.size() == 1);
  const TensorSetComparison leaf = changed("0.1 -0.2", "0.1 -0.20000000000000004");
  REQUIRE(leaf.tensors.size() == 1);
  CHECK(leaf.tensors[0].name == "tree 0.leaf_value");
  CHECK(leaf.tensors[0].first == std::vector<int64_t>{1});
  CHECK(leaf.tensors[0].max_ulp == 1);
  CHECK_FALSE(read_lightgbm(raw(model.substr(0, 100)), "cut").ok());
}

}  // namespace
}  // namespace ibid::compare
