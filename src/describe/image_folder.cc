#include "describe/image_folder.h"

#include <algorithm>
#include <array>

#include "base/digest.h"
#include "base/number_text.h"
#include "data/gzip.h"
#include "data/image_header.h"
#include "data/quoted_name.h"
#include "describe/request_check.h"
#include "platform/folder_scan.h"
#include "platform/signals.h"

namespace ibid::describe {
namespace {

constexpr int64_t kMaxImageBytes = int64_t{1} << 30;

struct Ending {
  std::string_view text, format;
};
constexpr std::array<Ending, 14> kEndings = {{{".png", "PNG"},
                                              {".jpg", "JPEG"},
                                              {".jpeg", "JPEG"},
                                              {".jpe", "JPEG"},
                                              {".gif", "GIF"},
                                              {".tif", "TIFF"},
                                              {".tiff", "TIFF"},
                                              {".bmp", "BMP"},
                                              {".webp", "WebP"},
                                              {".dcm", "DICOM"},
                                              {".dicom", "DICOM"},
                                              {".nii", "NIfTI"},
                                              {".nii.gz", "NIfTI"},
                                              {".hdr", "NIfTI"}}};

const Irregularity kEmpty = {.kind = "empty-file", .text = "images without a single byte, left out"};
const Irregularity kUnreadable = {.kind = "unreadable", .text = "files that cannot be read, left out"};
const Irregularity kNoImage = {.kind = "no-image", .text = "files called images that are none, left out"};
const Irregularity kCutShort = {.kind = "truncated", .text = "images that end too early"};
const Irregularity kBroken = {.kind = "malformed", .text = "images whose head is damaged"};
const Irregularity kMisnamed = {.kind = "misnamed", .text = "images of another format than their name says"};
const Irregularity kOther = {.kind = "other-files",
                             .text = "files that are no images and not called so, left out"};
const Irregularity kLinkedFolder = {.kind = "linked-folder",
                                    .text = "links to folders, which are not followed"};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// What the name says; empty if nothing.
std::string_view format_of_name(const std::string& name) {
  const std::string small = lower(name);
  for (const Ending& ending : kEndings) {
    if (small.ends_with(ending.text)) return ending.format;
  }
  return {};
}

class FolderDescriber {
 public:
  explicit FolderDescriber(const DescribeRequest& request) : request_(request) {
    facts_.kind = "image folder";
    facts_.item_word = "image";
    facts_.reading = {{"labels", "the folders below that of the split"},
                      {"comparison",
                       "the files' bytes, unpacked; pixels were not decoded, so that one picture "
                       "stored in two ways counts as two"}};
  }

  Result<DataFacts> run() {
    int64_t n_images = 0;
    for (const SplitRequest& split : request_.splits) {
      facts_.splits.push_back({.name = split.name});
      facts_.labels.start_split();
      items_.start_split();
      facts_.item_names.emplace_back();
      for (const platform::Path& path : split.paths) IBID_TRY(read_root(path));
      n_images += facts_.splits.back().n_items;
    }
    if (n_images == 0) {
      return Error(ErrorCode::kUnsupported,
                   "there is no image in " + data::quoted_name(request_.splits[0].paths[0].native()),
                   "name a folder with images (PNG, JPEG, GIF, TIFF, BMP, WebP, DICOM, NIfTI), or the files "
                   "of a table");
    }
    facts_.equal = items_.analyse(request_.n_examples);
    return std::move(facts_);
  }

 private:
  bool room_left() const { return !request_.max_items || facts_.splits.back().n_items < *request_.max_items; }

  Result<void> read_root(const platform::Path& root) {
    const int64_t before = facts_.splits.back().n_items;
    root_ = root;
    label_.reset();
    size_bytes_ = 0;
    IBID_TRY(read_folder(root, 0));
    facts_.splits.back().files.push_back({.path = root,
                                          .size_bytes = size_bytes_,
                                          .unknown_reason = "a folder: 'ibid data hash' gives its root",
                                          .n_items = facts_.splits.back().n_items - before});
    return {};
  }

