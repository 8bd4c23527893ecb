#include "compare/file_comparison.h"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "base/number_text.h"
#include "base/text.h"
#include "compare/content_comparison.h"
#include "compare/keras_archive.h"
#include "compare/sorted_table.h"
#include "compare/tensor_difference.h"
#include "compare/tensor_files.h"
#include "data/gzip.h"
#include "platform/mapped_file.h"
#include "platform/signals.h"

namespace ibid::compare {
namespace {

constexpr int kMaxNesting = 4;                         // archives in archives
constexpr int64_t kAlwaysUnpacked = int64_t{4} << 30;  // whatever the size of the archive
constexpr int64_t kReadWhole = int64_t{256} << 20;     // larger files are mapped

// A side of the comparison.
struct Content {
  std::string_view bytes;
  std::string where;  // for errors
  std::string format = {};
  std::vector<ZipMember> members = {};   // of a zip archive
  platform::Path path = {};              // of a file, not of what is packed in one
  std::vector<std::string> shards = {};  // of a checkpoint

  std::span<const std::byte> raw() const { return std::as_bytes(std::span(bytes)); }
};

int64_t unpacking_limit(std::string_view bytes) {
  return std::max(kAlwaysUnpacked, static_cast<int64_t>(bytes.size()) + (int64_t{64} << 20));
}

bool looks_like_text(std::string_view bytes) {
  constexpr size_t kLooked = 1 << 20;
  const std::string_view head = bytes.substr(0, kLooked);
  return std::none_of(head.begin(), head.end(), [](char c) {
    return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\x1b') ||
           c == '\x7f';
  });
}

bool is_table_name(const std::string& name) { return name.ends_with(".csv") || name.ends_with(".tsv"); }

std::string text_format(std::string_view bytes, const std::string& name) {
  if (is_table_name(name)) return "table";
  const std::string_view start = trim(bytes.substr(0, 4096));
  return name.ends_with(".json") || start.starts_with('{') || start.starts_with('[') ? "json" : "text";
}

std::string format_of_members(const std::vector<ZipMember>& members) {
  if (looks_like_torch(members)) return "pytorch";
  if (looks_like_keras(members)) return "keras";
  return looks_like_npz(members) ? "npz" : "zip";
}

// Recognises the format; of a zip archive this unpacks the members.
Result<void> recognise(Content& content, const std::string& name) {
  const std::string_view bytes = content.bytes;
  if (is_zip(bytes)) {
    content.format = "zip";
    IBID_ASSIGN(content.members, unzip(bytes, content.where, unpacking_limit(bytes)));
    content.format = format_of_members(content.members);
    if (content.format == "keras") drop_time_of_saving(content.members);
  } else if (bytes.starts_with("\x93NUMPY")) {
    content.format = "npy";
  } else if (bytes.starts_with("\x89PNG\r\n\x1a\n")) {
    content.format = "png";
  } else if (bytes.starts_with("%PDF-")) {
    content.format = "pdf";
  } else if (data::is_gzip(bytes)) {
    content.format = "gzip";
  } else if (looks_like_hdf5(bytes)) {
    content.format = "hdf5";
  } else if (looks_like_old_torch(content.raw())) {
    content.format = "old pytorch";
  } else if (looks_like_safetensors(content.raw())) {
    content.format = "safetensors";
  } else if (looks_like_sorted_table(bytes)) {
    content.format = "tensorflow";
  } else if (name == "saved_model.pb") {
    content.format = "saved model";
  } else if (looks_like_lightgbm(bytes)) {
    content.format = "lightgbm";
  } else if (looks_like_ubjson(bytes) && !looks_like_text(bytes)) {
    content.format = "ubjson";
  } else if (looks_like_onnx(content.raw())) {
    content.format = "onnx";
  } else {
    content.format = looks_like_text(bytes) ? text_format(bytes, name) : "bytes";
  }
  return {};
}

bool holds_tensors(const std::string& format) {
  return format == "ubjson" || format == "lightgbm" || format == "safetensors" || format == "npy" ||
         format == "npz" || format == "pytorch" || format == "onnx" || format == "hdf5" ||
         format == "tensorflow" || format == "old pytorch";
}

// The shards beside the index of a checkpoint; false if not all are there.
Result<bool> load_shards(Content& content) {
  constexpr std::string_view kIndex = ".index";
  const std::string path = content.path.string();
  if (!path.ends_with(kIndex)) return false;
  IBID_ASSIGN(const int64_t count, count_shards(content.bytes, content.where));
  const auto five_digits = [](int64_t number) {
    const std::string text = number_text(number);
    return std::string(5 - std::min<size_t>(text.size(), 5), '0') + text;
  };
  for (int64_t i = 0; i < count; ++i) {
    const std::string shard =
        path.substr(0, path.size() - kIndex.size()) + ".data-" + five_digits(i) + "-of-" + five_digits(count);
    if (!platform::path_exists(shard)) return false;
    IBID_ASSIGN(std::string bytes, platform::read_file(shard));
    content.shards.push_back(std::move(bytes));
  }
  return count > 0;
}

bool is_archive(const std::string& format) { return format == "zip" || format == "keras"; }

bool is_text(const std::string& format) { return format == "text" || format == "json" || format == "table"; }

Result<TensorSet> read_tensors(Content& content) {
  if (content.format == "safetensors") return read_safetensors(content.raw(), content.where);
  if (content.format == "npy") return read_npy(content.raw(), content.where);
  if (content.format == "npz") return read_npz(std::move(content.members), content.where);
  if (content.format == "old pytorch") return read_old_torch(content.raw(), content.where);
  if (content.format == "ubjson") return read_ubjson(content.raw(), content.where);
  if (content.format == "lightgbm") return read_lightgbm(content.raw(), content.where);
  if (content.format == "hdf5")
    return read_hdf5(content.raw(), content.where, unpacking_limit(content.bytes));
  if (content.format == "tensorflow")
    return read_checkpoint({content.bytes, {content.shards.begin(), content.shards.end()}, content.where});
  if (content.format == "onnx") return read_onnx(content.raw(), content.where);
  return read_torch(std::move(content.members), content.where);
}

// Of the two files, where they are no parts of archives.
struct Paths {
  platform::Path a, b;
};

class Comparer {
 public:
  FileComparison compare(std::string_view a, std::string_view b, const std::string& name, int nesting,
                         const Paths& paths = {}) {
    FileComparison result;
    result.size_a = static_cast<int64_t>(a.size());
    result.size_b = static_cast<int64_t>(b.size());
    compare_bytes(a, b, result);
    Content x{.bytes = a, .where = "the first file", .path = paths.a};
    Content y{.bytes = b, .where = "the second file", .path = paths.b};
    // Equal bytes mean the same; then the archive need not be opened.
    const Result<void> known = result.same_bytes ? Result<void>() : recognise_both(x, y, name);
    if (result.same_bytes) {
      result.format = "bytes";
      result.same_meaning = true;
      result.summary = "the same bytes";
      return result;
    }
    result.format = x.format == y.format ? x.format : x.format + " / " + y.format;
    const Result<Finding> finding =
        known.ok() ? by_format(x, y, name, nesting) : Result<Finding>(known.error());
    if (finding.ok()) {
      result.same_meaning = finding.value().same;
      result.summary = finding.value().summary;
      result.details = finding.value().details;
    } else {
      result.why_unknown = finding.error().message();
      result.summary = "the bytes differ from offset " + number_text(*result.first_byte) +
                       " on; what they mean is unknown: " + result.why_unknown;
    }
    return result;
  }

