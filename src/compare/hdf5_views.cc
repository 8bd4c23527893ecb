// HDF5 is read by libhdf5, in a program of its own (ibid-hdf5-reader): the library has ended on damaged
// files before, it keeps state that is no thread's own, and loading it would make every start of ibid slower.
// What that program prints are safetensors, whose metadata are the texts.

#include "base/json.h"
#include "compare/tensor_files.h"
#include "platform/memory_file.h"
#include "platform/process.h"

namespace ibid::compare {
namespace {

constexpr double kLongestSeconds = 3600;

Result<platform::Path> find_reader() {
  IBID_ASSIGN(const platform::Path program, platform::program_path());
  const platform::Path path = program.parent_path().parent_path() / "lib" / "ibid" / "ibid-hdf5-reader";
  if (platform::path_exists(path)) return path;
  return Error(ErrorCode::kNotFound, "HDF5 cannot be read: " + path.string() + " is missing",
               "it belongs beside the program: build it (make build), or install ibid whole");
}

Result<std::string> converted(std::span<const std::byte> bytes, const std::string& where, int64_t max_bytes) {
  IBID_ASSIGN(const platform::Path reader, find_reader());
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  IBID_ASSIGN(const platform::MemoryFile file, platform::MemoryFile::create(text));
  IBID_ASSIGN(
      platform::ProcessResult result,
      platform::run_process({.arguments = {reader.string(), file.path().string(), std::to_string(max_bytes)},
                             .environment = {},
                             .folder = {},
                             .timeout_seconds = kLongestSeconds}));
  if (result.timed_out)
    return Error(ErrorCode::kUnsupported, where + " could not be read by libhdf5 within an hour");
  if (result.exit_status == 0) return std::move(result.standard_output);
  const std::string why =
      result.exit_status == 1 ? result.standard_error : "libhdf5 did not survive reading it";
  return Error(ErrorCode::kMalformed, where + " is no intact HDF5 file: " + why,
               "the file was cut short or altered, or was being written: write it again");
}

}  // namespace

bool looks_like_hdf5(std::string_view bytes) { return bytes.starts_with("\x89HDF\r\n\x1a\n"); }

Result<TensorSet> read_hdf5(std::span<const std::byte> bytes, const std::string& where, int64_t max_bytes) {
  IBID_ASSIGN(std::string text, converted(bytes, where, max_bytes));
  std::deque<std::string> owned;
  owned.push_back(std::move(text));
  IBID_ASSIGN(TensorSet set, read_safetensors(std::as_bytes(std::span(owned.back())), where));
  set.owned = std::move(owned);  // none of its texts moves
  // "metadata.v NAME" is a value, "metadata.u NAME" unread; both are spelled as JSON.
  constexpr std::string_view kPrefix = "metadata.v ";
  std::vector<std::pair<std::string, std::string>> texts;
  texts.swap(set.values);
  for (const auto& [key, spelled] : texts) {
    IBID_ASSIGN(const Json value, parse_json(spelled, where));
    const std::string name = key.substr(kPrefix.size());
    (key.starts_with(kPrefix) ? set.values : set.unread).emplace_back(name, value.get<std::string>());
  }
  return set;
}

}  // namespace ibid::compare
