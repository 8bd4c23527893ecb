#include "verify/verification_document.h"

#include <doctest/doctest.h>

namespace ibid::verify {
namespace {

Json same_run(const char* name) {
  return {
      {"name", name},
      {"folder", "/v/2"},
      {"seconds", 1.5},
      {"comparison", {{"same", true}, {"same_end", true}, {"compared_steps", 20}, {"compared_files", 1}}}};
}

Json other_run(const char* name) {
  Json run = same_run(name);
  run["comparison"]["same"] = false;
  run["comparison"]["first_divergence"] = {{"step", 3}, {"tensors", {"loss", "gradients.Net.a"}}};
  run["comparison"]["first_output_line"] = {{"line", 2}, {"a", "x <1>"}, {"b", "x\x1b[2J"}};
  return run;
}

Json report_of(const Json& runs, bool same) {
  return {{"format", 1}, {"same", same}, {"first", "/v/1"}, {"runs", runs}};
}

const Json kFirst = {{"command", {"python3", "train.py"}}, {"folder", "/p"}, {"ibid", "0.1.0"}};

TEST_CASE("the verdict tells agreement, difference, and that nothing was compared") {
  CHECK(verdict_sentence(report_of(Json::array({same_run("as it is 2")}), true)).find("same bits") !=
        std::string::npos);
  CHECK(verdict_sentence(report_of({same_run("as it is 2"), other_run("threads=2")}, false))
            .find("The command repeats itself here, but what comes out depends on threads.") == 0);
  CHECK(verdict_sentence(report_of(Json::array(), false)).find("Nothing was compared") == 0);
  Json empty = same_run("as it is 2");
  empty["comparison"]["without_evidence"] = true;
  CHECK(verdict_sentence(report_of(Json::array({empty}), false)).find("Nothing was compared") == 0);
}

TEST_CASE("a factor matters where repetitions agree and its runs do not") {
  const auto page = [](const Json& runs) {
    return report::document_markdown(verification_document(report_of(runs, false), kFirst));
  };
  const std::string depends = page({same_run("as it is 2"), same_run("isa=avx2"), other_run("threads=2")});
  CHECK(depends.find("depends on it") != std::string::npos);
  CHECK(depends.find("no dependence was seen") != std::string::npos);
  CHECK(depends.find("step 3") != std::string::npos);
  // Where the command does not even repeat itself, nothing is said about the factor.
  CHECK(page({other_run("as it is 2"), other_run("threads=2")}).find("depends on it") == std::string::npos);
}

TEST_CASE("files that differ are explained") {
  Json run = other_run("threads=2");
  run["comparison"]["different_files"] = {"model.pt"};
  run["comparison"]["file_differences"] = {
      {{"path", "model.pt"}, {"comparison", {{"summary", "1 of 2 tensors differ, max 3 ULP"}}}},
      {{"path", "big.bin"}, {"why_not_compared", "too large"}}};
  const std::string page =
      report::document_markdown(verification_document(report_of(Json::array({run}), false), kFirst));
  CHECK(page.find("1 of 2 tensors differ, max 3 ULP") != std::string::npos);
}

TEST_CASE("setups have tables of their own") {
  Json report = {{"format", 1}, {"same", false}};
  report["setups"] = {{{"name", "random"}, {"runs", Json::array({other_run("as it is 2")})}},
                      {{"name", "deterministic"}, {"runs", Json::array({same_run("as it is 2")})}}};
  const std::string page = report::document_markdown(verification_document(report, kFirst));
  CHECK(page.find("setup 'random'") != std::string::npos);
  CHECK(page.find("setup 'deterministic'") != std::string::npos);
}

TEST_CASE("JUnit has a case for each run, and no character that XML cannot hold") {
  Json skipped = {{"name", "isa=avx512"}, {"skipped", "no \"avx512\""}};
  const std::string xml =
      verification_junit(report_of({same_run("as it is 2"), other_run("threads=2"), skipped}, false), kFirst);
  CHECK(xml.find("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\"") != std::string::npos);
  CHECK(xml.find("x &lt;1&gt;") != std::string::npos);
  CHECK(xml.find('\x1b') == std::string::npos);
  CHECK(xml.find("no &quot;avx512&quot;") != std::string::npos);
}

TEST_CASE("runs that are meant to differ stand beside the others and are no failure") {
  Json report = report_of(Json::array({same_run("as it is 2"), same_run("threads=2")}), true);
  report["setups"] = Json::array({{{"name", "init-seeds"},
                                   {"judged", false},
                                   {"runs", {other_run("seed=103"), other_run("seed=107")}}}});
  CHECK(verdict_sentence(report) == "The same bits came out of all runs that were to agree.");
  const std::string page = report::document_markdown(verification_document(report, kFirst));
  CHECK(page.find("threads=2") != std::string::npos);
  CHECK(page.find("seed=107") != std::string::npos);
  CHECK(page.find("depends on it") == std::string::npos);
  CHECK(verification_junit(report, kFirst).find("tests=\"4\" failures=\"0\"") != std::string::npos);
  // Alone they are judged.
  report.erase("runs");
  report["same"] = false;
  CHECK(verification_junit(report, kFirst).find("failures=\"2\"") != std::string::npos);
}

}  // namespace
}  // namespace ibid::verify
