#pragma once

#include "core/error.hpp"
#include "core/result.hpp"
#include "interfaces/dbus/handles.hpp"

#include <string>
#include <string_view>

namespace learnd::interfaces::dbus {

/// The interface's error name of a kind; every kind has one.
const char* errorNameOf(core::ErrorKind kind);

/// What the caller reads: the message, with the field or the id in the way where the error has one.
std::string errorTextOf(const core::Error& error);

/// The answer that says so; nothing where not even that can be made (no memory).
BusMessage errorReply(sd_bus_message* call, const core::Error& error);

/// A call of sd-bus that failed with this (negative) errno.
core::Error busError(std::string_view what, int errnoNegative);

}  // namespace learnd::interfaces::dbus
