// The floor: what a handshake costs in C. Usage: epoll PORT COUNT AT_ONCE. Prints user and system microseconds.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static int ep;
static struct sockaddr_in to;

static void begin(void) {
  struct linger reset = {1, 0};
  struct epoll_event event = {.events = EPOLLOUT};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  connect(fd, (struct sockaddr *)&to, sizeof to);
  event.data.fd = fd;
  epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int count = atoi(argv[2]), at_once = atoi(argv[3]), begun = 0, ended = 0, ok = 0;
  struct epoll_event events[1024];
  struct rusage use;
  to.sin_family = AF_INET;
  to.sin_port = htons(atoi(argv[1]));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ep = epoll_create1(EPOLL_CLOEXEC);
  while (begun < at_once) begin(), begun++;
  while (ended < count) {
    int n = epoll_wait(ep, events, 1024, 1000);
    for (int i = 0; i < n; i++) {
      struct tcp_info info;
      socklen_t length = sizeof info;
      getsockopt(events[i].data.fd, IPPROTO_TCP, TCP_INFO, &info, &length);
      ok += info.tcpi_state == TCP_ESTABLISHED;
      close(events[i].data.fd);
      ended++;
      if (begun < count) begin(), begun++;
    }
  }
  getrusage(RUSAGE_SELF, &use);
  printf("{\"ok\":%d,\"userUs\":%ld,\"systemUs\":%ld}\n", ok, use.ru_utime.tv_sec * 1000000L + use.ru_utime.tv_usec,
         use.ru_stime.tv_sec * 1000000L + use.ru_stime.tv_usec);
  return 0;
}
