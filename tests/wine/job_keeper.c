/* Stand-in for what Wine lacks: a job object's limit on the memory of a process, kept.
 *
 * Wine takes the limit and does nothing. Here it is read as the headers of Windows lay it out, and
 * the Linux beneath keeps it (RLIMIT_AS): an allocation beyond it fails, as it does on Windows.
 */
#include <windows.h>
#include <psapi.h>

static SIZE_T wanted;

static long long ask_linux(long long call, long long a, long long b, long long c, long long d) {
    register long long fourth __asm__("r10") = d;
    __asm__ volatile("syscall" : "+a"(call) : "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return call;
}

/* The address space that the process has, in bytes. */
static unsigned long long address_space(void) {
    char text[32] = {0};
    long long file = ask_linux(2, (long long)"/proc/self/statm", 0, 0, 0);
    ask_linux(0, file, (long long)text, sizeof text - 1, 0);
    ask_linux(3, file, 0, 0, 0);
    unsigned long long pages = 0;
    for (char *at = text; *at >= '0' && *at <= '9'; at++) pages = 10 * pages + (*at - '0');
    return pages * 4096;
}

static BOOL bind_process(void) {
    unsigned long long limits[2];
    PROCESS_MEMORY_COUNTERS now;
    if (ask_linux(302, 0, 9, 0, (long long)limits)) return FALSE;
    limits[0] = limits[1];
    if (wanted) {
        if (!GetProcessMemoryInfo(GetCurrentProcess(), &now, sizeof now)) return FALSE;
        limits[0] = address_space() + wanted - now.PagefileUsage;
    }
    return !ask_linux(302, 0, 9, (long long)limits, 0);
}

__declspec(dllexport) BOOL WINAPI keep_SetInformationJobObject(
    HANDLE job, JOBOBJECTINFOCLASS what, LPVOID told, DWORD size) {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION *limits = told;
    if (what != JobObjectExtendedLimitInformation || size != sizeof *limits) return FALSE;
    BOOL bound = wanted != 0;
    wanted = limits->BasicLimitInformation.LimitFlags & JOB_OBJECT_LIMIT_PROCESS_MEMORY
        ? limits->ProcessMemoryLimit : 0;
    return bound ? bind_process() : TRUE;
}

__declspec(dllexport) BOOL WINAPI keep_AssignProcessToJobObject(HANDLE job, HANDLE process) {
    return process == GetCurrentProcess() && bind_process();
}
