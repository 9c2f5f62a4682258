#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace learnd::support::log {

/// error: we failed the caller; warning: degraded, or the caller's fault; info: lifecycle; debug: only with LEARND_DEBUG set.
/// One line each on standard error, with systemd's `<N>` level in front where the journal reads it (JOURNAL_STREAM), plain elsewhere.
/// Never the text of a learning. Any thread.
using Field = std::pair<std::string_view, std::string>;
void error(std::string_view message, std::initializer_list<Field> fields = {});
void warning(std::string_view message, std::initializer_list<Field> fields = {});
void info(std::string_view message, std::initializer_list<Field> fields = {});
void debug(std::string_view message, std::initializer_list<Field> fields = {});

}  // namespace learnd::support::log
