#include "core/noise.hpp"

#include "core/line_cursor.hpp"
#include "core/log_stamp.hpp"
#include "core/source_position.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace learnd::core {

namespace {

constexpr std::size_t kStoreHash = 32;
constexpr std::size_t kShortestAddress = 5;  // hex digits; shorter ones are flags, bus and device ids

bool isOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The word in lower case that `text` ends in, behind the signs of `between`, three of them at most.
class WordBefore {
 public:
  WordBefore(std::string_view text, std::string_view between) {
    constexpr std::size_t kMostBetween = 3;
    std::size_t to = text.size();
    while (to > 0 && text.size() - to < kMostBetween && between.find(text[to - 1]) != std::string_view::npos) --to;
    std::size_t from = to;
    while (from > 0 && to - from <= letters_.size() && isNameByte(text[from - 1])) --from;
    if (to - from > letters_.size()) return;
    size_ = to - from;
    std::transform(text.begin() + static_cast<std::ptrdiff_t>(from), text.begin() + static_cast<std::ptrdiff_t>(to), letters_.begin(),
                   lowerAscii);
    before_ = text.substr(0, from);
  }

  [[nodiscard]] bool isOneOf(std::initializer_list<std::string_view> words) const { return core::isOneOf(view(), words); }
  [[nodiscard]] std::string_view before() const { return before_; }

 private:
  [[nodiscard]] std::string_view view() const { return {letters_.data(), size_}; }

  std::array<char, 16> letters_{};
  std::size_t size_ = 0;
  std::string_view before_;
};

bool isTemporaryNameByte(char sign) { return isNameByte(sign) || std::string_view("._-+@~").find(sign) != std::string_view::npos; }
bool isUserNameByte(char sign) { return isNameByte(sign) || sign == '.' || sign == '-'; }

/// One line being read; what was written of it is what rules look back at, so that they see the same the second time.
class LineFilter {
 public:
  LineFilter(std::string& out, std::string_view line, Noise noise, bool& sawPosition)
      : out_(out), begin_(out.size()), line_(line), noise_(noise), sawPosition_(sawPosition) {}

  void run() {
    at_ = logPrefixLength(line_);
    while (at_ < line_.size()) {
      if (!step()) copyName();
    }
    if (noise_ == Noise::All) prompt();
  }

 private:
  [[nodiscard]] std::string_view written() const { return std::string_view(out_).substr(begin_); }
  [[nodiscard]] char last() const { return out_.size() > begin_ ? out_.back() : ' '; }
  [[nodiscard]] LineCursor cursor() const { return {line_, at_}; }

  /// Copies `kept` signs and leaves out `cut` ones behind them.
  bool replace(std::size_t kept, std::size_t cut) {
    out_.append(line_.substr(at_, kept));
    out_ += kNoiseMark;
    at_ += kept + cut;
    return true;
  }

  /// One sign, or all of a name: nothing begins within one.
  void copyName() {
    const std::size_t from = at_++;
    if (isNameByte(line_[from])) {
      while (at_ < line_.size() && isNameByte(line_[at_])) ++at_;
    }
    out_.append(line_.substr(from, at_ - from));
  }

  /// Whether there was noise at this place.
  bool step() {
    const char sign = line_[at_];
    switch (sign) {
      case '/':
        return storeHash() || (noise_ == Noise::All && (temporaryPath() || home()));
      case ':':
        return noise_ == Noise::All && position();
      case '[':
        return processIdOfName() || mappedAddress();
      default:
        break;
    }
    if (isNameByte(last())) return false;
    if (isAsciiDigit(sign)) return stamp() || uuid() || address() || bareAddress() || number();
    if (!isAsciiLetter(sign)) return false;
    const char fourth = at_ + 3 < line_.size() ? line_[at_ + 3] : '\0';
    if ((fourth == ' ' || fourth == ',') && stamp()) return true;
    return isHexDigit(sign) && (uuid() || bareAddress());
  }

  bool stamp() {
    if (const std::size_t length = dateTimeLength(line_, at_); length > 0) return replace(0, length);
    if (last() != '[' && !WordBefore(written(), " ").isOneOf({"at"})) return false;
    const std::size_t length = timeOfDayLength(line_, at_);
    return length > 0 && replace(0, length);
  }

  bool uuid() {
    LineCursor read = cursor();
    const bool found = read.hexDigits(8, 8) && read.sign('-') && read.hexDigits(4, 4) && read.sign('-') && read.hexDigits(4, 4) &&
                       read.sign('-') && read.hexDigits(4, 4) && read.sign('-') && read.hexDigits(12, 12) && read.atBoundary();
    return found && replace(0, read.at() - at_);
  }

  /// 0x7ffd1a2b3c4d; error codes are identifiers and stay.
  bool address() {
    LineCursor read = cursor();
    if (!read.word("0x") || !read.hexDigits(1, 16) || !read.atBoundary()) return false;
    constexpr std::size_t kPrefix = 2;
    const std::size_t digits = read.at() - at_ - kPrefix;
    const WordBefore word(written(), " :=(");
    if (word.isOneOf({"code", "error", "status", "errno", "hresult", "result", "exit", "exitcode", "returned"})) return false;
    const bool named = last() == '+' || word.isOneOf({"at", "addr", "address", "ptr", "pointer", "ip", "rip", "pc", "sp", "rsp"});
    return (digits >= kShortestAddress || named) && replace(kPrefix, digits);
  }

