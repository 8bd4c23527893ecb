#include <algorithm>

#include "base/json.h"
#include "base/number_text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/document_text.h"
#include "cli/invocation.h"
#include "data/quoted_name.h"
#include "describe/author_notes.h"
#include "describe/card.h"
#include "describe/card_document.h"
#include "describe/describe.h"
#include "platform/atomic_file.h"
#include "platform/clock.h"

namespace ibid::cli {
namespace {

constexpr double kRefreshSeconds = 0.1;

// "train=a.csv"; nothing if there is no name before a '='.
struct Named {
  std::string name, value;
};
std::optional<Named> named(const std::string& text) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) return std::nullopt;
  return Named{text.substr(0, equals), text.substr(equals + 1)};
}

Result<std::vector<describe::SplitRequest>> read_splits(const Invocation& invocation) {
  std::vector<describe::SplitRequest> splits;
  const std::vector<std::string> paths = invocation.arguments("PATH");
  if (!paths.empty()) splits.push_back({.name = "all", .paths = {paths.begin(), paths.end()}});
  for (const std::string& text : invocation.texts("split")) {
    const auto split = named(text);
    if (!split) {
      return Error(ErrorCode::kUsage, "--split has " + data::quoted_name(text) + ", which is not NAME=PATH",
                   "write --split train=train.csv --split test=test.csv");
    }
    if (!paths.empty()) {
      return Error(ErrorCode::kUsage, "there are paths with a split's name and without",
                   "give every path with --split NAME=PATH, or none");
    }
    const auto known = std::ranges::find(splits, split->name, &describe::SplitRequest::name);
    if (known == splits.end()) {
      splits.push_back({.name = split->name, .paths = {split->value}});
    } else {
      known->paths.emplace_back(split->value);
    }
  }
  if (splits.empty()) {
    return Error(ErrorCode::kUsage, "there is nothing to describe",
                 "name files or a folder, or --split NAME=PATH for each split");
  }
  return splits;
}

Result<void> read_label_files(const Invocation& invocation, std::vector<describe::SplitRequest>& splits) {
  for (const std::string& text : invocation.texts("label-file")) {
    const auto file = named(text);
    const auto split = std::ranges::find(splits, file ? file->name : "", &describe::SplitRequest::name);
    if (splits.size() == 1 && split == splits.end()) {
      splits[0].label_file = text;
    } else if (split != splits.end()) {
      split->label_file = file->value;
    } else {
      return Error(ErrorCode::kUsage, "--label-file " + data::quoted_name(text) + " belongs to no split",
                   "write --label-file NAME=FILE with the name of a split");
    }
  }
  return {};
}

Result<std::optional<char>> read_delimiter(const Invocation& invocation) {
  const auto text = invocation.text("delimiter");
  if (!text) return std::optional<char>();
  if (*text == "tab" || *text == "\\t") return std::optional<char>('\t');
  if (text->size() == 1 && *text != "\"" && *text != "\n" && *text != "\r")
    return std::optional<char>(text->front());
  return Error(ErrorCode::kUsage,
               "--delimiter has " + data::quoted_name(*text) + ", which is not one character",
               "give one character, or 'tab'");
}

Result<describe::DescribeRequest> read_request(const Invocation& invocation) {
  describe::DescribeRequest request;
  IBID_ASSIGN(request.splits, read_splits(invocation));
  IBID_TRY(read_label_files(invocation, request.splits));
  IBID_ASSIGN(request.delimiter, read_delimiter(invocation));
  request.label = invocation.text("label");
  request.group = invocation.text("group");
  request.ignored = invocation.texts("ignore");
  if (request.label && !invocation.texts("label-file").empty()) {
    return Error(ErrorCode::kUsage, "--label and --label-file both say where the labels are",
                 "give one of them");
  }
  if (invocation.flag("header") && invocation.flag("no-header")) {
    return Error(ErrorCode::kUsage, "--header and --no-header contradict each other", "give one of them");
  }
  if (invocation.flag("header")) request.header = describe::Header::kPresent;
  if (invocation.flag("no-header")) request.header = describe::Header::kAbsent;
  request.max_items = invocation.integer("max-rows");
  request.n_examples = static_cast<size_t>(*invocation.integer("examples"));
  return request;
}

std::string title_of(const describe::DescribeRequest& request, const std::vector<describe::Answer>& answers) {
  for (const describe::Answer& answer : answers) {
    if (answer.question->key == "title" && !answer.text.empty()) return answer.text;
  }
  const platform::Path& first = request.splits[0].paths[0];
  const platform::Path name = first.has_filename() ? first.filename() : first.parent_path().filename();
  std::string title = name.string();
  if (request.splits.size() > 1) title += " and others";
  return title;
}

