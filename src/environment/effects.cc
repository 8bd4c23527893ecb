#include "environment/effects.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.h"

namespace ibid::environment {
namespace {

enum class Use { kNumbers, kData, kTool, kOther };

struct Known {
  std::string_view name;
  Use use;
  std::string_view what;  // what comes with it
};

// What packages of the field are for. A name that ends with '*' stands for all that begin so.
constexpr auto kKnown = std::to_array<Known>({
    {"numpy", Use::kNumbers,
     "its archives carry an OpenBLAS of their own, and its loops choose vector instructions"},
    {"scipy", Use::kNumbers,
     "its archives carry an OpenBLAS of their own; solvers and their stopping rules change"},
    {"torch", Use::kNumbers,
     "kernels, default precision and the libraries it carries (oneDNN, MKL, cuDNN) change"},
    {"torchvision", Use::kData, "transformations of images and weights of models change"},
    {"torchaudio", Use::kData, "decoding and resampling change"},
    {"tensorflow*", Use::kNumbers, "kernels, fusion of operations and the oneDNN it carries change"},
    {"keras", Use::kNumbers, "defaults of layers, initialisers and optimisers change"},
    {"jax*", Use::kNumbers, "what XLA fuses, and so where it rounds, changes"},
    {"flax", Use::kNumbers, "defaults of layers and initialisers change"},
    {"optax", Use::kNumbers, "defaults and order of operations of optimisers change"},
    {"scikit-learn", Use::kNumbers, "defaults, solvers and the breaking of ties change"},
    {"xgboost*", Use::kNumbers, "the default tree method and how histograms are summed have changed"},
    {"lightgbm", Use::kNumbers, "how histograms are summed and features bundled changes"},
    {"catboost", Use::kNumbers, "its permutations and quantisation change"},
    {"numba", Use::kNumbers, "the compiler behind it may contract and reorder otherwise"},
    {"llvmlite", Use::kNumbers, "it is the compiler behind numba"},
    {"numexpr", Use::kNumbers, "blocks of expressions are cut otherwise"},
    {"statsmodels", Use::kNumbers, "solvers and their starting points change"},
    {"cupy*", Use::kNumbers, "kernels and their reductions change"},
    {"triton", Use::kNumbers, "it compiles the kernels of torch.compile"},
    {"nvidia-*", Use::kNumbers, "NVIDIA's libraries choose other kernels in other versions"},
    {"mkl*", Use::kNumbers, "MKL chooses other kernels in other versions"},
    {"intel-openmp", Use::kNumbers, "it splits loops and sums over threads"},
    {"bitsandbytes", Use::kNumbers, "quantisation changes"},
    {"flash-attn", Use::kNumbers, "the order of sums in attention changes"},
    {"deepspeed", Use::kNumbers, "fused optimisers and the partition of gradients change"},
    {"horovod", Use::kNumbers, "how gradients are gathered and added changes"},
    {"accelerate", Use::kNumbers, "precision and the split of batches change"},
    {"pytorch-lightning", Use::kNumbers, "defaults of training loops change"},
    {"lightning", Use::kNumbers, "defaults of training loops change"},
    {"transformers", Use::kNumbers, "models choose other implementations of attention, and defaults change"},
    {"tokenizers", Use::kData, "texts are cut into other tokens"},
    {"sentencepiece", Use::kData, "texts are cut into other tokens"},
    {"datasets", Use::kData, "order, shuffling and caching of samples change"},
    {"pandas", Use::kData, "parsing of numbers, order of groups and joins, and handling of gaps change"},
    {"polars", Use::kData, "order of rows and parsing of numbers change"},
    {"pyarrow", Use::kData, "reading of tables changes"},
    {"dask*", Use::kData, "partitions, and with them the order of sums, change"},
    {"pillow*", Use::kData, "decoding of JPEG and resampling of images change"},
    {"opencv-*", Use::kData, "decoding and resampling of images change"},
    {"imageio", Use::kData, "decoding of images changes"},
    {"scikit-image", Use::kData, "filters and resampling of images change"},
    {"albumentations", Use::kData, "augmentations draw other random numbers"},
    {"nibabel", Use::kData, "scaling of volumes changes"},
    {"simpleitk", Use::kData, "resampling of volumes changes"},
    {"h5py", Use::kData, "reading of arrays changes"},
    {"librosa", Use::kData, "resampling and spectra change"},
    {"soundfile", Use::kData, "decoding of sound changes"},
    {"pip", Use::kTool, ""},
    {"setuptools", Use::kTool, ""},
    {"wheel", Use::kTool, ""},
    {"virtualenv", Use::kTool, ""},
    {"uv", Use::kTool, ""},
    {"pipx", Use::kTool, ""},
    {"build", Use::kTool, ""},
    {"twine", Use::kTool, ""},
    {"pytest*", Use::kTool, ""},
    {"coverage", Use::kTool, ""},
    {"tox", Use::kTool, ""},
    {"black", Use::kTool, ""},
    {"ruff", Use::kTool, ""},
    {"flake8", Use::kTool, ""},
    {"mypy", Use::kTool, ""},
    {"pylint", Use::kTool, ""},
    {"pre-commit", Use::kTool, ""},
    {"sphinx*", Use::kTool, ""},
    {"ipython", Use::kTool, ""},
    {"jupyter*", Use::kTool, ""},
});

Known known(const std::string& name) {
  for (const Known& package : kKnown) {
    const bool family = package.name.ends_with('*');
    const std::string_view stem = package.name.substr(0, package.name.size() - (family ? 1 : 0));
    if (family ? name.starts_with(stem) : name == stem) return package;
  }
  return {{}, Use::kOther, {}};
}

enum class Part { kMajor, kMinor, kPatch, kBuild };

// "2.1.0+cpu" -> {"2", "1", "0"} and "cpu".
std::pair<std::vector<std::string>, std::string> parts_of(const std::string& version) {
  const size_t plus = std::min(version.find('+'), version.size());
  return {split(version.substr(0, plus), '.'), version.substr(std::min(plus + 1, version.size()))};
}

Part differing_part(const std::string& a, const std::string& b) {
  const auto [numbers_a, build_a] = parts_of(a);
  const auto [numbers_b, build_b] = parts_of(b);
  if (numbers_a == numbers_b) return Part::kBuild;
  for (size_t i = 0; i < 2; ++i) {
    const std::string left = i < numbers_a.size() ? numbers_a[i] : "0";
    const std::string right = i < numbers_b.size() ? numbers_b[i] : "0";
    if (left != right) return i == 0 ? Part::kMajor : Part::kMinor;
  }
  return Part::kPatch;
}

std::string with_what(std::string text, const Known& package) {
  return package.what.empty() ? text : std::move(text) + "; " + std::string(package.what);
}

Effect version_of_numbers(const Known& package, Part part) {
  switch (part) {
    case Part::kMajor:
      return {Likelihood::kLikely,
              with_what("another major version: expect other results, or code that no longer runs", package)};
    case Part::kMinor:
      return {Likelihood::kLikely,
              with_what("another minor version: expect other last bits, and sometimes more", package)};
    case Part::kBuild:
      return {Likelihood::kLikely, with_what("another build of the same version: other kernels", package)};
    case Part::kPatch:
      break;
  }
  return {
      Likelihood::kPossible,
      with_what("another patch version: made to repair faults, but its kernels were compiled anew", package)};
}

struct Role {
  std::string_view part;  // of the role
  Effect effect;
};

const std::vector<Role>& roles() {
  static const std::vector<Role> list = {
      {"BLAS", {Likelihood::kLikely, "matrix products are summed in another order: other last bits"}},
      {"LAPACK", {Likelihood::kLikely, "factorisations and solvers round otherwise: other last bits"}},
      {"oneDNN", {Likelihood::kLikely, "convolutions and products are summed in another order"}},
      {"OpenMP", {Likelihood::kLikely, "loops and sums are split over threads otherwise"}},
      {"mathematical functions",
       {Likelihood::kLikely, "exp, log, sin and the like may differ in their last bit"}},
      {"SVML", {Likelihood::kLikely, "exp, log, sin and the like may differ in their last bit"}},
      {"C library", {Likelihood::kPossible, "it comes with the mathematical functions and sorts"}},
      {"C++ library",
       {Likelihood::kPossible, "random distributions, sorting and hashing of the standard library"}},
      {"TBB", {Likelihood::kLikely, "sums are split over threads otherwise"}},
      {"cu", {Likelihood::kLikely, "other kernels on the accelerator: other last bits, and sometimes more"}},
      {"CUDA",
       {Likelihood::kLikely, "other kernels on the accelerator: other last bits, and sometimes more"}},
      {"NCCL", {Likelihood::kLikely, "gradients of several accelerators are added in another order"}},
  };
  return list;
}

// Sections of the report whose fields are all of one kind.
std::optional<Effect> effect_of_section(const report::Difference& difference) {
  const std::string_view section = difference.section->name;
  const std::string why(difference.field ? difference.field->why : "");
  if (section == "threads" || section == "determinism" || section == "floating_point") {
    const bool counts = difference.field && difference.field->matters == report::Matters::kMay;
    return Effect{counts ? Likelihood::kLikely : Likelihood::kUnlikely,
                  counts ? why : "it is not known to change results"};
  }
  if (section == "settings") {
    return Effect{Likelihood::kLikely,
                  "the framework chooses its kernels, their precision or the number of threads by it"};
  }
  if (section == "variables")
    return Effect{Likelihood::kUnlikely,
                  "libraries read it at run time, but it is none of the known switches"};
  return std::nullopt;
}

Effect effect_of_python(const report::Difference& difference) {
  const std::string why(difference.field->why);
  const std::string_view field = difference.field->name;
  if (field == "version") {
    if (differing_part(difference.a, difference.b) == Part::kPatch)
      return {Likelihood::kUnlikely, "another patch version: made to repair faults"};
    return {Likelihood::kLikely, why + ", and packages are compiled apart for each"};
  }
  if (difference.field->matters == report::Matters::kNo)
    return {Likelihood::kNone, "it does not change results"};
  return {field == "flags" ? Likelihood::kPossible : Likelihood::kLikely, why};
}

}  // namespace

std::string_view likelihood_name(Likelihood likelihood) {
  switch (likelihood) {
    case Likelihood::kNone:
      return "none";
    case Likelihood::kUnlikely:
      return "unlikely";
    case Likelihood::kPossible:
      return "possible";
    case Likelihood::kLikely:
      return "likely";
  }
  return "unknown";
}

Effect effect_of_missing_package(const std::string& name) {
  switch (known(name).use) {
    case Use::kNumbers:
      return {Likelihood::kLikely, "what imports it does not run, or takes another way to its numbers"};
    case Use::kData:
      return {Likelihood::kLikely, "what imports it does not run, or reads its data in another way"};
    case Use::kTool:
      return {Likelihood::kUnlikely, "it builds, tests or formats programs and is not there to train"};
    case Use::kOther:
      break;
  }
  return {Likelihood::kPossible, "what imports it does not run; libraries may do without it in another way"};
}

Effect effect_of_extra_package(const std::string& name) {
  const Use use = known(name).use;
  if (use == Use::kNumbers)
    return {Likelihood::kPossible, "libraries use it when they find it, and then take another way"};
  return {Likelihood::kUnlikely, "only what imports it notices"};
}

Effect effect_of_version(const std::string& name, const std::string& expected, const std::string& found) {
  const Known package = known(name);
  switch (package.use) {
    case Use::kNumbers:
      return version_of_numbers(package, differing_part(expected, found));
    case Use::kData:
      return {Likelihood::kPossible, with_what("another version: the training may see other data", package)};
    case Use::kTool:
      return {Likelihood::kUnlikely, "it builds, tests or formats programs and is not there to train"};
    case Use::kOther:
      break;
  }
  return {Likelihood::kPossible, "another version is another program; it is not known to compute anything"};
}

Effect effect_of_build(const std::string& name) {
  const Known package = known(name);
  if (package.use == Use::kTool)
    return {Likelihood::kUnlikely, "it builds, tests or formats programs and is not there to train"};
  if (package.use == Use::kNumbers)
    return {Likelihood::kLikely, with_what("another build under the same version: other kernels", package)};
  return {Likelihood::kPossible, "other files under the same version: another build, or a changed package"};
}

Effect effect_of_library(std::string_view role) {
  for (const Role& entry : roles()) {
    if (role.starts_with(entry.part)) return entry.effect;
  }
  if (role.find("mathematical functions") != std::string_view::npos) return roles()[4].effect;
  return {Likelihood::kLikely, "another library computes"};
}

Effect effect_of_field(const report::Difference& difference) {
  if (const auto effect = effect_of_section(difference)) return *effect;
  if (difference.section->name == "python" && difference.field) return effect_of_python(difference);
  if (difference.field && difference.field->matters == report::Matters::kNo)
    return {Likelihood::kNone, "it does not change results"};
  return {Likelihood::kPossible,
          difference.field ? std::string(difference.field->why) : "it may change results"};
}

}  // namespace ibid::environment
