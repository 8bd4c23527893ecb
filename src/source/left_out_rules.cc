#include "source/left_out_rules.h"

#include <algorithm>
#include <array>

namespace ibid::source {
namespace {

using Names = std::string_view;

constexpr auto kSecretNames = std::to_array<Names>({".env",
                                                    ".netrc",
                                                    "_netrc",
                                                    ".pgpass",
                                                    ".my.cnf",
                                                    ".pypirc",
                                                    ".npmrc",
                                                    ".htpasswd",
                                                    ".git-credentials",
                                                    ".dockercfg",
                                                    ".s3cfg",
                                                    ".boto",
                                                    ".vault-token",
                                                    ".terraformrc",
                                                    "credentials",
                                                    "credentials.json",
                                                    "credentials.yml",
                                                    "credentials.yaml",
                                                    "credentials.toml",
                                                    "credentials.ini",
                                                    "credentials.db",
                                                    "application_default_credentials.json",
                                                    "secrets.json",
                                                    "secrets.yml",
                                                    "secrets.yaml",
                                                    "secrets.toml",
                                                    "secrets.ini",
                                                    "secrets.env",
                                                    "secret.json",
                                                    "secret.yml",
                                                    "secret.yaml",
                                                    "secret.txt",
                                                    "secrets.txt",
                                                    "password.txt",
                                                    "passwords.txt",
                                                    "token.txt",
                                                    "token.json",
                                                    "tokens.json",
                                                    "api_key.txt",
                                                    "apikey.txt",
                                                    "kaggle.json",
                                                    "kubeconfig",
                                                    "id_rsa",
                                                    "id_dsa",
                                                    "id_ecdsa",
                                                    "id_ed25519",
                                                    "id_ecdsa_sk",
                                                    "id_ed25519_sk",
                                                    "shadow",
                                                    "wallet.dat"});

constexpr auto kSecretEnds =
    std::to_array<Names>({".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".kdb", ".ppk", ".p8",
                          ".der", ".asc", ".gpg", ".token", ".env", ".ovpn", ".tfvars"});

constexpr auto kSecretStarts =
    std::to_array<Names>({".env.", ".env-", "client_secret", "client-secret", "service_account",
                          "service-account", "gcp-key", "gcp_key"});

constexpr auto kHarmlessEnds =
    std::to_array<Names>({".example", ".sample", ".template", ".dist", ".tmpl", ".py", ".pub", ".md", ".rst",
                          ".cc", ".h", ".js", ".ts", ".html"});

constexpr auto kToolFolders = std::to_array<Names>(
    {"__pycache__", ".ipynb_checkpoints", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis",
     ".tox", ".nox", ".eggs", ".cache", ".gradle", ".ccache", "__pypackages__", "ibid-runs", "ibid-verify"});

std::string small(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace

bool may_hold_secret(std::string_view path) {
  const std::string name = small(path.substr(path.rfind('/') + 1));
  const auto ends = [&name](Names end) { return name.ends_with(end); };
  const auto starts = [&name](Names start) { return name.starts_with(start); };
  if (std::ranges::any_of(kHarmlessEnds, ends)) return false;
  return std::ranges::find(kSecretNames, name) != kSecretNames.end() ||
         std::ranges::any_of(kSecretEnds, ends) || std::ranges::any_of(kSecretStarts, starts);
}

bool shows_private_key(std::string_view content) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  for (size_t at = content.find(kBegin); at != std::string_view::npos; at = content.find(kBegin, at + 1)) {
    const std::string_view line = content.substr(at, 60);
    if (line.substr(0, line.find('\n')).find("PRIVATE KEY-----") != std::string_view::npos) return true;
  }
  return false;
}

std::string reason_against_folder(std::string_view name) {
  if (name == ".git" || name == ".hg" || name == ".svn" || name == ".jj")
    return "it is a version control's own";
  if (name == "node_modules") return "packages that npm installed";
  if (name == ".venv") return "a virtual environment; 'ibid env' tells what is in it";
  if (std::ranges::find(kToolFolders, name) != kToolFolders.end()) return "a cache that a tool makes again";
  return {};
}

std::string reason_against_folder_with(std::string_view file_name) {
  if (file_name == "pyvenv.cfg") return "a virtual environment; 'ibid env' tells what is in it";
  if (file_name == "CACHEDIR.TAG") return "a cache, as its CACHEDIR.TAG says";
  if (file_name == "CMakeCache.txt") return "a build folder of CMake";
  return {};
}

bool is_by_product(std::string_view file_name) {
  return file_name.ends_with(".pyc") || file_name.ends_with(".pyo") || file_name == ".DS_Store";
}

}  // namespace ibid::source
