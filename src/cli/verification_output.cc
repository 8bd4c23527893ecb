#include "cli/verification_output.h"

#include "base/text.h"
#include "cli/invocation.h"
#include "platform/append_file.h"
#include "platform/atomic_file.h"
#include "platform/environment.h"
#include "platform/process.h"
#include "verify/operation_report.h"
#include "verify/run_folder.h"
#include "verify/verification_document.h"
#include "verify/verification_plots.h"

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

// Before the last section, which tells how to repeat the verification.
void add_pictures(const std::vector<verify::Plot>& plots, report::Document& document) {
  if (plots.empty()) return;
  report::DocumentSection section{.title = "Plots"};
  section.lines.push_back(
      {report::Tone::kQuiet, "",
       "Lines are medians, bands the middle half and all runs; boxes are the middle half and "
       "further letter values, points are runs."});
  for (const verify::Plot& plot : plots) section.pictures.push_back(plot.svg);
  document.sections.insert(document.sections.end() - 1, std::move(section));
}

// librsvg's program draws PNG from SVG.
Result<void> write_png(const platform::Path& svg, const platform::Path& png) {
  IBID_ASSIGN(const platform::ProcessResult result,
              platform::run_process({.arguments = {"rsvg-convert", "--zoom", "2", "--background-color",
                                                   "white", "--output", png.string(), svg.string()},
                                     .environment = {},
                                     .folder = {},
                                     .timeout_seconds = 60.0}));
  if (result.exit_status == 0) return {};
  return Error(ErrorCode::kIo, "rsvg-convert could not draw " + png.string() + ": " + result.standard_error,
               "the SVG beside it can be opened by any browser");
}

Result<void> write_plots(const std::vector<verify::Plot>& plots, const std::vector<verify::GroupedRun>& runs,
                         const platform::Path& folder) {
  const bool has_png = platform::find_program("rsvg-convert").has_value();
  IBID_TRY(platform::make_folders(folder));
  for (const verify::Plot& plot : plots) {
    const platform::Path svg = folder / (plot.name + ".svg");
    IBID_TRY(platform::write_file_atomically(svg, plot.svg));
    if (has_png) IBID_TRY(write_png(svg, folder / (plot.name + ".png")));
  }
  IBID_ASSIGN(const std::string runs_text, verify::runs_csv(runs));
  IBID_ASSIGN(const std::string metrics_text, verify::metrics_csv(runs));
  IBID_TRY(platform::write_file_atomically(folder / "runs.csv", runs_text));
  return platform::write_file_atomically(folder / "metrics.csv", metrics_text);
}

}  // namespace

std::vector<OptionSpec> report_file_options() {
  return {
      {.name = "predictions",
       .type = OptionType::kText,
       .value_name = "FILE",
       .help = "a file of predictions that every run writes (.npy, or a table: FILE:COLUMN): how often runs "
               "disagree on a sample"},
      {.name = "plots",
       .help = "also write the plots of the page as files, SVG and PNG (where rsvg-convert is installed), "
               "and what "
               "they show as CSV"},

      {.name = "junit",
       .type = OptionType::kPath,
       .value_name = "FILE",
       .help = "also write the runs as cases of JUnit's XML, for continuous integration"},
      {.name = "ci",
       .help =
           "for continuous integration: junit.xml in the folder, and annotations and a summary as GitHub's "
           "runner reads them"}};
}

Result<void> write_reports(const Json& report, const std::vector<verify::GroupedRun>& runs,
                           const platform::Path& folder, const Invocation& invocation) {
  const platform::Path& first = runs.front().folder;
  IBID_ASSIGN(const verify::RunFolder record, verify::RunFolder::open(first));
  IBID_ASSIGN(const Json run, record.read_json("run.json"));
  report::Document document = verify::verification_document(report, run);
  IBID_ASSIGN(const std::vector<verify::Plot> plots, verify::verification_plots(runs));
  IBID_TRY(platform::make_folders(folder));
  if (invocation.flag("plots")) IBID_TRY(write_plots(plots, runs, folder / "plots"));
  add_pictures(plots, document);
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
