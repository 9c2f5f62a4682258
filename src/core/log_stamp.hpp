#pragma once

#include <cstddef>
#include <string_view>

namespace learnd::core {

/// Times as logs and commands print them: ISO 8601, syslog, RFC 2822, ctime, systemd, access logs, Java's, US dates. Each function gives
/// the length of what begins at `at`, 0 where nothing does.

/// A date with a time of day and, if it is there, its zone.
std::size_t dateTimeLength(std::string_view line, std::size_t at);

/// A time of day with seconds.
std::size_t timeOfDayLength(std::string_view line, std::size_t at);

/// What a log line begins with: a time, in brackets or not, the kernel's "[12.345678]", klog's "I1122 10:11:12.123456 77", then, after a
/// time, the host ("helios kernel: …") and a bare process id; with the signs between them and the message.
std::size_t logPrefixLength(std::string_view line);

}  // namespace learnd::core