 private:
  static void compare_bytes(std::string_view a, std::string_view b, FileComparison& result) {
    const auto [in_a, in_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    result.same_bytes = in_a == a.end() && in_b == b.end();
    if (!result.same_bytes) result.first_byte = in_a - a.begin();
  }

  static Result<void> recognise_both(Content& a, Content& b, const std::string& name) {
    IBID_TRY(recognise(a, name));
    return recognise(b, name);
  }

  Result<Finding> by_format(Content& a, Content& b, const std::string& name, int nesting) {
    if (a.format == "tensorflow" && b.format == "tensorflow") return checkpoints(a, b);
    if (holds_tensors(a.format) && holds_tensors(b.format)) return tensors(a, b);
    if (is_text(a.format) && is_text(b.format) && a.format != b.format) return compare_text(a.bytes, b.bytes);
    if (a.format != b.format) return Finding{false, "files of two formats: " + a.format + " / " + b.format};
    if (a.format == "saved model")
      return Error(ErrorCode::kUnsupported,
                   "graphs of TensorFlow are not read by ibid; weights are in variables/variables.index");
    if (a.format == "pdf") return compare_pdf(a.bytes, b.bytes);
    if (a.format == "png") return compare_png(a.bytes, b.bytes);
    if (a.format == "json") return json_or_text(a, b);
    if (a.format == "table") return compare_tables(a.bytes, b.bytes, name);
    if (a.format == "text") return compare_text(a.bytes, b.bytes);
    if (a.format == "gzip" || is_archive(a.format)) {
      if (nesting == kMaxNesting)
        return Error(ErrorCode::kUnsupported, "archives are packed in archives more than four deep");
      return is_archive(a.format) ? archives(a, b, nesting) : gzips(a, b, name, nesting);
    }
    return bytes_only(a.bytes, b.bytes);
  }

  // By their elements if both have them, else by checksums.
  static Result<Finding> checkpoints(Content& a, Content& b) {
    IBID_ASSIGN(const bool in_a, load_shards(a));
    IBID_ASSIGN(const bool in_b, load_shards(b));
    if (in_a && in_b) return tensors(a, b);
    a.shards.clear();
    b.shards.clear();
    IBID_ASSIGN(Finding finding, tensors(a, b));
    const std::string why = (in_a ? b.where : a.where) + " has not all its shards (.data-...) beside it";
    finding.details["why_checksums"] = why;
    finding.summary = finding.same ? "all " + number_text(finding.details["compared_values"].get<int64_t>()) +
                                         " entries have the same types, shapes and checksums; " + why
                                   : finding.summary + "; by checksums: " + why;
    return finding;
  }

  static Result<Finding> tensors(Content& a, Content& b) {
    IBID_ASSIGN(const TensorSet x, read_tensors(a));
    IBID_ASSIGN(const TensorSet y, read_tensors(b));
    const TensorSetComparison comparison = compare_tensor_sets(x, y);
    // What was read may differ; that it does not says nothing about the rest.
    if (comparison.same() && !comparison.unread.empty()) {
      const auto& [name, why] = comparison.unread.front();
      return Error(ErrorCode::kUnsupported, "what could be compared is the same, but '" + name + "' " + why);
    }
    return Finding{comparison.same(), summary(comparison), comparison_json(comparison)};
  }

  // What begins with a bracket need not be JSON.
  static Result<Finding> json_or_text(Content& a, Content& b) {
    Result<Finding> finding = compare_json(a.bytes, b.bytes);
    return finding.ok() ? finding : compare_text(a.bytes, b.bytes);
  }

  Result<Finding> gzips(const Content& a, const Content& b, const std::string& name, int nesting) {
    IBID_ASSIGN(const std::string x, data::gunzip(a.bytes, a.where, unpacking_limit(a.bytes)));
    IBID_ASSIGN(const std::string y, data::gunzip(b.bytes, b.where, unpacking_limit(b.bytes)));
    const std::string inner = name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name;
    const FileComparison content = compare(x, y, inner, nesting + 1);
    if (!content.same_meaning) return Error(ErrorCode::kUnsupported, content.why_unknown);
    return Finding{content.same(), "unpacked: " + content.summary, {{"content", comparison_json(content)}}};
  }

  Result<Finding> archives(const Content& a, const Content& b, int nesting) {
    std::map<std::string, std::string_view> in_b;
    for (const ZipMember& member : b.members) in_b.emplace(member.name, member.content);
    Json members = Json::array();
    std::string first, unknown;
    int64_t n_members = 0, n_unknown = 0;
    const auto note = [&](const std::string& name, const std::string& what, Json json) {
      if (members.empty()) first = name + ": " + what;
      members.push_back({{"name", name}, {"comparison", std::move(json)}});
    };
    std::map<std::string, bool> seen;
    for (const ZipMember& member : a.members) {
      if (!seen.emplace(member.name, true).second) continue;
      ++n_members;
      const auto other = in_b.find(member.name);
      if (other == in_b.end()) {
        note(member.name, "only in the first file", "only in a");
        continue;
      }
      const FileComparison content = compare(member.content, other->second, member.name, nesting + 1);
      if (!content.same_meaning) {
        if (++n_unknown == 1) unknown = member.name + ": " + content.why_unknown;
      }
      if (!content.same()) note(member.name, content.summary, comparison_json(content));
    }
    for (const ZipMember& member : b.members) {
      if (seen.contains(member.name)) continue;
      ++n_members;
      note(member.name, "only in the second file", "only in b");
    }
    if (members.empty())
      return Finding{
          true, (n_members == 1 ? "the member means" : "all " + number_text(n_members) + " members mean") +
                    std::string(" the same; times or order differ")};
    if (n_unknown == static_cast<int64_t>(members.size())) return Error(ErrorCode::kUnsupported, unknown);
    return Finding{false,
                   number_text(static_cast<int64_t>(members.size())) + " of " + number_text(n_members) +
                       " members differ, first " + first,
                   {{"compared_members", n_members}, {"members", std::move(members)}}};
  }

  static Finding bytes_only(std::string_view a, std::string_view b) {
    const auto offset = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
    std::string summary = "the bytes differ from offset " + number_text(int64_t{offset}) + " on";
    if (a.size() != b.size()) {
      summary += "; sizes " + number_text(static_cast<int64_t>(a.size())) + " / " +
                 number_text(static_cast<int64_t>(b.size()));
    }
    return {false, summary};
  }
};

// The bytes of a file. Small ones are read, so that one that somebody shortens meanwhile does no harm.
class FileBytes {
 public:
  static Result<FileBytes> open(const platform::Path& path) {
    if (platform::is_folder(path)) {
      return Error(ErrorCode::kUsage, path.string() + " is a folder",
                   "compare folders with 'ibid data diff', runs with 'ibid diff'");
    }
    if (platform::path_exists(path) && !std::filesystem::is_regular_file(path))
      return Error(ErrorCode::kUnsupported, path.string() + " is no plain file", "save it into a file first");
    IBID_ASSIGN(const int64_t size, platform::size_of_file(path));
    FileBytes bytes;
    if (size <= kReadWhole) {
      IBID_ASSIGN(bytes.text_, platform::read_file(path));
    } else {
      IBID_ASSIGN(platform::MappedFile file, platform::MappedFile::open(path));
      bytes.file_.emplace(std::move(file));
    }
    return bytes;
  }

