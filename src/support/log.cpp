#include "support/log.hpp"

#include <unistd.h>
#include <cstdlib>

namespace learnd::support::log {

namespace {

bool readByJournal() {
  static const bool journal = std::getenv("JOURNAL_STREAM") != nullptr;
  return journal;
}

bool wantsDebug() {
  static const bool debug = std::getenv("LEARND_DEBUG") != nullptr;
  return debug;
}

void appendOneLine(std::string& line, std::string_view text) {
  for (const char sign : text) line += (sign == '\n' || sign == '\r') ? ' ' : sign;
}

void write(int level, std::string_view name, std::string_view message, std::initializer_list<Field> fields) {
  std::string line;
  if (readByJournal()) {
    line = "<" + std::to_string(level) + ">";
  } else {
    line.append("learnd: ").append(name).append(": ");
  }
  appendOneLine(line, message);
  for (const auto& [key, value] : fields) {
    line.append(" ").append(key).append("=");
    appendOneLine(line, value);
  }
  line += '\n';
  // One write a line, so that lines of several threads do not mix. Nothing can be done where standard error is gone.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace

void error(std::string_view message, std::initializer_list<Field> fields) { write(3, "error", message, fields); }
void warning(std::string_view message, std::initializer_list<Field> fields) { write(4, "warning", message, fields); }
void info(std::string_view message, std::initializer_list<Field> fields) { write(6, "info", message, fields); }
void debug(std::string_view message, std::initializer_list<Field> fields) {
  if (wantsDebug()) write(7, "debug", message, fields);
}

}  // namespace learnd::support::log