Result<void> output_card(const Json& card, const std::string& title, const Invocation& invocation,
                         Console& console) {
  if (invocation.flag("json")) {
    console.print(json_text(card));
    return {};
  }
  const report::Document document = describe::card_document(card, title);
  if (const auto path = invocation.text("html")) {
    IBID_TRY(platform::write_file_atomically(*path, report::document_html(document)));
    console.print("written: " + *path + "\n");
  } else if (invocation.flag("md")) {
    console.print(report::document_markdown(document));
  } else {
    print_document(document, console);
  }
  return {};
}

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(describe::DescribeRequest request, read_request(invocation));
  IBID_ASSIGN(const std::vector<describe::Answer> answers,
              describe::read_answers(invocation.texts("note"), invocation.text("author-notes")));
  double last_shown = platform::monotonic_seconds();
  request.progress = [&](const std::string& split, int64_t n_items) {
    const double now = platform::monotonic_seconds();
    if (now - last_shown < kRefreshSeconds) return;
    last_shown = now;
    console.show_progress(data::quoted_name(split) + "  " + number_text(n_items));
  };
  Result<describe::DataFacts> facts = describe::describe_data(request);
  console.show_progress("");
  IBID_TRY(facts);
  const std::vector<describe::SplitShift> shifts = describe::split_shifts(facts.value());
  const std::vector<describe::Finding> findings = describe::find(facts.value(), shifts);
  const Json card = describe::card_json(facts.value(), shifts, findings, answers);
  IBID_TRY(output_card(card, title_of(request, answers), invocation, console));
  const bool refused = std::ranges::any_of(findings, &describe::Finding::strict);
  return invocation.flag("strict") && refused ? 1 : 0;
}

std::vector<OptionSpec> table_options() {
  return {
      {.name = "label",
       .type = OptionType::kText,
       .value_name = "COLUMN",
       .help = "the column with the label: its name, or its number from 1"},
      {.name = "label-file",
       .type = OptionType::kPath,
       .value_name = "[NAME=]FILE",
       .help = "labels in a file of their own: an IDX array, or text with one a line; with the split's name "
               "where there are several",
       .repeatable = true},
      {.name = "group",
       .type = OptionType::kText,
       .value_name = "COLUMN",
       .help = "what must not be in two splits: patient, site, author"},
      {.name = "ignore",
       .type = OptionType::kText,
       .value_name = "COLUMN",
       .help = "a column that does not count when rows are compared, such as a row number",
       .repeatable = true},
      {.name = "delimiter",
       .type = OptionType::kText,
       .value_name = "CHAR",
       .help = "what stands between cells ('tab' for a tab), instead of a guess from the first lines"},
      {.name = "header", .help = "the first row has the names of the columns"},
      {.name = "no-header", .help = "the first row is data"},
      {.name = "max-rows",
       .type = OptionType::kInteger,
       .value_name = "N",
       .help = "read only the first N rows or images of each split",
       .least = 1}};
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options = table_options();
  options.insert(options.begin(),
                 {.name = "split",
                  .type = OptionType::kText,
                  .value_name = "NAME=PATH",
                  .help = "a part of the data with its name; several paths may have one name",
                  .repeatable = true});
  const std::vector<OptionSpec> more = {
      {.name = "examples",
       .type = OptionType::kInteger,
       .value_name = "N",
       .default_value = "5",
       .help = "how many examples of everything to name",
       .least = 0},
      {.name = "note",
       .type = OptionType::kText,
       .value_name = "KEY=TEXT",
       .help =
           "an answer only the author has: title, origin, licence, collection, bias, preprocessing, split, "
           "annotation, test",
       .repeatable = true},
      {.name = "author-notes",
       .type = OptionType::kPath,
       .value_name = "FILE",
       .help = "a JSON object with such answers"},
      {.name = "strict",
       .help = "exit with status 1 if splits overlap or equal content has different labels"},
      {.name = "json", .help = "the card as JSON"},
      {.name = "md", .help = "the card as Markdown"},
      {.name = "html",
       .type = OptionType::kPath,
       .value_name = "FILE",
       .help = "write the card as one HTML page that needs nothing else"}};
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

}  // namespace

CommandSpec data_describe_command() {
  return {
      .name = "data describe",
      .summary = "a card for a data set: what is in it, and what is wrong with it",
      .description =
          "Reads tables (CSV and its relatives, .npy), IDX arrays or folders of images and writes a card: "
          "columns, "
          "counts, class balance, duplicates, contents that are in two splits, groups shared between splits, "
          "differences between splits, and findings with the observation factor they belong to. What only "
          "the author "
          "knows is asked for and stays unknown until somebody writes it down. The same data give the same "
          "card.",
      .arguments = {{.name = "PATH",
                     .help = "files or folders, all of one split",
                     .required = false,
                     .repeatable = true}},
      .options = options(),
      .examples = {{"ibid data describe --split train=train.csv --split test=test.csv --label class",
                    "a table in two parts"},
                   {"ibid data describe images --html card.html",
                    "images/CLASS/*.png, or images/SPLIT/CLASS/*.png"},
                   {"ibid data describe --split train=a.csv --split test=b.csv --group patient --strict",
                    "in a script: fail if a patient is in both"}},
      .exit_statuses = {{1, "with --strict: there are leaks between splits or conflicting labels"}},
      .run = run,
  };
}

}  // namespace ibid::cli