  Result<void> read_folder(const platform::Path& folder, int depth) {
    constexpr int kDeepest = 32;
    IBID_ASSIGN(const std::vector<platform::FolderEntry> entries, platform::scan_folder(folder));
    for (const platform::FolderEntry& entry : entries) {
      const platform::Path path = folder / entry.name;
      if (!room_left()) {
        facts_.splits.back().cut_short = true;
        return {};
      }
      if (entry.status.kind == platform::FileKind::kLink && platform::is_folder(path)) {
        count_irregularity(facts_, kLinkedFolder, place(path));
      } else if (entry.status.kind == platform::FileKind::kFolder && depth < kDeepest) {
        if (depth == 0) label_ = entry.name;
        IBID_TRY(read_folder(path, depth + 1));
        if (depth == 0) label_.reset();
      } else if (entry.status.kind != platform::FileKind::kSpecial) {
        IBID_TRY(read_file(path, entry.name));
      }
    }
    return {};
  }

  std::string place(const platform::Path& path) const {
    return data::quoted_name(path.lexically_relative(root_.parent_path()).native());
  }

  Result<void> read_file(const platform::Path& path, const std::string& name) {
    IBID_TRY(platform::check_not_stopped());
    const std::string_view wanted = format_of_name(name);
    Result<std::string> content = platform::read_file(path, kMaxImageBytes);
    if (content.ok() && data::is_gzip(content.value())) {
      size_bytes_ += static_cast<int64_t>(content.value().size());
      content = data::gunzip(content.value(), path.string(), kMaxImageBytes);
    } else if (content.ok()) {
      size_bytes_ += static_cast<int64_t>(content.value().size());
    }
    if (!content.ok()) {
      const bool cut = content.error().code() == ErrorCode::kTruncated;
      count_irregularity(facts_, wanted.empty() ? kOther : cut ? kCutShort : kUnreadable, place(path));
      return {};
    }
    const std::string& bytes = content.value();
    const Result<data::ImageHeader> header = data::parse_image_header(bytes, path.string());
    if (!header.ok() && header.error().code() == ErrorCode::kUnsupported) {
      count_irregularity(facts_, wanted.empty() ? kOther : bytes.empty() ? kEmpty : kNoImage, place(path));
      return {};
    }
    if (!header.ok()) {
      const bool cut = header.error().code() == ErrorCode::kTruncated;
      count_irregularity(facts_, cut ? kCutShort : kBroken, place(path));
    }
    const std::string_view format = data::image_format(bytes);
    if (!wanted.empty() && wanted != format)
      count_irregularity(facts_, kMisnamed, place(path) + " is " + std::string(format));
    return add_image(path, bytes, header);
  }

  Result<void> add_image(const platform::Path& path, const std::string& bytes,
                         const Result<data::ImageHeader>& header) {
    SplitFacts& split = facts_.splits.back();
    ++split.n_items;
    if (header.ok()) {
      const data::ImageHeader& head = header.value();
      ++facts_.image_kinds[{std::string(head.format), head.width, head.height, head.depth, head.channels,
                            head.bits}];
    } else {
      ++facts_.image_kinds[{std::string(data::image_format(bytes)) + ", damaged"}];
    }
    uint32_t label = kNoLabel;
    if (label_) {
      label = facts_.labels.add(*label_);
      facts_.label_name = "folder";
    }
    facts_.item_names.back().push_back(path.lexically_relative(root_).native());
    if (request_.progress) request_.progress(split.name, split.n_items);
    return items_.add(digest_bytes(bytes), label);
  }

  const DescribeRequest& request_;
  DataFacts facts_;
  ItemIndex items_;
  platform::Path root_;
  std::optional<std::string> label_;
  int64_t size_bytes_ = 0;  // of the files of this root
};

}  // namespace

std::vector<SplitRequest> splits_of_image_folder(const platform::Path& folder) {
  constexpr std::array<std::string_view, 11> kNames = {
      "train", "training", "test", "testing", "val", "vali", "valid", "dev", "validation", "eval", "holdout"};
  const Result<std::vector<platform::FolderEntry>> entries = platform::scan_folder(folder);
  std::vector<SplitRequest> splits;
  if (!entries.ok()) return splits;
  for (const platform::FolderEntry& entry : entries.value()) {
    if (entry.status.kind != platform::FileKind::kFolder) continue;
    if (std::ranges::find(kNames, lower(entry.name)) == kNames.end()) return {};
    splits.push_back({.name = entry.name, .paths = {folder / entry.name}});
  }
  return splits;
}

Result<DataFacts> describe_image_folders(const DescribeRequest& request) {
  IBID_TRY(refuse_table_options(request));
  for (const SplitRequest& split : request.splits) {
    if (!split.label_file) continue;
    return Error(ErrorCode::kUsage,
                 "--label-file is for tables and arrays: labels of image folders are the folders' names",
                 "leave --label-file out");
  }
  return FolderDescriber(request).run();
}

}  // namespace ibid::describe
