#pragma once

#include <cstdint>
#include <string>

namespace ibid::platform {

// Seconds since an arbitrary moment, never backwards: for durations.
double monotonic_seconds();

void sleep_seconds(double seconds);

// Milliseconds since 1970-01-01 UTC.
int64_t unix_milliseconds();

// "2026-11-20T09:51:23.042Z" (RFC 3339).
std::string utc_text(int64_t unix_milliseconds);

}  // namespace ibid::platform
