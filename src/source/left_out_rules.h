#pragma once

#include <string>
#include <string_view>

namespace ibid::source {

// The rules of docs/formats/source_trees.md by which something is not captured.

// Whether a file of this name usually holds keys, passwords or tokens. Examples and templates do not.
bool may_hold_secret(std::string_view path);

// Whether a private key is written in it, whatever the file's name.
bool shows_private_key(std::string_view content);

// Why a folder of this name holds nothing that anybody wrote; empty if it may.
std::string reason_against_folder(std::string_view name);

// The same for a folder that has a file of this name in it.
std::string reason_against_folder_with(std::string_view file_name);

// Compiled Python and what desktops leave behind.
bool is_by_product(std::string_view file_name);

}  // namespace ibid::source
