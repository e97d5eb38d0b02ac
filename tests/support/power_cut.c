/* What a disk may lose when the power goes: a library for LD_PRELOAD that writes down what a program does to the files
 * of one folder, and what it had synced. power_cut.py compiles it, and plays what it wrote down.
 *
 *     POWER_CUT_FOLDER    the folder, as realpath(3) gives it
 *     POWER_CUT_LOG       the record of what was done: struct record, then its data, again and again
 *     POWER_CUT_CONTROL   struct control; whoever has its flock(2) does something to the folder, nobody else meanwhile
 *     POWER_CUT_PARENT    whose death ends the program, too
 *     POWER_CUT_BOOT_ID   a file that answers for /proc/sys/kernel/random/boot_id: another boot of the machine
 *
 * Each operation is done, and written down, under that lock, so the log has them in the order in which they happened,
 * whichever process did them. All of it is system calls: what is written down is in the kernel's hands, and stays there
 * when the process is killed. An operation has two steps, its beginning and its end; when the step is reached that
 * `control.cut_at` names, the whole process group is killed there and then.
 *
 * Files that end with -shm are SQLite's shared memory, made anew after a crash, and left out. What this library can't
 * follow (a file mapped to be written, writev) is written down as such: then there is nothing honest to play.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#if !defined(__linux__) || __SIZEOF_POINTER__ != 8
#error "for Linux on 64 bits, where off_t and off64_t are the same"
#endif

enum { LONGEST = PATH_MAX + 64 };

struct record {
    uint64_t operation;        /* a letter, see power_cut.py */
    uint64_t inode, offset, length;
};

