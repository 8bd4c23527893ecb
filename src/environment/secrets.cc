#include "environment/secrets.h"

#include <algorithm>
#include <array>

namespace ibid::environment {
namespace {

constexpr auto kSecretWords = std::to_array<std::string_view>(
    {"TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "PWD_", "_PW", "APIKEY", "API_KEY", "ACCESS_KEY",
     "PRIVATE", "CREDENTIAL", "AUTH", "COOKIE", "SESSION", "SIGNATURE", "DSN", "CONNECTION_STRING",
     "LICENSE"});

// How the values that well-known services hand out begin.
constexpr auto kSecretPrefixes = std::to_array<std::string_view>(
    {"ghp_", "gho_", "ghu_", "ghs_", "github_pat_", "glpat-", "sk-", "xoxb-", "xoxp-", "AKIA", "ASIA", "AIza",
     "hf_", "pypi-", "npm_", "eyJ", "-----BEGIN"});

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

bool name_is_secret(std::string_view name) {
  const std::string big = upper(name);
  if (big.ends_with("KEY") || big.ends_with("PWD") || big.ends_with("PASS")) return true;
  return std::ranges::any_of(kSecretWords,
                             [&big](std::string_view word) { return big.find(word) != std::string::npos; });
}

// Between "://" and the next "/", an "@" ends a user's name and password.
size_t end_of_credentials(std::string_view text, size_t host) {
  const size_t end = std::min(text.find_first_of("/?# \t", host), text.size());
  const size_t at = text.substr(0, end).rfind('@');
  return at == std::string_view::npos || at < host ? host : at + 1;
}

bool has_credentials(std::string_view value) {
  for (size_t at = value.find("://"); at != std::string_view::npos; at = value.find("://", at + 3)) {
    if (end_of_credentials(value, at + 3) != at + 3) return true;
  }
  return false;
}

// Channels of conda that ask for a token have it in the path: https://host/t/TOKEN/channel.
std::string without_path_token(std::string url) {
  const size_t at = url.find("/t/");
  if (at == std::string::npos) return url;
  const size_t end = url.find('/', at + 3);
  return url.erase(at, (end == std::string::npos ? url.size() : end) - at);
}

}  // namespace

bool may_be_secret(std::string_view name, std::string_view value) {
  if (name_is_secret(name) || has_credentials(value)) return true;
  return std::ranges::any_of(kSecretPrefixes,
                             [value](std::string_view prefix) { return value.starts_with(prefix); });
}

std::string without_credentials(std::string_view url) {
  std::string out;
  size_t from = 0;
  if (const size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    out = url.substr(0, scheme + 3);
    from = end_of_credentials(url, scheme + 3);
  }
  const size_t query = url.find('?', from);
  out += url.substr(from, query == std::string_view::npos ? query : query - from);
  char separator = '?';
  for (size_t at = query; at != std::string_view::npos && at < url.size();) {
    const size_t end = std::min(url.find_first_of("&#", at + 1), url.size());
    const std::string_view part = url.substr(at + 1, end - at - 1);
    if (!name_is_secret(part.substr(0, part.find('=')))) {
      out += separator;
      out += part;
      separator = '&';
    }
    if (end < url.size() && url[end] == '#') {
      out += url.substr(end);
      break;
    }
    at = end;
  }
  return without_path_token(std::move(out));
}

}  // namespace ibid::environment