  std::string_view view() const {
    if (!file_) return text_;
    return {reinterpret_cast<const char*>(file_->bytes().data()), file_->bytes().size()};
  }

 private:
  std::string text_;
  std::optional<platform::MappedFile> file_;
};

}  // namespace

Result<FileComparison> compare_files(const platform::Path& a, const platform::Path& b, std::string name) {
  IBID_ASSIGN(const FileBytes x, FileBytes::open(a));
  IBID_ASSIGN(const FileBytes y, FileBytes::open(b));
  if (name.empty()) name = a.filename().string();
  FileComparison comparison = Comparer().compare(x.view(), y.view(), name, 0, {a, b});
  IBID_TRY(platform::check_not_stopped());
  return comparison;
}

Json comparison_json(const FileComparison& comparison) {
  Json json = {{"format", comparison.format},
               {"same_bytes", comparison.same_bytes},
               {"same_meaning", comparison.same_meaning ? Json(*comparison.same_meaning) : Json()}};
  if (!comparison.why_unknown.empty()) json["why_unknown"] = comparison.why_unknown;
  json["size_a"] = comparison.size_a;
  json["size_b"] = comparison.size_b;
  if (comparison.first_byte) json["first_different_byte"] = *comparison.first_byte;
  json["summary"] = comparison.summary;
  if (!comparison.details.is_null() && !comparison.details.empty()) json["details"] = comparison.details;
  return json;
}

}  // namespace ibid::compare
