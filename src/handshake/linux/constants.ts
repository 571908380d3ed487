/** Numbers of Linux' ABI, the same on x64 and arm64 (include/uapi). */

export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_INET6 = 10;

export const SOCK_STREAM = 1;
export const SOCK_NONBLOCK = 0o4000;
export const SOCK_CLOEXEC = 0o2000000;

export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_LINGER = 13;

export const SO_BINDTODEVICE = 25;

export const IPPROTO_IP = 0;
export const IP_TOS = 1;
export const IP_BIND_ADDRESS_NO_PORT = 24;
/** Linux 6.3 and newer. */
export const IP_LOCAL_PORT_RANGE = 51;
export const IPPROTO_IPV6 = 41;
export const IPV6_TCLASS = 67;

export const IPPROTO_TCP = 6;
export const TCP_INFO = 11;
export const TCP_QUICKACK = 12;

export const EPOLL_CLOEXEC = 0o2000000;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_MOD = 3;
export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
export const EPOLLONESHOT = 1 << 30;

export const EFD_NONBLOCK = 0o4000;
export const EFD_CLOEXEC = 0o2000000;
