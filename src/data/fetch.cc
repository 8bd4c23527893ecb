// The one file that knows libcurl.

#include "data/fetch.h"

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <vector>

#include "base/hex.h"
#include "base/number_text.h"
#include "base/sha256.h"
#include "base/text.h"
#include "platform/atomic_file.h"
#include "platform/signals.h"

namespace ibid::data {
namespace {

using platform::AtomicFile;
using platform::Path;

struct Transfer {
  const DatasetFile& expected;
  const FetchProgress& progress;
  AtomicFile& file;
  Sha256Stream digest{};
  int64_t received_bytes = 0;
  std::optional<Error> problem{};  // of our own making: full disk, too much, stopped
};

Result<void> take(Transfer& transfer, std::string_view bytes) {
  IBID_TRY(platform::check_not_stopped());
  transfer.received_bytes += static_cast<int64_t>(bytes.size());
  if (transfer.received_bytes > transfer.expected.size_bytes) {
    return Error(ErrorCode::kDigestMismatch, "the server sends more than the " +
                                                 number_text(transfer.expected.size_bytes) +
                                                 " bytes the file has");
  }
  IBID_TRY(transfer.file.write(bytes));
  transfer.digest.update(bytes);
  transfer.progress(transfer.expected, transfer.received_bytes);
  return {};
}

// libcurl's write callback: taking fewer bytes than offered ends the transfer.
size_t on_bytes(char* bytes, size_t, size_t count, void* state) {
  auto& transfer = *static_cast<Transfer*>(state);
  Result<void> taken = take(transfer, std::string_view(bytes, count));
  if (taken.ok()) return count;
  transfer.problem = std::move(taken).error();
  return CURL_WRITEFUNC_ERROR;
}

// Also called while nothing arrives, so that Ctrl-C works then too.
int on_wait(void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return platform::stop_requested() ? 1 : 0;
}

struct CurlCleanup {
  void operator()(CURL* handle) const { ::curl_easy_cleanup(handle); }
};

Result<void> transfer_url(const std::string& url, Transfer& transfer) {
  static const CURLcode initialised = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, CurlCleanup> handle(initialised == CURLE_OK ? ::curl_easy_init() : nullptr);
  if (!handle) return Error(ErrorCode::kInternal, "libcurl could not be started");
  CURL* curl = handle.get();
  char reason[CURL_ERROR_SIZE] = "";
  ::curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http,file");
  ::curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https,http");
  ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  ::curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  ::curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 20L);
  ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  ::curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
  ::curl_easy_setopt(curl, CURLOPT_USERAGENT, "ibid");
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  ::curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_wait);
  ::curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  const CURLcode status = ::curl_easy_perform(curl);
  if (transfer.problem) return *std::move(transfer.problem);
  IBID_TRY(platform::check_not_stopped());
  if (status == CURLE_OK) return {};
  return Error(ErrorCode::kNetwork, reason[0] != '\0' ? reason : ::curl_easy_strerror(status));
}

Result<void> download(const DatasetFile& expected, const std::string& url, const Path& path,
                      const FetchProgress& progress) {
  IBID_ASSIGN(AtomicFile file, AtomicFile::create(path));
  Transfer transfer{.expected = expected, .progress = progress, .file = file};
  IBID_TRY(transfer_url(url, transfer));
  const std::string found = hex_text(transfer.digest.digest());
  if (found != expected.sha256) {
    return Error(ErrorCode::kDigestMismatch, "got " + number_text(transfer.received_bytes) +
                                                 " bytes with SHA-256 " + found + ", expected " +
                                                 number_text(expected.size_bytes) + " bytes with " +
                                                 std::string(expected.sha256));
  }
  return file.commit();
}

// Another mirror can mend these; a full disk or Ctrl-C it cannot.
bool mirror_at_fault(ErrorCode code) {
  return code == ErrorCode::kNetwork || code == ErrorCode::kDigestMismatch;
}

Result<void> fetch_file(const FileCheck& check, std::span<const std::string> mirrors,
                        const FetchProgress& progress) {
  const DatasetFile& file = *check.expected;
  std::vector<std::string> reasons;
  ErrorCode code = ErrorCode::kNetwork;
  for (const std::string& mirror : mirrors) {
    const std::string url = mirror + std::string(file.name);
    Result<void> done = download(file, url, check.path, progress);
    if (done.ok()) return {};
    if (!mirror_at_fault(done.error().code())) return std::move(done).error();
    code = done.error().code();
    reasons.push_back(url + ": " + done.error().message());
  }
  return Error(
      code, "cannot download " + std::string(file.name) + ": " + join(reasons, "; "),
      "check the network (the variable https_proxy is honoured), name another mirror with --mirror, or put "
      "the file into '" +
          check.path.parent_path().string() + "' yourself");
}

}  // namespace

Result<void> fetch_dataset(const Dataset& dataset, const Path& folder, std::span<const std::string> mirrors,
                           const FetchProgress& progress) {
  IBID_TRY(platform::make_folders(folder));
  IBID_ASSIGN(const std::vector<FileCheck> checks, check_dataset(dataset, folder));
  for (const FileCheck& check : checks) {
    if (check.state != FileState::kIntact) IBID_TRY(fetch_file(check, mirrors, progress));
  }
  return {};
}

}  // namespace ibid::data
