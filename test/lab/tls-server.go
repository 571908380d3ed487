// tls-server ADDRESS CERTIFICATE KEY: an HTTPS server as the kubelet is one: net/http over crypto/tls, which logs
// each TLS handshake that fails. Prints "ready" once it listens; the log goes to stderr, as Go's does by default.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
)

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	log.Fatal(http.ServeTLS(listener, http.NotFoundHandler(), os.Args[2], os.Args[3]))
}
