// Echo server with a goroutine for each connection.
// go build -o go-echo server.go && npm run lab -- run quick --server 'go=./go-echo {port}' --only go,epoll
package main

import (
	"io"
	"log"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go-echo PORT")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Print(err)
			continue
		}
		go echo(connection)
	}
}

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, 16384)
	for {
		length, err := connection.Read(buffer)
		if length > 0 {
			if _, err := connection.Write(buffer[:length]); err != nil {
				return
			}
		}
		if err != nil {
			if err != io.EOF {
				log.Print(err)
			}
			return
		}
	}
}
