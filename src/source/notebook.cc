#include "source/notebook.h"

#include "base/hex.h"
#include "base/number_text.h"
#include "base/sha256.h"

namespace ibid::source {
namespace {

using report::Fact;
using Text = Fact<std::string>;
using Texts = Fact<std::vector<std::string>>;

constexpr size_t kCellDigits = 16;

struct Cell {
  std::string code;
  std::optional<int64_t> execution;
};

Notebook all_unknown(const std::string& why) {
  Notebook notebook;
  notebook.kernel = notebook.language = notebook.code = Text::unknown(why);
  notebook.n_cells = Fact<int64_t>::unknown(why);
  notebook.executions = notebook.cells = Texts::unknown(why);
  notebook.in_order = Fact<bool>::unknown(why);
  return notebook;
}

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

// A text is written as one, or as a list of its lines.
std::optional<std::string> text_in(const Json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  if (!value->is_array()) return std::nullopt;
  std::string text;
  for (const Json& line : *value) {
    if (!line.is_string()) return std::nullopt;
    text += line.get<std::string>();
  }
  return text;
}

// Format 4 calls them "source" and "execution_count", format 3 "input" and "prompt_number". False: a cell is
// damaged.
bool take_cells(const Json& list, std::vector<Cell>& cells) {
  for (const Json& cell : list) {
    const auto kind = text_in(member(cell, "cell_type"));
    if (!kind) return false;
    if (*kind != "code") continue;
    const Json* source = member(cell, "source");
    const auto code = text_in(source != nullptr ? source : member(cell, "input"));
    if (!code) return false;
    const Json* count = member(cell, "execution_count");
    if (count == nullptr) count = member(cell, "prompt_number");
    cells.push_back({*code, {}});
    if (count != nullptr && count->is_number_integer()) cells.back().execution = count->get<int64_t>();
  }
  return true;
}

bool take_notebook(const Json& json, std::vector<Cell>& cells) {
  if (const Json* list = member(json, "cells")) return list->is_array() && take_cells(*list, cells);
  const Json* sheets = member(json, "worksheets");
  if (sheets == nullptr || !sheets->is_array()) return false;
  for (const Json& sheet : *sheets) {
    const Json* list = member(sheet, "cells");
    if (list == nullptr || !list->is_array() || !take_cells(*list, cells)) return false;
  }
  return true;
}

Text named(const Json& json, const char* group, const char* key) {
  const Json* metadata = member(json, "metadata");
  const Json* holder = metadata != nullptr ? member(*metadata, group) : nullptr;
  const auto name = holder != nullptr ? text_in(member(*holder, key)) : std::nullopt;
  if (!name || name->empty())
    return Text::unknown("the notebook has no metadata." + std::string(group) + "." + key);
  return Text::known(*name, "metadata." + std::string(group) + "." + key);
}

// Run from the first cell to the last in a fresh kernel, the counts are 1, 2, 3; cells behind may not have
// been run at all.
Fact<bool> in_order(const std::vector<Cell>& cells) {
  int64_t n_run = 0;
  bool rises = true, gap = false;
  for (const Cell& cell : cells) {
    if (!cell.execution) {
      // A cell without code is never counted.
      gap = gap || cell.code.find_first_not_of(" \t\r\n") != std::string::npos;
      continue;
    }
    rises = rises && !gap && *cell.execution == n_run + 1;
    ++n_run;
  }
  if (n_run == 0) return Fact<bool>::unknown("no cell was run, or its counts were removed");
  return Fact<bool>::known(rises, "the execution counts");
}

void describe_cells(const std::vector<Cell>& cells, Notebook& notebook) {
  Sha256Stream all;
  std::vector<std::string> executions, digests;
  for (const Cell& cell : cells) {
    all.update(number_text(uint64_t{cell.code.size()}) + "\n");
    all.update(cell.code);
    digests.push_back(sha256_hex(cell.code).substr(0, kCellDigits));
    executions.push_back(cell.execution ? number_text(*cell.execution) : "-");
  }
  notebook.n_cells = Fact<int64_t>::known(static_cast<int64_t>(cells.size()), "cells");
  notebook.executions = Texts::known(std::move(executions), "cells");
  notebook.cells = Texts::known(std::move(digests), "cells");
  notebook.code = Text::known(hex_text(all.digest()), "the code of all cells");
  notebook.in_order = in_order(cells);
}

}  // namespace

Notebook read_notebook(std::string_view text) {
  const Result<Json> json = parse_json(text, "the notebook");
  if (!json.ok()) return all_unknown("the notebook is damaged: it is not valid JSON");
  std::vector<Cell> cells;
  if (!take_notebook(json.value(), cells))
    return all_unknown("the notebook is damaged: it has no list of cells, or one without its code");
  Notebook notebook;
  notebook.kernel = named(json.value(), "kernelspec", "name");
  notebook.language = named(json.value(), "language_info", "name");
  if (!notebook.language.is_known()) notebook.language = named(json.value(), "kernelspec", "language");
  describe_cells(cells, notebook);
  return notebook;
}

}  // namespace ibid::source
