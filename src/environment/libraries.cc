#include "environment/libraries.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>

#include "base/digest.h"
#include "base/hex.h"
#include "base/number_text.h"
#include "base/text.h"
#include "environment/compiler_notes.h"
#include "environment/debian.h"
#include "environment/elf.h"
#include "environment/fast_math.h"
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

template <class T>
Fact<T> fact_of(const Result<T>& result, const std::string& source) {
  return result.ok() ? Fact<T>::known(result.value(), source) : Fact<T>::unknown(result.error().message());
}

Library look_at(const Subject& subject, const std::string& path, const std::string& source) {
  Library library;
  library.path = Fact<std::string>::known(path, source);
  library.role = role_of(path);
  const auto file = platform::MappedFile::open(subject.files.inside(path));
  if (!file.ok()) {
    library.build_id = library.xxh128 =
        Fact<std::string>::unknown("the file was replaced or removed since it was loaded");
    library.sets_flush_to_zero = Fact<bool>::unknown(library.xxh128.reason());
    library.compiler = library.compiler_flags = library.xxh128;
    return library;
  }
  const auto bytes = file.value().bytes();
  library.xxh128 = Fact<std::string>::known(digest_bytes(bytes).hex(), path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  library.build_id = fact_of(build_id(text), path);
  library.sets_flush_to_zero = fact_of(sets_flush_to_zero(text), path);
  library.compiler = fact_of(compilers_of(text), path);
  library.compiler_flags = fact_of(compiler_flags(text), path);
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
  if (!elf.is_64_bit_little_endian())
    return Error(ErrorCode::kUnsupported, "it is no 64-bit little-endian ELF file");
  for (const Elf::Segment& segment : elf.segments()) {
    if (segment.type != kNoteSegment) continue;
    if (const auto id = build_id_in_notes(elf.part(segment.offset, segment.size))) return *id;
  }
  return none;
}

FactList<Library> libraries_in(const Subject& subject, std::string_view maps, const std::string& source) {
  constexpr std::string_view kDeleted = " (deleted)";
  const std::string replaced = "the file was replaced or removed since it was loaded";
  std::vector<Library> libraries;
  for (const std::string& file : mapped_files(maps)) {
    const bool deleted = file.ends_with(kDeleted);
    Library library =
        look_at(subject, deleted ? file.substr(0, file.size() - kDeleted.size()) : file, source);
    // What lies there now is not what was loaded.
    if (deleted) {
      library.build_id = library.xxh128 = library.compiler = library.compiler_flags =
          Fact<std::string>::unknown(replaced);
      library.sets_flush_to_zero = Fact<bool>::unknown(replaced);
    }
    libraries.push_back(std::move(library));
  }
  name_owners(subject, libraries);
  return FactList<Library>::known(std::move(libraries), source);
}

FactList<Library> collect_libraries(const Subject& subject) {
  if (!subject.process_id)
    return FactList<Library>::unknown(
        "no process was named: --pid shows those that a running program has loaded, --import those that "
        "come with a module");
  const std::string path = "/proc/" + number_text(*subject.process_id) + "/maps";
  const Result<std::string> maps = subject.files.read(path);
  if (!maps.ok()) return FactList<Library>::unknown(maps.error().message());
  return libraries_in(subject, maps.value(), path);
}

}  // namespace ibid::environment
