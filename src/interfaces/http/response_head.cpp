#include "interfaces/http/response_head.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <charconv>

namespace learnd::interfaces::http {

namespace {

constexpr int kNoContent = 204;

void appendNumber(std::size_t number, std::string& out) {
  std::array<char, 24> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), written.ptr);
}

}  // namespace

const std::string& DateText::now() {
  const std::time_t second = std::time(nullptr);
  if (second == second_ && !text_.empty()) return text_;
  second_ = second;
  // By hand: strftime would write the day and month in the process's language.
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  const auto two = [](int number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
  text_ = std::string(kDays.at(static_cast<std::size_t>(parts.tm_wday))) + ", " + two(parts.tm_mday) + " " +
          kMonths.at(static_cast<std::size_t>(parts.tm_mon)) + " " + std::to_string(parts.tm_year + 1900) + " " + two(parts.tm_hour) + ":" +
          two(parts.tm_min) + ":" + two(parts.tm_sec) + " GMT";
  return text_;
}

void writeHead(const Response& response, const Framing& framing, const std::string& date, std::string& out) {
  out.clear();
  out.append("HTTP/1.1 ");
  appendNumber(static_cast<std::size_t>(response.status), out);
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  out.append(" ").append(reason.data(), reason.size());
  out.append("\r\nDate: ").append(date);
  if (response.status != kNoContent) out.append("\r\nContent-Type: ").append(response.contentType);
  if (framing.chunked) {
    out.append("\r\nTransfer-Encoding: chunked");
  } else if (framing.length && response.status != kNoContent) {
    out.append("\r\nContent-Length: ");
    appendNumber(*framing.length, out);
  }
  if (!response.allow.empty()) out.append("\r\nAllow: ").append(response.allow);
  if (response.status == 429 || response.status == 503) out.append("\r\nRetry-After: 1");
  if (!framing.keepAlive) {
    out.append("\r\nConnection: close");
  } else if (framing.httpOne0) {
    out.append("\r\nConnection: keep-alive");
  }
  out.append("\r\n\r\n");
}

void appendChunkHead(std::size_t size, std::string& out) {
  std::array<char, 24> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16);
  out.append(digits.data(), written.ptr).append("\r\n");
}

}  // namespace learnd::interfaces::http
