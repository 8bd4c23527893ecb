#include "environment/libraries.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <span>

#include "base/digest.h"
#include "base/hex.h"
#include "base/number_text.h"
#include "base/text.h"
#include "environment/debian.h"
#include "platform/mapped_file.h"

namespace ibid::environment {
namespace {

struct Role {
  std::string_view part;  // of the file's name
  std::string_view role;
};

// Libraries whose version or build numbers depend on, by what their files are called.
constexpr auto kRoles = std::to_array<Role>({
    {"libopenblas", "BLAS (OpenBLAS)"},
    {"libscipy_openblas", "BLAS (OpenBLAS)"},
    {"libblis", "BLAS (BLIS)"},
    {"libmkl_", "BLAS (MKL)"},
    {"libblas", "BLAS"},
    {"liblapack", "LAPACK"},
    {"libdnnl", "oneDNN"},
    {"libmkldnn", "oneDNN"},
    {"libgomp", "OpenMP (GNU)"},
    {"libiomp5", "OpenMP (Intel)"},
    {"libomp.", "OpenMP (LLVM)"},
    {"libtbb", "TBB"},
    {"libcudart", "CUDA runtime"},
    {"libcublas", "cuBLAS"},
    {"libcudnn", "cuDNN"},
    {"libcufft", "cuFFT"},
    {"libcusparse", "cuSPARSE"},
    {"libcusolver", "cuSOLVER"},
    {"libcurand", "cuRAND"},
    {"libnccl", "NCCL"},
    {"libcuda.", "CUDA driver"},
    {"libnvrtc", "NVRTC"},
    {"libamdhip", "HIP"},
    {"librocblas", "rocBLAS"},
    {"libMIOpen", "MIOpen"},
    {"librccl", "RCCL"},
    {"libtorch", "PyTorch"},
    {"libc10", "PyTorch"},
    {"libtensorflow", "TensorFlow"},
    {"libxgboost", "XGBoost"},
    {"lib_lightgbm", "LightGBM"},
    {"libm.so", "mathematical functions of the C library"},
    {"libm-2", "mathematical functions of the C library"},
    {"libmvec", "vectorised mathematical functions of the C library"},
    {"libc.so", "C library"},
    {"libstdc++", "C++ library"},
    {"libsvml", "SVML"},
});

Fact<std::string> role_of(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  for (const Role& role : kRoles) {
    if (name.starts_with(role.part)) return Fact<std::string>::known(std::string(role.role), "its name");
  }
  return Fact<std::string>::unknown("none of the libraries that numbers are known to depend on");
}

// Little-endian numbers of an ELF file.
class Elf {
 public:
  explicit Elf(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  std::optional<T> number(uint64_t offset) const {
    T value;
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof value) return std::nullopt;
    std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }

  std::string_view part(uint64_t offset, uint64_t size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) return {};
    return bytes_.substr(offset, size);
  }

 private:
  std::string_view bytes_;
};

uint64_t aligned(uint64_t size) { return (size + 3) / 4 * 4; }

std::optional<std::string> build_id_in_notes(std::string_view notes) {
  constexpr uint32_t kGnuBuildId = 3;
  const Elf elf(notes);
  uint64_t at = 0;
  while (at + 12 <= notes.size()) {
    const uint64_t name_size = *elf.number<uint32_t>(at), size = *elf.number<uint32_t>(at + 4);
    const uint32_t type = *elf.number<uint32_t>(at + 8);
    const uint64_t name = at + 12, content = name + aligned(name_size);
    if (type == kGnuBuildId && elf.part(name, name_size) == std::string_view("GNU\0", 4)) {
      const std::string_view id = elf.part(content, size);
      if (!id.empty()) return hex_text(std::span(reinterpret_cast<const uint8_t*>(id.data()), id.size()));
    }
    at = content + aligned(size);
  }
  return std::nullopt;
}

Library look_at(const Subject& subject, const std::string& path) {
  Library library;
  library.path = Fact<std::string>::known(path, "/proc/" + number_text(*subject.process_id) + "/maps");
  library.role = role_of(path);
  const auto file = platform::MappedFile::open(subject.files.inside(path));
  if (!file.ok()) {
    library.build_id = library.xxh128 =
        Fact<std::string>::unknown("the file was replaced or removed since it was loaded");
    return library;
  }
  const auto bytes = file.value().bytes();
  library.xxh128 = Fact<std::string>::known(digest_bytes(bytes).hex(), path);
  const Result<std::string> id =
      build_id(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  library.build_id =
      id.ok() ? Fact<std::string>::known(id.value(), path) : Fact<std::string>::unknown(id.error().message());
  return library;
}

}  // namespace

std::vector<std::string> mapped_files(std::string_view maps) {
  std::set<std::string> files;
  for (const std::string& line : split(maps, '\n')) {
    const size_t slash = line.find('/'), space = line.find(' ');
    if (slash == std::string::npos || space == std::string::npos || space > slash) continue;
    const bool executable = line.size() > space + 3 && line[space + 3] == 'x';
    if (executable) files.insert(line.substr(slash));
  }
  return {files.begin(), files.end()};
}

Result<std::string> build_id(std::string_view bytes) {
  constexpr uint32_t kNoteSegment = 4;
  const Elf elf(bytes);
  const Error none(ErrorCode::kNotFound, "it was linked without one");
  if (!bytes.starts_with(std::string_view("\177ELF\2\1", 6))) {
    return Error(ErrorCode::kUnsupported, "it is no 64-bit little-endian ELF file");
  }
  const auto table = elf.number<uint64_t>(32);
  const auto entry_size = elf.number<uint16_t>(54), n_entries = elf.number<uint16_t>(56);
  if (!table || !entry_size || !n_entries) return none;
  for (uint64_t i = 0; i < *n_entries; ++i) {
    const uint64_t entry = *table + i * *entry_size;
    const auto type = elf.number<uint32_t>(entry);
    const auto offset = elf.number<uint64_t>(entry + 8), size = elf.number<uint64_t>(entry + 32);
    if (!type || !offset || !size) break;
    if (*type != kNoteSegment) continue;
    if (const auto id = build_id_in_notes(elf.part(*offset, *size))) return *id;
  }
  return none;
}

FactList<Library> collect_libraries(const Subject& subject) {
  if (!subject.process_id)
    return FactList<Library>::unknown(
        "no process was named: --pid shows those that a running program has loaded");
  const std::string path = "/proc/" + number_text(*subject.process_id) + "/maps";
  const Result<std::string> maps = subject.files.read(path);
  if (!maps.ok()) return FactList<Library>::unknown(maps.error().message());
  constexpr std::string_view kDeleted = " (deleted)";
  std::vector<Library> libraries;
  for (const std::string& file : mapped_files(maps.value())) {
    const bool deleted = file.ends_with(kDeleted);
    Library library = look_at(subject, deleted ? file.substr(0, file.size() - kDeleted.size()) : file);
    // What lies there now is not what was loaded.
    if (deleted)
      library.build_id = library.xxh128 =
          Fact<std::string>::unknown("the file was replaced or removed since it was loaded");
    libraries.push_back(std::move(library));
  }
  name_owners(subject, libraries);
  return FactList<Library>::known(std::move(libraries), path);
}

}  // namespace ibid::environment
