"""Which boot of the machine this is, and how long it has lasted."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import ctypes

    _SYSTEM_TIME_OF_DAY = 3
    """Of NtQuerySystemInformation; what it fills in is called SYSTEM_TIMEOFDAY_INFORMATION."""

    class _TimeOfDay(ctypes.Structure):
        _fields_ = (
            ("boot_time", ctypes.c_int64),
            ("current_time", ctypes.c_int64),
            ("zone_bias", ctypes.c_int64),
            ("zone", ctypes.c_uint32),
            ("reserved", ctypes.c_uint32),
            ("boot_time_bias", ctypes.c_uint64),
            ("sleep_time_bias", ctypes.c_uint64),
        )

    def _booted() -> int | None:
        """When Windows began, in 100 ns since 1601, by the clock as it stood then; None: it does not say.

        Setting the clock moves the boot time, and Windows keeps by how much it did; without that the number stays
        the same until the kernel ends, over sleep, hibernation and “fast startup” too, which lose nothing that
        was written. The counter BootId of the registry is no such number: it stands still where prefetching is
        off and is missing elsewhere. Uptime taken from the clock is a little different each time.
        """
        found, length = _TimeOfDay(), ctypes.c_uint32()
        status = ctypes.WinDLL("ntdll").NtQuerySystemInformation(
            _SYSTEM_TIME_OF_DAY, ctypes.byref(found), ctypes.sizeof(found), ctypes.byref(length)
        )
        if status != 0 or length.value != ctypes.sizeof(found):
            return None
        return int(found.boot_time) - int(found.boot_time_bias)


def boot_id() -> str:
    """Which boot of the machine this is; "" where the system can't say, which equals no other boot.

    After a power cut the tail of the ledger may be lost, so a claim of another boot proves nothing.
    """
    try:
        if sys.platform == "linux":
            return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        if sys.platform == "darwin":
            command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603
        if sys.platform == "win32":
            # Twice the same, as between its two numbers the clock may be set.
            first, second = _booted(), _booted()
            return str(first) if first and first == second else ""
    except (OSError, subprocess.CalledProcessError):
        pass
    return ""


def since_boot() -> float:
    """Seconds, the same in all processes."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
