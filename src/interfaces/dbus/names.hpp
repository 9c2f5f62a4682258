#pragma once

namespace learnd::interfaces::dbus {

inline constexpr const char* kBusName = "org.learnd.Learnd1";
inline constexpr const char* kRootPath = "/org/learnd/Learnd1";
inline constexpr const char* kMemoryInterface = "org.learnd.Learnd1.Memory";
inline constexpr const char* kManageAction = "org.learnd.learnd1.manage";

}  // namespace learnd::interfaces::dbus
