#include "data/dataset.h"

#include <array>

#include "base/sha256.h"
#include "base/text.h"
#include "platform/mapped_file.h"

namespace ibid::data {
namespace {

constexpr std::array<DatasetFile, 4> kMnistFiles = {{
    {.name = "train-images-idx3-ubyte.gz",
     .content = {9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
     .unpacked = {47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"}},
    {.name = "train-labels-idx1-ubyte.gz",
     .content = {28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
     .unpacked = {60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"}},
    {.name = "t10k-images-idx3-ubyte.gz",
     .content = {1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
     .unpacked = {7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"}},
    {.name = "t10k-labels-idx1-ubyte.gz",
     .content = {4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
     .unpacked = {10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"}},
}};

// With default options (digits.h).
constexpr std::array<DatasetFile, 4> kDigitsFiles = {{
    {.name = "train-images-idx3-ubyte",
     .content = {47040016, "a6e4df2ab3817fe43a2e6645653706f9797b161ca9f87ff8823890f4adb6e394"}},
    {.name = "train-labels-idx1-ubyte",
     .content = {60008, "8ba14b5b2c58ab0055183cc6b9db799cc3e99c73b1f4cc244151b603ad5f4524"}},
    {.name = "t10k-images-idx3-ubyte",
     .content = {7840016, "4df66516ac63d18ac1a32cbfde77e57dbbb14799e1ff000a7eaf1737ec664d5d"}},
    {.name = "t10k-labels-idx1-ubyte",
     .content = {10008, "625093345ae49b38f7f1db642f62cef94369bee590d59dc34ddc06f7133b2992"}},
}};

constexpr std::array<std::string_view, 2> kMnistMirrors = {
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
};

constexpr std::array<Dataset, 2> kDatasets = {{
    {.name = "mnist",
     .title = "MNIST handwritten digits: 60000 + 10000 images of 28 x 28",
     .licence = "no formal licence stated by the authors",
     .source = "Y. LeCun, C. Cortes, C. J. C. Burges",
     .files = kMnistFiles,
     .mirrors = kMnistMirrors},
    {.name = "digits",
     .title = "digits drawn by ibid in MNIST's form: 60000 + 10000 images of 28 x 28",
     .licence = "none: made on this machine",
     .source = "made by 'ibid data make digits'",
     .files = kDigitsFiles,
     .mirrors = {}},
}};

constexpr std::string_view kPacked = ".gz";

Result<FileCheck> check_file(const DatasetFile& file, const platform::Path& folder) {
  const std::optional<platform::Path> path = present_path(file, folder);
  FileCheck check{.path = path.value_or(folder / file.name), .file = &file, .expected = file.content};
  if (!path) return check;
  if (path->filename() != platform::Path(file.name)) check.expected = file.unpacked;
  IBID_ASSIGN(const platform::MappedFile mapped, platform::MappedFile::open(*path));
  check.size_bytes = static_cast<int64_t>(mapped.bytes().size());
  check.sha256 = sha256_hex(mapped.bytes());
  check.state = check.sha256 == check.expected.sha256 ? FileState::kIntact : FileState::kAltered;
  return check;
}

}  // namespace

std::span<const Dataset> known_datasets() { return kDatasets; }

Result<const Dataset*> find_dataset(std::string_view name) {
  std::vector<std::string> names;
  for (const Dataset& dataset : known_datasets()) {
    if (dataset.name == name) return &dataset;
    names.emplace_back(dataset.name);
  }
  const auto guess = closest_match(name, names);
  return Error(ErrorCode::kUsage, "there is no data set '" + std::string(name) + "'",
               guess ? "did you mean '" + *guess + "'?" : "known data sets: " + join(names, ", "));
}

std::vector<platform::Path> candidate_folders(const DataLocations& locations, std::string_view dataset_name) {
  if (locations.folder) return {*locations.folder};
  std::vector<platform::Path> folders;
  if (locations.data_folder) folders.push_back(*locations.data_folder / dataset_name);
  if (locations.cache_folder) folders.push_back(*locations.cache_folder / dataset_name);
  return folders;
}

std::optional<platform::Path> present_path(const DatasetFile& file, const platform::Path& folder) {
  if (platform::path_exists(folder / file.name)) return folder / file.name;
  if (!file.name.ends_with(kPacked)) return std::nullopt;
  const platform::Path unpacked = folder / file.name.substr(0, file.name.size() - kPacked.size());
  return platform::path_exists(unpacked) ? std::optional(unpacked) : std::nullopt;
}

Result<std::vector<FileCheck>> check_dataset(const Dataset& dataset, const platform::Path& folder) {
  std::vector<FileCheck> checks;
  for (const DatasetFile& file : dataset.files) {
    IBID_ASSIGN(FileCheck check, check_file(file, folder));
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace ibid::data
