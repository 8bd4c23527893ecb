// The readers of notebooks, of records of source and of patches: whatever the bytes, an answer or an error;
// no path that leaves its folder is accepted.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "source/binary_hunk.h"
#include "source/notebook.h"
#include "source/patch_apply.h"
#include "source/place_file.h"
#include "source/record.h"

namespace {

using namespace ibid;

void check_notebook(std::string_view input) {
  const source::Notebook notebook = source::read_notebook(input);
  IBID_CHECK(notebook.code.is_known() == notebook.n_cells.is_known(), "half a notebook");
  if (!notebook.n_cells.is_known()) return;
  const auto n_cells = static_cast<size_t>(notebook.n_cells.value());
  IBID_CHECK(notebook.executions.value().size() == n_cells && notebook.cells.value().size() == n_cells,
             "a cell was lost");
}

void check_record(std::string_view input) {
  const Result<Json> record = source::parse_record(input, "input");
  if (!record.ok()) return;
  const auto recorded = source::recorded_source(record.value(), "input");
  if (!recorded.ok()) return;
  for (const source::RecordedTree& tree : recorded.value().trees)
    IBID_CHECK(source::is_safe_path(tree.name), "a tree outside of its folder");
}

void check_patch(std::string_view input) {
  const auto parts = source::parse_patch(input, "input");
  if (!parts.ok()) return;
  for (const source::PatchPart& part : parts.value()) {
    IBID_CHECK(source::is_safe_path(part.path), "a patch outside of its folder");
    for (const char* before : {"", "one\ntwo\nthree\n", "one\n2"}) (void)source::patched(part, before);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  check_notebook(input);
  check_record(input);
  check_patch(input);
  std::string_view rest = input;
  (void)source::parse_binary_hunk(rest);
  return 0;
}
