#include "compare/content_comparison.h"

#include <doctest/doctest.h>

#include "compare/number_distance.h"

namespace ibid::compare {
namespace {

TEST_CASE("JSON is compared by value") {
  const auto same = [](const char* a, const char* b) { return compare_json(a, b).value().same; };
  CHECK(same(R"({"a": 1, "b": [1, 2]})", R"({"b":[1,2],"a":1.0})"));
  CHECK(same("[0.1]", "[0.10]"));
  CHECK_FALSE(same("[0.0]", "[-0.0]"));
  CHECK_FALSE(same("[1, 2]", "[2, 1]"));
  CHECK_FALSE(same("[1]", "[1, 2]"));
  CHECK_FALSE(same("[1]", "[\"1\"]"));
  CHECK_FALSE(same("[9007199254740993]", "[9007199254740992]"));
  CHECK_FALSE(same(R"({"a": null})", "{}"));
  CHECK_FALSE(compare_json("{", "{}").ok());
}

TEST_CASE("the first path that differs, as a pointer") {
  const Finding finding =
      compare_json(R"({"x": {"y": [1, 0.5]}, "z": 1})", R"({"x": {"y": [1, 0.5000000000000001]}})").value();
  CHECK(finding.details["first"]["path"] == "/x/y/1");
  CHECK(finding.details["different_values"] == 2);
  CHECK(finding.details["max_ulp"] == 1);
  CHECK(finding.summary == "2 values differ, max 1 ULP, first /x/y/1: 0.5 / 0.5000000000000001");
}

TEST_CASE("JSON nested without end is no crash") {
  const std::string deep = std::string(2000, '[') + std::string(2000, ']');
  const std::string other = std::string(2000, '[') + "1" + std::string(2000, ']');
  CHECK_FALSE(compare_json(deep, other).ok());
}

TEST_CASE("lines of text") {
  CHECK(compare_text("a\nb\n", "a\r\nb").same);
  CHECK_FALSE(compare_text("a\n\n", "a\n").same);
  const Finding finding = compare_text("a\nloss 0.5 in 3 s\nc\n", "a\nloss 0.5 in 4 s\n");
  CHECK(finding.details["first"]["line"] == 2);
  CHECK(finding.details["different_lines"] == 2);
  CHECK(finding.details["only_numbers"] == false);
  const Finding numbers = compare_text("loss 0.5\n", "loss 0.5000000000000001\n");
  CHECK(numbers.details["max_ulp"] == 1);
}

TEST_CASE("cells of tables") {
  CHECK(compare_tables("a,b\n1,2\n", "a,b\r\n\"1\",2", "t.csv").value().same);
  const Finding finding = compare_tables("id,loss\n1,0.5\n2,x\n", "id,loss\n1,0.25\n2,y\n", "t.csv").value();
  CHECK(finding.details["different_cells"] == 2);
  CHECK(finding.details["first"]["column_name"] == "loss");
  CHECK(finding.details["first"]["row"] == 2);
  CHECK_FALSE(compare_tables("a,b\n1,2\n", "a,b\n1,2\n3,4\n", "t.csv").value().same);
  CHECK_FALSE(compare_tables("", "a,b\n", "t.csv").value().same);
}

TEST_CASE("the distance of numbers in text") {
  CHECK(number_distance("loss 1.0", "loss 1.00") == 0);
  CHECK(number_distance("-1e-3 x", "-1e-3 x") == 0);
  CHECK(number_distance("1", "1.0000000000000002") == 1);
  CHECK_FALSE(number_distance("a 1", "b 1").has_value());
  CHECK_FALSE(number_distance("1", "1 2").has_value());
  CHECK_FALSE(number_distance("x", "1").has_value());
  CHECK(number_distance("2020-11-20", "2020-11-21").value() > 0);
  CHECK(number_distance("layer1", "layer2").value() > 0);
}

TEST_CASE("PDF without the time at which it was made") {
  const auto same = [](const char* a, const char* b) { return compare_pdf(a, b).same; };
  CHECK(same("%PDF-1.4 /CreationDate (D:2026) x", "%PDF-1.4 /CreationDate (D:2027010203\\)Z) x"));
  CHECK(same("/ID [<aa> <bb>] /ModDate<00>", "/ID [<ab> <bb>] /ModDate<01>"));
  CHECK_FALSE(same("/CreationDate (D:2026) x", "/CreationDate (D:2027) y"));
  CHECK_FALSE(same("/CreationDate (D:2026", "/CreationDate (D:2027"));
  CHECK_FALSE(same("/Title (a)", "/Title (b)"));
  CHECK_FALSE(same("/ID 1 0 R", "/ID 2 0 R"));
  const Finding finding = compare_pdf("a /ID [<1>] x", "a /ID [<2>] y");
  CHECK(finding.details["left_out"] == Json::array({"/ID"}));
  CHECK(finding.summary == "the bytes differ from offset 7 on, counted without /ID");
}

TEST_CASE("damaged images are an error, not a crash") {
  CHECK_FALSE(compare_png("\x89PNG\r\n\x1a\n", "\x89PNG\r\n\x1a\nxx").ok());
}

}  // namespace
}  // namespace ibid::compare
