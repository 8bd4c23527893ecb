#include "environment/record.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/sha256.h"
#include "base/text.h"
#include "platform/mapped_file.h"

namespace ibid::environment {
namespace {

// Files of NAME.dist-info that tell of the installation and not of the package.
constexpr auto kOfTheInstallation = std::to_array<std::string_view>(
    {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "provenance_url.json", "uv_cache.json"});

bool is_written_anew(std::string_view path) {
  if (path.ends_with(".pyc") || path.starts_with('/')) return true;
  // "../../../bin/f2py": scripts begin with the path of their interpreter.
  if (path.starts_with("../") && path.find("/bin/") != std::string_view::npos) return true;
  const size_t info = path.find(".dist-info/");
  if (info == std::string_view::npos) return false;
  const std::string_view name = path.substr(info + std::string_view(".dist-info/").size());
  return std::ranges::find(kOfTheInstallation, name) != kOfTheInstallation.end();
}

// A path with a comma or a quote in it is in quotes, with every quote doubled.
std::string unquoted(std::string_view cell) {
  if (cell.size() < 2 || !cell.starts_with('"') || !cell.ends_with('"')) return std::string(cell);
  std::string out;
  for (size_t i = 1; i + 1 < cell.size(); ++i) {
    out += cell[i];
    if (cell[i] == '"' && cell[i + 1] == '"') ++i;
  }
  return out;
}

// "PATH,sha256=DIGEST,SIZE"; nothing for files without a digest.
std::optional<RecordedFile> parse_line(std::string_view line) {
  const size_t size = line.rfind(',');
  if (size == std::string_view::npos || size == 0) return std::nullopt;
  const size_t digest = line.rfind(',', size - 1);
  if (digest == std::string_view::npos) return std::nullopt;
  constexpr std::string_view kAlgorithm = "sha256=";
  const std::string_view text = line.substr(digest + 1, size - digest - 1);
  if (!text.starts_with(kAlgorithm)) return std::nullopt;
  return RecordedFile{unquoted(line.substr(0, digest)), std::string(text.substr(kAlgorithm.size()))};
}

// The base64 for addresses without padding, as RECORD has it.
std::string base64_text(std::span<const uint8_t> bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  uint32_t pending = 0;
  int n_bits = 0;
  for (const uint8_t byte : bytes) {
    pending = pending << 8 | byte;
    for (n_bits += 8; n_bits >= 6; n_bits -= 6) out += kDigits[pending >> (n_bits - 6) & 63U];
  }
  if (n_bits > 0) out += kDigits[pending << (6 - n_bits) & 63U];
  return out;
}

bool has_content(const platform::Path& path, const std::string& digest) {
  const auto file = platform::MappedFile::open(path);
  if (!file.ok()) return false;
  Sha256Stream stream;
  stream.update(file.value().bytes());
  return base64_text(stream.digest()) == digest;
}

}  // namespace

std::vector<RecordedFile> recorded_files(std::string_view record) {
  std::vector<RecordedFile> files;
  for (const std::string& line : split(record, '\n')) {
    if (auto file = parse_line(trim(line)); file && !is_written_anew(file->path))
      files.push_back(*std::move(file));
  }
  std::ranges::sort(files, {}, &RecordedFile::path);
  return files;
}

std::string record_digest(const std::vector<RecordedFile>& files) {
  std::string text;
  for (const RecordedFile& file : files) text += file.path + '\0' + file.sha256 + '\n';
  return sha256_hex(text);
}

std::vector<std::string> altered_files(const Subject& subject, const std::string& folder,
                                       const std::vector<RecordedFile>& files) {
  std::vector<std::string> altered;
  for (const RecordedFile& file : files) {
    if (!has_content(subject.files.inside(folder + "/" + file.path), file.sha256))
      altered.push_back(file.path);
  }
  return altered;
}

}  // namespace ibid::environment