struct control {
    uint64_t steps, cut_at;    /* cut_at 0: never */
    uint64_t processes;        /* how many have done something to the folder */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static const char *folder, *log_path, *control_path, *boot_path;
static size_t folder_length;
static int log_file = -1, control_file = -1;
static pid_t opened_by;

static void begin(void)
{
    boot_path = getenv("POWER_CUT_BOOT_ID");
    log_path = getenv("POWER_CUT_LOG");
    control_path = getenv("POWER_CUT_CONTROL");
    folder = log_path && control_path ? getenv("POWER_CUT_FOLDER") : NULL;
    folder_length = folder ? strlen(folder) : 0;
}

/* The program leads a process group of its own; whoever started it may be killed without a word. */
__attribute__((constructor)) static void end_with_parent(void)
{
    const char *parent = getenv("POWER_CUT_PARENT");
    if (parent && atoi(parent) == getppid())
        prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static int raw_open(int at, const char *path, int flags, mode_t mode)
{
    return syscall(SYS_openat, at, path, flags, mode);
}

/* A process that was forked needs descriptors of its own: one that is inherited has the lock whenever its parent has. */
static int open_ours(void)
{
    if (opened_by == getpid())
        return 0;
    log_file = raw_open(AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);
    control_file = raw_open(AT_FDCWD, control_path, O_RDWR | O_CLOEXEC, 0);
    if (log_file < 0 || control_file < 0)
        abort();
    opened_by = getpid();
    return 1;
}

static void read_control(struct control *control)
{
    if (syscall(SYS_pread64, control_file, control, sizeof *control, 0) != sizeof *control)
        abort();
}

static void write_control(uint64_t value, off_t offset)
{
    if (syscall(SYS_pwrite64, control_file, &value, sizeof value, offset) != sizeof value)
        abort();
}

static void step(void)
{
    struct control control;
    read_control(&control);
    write_control(++control.steps, offsetof(struct control, steps));
    if (control.cut_at && control.steps >= control.cut_at) {
        kill(0, SIGKILL);
        for (;;)
            pause();
    }
}

static void enter(void)
{
    struct control control;
    pthread_mutex_lock(&mutex);
    int first = open_ours();
    while (flock(control_file, LOCK_EX) != 0)
        if (errno != EINTR)
            abort();
    if (first) {
        read_control(&control);
        write_control(control.processes + 1, offsetof(struct control, processes));
    }
    step();
}

static void leave(void)
{
    int error = errno;
    step();
    flock(control_file, LOCK_UN);
    pthread_mutex_unlock(&mutex);
    errno = error;
}

static void write_down(char operation, uint64_t inode, uint64_t offset, const void *data, size_t length)
{
    int error = errno;
    struct record record = {(uint64_t)operation, inode, offset, length};
    struct iovec pieces[] = {{&record, sizeof record}, {(void *)data, length}};
    if (syscall(SYS_writev, log_file, pieces, 2) != (ssize_t)(sizeof record + length))
        abort();
    errno = error;
}

/* ---- which files ---- */

static int is_ours(const char *path)
{
    size_t length = strlen(path);
    if (!folder || strncmp(path, folder, folder_length) != 0)
        return 0;
    if (path[folder_length] != '/' && path[folder_length] != '\0')
        return 0;
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static int name_of(int file, char *path)
{
    static const char prefix[] = "/proc/self/fd/";
    char link[sizeof prefix + 12], digits[12];
    int at = sizeof digits, to = sizeof prefix - 1;
    if (file < 0)
        return 0;
    memcpy(link, prefix, sizeof prefix);
    do
        digits[--at] = '0' + file % 10;
    while ((file /= 10) > 0);
    memcpy(link + to, digits + at, sizeof digits - at);
    link[to + sizeof digits - at] = '\0';
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX);
    if (length <= 0)
        return 0;
    path[length] = '\0';
    return 1;
}

/* Whether a descriptor is one of ours; its inode. */
static int ours(int file, uint64_t *inode)
{
    int error = errno;
    char path[LONGEST];
    struct stat found;
    pthread_once(&once, begin);
    int yes = folder && name_of(file, path) && is_ours(path) && fstat(file, &found) == 0;
    if (yes)
        *inode = found.st_ino;
    errno = error;
    return yes;
}

/* The whole name of what may not be there yet; whether it lies in the folder. */
static int ours_by_name(int at, const char *path, char *whole)
{
    int error = errno, yes = 0;
    char parent[LONGEST];
    *whole = '\0';
    pthread_once(&once, begin);
    if (folder && path && *path && strlen(path) < PATH_MAX) {
        const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
        if (!slash)
            strcpy(parent, ".");
        else {
            memcpy(parent, path, slash - path + 1);
            parent[slash - path + 1] = '\0';
        }
        int opened = raw_open(at, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        if (opened >= 0 && name_of(opened, whole) && strlen(whole) + strlen(last) < PATH_MAX) {
            strcat(strcat(whole, "/"), last);
            yes = is_ours(whole);
        }
        if (opened >= 0)
            syscall(SYS_close, opened);
    }
    errno = error;
    return yes;
}

/* ---- contents ---- */

static ssize_t write_to(int file, const void *data, size_t length, off_t offset, int appended)
{
    uint64_t inode;
    ssize_t done;
    int known = ours(file, &inode);
    if (known)
        enter();
    done = appended ? syscall(SYS_write, file, data, length) : syscall(SYS_pwrite64, file, data, length, offset);
    if (known) {
        if (done > 0) {
            if (appended)
                offset = syscall(SYS_lseek, file, 0, SEEK_CUR) - done;
            write_down('W', inode, offset, data, done);
        }
        leave();
    }
    return done;
}

ssize_t write(int file, const void *data, size_t length) { return write_to(file, data, length, 0, 1); }

ssize_t pwrite(int file, const void *data, size_t length, off_t offset)
{
    return write_to(file, data, length, offset, 0);
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset)
{
    return write_to(file, data, length, offset, 0);
}

int ftruncate(int file, off_t length)
{
    uint64_t inode;
    if (!ours(file, &inode))
        return syscall(SYS_ftruncate, file, length);
    enter();
    int result = syscall(SYS_ftruncate, file, length);
    if (result == 0)
        write_down('T', inode, length, NULL, 0);
    leave();
    return result;
}

int ftruncate64(int file, off64_t length) { return ftruncate(file, length); }

static int sync_with(long call, int file)
{
    uint64_t inode;
    char path[LONGEST];
    struct stat found;
    if (!ours(file, &inode))
        return syscall(call, file);
    enter();
    int result = syscall(call, file);
    if (result == 0 && fstat(file, &found) == 0) {
        if (S_ISDIR(found.st_mode) && name_of(file, path))
            write_down('D', inode, 0, path, strlen(path));
        else
            write_down('S', inode, 0, NULL, 0);
    }
    leave();
    return result;
}

int fsync(int file) { return sync_with(SYS_fsync, file); }

int fdatasync(int file) { return sync_with(SYS_fdatasync, file); }

/* ---- names ---- */

static int open_at(int at, const char *path, int flags, mode_t mode)
{
    char whole[LONGEST];
    struct stat found;
    pthread_once(&once, begin);
    if (boot_path && path && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0)
        path = boot_path;
    if (!(flags & (O_CREAT | O_TRUNC)) || !ours_by_name(at, path, whole))
        return raw_open(at, path, flags, mode);
    enter();
    int was_there = syscall(SYS_newfstatat, at, path, &found, 0) == 0;
    int file = raw_open(at, path, flags, mode);
    if (file >= 0) {
        if (was_there && (flags & O_TRUNC))
            write_down('T', found.st_ino, 0, NULL, 0);
        else if (!was_there && fstat(file, &found) == 0)
            write_down('C', found.st_ino, found.st_mode & 07777, whole, strlen(whole));
    }
    leave();
    return file;
}

static mode_t mode_of(int flags, va_list arguments)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name)                                       \
    int name(const char *path, int flags, ...)           \
    {                                                    \
        va_list arguments;                               \
        va_start(arguments, flags);                      \
        mode_t mode = mode_of(flags, arguments);         \
        va_end(arguments);                               \
        return open_at(AT_FDCWD, path, flags, mode);     \
    }
#define OPEN_AT(name)                                    \
    int name(int at, const char *path, int flags, ...)   \
    {                                                    \
        va_list arguments;                               \
        va_start(arguments, flags);                      \
        mode_t mode = mode_of(flags, arguments);         \
        va_end(arguments);                               \
        return open_at(at, path, flags, mode);           \
    }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)

int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int creat64(const char *path, mode_t mode) { return creat(path, mode); }

static void write_down_both(char operation, char *first, const char *second)
{
    char both[2 * LONGEST];
    size_t length = strlen(first) + 1;
    memcpy(both, first, length);
    strcpy(both + length, second);
    write_down(operation, 0, 0, both, length + strlen(second));
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
    char old[LONGEST], new[LONGEST];
    int leaves = ours_by_name(from_at, from, old), comes = ours_by_name(to_at, to, new);
    if (!leaves && !comes)
        return syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    enter();
    int result = syscall(SYS_renameat2, from_at, from, to_at, to, flags);
    if (result == 0)
        write_down_both(leaves && comes && !(flags & ~1u) ? 'R' : 'X', old, new);
    leave();
    return result;
}

int renameat(int from_at, const char *from, int to_at, const char *to) { return renameat2(from_at, from, to_at, to, 0); }

int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
    char old[LONGEST], new[LONGEST];
    if (!ours_by_name(to_at, to, new))
        return syscall(SYS_linkat, from_at, from, to_at, to, flags);
    int known = ours_by_name(from_at, from, old);
    enter();
    int result = syscall(SYS_linkat, from_at, from, to_at, to, flags);
    if (result == 0)
        write_down_both(known ? 'L' : 'X', old, new);
    leave();
    return result;
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int unlinkat(int at, const char *path, int flags)
{
    char whole[LONGEST];
    if (!ours_by_name(at, path, whole))
        return syscall(SYS_unlinkat, at, path, flags);
    enter();
    int result = syscall(SYS_unlinkat, at, path, flags);
    if (result == 0)
        write_down('U', 0, 0, whole, strlen(whole));
    leave();
    return result;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int at, const char *path, mode_t mode)
{
    char whole[LONGEST];
    if (!ours_by_name(at, path, whole))
        return syscall(SYS_mkdirat, at, path, mode);
    enter();
    int result = syscall(SYS_mkdirat, at, path, mode);
    if (result == 0)
        write_down('M', 0, mode, whole, strlen(whole));
    leave();
    return result;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* ---- what can't be followed ---- */

static void not_followed(int file, const char *what)
{
    uint64_t inode;
    if (ours(file, &inode)) {
        enter();
        write_down('X', inode, 0, what, strlen(what));
        leave();
    }
}

void *mmap(void *at, size_t length, int access, int flags, int file, off_t offset)
{
    if ((flags & MAP_SHARED) && (access & PROT_WRITE) && file >= 0)
        not_followed(file, "mmap");
    return (void *)syscall(SYS_mmap, at, length, access, flags, file, offset);
}

void *mmap64(void *at, size_t length, int access, int flags, int file, off64_t offset)
{
    return mmap(at, length, access, flags, file, offset);
}

ssize_t writev(int file, const struct iovec *pieces, int count)
{
    not_followed(file, "writev");
    return syscall(SYS_writev, file, pieces, count);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t length)
{
    not_followed(to, "sendfile");
    return syscall(SYS_sendfile, to, from, offset, length);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t length) { return sendfile(to, from, offset, length); }

ssize_t copy_file_range(int from, off64_t *read, int to, off64_t *written, size_t length, unsigned flags)
{
    not_followed(to, "copy_file_range");
    return syscall(SYS_copy_file_range, from, read, to, written, length, flags);
}

int fallocate(int file, int mode, off_t offset, off_t length)
{
    not_followed(file, "fallocate");
    return syscall(SYS_fallocate, file, mode, offset, length);
}

int fallocate64(int file, int mode, off64_t offset, off64_t length) { return fallocate(file, mode, offset, length); }
