// What a user does with weights and digests, through public headers alone.

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "ibid/errors.h"
#include "ibid/io/digest.h"
#include "ibid/io/safetensors.h"
#include "ibid/nn/layers.h"
#include "ibid/nn/sequential.h"
#include "support/temporary_folder.h"

namespace ibid {
namespace {

std::unique_ptr<nn::Sequential> model(uint64_t seed) {
  auto result = std::make_unique<nn::Sequential>();
  result->add<nn::Linear>(5, 3);
  result->add<nn::Linear>(3, 2);
  result->initialize(seed);
  return result;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// The code of the FileError that loading throws; its message names the file.
std::string failure(const std::filesystem::path& path) {
  try {
    io::load_safetensors(path);
  } catch (const FileError& error) {
    CHECK(std::string(error.what()).find(path.filename().string()) != std::string::npos);
    return error.code();
  }
  return "none";
}

TEST_CASE("a model's weights go to a file and come back with the same digest") {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "model.safetensors";
  const auto saved = model(1), other = model(2);
  REQUIRE(io::module_digest(*saved) != io::module_digest(*other));
  io::save_safetensors(path, {saved->state_dict(), {{"note", "two layers"}}});
  const io::Safetensors loaded = io::load_safetensors(path);
  other->load_state_dict(loaded.tensors);
  CHECK(io::module_digest(*saved) == io::module_digest(*other));
  CHECK(loaded.metadata == decltype(loaded.metadata){{"note", "two layers"}});
  CHECK(io::module_digest(*saved) == io::tree_digest(io::tensor_digests(saved->state_dict())));
  // What was loaded is saved as the same bytes.
  io::save_safetensors(folder.path() / "again.safetensors", loaded);
  CHECK(read(folder.path() / "again.safetensors") == read(path));
}

TEST_CASE("a missing, truncated or altered file is named with its reason") {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "model.safetensors";
  CHECK(failure(path) == "not-found");
  io::save_safetensors(path, {model(1)->state_dict(), {}});
  CHECK(failure(path) == "none");
  const std::string bytes = read(path);
  const std::filesystem::path changed = folder.path() / "changed.safetensors";
  for (const size_t size : {size_t{0}, size_t{7}, size_t{20}, bytes.size() / 2, bytes.size() - 1}) {
    CAPTURE(size);
    write(changed, bytes.substr(0, size));
    CHECK(failure(changed) == "truncated");
  }
  write(changed, bytes + "x");
  CHECK(failure(changed) == "malformed");
  const auto altered = [&](const std::string& from, const std::string& to) {
    std::string other = bytes;
    REQUIRE(other.find(from) != std::string::npos);
    write(changed, other.replace(other.find(from), from.size(), to));
    return failure(changed);
  };
  CHECK(altered("0.weight", "9.weight") == "digest-mismatch");
  CHECK(altered("[3,5]", "[5,3]") == "digest-mismatch");
  CHECK(altered("\"F32\"", "\"F16\"") == "unsupported");
  CHECK(altered("[3,5]", "[3;5]") == "malformed");
  for (const size_t place : {bytes.size() - 1, bytes.size() - 40}) {
    std::string other = bytes;
    other[place] = static_cast<char>(other[place] ^ 1);
    write(changed, other);
    CHECK(failure(changed) == "digest-mismatch");
  }
}

TEST_CASE("a file of another program, without a digest, loads") {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "other.safetensors";
  const io::Safetensors content{{{"w", Tensor::arange(6, DType::kF32)}}, {}};
  write(path, io::encode_safetensors(content));
  CHECK(io::load_safetensors(path).find("w")->same_bits(content.tensors[0].second));
}

TEST_CASE("what cannot be saved is refused before anything is written") {
  const test::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "model.safetensors";
  const Tensor one = Tensor::scalar(1.0);
  CHECK_THROWS_AS(io::save_safetensors(path, {{{"a", one}, {"a", one}}, {}}), ArgumentError);
  CHECK_THROWS_AS(io::save_safetensors(path, {{{"a", Tensor()}}, {}}), ArgumentError);
  CHECK_THROWS_AS(io::save_safetensors(path, {{{"__metadata__", one}}, {}}), ArgumentError);
  CHECK_THROWS_AS(io::save_safetensors(path, {{{"\xff", one}}, {}}), ArgumentError);
  CHECK_THROWS_AS(io::save_safetensors(path, {{{"a", one}}, {{"note", "\xff"}}}), ArgumentError);
  CHECK_THROWS_AS(io::save_safetensors(path, {{{"a", one}}, {{"n", ""}, {"n", ""}}}), ArgumentError);
  CHECK_FALSE(std::filesystem::exists(path));
  try {
    io::save_safetensors(folder.path() / "none" / "model.safetensors", {{{"a", one}}, {}});
    FAIL("a folder that does not exist was written to");
  } catch (const FileError& error) {
    CHECK(error.code() == "not-found");
  }
}

TEST_CASE("names that are no tree have no root") {
  const Digest128 digest = io::tensor_digest(Tensor::scalar(1.0));
  CHECK_THROWS_AS(io::tree_digest({{"a", digest}, {"a", digest}}), ArgumentError);
  CHECK_THROWS_AS(io::tree_digest({{"a", digest}, {"a.b", digest}}), ArgumentError);
  CHECK_THROWS_AS(io::tensor_digest(Tensor()), ArgumentError);
}

}  // namespace
}  // namespace ibid
