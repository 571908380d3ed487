/*
 * A wall clock that a test moves: LD_PRELOAD this (ld.so(8)) and every question for the time of day is answered with
 * the seconds added that stand in the file WALL_CLOCK_OFFSET, eight bytes in the machine's order. The monotonic clock
 * stays as it is, as it does when somebody sets the machine's clock. What waits inside the kernel for a time of day
 * knows nothing of this.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static int (*real)(clockid_t, struct timespec *);
static const volatile int64_t *offset;

__attribute__((constructor)) static void load(void) {
  real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  const char *path = getenv("WALL_CLOCK_OFFSET");
  int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  /* A test that believes it moves the clock, and does not, would prove nothing. */
  if (real == NULL || page == MAP_FAILED) abort();
  offset = page;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  /* Others that are loaded may ask before this is. */
  if (real == NULL) load();
  int result = real(clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *offset;
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec precise;
  (void)zone;
  int result = clock_gettime(CLOCK_REALTIME, &precise);
  now->tv_sec = precise.tv_sec;
  now->tv_usec = precise.tv_nsec / 1000;
  return result;
}

time_t time(time_t *now) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (now != NULL) *now = precise.tv_sec;
  return precise.tv_sec;
}
