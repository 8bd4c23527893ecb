#include "verify/certificate.h"

#include <algorithm>
#include <set>

#include "base/build_facts.h"
#include "data/file_sha256.h"
#include "data/tree_walk.h"
#include "platform/clock.h"
#include "verify/run_folder.h"
#include "verify/verification_document.h"

namespace ibid::verify {
namespace {

constexpr const char* kRecordPrefix = "verification/";
constexpr const char* kFirstPrefix = "first/";  // of the first record, where it lies elsewhere

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json subject(const std::string& name, const std::string& sha256) {
  return {{"name", name}, {"digest", {{"sha256", sha256}}}};
}

// Names of the files in a folder, in a fixed order; with links, which are named by where they lead.
Result<std::vector<std::string>> files_below(const platform::Path& folder) {
  IBID_ASSIGN(const data::WalkedTree tree, data::walk_tree(folder));
  std::vector<std::string> names;
  for (size_t i = 0; i < tree.entries.size(); ++i) {
    if (tree.statuses[i].kind == platform::FileKind::kFile)
      names.push_back(std::filesystem::relative(tree.path_of(i), tree.root).generic_string());
  }
  return names;
}

Result<void> add_files(const platform::Path& folder, const std::string& prefix, Json& subjects) {
  IBID_ASSIGN(const std::vector<std::string> names, files_below(folder));
  for (const std::string& name : names) {
    IBID_ASSIGN(const std::string sha256, data::file_sha256(folder / name));
    subjects.push_back(subject(prefix + name, sha256));
  }
  return {};
}

bool is_below(const platform::Path& path, const platform::Path& folder) {
  const platform::Path inside =
      std::filesystem::weakly_canonical(path).lexically_relative(std::filesystem::weakly_canonical(folder));
  return !inside.empty() && *inside.begin() != "..";
}

// What the first run was made of and has made: as its record has it.
Result<void> add_run(const RunFolder& first, Json& subjects) {
  for (const auto& [name, file] :
       {std::pair("code", "source.json"), std::pair("environment", "environment.json"),
        std::pair("hardware", "hardware.json")}) {
    if (!first.has(file)) continue;
    IBID_ASSIGN(const std::string sha256, data::file_sha256(first.file(file)));
    subjects.push_back(subject(name, sha256));
  }
  if (!first.has("files.json")) return {};
  IBID_ASSIGN(const Json files, first.read_json("files.json"));
  for (const Json& file : files) {
    if (!file.contains("sha256")) continue;
    const std::string kind = text_of(file, "role") == "read" ? "data:" : "model:";
    subjects.push_back(subject(kind + text_of(file, "path"), text_of(file, "sha256")));
  }
  return {};
}

Json runs_of(const Json& runs) {
  Json list = Json::array();
  for (const Json& run : runs) {
    Json entry = {{"name", run.value("name", "")}};
    if (run.contains("skipped")) {
      entry["skipped"] = run["skipped"];
    } else {
      entry["same"] = run.contains("comparison") && run["comparison"].value("same", false);
      entry["outcome"] = run.value("outcome", int64_t{0});
    }
    list.push_back(std::move(entry));
  }
  return list;
}

Json predicate_of(const Json& report, const Json& run) {
  Json predicate = {{"ibid", build_facts().version},
                    {"signed", platform::utc_text(platform::unix_milliseconds())},
                    {"command", run.value("command", Json::array())},
                    {"enforcement", run.value("enforcement", Json())},
                    {"same", report.value("same", false)},
                    {"verdict", verdict_sentence(report)}};
  if (report.contains("runs")) predicate["runs"] = runs_of(report["runs"]);
  for (const Json& setup : report.value("setups", Json::array())) {
    predicate["setups"].push_back({{"name", setup.value("name", "")},
                                   {"enforcement", setup.value("enforcement", Json())},
                                   {"judged", setup.value("judged", true)},
                                   {"distinct_outcomes", setup.value("distinct_outcomes", int64_t{0})},
                                   {"runs", runs_of(setup.value("runs", Json::array()))}});
  }
  return predicate;
}

// "" : the report has no first run.
std::string first_record(const Json& report) {
  if (report.contains("first")) return text_of(report, "first");
  const Json setups = report.value("setups", Json::array());
  return setups.empty() ? "" : text_of(setups.front(), "first");
}

// The first record where it is now: the folder of a verification may have been moved.
platform::Path first_record_in(const platform::Path& folder, const std::string& recorded) {
  const platform::Path inside = folder / platform::Path(recorded).filename();
  return platform::path_exists(inside / "run.json") ? inside : platform::Path(recorded);
}

SubjectCheck::State state_of(const platform::Path& path, const std::string& sha256) {
  if (!platform::path_exists(path)) return SubjectCheck::State::kAbsent;
  const Result<std::string> now = data::file_sha256(std::filesystem::weakly_canonical(path));
  if (!now.ok()) return SubjectCheck::State::kAbsent;
  return now.value() == sha256 ? SubjectCheck::State::kSame : SubjectCheck::State::kChanged;
}

bool has_form(const Json& statement) {
  if (!statement.is_object() || text_of(statement, "_type") != kStatementType ||
      text_of(statement, "predicateType") != kPredicateType)
    return false;
  const auto subjects = statement.find("subject"), predicate = statement.find("predicate");
  if (subjects == statement.end() || !subjects->is_array() || predicate == statement.end() ||
      !predicate->is_object())
    return false;
  return std::all_of(subjects->begin(), subjects->end(), [](const Json& entry) {
    return entry.is_object() && !text_of(entry, "name").empty() && entry.contains("digest") &&
           entry["digest"].is_object() && text_of(entry["digest"], "sha256").size() == 64;
  });
}

}  // namespace

Result<Json> certificate_statement(const platform::Path& folder) {
  const platform::Path path = folder / "report.json";
  if (!platform::path_exists(path)) {
    return Error(ErrorCode::kNotFound, folder.string() + " has no report.json",
                 "name the folder of a finished verification, as 'ibid verify' prints it");
  }
  IBID_ASSIGN(const std::string text, platform::read_file(path));
  IBID_ASSIGN(const Json report, parse_json(text, path.string()));
  IBID_ASSIGN(const RunFolder first, RunFolder::open(first_record_in(folder, first_record(report))));
  IBID_ASSIGN(const Json run, first.read_json("run.json"));
  Json subjects = Json::array();
  IBID_TRY(add_run(first, subjects));
  IBID_TRY(add_files(folder, kRecordPrefix, subjects));
  Json predicate = predicate_of(report, run);
  if (!is_below(first.path(), folder)) {
    IBID_TRY(add_files(first.path(), kFirstPrefix, subjects));
    predicate["first"] = std::filesystem::absolute(first.path()).string();
  }
  return Json{{"_type", kStatementType},
              {"subject", std::move(subjects)},
              {"predicateType", kPredicateType},
              {"predicate", std::move(predicate)}};
}

bool StatementCheck::intact() const {
  const auto is_same = [](const SubjectCheck& check) { return check.state == SubjectCheck::State::kSame; };
  const auto is_changed = [](const SubjectCheck& check) {
    return check.state == SubjectCheck::State::kChanged;
  };
  return added.empty() && std::all_of(record.begin(), record.end(), is_same) &&
         std::none_of(outside.begin(), outside.end(), is_changed);
}

Result<void> check_statement_form(const Json& statement, const std::string& name) {
  if (has_form(statement)) return {};
  return Error(ErrorCode::kMalformed, name + " certifies something else than a verification of ibid",
               "a certificate is a file made by 'ibid certify sign'");
}

Result<StatementCheck> check_statement(const Json& statement, const platform::Path& folder,
                                       const platform::Path& certificate) {
  StatementCheck check;
  std::set<std::string> named;
  for (const Json& entry : statement["subject"]) {
    const std::string name = text_of(entry, "name"), sha256 = text_of(entry["digest"], "sha256");
    const auto below = [&](const char* prefix) { return name.substr(std::string_view(prefix).size()); };
    if (name.starts_with(kRecordPrefix)) {
      check.record.push_back({name, state_of(folder / below(kRecordPrefix), sha256)});
      named.insert(below(kRecordPrefix));
    } else if (name.starts_with(kFirstPrefix)) {
      const platform::Path first = text_of(statement["predicate"], "first");
      check.outside.push_back({name, state_of(first / below(kFirstPrefix), sha256)});
    } else if (name.starts_with("data:") || name.starts_with("model:")) {
      check.outside.push_back({name, state_of(name.substr(name.find(':') + 1), sha256)});
    }
  }
  IBID_ASSIGN(const std::vector<std::string> names, files_below(folder));
  for (const std::string& name : names) {
    std::error_code ignored;
    const bool is_itself = std::filesystem::equivalent(folder / name, certificate, ignored);
    if (!named.contains(name) && !is_itself) check.added.push_back(name);
  }
  return check;
}

}  // namespace ibid::verify
