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

// Of the uncompressed files, so that it does not matter who compressed them and how.
constexpr std::array<std::string_view, 4> kMnistContent = {
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"};

constexpr int64_t kMaxFileBytes = int64_t{1} << 30;
constexpr const char* kHowToGet =
    "get it with 'ibid data fetch mnist', or name the folder above it in IBID_DATA_DIR, or make a stand-in "
    "of the "
    "same form without the network: 'ibid data make digits'";

std::optional<Path> present_file(const Path& folder, const char* name) {
  for (const char* ending : {"", ".gz"}) {
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

Result<void> check_original(const DigitImages& images) {
  for (size_t i = 0; i < kMnistContent.size(); ++i) {
    if (images.sha256[i] == kMnistContent[i]) continue;
    return Error(ErrorCode::kDigestMismatch,
                 "'" + (images.folder / kDigitFileNames[i]).string() +
                     "' is not MNIST's: SHA-256 of its content is " + images.sha256[i] + ", expected " +
                     std::string(kMnistContent[i]),
                 "replace it ('ibid data fetch mnist' does so), or name a data set of your own as such");
  }
  return {};
}

}  // namespace

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
