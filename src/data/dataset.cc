#include "data/dataset.h"

#include <array>

#include "base/sha256.h"
#include "base/text.h"
#include "platform/mapped_file.h"

namespace ibid::data {
namespace {

constexpr std::array<DatasetFile, 4> kMnistFiles = {{
    {"train-images-idx3-ubyte.gz", 9912422,
     "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
    {"train-labels-idx1-ubyte.gz", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
    {"t10k-images-idx3-ubyte.gz", 1648877,
     "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
    {"t10k-labels-idx1-ubyte.gz", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
}};

// With default options (digits.h).
constexpr std::array<DatasetFile, 4> kDigitsFiles = {{
    {"train-images-idx3-ubyte", 47040016, "a6e4df2ab3817fe43a2e6645653706f9797b161ca9f87ff8823890f4adb6e394"},
    {"train-labels-idx1-ubyte", 60008, "8ba14b5b2c58ab0055183cc6b9db799cc3e99c73b1f4cc244151b603ad5f4524"},
    {"t10k-images-idx3-ubyte", 7840016, "4df66516ac63d18ac1a32cbfde77e57dbbb14799e1ff000a7eaf1737ec664d5d"},
    {"t10k-labels-idx1-ubyte", 10008, "625093345ae49b38f7f1db642f62cef94369bee590d59dc34ddc06f7133b2992"},
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
     .licence = "CC0 1.0",
     .source = "made by 'ibid data make digits'",
     .files = kDigitsFiles,
     .mirrors = {}},
}};

Result<FileCheck> check_file(const DatasetFile& expected, const platform::Path& path) {
  FileCheck check{
      .path = path, .expected = &expected, .state = FileState::kMissing, .size_bytes = 0, .sha256 = {}};
  if (!platform::path_exists(path)) return check;
  IBID_ASSIGN(const platform::MappedFile file, platform::MappedFile::open(path));
  check.size_bytes = static_cast<int64_t>(file.bytes().size());
  check.sha256 = sha256_hex(file.bytes());
  check.state = check.sha256 == expected.sha256 ? FileState::kIntact : FileState::kAltered;
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

Result<std::vector<FileCheck>> check_dataset(const Dataset& dataset, const platform::Path& folder) {
  std::vector<FileCheck> checks;
  for (const DatasetFile& file : dataset.files) {
    IBID_ASSIGN(FileCheck check, check_file(file, folder / file.name));
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace ibid::data
