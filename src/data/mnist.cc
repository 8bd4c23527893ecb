#include "data/mnist.h"

#include <algorithm>
#include <utility>

#include "base/number_text.h"
#include "base/sha256.h"
#include "base/text.h"
#include "data/gzip.h"
#include "data/idx.h"

namespace ibid::data {
namespace {

using platform::Path;

constexpr int64_t kMaxFileBytes = int64_t{1} << 30;
constexpr const char* kHowToGet =
    "get it with 'ibid data fetch mnist', or name the folder above it in IBID_DATA_DIR, or make a stand-in "
    "of the "
    "same form without the network: 'ibid data make digits'";

std::optional<Path> present_file(const Path& folder, const char* name) {
  for (const char* ending : {".gz", ""}) {
    Path path = folder / (std::string(name) + ending);
    if (platform::path_exists(path)) return path;
  }
  return std::nullopt;
}

struct Content {
  Path path;
  IdxArray array;
  std::string sha256;
};

Result<Content> read_content(const Path& folder, const char* name) {
  const std::optional<Path> path = present_file(folder, name);
  if (!path) {
    return Error(ErrorCode::kNotFound,
                 "'" + (folder / name).string() +
                     "' is missing, with and without '.gz', though other files of the "
                     "data set are there",
                 kHowToGet);
  }
  IBID_ASSIGN(std::string bytes, platform::read_file(*path, kMaxFileBytes));
  if (is_gzip(bytes)) {
    IBID_ASSIGN(bytes, gunzip(bytes, path->string(), kMaxFileBytes));
  }
  IBID_ASSIGN(IdxArray array, parse_idx(bytes, path->string()));
  return Content{*path, std::move(array), sha256_hex(bytes)};
}

Error misshapen(const Content& content, const std::string& expected) {
  std::vector<std::string> dimensions;
  for (const int64_t dimension : content.array.shape) dimensions.push_back(number_text(dimension));
  return Error(
      ErrorCode::kMalformed,
      "'" + content.path.string() + "' has the shape (" + join(dimensions, ", ") + "); expected " + expected,
      "check that the four files belong together");
}

Result<LabelledImages> assemble(Content images, Content labels) {
  const std::vector<int64_t> shape = images.array.shape;
  if (shape.size() != 3) return misshapen(images, "(images, height, width)");
  if (labels.array.shape != std::vector<int64_t>{shape[0]}) {
    return misshapen(labels, "one label for each of " + number_text(shape[0]) + " images");
  }
  const std::vector<uint8_t>& classes = labels.array.values;
  const auto wrong = std::find_if(classes.begin(), classes.end(), [](uint8_t label) { return label > 9; });
  if (wrong != classes.end()) {
    return Error(ErrorCode::kMalformed,
                 "'" + labels.path.string() + "' has the label " + number_text(int{*wrong}) + " for image " +
                     number_text(int64_t{wrong - classes.begin()}) + "; digits are 0 to 9",
                 "fetch the file again, or check that it is the right one");
  }
  return LabelledImages{.count = shape[0],
                        .height = shape[1],
                        .width = shape[2],
                        .channels = 1,
                        .pixels = std::move(images.array.values),
                        .labels = std::move(labels.array.values)};
}

// The unpacked content counts, so that it does not matter who compressed it and how.
Result<void> check_original(const DigitImages& images) {
  IBID_ASSIGN(const Dataset* mnist, find_dataset("mnist"));
  for (size_t i = 0; i < images.sha256.size(); ++i) {
    const std::string_view expected = mnist->files[i].unpacked.sha256;
    if (images.sha256[i] == expected) continue;
    return Error(ErrorCode::kDigestMismatch,
                 "'" + (images.folder / kDigitFileNames[i]).string() +
                     "' is not MNIST's: SHA-256 of its content is " + images.sha256[i] + ", expected " +
                     std::string(expected),
                 "replace it ('ibid data fetch mnist' does so), or name a data set of your own as such");
  }
  return {};
}

}  // namespace

std::vector<Path> digit_files(const Path& folder) {
  std::vector<Path> files;
  for (const char* name : kDigitFileNames) {
    if (const auto path = present_file(folder, name)) files.push_back(*path);
  }
  return files;
}

Result<DigitImages> load_digit_images(const Path& folder) {
  std::array<Content, 4> contents;
  DigitImages result;
  result.folder = folder;
  for (size_t i = 0; i < contents.size(); ++i) {
    IBID_ASSIGN(contents[i], read_content(folder, kDigitFileNames[i]));
    result.sha256[i] = contents[i].sha256;
  }
  IBID_ASSIGN(result.train, assemble(std::move(contents[0]), std::move(contents[1])));
  IBID_ASSIGN(result.test, assemble(std::move(contents[2]), std::move(contents[3])));
  return result;
}

Result<DigitImages> load_mnist(const DataLocations& locations) {
  std::vector<std::string> looked;
  for (const Path& folder : candidate_folders(locations, "mnist")) {
    const bool begun = std::any_of(kDigitFileNames.begin(), kDigitFileNames.end(),
                                   [&](const char* name) { return present_file(folder, name).has_value(); });
    if (begun) {
      IBID_ASSIGN(DigitImages images, load_digit_images(folder));
      IBID_TRY(check_original(images));
      return images;
    }
    looked.push_back("'" + folder.string() + "'");
  }
  return Error(ErrorCode::kNotFound,
               "MNIST was not found; looked in " + (looked.empty() ? "no folder" : join(looked, ", ")),
               kHowToGet);
}

}  // namespace ibid::data