  /// ffffffff81a2b3c4, 00007f3b2c1d0e5f; a shorter one behind "ip", "sp" or "segfault at".
  bool bareAddress() {
    LineCursor read = cursor();
    if (!read.hexDigits(4, 16) || !read.atBoundary()) return false;
    const std::size_t digits = read.at() - at_;
    LineCursor high = cursor();
    if (digits == 16 && (high.word("ffff") || high.word("0000"))) return replace(0, digits);
    const WordBefore word(written(), " ");
    const bool named =
        word.isOneOf({"ip", "sp", "rip", "rsp"}) || (word.isOneOf({"at"}) && WordBefore(word.before(), " ").isOneOf({"segfault"}));
    return named && replace(0, digits);
  }

  /// libc.so.6[7f3b2c1d0000+1000]
  bool mappedAddress() {
    LineCursor read(line_, at_ + 1);
    if (!read.hexDigits(6, 16) || !read.sign('+') || !read.hexDigits(1, 16) || read.peek() != ']') return false;
    return replace(1, read.at() - at_ - 1);
  }

  /// cron[4711]: …
  bool processIdOfName() {
    if (!isNameByte(last()) && last() != ')') return false;
    LineCursor read(line_, at_ + 1);
    if (!read.digits(1, 9)) return false;
    const std::size_t digits = read.at() - at_ - 1;
    return read.sign(']') && read.sign(':') && replace(1, digits);
  }

  bool number() {
    LineCursor read = cursor();
    if (!read.digits(1, 19)) return false;
    const bool isWhole = read.atBoundary() && !(read.peek() == '.' && isDigitOrMark(read.peek(1)));
    const std::size_t digits = read.at() - at_;
    if (isWhole && processId(digits)) return true;
    if (epoch()) return true;
    return noise_ == Noise::All && isWhole && (lineNumber(digits) || quotedLine(digits));
  }

  bool processId(std::size_t digits) {
    const WordBefore word(written(), " :=\"#");
    if (word.isOneOf({"pid", "ppid", "tid", "spid", "pids", "process"})) return replace(0, digits);
    if (word.isOneOf({"id"}) && WordBefore(word.before(), " _-").isOneOf({"process", "thread"})) return replace(0, digits);
    // nginx: 4711#4711: …
    LineCursor read(line_, at_ + digits);
    if (read.sign('#') && read.digits(1, 9) && read.sign(':')) return replace(0, digits);
    return read.sign(':') && written().ends_with("\u2026#") && replace(0, digits);
  }

  /// ts=1732270272.123, "timestamp":1732270272123, audit(1732270272.123:456)
  bool epoch() {
    LineCursor read = cursor();
    if (!read.digits(10, 19)) return false;
    if (!restOfNumber(read, '.', 9)) return false;
    const WordBefore word(written(), " :=\"(");
    if (word.isOneOf({"audit"})) {
      if (!restOfNumber(read, ':', 12)) return false;
    } else if (!word.isOneOf({"ts", "time", "timestamp", "epoch"})) {
      return false;
    }
    return read.atBoundary() && replace(0, read.at() - at_);
  }

  /// Takes a separator with digits behind it. False where they go on as something else.
  static bool restOfNumber(LineCursor& read, char separator, std::size_t most) {
    LineCursor rest = read;
    if (!rest.sign(separator) || !isDigitOrMark(rest.peek())) return true;
    if (!rest.digits(1, most)) return false;
    read = rest;
    return true;
  }

  bool lineNumber(std::size_t digits) {
    LineCursor read(line_, at_ + digits);
    if (LineCursor range = read; range.sign('-') && range.digits(1, 9) && range.atBoundary()) read = range;
    const WordBefore word(written(), " :=#(");
    // "--lines 5" is what somebody asked for, not where something went wrong.
    const bool isOption = word.before().ends_with('-');
    if (!isOption && word.isOneOf({"line", "lines", "lineno", "column", "columns", "col", "char", "position"})) {
      sawPosition_ = true;
      return replace(0, read.at() - at_);
    }
    const std::string_view before = written();
    // dash: "run.sh: 12: …"; Microsoft's compilers: "main.c(12,3)"
    const bool afterName = before.ends_with(": ") && read.peek() == ':' && endsInSourceName(before.substr(0, before.size() - 2), true);
    const bool inBrackets =
        before.ends_with('(') && (read.peek() == ')' || read.peek() == ',') && endsInSourceName(before.substr(0, before.size() - 1), true);
    const bool isColumn = before.ends_with("(\u2026,") && read.peek() == ')';
    if (!afterName && !inBrackets && !isColumn) return false;
    sawPosition_ = true;
    return replace(0, digits);
  }

