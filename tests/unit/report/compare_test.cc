#include "report/compare.h"

#include <doctest/doctest.h>

#include "report/check.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report/redact.h"
#include "report/value_text.h"

namespace ibid::report {
namespace {

constexpr std::string_view kTorch[] = {"PyTorch"};
constexpr Field kPartFields[] = {
    {"kind", "kind", "text", "", "-", "-", Matters::kClass, "other kernels", {}, false},
    {"blocks", "blocks", "integer", "", "-", "-", Matters::kMay, "other sums", kTorch, false},
    {"clock_hz", "clock", "integer", "Hz", "-", "-", Matters::kSpeed, "", {}, false},
    {"serial", "serial", "text", "", "-", "-", Matters::kNo, "", {}, true},
};
constexpr Field kPackageFields[] = {
    {"name", "name", "text", "", "-", "-", Matters::kMay, "other code", {}, false},
    {"version", "version", "text", "", "-", "-", Matters::kMay, "other program", {}, false},
};
constexpr Section kSections[] = {{"part", "Part", false, "", {}, kPartFields},
                                 {"packages", "Packages", true, "name", {}, kPackageFields}};

Json known(const Json& value) { return {{"value", value}, {"source", "test"}}; }

Json package(const char* name, const char* version) {
  return {{"name", known(name)}, {"version", known(version)}};
}

Json example() {
  return {{"format", "ibid.example"},
          {"version", 1},
          {"part",
           {{"kind", known("avx2")},
            {"blocks", known(3)},
            {"clock_hz", known(2300000000)},
            {"serial", known("S1")}}},
          {"packages", {{"items", {package("a", "1"), package("b", "2")}}, {"source", "test"}}}};
}

Verdict verdict(const Json& a, const Json& b, std::string_view framework = {}) {
  return compare(a, b, kSections, framework).verdict;
}

TEST_CASE("equal reports promise the same results") {
  CHECK(compare(example(), example(), kSections).differences.empty());
  CHECK(verdict(example(), example()) == Verdict::kSame);
}

TEST_CASE("the verdict is that of the field that matters most") {
  Json other = example();
  other["part"]["clock_hz"] = known(1);
  CHECK(verdict(example(), other) == Verdict::kSame);
  CHECK(compare(example(), other, kSections).differences.size() == 1);
  other["part"]["blocks"] = known(4);
  CHECK(verdict(example(), other) == Verdict::kMayDiffer);
  other["part"]["kind"] = known("avx512");
  CHECK(verdict(example(), other) == Verdict::kDifferentClass);
}

TEST_CASE("a field that concerns another framework does not count") {
  Json other = example();
  other["part"]["blocks"] = known(4);
  CHECK(verdict(example(), other, "PyTorch") == Verdict::kMayDiffer);
  CHECK(verdict(example(), other, "JAX") == Verdict::kSame);
  CHECK(named_frameworks(kSections) == std::vector<std::string>{"PyTorch"});
}

TEST_CASE("what one side does not know nobody can tell; what neither knows is no difference") {
  Json other = example();
  other["part"]["kind"] = {{"unknown", "hidden"}};
  const Comparison comparison = compare(example(), other, kSections);
  CHECK(comparison.verdict == Verdict::kMayDiffer);
  REQUIRE(comparison.differences.size() == 1);
  CHECK(comparison.differences[0].undecided);
  CHECK(comparison.differences[0].b == "unknown: hidden");
  CHECK(verdict(other, other) == Verdict::kSame);
}

TEST_CASE("items of a list belong together by their key, wherever they stand") {
  Json other = example();
  other["packages"]["items"] = {package("b", "2"), package("c", "9"), package("a", "1.1")};
  const Comparison comparison = compare(example(), other, kSections);
  REQUIRE(comparison.differences.size() == 2);
  CHECK(comparison.differences[0].item == "a");
  CHECK(comparison.differences[0].a == "1");
  CHECK(comparison.differences[0].b == "1.1");
  CHECK(comparison.differences[1].item == "c");
  CHECK(comparison.differences[1].a == "not there");
}

TEST_CASE("what is private is gone from a redacted report") {
  Json report = example();
  report["surplus"] = "S1";
  const Json shown = redacted(report, kSections);
  CHECK(shown.dump().find("S1") == std::string::npos);
  CHECK(shown["part"]["kind"] == report["part"]["kind"]);
  CHECK(check(shown, {"ibid.example", 1, kSections}, "x").ok());
}

TEST_CASE("sources and reasons of a redacted report do not tell what is private") {
  Json report = example();
  const std::string secret = report["part"]["serial"]["value"].get<std::string>();
  REQUIRE(secret.size() < 4);  // too short to be looked for: it stands in texts by chance
  report["part"]["serial"]["value"] = "node-17";
  report["part"]["kind"]["source"] =
      "/sys/fs/cgroup/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef/memory.max of "
      "node-17, "
      "GPU-0a1b2c3d-0000-1111-2222-333344445555, commit 60e6be98";
  report["part"]["blocks"] = {{"unknown", "node-17 does not tell"}};
  const Json shown = redacted(report, kSections);
  CHECK(shown["part"]["kind"]["source"] ==
        "/sys/fs/cgroup/(hidden)/memory.max of (hidden), GPU-(hidden), commit 60e6be98");
  CHECK(shown["part"]["blocks"]["unknown"] == "(hidden) does not tell");
  CHECK(shown["part"]["kind"]["value"] == report["part"]["kind"]["value"]);
}

TEST_CASE("a report from outside is taken only whole and of the right types") {
  const Expected expected{"ibid.example", 1, kSections};
  CHECK(check(example(), expected, "x").ok());
  const auto refuses = [&expected](const Json& report, std::string_view part) {
    const Result<void> result = check(report, expected, "a.json");
    REQUIRE(!result.ok());
    CHECK(result.error().message().find(part) != std::string::npos);
  };
  Json bad = example();
  bad["version"] = 2;
  refuses(bad, "another version");
  bad = example();
  bad["part"].erase("kind");
  refuses(bad, "part.kind is missing");
  bad = example();
  bad["part"]["blocks"] = known("3");
  refuses(bad, "part.blocks has no value of type integer");
  bad = example();
  bad["packages"]["items"][1]["name"] = 1;
  refuses(bad, "packages[1].name");
  bad = example();
  bad["packages"].erase("source");
  refuses(bad, "neither source nor unknown");
  refuses(Json::array(), "format");
}

TEST_CASE("pages show every value and let no markup through") {
  Json report = example();
  report["part"]["kind"] = known("<script>|");
  report["part"]["blocks"]["also"] = {{{"value", 7}, {"source", "elsewhere"}}};
  report["part"]["serial"] = {{"unknown", "only root may read it"}};
  const std::string page = html(report, kSections, "A & B");
  CHECK(page.find("<script>") == std::string::npos);
  for (const char* part :
       {"&lt;script&gt;|", "A &amp; B", "2.30 GHz", "but 7 by elsewhere", "only root may read it"})
    CHECK_MESSAGE(page.find(part) != std::string::npos, part);
  const std::string text = markdown(report, kSections, "A");
  for (const char* part : {"\\<script\\>\\|", "**but 7** by elsewhere", "*unknown: only root may read it*"})
    CHECK_MESSAGE(text.find(part) != std::string::npos, part);
}

TEST_CASE("values are written for people") {
  const auto text = [](const Json& value, std::string_view unit) {
    const Field field{"", "", "", unit, "", "", Matters::kNo, "", {}, false};
    return value_text(value, field);
  };
  CHECK(text(true, "") == "yes");
  CHECK(text(Json::array(), "") == "none");
  CHECK(text({"a", "b"}, "") == "a, b");
  CHECK(text(1536, "bytes") == "1.5 KiB");
  CHECK(text(800000000, "Hz") == "800 MHz");
  CHECK(text(250, "W") == "250 W");
}

}  // namespace
}  // namespace ibid::report
