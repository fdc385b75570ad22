"""How much memory this process may take: the address space on Linux, a job object on Windows."""

import contextlib
import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _EXTENDED_LIMITS = 9
    _PROCESS_MEMORY, _CHILDREN_ARE_FREE = 0x100, 0x1000

    class _BasicLimits(ctypes.Structure):
        _fields_ = (
            ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
            ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        )

    class _ExtendedLimits(ctypes.Structure):
        _fields_ = (
            ("Basic", _BasicLimits),
            ("IoInfo", ctypes.c_ulonglong * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        )

    class _MemoryCounters(ctypes.Structure):
        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            ("PeakWorkingSetSize", ctypes.c_size_t),
            ("WorkingSetSize", ctypes.c_size_t),
            ("QuotaPeakPagedPoolUsage", ctypes.c_size_t),
            ("QuotaPagedPoolUsage", ctypes.c_size_t),
            ("QuotaPeakNonPagedPoolUsage", ctypes.c_size_t),
            ("QuotaNonPagedPoolUsage", ctypes.c_size_t),
            ("PagefileUsage", ctypes.c_size_t),
            ("PeakPagefileUsage", ctypes.c_size_t),
        )

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.CreateJobObjectW.restype = wintypes.HANDLE
    _kernel.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
    _kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
    _kernel.SetInformationJobObject.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        wintypes.LPVOID,
        wintypes.DWORD,
    )
    _kernel.K32GetProcessMemoryInfo.argtypes = (
        wintypes.HANDLE,
        ctypes.POINTER(_MemoryCounters),
        wintypes.DWORD,
    )
    _jobs: list[int] = []

    def limit_memory(memory: int) -> bool:
        """Bound this process to `memory` bytes more than it has; tell whether the system took it.

        Programs that it starts (LibreOffice) are not bound.
        """
        process = _kernel.GetCurrentProcess()
        counters = _MemoryCounters(cb=ctypes.sizeof(_MemoryCounters))
        if not _kernel.K32GetProcessMemoryInfo(process, ctypes.byref(counters), counters.cb):
            return False
        job = _kernel.CreateJobObjectW(None, None)
        if not job:
            return False
        _jobs.append(job)  # it stays open while the process lives
        wanted = counters.PagefileUsage + memory
        return _set_limit(job, wanted) and bool(_kernel.AssignProcessToJobObject(job, process))

    def lift_memory_limit() -> None:
        """Let this process take what the computer has."""
        for job in _jobs:
            _set_limit(job, None)

    def _set_limit(job: int, memory: int | None) -> bool:
        limits = _ExtendedLimits()
        limits.Basic.LimitFlags = _CHILDREN_ARE_FREE | (_PROCESS_MEMORY if memory else 0)
        limits.ProcessMemoryLimit = memory or 0
        size = ctypes.sizeof(limits)
        return bool(
            _kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size)
        )

else:

    def limit_memory(memory: int) -> bool:
        """Bound this process to `memory` bytes more than it has; tell whether the system took it.

        Only the soft limit: a helper program started from here (LibreOffice) may lift its own.
        """
        try:
            import resource

            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            # An abort leaves no image of somebody's return in the current folder.
            resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
            with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
                used = int(file.read().split()[0]) * resource.getpagesize()
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (used + memory, hard))
        except (ImportError, OSError, ValueError):
            return False
        return True

    def lift_memory_limit() -> None:
        """Let this process take what the computer has."""
        with contextlib.suppress(ImportError, OSError, ValueError):
            import resource

            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
