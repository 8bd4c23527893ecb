#include "compare/protobuf_reader.h"

#include <doctest/doctest.h>

#include <vector>

#include "compare/tensor_files.h"

namespace ibid::compare {
namespace {

using namespace std::string_literals;

std::vector<ProtobufField> read(std::string_view bytes) {
  std::vector<ProtobufField> fields;
  each_field(bytes, "m", [&](const ProtobufField& field) -> Result<void> {
    fields.push_back(field);
    return {};
  }).value();
  return fields;
}

ErrorCode refused(const std::string& bytes) {
  return each_field(bytes, "m", [](const ProtobufField&) -> Result<void> { return {}; }).error().code();
}

TEST_CASE("every kind of field") {
  const std::string bytes = "\x08\x96\x01\x12\x02hi\x1d\x00\x00\x80\x3f\x21\x01\x00\x00\x00\x00\x00\x00\x80"s;
  const auto fields = read(bytes);
  REQUIRE(fields.size() == 4);
  CHECK(fields[0].integer() == 150);
  CHECK(fields[1].bytes == "hi");
  CHECK(fields[2].value == 0x3F800000);
  CHECK(fields[3].value == 0x8000000000000001);
  CHECK(fields[3].number == 4);
}

TEST_CASE("negative numbers take ten bytes") {
  CHECK(read("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")[0].integer() == -1);
}

TEST_CASE("lengths and numbers that do not fit are refused") {
  CHECK(refused("\x08") == ErrorCode::kTruncated);
  CHECK(refused("\x12\x03hi") == ErrorCode::kTruncated);
  CHECK(refused("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01hi") == ErrorCode::kTruncated);
  CHECK(refused("\x1d\x00\x00"s) == ErrorCode::kTruncated);
  CHECK(refused("\x08" + std::string(11, '\xff')) == ErrorCode::kMalformed);
  CHECK(refused("\x0b") == ErrorCode::kMalformed);  // a group
}

TEST_CASE("what is an ONNX model") {
  const auto looks = [](const std::string& bytes) {
    return looks_like_onnx(std::as_bytes(std::span(bytes)));
  };
  CHECK(looks("\x08\x07\x12\x02pt\x3a\x00"s));
  CHECK(looks("\x08\x07\x42\x02\x10\x0d"));
  CHECK_FALSE(looks("\x08\x01\x12\x02\x0a\x00\x3a\x00"s));  // a saved model of TensorFlow
  CHECK_FALSE(looks("\x08"));
  CHECK_FALSE(looks(""));
}

}  // namespace
}  // namespace ibid::compare
