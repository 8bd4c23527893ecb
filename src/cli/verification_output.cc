#include "cli/verification_output.h"

#include "base/text.h"
#include "cli/invocation.h"
#include "platform/append_file.h"
#include "platform/atomic_file.h"
#include "platform/environment.h"
#include "verify/operation_report.h"
#include "verify/run_folder.h"
#include "verify/verification_document.h"

namespace ibid::cli {
namespace {

constexpr const char* kCiJunit = "junit.xml";

std::string replaced(std::string text, char what, std::string_view by) {
  std::string out;
  for (const char c : text) {
    if (c == what)
      out += by;
    else
      out += c;
  }
  return out;
}

// Workflow commands end with their line and use '%' to write what would end them.
std::string message_text(std::string text) {
  text = replaced(std::move(text), '%', "%25");
  text = replaced(std::move(text), '\r', "%0D");
  return replaced(std::move(text), '\n', "%0A");
}

std::string property_text(std::string text) {
  text = replaced(message_text(std::move(text)), ':', "%3A");
  return replaced(std::move(text), ',', "%2C");
}

// The runner shows annotations of files in the checkout, by paths relative to it.
std::string path_in_checkout(const std::string& path) {
  const platform::Path relative = platform::Path(path).lexically_relative(std::filesystem::current_path());
  return relative.empty() || *relative.begin() == ".." ? path : relative.generic_string();
}

std::string annotation(const Json& finding) {
  const std::string at = finding["operation"].value("at", "");
  const size_t colon = at.rfind(':');
  std::string lines;
  for (const auto& [label, text] : verify::first_operation_lines(finding))
    lines += (lines.empty() ? "" : "\n") + label + ": " + text;
  std::string place;
  if (colon != std::string::npos)
    place = "file=" + property_text(path_in_checkout(at.substr(0, colon))) + ",line=" + at.substr(colon + 1) +
            ",";
  return "::error " + place + "title=" + property_text("ibid: runs part here") + "::" + message_text(lines) +
         "\n";
}

std::string annotations(const Json& report) {
  std::string text;
  for (const Json& finding : report.value("first_operations", Json::array())) {
    if (finding.value("found", false)) text += annotation(finding);
  }
  if (text.empty() && !report.value("same", false))
    text = "::error title=ibid verify::" + message_text(verify::verdict_sentence(report)) + "\n";
  return text;
}

}  // namespace

std::vector<OptionSpec> report_file_options() {
  return {
      {.name = "junit",
       .type = OptionType::kPath,
       .value_name = "FILE",
       .help = "also write the runs as cases of JUnit's XML, for continuous integration"},
      {.name = "ci",
       .help =
           "for continuous integration: junit.xml in the folder, and annotations and a summary as GitHub's "
           "runner reads them"}};
}

Result<void> write_reports(const Json& report, const platform::Path& first, const platform::Path& folder,
                           const Invocation& invocation) {
  IBID_ASSIGN(const verify::RunFolder record, verify::RunFolder::open(first));
  IBID_ASSIGN(const Json run, record.read_json("run.json"));
  const report::Document document = verify::verification_document(report, run);
  IBID_TRY(platform::make_folders(folder));
  IBID_TRY(platform::write_file_atomically(folder / "report.json", json_text(report)));
  IBID_TRY(platform::write_file_atomically(folder / "report.html", report::document_html(document)));
  IBID_TRY(platform::write_file_atomically(folder / "report.md", report::document_markdown(document)));
  const std::string junit = verify::verification_junit(report, run);
  if (invocation.flag("ci")) IBID_TRY(platform::write_file_atomically(folder / kCiJunit, junit));
  if (const auto path = invocation.text("junit")) IBID_TRY(platform::write_file_atomically(*path, junit));
  return {};
}

Result<void> tell_ci(const Json& report, const platform::Path& folder, Console& console) {
  console.print(annotations(report));
  const auto summary = platform::environment_variable("GITHUB_STEP_SUMMARY");
  if (!summary || summary->empty()) return {};
  IBID_ASSIGN(const std::string markdown, platform::read_file(folder / "report.md"));
  IBID_ASSIGN(platform::AppendFile file, platform::AppendFile::open(*summary));
  return file.append(markdown);
}

}  // namespace ibid::cli
