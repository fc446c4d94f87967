/*
 * Breaks the n-th write, sync or truncation of files in one folder. Loaded before libc (LD_PRELOAD) into the process under
 * trial. Another file, mapped into memory, says what to break and is told what happened; whoever writes it may do so
 * between two operations of that process. See src/harness/fault-control.ts for the other side.
 *
 *   TRACT_FAULTS     the control file, laid out as struct control; not in the folder
 *   TRACT_FAULTS_IN  the folder, as /proc shows it: absolute, without symbolic links
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum call { NO_CALL, WRITE, SYNC, TRUNCATE, CALLS };
enum kind { NO_KIND, FAIL, SHORT, TEAR, POWER };

struct control {
  uint32_t call;    /* which calls are counted for the fault */
  uint32_t at;      /* the number of the call that breaks, from 1; 0 for none */
  uint32_t kind;
  uint32_t error;   /* errno of FAIL */
  uint32_t lasting; /* 0: that call alone; 1: all later writes too; 2: all later calls too */
  uint32_t counts[CALLS];
  uint32_t fired;   /* how many calls were broken */
  uint32_t seed;    /* what a power failure keeps */
  uint32_t owes;    /* whether the rest of a short write is still to fail */
  char file[64];    /* the file of the first broken call, without its folder */
};

/* A change that no sync has followed. */
struct change {
  struct change *before;
  dev_t device;
  ino_t inode;
  int fd;           /* of our own, never closed: closing one would cost the process its locks on the file */
  int is_cut;       /* a truncation to `offset`, not a write */
  off_t offset;
  off_t old_size;
  size_t length;
  size_t old_length;
  char *data;
  char *old_data;
};

static struct control *control;
static const char *folder;
static size_t folder_length;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct change *last_change;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);

__attribute__((constructor)) static void set_up(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  const char *path = getenv("TRACT_FAULTS");
  folder = getenv("TRACT_FAULTS_IN");
  if (path == NULL || folder == NULL) return;
  folder_length = strlen(folder);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped != MAP_FAILED) control = mapped;
}

/* The file's name in the folder; NULL for a file elsewhere. */
static const char *name_of(int fd, char *path, size_t size) {
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  if (strncmp(path, folder, folder_length) != 0 || path[folder_length] != '/') return NULL;
  return path + folder_length + 1;
}

/* Counts a call. Returns the kind of fault that it meets; with FAIL errno is set. */
static enum kind meet(enum call call, int fd) {
  if (control == NULL) return NO_KIND;
  char path[4096];
  const char *name = name_of(fd, path, sizeof path);
  if (name == NULL) return NO_KIND;
  uint32_t count = ++control->counts[call];
  enum kind kind = NO_KIND;
  if (control->at == 0) return NO_KIND;
  if (control->owes && call == WRITE) {
    control->owes = control->lasting != 0;
    errno = ENOSPC;
    return FAIL;
  }
  if (call == control->call && count == control->at) {
    kind = control->kind;
    if (control->fired == 0) {
      strncpy(control->file, name, sizeof control->file - 1);
      control->file[sizeof control->file - 1] = 0;
    }
  } else if (control->fired > 0 && control->kind == FAIL) {
    if (control->lasting == 2 || (control->lasting == 1 && call == WRITE)) kind = FAIL;
  }
  if (kind == NO_KIND) return NO_KIND;
  control->fired++;
  if (kind == FAIL) errno = (int)control->error;
  return kind;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* mulberry32 */
static uint32_t draw(void) {
  uint32_t mixed = control->seed += 0x6d2b79f5u;
  mixed = (mixed ^ (mixed >> 15)) * (mixed | 1u);
  mixed ^= mixed + (mixed ^ (mixed >> 7)) * (mixed | 61u);
  return mixed ^ (mixed >> 14);
}

static int keeps_changes(int fd) {
  char path[4096];
  return control != NULL && control->kind == POWER && name_of(fd, path, sizeof path) != NULL;
}

/* Notes what a call is about to change, so that a power failure can undo it. */
static void note(int fd, int is_cut, off_t offset, const void *data, size_t length) {
  struct stat state;
  struct change *change = calloc(1, sizeof *change);
  if (change == NULL || fstat(fd, &state) != 0) abort();
  change->device = state.st_dev;
  change->inode = state.st_ino;
  change->fd = -1;
  for (struct change *one = last_change; one != NULL; one = one->before) {
    if (one->device == state.st_dev && one->inode == state.st_ino) change->fd = one->fd;
  }
  if (change->fd < 0) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    change->fd = open(link, O_RDWR | O_CLOEXEC);
  }
  change->is_cut = is_cut;
  change->offset = offset;
  change->old_size = state.st_size;
  change->length = length;
  off_t end = is_cut ? state.st_size : offset + (off_t)length;
  if (end > state.st_size) end = state.st_size;
  change->old_length = end > offset ? (size_t)(end - offset) : 0;
  change->old_data = malloc(change->old_length + 1);
  change->data = malloc(length + 1);
  if (change->fd < 0 || change->old_data == NULL || change->data == NULL) abort();
  if (pread(change->fd, change->old_data, change->old_length, offset) < 0) abort();
  if (length > 0) memcpy(change->data, data, length);
  change->before = last_change;
  last_change = change;
}

