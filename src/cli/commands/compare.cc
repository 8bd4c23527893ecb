#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "compare/file_comparison.h"

namespace ibid::cli {
namespace {

std::string text(const compare::FileComparison& comparison, const Console& console) {
  if (comparison.same_bytes) return console.styled(Style::kGood, "same bytes") + "\n";
  const std::string meaning = !comparison.same_meaning ? console.styled(Style::kWarning, "meaning unknown")
                              : comparison.same()      ? console.styled(Style::kGood, "same meaning")
                                                       : console.styled(Style::kBad, "different meaning");
  return meaning + ", other bytes (" + comparison.format + "): " + comparison.summary + "\n";
}

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const compare::FileComparison comparison,
              compare::compare_files(*invocation.argument("A"), *invocation.argument("B")));
  console.print(invocation.flag("json") ? json_text(compare::comparison_json(comparison))
                                        : text(comparison, console));
  return (invocation.flag("bytes") ? comparison.same_bytes : comparison.same()) ? 0 : 1;
}

}  // namespace

CommandSpec compare_command() {
  return {
      .name = "compare",
      .summary = "compare two files by their bytes and by what they mean",
      .description =
          "Tells whether two files have the same bytes and whether they mean the same, and where they part "
          "first. Tensors by name with the largest distance in ULP: safetensors, .npy, .npz, ONNX, HDF5, "
          "TensorFlow's .index, XGBoost's .ubj, LightGBM's text, PyTorch's .pt and .pth (nothing in the file "
          "is run). By content: JSON "
          "whatever the order of members, text by line, CSV by cell, zip and gzip whatever the times in "
          "them, PNG by pixel, PDF but for its dates. Everything else by its bytes. The content tells the "
          "format, not the name.",
      .arguments = {{.name = "A", .help = "a file"}, {.name = "B", .help = "the other file"}},
      .options = {{.name = "bytes", .help = "exit with 1 also where only the bytes differ"},
                  {.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid compare first/model.pt second/model.pt", "which tensors differ, and by how much?"}},
      .exit_statuses = {{1, "the files do not mean the same, or it cannot be told"}},
      .run = run,
  };
}

}  // namespace ibid::cli
