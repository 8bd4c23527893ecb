#include "verify/factors.h"

#include <doctest/doctest.h>

#include <set>

#include "verify/factor_findings.h"

namespace ibid::verify {
namespace {

Json run_of(const char* name, bool same) {
  Json run = {{"name", name}, {"folder", "/v/2"}, {"comparison", {{"same", same}, {"same_end", true}}}};
  if (!same) run["comparison"]["first_output_line"] = {{"line", 1}, {"a", "1"}, {"b", "2"}};
  return run;
}

Json skipped_run(const char* name, const char* why) { return {{"name", name}, {"skipped", why}}; }

Json finding(const char* code, const Json& report, const Json& enforcement = Json::object()) {
  const TaxonomyFactor* factor = find_factor(code).value();
  return factors_json({&factor, 1}, report, {{"enforcement", enforcement}}).front();
}

Json report_of(const Json& runs) { return {{"runs", runs}}; }

TEST_CASE("there are twenty factors, each with a way to probe it or the reason why not") {
  std::set<std::string_view> codes;
  for (const TaxonomyFactor& factor : taxonomy()) {
    codes.insert(factor.code);
    CHECK(factor.probes.empty() != factor.instead.empty());
    for (const std::string_view probe : factor.probes) CHECK_FALSE(option_of_probe(probe).empty());
  }
  CHECK(codes.size() == 20);
  CHECK(taxonomy().size() == 20);
}

TEST_CASE("a factor is found by its code and by a part of its title") {
  CHECK(find_factor("a2").value()->title == "Random weight initialisation");
  CHECK(find_factor("weight-initialization").value()->code == "A2");
  CHECK(find_factor("Software").value()->code == "I2");
  const auto several = find_factor("data");
  REQUIRE_FALSE(several.ok());
  CHECK(several.error().message().find("more than one") != std::string::npos);
  CHECK(several.error().hint().find("A3 Data shuffling") != std::string::npos);
  CHECK_FALSE(find_factor("").ok());
  CHECK_FALSE(find_factor("luck").ok());
}

TEST_CASE("a factor is the same, differs, or was not probed") {
  const Json report =
      report_of({run_of("as it is 2", true), run_of("threads=1", true), run_of("threads=2", false),
                 skipped_run("isa=avx512", "no AVX-512"), run_of("env MODE=x", true)});
  const Json parallel = finding("I3", report);
  CHECK(parallel["status"] == "differs");
  CHECK(parallel["compared_runs"] == 3);
  CHECK(parallel["by"].front().get<std::string>().find("threads=2: Output differs") == 0);
  CHECK(finding("I5", report)["status"] == "same");
  CHECK(finding("O5", report)["status"] == "same");
  const Json unit = finding("I6", report);
  CHECK(unit["status"] == "not probed");
  CHECK(unit["reasons"] == Json::array({"no AVX-512", "not asked for: --device"}));
  CHECK(finding("O6", report)["reasons"].front().get<std::string>().find("data describe") !=
        std::string::npos);
}

TEST_CASE("where the command does not repeat itself only repetitions tell something") {
  const Json report =
      report_of({run_of("as it is 2", false), run_of("isa=avx2", false), run_of("threads=2", false)});
  CHECK(finding("I7", report)["status"] == "unclear");
  CHECK(finding("I3", report)["status"] == "differs");
}

TEST_CASE("runs that leave nothing to compare prove nothing") {
  Json empty = run_of("threads=2", true);
  empty["comparison"]["without_evidence"] = true;
  CHECK(finding("I7", report_of(Json::array({empty})))["status"] == "not probed");
}

TEST_CASE("seeds are meant to make a difference") {
  Json report = report_of(Json::array({run_of("as it is 2", true)}));
  report["setups"] = Json::array({{{"name", "init-seeds"},
                                   {"judged", false},
                                   {"distinct_outcomes", 2},
                                   {"runs", Json::array({run_of("seed=103", false)})}}});
  report["statistics"]["last_metrics"] = Json::array(
      {{{"name", "loss"},
        {"groups",
         Json::array({{{"group", "init-seeds"}, {"distinct", 2}, {"least", 0.25}, {"largest", 0.5}}})}}});
  const Json weights = finding("A2", report);
  CHECK(weights["status"] == "varies");
  CHECK(weights["by"].front() == "--init-seeds: 2 distinct outcomes in 2 runs; loss from 0.25 to 0.5");
  CHECK(finding("A3", report)["status"] == "not probed");
}

TEST_CASE("what nobody varied may be held still") {
  const Json report = report_of(Json::array({run_of("as it is 2", true)}));
  CHECK(finding("A2", report, {{"seed", 42}})["controlled_by"] == "--seed");
  CHECK(finding("A2", report, {{"seed", 42}})["status"] == "controlled");
  CHECK(finding("A2", report, {{"seed", Json()}})["status"] == "not probed");
  CHECK(finding("I2", report, {{"seed", 42}, {"deterministic", true}})["status"] == "not probed");
  // Held still and tried: what was found counts.
  const Json parallel = finding("I3", report, {{"seed", 42}, {"deterministic", true}});
  CHECK(parallel["status"] == "same");
  CHECK(finding_text(parallel) == "same bits in 1 run, with --deterministic");
}

TEST_CASE("a setup that is not held still takes the control away from all") {
  Json report;
  const Json held = {{"seed", 42}, {"deterministic", true}}, free = {{"seed", 42}, {"deterministic", false}};
  for (const auto& [name, enforcement] : {std::pair{"seeds", free}, std::pair{"deterministic", held}}) {
    report["setups"].push_back({{"name", name},
                                {"judged", true},
                                {"enforcement", enforcement},
                                {"runs", Json::array({run_of("as it is 2", true)})}});
  }
  CHECK(finding("A2", report)["controlled_by"] == "--seed");
  CHECK_FALSE(finding("I3", report).contains("controlled_by"));
}

}  // namespace
}  // namespace ibid::verify
