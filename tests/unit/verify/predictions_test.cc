#include "verify/predictions.h"

#include <doctest/doctest.h>

namespace ibid::verify {
namespace {

PredictionList parse(const std::string& text, const std::string& column = "") {
  return parse_predictions(text, column, "file").value();
}

TEST_CASE("a column of texts or whole numbers has classes") {
  CHECK(std::get<ClassNames>(parse("id,label\n1,cat\n2,dog\n")) == ClassNames{"cat", "dog"});
  CHECK(std::get<ClassNames>(parse("id,label\n1,cat\n2,dog\n", "id")) == ClassNames{"1", "2"});
  CHECK(std::get<ClassNames>(parse("3\n1\n2\n")) == ClassNames{"3", "1", "2"});
  CHECK(std::get<ClassNames>(parse("label\n3\n1\n")) == ClassNames{"3", "1"});
}

TEST_CASE("a column with a fraction has numbers") {
  CHECK(std::get<PredictedNumbers>(parse("y\n1\n2.5\n1e3\n")) == PredictedNumbers{1.0, 2.5, 1000.0});
  CHECK(std::get<ClassNames>(parse("y\n1\n2.5\nnone of it\n")).size() == 3);
}

std::string npy(const std::string& type, const std::string& shape, const std::string& values) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  header.resize(117, ' ');
  header += '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + values;
}

TEST_CASE("arrays") {
  CHECK(std::get<ClassNames>(parse(npy("|u1", "(3,)", {1, 0, 7}))) == ClassNames{"1", "0", "7"});
  // Two rows of probabilities: the first of equals counts.
  CHECK(std::get<ClassNames>(parse(npy("|u1", "(2, 3)", {1, 5, 5, 9, 2, 0}))) == ClassNames{"1", "0"});
  CHECK(std::get<PredictedNumbers>(parse(npy("<f4", "(1,)", std::string("\0\0\x80\x3f", 4)))) ==
        PredictedNumbers{1.0});
  CHECK(parse_predictions(npy("|u1", "(3,)", {1}), "", "file").error().code() == ErrorCode::kTruncated);
}

TEST_CASE("what is wrong is named") {
  CHECK(parse_predictions("", "", "file").error().code() == ErrorCode::kMalformed);
  CHECK(parse_predictions("a,b\n1,2\n", "c", "file").error().code() == ErrorCode::kNotFound);
  CHECK(parse_predictions("a,b\n1\n", "b", "file").error().message().find("row 2") != std::string::npos);
}

TEST_CASE("a file and its column") {
  CHECK(parse_prediction_file("out/p.csv").path == "out/p.csv");
  CHECK(parse_prediction_file("out/p.csv:label").path == "out/p.csv");
  CHECK(parse_prediction_file("out/p.csv:label").column == "label");
}

}  // namespace
}  // namespace ibid::verify
