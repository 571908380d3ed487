// What a handshake costs with Go's net package. Usage: dial PORT COUNT AT_ONCE. Prints user and system microseconds.
package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

func shake(address string) bool {
	conn, err := net.DialTimeout("tcp4", address, 5*time.Second)
	if err != nil {
		return false
	}
	tcp := conn.(*net.TCPConn)
	raw, _ := tcp.SyscallConn()
	var info [256]byte
	length := uint32(len(info))
	raw.Control(func(fd uintptr) {
		syscall.Syscall6(syscall.SYS_GETSOCKOPT, fd, syscall.IPPROTO_TCP, syscall.TCP_INFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&length)), 0)
	})
	tcp.SetLinger(0)
	tcp.Close()
	return info[0] == 1
}

func main() {
	count, _ := strconv.Atoi(os.Args[2])
	atOnce, _ := strconv.Atoi(os.Args[3])
	address := "127.0.0.1:" + os.Args[1]
	work := make(chan struct{}, count)
	for i := 0; i < count; i++ {
		work <- struct{}{}
	}
	close(work)
	ok := make([]int, atOnce)
	var all sync.WaitGroup
	for i := 0; i < atOnce; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			for range work {
				if shake(address) {
					ok[i]++
				}
			}
		}(i)
	}
	all.Wait()
	sum := 0
	for _, n := range ok {
		sum += n
	}
	var use syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	us := func(t syscall.Timeval) int64 { return t.Sec*1000000 + int64(t.Usec) }
	fmt.Printf("{\"ok\":%d,\"userUs\":%d,\"systemUs\":%d}\n", sum, us(use.Utime), us(use.Stime))
}
