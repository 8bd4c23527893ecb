// The reports of captured machines, byte for byte. After a change that is meant, write them anew:
//   IBID_REWRITE_REPORTS=1 build/release/tests/hardware_test

#include "hardware/report.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "captured_machine.h"
#include "platform/environment.h"
#include "report/check.h"
#include "report/redact.h"

namespace ibid::hardware {
namespace {

using test::captured_machine;

// Without the libraries of this machine's drivers: those of a captured one cannot be loaded.
Json captured_report(const std::string& name) {
  return report_json(collect(captured_machine(name), {.libraries = GpuLibraries::none()}));
}

// What only drivers tell is tested against libraries that answer like theirs: hardware_gpu_test.
bool is_told_by_drivers(const std::string& place) {
  const std::string section = place.substr(0, place.find('.'));
  return section == "gpus" || section == "gpu_software" || section == "used" || section == "used_gpus";
}

// Every fact of a report with its place.
template <class Visit>
void for_each_fact(const Json& report, const Visit& visit) {
  for (const report::Section& section : report_sections()) {
    const Json& content = report.at(std::string(section.name));
    const Json items = section.is_list ? content.at("items") : Json::array({content});
    for (const Json& item : items) {
      for (const report::Field& field : section.fields)
        visit(std::string(section.name) + "." + std::string(field.name), item.at(std::string(field.name)));
    }
  }
}

TEST_CASE("the reports of captured machines are the committed ones") {
  const bool rewrite = platform::environment_variable("IBID_REWRITE_REPORTS").has_value();
  const std::vector<std::string> names = test::captured_machine_names();
  CHECK(names.size() >= 9);
  for (const std::string& name : names) {
    CAPTURE(name);
    const std::string text = json_text(captured_report(name));
    const platform::Path path = test::captured_machine_folder(name) / "report.json";
    if (rewrite) std::ofstream(path, std::ios::binary) << text;
    const auto committed = platform::read_file(path);
    REQUIRE_MESSAGE(committed.ok(), "run: IBID_REWRITE_REPORTS=1 build/release/tests/hardware_test");
    const bool current = committed.value() == text;
    CHECK_MESSAGE(current, "look at: IBID_REWRITE_REPORTS=1 build/release/tests/hardware_test; git diff");
  }
}

TEST_CASE("every field is a value with its source, or unknown with a reason") {
  for (const std::string& name : test::captured_machine_names()) {
    CAPTURE(name);
    const Json report = captured_report(name);
    const report::Expected expected{"ibid.hardware", kFormatVersion, report_sections()};
    const auto checked = report::check(report, expected, name);
    CHECK_MESSAGE(checked.ok(), (checked.ok() ? "" : checked.error().message()));
    int64_t n_facts = 0;
    for_each_fact(report, [&](const std::string& place, const Json& fact) {
      CAPTURE(place);
      ++n_facts;
      if (fact.contains("unknown")) {
        CHECK_FALSE(fact.at("unknown").get<std::string>().empty());
        CHECK(fact.at("unknown") != "nobody looked for it");
        return;
      }
      CHECK_FALSE(fact.at("source").get<std::string>().empty());
      CHECK(fact.at("value") != "");
    });
    CHECK(n_facts > 50);
    for (const report::Section& section : report_sections()) {
      const Json& content = report.at(std::string(section.name));
      if (section.is_list && content.contains("unknown"))
        CHECK(content.at("unknown") != "nobody looked for them");
    }
  }
}

TEST_CASE("every field is known of some captured machine") {
  std::map<std::string, bool> known;
  for (const std::string& name : test::captured_machine_names()) {
    for_each_fact(captured_report(name), [&](const std::string& place, const Json& fact) {
      known[place] = known[place] || fact.contains("value");
    });
  }
  for (const auto& [place, is_known] : known) {
    if (!is_told_by_drivers(place)) CHECK_MESSAGE(is_known, place);
  }
}

TEST_CASE("this machine's report has the form of all others") {
  const Json report = report_json(collect(Machine::this_one()));
  const report::Expected expected{"ibid.hardware", kFormatVersion, report_sections()};
  CHECK(report::check(report, expected, "this machine").ok());
  for_each_fact(report, [&](const std::string& place, const Json& fact) {
    CAPTURE(place);
    if (fact.contains("unknown")) CHECK(fact.at("unknown") != "nobody looked for it");
  });
}

TEST_CASE("a redacted report holds no name, address or serial number") {
  const std::string shown = json_text(report::redacted(captured_report("xeon-server"), report_sections()));
  for (const char* secret : {"node01", "02:00:00:00:00:01", "SERIAL1", "12345678", "S6DENT", "01234501",
                             "nas.example.org", "192.0.2.", "11111111-2222", "scratch"}) {
    CAPTURE(secret);
    CHECK(shown.find(secret) == std::string::npos);
  }
  CHECK(shown.find("Xeon") != std::string::npos);
}

}  // namespace
}  // namespace ibid::hardware
