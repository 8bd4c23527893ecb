#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "platform/process.h"
#include "source/capture.h"
#include "source/record.h"
#include "source/restore.h"
#include "support/temporary_folder.h"

namespace ibid::source {

// A folder in which the real git makes repositories, untouched by the settings of whoever runs the tests.
class GitFolder {
 public:
  GitFolder() {
    std::filesystem::create_directories(folder_ / "home");
    ::setenv("HOME", (folder_ / "home").c_str(), 1);
    ::setenv("XDG_CONFIG_HOME", (folder_ / "home/config").c_str(), 1);
    ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    std::ofstream(folder_ / "home/.gitconfig")
        << "[user]\n name = n\n email = n@example.org\n[init]\n defaultBranch = main\n"
           "[protocol \"file\"]\n allow = always\n[advice]\n detachedHead = false\n";
  }

  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  // Runs a script of the shell in the folder; it stops at the first failure.
  std::string shell(const std::string& script) const {
    const auto result = platform::run_process({.arguments = {"sh", "-euc", script},
                                               .environment = {},
                                               .folder = folder_.path(),
                                               .timeout_seconds = 60});
    REQUIRE(result.ok());
    CHECK_MESSAGE(result.value().exit_status == 0, (script + "\n" + result.value().standard_error));
    return result.value().standard_output;
  }

  // Modes, kinds, links and contents of everything but .git, one line each.
  std::string listing(const std::string& name) const {
    return shell(
        "cd '" + name +
        "' && find . -name .git -prune -o \\( -type f -o -type l \\) -printf '%y %m %l %p ' -a "
        "\\( -type l -printf '\\n' -o -exec sh -c 'sha256sum < \"$1\"' sh {} \\; \\) | LC_ALL=C sort");
  }

  Report captured(const std::vector<std::string>& names, CaptureRequest request = {}) const {
    for (const std::string& name : names)
      request.roots.push_back({.path = folder_ / name, .origin = "the test", .required = true});
    data::ObjectStore store(folder_ / "store");
    Result<Report> report = capture(request, store);
    REQUIRE_MESSAGE(report.ok(), (report.ok() ? "" : report.error().to_string()));
    return std::move(report).value();
  }

  // Into the folder `into`; the record goes through its text.
  std::vector<RestoredTree> restored(const Report& report, const std::string& into,
                                     bool may_clone = false) const {
    const Result<Json> record = parse_record(json_text(report_json(report)), "record");
    REQUIRE_MESSAGE(record.ok(), (record.ok() ? "" : record.error().to_string()));
    const Result<RecordedSource> source = recorded_source(record.value(), "record");
    REQUIRE(source.ok());
    const data::ObjectStore store(folder_ / "store");
    RestoreRequest request;
    request.folder = folder_ / into;
    request.may_clone = may_clone;
    Result<std::vector<RestoredTree>> trees = restore(source.value(), store, request);
    REQUIRE_MESSAGE(trees.ok(), (trees.ok() ? "" : trees.error().to_string()));
    return std::move(trees).value();
  }

  std::string object(const std::string& digest) const {
    return data::ObjectStore(folder_ / "store").get(digest).value();
  }

 private:
  test::TemporaryFolder folder_;
};

inline const Repository& repository_called(const Report& report, const std::string& name) {
  for (const Repository& repository : report.repositories.items) {
    if (repository.name.value() == name) return repository;
  }
  FAIL("no repository " << name);
  return report.repositories.items.front();
}

// "file kind, file kind".
inline std::string changes_text(const Report& report) {
  std::string text;
  for (const Change& change : report.changes.items)
    text += (text.empty() ? "" : ", ") + change.name.value() + " " + change.kind.value();
  return text;
}

// "file: reason\n".
inline std::string left_out_text(const Report& report) {
  std::string text;
  for (const LeftOutFile& file : report.left_out.items)
    text += file.name.value() + ": " + file.reason.value() + "\n";
  return text;
}

}  // namespace ibid::source
