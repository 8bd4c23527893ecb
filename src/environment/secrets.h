#pragma once

#include <string>
#include <string_view>

namespace ibid::environment {

// Whether a variable of this name, or any variable with this value, may hold a secret: a token, key,
// password. Errs on the side of silence: what is taken for one is never stored.
bool may_be_secret(std::string_view name, std::string_view value);

// An address without the user name and password it may carry: "https://user:pw@host/x" -> "https://host/x".
// So are the values of parameters in it whose names say that they are secret, and the
// token in the path of a conda channel.
std::string without_credentials(std::string_view url);

}  // namespace ibid::environment
