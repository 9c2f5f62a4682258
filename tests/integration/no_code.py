"""Runs a program in a process that may make no code, as a service manager's MemoryDenyWriteExecute does it, on every kernel: by a seccomp filter.

    python3 no_code.py PROGRAM [ARGUMENT ...]
"""
import ctypes
import os
import platform
import struct
import sys

# linux/prctl.h, linux/seccomp.h, linux/bpf_common.h
NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER_MODE = 38, 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
LOAD, AND, EQUAL, RETURN = 0x20, 0x54, 0x15, 0x06
WRITE, EXECUTE, SHARED_EXECUTE = 2, 4, 0o100000
# Where struct seccomp_data has the call's number, the architecture, and the lower half of the third argument.
NUMBER, ARCHITECTURE, THIRD = 0, 4, 32

# Numbers of mmap, mprotect, pkey_mprotect, shmat, by the machine's name, behind the name that the kernel's audit has for it.
CALLS = {"x86_64": (0xC000003E, 9, 10, 329, 30), "aarch64": (0xC00000B7, 222, 226, 288, 196)}


def instruction(code, operand, if_true=0, if_false=0):
    return struct.pack("=HBBI", code, if_true, if_false, operand)


def refuse_call(number, bits):
    """Refuses the call where its third argument has all of these bits."""
    return [instruction(LOAD, NUMBER), instruction(EQUAL, number, 0, 4), instruction(LOAD, THIRD), instruction(AND, bits),
            instruction(EQUAL, bits, 0, 1), instruction(RETURN, REFUSE)]


def forbid_code():
    """For this process and all that come of it: no memory that is written and run, none that becomes runnable later."""
    architecture, mmap, mprotect, pkey_mprotect, shmat = CALLS[platform.machine()]
    program = [instruction(LOAD, ARCHITECTURE), instruction(EQUAL, architecture, 1, 0), instruction(RETURN, ALLOW)]
    for number, bits in ((mmap, WRITE | EXECUTE), (mprotect, EXECUTE), (pkey_mprotect, EXECUTE), (shmat, SHARED_EXECUTE)):
        program += refuse_call(number, bits)
    program.append(instruction(RETURN, ALLOW))
    code = ctypes.create_string_buffer(b"".join(program))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    zero = ctypes.c_ulong(0)
    if prctl(NO_NEW_PRIVILEGES, ctypes.c_ulong(1), zero, zero, zero) or prctl(SET_SECCOMP, ctypes.c_ulong(FILTER_MODE), header, zero, zero):
        raise OSError(ctypes.get_errno(), "the kernel takes no seccomp filter")


if __name__ == "__main__":
    forbid_code()
    os.execv(sys.argv[1], sys.argv[1:])
