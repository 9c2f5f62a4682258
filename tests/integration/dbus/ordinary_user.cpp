#include "tests/integration/dbus/ordinary_user.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <exception>
#include <stdexcept>
#include <thread>

namespace learnd::test {

namespace {

constexpr std::uint32_t kNobody = 65534;

// The system calls themselves change one thread; libc's functions would change all.
void becomeNobody(const std::vector<std::uint32_t>& groups) {
  const bool changed = syscall(SYS_setgroups, groups.size(), groups.data()) == 0 &&
                       syscall(SYS_setresgid, kNobody, kNobody, kNobody) == 0 && syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0;
  if (!changed) throw std::runtime_error("the user can't be changed");
}

}  // namespace

std::uint32_t ordinaryUser() { return geteuid() == 0 ? kNobody : geteuid(); }

void asOrdinaryUser(const std::vector<std::uint32_t>& groups, const std::function<void()>& work) {
  if (!groups.empty() && geteuid() != 0) throw std::logic_error("only root can choose groups");
  std::exception_ptr thrown;
  std::thread thread([&] {
    try {
      if (geteuid() == 0) becomeNobody(groups);
      work();
    } catch (...) {
      thrown = std::current_exception();
    }
  });
  thread.join();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace learnd::test
