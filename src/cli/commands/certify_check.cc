#include <algorithm>

#include "base/number_text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/signing_key.h"
#include "verify/certificate.h"
#include "verify/envelope.h"

namespace ibid::cli {
namespace {

using State = verify::SubjectCheck::State;

int64_t count(const std::vector<verify::SubjectCheck>& checks, State state) {
  return std::count_if(checks.begin(), checks.end(), [&](const auto& check) { return check.state == state; });
}

std::string names_text(const std::vector<verify::SubjectCheck>& checks, State state,
                       const std::string& what) {
  std::string text;
  for (const verify::SubjectCheck& check : checks) {
    if (check.state == state) text += "  " + what + ": " + check.name + "\n";
  }
  return text;
}

std::string record_text(const verify::StatementCheck& check) {
  std::string text = number_text(count(check.record, State::kSame)) + " of " +
                     number_text(static_cast<int64_t>(check.record.size())) +
                     " files of the verification are as they were\n" +
                     names_text(check.record, State::kChanged, "changed") +
                     names_text(check.record, State::kAbsent, "missing");
  for (const std::string& name : check.added) text += "  added: " + name + "\n";
  text += number_text(count(check.outside, State::kSame)) + " of " +
          number_text(static_cast<int64_t>(check.outside.size())) + " data and model files are as they were";
  const int64_t n_absent = count(check.outside, State::kAbsent);
  if (n_absent > 0) text += "; " + number_text(n_absent) + " are not here and were not checked";
  return text + "\n" + names_text(check.outside, State::kChanged, "changed");
}

Json checks_json(const std::vector<verify::SubjectCheck>& checks) {
  Json list = Json::array();
  for (const verify::SubjectCheck& check : checks) {
    list.push_back({{"name", check.name},
                    {"state", check.state == State::kSame      ? "same"
                              : check.state == State::kChanged ? "changed"
                                                               : "absent"}});
  }
  return list;
}

Result<platform::Path> folder_of(const Invocation& invocation, const platform::Path& certificate) {
  if (const auto folder = invocation.text("folder")) return platform::Path(*folder);
  const platform::Path beside = std::filesystem::absolute(certificate).parent_path();
  if (platform::path_exists(beside / "report.json")) return beside;
  return Error(ErrorCode::kUsage, "the verification is not beside " + certificate.string(),
               "name its folder with --folder, or check the signature alone with --signature-only");
}

Result<int> run(const Invocation& invocation, Console& console) {
  const platform::Path path = *invocation.argument("CERTIFICATE");
  IBID_ASSIGN(const std::string key, read_key(invocation));
  IBID_ASSIGN(const std::string text, platform::read_file(path, int64_t{1} << 30));
  IBID_ASSIGN(const verify::Envelope envelope, verify::parse_envelope(text, path.string()));
  IBID_ASSIGN(const bool is_signed, verify::is_signed_by(envelope, key));
  Json report = {{"signed", is_signed}, {"key", envelope.key_id}};
  if (!is_signed) {
    const std::string bad = console.styled(Style::kBad, "not valid") +
                            ": it was not signed with this key, or was changed since\n";
    console.print(invocation.flag("json") ? json_text(report) : bad);
    return 1;
  }
  IBID_ASSIGN(const Json statement, parse_json(envelope.payload, path.string()));
  IBID_TRY(verify::check_statement_form(statement, path.string()));
  const Json& predicate = statement["predicate"];
  report["predicate"] = predicate;
  std::string shown = "signed with key " + envelope.key_id + "\n";
  bool intact = true;
  if (!invocation.flag("signature-only")) {
    IBID_ASSIGN(const platform::Path folder, folder_of(invocation, path));
    IBID_ASSIGN(const verify::StatementCheck check, verify::check_statement(statement, folder, path));
    intact = check.intact();
    report["intact"] = intact;
    report["record"] = checks_json(check.record);
    report["outside"] = checks_json(check.outside);
    report["added"] = check.added;
    shown += record_text(check);
  }
  shown += "it says: " + predicate.value("verdict", "") + " (ibid " + predicate.value("ibid", "") + ", " +
           predicate.value("signed", "") + ")\n";
  shown += intact ? console.styled(Style::kGood, "valid") + "\n"
                  : console.styled(Style::kBad, "not valid") + ": not all is as it was when it was signed\n";
  console.print(invocation.flag("json") ? json_text(report) : shown);
  return intact ? 0 : 1;
}

}  // namespace

CommandSpec certify_check_command() {
  return {
      .name = "certify check",
      .summary = "check a certificate against a key and the files it names",
      .description =
          "Needs no network. Checks that the certificate was signed with the key and not changed since, that "
          "every file of the verification is there as it was and none was added, and that data and models, "
          "where they still lie in their place, are the same.",
      .arguments = {{"CERTIFICATE", "a file made by 'ibid certify sign'"}},
      .options = {{.name = "key",
                   .type = OptionType::kPath,
                   .value_name = "FILE",
                   .help = "the public key of whom you trust"},
                  {.name = "folder",
                   .type = OptionType::kPath,
                   .value_name = "DIR",
                   .help = "the folder of the verification; by default the certificate's own"},
                  {.name = "signature-only", .help = "do not look at any file but the certificate"},
                  {.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid certify check ibid-verify/train-1/certificate.json --key theirs.pub",
                    "may I believe it?"}},
      .exit_statuses = {{1, "it is not valid: another key, or something was changed"}},
      .run = run,
  };
}

}  // namespace ibid::cli
