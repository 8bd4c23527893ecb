#include "environment/python.h"

#include <doctest/doctest.h>

#include "environment/report.h"
#include "support/captured_files.h"

namespace ibid::environment {
namespace {

using test::CapturedFiles;

Json answers() {
  return {{"implementation", "CPython"},
          {"version", "3.11.2"},
          {"compiler", "GCC 12.2.0"},
          {"executable", "/v/bin/python"},
          {"prefix", "/v"},
          {"base_prefix", "/usr"},
          {"path", {"/usr/lib/python311.zip", "/v/lib"}},
          {"flags", {{"optimize", 1}, {"verbose", 0}, {"int_max_str_digits", -1}}}};
}

TEST_CASE("what an interpreter says is taken with its source") {
  const PythonAnswers python{"/v/bin/python", answers()};
  const Python facts = collect_python(CapturedFiles().subject(), python);
  CHECK(facts.version.value() == "3.11.2");
  CHECK(facts.kind.value() == "virtual environment");
  CHECK(facts.flags.value() == std::vector<std::string>{"optimize"});
  CHECK(facts.hash_seed.value() == "random");
  CHECK(module_search_path(python) == std::vector<std::string>{"/usr/lib/python311.zip", "/v/lib"});
}

TEST_CASE("the hash seed is the variable's, unless the interpreter ignores it") {
  Subject subject = CapturedFiles().subject();
  subject.variables = {{"PYTHONHASHSEED", "0"}};
  Json json = answers();
  CHECK(collect_python(subject, {"p", json}).hash_seed.value() == "0");
  json["flags"] = {{"isolated", 1}};
  CHECK(collect_python(subject, {"p", json}).hash_seed.value() == "random");
}

TEST_CASE("an installation is told by its prefix") {
  CapturedFiles files;
  files.add("/conda/conda-meta/history", "");
  const auto kind = [&files](const char* prefix) {
    Json json = answers();
    json["prefix"] = json["base_prefix"] = prefix;
    return collect_python(files.subject(), {"p", json}).kind.value();
  };
  CHECK(kind("/usr") == "system");
  CHECK(kind("/conda") == "conda");
  CHECK(kind("/opt/python") == "own");
}

TEST_CASE("rubbish from an interpreter gives reasons, not values") {
  for (const Json& json :
       {Json(), Json::array(), Json{{"version", 3}, {"path", "x"}, {"flags", {1}}, {"prefix", {}}}}) {
    const Python facts = collect_python(CapturedFiles().subject(), {"p", json});
    CHECK(!facts.version.is_known());
    CHECK(!facts.search_path.is_known());
    CHECK(!facts.flags.is_known());
    CHECK(!facts.kind.is_known());
    CHECK(!facts.version.reason().empty());
  }
}

// Calls `use` for every fact of a report.
template <class Use>
void for_all_facts(Report& report, Use&& use) {
  for_each_fact(report.python, use);
  for_each_fact(report.threads, use);
  for_each_fact(report.determinism, use);
  for_each_fact(report.floating_point, use);
  for (Setting& setting : report.settings.items) for_each_fact(setting, use);
  for (Package& package : report.packages.items) for_each_fact(package, use);
  for (CondaPackage& package : report.conda_packages.items) for_each_fact(package, use);
  for (Library& library : report.libraries.items) for_each_fact(library, use);
  for (Variable& variable : report.variables.items) for_each_fact(variable, use);
}

TEST_CASE("somebody looked for every fact, and every known one has a source") {
  CapturedFiles files;
  files.add("/v/lib/a-1.dist-info/METADATA", "Name: a\n");
  files.add("/v/lib/b.egg-info", "");
  files.add("/v/conda-meta/c.json", "{}");
  files.add("/proc/1/maps", "1-2 r-xp 0 0:0 1 /lib/gone.so\n");
  Subject subject = files.subject();
  subject.process_id = 1;
  subject.variables = {{"HF_TOKEN", "x"}};
  for (const Result<Json>& json :
       {Result<Json>(answers()), Result<Json>(Error(ErrorCode::kNotFound, "silence"))}) {
    Report report = collect(subject, {"p", json});
    int64_t n_facts = 0;
    for_all_facts(report, [&n_facts](std::string_view name, std::string_view, const auto& fact) {
      ++n_facts;
      if (fact.is_known()) {
        CHECK_MESSAGE(!fact.source().empty(), name);
      } else {
        CHECK_MESSAGE(fact.reason() != "nobody looked for it", name);
      }
    });
    CHECK(n_facts > 40);
    for (const std::string& reason : {report.packages.unknown_reason, report.conda_packages.unknown_reason,
                                      report.libraries.unknown_reason, report.variables.unknown_reason})
      CHECK(reason != "nobody looked for them");
  }
}

}  // namespace
}  // namespace ibid::environment