  /// A compiler's quoted line: "12 |   code"
  bool quotedLine(std::size_t digits) {
    if (!sawPosition_ || !written().empty()) return false;
    LineCursor read(line_, at_ + digits);
    read.sign(' ');
    return read.sign('|') && replace(0, digits);
  }

  /// flake.nix:12:3 or flake.nix:12
  bool position() {
    LineCursor read(line_, at_ + 1);
    if (!read.digits(1, 7)) return false;
    const std::size_t digits = read.at() - at_ - 1;
    std::size_t columnDigits = 0;
    if (LineCursor column = read; column.sign(':') && column.digits(1, 7)) {
      columnDigits = column.at() - read.at() - 1;
      read = column;
    }
    if (!read.atBoundary() || (read.peek() == '.' && isDigitOrMark(read.peek(1))) || (read.peek() == ':' && isDigitOrMark(read.peek(1)))) {
      return false;
    }
    if (!endsInSourceName(written(), columnDigits > 0 || read.peek() == ':')) return false;
    sawPosition_ = true;
    replace(1, digits);
    return columnDigits == 0 || replace(1, columnDigits);
  }

  /// The hash and no more: the name behind it tells what it is.
  bool storeHash() {
    LineCursor read = cursor();
    if (!read.word("/nix/store/") && !read.word("/gnu/store/")) return false;
    const std::size_t kept = read.at() - at_;
    const std::string_view hash = line_.substr(read.at()).substr(0, kStoreHash + 1);
    if (hash.size() <= kStoreHash || hash.back() != '-') return false;
    const auto isHashByte = [](char sign) { return isAsciiDigit(sign) || isAsciiLetter(sign); };
    return std::all_of(hash.begin(), hash.end() - 1, isHashByte) && replace(kept, kStoreHash);
  }

  [[nodiscard]] bool pathBegins() const {
    const char sign = last();
    if (sign == '/') return written().ends_with("//");
    return !isNameByte(sign) && std::string_view(".~-})*$%\\").find(sign) == std::string_view::npos;
  }

  /// Cuts the name that comes `kept` signs on.
  template <class IsNameByteOf>
  bool cutName(std::size_t kept, IsNameByteOf belongs) {
    const std::size_t from = at_ + kept;
    // Asked first, so that what is read is cut too: a name to the line's end, read at each place and kept, would take quadratic time.
    if (from >= line_.size() || !isNameByte(line_[from])) return false;
    std::size_t to = from;
    while (to < line_.size() && belongs(line_[to])) ++to;
    while (!isNameByte(line_[to - 1])) --to;  // a full stop is the sentence's
    return replace(kept, to - from);
  }

  bool temporaryPath() {
    if (!pathBegins()) return false;
    LineCursor read = cursor();
    read.word("/private");
    if (LineCursor folders = read; folders.word("/var/folders/")) {
      return cutName(folders.at() - at_, [](char sign) { return isTemporaryNameByte(sign) || sign == '/'; });
    }
    read.word("/var");
    return read.word("/tmp/") && cutName(read.at() - at_, isTemporaryNameByte);
  }

  bool home() {
    LineCursor read = cursor();
    return pathBegins() && read.word("/home/") && cutName(read.at() - at_, isUserNameByte);
  }

  /// "mira@helios:~/src$ ", "[mira@helios src]$ ", "mira@helios ~ %". Read from what was written, where no time hides a blank any more.
  void prompt() {
    const std::string_view line = written();
    LineCursor read(line, 0);
    if (LineCursor environment = read; environment.sign('(')) {
      skipUserName(environment);
      if (environment.sign(')') && environment.sign(' ')) read = environment;
    }
    read.sign('[');
    const std::size_t from = read.at();
    skipUserName(read);
    if (read.at() == from || !isNameByte(line[from]) || !read.sign('@')) return;
    const std::size_t host = read.at();
    skipUserName(read);
    if (read.at() == host || !isNameByte(line[read.at() - 1]) || !promptEnds(line, read)) return;
    out_.replace(begin_ + from, read.at() - from, kNoiseMark);
  }

  static void skipUserName(LineCursor& read) {
    while (!read.atEnd() && isUserNameByte(read.peek())) read.skip();
  }

  /// The rest of a prompt: ':' or a blank, where one is, and a sign that ends it.
  static bool promptEnds(std::string_view line, LineCursor read) {
    if (!read.oneOf(": ")) return false;
    const std::size_t from = read.at();
    while (!read.atEnd() && read.peek() != ' ') read.skip();
    if (read.at() > from && isPromptSign(line[read.at() - 1])) return true;
    return read.sign(' ') && isPromptSign(read.peek()) && (read.peek(1) == ' ' || read.peek(1) == '\0');
  }

  static bool isPromptSign(char sign) { return sign == '$' || sign == '#' || sign == '%' || sign == '>'; }

  std::string& out_;
  std::size_t begin_;
  std::string_view line_;
  Noise noise_;
  bool& sawPosition_;
  std::size_t at_ = 0;
};

}  // namespace

void NoiseFilter::append(std::string& out, std::string_view line) { LineFilter(out, line, noise_, sawPosition_).run(); }

}  // namespace learnd::core