/* What a file held is on the disk from now on. */
static void settle(int fd) {
  struct stat state;
  if (fstat(fd, &state) != 0) return;
  for (struct change **place = &last_change; *place != NULL;) {
    struct change *change = *place;
    if (change->device != state.st_dev || change->inode != state.st_ino) {
      place = &change->before;
      continue;
    }
    *place = change->before;
    free(change->data);
    free(change->old_data);
    free(change);
  }
}

static void put(int fd, const char *data, size_t length, off_t offset) {
  if (length > 0 && real_pwrite(fd, data, length, offset) < 0) abort();
}

/* Does again, oldest first, what the disk happens to have of the changes: each whole, its first half, or nothing of it. */
static void keep_some(struct change *change) {
  if (change == NULL) return;
  keep_some(change->before);
  uint32_t luck = draw() % 4;
  if (luck < 2) return;
  if (change->is_cut) {
    if (real_ftruncate(change->fd, change->offset) != 0) abort();
    return;
  }
  put(change->fd, change->data, luck == 2 ? change->length / 2 : change->length, change->offset);
}

/* The power fails: of what no sync has followed, chance says what is there. */
static void lose_power(void) {
  for (struct change *change = last_change; change != NULL; change = change->before) {
    if (real_ftruncate(change->fd, change->old_size) != 0) abort();
    put(change->fd, change->old_data, change->old_length, change->offset);
  }
  keep_some(last_change);
  die();
}

static ssize_t write_at(int fd, const void *data, size_t length, off_t offset, int has_offset) {
  pthread_mutex_lock(&lock);
  enum kind kind = meet(WRITE, fd);
  int error = errno;
  ssize_t written = -1;
  size_t part = kind == SHORT || kind == TEAR ? length / 2 : length;
  if (kind == SHORT && part == 0) {
    kind = FAIL;
    error = ENOSPC;
  }
  /* Whoever asks for the rest is told that there is no space. */
  if (kind == SHORT) control->owes = 1;
  if (kind == POWER) lose_power();
  if (kind != FAIL) {
    off_t place = has_offset ? offset : lseek(fd, 0, SEEK_CUR);
    if (keeps_changes(fd)) note(fd, 0, place, data, part);
    written = has_offset ? real_pwrite(fd, data, part, offset) : real_write(fd, data, part);
    error = errno;
  }
  if (kind == TEAR) die();
  pthread_mutex_unlock(&lock);
  errno = error;
  return written;
}

static int sync_file(int fd, int (*real)(int)) {
  pthread_mutex_lock(&lock);
  enum kind kind = meet(SYNC, fd);
  if (kind == POWER) lose_power();
  if (kind == TEAR) die();
  int error = errno;
  int result = -1;
  if (kind != FAIL) {
    result = real(fd);
    error = errno;
    if (result == 0 && keeps_changes(fd)) settle(fd);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) {
  return write_at(fd, data, length, offset, 1);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  return write_at(fd, data, length, offset, 1);
}

ssize_t write(int fd, const void *data, size_t length) {
  return write_at(fd, data, length, 0, 0);
}

int fsync(int fd) {
  return sync_file(fd, real_fsync);
}

int fdatasync(int fd) {
  return sync_file(fd, real_fdatasync);
}

static int truncate_file(int fd, off_t size) {
  pthread_mutex_lock(&lock);
  enum kind kind = meet(TRUNCATE, fd);
  if (kind == POWER) lose_power();
  if (kind == TEAR) die();
  int error = errno;
  int result = -1;
  if (kind != FAIL) {
    if (keeps_changes(fd)) note(fd, 1, size, NULL, 0);
    result = real_ftruncate(fd, size);
    error = errno;
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int ftruncate64(int fd, off_t size) {
  return truncate_file(fd, size);
}

int ftruncate(int fd, off_t size) {
  return truncate_file(fd, size);
}
